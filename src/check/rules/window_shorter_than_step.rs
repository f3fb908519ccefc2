//! `window-shorter-than-step`

use obsctl_model::dashboard::{self, Dashboard, Evaluation, Panel};
use obsctl_model::prelude::timeseries;
use obsctl_model::query::promql;
use obsctl_model::{Duration, Stack, days, secs};
use obsctl_promql::Expr;
use obsctl_promql::ast::DurationExpr;

use crate::check::{Check, Findings, Input, Query, Run, example};
use crate::diagnostic::Severity;
use crate::project::Site;

/// Points between which nothing is looked at.
pub static CHECK: Check = Check {
    name: "window-shorter-than-step",
    severity: Severity::Note,
    docs: "\
A graph looks back a fixed time at each point, and over the time that its dashboard shows first, the points stand much
farther apart.

## Why it matters

A graph over a month has a point every half an hour. `rate(…[5m])` looks at the last five minutes of each: five of six
spikes are not on the graph, and which ones depends on when one looks.

## How to fix it

Write `$__rate_interval` as the range: it grows with the distance of points.
",
    run: Run::PerQuery(run),
    fires: || over_a_month("5m"),
    silent: || over_a_month("$__rate_interval"),
};

/// As many points as a panel of full width has on a wide screen.
const MOST_POINTS: u64 = 2_500;
/// How much farther apart points have to be to be told: screens differ.
const CERTAIN: f64 = 1.5;

fn run(_: &Input<'_>, query: &Query<'_>, findings: &mut Findings) {
    let Site::Panel {
        dashboard,
        panel,
        ref_id,
        ..
    } = &query.at.site
    else {
        return;
    };
    let own = panel.query_called(ref_id);
    let Some(step) = own.and_then(|own| step(dashboard, panel, own)) else {
        return;
    };
    for call in &query.calls {
        let function = call.func.text.as_str();
        let Some(Expr::Range(range)) = call.args.first().map(Expr::without_parens) else {
            continue;
        };
        let DurationExpr::Literal(window) = &range.range else {
            continue;
        };
        let millis = u64::try_from(window.millis).unwrap_or_default();
        if !["rate", "increase", "irate"].contains(&function)
            || millis as f64 * CERTAIN > step as f64
        {
            continue;
        }
        let shown = |millis: u64| secs(millis / 1000);
        let text = &query.at.query.as_str()[window.span.range()];
        let message = format!(
            "`{function}` looks at the last `{text}` of every {} or more",
            shown(step)
        );
        findings.push(
            query
                .at
                .finding(window.span, message, "what lies between is not seen")
                .help("write `$__rate_interval`"),
        );
    }
}

/// How far points stand apart at least, in milliseconds.
fn step(dashboard: &Dashboard, panel: &Panel, query: &dashboard::Query) -> Option<u64> {
    let draws = ["timeseries", "graph", "heatmap"].contains(&panel.visualization.plugin());
    if !draws || query.evaluation == Some(Evaluation::Instant) {
        return None;
    }
    let shown = match (panel.last, dashboard.time.to.as_str()) {
        (Some(last), _) => last,
        (None, "now") => Duration::parse(dashboard.time.from.strip_prefix("now-")?).ok()?,
        _ => return None,
    };
    let points = panel.max_points.map(u64::from).unwrap_or_else(|| {
        let width = panel
            .size
            .map_or(24, |size| u64::from(size.width.clamp(1, 24)));
        MOST_POINTS * width / 24
    });
    let least = query.min_step.into_iter().chain(panel.min_step);
    let least = least.map(Duration::as_millis).max().unwrap_or_default();
    Some(least.max(shown.as_millis() / points.max(1)))
}

fn over_a_month(window: &str) -> Stack {
    let query = format!("sum(rate(api_requests_total[{window}]))");
    let panel = timeseries("Requests").query(promql(&query));
    example::stack().dashboard(example::dashboard().last(days(30)).row("Traffic", panel))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::testing::{report, underlined};

    #[test]
    fn says_how_far_points_are_apart() {
        insta::assert_snapshot!(report(&CHECK, (CHECK.fires)()), @"
        note[window-shorter-than-step]: `rate` looks at the last `5m` of every 17m16s or more
         --> definitions.rs:1:29
          |
        1 | sum(rate(api_requests_total[5m]))
          |                             ^^ what lies between is not seen
          |
          = in: panel `Requests` of dashboard `api`
          = help: write `$__rate_interval`
        ");
    }

    #[test]
    fn what_is_long_enough_on_a_wide_screen_is_not_told() {
        assert_eq!(underlined(&CHECK, over_a_month("30m")), [""; 0]);
    }
}
