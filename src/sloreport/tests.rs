use std::sync::Arc;

use obsctl_model::prelude::*;
use obsctl_model::{Service, Slug, Stack};
use obsctl_promql::eval::{Value, notation};
use obsctl_rules::unit::{QueryCase, Test, What};
use obsctl_rules::{Group, Place, RuleSet};
use obsctl_stack::metrics::api::{ApiLatency, ApiRequests};

use super::{Seen, human, json, reports};
use crate::project::Project;

fn link(slo: Slo) -> Project {
    Project::link(
        Stack::new(Slug::from_static("test"))
            .service(Service::new("api", "platform", "API"))
            .metrics(obsctl_stack::metrics::families())
            .slo(slo.owner("platform")),
    )
}

fn availability(percent: f64) -> Slo {
    let failed = ApiRequests::with(ApiRequests::status_code.matches("5.."));
    let indicator = Indicator::bad(failed, ApiRequests::select());
    Slo::new(Slug::from_static("requests"), "api", percent, indicator)
}

/// Every case of every condition is confirmed.
fn confirm(slo: Slo) {
    let project = link(slo);
    let slos: Vec<_> = project.stack().slos.iter().collect();
    let [report] = &reports(&project, &slos, true)[..] else {
        panic!("one report");
    };
    assert!(!report.conditions.is_empty());
    for condition in &report.conditions {
        for case in &condition.cases {
            assert_eq!(
                case.is_confirmed(),
                Some(true),
                "{} over {}: {case:?}",
                condition.burn.alert,
                condition.burn.window.long
            );
        }
    }
}

#[test]
fn the_generated_rules_fire_and_stop_at_the_computed_times() {
    confirm(availability(99.9).min_bad_events(10));
    confirm(availability(95.0).over(days(7)));
    let latency = Indicator::latency(ApiLatency::select(), 0.5);
    confirm(Slo::new(Slug::from_static("latency"), "api", 99.0, latency));
}

#[test]
fn time_slices_are_confirmed_too() {
    let shallow = Indicator::time_slices(promql("worker_queue_depth < bool 100"));
    confirm(Slo::new(Slug::from_static("shallow"), "api", 95.0, shallow));
}

#[test]
fn what_the_rules_do_otherwise_is_a_difference() {
    let project = link(availability(99.9));
    let slos: Vec<_> = project.stack().slos.iter().collect();
    let mut reports = reports(&project, &slos, true);
    assert!(!reports[0].differs());
    let case = &mut reports[0].conditions[0].cases[0];
    let Some(Seen::Times { fires, .. }) = &mut case.seen else {
        panic!("it was simulated");
    };
    *fires = Some(mins(7));
    assert!(reports[0].differs());
    let text = human(&reports);
    assert!(
        text.contains("RequestsFastBurn over 1h, all fail: fires after 7m where 52s was computed"),
        "{text}"
    );
}

#[test]
fn a_table_for_people() {
    let project = link(availability(93.0).alert_when_absent(mins(15)));
    let slos: Vec<_> = project.stack().slos.iter().collect();
    let text = human(&reports(&project, &slos, true));
    insta::assert_snapshot!(anstream::adapter::strip_str(&text).to_string(), @"
    requests of api: 93% of events over 30d; budget 7%, 2d2h24m of complete outage
      alert             burns  errors  windows     all fail            10x                 2x
                               above   long/short  fires     stops     fires     stops     fires       stops
      RequestsFastBurn  6x     42%     6h/30m      2h33m42s  17m24s    -         -         3h2m30s     15m      confirmed
      RequestsSlowBurn  3x     21%     1d/2h       5h4m54s   1h37m18s  -         -         12h2m30s    1h2m30s  confirmed
      RequestsSlowBurn  1x     7%      3d/6h       5h4m54s   5h37m18s  7h14m30s  5h26m30s  1d12h2m30s  3h2m30s  confirmed
      out of reach: a burn rate of 14.4x over 1h is an error ratio of 100.8%
      RequestsNoData fires when nothing is measured for 15m

    Errors begin after none, and end: `fires` counts from the first, `stops` from the last one. `2x` and `10x` are
    times the error ratio above which the condition holds. Rules are evaluated every 1m. Confirmed: evaluated over such
    series, they fire and stop at those times, give or take one evaluation.
    ");
}

#[test]
fn a_document_for_programs() {
    let project = link(availability(99.9));
    let slos: Vec<_> = project.stack().slos.iter().collect();
    let document: serde_json::Value =
        serde_json::from_str(&json(&reports(&project, &slos, true))).expect("it is JSON");
    let slo = &document["slos"][0];
    assert_eq!(slo["budget"]["ratio"], 0.001);
    assert_eq!(slo["budget"]["outage_seconds"], 2592.0);
    let case = &slo["conditions"][0]["cases"][0];
    assert_eq!(case["fires_after_seconds"], 52.0);
    assert_eq!(case["simulated"]["fires_after_seconds"], 60.0);
    assert_eq!(case["confirmed"], true);
}

/// The samples of a query at an hour, after the recording rules were evaluated every hour until then.
fn hourly(project: &Project, series: &[String], start: i64, hour: i64, query: &str) -> Vec<f64> {
    let slo = &project.stack().slos[0];
    let lowering = crate::project::slo::read(slo, project.catalog()).expect("it is measured");
    let input = series
        .iter()
        .map(|text| notation::series(text).expect("a series"));
    let millis = 3_600_000;
    let case = QueryCase {
        time: hour * millis,
        text: query.to_owned(),
        expr: obsctl_promql::parse(query).expr,
        expected: vec![],
        place: Place::default(),
    };
    let test = Test {
        interval: 60_000,
        evaluation_interval: millis,
        start: start * 1000,
        input: input.collect(),
        queries: vec![case],
        ..Test::default()
    };
    let group = Group {
        name: "slo".to_owned(),
        file: "slo".into(),
        query_offset: 0,
        limit: 0,
        rules: super::simulate::recordings(project, &lowering).collect(),
    };
    let outcome = test.run(&RuleSet::new(vec![Arc::new(group)], &[]));
    let got = outcome
        .failures
        .into_iter()
        .flat_map(|failure| match failure.what {
            What::Answer { got, .. } => got,
            other => panic!("{other:?}"),
        });
    got.map(|line| {
        let value = line.rsplit(' ').next().unwrap_or_default();
        value.parse().expect("a number")
    })
    .collect()
}

/// Requests at an even rate, of which those of one hour fail.
fn failing_in(hour: u32, of: u32) -> Vec<String> {
    let (before, after) = (hour * 60, (of - hour - 1) * 60);
    vec![
        format!(
            "api_requests_total{{status_code=\"500\"}} 0x{before} 60+60x59 {}x{after}",
            60 * 60
        ),
        format!(
            "api_requests_total{{status_code=\"200\"}} 0+60x{before} {}x59 {}+60x{after}",
            before * 60,
            before * 60
        ),
    ]
}

#[test]
fn a_month_ends_with_its_last_day_in_leap_years_too() {
    // From 27 February 2028, 00:00 UTC; the third hour of the 29th fails.
    let start = 1_835_222_400;
    let project = link(availability(99.0).over_month());
    let series = failing_in(50, 96);
    let at = |hour, query: &str| hourly(&project, &series, start, hour, query);
    let near = |got: Vec<f64>, expected: f64| {
        assert_eq!(got.len(), 1, "{got:?}");
        assert!(
            (got[0] - expected).abs() < 1e-3,
            "{got:?} is not {expected}"
        );
    };
    // One of 60 hours, and 28.5 of 29 days are gone.
    near(at(60, "slo:sli_error:ratio_month"), 1.0 / 60.0);
    near(at(60, "slo:time_period:days"), 29.0);
    near(
        at(60, "slo:period_error_budget_remaining:ratio"),
        1.0 - 100.0 / 60.0 * 28.5 / 29.0,
    );
    // The last hour of the month still counts it, the first of the next one does not.
    near(at(71, "slo:sli_error:ratio_month"), 1.0 / 71.0);
    near(at(73, "slo:sli_error:ratio_month"), 0.0);
    near(at(73, "slo:period_error_budget_remaining:ratio"), 1.0);
    near(at(73, "slo:time_period:days"), 31.0);
}

#[test]
fn a_gap_costs_a_period_what_was_not_measured_and_no_more() {
    let start = 1_835_222_400;
    let project = link(availability(99.0).over_month());
    let mut series = failing_in(10, 60);
    for one in &mut series {
        // Nothing is scraped in the hours 20 to 39.
        let mut written = notation::series(one).expect("a series");
        for point in &mut written.points[20 * 60..40 * 60] {
            *point = notation::Point::Missing;
        }
        let points = written.points.iter().map(|point| match point.value() {
            Some(Value::Float(value)) => value.to_string(),
            _ => "_".to_owned(),
        });
        *one = format!(
            "{} {}",
            written.labels,
            points.collect::<Vec<_>>().join(" ")
        );
    }
    let got = hourly(&project, &series, start, 50, "slo:sli_error:ratio_month");
    // Measured: the hours 1 to 19 or 20, and 41 to 50.
    assert_eq!(got.len(), 1);
    assert!((got[0] - 1.0 / 29.5).abs() < 2e-3, "{got:?}");
}

#[test]
fn a_label_that_changes_leaves_the_window_whole() {
    // 48 hours under rules that said `tier="gold"`: what they recorded is there. Half of everything failed.
    let labels = |project: &Project| {
        let slo = &project.stack().slos[0];
        let lowering = crate::project::slo::read(slo, project.catalog()).expect("it is measured");
        let labels = lowering.labels();
        let labels = labels
            .iter()
            .map(|(name, value)| format!("{name}=\"{value}\""));
        labels.collect::<Vec<_>>().join(",")
    };
    let gold = labels(&link(availability(99.0).label("tier", "gold")));
    let after = 48 * 60;
    let counters = "_x2880 0+60x2880".to_owned();
    let ratio = |recorded: &str| {
        let series = [
            format!("slo:events:rate5m{{{recorded}}} 1x{after}"),
            format!("slo:bad_events:rate5m{{{recorded}}} 0.5x{after}"),
            format!("api_requests_total{{status_code=\"200\"}} {counters}"),
        ];
        let silver = link(availability(99.0).label("tier", "silver"));
        hourly(&silver, &series, 0, 96, "slo:sli_error:ratio_rate30d")
    };
    // The earlier half had a sample a minute, the later one an hour: each counts by what is stored.
    let continued = ratio(&gold);
    assert_eq!(continued.len(), 1, "{continued:?}");
    let (earlier, later) = (48.0 * 60.0 + 1.0, 47.0);
    let expected = 0.5 * earlier / (earlier + later);
    assert!((continued[0] - expected).abs() < 0.01, "{continued:?}");
    // With the label on what is recorded, the window would fall apart.
    let apart = ratio(&format!("{gold},tier=\"gold\""));
    assert_ne!(apart.len(), 1, "{apart:?}");
}
