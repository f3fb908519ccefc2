//! `label-lost-by-aggregation`

use obsctl_model::prelude::timeseries;
use obsctl_model::query::promql;

use super::unknown_label::available;
use crate::check::{Check, Findings, Input, Query, Run, example, template};
use crate::diagnostic::{Diagnostic, Severity};
use crate::project::Series;
use crate::project::labels::{Loss, Use};

/// A label used after it was aggregated away.
pub static CHECK: Check = Check {
    name: "label-lost-by-aggregation",
    severity: Severity::Error,
    docs: "\
A label is used in an operator, a template or a legend after an aggregation took it away.

## Why it matters

Operators pair series by their labels: without one of them nothing pairs, and the result is empty. Templates and
legends show nothing in its place.

## How to fix it

Keep the label: add it to the aggregation's `by (…)`. Or do not use it further up. A text may ask whether the label is
there: `{{ with $labels.path }}…{{ end }}`.
",
    run: Run::PerQuery(run),
    fires: || {
        example::panels(
            timeseries("Error ratio by path")
                .query(promql(
                    r#"sum by (path) (rate(api_requests_total{status_code=~"5.."}[5m])) / sum(rate(api_requests_total[5m]))"#,
                ))
                .legend("{{path}}"),
        )
    },
    silent: || {
        example::panels(
            timeseries("Error ratio by path")
                .query(promql(
                    r#"sum by (path) (rate(api_requests_total{status_code=~"5.."}[5m])) / sum by (path) (rate(api_requests_total[5m]))"#,
                ))
                .legend("{{path}}"),
        )
    },
};

fn run(input: &Input<'_>, query: &Query<'_>, findings: &mut Findings) {
    for issue in &query.flow.issues {
        let Some(loss) = issue.loss else { continue };
        let note = match issue.used {
            Use::Quantile => continue,
            Use::Agreement => "only one side has it: no series pair",
            Use::Matcher => "the series no longer have it",
            Use::Grouping | Use::Matching | Use::Include | Use::Source => "no longer there",
        };
        let message = format!("label `{}` was aggregated away", issue.label);
        let finding = query.at.finding(issue.span, message, note);
        let finding = removed(finding, input, query, loss);
        findings.push(finding.help(match issue.used {
            Use::Agreement => format!(
                "add `{}` to `by (…)` of that side, or say `on (…)` and `group_left` to pair without it",
                issue.label
            ),
            _ => keep(issue.label, &issue.instead),
        }));
    }
    for missing in template::missing(input, query) {
        let Some(loss) = missing.loss else { continue };
        let (label, what) = (missing.label, missing.what);
        let finding = Diagnostic::new(
            query.at.site.subject(),
            missing.origin,
            format!("{what} shows label `{label}`, which was aggregated away"),
        )
        .underline(missing.text, missing.range, "shows nothing");
        let names: Vec<_> = query.flow.labels.names().collect();
        findings.push(removed(finding, input, query, loss).help(keep(label, &names)));
    }
}

fn keep(label: &str, instead: &[&str]) -> String {
    let add = format!("add `{label}` to the aggregation's `by (…)`");
    if instead.is_empty() {
        return add;
    }
    format!("{add}; as it is, {}", available(instead))
}

/// Points at what took the label away.
pub(super) fn removed(
    finding: Diagnostic,
    input: &Input<'_>,
    query: &Query<'_>,
    loss: Loss<'_>,
) -> Diagnostic {
    let underlined = finding.places.first().and_then(|place| place.text.as_ref());
    match loss {
        // What removed it is what is underlined.
        Loss::Here(span) if underlined.is_some_and(|(_, range)| *range == span.range()) => finding,
        Loss::Here(span) => finding.also_in(
            query.at.origin,
            query.at.query.as_str(),
            span.range(),
            "removed here",
        ),
        Loss::Recorded(name) => match input.project.catalog().get(name) {
            Some(Series::Recorded {
                query: recorded,
                origin,
                ..
            }) => finding.also_in(
                *origin,
                recorded.as_str(),
                0..recorded.as_str().len(),
                format!("`{name}` is recorded without it"),
            ),
            _ => finding,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::testing::{report, underlined};

    #[test]
    fn shows_where_it_was_removed() {
        insta::assert_snapshot!(report(&CHECK, (CHECK.fires)()), @r#"
        error[label-lost-by-aggregation]: legend shows label `path`, which was aggregated away
         --> definitions.rs:1:3
          |
        1 | {{path}}
          |   ^^^^ shows nothing
          |
         ::: definitions.rs:1:68
          |
        1 | ..._code=~"5.."}[5m])) / sum(rate(api_requests_total[5m]))
          |                          --------------------------------- removed here
          |
          = in: panel `Error ratio by path` of dashboard `api`
          = help: add `path` to the aggregation's `by (…)`

        error[label-lost-by-aggregation]: label `path` was aggregated away
         --> definitions.rs:1:66
          |
        1 | ...s_code=~"5.."}[5m])) / sum(rate(api_requests_total[5m]))
          |                         ^ --------------------------------- removed here
          |                         |
          |                         only one side has it: no series pair
          |
          = in: panel `Error ratio by path` of dashboard `api`
          = help: add `path` to `by (…)` of that side, or say `on (…)` and `group_left` to pair without it
        "#);
    }

    #[test]
    fn templates_show_what_is_left() {
        let mut alert = example::high_latency(promql("sum(rate(api_requests_total[5m])) > 1"));
        alert.summary = "{{ $labels.path }} is slow".to_owned();
        insta::assert_snapshot!(report(&CHECK, example::with_alert(alert)), @"
        error[label-lost-by-aggregation]: summary shows label `path`, which was aggregated away
         --> definitions.rs:1:12
          |
        1 | {{ $labels.path }} is slow
          |            ^^^^ shows nothing
          |
         ::: definitions.rs:1:1
          |
        1 | sum(rate(api_requests_total[5m])) > 1
          | --------------------------------- removed here
          |
          = in: alert `HighLatency` of group `api`
          = help: add `path` to the aggregation's `by (…)`
        ");
    }

    #[test]
    fn labels_are_followed_through_recording_rules() {
        let mut stack = example::record(promql("sum by (path) (rate(api_requests_total[5m]))"));
        let alert = example::high_latency(promql("sum by (method) (job:api_requests:rate5m) > 1"));
        stack = stack.rule_group(obsctl_model::RuleGroup::new("alerts").alert(alert));
        assert_eq!(underlined(&CHECK, stack), ["method"]);
    }

    #[test]
    fn operators_that_pair_are_silent() {
        for query in [
            "sum by (path) (connections) / on (path) sum by (path) (connections)",
            "sum by (path) (connections) / ignoring (path) group_left sum(connections)",
            "sum by (path) (connections) / on () group_left sum(connections)",
            "sum by (path) (connections) / scalar(sum(connections))",
        ] {
            let stack = example::panels(timeseries("x").query(promql(query)));
            assert_eq!(underlined(&CHECK, stack), [""; 0], "{query}");
        }
    }
}
