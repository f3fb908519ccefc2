//! The observability pipeline itself: does telemetry arrive, are rules evaluated, is anybody told?

use obsctl_model::prelude::*;

mod alerting;
mod collection;
mod host;
mod services;
mod storage;

use super::parts;
use crate::metrics::exporters::{alertmanager, alloy, loki, prometheus};
use crate::{teams, uids};

/// The engines' scrape jobs, which are also their service names in Loki.
const ENGINES: &str = "prometheus|alertmanager|loki|tempo|alloy|grafana";

/// The dashboard.
#[must_use]
pub fn dashboard() -> Dashboard {
    parts::dashboard(
        uids::PIPELINE,
        "Observability pipeline",
        uids::folders::PLATFORM,
        teams::OBSERVABILITY,
        ENGINES,
    )
    .description("Who watches the watchers: targets, rules, notifications, ingestion, and the host underneath.")
    .tags(["use", "pipeline"])
    .link(parts::to_overview())
    .link(parts::to_logs())
    .variable(jobs())
    .row("Right now", headline())
    .row("Targets", collection::targets())
    .row("Prometheus: samples and rules", alerting::rules())
    .row("Alertmanager: alerts and notifications", alerting::notifications())
    .row("Services: what their telemetry sends and loses", services::services())
    .row("Alloy: lines and spans on their way", collection::collector())
    .row("Loki: lines in", storage::loki())
    .row("Tempo: spans in", storage::tempo())
    .row("Grafana: requests", storage::grafana())
    .row("Host", host::host())
    .row("Alerts and errors", related())
}

fn jobs() -> Variable {
    variable::query("job", series_label_values("job", promql("up")))
        .label("Job")
        .description("Scrape jobs: services and engines")
        .multi()
        .include_all()
}

fn headline() -> impl Panels {
    (
        stat("Targets down")
            .description("Targets that could not be scraped last time. Anything but 0 is blind somewhere.")
            .query(promql("count(up == 0)").or_zero())
            .threshold(1.0, Color::Red)
            .width(4),
        stat("Rule failures")
            .description("Rules that could not be evaluated in the time shown, by Prometheus and Loki. A failing alert cannot fire.")
            .query(
                prometheus::RuleFailures::increase(range()).sum().or_zero()
                    + loki::RuleFailures::increase(range()).sum().or_zero(),
            )
            .decimals(0)
            .threshold(1.0, Color::Red)
            .number_only()
            .width(4),
        stat("Notifications failed")
            .description("Notifications that did not get through in the time shown. Somebody was not told.")
            .query(alertmanager::NotificationsFailed::increase(range()).sum().or_zero())
            .decimals(0)
            .threshold(1.0, Color::Red)
            .number_only()
            .width(4),
        stat("Log lines lost")
            .description("Lines the collector dropped or Loki refused in the time shown. Look at the reasons below.")
            .query(
                alloy::EntriesDropped::increase(range()).sum().or_zero()
                    + loki::LinesDiscarded::increase(range()).sum().or_zero(),
            )
            .decimals(0)
            .threshold(1.0, Color::Orange)
            .number_only()
            .width(4),
        stat("Spans lost")
            .description("Spans the collector could not take in or hand on in the time shown. Traces have holes.")
            .query(
                alloy::SpansFailed::increase(range()).sum().or_zero()
                    + alloy::SpansRefused::increase(range()).sum().or_zero(),
            )
            .decimals(0)
            .threshold(1.0, Color::Orange)
            .number_only()
            .width(4),
        stat("Configurations")
            .description("Whether Prometheus, Alertmanager and Alloy run on their latest configuration. `stale` means the last reload failed.")
            .query(
                prometheus::ConfigReloaded::select()
                    .or(alertmanager::ConfigReloaded::select())
                    .or(alloy::ConfigLoaded::select())
                    .min(),
            )
            .show(1, "current", Color::Green)
            .show(0, "stale", Color::Red)
            .width(4),
    )
}

fn related() -> impl Panels {
    (
        parts::alerts(teams::OBSERVABILITY),
        logs("Errors of the engines")
            .description("Warnings and errors of the engines themselves, newest first. Repeated lines name the part that is stuck.")
            .query(logql(&format!(
                r#"{{service_name=~"{ENGINES}"}} |~ "(?i)(level=(warn|error)|\"level\":\"(warn|error))""#
            )))
            .limit(200)
            .width(16),
    )
}
