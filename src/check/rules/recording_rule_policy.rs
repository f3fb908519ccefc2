//! `recording-rule-policy`

use obsctl_model::query::promql;
use obsctl_model::{MetricName, RecordingRule, Rule, RuleGroup, Stack};

use crate::check::demand::{Demanded, labels};
use crate::check::{Check, Findings, Input, Run, example};
use crate::diagnostic::Severity;
use crate::project::subject;

/// A recording rule that is not as the team wants its recording rules.
pub static CHECK: Check = Check {
    name: "recording-rule-policy",
    severity: Severity::Warning,
    docs: "\
A recording rule is not as the policy of the team wants it: its name or its labels.

## Why it matters

A name like `job:api_requests:rate5m` says what is left of the labels, what was recorded and how, so that nobody has to
look the rule up.

## How to fix it

Rename it, and the queries that read it; set the label; or change what is asked for in `obsctl.toml`:

```toml
[policy.recording_rules]
name = \"[a-z_]+:[a-z0-9_]+:[a-z0-9_]+\"
required_labels = {}
forbidden_labels = [\"severity\"]
```

Patterns are regular expressions that match the whole text.
",
    run: Run::Once(run),
    fires: || recording("api_requests_rate5m"),
    silent: || recording("job:api_requests:rate5m"),
};

fn recording(name: &'static str) -> Stack {
    let query = promql("sum by (job) (rate(api_requests_total[5m]))");
    let rule = RecordingRule::new(MetricName::from_static(name), query);
    example::stack().rule_group(RuleGroup::new("api").record(rule))
}

fn run(input: &Input<'_>, findings: &mut Findings) {
    let asked = &input.policy.demands.recording_rules;
    for group in input.project.groups() {
        for rule in &group.rules {
            let Rule::Record(rule) = rule else { continue };
            let rules = Demanded {
                subject: subject::record(group, rule),
                what: format!("recording rule `{}`", rule.record),
                origin: rule.origin,
                section: "policy.recording_rules",
                input,
            };
            rules.name("name", rule.record.as_str(), asked.name.as_ref(), findings);
            let labels = labels(&group.labels, &rule.labels);
            let required = &asked.required_labels;
            rules.texts("label", "required_labels", required, &labels, findings);
            let forbidden = &asked.forbidden_labels;
            rules.without("label", "forbidden_labels", forbidden, &labels, findings);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::testing::report;

    #[test]
    fn labels_can_be_forbidden() {
        let mut stack = (CHECK.silent)();
        let labels = &mut stack.rule_groups[0].labels;
        labels.insert("severity".to_owned(), "page".to_owned());
        let report = report(&CHECK, stack);
        assert!(report.contains("has the label `severity`"), "{report}");
    }

    #[test]
    fn names_the_pattern() {
        insta::assert_snapshot!(report(&CHECK, (CHECK.fires)()), @"
        warning[recording-rule-policy]: the name of recording rule `api_requests_rate5m` does not match `[a-z_]+:[a-z0-9_]+:[a-z0-9_]+`
        --> definitions.rs
         = in: recording rule `api_requests_rate5m` of group `api`
         = help: see `policy.recording_rules.name` in `obsctl.toml`
        ");
    }
}
