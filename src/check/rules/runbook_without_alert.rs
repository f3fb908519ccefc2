//! `runbook-without-alert`

use std::collections::BTreeSet;

use obsctl_model::Rule;
use obsctl_model::query::promql;

use crate::check::{Check, Findings, Input, Run, example};
use crate::diagnostic::{Diagnostic, Severity};
use crate::project::subject;

/// A runbook nothing leads to.
pub static CHECK: Check = Check {
    name: "runbook-without-alert",
    severity: Severity::Warning,
    docs: "\
No alert and no SLO leads to a runbook.

## Why it matters

Nobody opens it when it is needed. Often the alert was renamed or removed and the runbook stayed.

## How to fix it

Name it in the alert it belongs to, or remove it. One that is set off by hand says so:
`.allow(\"runbook-without-alert\", \"opened by support\")`.
",
    run: Run::Once(run),
    fires: || example::stack().runbook(example::runbook()),
    silent: || example::alert(promql("connections > 100")),
};

fn run(input: &Input<'_>, findings: &mut Findings) {
    let stack = input.project.stack();
    let alerts = input.project.groups().iter().flat_map(|group| &group.rules);
    let used: BTreeSet<_> = alerts
        .filter_map(|rule| match rule {
            Rule::Alert(alert) => alert.runbook.as_ref(),
            Rule::Record(_) => None,
        })
        .chain(stack.slos.iter().filter_map(|slo| slo.runbook.as_ref()))
        .collect();
    for runbook in &stack.runbooks {
        if !used.contains(&runbook.id) {
            let message = format!("no alert leads to runbook `{}`", runbook.id);
            findings.push(
                Diagnostic::new(subject::runbook(runbook), runbook.origin, message)
                    .help("name it in the alert it belongs to"),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::testing::report;

    #[test]
    fn names_the_runbook() {
        insta::assert_snapshot!(report(&CHECK, (CHECK.fires)()), @"
        warning[runbook-without-alert]: no alert leads to runbook `high-latency`
        --> definitions.rs
         = in: runbook `high-latency`
         = help: name it in the alert it belongs to
        ");
    }
}
