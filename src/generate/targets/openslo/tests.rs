use obsctl_model::prelude::*;
use obsctl_model::{Indicator, Service, days};

use super::*;
use crate::project::Project;

/// SLOs of every measure over every kind of window.
fn slos() -> Vec<Slo> {
    let indicators = [
        Indicator::bad(promql("a_total{code=~\"5..\"}"), promql("a_total")),
        Indicator::good(promql("a_total{code=\"200\"}"), promql("a_total")),
        Indicator::latency(promql("a_seconds_bucket"), 0.25),
        Indicator::native_latency(promql("a_seconds"), 0.3),
        Indicator::logs(logql("{job=\"a\"} |= \"b\""), logql("{job=\"a\"}")),
        Indicator::time_slices(promql("up")),
        Indicator::freshness(promql("age_seconds"), hours(1)),
        Indicator::raw(promql("bad:ratio")),
    ];
    let windows = [
        SloWindow::from(days(7)),
        days(30).into(),
        days(45).into(),
        days(90).into(),
        SloWindow::Month,
        SloWindow::Quarter,
    ];
    let of = |(number, window): (usize, SloWindow)| {
        indicators
            .iter()
            .enumerate()
            .map(move |(at, indicator)| Slo {
                name: Slug::new(format!("slo-{number}-{at}")).unwrap(),
                ..Slo::new(Slug::from_static("x"), "api", 99.9, indicator.clone())
                    .owner("platform")
                    .over(window)
            })
    };
    windows.into_iter().enumerate().flat_map(of).collect()
}

/// The standard lets objects be named as RFC 1123 names hosts, and what names them is held to that as well.
#[test]
fn objects_are_named_as_the_standard_allows() {
    let stack = Stack::new(Slug::from_static("test")).service(Service::new("api", "platform", ""));
    let project = Project::link(stack.slos(slos()));
    assert_eq!(project.problems(), []);
    let all = project.stack().slos.iter();
    let measured: Vec<_> = all
        .filter_map(|slo| slo::read(slo, project.catalog()))
        .collect();
    let objects = objects(&measured);
    let names: BTreeSet<_> = objects
        .iter()
        .map(|object| (object.kind, object.metadata.name.as_str()))
        .collect();
    assert_eq!(names.len(), objects.len(), "each is named once");
    for object in &objects {
        assert!(
            is_dns_label(&object.metadata.name),
            "{}",
            object.metadata.name
        );
        if let Spec::Slo(slo) = &object.spec {
            assert!(!slo.alert_policies.is_empty());
            for policy in &slo.alert_policies {
                assert!(
                    names.contains(&("AlertPolicy", &policy.name)),
                    "{}",
                    policy.name
                );
            }
        }
    }
}
