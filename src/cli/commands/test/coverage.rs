//! What the tests exercise of the rules: which rules count, and how much is enough.

use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;
use obsctl_rules::RuleSet;

use super::files::found;
use super::rules::Ruler;
use crate::cli::{CommandError, Workspace};
use crate::read;
use crate::ruletest::{Coverage, FileResult};

/// Where generated rules are.
const GENERATED: [(Ruler, &str); 2] = [
    (Ruler::Prometheus, "alerts/prometheus"),
    (Ruler::Loki, "alerts/loki"),
];

/// What of the rules has to be exercised
#[derive(Debug, Args)]
pub(super) struct Demand {
    /// Also say what of the rules the tests exercise
    #[arg(long)]
    coverage: bool,
    /// The lowest coverage that is enough
    #[arg(long, value_name = "PERCENT", value_parser = percent)]
    min_coverage: Option<f64>,
    /// Prometheus' rule files, or folders of them, that count for the coverage whether or not a test names them
    #[arg(long, value_name = "PATH")]
    rules: Vec<PathBuf>,
    /// The same of Loki's rule files
    #[arg(long, value_name = "PATH")]
    log_rules: Vec<PathBuf>,
}

impl Demand {
    /// Whether it is asked what the tests exercise.
    pub(super) const fn is_asked(&self) -> bool {
        self.coverage || self.min_coverage.is_some()
    }

    /// What is said of a coverage that is not enough.
    pub(super) fn short_of(&self, coverage: &Coverage) -> Option<String> {
        let (least, percent) = (self.min_coverage?, coverage.percent());
        (percent < least).then(|| {
            format!(
                "the tests cover {percent}% of what the rules can do: --min-coverage asks for {least}%"
            )
        })
    }

    /// All that can be covered: of the rules of the tests, of those that are named, and where generated tests are run of
    /// all that are generated. Files that cannot be read are added to the results.
    pub(super) fn of(
        &self,
        sets: &[Arc<RuleSet>],
        generated: bool,
        workspace: &Workspace,
        results: &mut Vec<FileResult>,
    ) -> Result<Coverage, CommandError> {
        let mut coverage = Coverage::default();
        coverage.of(sets.iter().flat_map(|set| set.coverable()));
        let named = self
            .rules
            .iter()
            .map(|path| (Ruler::Prometheus, path.clone()));
        let named = named.chain(
            self.log_rules
                .iter()
                .map(|path| (Ruler::Loki, path.clone())),
        );
        let mut paths: Vec<_> = named.collect();
        if generated {
            let made = GENERATED
                .into_iter()
                .filter(|(_, path)| workspace.is_folder(path));
            paths.extend(made.map(|(ruler, path)| (ruler, path.into())));
        }
        for (ruler, path) in paths {
            let help = "`--rules` and `--log-rules` take rule files, or folders of them";
            for (path, text) in found(workspace, &[path], read::has_rules, help)? {
                let (groups, problems) = ruler.read(path, &text);
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
        Ok(coverage)
    }
}

fn percent(text: &str) -> Result<f64, String> {
    let percent = text.trim_end_matches('%').parse().ok();
    let percent = percent.filter(|percent| (0.0..=100.0).contains(percent));
    percent.ok_or_else(|| "a percentage is a number from 0 to 100".to_owned())
}
