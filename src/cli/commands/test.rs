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
use crate::routing::{Configuration, Routing};
use crate::ruletest::{self, Failure, FileResult, Summary, TestResult};

const EXAMPLES: &str = "\
Examples:
  obsctl test                              the generated tests, against the generated rules
  obsctl test alerts/tests/ extra.test.yml
  obsctl test tests/ --only 'fast burn'    tests whose name has these words
  obsctl test --format junit > report.xml

Files are those of `promtool test rules`, of Prometheus 3.14. They may also have log lines for
rules of Loki, and say where alerts go. Folders are searched for them.

Exit status:
  0  all tests passed
  1  tests failed
  2  could not run, or a file could not be read";

/// Where generated tests are: those that promtool runs too, and those of Loki's rules.
const GENERATED: [&str; 2] = ["alerts/tests", "alerts/loki-tests"];

/// Run unit tests of rules and routing: series and log lines in, alerts out
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Test {
    /// Files of tests, or folders of them; without any, the generated ones
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Run only tests whose name contains this text; can be given several times
    #[arg(long, value_name = "TEXT")]
    only: Vec<String>,
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
        let files = self.results(workspace)?;
        let source = |path: &str| workspace.source(path);
        let report = match self.format {
            Format::Human => ruletest::human(&files, &source),
            Format::Json => ruletest::json(&files),
            Format::Junit => ruletest::junit(&files),
        };
        terminal.out.write_all(report.as_bytes())?;
        let summary = Summary::of(&files);
        Ok(if summary.broken > 0 {
            FAILED
        } else if summary.failed > 0 {
            FINDINGS
        } else {
            CLEAN
        })
    }

    fn results(&self, workspace: &Workspace) -> Result<Vec<FileResult>, CommandError> {
        let mut files = self.read(workspace)?;
        let sets = rule_sets(&mut files, workspace)?;
        let routings = routings(&mut files, workspace)?;
        let mut chosen = vec![];
        for (file, (read, known)) in files.iter().zip(sets.iter().zip(&routings)).enumerate() {
            let tests = read.tests.tests.iter().enumerate();
            let runs = !read
                .problems
                .iter()
                .any(|it| it.severity == Severity::Error);
            let named = tests.map(|(number, test)| (test, ruletest::name(&test.rules, number)));
            let named = named.filter(|(_, name)| runs && self.wants(name));
            chosen.extend(named.map(|(test, name)| (file, test, name, known)));
        }
        let asked_for_more = !self.only.is_empty() && chosen.is_empty();
        if asked_for_more && files.iter().all(|file| file.problems.is_empty()) {
            return Err(Obstacle::new(
                format!("no test has `{}` in its name", self.only.join("` or `")),
                "`--only` takes a part of a test's name; without it all tests run",
            )
            .into());
        }
        let done = parallel::map(&chosen, |(file, test, name, (set, routing))| {
            let failures = test.rules.run(set).failures.into_iter();
            let routes = test.routes.iter().filter_map(|case| case.judge(routing));
            let result = TestResult {
                name: name.clone(),
                place: test.rules.place,
                failures: failures
                    .map(Failure::Rules)
                    .chain(routes.map(Failure::Route))
                    .collect(),
            };
            let doubts = ruletest::doubts(files[*file].path, &test.rules, name, set);
            (*file, result, doubts)
        });
        let results = files.iter().map(|file| FileResult {
            path: file.path,
            problems: file.problems.clone(),
            tests: vec![],
        });
        let mut results: Vec<_> = results.collect();
        for (file, result, doubts) in done {
            results[file].tests.push(result);
            results[file].problems.extend(doubts);
        }
        Ok(results)
    }

    fn wants(&self, name: &str) -> bool {
        self.only.is_empty() || self.only.iter().any(|part| name.contains(part.as_str()))
    }

    /// The files of tests, as they are written.
    fn read(&self, workspace: &Workspace) -> Result<Vec<TestFile>, CommandError> {
        // A stack may have tests of one kind only.
        let mut generated: Vec<_> = GENERATED.map(PathBuf::from).into();
        generated.retain(|path| workspace.is_folder(&path.to_string_lossy()));
        if generated.is_empty() {
            generated.push(PathBuf::from(GENERATED[0]));
        }
        let paths = if self.paths.is_empty() {
            &generated
        } else {
            &self.paths
        };
        let mut found = vec![];
        for path in paths {
            let shown = path.to_string_lossy().into_owned();
            if workspace.is_folder(&shown) {
                let folder = shown.trim_end_matches('/');
                let inside = workspace.files_below(if folder.is_empty() { "." } else { folder })?;
                let inside = inside.into_iter().filter(|path| is_candidate(path));
                for path in inside {
                    let text = workspace.read(&path)?.unwrap_or_default();
                    if read::has_unit_tests(&text) {
                        let path = path.strip_prefix("./").unwrap_or(&path);
                        found.push((kept(path), text));
                    }
                }
            } else if let Some(text) = workspace.read(&shown)? {
                found.push((kept(&shown), text));
            } else {
                let help = if self.paths.is_empty() {
                    "run `obsctl generate`, or name files of tests or folders of them"
                } else {
                    "name files of tests, or folders of them"
                };
                return Err(Obstacle::new(format!("there is no `{shown}`"), help).into());
            }
        }
        if found.is_empty() {
            let shown: Vec<_> = paths.iter().map(|path| path.to_string_lossy()).collect();
            return Err(Obstacle::new(
                format!(
                    "there are no unit tests of rules in `{}`",
                    shown.join("`, `")
                ),
                "a file of tests has `tests`: `docs/testing.md` shows one",
            )
            .into());
        }
        found.sort();
        found.dedup();
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

/// Who evaluates a rule file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Ruler {
    Loki,
    Prometheus,
}

/// A rule file, by its path.
type Ruled = (Ruler, String);

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
        // Those of Loki stand first: at each step Prometheus sees what they record.
        let mut rules = vec![];
        for (ruler, patterns) in [
            (Ruler::Loki, &file.tests.log_rule_files),
            (Ruler::Prometheus, &file.tests.rule_files),
        ] {
            for (pattern, place) in patterns {
                let pattern = beside(file.path, pattern);
                let matching = workspace.matching(&pattern)?;
                if matching.is_empty() {
                    file.problems.push(no_file(file.path, *place, &pattern));
                }
                for path in matching {
                    let one = (ruler, path);
                    if !rules.contains(&one) {
                        rules.push(one);
                    }
                }
            }
        }
        for one in &rules {
            if !texts.contains_key(one) {
                texts.insert(one.clone(), workspace.read(&one.1)?.unwrap_or_default());
            }
        }
        named.push(rules);
    }
    let texts: Vec<_> = texts.into_iter().collect();
    let read = parallel::map(&texts, |((ruler, path), text)| {
        let path = kept(path);
        match ruler {
            Ruler::Loki => read::log_rule_file(File { path, text }),
            Ruler::Prometheus => read::rule_file(File { path, text }),
        }
    });
    type Read = (Vec<Arc<Group>>, Vec<Diagnostic>);
    let rules: BTreeMap<&Ruled, &Read> = texts
        .iter()
        .zip(&read)
        .map(|((file, _), read)| (file, read))
        .collect();
    type Named<'a> = (&'a [Ruled], &'a [String]);
    let mut sets: BTreeMap<Named<'_>, Arc<RuleSet>> = BTreeMap::new();
    let mut all = vec![];
    for (file, paths) in files.iter_mut().zip(&named) {
        let read = || paths.iter().filter_map(|path| rules.get(path));
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

/// The routing of each file of tests, of those that ask for it.
fn routings(
    files: &mut [TestFile],
    workspace: &Workspace,
) -> Result<Vec<Arc<Routing>>, CommandError> {
    let mut known: BTreeMap<String, (Arc<Routing>, Vec<Diagnostic>)> = BTreeMap::new();
    let mut all = vec![];
    for file in files {
        let Some((path, place)) = &file.tests.alertmanager_config else {
            all.push(Arc::default());
            continue;
        };
        let path = beside(file.path, path);
        if !known.contains_key(&path) {
            let Some(text) = workspace.read(&path)? else {
                let origin = Origin::at(file.path, place.line, place.column);
                let subject = format!("file `{}`", file.path);
                let missing = Diagnostic::new(subject, origin, format!("there is no `{path}`"));
                let help = "`alertmanager_config` is relative to the folder of the test file";
                file.problems.push(unreadable(missing.help(help)));
                all.push(Arc::default());
                continue;
            };
            let (routing, problems) = routing(kept(&path), &text);
            known.insert(path.clone(), (Arc::new(routing), problems));
        }
        let (routing, problems) = &known[&path];
        let mut problems = problems.clone();
        if problems.is_empty() {
            let cases = file.tests.tests.iter().flat_map(|test| &test.routes);
            problems.extend(cases.flat_map(|case| case.problems(file.path, routing)));
        }
        file.problems.extend(problems.into_iter().map(unreadable));
        all.push(routing.clone());
    }
    Ok(all)
}

/// Alertmanager's configuration, and what is wrong with it.
fn routing(path: &'static str, text: &str) -> (Routing, Vec<Diagnostic>) {
    let found = read::file(File { path, text });
    let [written] = found.alertmanagers.as_slice() else {
        let origin = Origin::at(path, 1, 1);
        let message = format!("`{path}` is no configuration of Alertmanager");
        let help = "it has `route` with a `receiver`, and `receivers`";
        let mut problems = found.problems;
        problems.push(Diagnostic::new(format!("file `{path}`"), origin, message).help(help));
        return (Routing::default(), problems);
    };
    // What is common to all receivers stands among them by its key.
    let receivers = written
        .receivers
        .iter()
        .filter(|one| one.settings.get("name").is_some());
    let receivers = receivers.map(|one| one.name.as_str()).collect();
    let times = written.mute_times.iter();
    let times: Vec<_> = times
        .map(|one| (one.name.as_str(), &one.settings, one.origin))
        .collect();
    let (routing, problems) = Routing::of(Configuration {
        root: &written.root,
        inhibitions: &written.inhibitions,
        receivers: &receivers,
        times: &times,
    });
    let mut all = found.problems;
    all.extend(problems);
    (routing, all)
}

/// What keeps the tests of a file from being run.
fn unreadable(problem: Diagnostic) -> Diagnostic {
    Diagnostic {
        check: read::UNREADABLE,
        severity: Severity::Error,
        ..problem
    }
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
