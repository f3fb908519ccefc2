//! Showing findings.

use std::cell::RefCell;
use std::io::{self, Write};
use std::rc::Rc;

use clap::ValueEnum;

use super::{Terminal, Workspace, fixes};
use crate::check;
use crate::diagnostic::render::{self, Style};
use crate::diagnostic::{Diagnostic, Edit, Severity};
use crate::parallel;
use crate::policy::Policy;

/// How findings are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// For people, with the source underlined
    Human,
    /// One JSON document
    Json,
    /// SARIF 2.1.0, for code scanning
    Sarif,
    /// Commands that become annotations in a GitHub workflow
    Github,
    /// A code quality report of GitLab
    Gitlab,
    /// JUnit's XML: a test case per finding
    Junit,
    /// Checkstyle's XML
    Checkstyle,
}

/// The findings that make a run fail.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum FailOn {
    /// Errors
    Error,
    /// Errors and warnings
    Warning,
    /// All findings
    Note,
    /// None
    Never,
}

impl FailOn {
    /// The least severity that fails; none where nothing does.
    fn threshold(self) -> Option<Severity> {
        match self {
            Self::Error => Some(Severity::Error),
            Self::Warning => Some(Severity::Warning),
            Self::Note => Some(Severity::Note),
            Self::Never => None,
        }
    }

    /// Whether these findings make a run fail.
    pub(super) fn fails(self, findings: &[Diagnostic]) -> bool {
        self.threshold().is_some_and(|least| any(findings, least))
    }
}

/// Writes a report.
pub(super) fn write(
    findings: &[Diagnostic],
    format: Format,
    fail_on: FailOn,
    policy: &Policy,
    workspace: &Workspace,
    terminal: &mut Terminal<'_>,
) -> io::Result<()> {
    let source = |path: &str| workspace.source(path).map(Rc::new);
    let summaries: Vec<_> = check::rules::ALL
        .iter()
        .filter(|check| policy.runs(check.name))
        .map(|check| (check, check.summary()))
        .collect();
    let rules: Vec<_> = summaries
        .iter()
        .map(|(check, summary)| render::Rule {
            name: check.name,
            summary,
            docs: check.docs,
            severity: policy
                .severity(check.name, check.severity, None)
                .unwrap_or(check.severity),
        })
        .collect();
    let report = match format {
        Format::Human => return draw(findings, workspace, terminal.styled, terminal.out),
        Format::Json => render::json(findings, &source),
        Format::Sarif => {
            let texts = fixes::texts(findings, workspace);
            let documents = fixes::documents(&texts);
            let change = |edit: &Edit| fixes::change(&documents, edit);
            render::sarif(findings, &source, &rules, &change)
        }
        Format::Github => render::github(findings, &source),
        Format::Gitlab => render::gitlab(findings, &source),
        Format::Junit => render::junit(findings, &source, &rules, fail_on.threshold()),
        Format::Checkstyle => render::checkstyle(findings, &source),
    };
    terminal.out.write_all(report.as_bytes())
}

/// Shows findings to a person, and how many they are: lines of the source are read from the workspace.
pub(super) fn show(
    findings: &[Diagnostic],
    workspace: &Workspace,
    out: &mut dyn Write,
) -> io::Result<()> {
    draw(findings, workspace, true, out)
}

/// The same, with or without colours.
fn draw(
    findings: &[Diagnostic],
    workspace: &Workspace,
    color: bool,
    out: &mut dyn Write,
) -> io::Result<()> {
    let style = Style {
        color,
        ..Style::default()
    };
    let chunks: Vec<_> = findings.chunks(CHUNK).collect();
    let shown = |findings: &&[Diagnostic]| {
        let source = remembering(workspace);
        render::human(findings, &source, style)
    };
    // A blank line stands between two findings, and behind the last.
    parallel::each(&chunks, shown, |text| writeln!(out, "{text}"))?;
    writeln!(out, "{}", render::summary(findings))
}

/// Findings that a thread shows at once.
const CHUNK: usize = 64;

/// The text of a file, remembered until another file is asked for: findings are sorted by file.
fn remembering(workspace: &Workspace) -> impl Fn(&str) -> Option<Rc<String>> {
    let last: RefCell<(String, Option<Rc<String>>)> = RefCell::default();
    move |path| {
        let mut last = last.borrow_mut();
        if last.0 != path {
            // Clearing new memory for each file would take longer than reading it.
            let memory = last.1.take().and_then(Rc::into_inner).unwrap_or_default();
            *last = (
                path.to_owned(),
                workspace.source_in(path, memory).map(Rc::new),
            );
        }
        last.1.clone()
    }
}

/// Whether there is a finding of that severity or a worse one.
pub(super) fn any(findings: &[Diagnostic], severity: Severity) -> bool {
    findings.iter().any(|finding| finding.severity <= severity)
}

/// `1 file`, `2 files`.
pub(super) fn counted(count: usize, word: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {word}{plural}")
}
