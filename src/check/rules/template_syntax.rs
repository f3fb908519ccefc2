//! `template-syntax`

use obsctl_model::Rule;

use crate::check::{Check, Findings, Input, Run, example};
use crate::diagnostic::{Diagnostic, Severity};
use crate::project::{subject, template};

/// A text that Prometheus cannot fill in.
pub static CHECK: Check = Check {
    name: "template-syntax",
    severity: Severity::Error,
    docs: "\
An annotation or a label of an alert is no template that Prometheus can fill in: an unknown function or variable, a
block that is never ended. Or a label of a recording rule is one.

## Why it matters

Prometheus does not load a rule file with a template it cannot read. Of recording rules it fills in nothing: the series has the
braces in its label.

## How to fix it

Correct the template at the underlined place. The value is `$value`, labels are `$labels.name`; comparisons are
functions: `{{ if gt $value 5.0 }}…{{ end }}`.
",
    run: Run::Once(run),
    fires: || example::saying("{{ $labels.path }} is {{ humanise $value }}"),
    silent: || example::saying("{{ $labels.path }} is {{ humanize $value }}"),
};

fn run(input: &Input<'_>, findings: &mut Findings) {
    for group in input.project.groups() {
        for rule in &group.rules {
            let alert = match rule {
                Rule::Alert(alert) => alert,
                Rule::Record(record) => {
                    let filled = record.labels.iter().filter(|(_, text)| text.contains("{{"));
                    findings.extend(filled.map(|(label, text)| {
                        let message = format!("label `{label}` of a recording rule is `{text}`");
                        Diagnostic::new(subject::record(group, record), record.origin, message)
                            .help("templates are of alerts alone: make the label with `label_replace`, or leave it out")
                    }));
                    continue;
                }
            };
            for (what, text) in template::texts(alert) {
                let read = input.templates.read(text);
                for problem in read.iter().flat_map(|template| &template.problems) {
                    let message = format!("{what}: {}", problem.message);
                    let finding =
                        Diagnostic::new(subject::alert(group, alert), alert.origin, message)
                            .underline(text, problem.range.clone(), "");
                    findings.push(match &problem.help {
                        Some(help) => finding.help(help),
                        None => finding,
                    });
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use obsctl_model::query::promql;

    use super::*;
    use crate::check::testing::report;

    #[test]
    fn recording_rules_have_no_templates() {
        let mut stack = example::record(promql("sum by (path) (connections)"));
        let Rule::Record(record) = &mut stack.rule_groups[0].rules[0] else {
            unreachable!("the group has one recording rule")
        };
        let label = ("at".to_owned(), "{{ $labels.path }}".to_owned());
        record.labels.extend([label]);
        insta::assert_snapshot!(report(&CHECK, stack), @"
        error[template-syntax]: label `at` of a recording rule is `{{ $labels.path }}`
        --> definitions.rs
         = in: recording rule `job:api_requests:rate5m` of group `api`
         = help: templates are of alerts alone: make the label with `label_replace`, or leave it out
        ");
    }

    #[test]
    fn suggests_the_function_that_was_meant() {
        insta::assert_snapshot!(report(&CHECK, (CHECK.fires)()), @"
        error[template-syntax]: summary: there is no function `humanise`
         --> definitions.rs:1:26
          |
        1 | {{ $labels.path }} is {{ humanise $value }}
          |                          ^^^^^^^^
          |
          = in: alert `HighLatency` of group `api`
          = help: did you mean `humanize`?
        ");
    }
}
