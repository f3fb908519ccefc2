//! `unrouted-alert`

use std::collections::BTreeSet;

use obsctl_model::{LabelMatch, Receiver, Stack};

use crate::check::routing::alerts;
use crate::check::{Check, Findings, Input, Run, example};
use crate::diagnostic::{Diagnostic, Severity};
use crate::project::{Routes, subject};
use crate::routing::Tree;

/// An alert that nobody is told of.
pub static CHECK: Check = Check {
    name: "unrouted-alert",
    severity: Severity::Warning,
    docs: "\
An alert's routes lead only to receivers that have no channel. Of files, this is said of alerts that only the root of the
route tree takes, where one configuration of Alertmanager is among them.

## Why it matters

The alert fires, and nobody is told.

## How to fix it

Give the receiver a channel, or the alert a label that another route matches. What is meant for a dashboard only says
so: `.allow(\"unrouted-alert\", \"…\")`.
",
    run: Run::Once(run),
    fires: || routed(Receiver::new("nobody")),
    silent: || routed(example::told("nobody")),
};

fn run(input: &Input<'_>, findings: &mut Findings) {
    // Of several configurations nobody knows which one is told of an alert.
    let [routes] = input.project.routes() else {
        return;
    };
    if input.project.knows().ours {
        each(input, routes, findings);
    } else {
        left_to_the_root(input, routes, findings);
    }
}

/// Whether a receiver is there and has no channel. One that does not exist is another check's finding.
fn is_silent(routes: &Routes, name: &str) -> bool {
    let mut receivers = routes.receivers.iter().filter(|one| one.name == name);
    receivers.next().is_some_and(|first| !first.tells) && receivers.all(|one| !one.tells)
}

/// The alerts of a team.
fn each(input: &Input<'_>, routes: &Routes, findings: &mut Findings) {
    let tree = Tree::of(&routes.root);
    for (group, alert, labels) in alerts(input) {
        let reached = tree.receivers(&tree.reached(&labels));
        let silent = reached.iter().all(|name| is_silent(routes, name));
        if silent && let Some(first) = reached.first() {
            let message = format!(
                "nobody is told of `{}`: receiver `{first}` has no channel",
                alert.name
            );
            findings.push(
                Diagnostic::new(subject::alert(group, alert), alert.origin, message).help(
                    "give the receiver a channel, or the alert a label that another route matches",
                ),
            );
        }
    }
}

/// Alerts of files that no route but the root takes. A route that leads to nobody is there on purpose.
fn left_to_the_root(input: &Input<'_>, routes: &Routes, findings: &mut Findings) {
    let receiver = &routes.root.receiver;
    if !is_silent(routes, receiver) {
        return;
    }
    let tree = Tree::of(&routes.root);
    let all = alerts(input);
    let left: BTreeSet<_> = all
        .iter()
        .filter(|(.., labels)| tree.reached(labels) == [0])
        .map(|(_, alert, _)| alert.name.as_str())
        .collect();
    let Some(first) = left.first() else { return };
    let others = match left.len() - 1 {
        0 => String::new(),
        1 => " and one other alert".to_owned(),
        others => format!(" and {others} other alerts"),
    };
    let message = format!(
        "nobody is told of `{first}`{others}: receiver `{receiver}` of the root has no channel"
    );
    findings.push(
        Diagnostic::new(format!("route to `{receiver}`"), routes.root.origin, message)
            .help("give the receiver a channel, or these alerts a route: one to nobody says that it is meant"),
    );
}

/// The example's alert, which is routed by its team to this receiver.
fn routed(receiver: Receiver) -> Stack {
    example::routed(LabelMatch::is("team", "platform"), receiver)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::testing::report;

    #[test]
    fn names_the_receiver() {
        insta::assert_snapshot!(report(&CHECK, (CHECK.fires)()), @"
        warning[unrouted-alert]: nobody is told of `HighLatency`: receiver `nobody` has no channel
        --> definitions.rs
         = in: alert `HighLatency` of group `api`
         = help: give the receiver a channel, or the alert a label that another route matches
        ");
    }
}
