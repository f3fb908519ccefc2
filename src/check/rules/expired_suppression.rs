//! `expired-suppression`

use obsctl_model::{Allow, Stack};

use crate::check::suppression::Accepted;
use crate::check::{Check, Run, example};
use crate::diagnostic::{Diagnostic, Severity};

/// An accepted finding whose time is over.
pub static CHECK: Check = Check {
    name: "expired-suppression",
    severity: Severity::Warning,
    docs: "\
A finding was accepted up to a day that has passed.

## Why it matters

The date was a promise to look again. The finding itself is reported again from that day on.

## How to fix it

Mend what was accepted and remove the `allow`, or give it a new date and say why.
",
    // Found when all other findings are known: see `suppression`.
    run: Run::Once(|_, _| {}),
    fires: || {
        accepting(&Allow::new("unused-metric", "comes with the next release").until(2025, 12, 31))
    },
    silent: || accepting(&Allow::new("unused-metric", "read by hand")),
};

pub(in crate::check) fn finding(accepted: &Accepted<'_>) -> Diagnostic {
    let (check, until) = (&accepted.allow.check, accepted.allow.until.as_deref());
    let message = format!("`{check}` was accepted until {}", until.unwrap_or_default());
    Diagnostic::new(&accepted.subject, accepted.allow.origin, message).help(format!(
        "the reason was: {}; mend it, or accept it for longer",
        accepted.allow.reason
    ))
}

/// A stack in which the metric `connections` may be unused.
fn accepting(allow: &Allow) -> Stack {
    let mut stack = example::stack();
    for metric in stack
        .metrics
        .iter_mut()
        .flat_map(|family| &mut family.metrics)
    {
        if metric.name.as_str() == "connections" {
            metric.allow.push(allow.clone());
        }
    }
    stack
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::testing::findings;

    #[test]
    fn what_was_accepted_is_reported_again() {
        let found: Vec<_> = findings((CHECK.fires)())
            .into_iter()
            .filter(|finding| finding.subject == "metric `connections`")
            .map(|finding| (finding.check, finding.message))
            .collect();
        assert_eq!(
            found,
            [
                (
                    "unused-metric",
                    "metric `connections` is not used anywhere".to_owned()
                ),
                (
                    "expired-suppression",
                    "`unused-metric` was accepted until 2025-12-31".to_owned()
                ),
            ]
        );
    }
}
