//! `unknown-label`

use obsctl_model::query::promql;

use crate::check::{Check, Findings, Input, Query, Run, example};
use crate::diagnostic::Severity;
use crate::project::Site;
use crate::project::labels::{Issue, Use};

/// A label that the series do not have.
pub static CHECK: Check = Check {
    name: "unknown-label",
    severity: Severity::Error,
    docs: "\
A label is matched, grouped by or joined on that the series do not have.

## Why it matters

A matcher on a label that does not exist selects nothing (or, with `!=`, everything); a grouping by it puts all series
into one. Both look like an answer.

## How to fix it

Correct the name, or declare the label with the metric. `job`, `instance` and the labels of scrape jobs are known.
",
    run: Run::PerQuery(run),
    fires: || example::alert(promql("sum by (route) (rate(api_requests_total[5m])) > 10")),
    silent: || example::alert(promql("sum by (path) (rate(api_requests_total[5m])) > 10")),
};

fn run(_: &Input<'_>, query: &Query<'_>, findings: &mut Findings) {
    for issue in &query.flow.issues {
        if issue.loss.is_none() && issue.used != Use::Agreement {
            let message = format!("label `{}` does not exist here", issue.label);
            findings.push(
                query
                    .at
                    .finding(issue.span, message, note(issue))
                    .did_you_mean(issue.label, issue.instead.iter().copied())
                    .help(available(&issue.instead)),
            );
        }
    }
    if let Site::Variable {
        label: Some(label), ..
    } = &query.at.site
        && !query.flow.labels.has(label)
    {
        let names: Vec<_> = query.flow.labels.names().collect();
        let message = format!("label `{label}` does not exist here");
        let span = query.at.query.expr().span();
        findings.push(
            query
                .at
                .finding(span, message, format!("has no `{label}`"))
                .did_you_mean(label, names.iter().copied())
                .help(available(&names)),
        );
    }
}

fn note(issue: &Issue<'_>) -> &'static str {
    match issue.used {
        Use::Matcher => "the series have no such label",
        Use::Grouping => "grouped by a label that no series has",
        Use::Matching | Use::Agreement => "joined on a label that no series has",
        Use::Include => "the other side has no such label",
        Use::Quantile => "a histogram's buckets have it",
        Use::Source => "read from a label that no series has",
    }
}

/// The labels there are, for the help of a finding.
pub(in crate::check) fn available(labels: &[&str]) -> String {
    if labels.is_empty() {
        return "there are no labels".to_owned();
    }
    let names: Vec<_> = labels.iter().map(|label| format!("`{label}`")).collect();
    format!("the labels are {}", names.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::testing::{findings, report, underlined};
    use obsctl_model::{MetricName, RecordingRule, RuleGroup};

    #[test]
    fn names_the_labels_there_are() {
        insta::assert_snapshot!(report(&CHECK, (CHECK.fires)()), @"
        error[unknown-label]: label `route` does not exist here
         --> definitions.rs:1:9
          |
        1 | sum by (route) (rate(api_requests_total[5m])) > 10
          |         ^^^^^ grouped by a label that no series has
          |
          = in: alert `HighLatency` of group `api`
          = help: the labels are `instance`, `job`, `method`, `path`, `status_code`, `tenant_id`
        ");
    }

    #[test]
    fn labels_are_known_through_functions_and_operators() {
        for (query, found) in [
            (r#"api_requests_total{verb="GET"}"#, "verb=\"GET\""),
            ("sum without (pod) (up)", "pod"),
            (r#"label_replace(up, "a", "$1", "pod", "(.*)")"#, "\"pod\""),
            ("up * on (job, zone) group_left up", "zone"),
            ("up * on (instance) group_left (version) up", "version"),
        ] {
            let stack = example::panels(obsctl_model::prelude::stat("x").query(promql(query)));
            assert_eq!(underlined(&CHECK, stack), [found], "{query}");
        }
    }

    #[test]
    fn a_name_is_a_label_only_where_it_is_asked_for() {
        let listed = |query: &str| {
            let record = RecordingRule::new(
                MetricName::from_static("job:up:count"),
                promql("count by (__name__, job) (up)"),
            );
            let mut stack = example::panels(obsctl_model::prelude::stat("x").query(promql(query)));
            stack
                .rule_groups
                .push(RuleGroup::new("recorded").record(record));
            let found = findings(stack).into_iter();
            let found = found.filter(|one| one.check == CHECK.name);
            found.flat_map(|one| one.help).collect::<Vec<_>>()
        };
        assert_eq!(
            listed("sum by (zone) (job:up:count)"),
            ["the labels are `job`"]
        );
        assert_eq!(
            listed("sum by (zone) (count by (__name__, job) (up))"),
            ["the labels are `__name__`, `job`"]
        );
    }

    #[test]
    fn what_is_not_known_is_not_reported() {
        for query in [
            r#"ALERTS{anything="x"}"#,
            "sum by (anything) ({job=\"api\"})",
            r#"sum by (a) (label_replace(up, "a", "$1", "job", "(.*)"))"#,
            "sum by (value) (count_values(\"value\", up))",
            "sum by ($label) (up)",
            "sum by (le) (rate(api_request_duration_seconds_bucket[5m]))",
        ] {
            let stack = example::panels(obsctl_model::prelude::stat("x").query(promql(query)));
            assert_eq!(underlined(&CHECK, stack), [""; 0], "{query}");
        }
    }
}
