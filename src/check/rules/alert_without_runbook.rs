//! `alert-without-runbook`

use std::collections::BTreeSet;

use obsctl_model::query::promql;
use obsctl_model::{Alert, Rule, Slug};

use crate::check::{Check, Findings, Input, Run, example};
use crate::diagnostic::{Diagnostic, Severity};
use crate::project::subject;

/// An alert that leads nowhere.
pub static CHECK: Check = Check {
    name: "alert-without-runbook",
    severity: Severity::Error,
    docs: "\
An alert names no runbook, or one that does not exist.

## Why it matters

Who is woken at night looks for what to do next. An alert without an answer to that is noise, and a link that leads
nowhere is worse.

## How to fix it

Write the runbook, even a short one, and name it: `.runbook(…)`.
",
    run: Run::Once(run),
    fires: || {
        example::with_alert(Alert {
            runbook: Some(Slug::from_static("high-latensy")),
            ..example::high_latency(promql("connections > 100"))
        })
    },
    silent: || example::alert(promql("connections > 100")),
};

fn run(input: &Input<'_>, findings: &mut Findings) {
    // Rules of others name it in an annotation, where a policy can ask for it.
    if !input.project.knows().ours {
        return;
    }
    let runbooks: BTreeSet<_> = input
        .project
        .stack()
        .runbooks
        .iter()
        .map(|runbook| runbook.id.as_str())
        .collect();
    for group in input.project.groups() {
        for rule in &group.rules {
            let Rule::Alert(alert) = rule else { continue };
            let finding = |message: String| {
                Diagnostic::new(subject::alert(group, alert), alert.origin, message)
            };
            match &alert.runbook {
                None => findings.push(
                    finding(format!("alert `{}` has no runbook", alert.name))
                        .help("write one and name it: `.runbook(…)`"),
                ),
                Some(id) if !runbooks.contains(id.as_str()) => findings.push(
                    finding(format!(
                        "alert `{}` leads to runbook `{id}`, which does not exist",
                        alert.name
                    ))
                    .did_you_mean(id.as_str(), runbooks.iter().copied()),
                ),
                Some(_) => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::testing::report;

    #[test]
    fn suggests_the_nearest_runbook() {
        insta::assert_snapshot!(report(&CHECK, (CHECK.fires)()), @"
        error[alert-without-runbook]: alert `HighLatency` leads to runbook `high-latensy`, which does not exist
        --> definitions.rs
         = in: alert `HighLatency` of group `api`
         = help: did you mean `high-latency`?
        ");
    }

    #[test]
    fn no_runbook_is_found_too() {
        let mut alert = example::high_latency(promql("connections > 100"));
        alert.runbook = None;
        insta::assert_snapshot!(report(&CHECK, example::with_alert(alert)), @"
        error[alert-without-runbook]: alert `HighLatency` has no runbook
        --> definitions.rs
         = in: alert `HighLatency` of group `api`
         = help: write one and name it: `.runbook(…)`
        ");
    }
}
