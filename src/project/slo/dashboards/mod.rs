//! Dashboards of the SLOs: all of them at a glance, and one in detail.

mod detail;
mod overview;

use obsctl_model::Duration;
use obsctl_model::dashboard::panel::{AlertList, alert_list};
use obsctl_model::dashboard::{Dashboard, Panel};
use obsctl_promql::Expr;
use obsctl_promql::ast::{BinaryOp, Matcher};

use super::lower::{Lowering, ratio};
use super::tree;

/// The folder of both.
const FOLDER: &str = "SLOs";

/// The tags of both: the common menu is made from the first.
const TAGS: [&str; 2] = ["obsctl", "slo"];

/// The variable that holds the chosen SLO.
const CHOSEN: &str = "slo";

/// From here on little of the budget is left.
const LOW: f64 = 0.25;

/// The dashboards of these SLOs; none where there is no SLO.
#[must_use]
pub(super) fn dashboards(slos: &[Lowering<'_>]) -> Vec<Dashboard> {
    let Some(first) = slos.first() else {
        return vec![];
    };
    [overview::dashboard(), detail::dashboard(slos)]
        .into_iter()
        .map(|mut dashboard| {
            dashboard.origin = first.slo.origin;
            dashboard
        })
        .collect()
}

fn firing(labels: &str) -> Panel<AlertList> {
    alert_list("Firing now")
        .description("Burn-rate alerts that fire, with a link to their rule. Empty is good.")
        .matching(labels)
}

/// The error ratio of a window over the budget.
fn burn_rate(window: Duration, matchers: Vec<Matcher>) -> Expr {
    tree::many_to_one(
        BinaryOp::Div,
        Expr::from(tree::selector(ratio(window), matchers.clone())),
        &["sloth_id", "sloth_slo", "sloth_service"],
        Expr::from(tree::selector("slo:error_budget:ratio", matchers)),
    )
}
