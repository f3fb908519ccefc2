//! `counter-without-rate`

use obsctl_model::MetricKind;
use obsctl_model::query::promql;
use obsctl_promql::Expr;
use obsctl_promql::ast::{AggregateOp, BinaryOp};

use crate::check::{Check, Findings, Input, Named, Query, Run, example};
use crate::diagnostic::Severity;
use crate::project::expression::series_name;
use crate::project::labels::is_scalar;
use crate::project::{Part, Series};

/// A counter read as if it were a gauge.
pub static CHECK: Check = Check {
    name: "counter-without-rate",
    severity: Severity::Error,
    docs: "\
The value of a counter is used without `rate` or `increase`.

## Why it matters

A counter only ever grows, and starts again at zero when its process does. Its value mostly says how long the process
has been running; a threshold on it is passed sooner or later, whatever happens.

## How to fix it

Wrap the selector in `rate(…[5m])` for growth per second, or `increase(…[1h])` for growth over a time. Where metrics are
not known, only the buckets of a quantile are sure to be counters, and what ends in `_total` where the team says so:

```toml
[check]
totals_are_counters = true
```
",
    run: Run::PerQuery(run),
    fires: || example::alert(promql("sum by (path) (api_requests_total) > 1000")),
    silent: || example::alert(promql("sum by (path) (rate(api_requests_total[5m])) > 1000")),
};

fn run(input: &Input<'_>, query: &Query<'_>, findings: &mut Findings) {
    // Under a range a counter is what it should be; few queries have one without.
    let bare = |named: &Named<'_>| {
        let by_name = is_bucket(named.name) || is_total(input, named.name);
        let counts = is_counter(named.series) || named.series.is_none() && by_name;
        named.used.range.is_none() && counts
    };
    if query.at.site.is_lookup() || !query.named.iter().any(bare) {
        return;
    }
    query
        .at
        .query
        .expr()
        .walk_with_ancestors(|expr, ancestors| {
            let Expr::Selector(selector) = expr else {
                return;
            };
            let Some((name, _)) = series_name(selector) else {
                return;
            };
            let series = input.project.catalog().get(name);
            let (what, origin) = match series {
                Some(Series::Exposed { metric, part }) if is_counter(series) => match part {
                    Part::Whole => (
                        metric.kind.word(),
                        Some((metric.origin, metric.kind.word())),
                    ),
                    Part::Bucket | Part::Sum | Part::Count => {
                        ("counter", Some((metric.origin, metric.kind.word())))
                    }
                },
                None if is_bucket(name) && in_quantile(ancestors) => ("counter", None),
                None if is_total(input, name) => ("counter", None),
                _ => return,
            };
            if is_only_counted(expr, ancestors) {
                return;
            }
            let window = if query.at.site.is_rule() {
                "5m"
            } else {
                "$__rate_interval"
            };
            let finding = query.at.finding(
                expr.span(),
                format!("{what} `{name}` is used without a rate"),
                "only ever grows",
            );
            let finding = match origin {
                Some((origin, kind)) => finding.also(origin, format!("declared as a {kind} here")),
                None => finding,
            };
            findings.push(finding.help(format!(
                "write `rate({}[{window}])`",
                &query.at.query.as_str()[expr.span().range()]
            )));
        });
}

fn is_counter(series: Option<&Series>) -> bool {
    matches!(series, Some(Series::Exposed { metric, part }) if is_cumulative(&metric.kind, *part))
}

fn is_bucket(name: &str) -> bool {
    name.ends_with("_bucket") && !name.contains(':')
}

/// Whether a metric that nothing declares is taken for a counter, as the team asked for.
pub(super) fn is_total(input: &Input<'_>, name: &str) -> bool {
    input.policy.check.totals_are_counters && name.ends_with("_total") && !name.contains(':')
}

/// Whether a quantile is taken of it.
fn in_quantile(ancestors: &[&Expr]) -> bool {
    ancestors
        .iter()
        .any(|above| matches!(above, Expr::Call(call) if call.func.text == "histogram_quantile"))
}

fn is_cumulative(kind: &MetricKind, part: Part) -> bool {
    match part {
        Part::Whole => matches!(kind, MetricKind::Counter | MetricKind::Histogram { .. }),
        Part::Bucket | Part::Sum | Part::Count => true,
    }
}

/// Whether only the existence of series matters, or their growth is taken further up.
fn is_only_counted(expr: &Expr, ancestors: &[&Expr]) -> bool {
    let mut below = expr;
    for above in ancestors.iter().rev() {
        let counted = match above {
            Expr::Call(call) => matches!(
                call.func.text.as_str(),
                "absent"
                    | "timestamp"
                    | "rate"
                    | "irate"
                    | "increase"
                    | "resets"
                    | "changes"
                    | "delta"
                    | "absent_over_time"
                    | "present_over_time"
                    | "count_over_time"
            ),
            Expr::Aggregate(node) => matches!(node.op, AggregateOp::Count | AggregateOp::Group),
            // Whether anything was counted since the start is a question that people do ask.
            Expr::Binary(node) if node.op.is_comparison() => {
                return matches!(node.rhs.without_parens(), Expr::Number(zero) if zero.value == 0.0);
            }
            // What one counter is ahead of another, or of itself before: started and ended, mallocs and frees.
            Expr::Binary(node) if node.op == BinaryOp::Sub => {
                is_vector(&node.lhs) && is_vector(&node.rhs)
            }
            Expr::Binary(node) => {
                matches!(node.op, BinaryOp::And | BinaryOp::Unless)
                    && std::ptr::eq(below, &raw const *node.rhs)
            }
            _ => false,
        };
        if counted {
            return true;
        }
        below = above;
    }
    false
}

fn is_vector(expr: &Expr) -> bool {
    !is_scalar(expr)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::testing::{report, underlined};

    #[test]
    fn what_ends_in_total_is_one_where_the_team_says_so() {
        let found = |query: &str| underlined(&CHECK, example::alert(promql(query)));
        assert_eq!(found("sum(theirs_total) > 100"), ["theirs_total"]);
        assert_eq!(found("sum(increase(theirs_total[1h])) > 100"), [""; 0]);
        assert_eq!(found("sum(theirs:errors_total) > 100"), [""; 0]);
        let stack = example::alert(promql("sum(theirs_total) > 100"));
        assert!(
            crate::check::testing::findings(stack)
                .iter()
                .all(|one| one.check != CHECK.name)
        );
    }

    #[test]
    fn names_the_counter_and_its_declaration() {
        insta::assert_snapshot!(report(&CHECK, (CHECK.fires)()), @r#"
        error[counter-without-rate]: counter `api_requests_total` is used without a rate
         --> definitions.rs:1:16
          |
        1 | sum by (path) (api_requests_total) > 1000
          |                ^^^^^^^^^^^^^^^^^^ only ever grows
          |
         ::: metrics.rs:1:1
          |
        1 | "api_requests_total"
          | -------------------- declared as a counter here
          |
          = in: alert `HighLatency` of group `api`
          = help: write `rate(api_requests_total[5m])`
        "#);
    }

    #[test]
    fn existence_and_growth_need_no_rate() {
        for silent in [
            "absent(api_requests_total)",
            "count(api_requests_total) > 1",
            "max_over_time(rate(api_requests_total[5m])[1h:5m]) > 1",
            "sum(api_requests_total) - sum(api_request_duration_seconds_count) > 1",
            "connections > 1 unless on (path) api_requests_total",
            "connections > 1 and on (path) sum by (path) (api_requests_total)",
        ] {
            let stack = example::alert(promql(silent));
            assert_eq!(underlined(&CHECK, stack), [""; 0], "{silent}");
        }
    }

    #[test]
    fn the_parts_of_a_histogram_are_counters() {
        let query = "api_request_duration_seconds_sum / api_request_duration_seconds_count > 1";
        assert_eq!(
            underlined(&CHECK, example::alert(promql(query))),
            [
                "api_request_duration_seconds_sum",
                "api_request_duration_seconds_count"
            ]
        );
    }

    #[test]
    fn buckets_of_a_quantile_are_counters_whoever_exposes_them() {
        for (query, found) in [
            (
                "histogram_quantile(0.9, sum by (le) (theirs_bucket)) > 1",
                vec!["theirs_bucket"],
            ),
            (
                "histogram_quantile(0.9, sum by (le) (rate(theirs_bucket[5m]))) > 1",
                vec![],
            ),
            ("sum(theirs_bucket) > 1", vec![]),
        ] {
            assert_eq!(
                underlined(&CHECK, example::alert(promql(query))),
                found,
                "{query}"
            );
        }
    }
}
