//! `obsctl test`

mod coverage;
mod files;
mod routing;
mod rules;

use std::path::PathBuf;
use std::rc::Rc;

use clap::{Args, ValueEnum};

use crate::cli::{CLEAN, CommandError, FAILED, FINDINGS, Obstacle, Terminal, Workspace};
use crate::diagnostic::{Diagnostic, Severity};
use crate::parallel;
use crate::read::{self, File, UnitTests};
use crate::ruletest::{self, Coverage, Failure, FileResult, Summary, TestResult};
use coverage::Demand;
use files::found;
use routing::routings;
use rules::rule_sets;

const EXAMPLES: &str = "\
Examples:
  obsctl test                              the generated tests, against the generated rules
  obsctl test alerts/tests/ extra.test.yml
  obsctl test tests/ --only 'fast burn'    tests whose name has these words
  obsctl test --format junit > report.xml
  obsctl test tests/ --rules rules/ --min-coverage 80

Files are those of `promtool test rules`, of Prometheus 3.14; they may also have log lines for \
rules of Loki, and say where alerts go by Alertmanager's configuration. Folders are searched for them.

Exit status:
  0  all tests passed
  1  tests failed, or cover too little
  2  could not run, or a file could not be read";

/// Where generated tests are: those that promtool runs too, those of Loki's rules, and those of routing.
const GENERATED: [&str; 3] = ["alerts/tests", "alerts/loki-tests", "alerts/routing-tests"];

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
    #[command(flatten)]
    demand: Demand,
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
        let source = |path: &str| workspace.source(path).map(Rc::new);
        let report = match self.format {
            Format::Human => {
                let coverage = coverage.as_ref().map(Coverage::human);
                coverage.unwrap_or_default() + &ruletest::human(&files, &source)
            }
            Format::Json => ruletest::json(&files, coverage.as_ref()),
            Format::Junit => ruletest::junit(&files),
        };
        terminal.out.write_all(report.as_bytes())?;
        let short = coverage.as_ref().and_then(|it| self.demand.short_of(it));
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

    /// The files with what became of their tests; what they cover, where that is asked for.
    fn results(
        &self,
        workspace: &Workspace,
    ) -> Result<(Vec<FileResult>, Option<Coverage>), CommandError> {
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
            let covers = self
                .demand
                .is_asked()
                .then(|| (*set, test.rules.covers(set)));
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
            (*file, result, doubts, covers)
        });
        let results = files.iter().map(|file| FileResult {
            path: file.path,
            problems: file.problems.clone(),
            tests: vec![],
        });
        let mut results: Vec<_> = results.collect();
        let mut coverage = match self.demand.is_asked() {
            true => Some(
                self.demand
                    .of(&sets, self.paths.is_empty(), workspace, &mut results)?,
            ),
            false => None,
        };
        for (file, result, doubts, covers) in done {
            results[file].tests.push(result);
            results[file].problems.extend(doubts);
            if let (Some((set, covers)), Some(coverage)) = (covers, &mut coverage) {
                let rules = set.coverable();
                for (rule, item) in covers {
                    coverage.cover(&rules[rule], item);
                }
            }
        }
        Ok((results, coverage))
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
                "a file of tests has `tests`: `docs/testing.md` shows one",
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

/// A file of tests, read.
#[derive(Debug)]
struct TestFile {
    path: &'static str,
    tests: UnitTests,
    problems: Vec<Diagnostic>,
}
