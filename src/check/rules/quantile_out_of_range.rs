//! `quantile-out-of-range`

use obsctl_model::query::promql;
use obsctl_promql::Expr;
use obsctl_promql::ast::AggregateOp;

use crate::check::{Check, Findings, Input, Query, Run, example};
use crate::diagnostic::Severity;

/// A quantile that does not exist.
pub static CHECK: Check = Check {
    name: "quantile-out-of-range",
    severity: Severity::Error,
    docs: "\
A quantile is asked for that is not between 0 and 1.

## Why it matters

The result is infinite: `+Inf` above 1, `-Inf` below 0. An alert on it fires always or never.

## How to fix it

Write the 95th percentile as `0.95`.
",
    run: Run::PerText(run),
    fires: || {
        example::alert(promql(
            "histogram_quantile(95, sum by (le) (rate(api_request_duration_seconds_bucket[5m]))) > 1",
        ))
    },
    silent: || {
        example::alert(promql(
            "histogram_quantile(0.95, sum by (le) (rate(api_request_duration_seconds_bucket[5m]))) > 1",
        ))
    },
};

fn run(_: &Input<'_>, query: &Query<'_>, findings: &mut Findings) {
    for expr in query.nodes.iter().copied() {
        let asked: Vec<&Expr> = match expr {
            Expr::Call(call) => match call.func.text.as_str() {
                "histogram_quantile" | "quantile_over_time" => call.args.iter().take(1).collect(),
                "histogram_quantiles" => call.args.iter().skip(2).collect(),
                _ => continue,
            },
            Expr::Aggregate(node) if node.op == AggregateOp::Quantile => {
                node.param.as_deref().into_iter().collect()
            }
            _ => continue,
        };
        for asked in asked {
            let Some(value) = asked.constant() else {
                continue;
            };
            if (0.0..=1.0).contains(&value) {
                continue;
            }
            let message = format!("quantile {value} is not between 0 and 1");
            let finding = query.at.finding(asked.span(), message, "gives infinity");
            findings.push(if (1.0..=100.0).contains(&value) {
                finding.help(format!("write `{}`", value / 100.0))
            } else {
                finding.help("a quantile is between 0 and 1")
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::testing::underlined;

    #[test]
    fn every_way_to_ask_is_looked_at() {
        for (query, found) in [
            ("quantile(99, connections) > 1", vec!["99"]),
            (
                "quantile_over_time(-0.5, connections[5m]) > 1",
                vec!["-0.5"],
            ),
            ("quantile(1, connections) > 1", vec![]),
            ("quantile_over_time(0.5, connections[5m]) > 1", vec![]),
        ] {
            assert_eq!(
                underlined(&CHECK, example::alert(promql(query))),
                found,
                "{query}"
            );
        }
    }
}
