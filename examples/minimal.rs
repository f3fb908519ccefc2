//! One service, described once: what a team's own crate looks like. Try it:
//!
//! ```sh
//! cargo run --example minimal -- generate --out /tmp/shop
//! cargo run --example minimal -- explain shop_checkouts_total
//! ```

use std::process::ExitCode;

use obsctl::model::prelude::*;
use obsctl::model::{ScrapeJob, Service};

fn main() -> ExitCode {
    obsctl::run(stack)
}

const TEAM: &str = "storefront";
const CHECKOUTS_FAIL: Slug = Slug::from_static("checkouts-fail");

labels! {
    /// How a checkout ended.
    pub enum Outcome { Paid = "paid", Declined = "declined", Failed = "failed" }
}

metrics! {
    family "Shop", owner TEAM, exposed_by Exposer::Service("shop".into());

    /// Checkouts that ended.
    pub counter Checkouts("shop_checkouts_total") { outcome: Outcome }
    /// Time a checkout took.
    pub histogram CheckoutTime("shop_checkout_duration_seconds", Seconds, [0.1, 0.5, 1.0, 5.0]) {
        outcome: Outcome,
    }
}

/// Everything, in one value.
pub fn stack() -> Stack {
    Stack::new(Slug::from_static("shop"))
        .service(Service::new("shop", TEAM, "Sells things."))
        .scrape_job(ScrapeJob::new(
            "shop",
            Exposer::Service("shop".into()),
            "shop",
            8080,
        ))
        .metric_family(family())
        .rule_group(RuleGroup::new("shop").alert(checkouts_fail()))
        .test(failed_checkouts_page())
        .dashboard(overview())
        .runbook(
            Runbook::new(
                CHECKOUTS_FAIL,
                "Checkouts fail",
                "over 2 percent fail for 5 minutes",
            )
            .symptom("Customers see an error after paying.")
            .step("Compare with the outcomes of last week.", by_outcome())
            .resolve("It began with a deployment", "Roll back."),
        )
}

/// Which part of all checkouts fails.
fn failed_ratio() -> Promql {
    let failed = Checkouts::with(Checkouts::outcome.is(Outcome::Failed));
    (failed.rate(mins(5)).sum() / Checkouts::rate(mins(5)).sum()).into()
}

fn by_outcome() -> Promql {
    Checkouts::rate(mins(5)).sum_by(Checkouts::outcome).into()
}

fn checkouts_fail() -> Alert {
    Alert::new("CheckoutsFail")
        .when(failed_ratio().gt(0.02))
        .lasting(mins(5))
        .severity(Severity::Critical)
        .owner(TEAM)
        .summary("{{ $value | humanizePercentage }} of checkouts fail")
        .runbook(CHECKOUTS_FAIL)
}

fn failed_checkouts_page() -> RuleTest {
    let ended = |outcome| Checkouts { outcome };
    RuleTest::new("failed checkouts page after five minutes")
        .given(ended(Outcome::Paid), "0+90x30")
        .given(ended(Outcome::Failed), "0+10x30")
        .at(mins(5), silent(checkouts_fail()))
        .at(
            mins(10),
            fires(checkouts_fail()).summary("10% of checkouts fail"),
        )
}

fn overview() -> Dashboard {
    Dashboard::new("shop-overview", "Shop").row(
        "Checkouts",
        (
            timeseries("Checkouts")
                .query(by_outcome())
                .legend("{{outcome}}"),
            stat("Failed").query(failed_ratio()),
            timeseries("Time, 95th percentile")
                .query(CheckoutTime::rate(mins(5)).sum().quantile(0.95)),
        ),
    )
}
