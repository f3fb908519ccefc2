//! One SLO in detail.

use std::collections::BTreeSet;

use obsctl_model::dashboard::field::by_name;
use obsctl_model::dashboard::panel::{Panels, stat, state_timeline, text, timeseries};
use obsctl_model::dashboard::{Annotation, Color, Dashboard, DashboardLink, Panel, variable};
use obsctl_model::query::promql;
use obsctl_model::{Duration, LabelName, Origin, Promql, Unit, days, hours, mins};
use obsctl_promql::Expr;
use obsctl_promql::ast::{AggregateOp, BinaryOp, MatchOp, Matcher, Selector};

use super::{CHOSEN, FOLDER, LOW, TAGS, burn_rate, firing};
use crate::project::slo::lower::EVERY;
use crate::project::slo::{BurnWindow, DETAIL, Lowering, OVERVIEW, Urgency, tree};

pub(super) fn dashboard(slos: &[Lowering<'_>]) -> Dashboard {
    let mut dashboard = Dashboard::new(DETAIL, "One SLO")
        .description("What is left of an error budget, how fast it burns, and what burnt it.")
        .folder(FOLDER)
        .tags(TAGS)
        .last(days(1))
        .refresh(mins(1))
        .variable(
            variable::query(
                CHOSEN,
                variable::series_label_values("sloth_slo", promql("sloth_slo_info")),
            )
            .label("SLO")
            .description("The promise that is shown"),
        )
        .annotation(
            Annotation::new(
                "Alerts",
                query(&Expr::from(tree::selector(
                    "ALERTS",
                    vec![
                        tree::matcher("alertstate", MatchOp::Equal, "firing"),
                        chosen(),
                    ],
                ))),
            )
            .title("{{alertname}}")
            .text("{{sloth_severity}}")
            .tag("sloth_severity")
            .color(Color::Red)
            .step(mins(1)),
        )
        .link(DashboardLink::to("All SLOs", OVERVIEW).tooltip("Every promise at a glance"))
        .row("The promise", promise())
        .row("The budget", budget(slos));
    dashboard = dashboard.row("How fast it burns", burn_rates(slos));
    let counted = [true, false].into_iter().filter_map(|events| {
        slos.iter()
            .find(|slo| slo.measure.counts_events() == events)
    });
    for slo in counted {
        let (title, panels) = counts(slo);
        dashboard = dashboard.row(title, panels);
    }
    dashboard.row("Alerts", alerts())
}

fn promise() -> impl Panels {
    let own = |metric: &str| Expr::from(one(metric));
    let worst = |op, metric: &str| query(&tree::by(op, &[], own(metric)));
    (
        stat("Objective")
            .description("Which part must be good.")
            .query(worst(AggregateOp::Max, "slo:objective:ratio"))
            .decimals(3)
            .color(Color::Blue)
            .width(4),
        stat("Over")
            .description("The period of the promise: the last days at every moment, or those of the calendar's month or quarter.")
            .query(worst(AggregateOp::Max, "slo:time_period:days"))
            .grafana_unit("d")
            .color(Color::Blue)
            .width(4),
        stat("Budget left")
            .description("What is left of what may fail in the period. Below zero the promise is broken.")
            .query(worst(
                AggregateOp::Min,
                "slo:period_error_budget_remaining:ratio",
            ))
            .decimals(1)
            .base_color(Color::Red)
            .threshold(0.0, Color::Orange)
            .threshold(LOW, Color::Green)
            .width(4),
        stat("Errors in the period")
            .description("Budget spent as a part of all events: the objective's complement is allowed.")
            .query(query(&tree::binary(
                BinaryOp::Mul,
                tree::by(AggregateOp::Max, &[], own("slo:period_burn_rate:ratio")),
                tree::by(AggregateOp::Max, &[], own("slo:error_budget:ratio")),
            )))
            .unit(Unit::Ratio)
            .decimals(3)
            .color(Color::Text)
            .width(4),
        stat("Burn rate now")
            .description("How many times faster than sustainable the budget burns, over five minutes. 1 uses it up exactly.")
            .query(worst(AggregateOp::Max, "slo:current_burn_rate:ratio"))
            .grafana_unit("suffix:x")
            .decimals(2)
            .threshold(1.0, Color::Orange)
            .threshold(6.0, Color::Red)
            .width(4),
        stat("Lasts")
            .description("How long the rest of the budget lasts at the errors of the last hour. Nothing: it is spent, or nothing fails.")
            .query(query(&lasts()))
            .unit(Unit::Seconds)
            .base_color(Color::Red)
            .threshold(days(3).as_secs_f64(), Color::Orange)
            .threshold(days(7).as_secs_f64(), Color::Green)
            .no_value("-")
            .allow(
                "unit-mismatch",
                "the period is recorded in days: times 86400 it is in seconds",
            )
            .width(4),
    )
}

/// What is left of the budget, over how fast it burns.
fn lasts() -> Expr {
    let worst = |op, expr| tree::by(op, &[], expr);
    let left = worst(
        AggregateOp::Min,
        Expr::from(one("slo:period_error_budget_remaining:ratio")),
    );
    let some = |expr| tree::binary(BinaryOp::Greater, expr, tree::number(0.0));
    let period = tree::binary(
        BinaryOp::Mul,
        worst(AggregateOp::Max, Expr::from(one("slo:time_period:days"))),
        tree::number(days(1).as_secs_f64()),
    );
    let burns = worst(AggregateOp::Max, burn_rate(hours(1), vec![chosen()]));
    tree::binary(
        BinaryOp::Div,
        tree::binary(BinaryOp::Mul, some(left), period),
        some(burns),
    )
}

fn budget(slos: &[Lowering<'_>]) -> impl Panels + use<> {
    (
        timeseries("Budget left")
            .description("Burn-down of the budget over 30 days, whatever time is chosen. It climbs as old errors leave the period.")
            .query(query(&Expr::from(one(
                "slo:period_error_budget_remaining:ratio",
            ))))
            .legend(legend(slos))
            .last(days(30))
            .soft_min(0.0)
            .soft_max(1.0)
            .fill(10)
            .base_color(Color::Red)
            .threshold(0.0, Color::Green)
            .width(16),
        text(
            "How to read this",
            "The **objective** says which part must be good over the period; the rest is the **error budget**.\n\n\
             A **burn rate** of 1 uses the budget up exactly at the end of the period; 14.4 uses 2% of a budget of 30 days in an hour.\n\n\
             A **page** is a fast burn seen in a long and a short window at once; a **ticket** is a slow one. \
             Both stop soon after the errors, because the short window empties.\n\n\
             While budget is left, take risks with it. When it is spent, make what failed reliable first.",
        )
        .width(8),
    )
}

/// The windows of pages and those of tickets; lines where the alerts of most SLOs are.
fn burn_rates(slos: &[Lowering<'_>]) -> Vec<Panel> {
    let periods: BTreeSet<Duration> = slos.iter().map(|slo| slo.slo.window.nominal()).collect();
    let windows: Vec<BurnWindow> = periods.into_iter().flat_map(BurnWindow::of).collect();
    let panel = |urgency: Urgency, title: &str, description: &str| {
        let of: Vec<_> = windows
            .iter()
            .filter(|window| window.urgency == urgency)
            .collect();
        let lengths: BTreeSet<Duration> = of
            .iter()
            .flat_map(|window| [window.short, window.long])
            .collect();
        let mut panel = timeseries(title)
            .description(description)
            .grafana_unit("suffix:x")
            .soft_min(0.0)
            .width(12);
        for length in lengths {
            let worst = tree::by(AggregateOp::Max, &[], burn_rate(length, vec![chosen()]));
            panel = panel.query(query(&worst)).legend(length.to_string());
        }
        let mut lines: Vec<f64> = of.iter().map(|window| window.factor()).collect();
        lines.sort_by(f64::total_cmp);
        let lowest = lines.first().copied().unwrap_or(1.0);
        panel.threshold(
            lowest,
            if urgency == Urgency::Page {
                Color::Red
            } else {
                Color::Orange
            },
        )
    };
    vec![
        panel(
            Urgency::Page,
            "Burn rates that page",
            "The windows of the fast-burn alert, worst group. It fires when a long window and its short one are both above their threshold; the line is the lowest.",
        )
        .any(),
        panel(
            Urgency::Ticket,
            "Burn rates that open tickets",
            "The windows of the slow-burn alert, worst group. Above the line in both windows a tenth of the budget is gone.",
        )
        .any(),
    ]
}

/// How many were bad and how many there were.
fn counts(slo: &Lowering<'_>) -> (&'static str, impl Panels + use<>) {
    let (bad, total) = (one(slo.bad_series()), one(slo.total_series()));
    let sum = |selector: &Selector| tree::by(AggregateOp::Sum, &[], Expr::from(selector.clone()));
    let good = tree::binary(BinaryOp::Sub, sum(&total), sum(&bad));
    let events = slo.measure.counts_events();
    let (title, unit, noun) = if events {
        ("Events", Unit::PerSecond, "events per second")
    } else {
        ("Time slices", Unit::None, "time slices of each evaluation")
    };
    let in_range = |selector: &Selector| {
        let stored = tree::over_variable("sum_over_time", selector, "__range");
        let sum = tree::by(AggregateOp::Sum, &[], stored);
        if events {
            // Each stored rate stands for the events of one evaluation.
            tree::binary(BinaryOp::Mul, sum, tree::number(EVERY.as_secs_f64()))
        } else {
            sum
        }
    };
    let panels = (
        timeseries(format!("Good and bad {}", slo.measure.noun()))
            .description(format!(
                "Good and bad {noun}. Empty for an SLO that counts something else."
            ))
            .query(query(&good))
            .legend("good")
            .query(query(&sum(&bad)))
            .legend("bad")
            .unit(unit)
            .stacked()
            .field(by_name("good").color(Color::Green))
            .field(by_name("bad").color(Color::Red))
            .width(16),
        stat("Bad in the time shown")
            .description("How many were bad.")
            .query(query(&in_range(&bad)))
            .unit(Unit::None)
            .decimals(0)
            .threshold(1.0, Color::Orange)
            .width(4),
        stat("All in the time shown")
            .description("How many there were.")
            .query(query(&in_range(&total)))
            .unit(Unit::None)
            .decimals(0)
            .color(Color::Blue)
            .width(4),
    );
    (title, panels)
}

fn alerts() -> impl Panels {
    let fired = tree::selector(
        "ALERTS",
        vec![
            tree::matcher("alertstate", MatchOp::Equal, "firing"),
            chosen(),
        ],
    );
    let by_alert = tree::by(
        AggregateOp::Max,
        &[LabelName::from_static("alertname")],
        Expr::from(fired),
    );
    (
        state_timeline("Alert history")
            .description(
                "When its alerts fired, over 30 days whatever time is chosen. Empty: never.",
            )
            .query(query(&by_alert))
            .legend("{{alertname}}")
            .unit(Unit::Boolean)
            .last(days(30))
            .show(1, "firing", Color::Red)
            .width(16),
        firing(&format!("{{sloth_slo=\"${CHOSEN}\"}}"))
            .width(8)
            .height(8),
    )
}

/// A series of the chosen SLO.
fn one(metric: &str) -> Selector {
    tree::selector(metric, vec![chosen()])
}

fn chosen() -> Matcher {
    tree::matcher("sloth_slo", MatchOp::Equal, format!("${CHOSEN}"))
}

#[track_caller]
fn query(expr: &Expr) -> Promql {
    Promql::from_tree(expr, Origin::here())
}

/// Names the series of any SLO: labels it is not grouped by are empty.
fn legend(slos: &[Lowering<'_>]) -> String {
    let labels: BTreeSet<_> = slos.iter().flat_map(|slo| &slo.slo.by).collect();
    let labels: Vec<_> = labels
        .iter()
        .map(|label| format!(" {{{{{label}}}}}"))
        .collect();
    format!("{{{{sloth_slo}}}}{}", labels.concat())
}
