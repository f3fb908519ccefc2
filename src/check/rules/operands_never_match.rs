//! `operands-never-match`

use obsctl_model::query::promql;

use super::unknown_label::available;
use crate::check::{Check, Findings, Input, example};
use crate::diagnostic::Severity;
use crate::project::labels::Use;

/// An operator whose sides have no series in common.
pub static CHECK: Check = Check {
    name: "operands-never-match",
    severity: Severity::Error,
    docs: "\
An operator pairs series by all their labels, and one side always has a label that the other never has.

## Why it matters

No two series pair: the result is always empty.

## How to fix it

Say which labels to pair by with `on (…)` or `ignoring (…)`, and `group_left` where many series pair with one. Or
aggregate both sides to the same labels.
",
    run,
    fires: || example::alert(promql("connections / memory_used_bytes > 1")),
    silent: || {
        example::alert(promql(
            "sum by (job, instance) (connections) / memory_used_bytes > 1",
        ))
    },
};

fn run(input: &Input<'_>, findings: &mut Findings) {
    for query in &input.queries {
        for issue in &query.flow.issues {
            if issue.loss.is_some() || issue.used != Use::Agreement {
                continue;
            }
            let message = format!("no series pair: only one side has label `{}`", issue.label);
            findings.push(
                query
                    .at
                    .finding(issue.span, message, "always empty")
                    .help(format!("on the other side, {}", available(&issue.instead)))
                    .help("say which labels to pair by: `on (…)` or `ignoring (…)`"),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::testing::report;

    #[test]
    fn names_the_label_and_those_of_the_other_side() {
        insta::assert_snapshot!(report(&CHECK, (CHECK.fires)()), @"
        error[operands-never-match]: no series pair: only one side has label `path`
         --> definitions.rs:1:13
          |
        1 | connections / memory_used_bytes > 1
          |             ^ always empty
          |
          = in: alert `HighLatency` of group `api`
          = help: on the other side, the labels are `instance`, `job`
          = help: say which labels to pair by: `on (…)` or `ignoring (…)`
        ");
    }
}
