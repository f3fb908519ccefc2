//! `obsctl test`

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use clap::{Args, ValueEnum};
use obsctl_model::Origin;
use obsctl_rules::{Group, Place, RuleSet};

use crate::cli::estate::{is_candidate, kept};
use crate::cli::{CLEAN, CommandError, FAILED, FINDINGS, Obstacle, Terminal, Workspace};
use crate::diagnostic::{Diagnostic, Severity};
use crate::parallel;
use crate::read::{self, File, UnitTests};
use crate::ruletest::{self, Coverage, FileResult, Summary, TestResult};

const EXAMPLES: &str = "\
Examples:
  obsctl test                              the generated tests, against the generated rules
  obsctl test alerts/tests/ extra.test.yml
  obsctl test tests/ --only 'fast burn'    tests whose name has these words
  obsctl test --format junit > report.xml
  obsctl test tests/ --rules rules/ --min-coverage 80

Files are those of `promtool test rules`, of Prometheus 3.14. Folders are searched for them.

Exit status:
  0  all tests passed
  1  tests failed, or cover too little
  2  could not run, or a file could not be read";

/// Where generated tests are.
const GENERATED: &str = "alerts/tests";
/// Where the rules are that they test.
const GENERATED_RULES: &str = "alerts/prometheus";

/// Run unit tests of rules: series in, alerts and recorded series out
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Test {
    /// Files of tests, or folders of them; without any, the generated ones
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Run only tests whose name contains this text; can be given several times
    #[arg(long, value_name = "TEXT")]
    only: Vec<String>,
    /// Also say what of the rules the tests exercise
    #[arg(long)]
    coverage: bool,
    /// The lowest coverage that is enough
    #[arg(long, value_name = "PERCENT", value_parser = percent)]
    min_coverage: Option<f64>,
    /// Rule files, or folders of them, that count for the coverage too
    #[arg(long, value_name = "PATH")]
    rules: Vec<PathBuf>,
    /// How results are shown
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t = Format::Human)]
    format: Format,
}

/// How results are shown.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Format {
    /// For people, with what differs
    Human,
    /// One JSON document
    Json,
    /// JUnit's XML: a suite for each file
    Junit,
}

impl Test {
    pub(super) fn run(
        &self,
        workspace: &Workspace,
        terminal: &mut Terminal<'_>,
    ) -> Result<u8, CommandError> {
        let (files, coverage) = self.results(workspace)?;
        let source = |path: &str| workspace.source(path);
        let report = match self.format {
            Format::Human => {
                let coverage = coverage.as_ref().map(ruletest::Coverage::human);
                coverage.unwrap_or_default() + &ruletest::human(&files, &source)
            }
            Format::Json => ruletest::json(&files, coverage.as_ref()),
            Format::Junit => ruletest::junit(&files),
        };
        terminal.out.write_all(report.as_bytes())?;
        let short = self.short_of(coverage.as_ref());
        if let Some(short) = &short {
            writeln!(terminal.err, "{short}")?;
        }
        let summary = Summary::of(&files);
        Ok(if summary.broken > 0 {
            FAILED
        } else if summary.failed > 0 || short.is_some() {
            FINDINGS
        } else {
            CLEAN
        })
    }

    /// What is said of a coverage that is not enough.
    fn short_of(&self, coverage: Option<&Coverage>) -> Option<String> {
        let (least, percent) = (self.min_coverage?, coverage?.percent());
        (percent < least).then(|| {
            format!("the tests cover {percent:.1}% of what the rules can do: --min-coverage asks for {least}%")
        })
    }

    /// The files with what became of their tests; what they cover, where that is asked for.
    fn results(
        &self,
        workspace: &Workspace,
    ) -> Result<(Vec<FileResult>, Option<Coverage>), CommandError> {
        let mut files = self.read(workspace)?;
        let sets = rule_sets(&mut files, workspace)?;
        let mut chosen = vec![];
        for (file, (read, set)) in files.iter().zip(&sets).enumerate() {
            let tests = read.tests.tests.iter().enumerate();
            let runs = !read
                .problems
                .iter()
                .any(|it| it.severity == Severity::Error);
            let named = tests.map(|(number, test)| (test, ruletest::name(test, number)));
            let named = named.filter(|(_, name)| runs && self.wants(name));
            chosen.extend(named.map(|(test, name)| (file, test, name, set)));
        }
        let asked_for_more = !self.only.is_empty() && chosen.is_empty();
        if asked_for_more && files.iter().all(|file| file.problems.is_empty()) {
            return Err(Obstacle::new(
                format!("no test has `{}` in its name", self.only.join("` or `")),
                "`--only` takes a part of a test's name; without it all tests run",
            )
            .into());
        }
        let done = parallel::map(&chosen, |(file, test, name, set)| {
            let covers = self.covers().then(|| (*set, test.covers(set)));
            let result = TestResult {
                name: name.clone(),
                place: test.place,
                outcome: test.run(set),
            };
            (
                *file,
                result,
                ruletest::doubts(files[*file].path, test, name, set),
                covers,
            )
        });
        let results = files.iter().map(|file| FileResult {
            path: file.path,
            problems: file.problems.clone(),
            tests: vec![],
        });
        let mut results: Vec<_> = results.collect();
        let mut coverage = Coverage::default();
        if self.covers() {
            coverage.of(sets.iter().flat_map(|set| set.coverable()));
            for (path, text) in self.counted_rules(workspace)? {
                let (groups, problems) = read::rule_file(File { path, text: &text });
                coverage.of(RuleSet::new(groups, &[]).coverable());
                if !problems.is_empty() {
                    let tests = vec![];
                    results.push(FileResult {
                        path,
                        problems,
                        tests,
                    });
                }
            }
        }
        for (file, result, doubts, covers) in done {
            results[file].tests.push(result);
            results[file].problems.extend(doubts);
            if let Some((set, covers)) = covers {
                let rules = set.coverable();
                for (rule, item) in covers {
                    coverage.cover(&rules[rule], item);
                }
            }
        }
        Ok((results, self.covers().then_some(coverage)))
    }

    /// Whether it is asked what the tests exercise.
    fn covers(&self) -> bool {
        self.coverage || self.min_coverage.is_some()
    }

    /// The rule files that count, whether or not a test names them: of the generated tests all that are generated.
    fn counted_rules(
        &self,
        workspace: &Workspace,
    ) -> Result<Vec<(&'static str, String)>, CommandError> {
        let generated = [PathBuf::from(GENERATED_RULES)];
        let paths = if self.rules.is_empty() && self.paths.is_empty() {
            &generated[..]
        } else {
            &self.rules
        };
        let help = "`--rules` takes rule files, or folders of them";
        found(workspace, paths, read::has_rules, help)
    }

    fn wants(&self, name: &str) -> bool {
        self.only.is_empty() || self.only.iter().any(|part| name.contains(part.as_str()))
    }

    /// The files of tests, as they are written.
    fn read(&self, workspace: &Workspace) -> Result<Vec<TestFile>, CommandError> {
        let generated = [PathBuf::from(GENERATED)];
        let paths = if self.paths.is_empty() {
            &generated[..]
        } else {
            &self.paths
        };
        let help = if self.paths.is_empty() {
            "run `obsctl generate`, or name files of tests or folders of them"
        } else {
            "name files of tests, or folders of them"
        };
        let found = found(workspace, paths, read::has_unit_tests, help)?;
        if found.is_empty() {
            let shown: Vec<_> = paths.iter().map(|path| path.to_string_lossy()).collect();
            return Err(Obstacle::new(
                format!(
                    "there are no unit tests of rules in `{}`",
                    shown.join("`, `")
                ),
                "a file of tests has `rule_files` and `tests`: `docs/testing.md` shows one",
            )
            .into());
        }
        Ok(parallel::map(&found, |(path, text)| {
            let (tests, problems) = read::unit_tests(File { path, text });
            TestFile {
                path,
                tests,
                problems,
            }
        }))
    }
}

/// Files, and those of folders that are of a kind, once each.
fn found(
    workspace: &Workspace,
    paths: &[PathBuf],
    is_kind: impl Fn(&str) -> bool,
    help: &str,
) -> Result<Vec<(&'static str, String)>, CommandError> {
    let mut found = vec![];
    for path in paths {
        let shown = path.to_string_lossy().into_owned();
        if workspace.is_folder(&shown) {
            let folder = shown.trim_end_matches('/');
            let inside = workspace.files_below(if folder.is_empty() { "." } else { folder })?;
            for path in inside.into_iter().filter(|path| is_candidate(path)) {
                let text = workspace.read(&path)?.unwrap_or_default();
                if is_kind(&text) {
                    let path = path.strip_prefix("./").unwrap_or(&path);
                    found.push((kept(path), text));
                }
            }
        } else if let Some(text) = workspace.read(&shown)? {
            found.push((kept(shown.strip_prefix("./").unwrap_or(&shown)), text));
        } else {
            return Err(Obstacle::new(format!("there is no `{shown}`"), help).into());
        }
    }
    found.sort();
    found.dedup();
    Ok(found)
}

fn percent(text: &str) -> Result<f64, String> {
    let percent = text.trim_end_matches('%').parse().ok();
    let percent = percent.filter(|percent| (0.0..=100.0).contains(percent));
    percent.ok_or_else(|| "a percentage is a number from 0 to 100".to_owned())
}

/// A file of tests, read.
#[derive(Debug)]
struct TestFile {
    path: &'static str,
    tests: UnitTests,
    problems: Vec<Diagnostic>,
}

/// The rules of each file of tests: every rule file is read once, and files that name the same share one set.
fn rule_sets(
    files: &mut [TestFile],
    workspace: &Workspace,
) -> Result<Vec<Arc<RuleSet>>, CommandError> {
    let mut texts = BTreeMap::new();
    let mut named = vec![];
    for file in files.iter_mut() {
        let mut paths = vec![];
        for (pattern, place) in &file.tests.rule_files {
            let pattern = beside(file.path, pattern);
            let matching = workspace.matching(&pattern)?;
            if matching.is_empty() {
                file.problems.push(no_file(file.path, *place, &pattern));
            }
            paths.extend(
                matching
                    .into_iter()
                    .filter(|path| !paths.contains(path))
                    .collect::<Vec<_>>(),
            );
        }
        for path in &paths {
            if !texts.contains_key(path) {
                texts.insert(path.clone(), workspace.read(path)?.unwrap_or_default());
            }
        }
        named.push(paths);
    }
    let texts: Vec<_> = texts.into_iter().collect();
    let read = parallel::map(&texts, |(path, text)| {
        let path = kept(path);
        read::rule_file(File { path, text })
    });
    type Read = (Vec<Arc<Group>>, Vec<Diagnostic>);
    let rules: BTreeMap<&str, &Read> = texts
        .iter()
        .zip(&read)
        .map(|((path, _), read)| (path.as_str(), read))
        .collect();
    let mut sets: BTreeMap<(&[String], &[String]), Arc<RuleSet>> = BTreeMap::new();
    let mut all = vec![];
    for (file, paths) in files.iter_mut().zip(&named) {
        let read = || paths.iter().filter_map(|path| rules.get(path.as_str()));
        file.problems
            .extend(read().flat_map(|(_, problems)| problems.iter().cloned()));
        let order = file.tests.group_order.as_slice();
        let set = sets.entry((paths.as_slice(), order)).or_insert_with(|| {
            let groups = read().flat_map(|(groups, _)| groups.iter().cloned());
            Arc::new(RuleSet::new(groups.collect(), order))
        });
        all.push(set.clone());
    }
    Ok(all)
}

/// A path that a file names, relative to that file's folder.
fn beside(file: &str, path: &str) -> String {
    if path.starts_with('/') {
        return path.to_owned();
    }
    let (folder, _) = file.rsplit_once('/').unwrap_or_default();
    let root = if folder.starts_with('/') { "/" } else { "" };
    let mut parts: Vec<&str> = vec![];
    for part in folder.split('/').chain(path.split('/')) {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    format!("{root}{}", parts.join("/"))
}

fn no_file(path: &'static str, place: Place, pattern: &str) -> Diagnostic {
    let origin = Origin::at(path, place.line, place.column);
    let message = format!("there is no rule file `{pattern}`");
    Diagnostic {
        check: "unreadable",
        severity: Severity::Warning,
        ..Diagnostic::new(format!("file `{path}`"), origin, message)
    }
    .help("`rule_files` are relative to the folder of the test file, and may have `*` and `?`")
}

#[cfg(test)]
mod tests {
    use super::beside;

    #[test]
    fn rule_files_are_beside_their_tests() {
        for (file, path, found) in [
            (
                "alerts/tests/a.yml",
                "../prometheus/*.yml",
                "alerts/prometheus/*.yml",
            ),
            ("a.yml", "rules.yml", "rules.yml"),
            ("a.yml", "../../rules.yml", "../../rules.yml"),
            ("../a.yml", "./rules.yml", "../rules.yml"),
            ("/t/a.yml", "../r.yml", "/r.yml"),
            ("t/a.yml", "/r.yml", "/r.yml"),
        ] {
            assert_eq!(beside(file, path), found);
        }
    }
}
