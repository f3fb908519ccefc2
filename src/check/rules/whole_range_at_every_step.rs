//! `whole-range-at-every-step`

use obsctl_model::dashboard::{Evaluation, Visualization};
use obsctl_model::prelude::gauge;
use obsctl_model::query::promql;
use obsctl_promql::Expr;
use obsctl_promql::ast::DurationExpr;

use crate::check::{Check, Findings, Input, Query, Run, example};
use crate::diagnostic::Severity;
use crate::project::Site;

/// The whole time shown, again at every point of it.
pub static CHECK: Check = Check {
    name: "whole-range-at-every-step",
    severity: Severity::Note,
    docs: "\
A panel that shows one number asks for it over `$__range`, and does so at every point of the time shown.

## Why it matters

`increase(…[$__range])` is already the answer for all of the time shown. Asked as a range query, Prometheus computes it
hundreds of times, each over a window that reaches back before the time shown, and the panel throws all but one away; a
mean or maximum of them is no number that means anything. Only a number with its series drawn behind it needs them all.

## How to fix it

Make the query instant.
",
    run: Run::PerQuery(run),
    fires: || asked(Evaluation::Range),
    silent: || asked(Evaluation::Instant),
};

/// Types that show one number of a series.
const ONE_NUMBER: &[&str] = &["stat", "gauge", "bargauge", "singlestat", "piechart"];

fn run(_: &Input<'_>, query: &Query<'_>, findings: &mut Findings) {
    if query.at.derived {
        return;
    }
    let Site::Panel { panel, ref_id, .. } = &query.at.site else {
        return;
    };
    let over_time = panel.query_called(ref_id).is_some_and(|own| {
        let usual = panel.visualization.asks().evaluation;
        !own.hidden && own.evaluation.unwrap_or(usual) == Evaluation::Range
    });
    // A series that is drawn has to be asked for.
    let drawn = match panel.written.get() {
        Some(written) => written.sparkline,
        None => matches!(panel.visualization, Visualization::Stat(_)),
    };
    if drawn || !over_time || !ONE_NUMBER.contains(&panel.visualization.plugin()) {
        return;
    }
    let mut found = None;
    query.at.query.expr().walk(|expr| {
        if let Expr::Range(range) = expr
            && let DurationExpr::Variable(variable) = &range.range
            && ["__range", "__range_s"].contains(&variable.name.as_str())
        {
            found.get_or_insert(variable.span);
        }
    });
    if let Some(span) = found {
        let message = format!(
            "panel `{}` asks for all of the time shown at every point of it",
            panel.title
        );
        findings.push(
            query
                .at
                .finding(span, message, "one evaluation is enough")
                .help("make the query instant"),
        );
    }
}

fn asked(evaluation: Evaluation) -> obsctl_model::Stack {
    let query = obsctl_model::dashboard::Query {
        evaluation: Some(evaluation),
        ..promql("sum(increase(api_requests_total[$__range]))").into()
    };
    example::panels(gauge("Requests").query(query))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::testing::report;

    #[test]
    fn underlines_the_range() {
        insta::assert_snapshot!(report(&CHECK, (CHECK.fires)()), @"
        note[whole-range-at-every-step]: panel `Requests` asks for all of the time shown at every point of it
         --> definitions.rs:1:33
          |
        1 | sum(increase(api_requests_total[$__range]))
          |                                 ^^^^^^^^ one evaluation is enough
          |
          = in: panel `Requests` of dashboard `api`
          = help: make the query instant
        ");
    }
}
