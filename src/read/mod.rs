//! Rules and dashboards as teams have them, in whatever form, read into the vocabulary of definitions: checks, diff and
//! import then know no difference between what was written in Rust and what was not.
//!
//! [`file()`] takes the text of a file and gives what is [`Found`] in it. It never fails: what cannot be read is a finding, and a
//! file that is none of ours is said to be so.

mod advice;
mod catalog;
mod comments;
mod dashboard;
mod datasources;
mod encoding;
mod exposition;
mod fields;
mod json;
mod language;
mod line_tests;
mod loaded;
mod node;
mod recognise;
mod route_tests;
mod routes;
mod rule_file;
mod rule_tests;
mod rules;
mod slo;
mod source;
mod strict;
#[cfg(test)]
mod tests;
mod texts;
mod unit_tests;
mod written;
mod yaml;

use obsctl_model::dashboard::Dashboard;
use obsctl_model::{ProvisionedDatasource, RuleGroup, Slo, TelemetryCatalog};

use crate::diagnostic::Diagnostic;
use comments::Comments;
pub use encoding::of_bytes;
pub use exposition::{Sample, exposition, samples, unit};
pub use language::Queries;
pub use routes::{Alertmanager, Settings};
pub use rule_file::{has_rules, log_rule_file, rule_file};
pub use rule_tests::RuleTest;
pub use slo::LeftOut;
use source::Source;
pub use source::UNREADABLE_PAGE;
pub use texts::{Text, texts};
pub use unit_tests::{UnitTest, UnitTests, has_unit_tests, unit_tests};
pub use written::{Replacement, Unfit};

/// A file to read.
#[derive(Clone, Copy, Debug)]
pub struct File<'a> {
    /// Its path, as findings show it.
    pub path: &'static str,
    /// Its text.
    pub text: &'a str,
}

/// What was found in files.
#[derive(Clone, Debug, Default)]
pub struct Found {
    /// Rule groups.
    pub groups: Vec<RuleGroup>,
    /// Whether a file says which rules there are: it may say that there is none.
    pub has_rules: bool,
    /// Dashboards.
    pub dashboards: Vec<Dashboard>,
    /// Datasources that Grafana is provisioned with.
    pub datasources: Vec<ProvisionedDatasource>,
    /// Catalogs.
    pub catalogs: Vec<TelemetryCatalog>,
    /// SLOs.
    pub slos: Vec<Slo>,
    /// Whether a file says which SLOs there are: it may say that there is none.
    pub has_slos: bool,
    /// Objects of OpenSLO, and which names they ask for: [`Found::settle`] makes SLOs of them.
    openslo: Vec<slo::openslo::Object>,
    references: Vec<slo::openslo::resolve::Named>,
    /// What of SLOs in others' forms is not in `slos`.
    pub left_out: Vec<LeftOut>,
    /// Who is told of alerts.
    pub alertmanagers: Vec<Alertmanager>,
    /// Unit tests of rules.
    pub tests: Vec<RuleTest>,
    /// What could not be read.
    pub problems: Vec<Diagnostic>,
    /// Files that hold nothing of the kind.
    pub others: Vec<&'static str>,
    /// Why some of those could not be read: for who meant them to be.
    pub unread: Vec<Diagnostic>,
}

impl Found {
    /// All that is in these files, in their order.
    #[must_use]
    pub fn all(files: Vec<Self>) -> Self {
        let mut all = Self::default();
        all.groups
            .reserve_exact(files.iter().map(|file| file.groups.len()).sum());
        all.dashboards
            .reserve_exact(files.iter().map(|file| file.dashboards.len()).sum());
        files.into_iter().for_each(|file| all.append(file));
        all
    }

    /// Adds what another file holds.
    pub fn append(&mut self, mut other: Self) {
        self.groups.append(&mut other.groups);
        self.has_rules |= other.has_rules;
        self.dashboards.append(&mut other.dashboards);
        self.datasources.append(&mut other.datasources);
        self.catalogs.append(&mut other.catalogs);
        self.slos.append(&mut other.slos);
        self.has_slos |= other.has_slos;
        self.openslo.append(&mut other.openslo);
        self.references.append(&mut other.references);
        self.left_out.append(&mut other.left_out);
        self.alertmanagers.append(&mut other.alertmanagers);
        self.tests.append(&mut other.tests);
        self.problems.append(&mut other.problems);
        self.others.append(&mut other.others);
        self.unread.append(&mut other.unread);
    }

    /// Puts together what several files say only together, once all of them are read.
    pub fn settle(&mut self) {
        slo::openslo::resolve::all(self);
    }
}

/// Reads a file. Files can be read on several cores at once.
#[must_use]
pub fn file(file: File<'_>) -> Found {
    file_sharing(file, &Queries::default())
}

/// Reads a file as [`file()`] does. Files that are read with the same `queries` share equal ones.
#[must_use]
pub fn file_sharing(file: File<'_>, queries: &Queries) -> Found {
    read(file, Keep::Settings, queries)
}

/// Reads a file and keeps dashboards as they are written beside what was read of them.
#[must_use]
pub fn whole(file: File<'_>) -> Found {
    read(file, Keep::Whole, &Queries::default())
}

/// Reads a file without the settings of panels that the vocabulary has no field for, but for the variables they name:
/// what checks ask for, in a third of the memory. Files that are read with the same `queries` share equal ones.
#[must_use]
pub fn outline(file: File<'_>, queries: &Queries) -> Found {
    read(file, Keep::Outline, queries)
}

/// What of a dashboard is kept that the vocabulary has no field for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Keep {
    /// The variables it names.
    Outline,
    /// The settings of panels.
    Settings,
    /// These, and everything as it is written.
    Whole,
}

fn read(file: File<'_>, keep: Keep, queries: &Queries) -> Found {
    // Editors on Windows mark UTF-8 with a character that nobody sees.
    let text = file.text.trim_start_matches('\u{feff}');
    if exposition::is_one(file.path, text) {
        let (family, problems) = exposition(File { text, ..file });
        let catalog = TelemetryCatalog {
            metrics: vec![family],
            ..TelemetryCatalog::default()
        };
        return Found {
            catalogs: vec![catalog],
            problems,
            ..Found::default()
        };
    }
    let mut reader = Reader::new(Source::new(file.path, text), keep, queries);
    recognise::file(&mut reader);
    reader.found
}

/// Which engine evaluates rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Engine {
    Loki,
    /// The rules' language says it.
    Either,
}

/// Something wrong with a text, at a byte.
#[derive(Debug)]
struct Trouble {
    at: usize,
    message: String,
}

/// The reading of one file.
#[derive(Debug)]
struct Reader<'s> {
    source: Source<'s>,
    comments: Comments,
    found: Found,
    keep: Keep,
    queries: &'s Queries,
    /// All texts of the file, where they are asked for.
    texts: Option<texts::Texts>,
}

impl<'s> Reader<'s> {
    fn new(source: Source<'s>, keep: Keep, queries: &'s Queries) -> Self {
        Self {
            keep,
            queries,
            source,
            comments: Comments::default(),
            found: Found::default(),
            texts: None,
        }
    }

    /// A text that is no YAML or JSON, with what to do about it where that is known.
    fn refusal(&self, trouble: Trouble) -> Diagnostic {
        let help = advice::help(&self.source, &trouble);
        let found = self.source.unreadable(trouble.at, trouble.message);
        match help {
            Some(help) => found.help(help),
            None => found,
        }
    }

    fn refuse(&mut self, trouble: Trouble) {
        let problem = self.refusal(trouble);
        self.found.problems.push(problem);
    }

    fn trouble(&mut self, at: usize, message: impl Into<String>) {
        let problem = self.source.unreadable(at, message);
        self.found.problems.push(problem);
    }
}
