//! `rate-over-interval`

use obsctl_model::prelude::timeseries;
use obsctl_model::query::promql;
use obsctl_promql::Expr;
use obsctl_promql::ast::DurationExpr;

use crate::check::{Check, Findings, Input, Query, Run, example};
use crate::diagnostic::Severity;
use crate::project::Site;

/// A range that shrinks with the time shown.
pub static CHECK: Check = Check {
    name: "rate-over-interval",
    severity: Severity::Note,
    docs: "\
`rate` in a panel takes its range from `$__interval`, and nothing keeps that long enough.

## Why it matters

`$__interval` is the distance of two points on the screen: 15 seconds over the last hours, less when one zooms in. A
range needs two scrapes, so the closer one looks, the less there is to see, and at last nothing.

## How to fix it

Write `$__rate_interval`: it is at least four scrapes long. Or set a minimum interval on the query or the panel.
",
    run: Run::PerQuery(run),
    fires: || example::panels(timeseries("Requests").query(promql("sum(rate(api_requests_total[$__interval]))"))),
    silent: || example::panels(timeseries("Requests").query(promql("sum(rate(api_requests_total[$__rate_interval]))"))),
};

fn run(_: &Input<'_>, query: &Query<'_>, findings: &mut Findings) {
    let Site::Panel { panel, ref_id, .. } = &query.at.site else {
        return;
    };
    let own = panel.query_called(ref_id).and_then(|own| own.min_step);
    let written = panel.written.get().is_some_and(|written| written.step_said);
    if own.is_some() || panel.min_step.is_some() || written {
        return;
    }
    for call in &query.calls {
        if !["rate", "irate"].contains(&call.func.text.as_str()) {
            continue;
        }
        let Some(Expr::Range(range)) = call.args.first().map(Expr::without_parens) else {
            continue;
        };
        if let DurationExpr::Variable(variable) = &range.range
            && variable.name == "__interval"
        {
            let function = &call.func.text;
            let message = format!("`{function}` over `$__interval` is empty when one zooms in");
            findings.push(
                query
                    .at
                    .finding(variable.span, message, "can be shorter than two scrapes")
                    .help("write `$__rate_interval`"),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::testing::{report, underlined};

    #[test]
    fn underlines_the_range() {
        insta::assert_snapshot!(report(&CHECK, (CHECK.fires)()), @"
        note[rate-over-interval]: `rate` over `$__interval` is empty when one zooms in
         --> definitions.rs:1:29
          |
        1 | sum(rate(api_requests_total[$__interval]))
          |                             ^^^^^^^^^^^ can be shorter than two scrapes
          |
          = in: panel `Requests` of dashboard `api`
          = help: write `$__rate_interval`
        ");
    }

    #[test]
    fn a_minimum_is_enough() {
        let panel = timeseries("x")
            .query(promql("rate(api_requests_total[$__interval])"))
            .min_step(obsctl_model::mins(1));
        assert_eq!(underlined(&CHECK, example::panels(panel)), [""; 0]);
    }
}
