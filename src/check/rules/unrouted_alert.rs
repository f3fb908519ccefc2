//! `unrouted-alert`

use std::collections::BTreeSet;

use obsctl_model::query::promql;
use obsctl_model::{Channel, LabelMatch, Receiver, Route, Routing, Rule, Stack};

use crate::check::routing::Labels;
use crate::check::{Check, Findings, Input, example};
use crate::diagnostic::{Diagnostic, Severity};
use crate::project::subject;
use crate::routing::Tree;

/// An alert that nobody is told of.
pub static CHECK: Check = Check {
    name: "unrouted-alert",
    severity: Severity::Warning,
    docs: "\
An alert's routes lead only to receivers that have no channel.

## Why it matters

The alert fires, and nobody is told.

## How to fix it

Give the receiver a channel, or the alert a label that another route matches. What is meant for a dashboard only says
so: `.allow(\"unrouted-alert\", \"…\")`.
",
    run,
    fires: || routed(Receiver::new("nobody")),
    silent: || routed(told("nobody")),
};

fn run(input: &Input<'_>, findings: &mut Findings) {
    let Some(routing) = &input.project.stack().routing else {
        return;
    };
    let told: BTreeSet<&str> = routing
        .receivers
        .iter()
        .filter(|receiver| !receiver.channels.is_empty())
        .map(|receiver| receiver.name.as_str())
        .collect();
    let defined: BTreeSet<&str> = routing
        .receivers
        .iter()
        .map(|one| one.name.as_str())
        .collect();
    let tree = Tree::of(&routing.root);
    for group in input.project.groups() {
        for rule in &group.rules {
            let Rule::Alert(alert) = rule else { continue };
            let labels = Labels::of(input, group, alert);
            let reached = tree.receivers(&tree.reached(&labels));
            // One that does not exist is another check's finding.
            let silent = reached
                .iter()
                .all(|name| defined.contains(name) && !told.contains(name));
            if silent && let Some(first) = reached.first() {
                let message = format!(
                    "nobody is told of `{}`: receiver `{first}` has no channel",
                    alert.name
                );
                findings.push(
                    Diagnostic::new(subject::alert(group, alert), alert.origin, message)
                        .help("give the receiver a channel, or the alert a label that another route matches"),
                );
            }
        }
    }
}

fn told(name: &str) -> Receiver {
    Receiver::new(name).channel(Channel::Webhook {
        url: "http://localhost/".to_owned(),
    })
}

/// The example's alert, which is routed by its team to this receiver.
fn routed(receiver: Receiver) -> Stack {
    let name = receiver.name.clone();
    let routing = Routing {
        root: Route::to("ops").child(Route::to(name).when(LabelMatch::is("team", "platform"))),
        receivers: vec![told("ops"), receiver],
        inhibitions: vec![],
        mute_times: vec![],
    };
    example::alert(promql("sum(connections) > 100")).routing(routing)
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
