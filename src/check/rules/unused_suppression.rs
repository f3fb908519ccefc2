//! `unused-suppression`

use obsctl_model::query::promql;
use obsctl_model::{Allow, Stack};

use crate::check::suppression::Accepted;
use crate::check::{Check, Run, example};
use crate::diagnostic::{Diagnostic, Severity};

/// An `allow` without anything to accept.
pub static CHECK: Check = Check {
    name: "unused-suppression",
    severity: Severity::Warning,
    docs: "\
An `allow` accepts nothing: its check finds nothing on the definition that carries it.

## Why it matters

What it accepted has been mended, or it stands at the wrong definition. Left in place it hides the next mistake of the
same kind.

## How to fix it

Remove it.
",
    // Found when all other findings are known: see `suppression`.
    run: Run::Once(|_, _| {}),
    fires: || accepting("connections > 100"),
    silent: || accepting("memory_used_bytes > 100"),
};

pub(in crate::check) fn finding(accepted: &Accepted<'_>) -> Diagnostic {
    let message = format!("`{}` is allowed, but was not found", accepted.allow.check);
    Diagnostic::new(&accepted.subject, accepted.allow.origin, message).help("remove the `allow`")
}

/// A stack in which the metric `connections` may be unused.
fn accepting(query: &str) -> Stack {
    let mut stack = example::alert(promql(query));
    for metric in stack
        .metrics
        .iter_mut()
        .flat_map(|family| &mut family.metrics)
    {
        if metric.name.as_str() == "connections" {
            metric
                .allow
                .push(Allow::new("unused-metric", "read by hand"));
        }
    }
    stack
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::testing::findings;

    #[test]
    fn names_what_was_allowed() {
        let found = findings((CHECK.fires)());
        let found: Vec<_> = found
            .iter()
            .filter(|finding| finding.check == CHECK.name)
            .collect();
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].subject, "metric `connections`");
        assert_eq!(
            found[0].message,
            "`unused-metric` is allowed, but was not found"
        );
    }
}
