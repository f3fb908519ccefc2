//! `costly-stream-label`

use obsctl_model::{Domain, ExposedName, LabelDef};

use super::unknown_log_field::logging;
use crate::check::{Check, Findings, Input, Run};
use crate::diagnostic::{Diagnostic, Severity};

/// A stream for every value.
pub static CHECK: Check = Check {
    name: "costly-stream-label",
    severity: Severity::Error,
    docs: "\
A stream label of the log catalog has many values, or grows with the business.

## Why it matters

Loki keeps a stream, with chunks and an index of its own, for every combination of stream labels. Many small streams make
it slow and dear, and it refuses new ones from some number on.

## How to fix it

Keep it a field of the line, or structured metadata: both can be filtered by as well.
",
    run: Run::Once(run),
    fires: || with_label(Domain::Unbounded { budget: 500, example: "acme".to_owned() }),
    silent: || with_label(Domain::Values(vec!["prod".to_owned(), "test".to_owned()])),
};

/// More values than this make too many streams.
const MOST: u32 = 100;

fn run(input: &Input<'_>, findings: &mut Findings) {
    for label in &input.project.stack().logs.stream_labels {
        let message = match &label.domain {
            Domain::Unbounded { .. } => {
                format!("stream label `{}` grows with the business", label.name)
            }
            other if other.size() > MOST => {
                format!(
                    "stream label `{}` has up to {} values",
                    label.name,
                    other.size()
                )
            }
            _ => continue,
        };
        let origin = obsctl_model::Origin::none();
        findings.push(
            Diagnostic::new(format!("stream label `{}`", label.name), origin, message)
                .help("make it a field of the line, or structured metadata"),
        );
    }
}

fn with_label(domain: Domain) -> obsctl_model::Stack {
    let mut stack = logging(r#"sum(rate({service="api"} [5m])) > 1"#);
    let name = ExposedName::from_static("tenant_id");
    stack.logs.stream_labels.push(LabelDef { name, domain });
    stack
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::testing::findings;

    #[test]
    fn counts_what_is_bounded() {
        let found = |at_most| {
            let example = "a".to_owned();
            let stack = with_label(Domain::Bounded { at_most, example });
            let own = findings(stack)
                .into_iter()
                .filter(|found| found.check == CHECK.name);
            own.map(|found| found.message).collect::<Vec<_>>()
        };
        assert_eq!(found(100), Vec::<String>::new());
        assert_eq!(
            found(101),
            ["stream label `tenant_id` has up to 101 values"]
        );
    }
}
