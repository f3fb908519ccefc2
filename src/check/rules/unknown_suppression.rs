//! `unknown-suppression`

use obsctl_model::{Allow, Stack};

use crate::check::{Check, Findings, Input, ONLINE, Run, example, rules};
use crate::diagnostic::{Diagnostic, Severity};

/// An `allow` that names no check.
pub static CHECK: Check = Check {
    name: "unknown-suppression",
    severity: Severity::Warning,
    docs: "\
An `allow` names a check that does not exist.

## Why it matters

It accepts nothing. Either the finding it was meant for is still reported, or it never was one.

## How to fix it

Correct the name: `docs/checks/` lists all of them.
",
    run: Run::Once(run),
    fires: || example_metric("unused-metrc"),
    silent: || example_metric("unused-metric"),
};

fn run(input: &Input<'_>, findings: &mut Findings) {
    for one in &input.accepted {
        let name = one.allow.check.as_str();
        if Check::find(name).is_none() && !ONLINE.contains(&name) {
            let message = format!("there is no check `{name}` to allow");
            findings.push(
                Diagnostic::new(&one.subject, one.allow.origin, message)
                    .did_you_mean(name, rules::ALL.iter().map(|check| check.name)),
            );
        }
    }
}

/// The example stack, in which one metric accepts `check`.
fn example_metric(check: &str) -> Stack {
    let mut stack = example::stack();
    for metric in stack
        .metrics
        .iter_mut()
        .flat_map(|family| &mut family.metrics)
        .take(1)
    {
        metric.allow.push(Allow::new(check, "an example"));
    }
    stack
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::testing::findings;

    #[test]
    fn suggests_the_nearest_check() {
        let found = findings((CHECK.fires)());
        let found = found
            .iter()
            .find(|finding| finding.check == CHECK.name)
            .unwrap();
        assert_eq!(found.message, "there is no check `unused-metrc` to allow");
        assert_eq!(found.help, ["did you mean `unused-metric`?"]);
    }
}
