//! `rate-of-gauge`

use obsctl_model::query::promql;
use obsctl_model::{MetricKind, Origin, Unit};
use obsctl_promql::Expr;

use crate::check::{Check, Findings, Input, Query, Run, example};
use crate::diagnostic::Severity;
use crate::project::expression::series_name;
use crate::project::{Part, Project, Series};

/// A gauge read as if it were a counter.
pub static CHECK: Check = Check {
    name: "rate-of-gauge",
    severity: Severity::Error,
    docs: "\
`rate`, `irate` or `increase` is taken of a gauge.

## Why it matters

These functions take every decrease for a restart of the process and add the whole value once more. Of a gauge, which
goes up and down, they give numbers that mean nothing.

## How to fix it

Use `deriv` for the slope per second, `delta` for the difference over a time, or `avg_over_time` and its siblings for
the values themselves. If the metric only ever grows, declare it as a counter.
",
    run: Run::PerText(run),
    fires: || example::alert(promql("rate(memory_used_bytes[5m]) > 1000")),
    silent: || example::alert(promql("deriv(memory_used_bytes[5m]) > 1000")),
};

fn run(input: &Input<'_>, query: &Query<'_>, findings: &mut Findings) {
    for call in &query.calls {
        let function = call.func.text.as_str();
        let instead = match function {
            "rate" | "irate" => "deriv",
            "increase" => "delta",
            _ => continue,
        };
        let Some(arg) = call.args.first().map(Expr::without_parens) else {
            continue;
        };
        let selector = match arg {
            Expr::Subquery(node) => node.expr.without_parens().as_selector(),
            other => other.as_selector(),
        };
        let name = selector.and_then(|used| series_name(used.selector));
        let Some((name, span)) = name else { continue };
        let Some((what, origin)) = gauge(input.project, name) else {
            continue;
        };
        let finding = query.at.finding(
            call.func.span.to(span),
            format!("`{function}` of {what} `{name}`"),
            "goes up and down",
        );
        let finding = match origin {
            Some(origin) => finding.also(origin, format!("declared as a {what} here")),
            None => finding,
        };
        findings.push(finding.help(format!(
            "use `{instead}` for how it changes, or `avg_over_time` for how high it is"
        )));
    }
}

/// What a series is, if it goes up and down, and where it says so.
fn gauge(project: &Project, name: &str) -> Option<(&'static str, Option<Origin>)> {
    match project.catalog().get(name)? {
        Series::Exposed {
            metric,
            part: Part::Whole,
        } => (matches!(metric.kind, MetricKind::Gauge | MetricKind::Summary { .. })
            // How fast a point in time moves on says how well something keeps up.
            && metric.unit != Unit::Timestamp)
            .then(|| (metric.kind.word(), Some(metric.origin))),
        Series::Synthetic(_) => Some(("gauge", None)),
        Series::Exposed { .. } | Series::Recorded { .. } => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::testing::{report, underlined};

    #[test]
    fn says_what_to_use_instead() {
        insta::assert_snapshot!(report(&CHECK, (CHECK.fires)()), @r#"
        error[rate-of-gauge]: `rate` of gauge `memory_used_bytes`
         --> definitions.rs:1:1
          |
        1 | rate(memory_used_bytes[5m]) > 1000
          | ^^^^^^^^^^^^^^^^^^^^^^ goes up and down
          |
         ::: metrics.rs:1:1
          |
        1 | "memory_used_bytes"
          | ------------------- declared as a gauge here
          |
          = in: alert `HighLatency` of group `api`
          = help: use `deriv` for how it changes, or `avg_over_time` for how high it is
        "#);
    }

    #[test]
    fn subqueries_and_series_of_prometheus_count_too() {
        for (query, found) in [
            ("increase(up[5m]) > 1", "increase(up"),
            ("rate(connections[5m:1m]) > 1", "rate(connections"),
        ] {
            assert_eq!(underlined(&CHECK, example::alert(promql(query))), [found]);
        }
    }
}
