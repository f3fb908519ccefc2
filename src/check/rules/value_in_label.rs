//! `value-in-label`

use obsctl_model::query::promql;
use obsctl_model::{Rule, Stack};

use crate::check::{Check, Findings, Input, Run, example};
use crate::diagnostic::{Diagnostic, Severity};
use crate::project::subject;

/// A label that is another one at every evaluation.
pub static CHECK: Check = Check {
    name: "value-in-label",
    severity: Severity::Error,
    docs: "\
A label of an alert shows its value, or the result of a query.

## Why it matters

Labels say which alert it is. With another value it is another alert: the old one is resolved, a new one begins to
wait. An alert with `for` never fires, one without sends a message at every evaluation.

## How to fix it

Show the value in an annotation: those may change.
",
    run: Run::Once(run),
    fires: || labelled("{{ $value }}"),
    silent: || labelled("{{ $labels.path }}"),
};

fn run(input: &Input<'_>, findings: &mut Findings) {
    for group in input.project.groups() {
        for rule in &group.rules {
            let Rule::Alert(alert) = rule else { continue };
            for (label, text) in alert.labels.iter().chain(&group.labels) {
                let Some(read) = input.templates.read(text) else {
                    continue;
                };
                let values = read.values.iter();
                let values = values.map(|printed| (&printed.range, "the value"));
                let results = read.results.iter();
                let results = results.map(|range| (range, "the result of a query"));
                for (range, what) in values.chain(results) {
                    let message = format!("label `{label}` shows {what}");
                    findings.push(
                        Diagnostic::new(subject::alert(group, alert), alert.origin, message)
                            .underline(
                                text.as_str(),
                                range.clone(),
                                "another alert whenever it changes",
                            )
                            .help("show it in an annotation"),
                    );
                }
            }
        }
    }
}

fn labelled(text: &str) -> Stack {
    example::with_alert(example::high_latency(promql("connections > 100")).label("current", text))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::testing::underlined;

    #[test]
    fn what_only_depends_on_it_is_silent() {
        for (text, found) in [
            ("{{ $value | humanize }}", vec!["$value"]),
            (
                r#"{{ query "up" | first | value }}"#,
                vec![r#"query "up" | first | value"#],
            ),
            (
                "{{ if gt $value 500.0 }}critical{{ else }}warning{{ end }}",
                vec![],
            ),
        ] {
            assert_eq!(underlined(&CHECK, labelled(text)), found, "{text}");
        }
    }
}
