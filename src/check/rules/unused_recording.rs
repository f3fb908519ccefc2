//! `unused-recording`

use std::collections::BTreeSet;

use obsctl_model::dashboard::ExpressionRef;
use obsctl_model::query::promql;
use obsctl_model::{MetricName, RecordingRule, Rule, RuleGroup, Stack};

use crate::check::{Check, Findings, Input, Run, example};
use crate::diagnostic::{Diagnostic, Severity};
use crate::project::expression::series_name;
use crate::project::{slo, subject};

/// A recorded series nobody looks at.
pub static CHECK: Check = Check {
    name: "unused-recording",
    severity: Severity::Note,
    docs: "\
No rule, panel or runbook uses a recorded series.

## Why it matters

The rule is evaluated and its series are stored for nobody.

## How to fix it

Use it where its query is written out, or remove the rule. Series that others read, by federation or remote write, say
so: `.allow(\"unused-recording\", \"…\")`. What is made from SLOs is not reported.
",
    run: Run::Once(run),
    fires: || using("sum(up) < 1"),
    silent: || using("sum(job:up:sum) < 1"),
};

fn run(input: &Input<'_>, findings: &mut Findings) {
    if !input.project.knows().ours {
        return;
    }
    let named = input.queries.iter().flat_map(|query| &query.named);
    let mut used: BTreeSet<&str> = named.map(|named| named.name).collect();
    for dashboard in input.project.dashboards() {
        for placed in dashboard.queries() {
            if let ExpressionRef::Promql(query) = placed.expression {
                let selectors = query.expr().selectors();
                used.extend(selectors.filter_map(|used| Some(series_name(used.selector)?.0)));
            }
        }
    }
    let made: BTreeSet<String> = input
        .project
        .stack()
        .slos
        .iter()
        .flat_map(slo::group_names)
        .collect();
    for group in input.project.groups() {
        if made.contains(&group.name) {
            continue;
        }
        for rule in &group.rules {
            let Rule::Record(record) = rule else { continue };
            if !used.contains(record.record.as_str()) {
                let message = format!("`{}` is recorded and not used anywhere", record.record);
                findings.push(
                    Diagnostic::new(subject::record(group, record), record.origin, message)
                        .help("use it where its query is written out, or remove the rule"),
                );
            }
        }
    }
}

/// A recording rule, and an alert on this.
fn using(query: &str) -> Stack {
    let rule = RecordingRule::new(
        MetricName::from_static("job:up:sum"),
        promql("sum by (job) (up)"),
    );
    example::alert(promql(query)).rule_group(RuleGroup::new("recorded").record(rule))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::testing::report;

    #[test]
    fn names_the_series() {
        insta::assert_snapshot!(report(&CHECK, (CHECK.fires)()), @"
        note[unused-recording]: `job:up:sum` is recorded and not used anywhere
        --> definitions.rs
         = in: recording rule `job:up:sum` of group `recorded`
         = help: use it where its query is written out, or remove the rule
        ");
    }
}
