use obsctl_model::prelude::*;
use obsctl_model::{Service, Slug, Stack};
use obsctl_stack::metrics::api::{ApiLatency, ApiRequests};
use obsctl_stack::metrics::worker::WorkerJobs;

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
    let [report] = &reports(&project, &slos)[..] else {
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
    let completed =
        WorkerJobs::with(WorkerJobs::status.is(obsctl_stack::labels::JobStatus::Completed));
    let good = Indicator::good(completed, WorkerJobs::select());
    confirm(Slo::new(Slug::from_static("jobs"), "api", 99.0, good));
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
    let mut reports = reports(&project, &slos);
    assert!(!reports[0].differs());
    let case = &mut reports[0].conditions[0].cases[0];
    let Seen::Times { fires, .. } = &mut case.seen else {
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
    let text = human(&reports(&project, &slos));
    insta::assert_snapshot!(anstream::adapter::strip_str(&text).to_string(), @"");
}

#[test]
fn a_document_for_programs() {
    let project = link(availability(99.9));
    let slos: Vec<_> = project.stack().slos.iter().collect();
    let document: serde_json::Value =
        serde_json::from_str(&json(&reports(&project, &slos))).expect("it is JSON");
    let slo = &document["slos"][0];
    assert_eq!(slo["budget"]["ratio"], 0.001);
    assert_eq!(slo["budget"]["outage_seconds"], 2592.0);
    let case = &slo["conditions"][0]["cases"][0];
    assert_eq!(case["fires_after_seconds"], 52.0);
    assert_eq!(case["simulated"]["fires_after_seconds"], 60.0);
    assert_eq!(case["confirmed"], true);
}
