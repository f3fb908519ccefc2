//! `subquery-step-over-range`

use obsctl_model::query::promql;
use obsctl_promql::Expr;
use obsctl_promql::ast::DurationExpr;

use crate::check::{Check, Findings, Input, Query, Run, example};
use crate::diagnostic::Severity;

/// A subquery that has a value only now and then.
pub static CHECK: Check = Check {
    name: "subquery-step-over-range",
    severity: Severity::Error,
    docs: "\
A subquery's step is longer than its range.

## Why it matters

A subquery has values at multiples of its step. A range that is shorter holds one of them now and then, and mostly none.

## How to fix it

`[1h:1m]` is one hour, in steps of a minute: the longer time stands first.
",
    run: Run::PerText(run),
    fires: || example::alert(promql("max_over_time(sum(connections)[1m:1h]) > 100")),
    silent: || example::alert(promql("max_over_time(sum(connections)[1h:1m]) > 100")),
};

fn run(_: &Input<'_>, query: &Query<'_>, findings: &mut Findings) {
    for expr in query.nodes.iter().copied() {
        let Expr::Subquery(node) = expr else { continue };
        let step = node.step.as_ref().and_then(DurationExpr::constant_millis);
        if let (Some(range), Some(step)) = (node.range.constant_millis(), step)
            && step > range
        {
            let shown = obsctl_promql::duration::Millis;
            findings.push(
                query
                    .at
                    .finding(
                        expr.span(),
                        "the step of a subquery is longer than its range",
                        format!(
                            "a value every {}, of the last {}",
                            shown(step),
                            shown(range)
                        ),
                    )
                    .help(format!(
                        "did you mean `[{}:{}]`?",
                        shown(step),
                        shown(range)
                    )),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::testing::underlined;

    #[test]
    fn steps_that_fit_are_silent() {
        for (query, found) in [
            ("max_over_time(connections[1m:5m]) > 1", 1),
            ("max_over_time(connections[5m:5m]) > 1", 0),
            ("max_over_time(connections[5m:]) > 1", 0),
        ] {
            assert_eq!(
                underlined(&CHECK, example::alert(promql(query))).len(),
                found,
                "{query}"
            );
        }
    }
}
