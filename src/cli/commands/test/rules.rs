//! The rules of files of tests.

use std::collections::BTreeMap;
use std::sync::Arc;

use obsctl_model::Origin;
use obsctl_rules::{Group, Place, RuleSet};

use super::TestFile;
use super::files::beside;
use crate::cli::paths::kept;
use crate::cli::{CommandError, Workspace};
use crate::diagnostic::{Diagnostic, Severity};
use crate::parallel;
use crate::read::{self, File};

/// Who evaluates a rule file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Ruler {
    Loki,
    Prometheus,
}

/// A rule file, by its path.
type Ruled = (Ruler, String);

/// The groups of a rule file, and what is wrong with it.
pub(super) type Groups = (Vec<Arc<Group>>, Vec<Diagnostic>);

impl Ruler {
    pub(super) fn read(self, path: &'static str, text: &str) -> Groups {
        match self {
            Self::Loki => read::log_rule_file(File { path, text }),
            Self::Prometheus => read::rule_file(File { path, text }),
        }
    }
}

/// The rules of each file of tests: every rule file is read once, and files that name the same share one set.
pub(super) fn rule_sets(
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
    let read = parallel::map(&texts, |((ruler, path), text)| ruler.read(kept(path), text));
    let rules: BTreeMap<&Ruled, &Groups> = texts
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
