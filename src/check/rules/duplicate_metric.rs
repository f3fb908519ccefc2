//! `duplicate-metric`

use std::collections::BTreeMap;

use obsctl_model::{Origin, Rule, Stack};

use crate::check::{Check, Findings, Input, Run, example};
use crate::diagnostic::{Diagnostic, Severity};
use crate::project::subject;

/// Two declarations of one series.
pub static CHECK: Check = Check {
    name: "duplicate-metric",
    severity: Severity::Error,
    docs: "\
Two metrics give series of the same name, or a rule records a name that is exposed.

## Why it matters

What is known of a series, its type, labels and unit, is true of one of them only. A histogram `x` takes the names
`x_bucket`, `x_sum` and `x_count` too.

## How to fix it

Rename one of them, or keep one declaration and share it.
",
    run: Run::Once(run),
    fires: twice,
    silent: example::stack,
};

fn run(input: &Input<'_>, findings: &mut Findings) {
    // Catalogs from several places overlap.
    if !input.project.knows().ours {
        return;
    }
    let mut seen: BTreeMap<String, Origin> = BTreeMap::new();
    let families = &input.project.stack().metrics;
    for metric in families.iter().flat_map(|family| &family.metrics) {
        let names = metric.series_names();
        if let Some((name, first)) = names.iter().find_map(|name| seen.get_key_value(name)) {
            let message = format!("series `{name}` is declared twice");
            findings.push(
                Diagnostic::new(subject::metric(metric), metric.origin, message)
                    .also(*first, "first declared here"),
            );
        }
        for name in names {
            seen.entry(name).or_insert(metric.origin);
        }
    }
    for group in input.project.groups() {
        for rule in &group.rules {
            if let Rule::Record(rule) = rule
                && let Some(first) = seen.get(rule.record.as_str())
            {
                let message = format!("`{}` is recorded, and exposed as well", rule.record);
                findings.push(
                    Diagnostic::new(subject::record(group, rule), rule.origin, message)
                        .also(*first, "declared as a metric here")
                        .help("name recorded series `level:metric:operations`"),
                );
            }
        }
    }
}

/// A stack with the example metrics twice.
fn twice() -> Stack {
    let mut stack = example::stack();
    let mut again = example::family();
    again.title = "Once more".to_owned();
    again
        .metrics
        .retain(|metric| metric.name.as_str() == "connections");
    stack.metrics.push(again);
    stack
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::testing::report;
    use obsctl_model::query::promql;
    use obsctl_model::{MetricName, RecordingRule, RuleGroup};

    #[test]
    fn shows_both_declarations() {
        insta::assert_snapshot!(report(&CHECK, (CHECK.fires)()), @r#"
        error[duplicate-metric]: series `connections` is declared twice
         --> metrics.rs:1:1
          |
        1 | "connections"
          | ^^^^^^^^^^^^^
          |
         ::: metrics.rs:1:1
          |
        1 | "connections"
          | ------------- first declared here
          |
          = in: metric `connections`
        "#);
    }

    #[test]
    fn recorded_names_must_not_be_exposed() {
        let name = MetricName::from_static("api_request_duration_seconds_count");
        let rule = RecordingRule::new(name, promql("sum(up)"));
        let stack = example::stack().rule_group(RuleGroup::new("api").record(rule));
        insta::assert_snapshot!(report(&CHECK, stack), @r#"
        error[duplicate-metric]: `api_request_duration_seconds_count` is recorded, and exposed as well
         --> definitions.rs
          |
         ::: metrics.rs:1:1
          |
        1 | "api_request_duration_seconds"
          | ------------------------------ declared as a metric here
          |
          = in: recording rule `api_request_duration_seconds_count` of group `api`
          = help: name recorded series `level:metric:operations`
        "#);
    }
}
