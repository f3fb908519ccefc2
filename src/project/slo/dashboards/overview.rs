//! All SLOs at a glance.

use obsctl_model::dashboard::field::{Cell, by_name};
use obsctl_model::dashboard::panel::{Panels, Table, stat, table, timeseries};
use obsctl_model::dashboard::{Color, Dashboard, DashboardLink, Link, Panel};
use obsctl_model::query::{Instant, promql};
use obsctl_model::{LabelName, Origin, Promql, Unit, days, hours, mins};
use obsctl_promql::ast::AggregateOp;

use super::{CHOSEN, FOLDER, LOW, TAGS, burn_rate, firing};
use crate::project::slo::{DETAIL, OVERVIEW, tree};

pub(super) fn dashboard() -> Dashboard {
    Dashboard::new(OVERVIEW, "SLOs")
        .description("Which promises are kept, how much may still fail, and what burns it.")
        .folder(FOLDER)
        .tags(TAGS)
        .last(days(1))
        .refresh(mins(1))
        .link(DashboardLink::to("One SLO", DETAIL).tooltip("Budget, burn rates and events of one"))
        .row("At a glance", headline())
        .row(
            "All SLOs",
            (all(), firing(r#"{sloth_id=~".+"}"#).width(8).height(12)),
        )
        .row("Over time", over_time())
}

fn headline() -> impl Panels {
    (
        stat("SLOs")
            .description("How many promises there are.")
            .query(promql("count(sloth_slo_info)"))
            .color(Color::Blue)
            .width(6),
        stat("Lowest budget")
            .description("The least that is left of any budget. Below zero a promise is broken: stop what is risky until it recovers.")
            .query(promql("min(slo:period_error_budget_remaining:ratio)"))
            .decimals(1)
            .base_color(Color::Red)
            .threshold(0.0, Color::Orange)
            .threshold(LOW, Color::Green)
            .width(6),
        stat("Spent budgets")
            .description("Budgets of which nothing is left; a grouped SLO has one for each group.")
            .query(promql("count(slo:period_error_budget_remaining:ratio <= 0)").or_zero())
            .unit(Unit::None)
            .threshold(1.0, Color::Red)
            .width(6),
        stat("Burn-rate alerts")
            .description("Pages and tickets that fire now. Each leads to its runbook.")
            .query(promql(r#"count(ALERTS{alertstate="firing", sloth_severity=~"page|ticket"})"#).or_zero())
            .unit(Unit::None)
            .threshold(1.0, Color::Red)
            .width(6),
    )
}

fn all() -> Panel<Table> {
    table("All SLOs")
        .description("What is promised and what is left of it, the least first. The worst group of a grouped SLO counts. Open one for details.")
        .column(
            "Budget left",
            promql("min by (sloth_service, sloth_slo) (slo:period_error_budget_remaining:ratio)"),
            Unit::Ratio,
        )
        .column(
            "Objective",
            promql("max by (sloth_service, sloth_slo) (slo:objective:ratio)"),
            Unit::Ratio,
        )
        .column(
            "Days",
            promql("max by (sloth_service, sloth_slo) (slo:time_period:days)"),
            Unit::None,
        )
        .column(
            "Burn rate",
            promql("max by (sloth_service, sloth_slo) (slo:current_burn_rate:ratio)"),
            Unit::None,
        )
        .column(
            "Errors, 1 hour",
            promql("max by (sloth_service, sloth_slo) (slo:sli_error:ratio_rate1h)"),
            Unit::Ratio,
        )
        .column(
            "Errors, 1 day",
            promql("max by (sloth_service, sloth_slo) (slo:sli_error:ratio_rate1d)"),
            Unit::Ratio,
        )
        .field(
            by_name("sloth_slo")
                .name("SLO")
                .link(Link::dashboard("This SLO", DETAIL).set(CHOSEN, "${__data.fields.sloth_slo}")),
        )
        .field(by_name("sloth_service").name("Service"))
        .field(by_name("Objective").decimals(3))
        .field(
            by_name("Budget left")
                .decimals(1)
                .cell(Cell::ColoredText)
                .thresholds([
                    (-1e6, Color::Red),
                    (0.0, Color::Orange),
                    (LOW, Color::Green),
                ]),
        )
        .field(
            by_name("Burn rate")
                .grafana_unit("suffix:x")
                .decimals(2)
                .cell(Cell::ColoredText)
                .thresholds([(1.0, Color::Orange), (6.0, Color::Red)]),
        )
        .lowest_first("Budget left")
        .width(16)
        .height(12)
}

fn over_time() -> impl Panels {
    (
        timeseries("Budget left")
            .description("What is left of each budget. A steep fall is an incident, a steady one a weakness.")
            .query(promql("min by (sloth_slo) (slo:period_error_budget_remaining:ratio)"))
            .legend("{{sloth_slo}}")
            .soft_min(0.0)
            .soft_max(1.0)
            .base_color(Color::Red)
            .threshold(0.0, Color::Green)
            .data_link(to_detail()),
        timeseries("Burn rate over one hour")
            .description("How many times faster than sustainable each budget burns. Above 1 it does not last.")
            .query(Promql::from_tree(&tree::by(
                AggregateOp::Max,
                &[LabelName::from_static("sloth_slo")],
                burn_rate(hours(1), vec![]),
            ), Origin::here()))
            .legend("{{sloth_slo}}")
            .grafana_unit("suffix:x")
            .soft_min(0.0)
            .threshold(1.0, Color::Orange)
            .data_link(to_detail()),
    )
}

fn to_detail() -> Link {
    Link::dashboard("This SLO", DETAIL).set(CHOSEN, "${__field.labels.sloth_slo}")
}
