//! Shopify, Stripe, NetSuite: what is asked of them and how they answer.

use obsctl_model::prelude::*;
use obsctl_model::query::{Buckets, Matcher, Vector};

use super::parts;
use crate::metrics::business::{ConnectionsActive, SyncFreshness};
use crate::metrics::external::{ExternalApiLatency, ExternalApiRateLimited, ExternalApiRequests};
use crate::{limits, services, teams, uids};

/// The dashboard.
#[must_use]
pub fn dashboard() -> Dashboard {
    parts::dashboard(
        uids::EXTERNAL_APIS,
        "External APIs",
        uids::folders::SERVICES,
        teams::INTEGRATIONS,
        services::WORKER,
    )
    .description("Do the providers answer? Errors, credentials, rate limits and latency, and whether data stays fresh.")
    .tags(["red", "worker", "external"])
    .link(parts::to_overview())
    .link(DashboardLink::to_uid("Worker", uids::WORKER).tooltip("The jobs that call them"))
    .link(parts::to_logs())
    .link(parts::to_traces())
    .variable(parts::providers())
    .variable(parts::endpoints())
    .row("Right now", headline())
    .row("Calls and errors", calls_row())
    .row("Credentials and limits", refusals())
    .row("Latency", latency())
    .row("Connections and freshness", freshness())
    .row("Endpoints", endpoints())
    .row("Alerts and failures", related())
}

fn calls() -> Vector<ExternalApiRequests> {
    chosen().rate(interval())
}

fn calls_that(status: Matcher<ExternalApiRequests>) -> Vector<ExternalApiRequests> {
    chosen().with(status).rate(interval())
}

type Calls =
    obsctl_model::query::Selector<ExternalApiRequests, obsctl_model::query::Series::Cumulative>;

fn chosen() -> Calls {
    ExternalApiRequests::with(ExternalApiRequests::provider.chosen("provider"))
        .with(ExternalApiRequests::endpoint.chosen("endpoint"))
}

/// The provider's fault.
fn provider_failed() -> Matcher<ExternalApiRequests> {
    ExternalApiRequests::status_code.matches("5..")
}

/// Credentials that no longer work.
fn not_authenticated() -> Matcher<ExternalApiRequests> {
    ExternalApiRequests::status_code.is("401")
}

fn durations() -> Buckets<ExternalApiLatency> {
    ExternalApiLatency::with(ExternalApiLatency::provider.chosen("provider"))
        .with(ExternalApiLatency::endpoint.chosen("endpoint"))
        .rate(interval())
}

fn limited() -> Vector<ExternalApiRateLimited> {
    ExternalApiRateLimited::with(ExternalApiRateLimited::provider.chosen("provider"))
        .rate(interval())
}

fn age() -> Vector<SyncFreshness> {
    SyncFreshness::with(SyncFreshness::provider.chosen("provider"))
        .max_by((SyncFreshness::provider, SyncFreshness::object_type))
}

fn headline() -> impl Panels {
    (
        stat("Calls")
            .description("Calls to providers per second. Nothing at all while jobs run: no network, or no work.")
            .query(calls().sum())
            .color(Color::Blue)
            .width(4),
        stat("Error ratio")
            .description("Calls a provider answered with 5xx over all. Look at the provider's status page before at our code.")
            .query(calls_that(provider_failed()).sum().share_of(calls().sum()))
            .threshold(limits::EXTERNAL_ERRORS / 2.0, Color::Orange)
            .threshold(limits::EXTERNAL_ERRORS, Color::Red)
            .decimals(1)
            .width(4),
        stat("Not authenticated")
            .description("Calls answered with 401 in the time shown. Any is a connection somebody must renew: the alert fires on the first.")
            .query(chosen().with(not_authenticated()).increase(range()).sum().or_zero())
            .decimals(0)
            .threshold(1.0, Color::Red)
            .data_link(Link::explore(
                "Calls that were not authenticated",
                Explore::logs(logql(
                    r#"{service_name="worker"} | json | event="external_request_failed" | status_code="401" | provider=~"$provider""#,
                )),
            ))
            .number_only()
            .width(4),
        stat("Rate limited")
            .description("Times a provider asked for patience in the time shown. Syncs take longer; many need longer pauses.")
            .query(
                ExternalApiRateLimited::with(ExternalApiRateLimited::provider.chosen("provider"))
                    .increase(range())
                    .sum()
                    .or_zero(),
            )
            .decimals(0)
            .threshold(1.0, Color::Orange)
            .number_only()
            .width(4),
        stat("p95 latency")
            .description("19 of 20 calls are faster. Slow providers hold worker slots.")
            .query(durations().sum().quantile(0.95))
            .threshold(5.0, Color::Orange)
            .threshold(10.0, Color::Red)
            .width(4),
        stat("Oldest data")
            .description("The longest time since a tenant's data was synced from the chosen providers. Red is stale.")
            .query(age().max())
            .threshold(limits::FRESHNESS_WARNING, Color::Orange)
            .threshold(limits::FRESHNESS_CRITICAL, Color::Red)
            .width(4),
    )
}

fn calls_row() -> impl Panels {
    (
        timeseries("Calls by provider")
            .description("Calls per second by provider. A provider that disappears is not called: look at its jobs.")
            .query(calls().sum_by(ExternalApiRequests::provider))
            .legend("{{provider}}")
            .stacked()
            .data_link(logs_of_provider())
            .width(8),
        timeseries("Calls by status")
            .description("Calls per second by status code. 401: credentials; 429: limits; 5xx: the provider.")
            .query(calls().sum_by(ExternalApiRequests::status_code))
            .legend("{{status_code}}")
            .stacked()
            .field(by_regex("5..").color(Color::Red))
            .field(by_regex("4..").color(Color::Orange))
            .field(by_regex("2..").color(Color::Green))
            .width(8),
        timeseries("Error ratio by provider")
            .description("Calls answered with 5xx over all, by provider. Above the line the provider has an outage.")
            .query(
                calls_that(provider_failed())
                    .sum_by(ExternalApiRequests::provider)
                    .share_of(calls().sum_by(ExternalApiRequests::provider)),
            )
            .legend("{{provider}}")
            .threshold(limits::EXTERNAL_ERRORS, Color::Red)
            .min(0.0)
            .data_link(logs_of_provider())
            .data_link(failed_traces())
            .width(8),
    )
}

fn refusals() -> impl Panels {
    (
        timeseries("Calls not authenticated")
            .description("Calls answered with 401 per second, by provider. Any line above zero raises the alert and needs new credentials.")
            .query(calls_that(not_authenticated()).sum_by(ExternalApiRequests::provider))
            .legend("{{provider}}")
            .stacked()
            .data_link(logs_of_provider())
            .width(8),
        timeseries("Rate limit hits")
            .description("How often per second a provider asked for patience. Growth in step with calls: spread the syncs.")
            .query(limited().sum_by(ExternalApiRateLimited::provider))
            .legend("{{provider}}")
            .stacked()
            .width(8),
        timeseries("Rate limited tenants")
            .description("Rate limit lines by tenant, the ten most, from log lines. One tenant alone: reduce its sync frequency.")
            .query(logql(
                r#"topk(10, sum by (tenant_id) (count_over_time({service_name="worker"} |= "external_rate_limit_hit" | json | event="external_rate_limit_hit" | provider=~"$provider" [$__auto])))"#,
            ))
            .legend("{{tenant_id}}")
            .unit(Unit::None)
            .bars()
            .stacked()
            .data_link(
                Link::dashboard_uid("This tenant", uids::TENANT)
                    .set("tenant", "${__field.labels.tenant_id}"),
            )
            .width(8),
    )
}

fn latency() -> impl Panels {
    (
        timeseries("Latency")
            .description("Half, 95 % and 99 % of calls are faster. Dots are traces of the jobs that made them.")
            .percentiles(durations().sum())
            .width(8),
        timeseries("p95 latency by provider")
            .description("95 % of a provider's answers are faster. One that slows down slows all its syncs.")
            .query(durations().sum_by(ExternalApiLatency::provider).quantile(0.95))
            .legend("{{provider}}")
            .data_link(slow_traces())
            .width(8),
        heatmap("Latency distribution")
            .description("How many calls took how long. A band at 30 seconds is calls that run into the time limit.")
            .query(
                ExternalApiLatency::with(ExternalApiLatency::provider.chosen("provider"))
                    .with(ExternalApiLatency::endpoint.chosen("endpoint"))
                    .increase(interval())
                    .sum()
                    .heatmap(),
            )
            .width(8),
    )
}

fn freshness() -> impl Panels {
    (
        bar_gauge("Active connections")
            .description("Connections that work, by provider. Fewer than yesterday: look for revoked credentials.")
            .query(
                ConnectionsActive::with(ConnectionsActive::provider.chosen("provider"))
                    .max_by(ConnectionsActive::provider),
            )
            .legend("{{provider}}")
            .color(Color::Blue)
            .width(5),
        timeseries("Oldest data by provider")
            .description("The longest time since a sync, by provider and object. A line that only climbs is a sync that does not run.")
            .query(age())
            .legend("{{provider}} {{object_type}}")
            .threshold(limits::FRESHNESS_WARNING, Color::Orange)
            .threshold(limits::FRESHNESS_CRITICAL, Color::Red)
            .width(7),
        timeseries("Stale syncs")
            .description("The part of a provider's syncs that is stale. Above the line the alert fires; all at once is the workers, not a provider.")
            .query(
                SyncFreshness::with(SyncFreshness::provider.chosen("provider"))
                    .gt_bool(limits::FRESHNESS_CRITICAL)
                    .avg_by(SyncFreshness::provider),
            )
            .legend("{{provider}}")
            .threshold(limits::STALE_SYNCS, Color::Red)
            .min(0.0)
            .width(6),
        table("Stalest tenants")
            .description("The ten tenants with the oldest data. Call them before they call.")
            .column(
                "Age",
                SyncFreshness::with(SyncFreshness::provider.chosen("provider"))
                    .max_by((SyncFreshness::tenant_id, SyncFreshness::provider))
                    .topk(10),
                Unit::Seconds,
            )
            .field(
                by_name("Age")
                    .cell(Cell::ColoredText)
                    .thresholds(parts::FRESHNESS),
            )
            .field(by_name("tenant_id").link(
                Link::dashboard_uid("Tenant", uids::TENANT)
                    .set("tenant", "${__data.fields.tenant_id}"),
            ))
            .highest_first("Age")
            .width(6),
    )
}

fn endpoints() -> impl Panels {
    let by = (ExternalApiRequests::provider, ExternalApiRequests::endpoint);
    let all = chosen().rate(range()).sum_by(by);
    let took = ExternalApiLatency::with(ExternalApiLatency::provider.chosen("provider"))
        .with(ExternalApiLatency::endpoint.chosen("endpoint"))
        .rate(range())
        .sum_by((ExternalApiLatency::provider, ExternalApiLatency::endpoint));
    table("Endpoints")
        .description("Every endpoint of the providers over the time shown, the busiest first.")
        .column("Calls", all.clone(), Unit::PerSecond)
        .column(
            "Errors",
            chosen()
                .with(provider_failed())
                .rate(range())
                .sum_by(by)
                .share_of(all.clone()),
            Unit::Ratio,
        )
        .column(
            "Not authenticated",
            chosen()
                .with(not_authenticated())
                .rate(range())
                .sum_by(by)
                .share_of(all),
            Unit::Ratio,
        )
        .column("p50", took.clone().quantile(0.5), Unit::Seconds)
        .column("p95", took.quantile(0.95), Unit::Seconds)
        .field(by_name("Errors").cell(Cell::ColoredText).thresholds([
            (limits::EXTERNAL_ERRORS / 2.0, Color::Orange),
            (limits::EXTERNAL_ERRORS, Color::Red),
        ]))
        .highest_first("Calls")
        .filterable()
        .width(24)
        .height(8)
}

fn related() -> impl Panels {
    (
        parts::alerts(teams::INTEGRATIONS),
        logs("Refused calls")
            .description("Lines of calls that providers refused or did not answer. Open one for the error and the way to its trace.")
            .query(logql(
                r#"{service_name="worker"} | json | event=~"external_request_failed|external_rate_limit_hit" | provider=~"$provider""#,
            ))
            .limit(200)
            .width(16),
    )
}

fn logs_of_provider() -> Link {
    Link::explore(
        "Log lines of this provider",
        Explore::logs(logql(
            r#"{service_name="worker"} | json | provider="${__field.labels.provider}""#,
        )),
    )
}

fn slow_traces() -> Link {
    Link::explore(
        "Slow traces of this provider",
        Explore::traces(traceql(
            r#"{ span.provider = "${__field.labels.provider}" && kind = client && duration > 5s }"#,
        )),
    )
}

fn failed_traces() -> Link {
    Link::explore(
        "Failed traces of this provider",
        Explore::traces(traceql(
            r#"{ span.provider = "${__field.labels.provider}" && status = error }"#,
        )),
    )
}
