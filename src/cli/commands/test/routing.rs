//! Where alerts go, for the files of tests that ask.

use std::collections::BTreeMap;
use std::sync::Arc;

use obsctl_model::Origin;

use super::TestFile;
use super::files::beside;
use crate::cli::paths::kept;
use crate::cli::{CommandError, Workspace};
use crate::diagnostic::{Diagnostic, Severity, UNREADABLE};
use crate::read::{self, File};
use crate::routing::{Configuration, Routing};

/// The routing of each file of tests, of those that ask for it.
pub(super) fn routings(
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
    let receivers = written.named_receivers();
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
        check: UNREADABLE,
        severity: Severity::Error,
        ..problem
    }
}
