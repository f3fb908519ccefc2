use obsctl_model::prelude::*;
use obsctl_model::{LabelName, Rule, Service};
use obsctl_stack::labels::{JobStatus, ToolStatus};
use obsctl_stack::metrics::api::{ApiLatency, ApiRequests};
use obsctl_stack::metrics::business::SyncFreshness;
use obsctl_stack::metrics::mcp::McpToolInvocations;
use obsctl_stack::metrics::worker::WorkerJobs;

use crate::diagnostic::Diagnostic;
use crate::project::Project;

fn slo(name: &'static str, percent: f64, indicator: Indicator) -> Slo {
    Slo::new(Slug::from_static(name), "api", percent, indicator).owner("platform")
}

fn availability() -> Slo {
    slo(
        "availability",
        99.9,
        Indicator::bad(
            ApiRequests::with(ApiRequests::status_code.matches("5..")),
            ApiRequests::select(),
        ),
    )
    .description("Requests are answered without a server error")
    .runbook(Slug::from_static("api-errors"))
}

fn link(slos: impl IntoIterator<Item = Slo>) -> Project {
    Project::link(
        Stack::new(Slug::from_static("test"))
            .service(Service::new("api", "platform", "API"))
            .metrics(obsctl_stack::metrics::families())
            .slos(slos),
    )
}

/// Every rule on a line: name, query.
fn rules(project: &Project, group: &str) -> String {
    let group = project
        .groups()
        .iter()
        .find(|g| g.name == group)
        .expect("the group exists");
    let lines: Vec<_> = group
        .rules
        .iter()
        .map(|rule| format!("{}: {}", rule.name(), rule.query().as_str()))
        .collect();
    lines.join("\n")
}

fn problem(slo: Slo) -> Diagnostic {
    let project = link([slo]);
    assert!(project.groups().is_empty(), "nothing is made of it");
    let [problem] = project.problems() else {
        panic!("one problem: {:?}", project.problems());
    };
    problem.clone()
}

#[test]
fn rules_are_named_and_labelled_as_sloths() {
    let project = link([availability()]);
    insta::assert_snapshot!(rules(&project, "sloth-slo-sli-recordings-api-availability"), @r#"
        slo:events:rate5m: sum(rate(api_requests_total[5m]))
        slo:bad_events:rate5m: sum(rate(api_requests_total{status_code=~"5.."}[5m])) or 0 * sum(rate(api_requests_total[5m]))
        slo:sli_error:ratio_rate5m: slo:bad_events:rate5m{sloth_id="api-availability"} / (slo:events:rate5m{sloth_id="api-availability"} > 0)
        slo:sli_error:ratio_rate30m: (sum(rate(api_requests_total{status_code=~"5.."}[30m])) or 0 * sum(rate(api_requests_total[30m]))) / (sum(rate(api_requests_total[30m])) > 0)
        slo:sli_error:ratio_rate1h: (sum(rate(api_requests_total{status_code=~"5.."}[1h])) or 0 * sum(rate(api_requests_total[1h]))) / (sum(rate(api_requests_total[1h])) > 0)
        slo:sli_error:ratio_rate2h: sum_over_time(slo:bad_events:rate5m{sloth_id="api-availability"}[2h]) / (sum_over_time(slo:events:rate5m{sloth_id="api-availability"}[2h]) > 0)
        slo:sli_error:ratio_rate6h: sum_over_time(slo:bad_events:rate5m{sloth_id="api-availability"}[6h]) / (sum_over_time(slo:events:rate5m{sloth_id="api-availability"}[6h]) > 0)
        slo:sli_error:ratio_rate1d: sum_over_time(slo:bad_events:rate5m{sloth_id="api-availability"}[1d]) / (sum_over_time(slo:events:rate5m{sloth_id="api-availability"}[1d]) > 0)
        slo:sli_error:ratio_rate3d: sum_over_time(slo:bad_events:rate5m{sloth_id="api-availability"}[3d]) / (sum_over_time(slo:events:rate5m{sloth_id="api-availability"}[3d]) > 0)
        slo:sli_error:ratio_rate30d: sum_over_time(slo:bad_events:rate5m{sloth_id="api-availability"}[30d]) / (sum_over_time(slo:events:rate5m{sloth_id="api-availability"}[30d]) > 0)
        "#);
    insta::assert_snapshot!(rules(
        &project,
        "sloth-slo-meta-recordings-api-availability"
    ), @r#"
        slo:objective:ratio: vector(0.999)
        slo:error_budget:ratio: vector(0.001)
        slo:time_period:days: vector(30)
        slo:current_burn_rate:ratio: slo:sli_error:ratio_rate5m{sloth_id="api-availability"} / on (sloth_id, sloth_slo, sloth_service) group_left () slo:error_budget:ratio{sloth_id="api-availability"}
        slo:period_burn_rate:ratio: slo:sli_error:ratio_rate30d{sloth_id="api-availability"} / on (sloth_id, sloth_slo, sloth_service) group_left () slo:error_budget:ratio{sloth_id="api-availability"}
        slo:period_error_budget_remaining:ratio: 1 - slo:period_burn_rate:ratio{sloth_id="api-availability"}
        sloth_slo_info: vector(1)
        "#);
    let labels = |name: &str| {
        project
            .groups()
            .iter()
            .flat_map(|group| &group.rules)
            .find_map(|rule| match rule {
                Rule::Record(rule) if rule.record.as_str() == name => Some(
                    rule.labels
                        .iter()
                        .map(|(name, value)| format!("{name}={value}"))
                        .collect::<Vec<_>>()
                        .join(" "),
                ),
                _ => None,
            })
            .expect("the rule exists")
    };
    assert_eq!(
        labels("slo:sli_error:ratio_rate1h"),
        "sloth_id=api-availability sloth_service=api sloth_slo=availability sloth_window=1h"
    );
    assert_eq!(
        labels("sloth_slo_info"),
        "sloth_id=api-availability sloth_mode=obsctl sloth_objective=99.9 sloth_service=api sloth_slo=availability sloth_spec=obsctl"
    );
}

#[test]
fn alerts_ask_both_windows() {
    let project = link([availability().min_bad_events(10)]);
    insta::assert_snapshot!(rules(&project, "sloth-slo-alerts-api-availability"), @r#"
        AvailabilityFastBurn: max without (sloth_window) (slo:sli_error:ratio_rate5m{sloth_id="api-availability"} > 0.0144) and max without (sloth_window) (slo:sli_error:ratio_rate1h{sloth_id="api-availability"} > 0.0144) and sum_over_time(slo:bad_events:rate5m{sloth_id="api-availability"}[1h]) * 60 >= 10 or max without (sloth_window) (slo:sli_error:ratio_rate30m{sloth_id="api-availability"} > 0.006) and max without (sloth_window) (slo:sli_error:ratio_rate6h{sloth_id="api-availability"} > 0.006) and sum_over_time(slo:bad_events:rate5m{sloth_id="api-availability"}[6h]) * 60 >= 10
        AvailabilitySlowBurn: max without (sloth_window) (slo:sli_error:ratio_rate2h{sloth_id="api-availability"} > 0.003) and max without (sloth_window) (slo:sli_error:ratio_rate1d{sloth_id="api-availability"} > 0.003) and sum_over_time(slo:bad_events:rate5m{sloth_id="api-availability"}[1d]) * 60 >= 10 or max without (sloth_window) (slo:sli_error:ratio_rate6h{sloth_id="api-availability"} > 0.001) and max without (sloth_window) (slo:sli_error:ratio_rate3d{sloth_id="api-availability"} > 0.001) and sum_over_time(slo:bad_events:rate5m{sloth_id="api-availability"}[3d]) * 60 >= 10
        "#);
}

#[test]
fn every_indicator_counts_bad_and_all() {
    let counted = |indicator: Indicator, by: &[&'static str]| {
        let mut slo = slo("x", 99.0, indicator);
        slo.by = by
            .iter()
            .map(|label| LabelName::from_static(label))
            .collect();
        let project = link([slo]);
        assert_eq!(project.problems(), []);
        let all = rules(&project, "sloth-slo-sli-recordings-api-x");
        all.lines().take(3).collect::<Vec<_>>().join("\n")
    };
    insta::assert_snapshot!(counted(
        Indicator::good(
            WorkerJobs::with(WorkerJobs::status.is(JobStatus::Completed)),
            WorkerJobs::select()
        ),
        &[]
    ), @r#"
        slo:events:rate5m: sum(rate(worker_jobs_total[5m]))
        slo:bad_events:rate5m: clamp_min(sum(rate(worker_jobs_total[5m])) - (sum(rate(worker_jobs_total{status="completed"}[5m])) or 0 * sum(rate(worker_jobs_total[5m]))), 0)
        slo:sli_error:ratio_rate5m: slo:bad_events:rate5m{sloth_id="api-x"} / (slo:events:rate5m{sloth_id="api-x"} > 0)
        "#);
    insta::assert_snapshot!(counted(Indicator::latency(ApiLatency::select(), 1.0), &[]), @r#"
        slo:events:rate5m: sum(rate(api_request_duration_seconds_count[5m]))
        slo:bad_events:rate5m: clamp_min(sum(rate(api_request_duration_seconds_count[5m])) - (sum(rate(api_request_duration_seconds_bucket{le=~"1(\\.0)?"}[5m])) or 0 * sum(rate(api_request_duration_seconds_count[5m]))), 0)
        slo:sli_error:ratio_rate5m: slo:bad_events:rate5m{sloth_id="api-x"} / (slo:events:rate5m{sloth_id="api-x"} > 0)
        "#);
    insta::assert_snapshot!(counted(
        Indicator::native_latency(promql("unknown_seconds"), 0.3),
        &[]
    ), @r#"
        slo:events:rate5m: histogram_count(sum(rate(unknown_seconds[5m])))
        slo:bad_events:rate5m: (1 - histogram_fraction(-Inf, 0.3, sum(rate(unknown_seconds[5m])))) * (histogram_count(sum(rate(unknown_seconds[5m]))) > 0) or 0 * histogram_count(sum(rate(unknown_seconds[5m])))
        slo:sli_error:ratio_rate5m: slo:bad_events:rate5m{sloth_id="api-x"} / (slo:events:rate5m{sloth_id="api-x"} > 0)
        "#);
    insta::assert_snapshot!(counted(
        Indicator::time_slices(promql("worker_queue_depth < bool 100")),
        &["queue_name"]
    ), @r#"
        slo:slices:count: count by (queue_name) (worker_queue_depth < bool 100)
        slo:bad_slices:count: sum by (queue_name) (worker_queue_depth < bool 100 == bool 0)
        slo:sli_error:ratio_rate5m: sum_over_time(slo:bad_slices:count{sloth_id="api-x"}[5m]) / (sum_over_time(slo:slices:count{sloth_id="api-x"}[5m]) > 0)
        "#);
    insta::assert_snapshot!(counted(
        Indicator::freshness(SyncFreshness::select(), hours(1)),
        &["provider"]
    ), @r#"
        slo:slices:count: count by (provider) (sync_freshness_seconds)
        slo:bad_slices:count: sum by (provider) (sync_freshness_seconds > bool 3600)
        slo:sli_error:ratio_rate5m: sum_over_time(slo:bad_slices:count{sloth_id="api-x"}[5m]) / (sum_over_time(slo:slices:count{sloth_id="api-x"}[5m]) > 0)
        "#);
}

#[test]
fn another_window_has_other_rules() {
    let project = link([availability().over(days(7))]);
    insta::assert_snapshot!(rules(&project, "sloth-slo-alerts-api-availability"), @r#"
        AvailabilityFastBurn: max without (sloth_window) (slo:sli_error:ratio_rate5m{sloth_id="api-availability"} > 0.01344) and max without (sloth_window) (slo:sli_error:ratio_rate15m{sloth_id="api-availability"} > 0.01344) or max without (sloth_window) (slo:sli_error:ratio_rate7m30s{sloth_id="api-availability"} > 0.0056) and max without (sloth_window) (slo:sli_error:ratio_rate1h30m{sloth_id="api-availability"} > 0.0056)
        AvailabilitySlowBurn: max without (sloth_window) (slo:sli_error:ratio_rate30m{sloth_id="api-availability"} > 0.0028) and max without (sloth_window) (slo:sli_error:ratio_rate6h{sloth_id="api-availability"} > 0.0028) or max without (sloth_window) (slo:sli_error:ratio_rate1h30m{sloth_id="api-availability"} > 0.000933333) and max without (sloth_window) (slo:sli_error:ratio_rate18h{sloth_id="api-availability"} > 0.000933333)
        "#);
}

#[test]
fn a_threshold_between_buckets_names_the_nearest() {
    let problem = problem(slo(
        "latency",
        99.0,
        Indicator::latency(ApiLatency::select(), 0.3),
    ));
    assert_eq!(
        problem.message,
        "the threshold `0.3` is no bucket bound of histogram `api_request_duration_seconds`: the nearest is `0.25` or `0.5`"
    );
    assert_eq!(
        problem.help,
        ["use `0.25` or `0.5` as threshold, or give the histogram a bucket at `0.3`"]
    );
    assert_eq!(problem.subject, "SLO `latency`");
    assert_eq!(problem.places.len(), 2, "its own place and the catalog's");
}

#[test]
fn a_metric_of_the_wrong_kind_is_named() {
    let message = |indicator| problem(slo("x", 99.0, indicator)).message;
    assert_eq!(
        message(Indicator::bad(
            promql("worker_queue_depth"),
            WorkerJobs::select()
        )),
        "`worker_queue_depth` is a gauge: events are counted by counters"
    );
    assert_eq!(
        message(Indicator::latency(WorkerJobs::select(), 1.0)),
        "`worker_jobs_total` is a counter: a latency is measured by a histogram"
    );
    assert_eq!(
        message(Indicator::native_latency(
            promql("api_request_duration_seconds_bucket"),
            1.0
        )),
        "`api_request_duration_seconds_bucket` is a histogram: it is not exposed as a native histogram"
    );
    assert_eq!(
        message(Indicator::freshness(McpToolInvocations::select(), mins(5))),
        "`mcp_tool_invocations_total` is a counter: time slices look at a gauge"
    );
    assert_eq!(
        message(Indicator::time_slices(promql("worker_queue_depth < 100"))),
        "its condition drops the bad time slices: a comparison without `bool` keeps only what is true"
    );
    assert_eq!(
        message(Indicator::bad(
            McpToolInvocations::with(McpToolInvocations::status.is(ToolStatus::Error))
                .rate(mins(5)),
            McpToolInvocations::select()
        )),
        "the query of its bad events is no plain selector"
    );
}

#[test]
fn the_promise_itself_must_make_sense() {
    assert_eq!(
        problem(availability().over(hours(36))).message,
        "its window of `1d12h` cannot be alerted on"
    );
    let mut stray = availability();
    stray.service = "apo".to_owned();
    let stray = problem(stray);
    assert_eq!(stray.message, "the stack has no service `apo`");
    assert_eq!(stray.help, ["did you mean `api`?"]);
    assert_eq!(
        problem(availability().owner("")).message,
        "nobody owns it: its alerts would reach no team"
    );
    assert_eq!(
        problem(availability().label("sloth_window", "1h")).message,
        "its label `sloth_window` cannot be put on its rules"
    );
    let twice = link([availability(), availability()]);
    assert_eq!(
        twice.problems()[0].message,
        "another SLO is named `availability` too"
    );
}

#[test]
fn figures_say_what_sets_alerts_off_and_when() {
    let project = link([availability().min_bad_events(10)]);
    let text = crate::project::slo::explain(&project, "availability").expect("it exists");
    insta::assert_snapshot!(text, @r#"
        SLO `availability` of `api`, owned by `platform`
          Requests are answered without a server error

          objective   99.9% of events over 30d
          budget      0.1%: 43m12s of complete outage
                      1,000 bad in a million events; at one per second 2,592 in 30d
          guard       fewer than 10 bad events in the long window set nothing off

          AvailabilityFastBurn (page, critical)
            burn    windows      errors     budget   fires after  fires after  stops after
            rate    long/short   above      gone     at 100%      at twice     at most
            14.4x   1h/5m        1.44%      2%       52s          30m          5m
            6x      6h/30m       0.6%       5%       2m10s        3h           30m

          AvailabilitySlowBurn (ticket, warning)
            burn    windows      errors     budget   fires after  fires after  stops after
            rate    long/short   above      gone     at 100%      at twice     at most
            3x      1d/2h        0.3%       10%      4m19s        12h          2h
            1x      3d/6h        0.1%       10%      4m19s        1d12h        6h

          Times are from the first error, with none before; rules are evaluated every 1m.
          At twice: at twice the error ratio above which it fires.
        "#);
    assert_eq!(crate::project::slo::explain(&project, "other"), None);
}

#[test]
fn dashboards_are_made_where_there_are_slos() {
    let uids = |project: &Project| -> Vec<_> {
        project
            .dashboards()
            .iter()
            .map(|dashboard| dashboard.uid.to_string())
            .collect()
    };
    assert_eq!(
        uids(&link([availability()])),
        ["slo-detail", "slo-overview"]
    );
    assert_eq!(uids(&link([])), [""; 0]);
}

#[test]
fn a_large_budget_has_no_page() {
    let generous = || {
        let mut slo = availability();
        slo.objective = obsctl_model::Objective::percent(80.0).expect("it is one");
        slo
    };
    let project = link([generous()]);
    let alerts = rules(&project, "sloth-slo-alerts-api-availability");
    assert!(!alerts.contains("FastBurn"), "{alerts}");
    let text = crate::project::slo::explain(&project, "availability").expect("it exists");
    assert!(
        text.contains(
            "no page: even when everything fails, a budget of 20% does not burn fast enough"
        ),
        "{text}"
    );
}

#[test]
fn only_the_wanted_alerts_are_made() {
    for (alerts, expected) in [
        (SloAlerts::Both, &["FastBurn", "SlowBurn", "NoData"][..]),
        (SloAlerts::Page, &["FastBurn", "NoData"]),
        (SloAlerts::Ticket, &["SlowBurn", "NoData"]),
        (SloAlerts::None, &["NoData"]),
    ] {
        let slo = availability().alert_when_absent(mins(15));
        let project = link([slo.alerts(alerts)]);
        let rules = project.groups().iter().flat_map(|group| &group.rules);
        let made = rules.filter(|rule| matches!(rule, Rule::Alert(_)));
        let made: Vec<_> = made
            .map(|rule| rule.name().trim_start_matches("Availability"))
            .collect();
        assert_eq!(made, expected);
        let text = crate::project::slo::explain(&project, "availability").expect("it exists");
        for (word, wanted) in [("page", alerts.pages()), ("ticket", alerts.opens_tickets())] {
            let said = text.contains(&format!("no {word}: it is not wanted"));
            assert_eq!(said, !wanted, "{text}");
        }
    }
}

#[test]
fn spans_are_held_against_their_catalog() {
    use obsctl_model::{SpanDef, SpanKind};
    let link = |service: &str, span: &str| {
        let mut stack = Stack::new(Slug::from_static("test"))
            .service(Service::new("api", "platform", "API"))
            .metrics(obsctl_stack::metrics::families())
            .slo(slo("orders", 99.0, Indicator::failed_spans(service, span)));
        let order = SpanDef::new("POST /orders", SpanKind::Server, "api", "axum", "an order");
        stack.spans.spans.push(order);
        Project::link(stack)
    };
    let said = |service: &str, span: &str| {
        let project = link(service, span);
        let problem = project.problems().first().expect("a problem").clone();
        (problem.message, problem.help.join(" "))
    };
    let known = link("api", "POST /orders");
    assert_eq!(known.problems(), []);
    insta::assert_snapshot!(
        rules(&known, "sloth-slo-sli-recordings-api-orders").lines().nth(1).expect("a rule"),
        @r#"slo:bad_events:rate5m: sum(rate(traces_spanmetrics_calls_total{service="api", span_name="POST /orders", status_code="STATUS_CODE_ERROR"}[5m])) or 0 * sum(rate(traces_spanmetrics_calls_total{service="api", span_name="POST /orders"}[5m]))"#
    );
    assert_eq!(
        said("api", "POST /order"),
        (
            "service `api` makes no span `POST /order`".to_owned(),
            "did you mean `POST /orders`?".to_owned()
        )
    );
    assert_eq!(
        said("apo", "POST /orders"),
        (
            "no span of a service `apo` is declared".to_owned(),
            "did you mean `api`?".to_owned()
        )
    );
}

#[test]
fn a_month_of_the_calendar_begins_anew() {
    let project = link([availability().over_month()]);
    let all = rules(&project, "sloth-slo-sli-recordings-api-availability");
    let lines: Vec<_> = all.lines().skip(9).collect();
    insta::assert_snapshot!(lines.join("\n"), @r#"
        slo:period_events:rate5m: slo:events:rate5m{sloth_id="api-availability"} * on () group_left (slo_period) count_values("slo_period", month())
        slo:period_bad_events:rate5m: slo:bad_events:rate5m{sloth_id="api-availability"} * on () group_left (slo_period) count_values("slo_period", month())
        slo:sli_error:ratio_month: sum without (slo_period) (sum_over_time(slo:period_bad_events:rate5m{sloth_id="api-availability"}[31d]) / (sum_over_time(slo:period_events:rate5m{sloth_id="api-availability"}[31d]) > 0) and on (slo_period) count_values("slo_period", month()))
        slo:period_elapsed:ratio: (day_of_month() - 1 + time() % 86400 / 86400) / days_in_month()
        "#);
    let meta = rules(&project, "sloth-slo-meta-recordings-api-availability");
    let lines: Vec<_> = meta
        .lines()
        .skip(2)
        .filter(|line| !line.contains("info"))
        .collect();
    insta::assert_snapshot!(lines.join("\n"), @r#"
        slo:time_period:days: days_in_month()
        slo:current_burn_rate:ratio: slo:sli_error:ratio_rate5m{sloth_id="api-availability"} / on (sloth_id, sloth_slo, sloth_service) group_left () slo:error_budget:ratio{sloth_id="api-availability"}
        slo:period_burn_rate:ratio: slo:sli_error:ratio_month{sloth_id="api-availability"} / on (sloth_id, sloth_slo, sloth_service) group_left () slo:error_budget:ratio{sloth_id="api-availability"}
        slo:period_error_budget_remaining:ratio: 1 - slo:period_burn_rate:ratio{sloth_id="api-availability"} * on (sloth_id, sloth_slo, sloth_service) group_left () slo:period_elapsed:ratio{sloth_id="api-availability"}
        "#);
    let quarter = link([availability().over_quarter()]);
    let meta = rules(&quarter, "sloth-slo-meta-recordings-api-availability");
    let days = meta
        .lines()
        .find(|line| line.contains("slo:time_period:days"));
    assert_eq!(
        days.expect("the rule exists"),
        "slo:time_period:days: 90 + ((year() % 4 == bool 0) - (year() % 100 == bool 0) + (year() % 400 == bool 0)) * (month() <= bool 3) + (month() > bool 3) + (month() > bool 6)"
    );
}

#[test]
fn labels_that_can_change_are_not_on_what_is_recorded() {
    let of = |team: &str| {
        let project = link([availability()
            .label("tier", team)
            .alert_when_absent(mins(15))]);
        let all = project.groups().iter().flat_map(|group| &group.rules);
        let (recorded, alerts): (Vec<_>, Vec<_>) = all
            .cloned()
            .partition(|rule| matches!(rule, Rule::Record(_)));
        let labels = |rule: &Rule| match rule {
            Rule::Record(rule) => rule.labels.clone(),
            Rule::Alert(alert) => alert.labels.clone(),
        };
        for rule in &alerts {
            assert_eq!(labels(rule)["tier"], team, "{}", rule.name());
        }
        let (info, series): (Vec<_>, Vec<_>) = recorded
            .iter()
            .partition(|rule| rule.name() == "sloth_slo_info");
        assert_eq!(labels(info[0])["tier"], team);
        let series = series
            .into_iter()
            .map(|rule| (rule.name().to_owned(), labels(rule)));
        series.collect::<Vec<_>>()
    };
    assert_eq!(of("gold"), of("silver"));
}

#[test]
fn log_lines_are_counted_by_loki() {
    let lines = |text: &str| logql(text);
    let logs = || {
        Indicator::logs(
            lines(r#"{service_name="api"} | json | status >= 500"#),
            lines(r#"{service_name="api"} | json | status > 0"#),
        )
    };
    let project = link([slo("logged", 99.0, logs())]);
    assert_eq!(project.problems(), []);
    let all = rules(&project, "sloth-slo-sli-recordings-api-logged");
    let lines: Vec<_> = all.lines().take(4).collect();
    insta::assert_snapshot!(lines.join("\n"), @r#"
        slo:events:rate5m: sum(rate({service_name="api"} | json | status > 0 [5m]))
        slo:bad_events:rate5m: sum(rate({service_name="api"} | json | status >= 500 [5m])) or 0 * sum(rate({service_name="api"} | json | status > 0 [5m]))
        slo:sli_error:ratio_rate5m: slo:bad_events:rate5m{sloth_id="api-logged"} / (slo:events:rate5m{sloth_id="api-logged"} > 0)
        slo:sli_error:ratio_rate30m: sum_over_time(slo:bad_events:rate5m{sloth_id="api-logged"}[30m]) / (sum_over_time(slo:events:rate5m{sloth_id="api-logged"}[30m]) > 0)
        "#);
    let engines = |engine| {
        let groups = project.groups().iter().flat_map(|group| &group.rules);
        groups
            .filter(|rule| rule.query().engine() == engine)
            .count()
    };
    assert_eq!(engines(obsctl_model::Engine::Loki), 2);
    let counted = slo(
        "x",
        99.0,
        Indicator::logs(logql("rate({a=\"b\"}[5m])"), logql("{a=\"b\"}")),
    );
    assert_eq!(
        problem(counted).message,
        "the query of its bad log lines selects no lines"
    );
}
