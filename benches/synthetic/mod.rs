//! A stack of any size, to measure with: services with three metrics each, rules over them, dashboards.

use obsctl::model::prelude::*;
use obsctl::model::{
    ExposedName, LabelDef, MetricDef, MetricFamily, MetricKind, ScrapeJob, Service,
};

/// Rules per group, and per service.
const RULES_PER_SERVICE: usize = 100;
/// Panels per dashboard.
const PANELS: usize = 20;

/// A stack with so many rules and dashboards, in which nothing is wrong.
pub fn stack(rules: usize, dashboards: usize) -> Stack {
    let services = rules
        .div_ceil(RULES_PER_SERVICE)
        .max(dashboards.min(100))
        .max(1);
    let mut stack = Stack::new(Slug::from_static("synthetic"));
    for number in 0..services {
        let name = format!("svc{number}");
        let job = ScrapeJob::new(&name, Exposer::Service(name.clone()), &name, 8080);
        stack = stack
            .service(Service::new(&name, "team", "Serves."))
            .metric_family(family(&name))
            .scrape_job(job)
            .runbook(Runbook::new(slug(&name), &name, "an alert fires").resolve_always("Mend it."));
    }
    let groups = (0..rules).step_by(RULES_PER_SERVICE);
    stack
        .rule_groups(groups.enumerate().map(|(service, first)| {
            let mut group = RuleGroup::new(format!("svc{service}"));
            for number in 0..RULES_PER_SERVICE.min(rules - first) {
                group = add_rule(group, &format!("svc{service}"), number);
            }
            group
        }))
        .dashboards((0..dashboards).map(|number| dashboard(number, services)))
}

fn slug(name: &str) -> Slug {
    Slug::new(name).expect("letters and digits")
}

fn metric_name(name: &str) -> MetricName {
    MetricName::new(name).expect("letters, digits, underscores")
}

fn family(service: &str) -> MetricFamily {
    let label = |name: &'static str, domain| LabelDef {
        name: ExposedName::from_static(name),
        domain,
    };
    let metric = |suffix: &str, kind, unit| MetricDef {
        name: ExposedName::new(format!("{service}_{suffix}")).expect("not empty"),
        kind,
        unit,
        help: "Measures.".to_owned(),
        labels: vec![
            label(
                "method",
                Domain::Values(["GET", "POST", "PUT"].map(str::to_owned).to_vec()),
            ),
            label(
                "route",
                Domain::Bounded {
                    at_most: 40,
                    example: "/".to_owned(),
                },
            ),
            label(
                "code",
                Domain::Pattern {
                    regex: "[1-5][0-9][0-9]".to_owned(),
                    at_most: 20,
                    example: "200".to_owned(),
                },
            ),
        ],
        owner: "team".to_owned(),
        stability: Stability::Stable,
        exposed_by: Exposer::Service(service.to_owned()),
        allow: vec![],
        origin: Default::default(),
    };
    let buckets = vec![0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0];
    MetricFamily {
        title: service.to_owned(),
        metrics: vec![
            metric("requests_total", MetricKind::Counter, Unit::None),
            metric(
                "duration_seconds",
                MetricKind::Histogram {
                    buckets,
                    native: false,
                },
                Unit::Seconds,
            ),
            metric("queue_size", MetricKind::Gauge, Unit::None),
        ],
    }
}

/// The texts of rule queries, of several shapes; `number` keeps them apart.
pub fn query(service: &str, number: usize) -> String {
    let method = ["GET", "POST", "PUT"][number % 3];
    let window = 5 + number;
    let limit = number + 1;
    match number % 4 {
        0 => format!(
            r#"sum by (route) (rate({service}_requests_total{{method="{method}"}}[{window}m]))"#
        ),
        1 => format!(
            r#"sum by (route) (rate({service}_requests_total{{method="{method}", code=~"5.."}}[{window}m])) / sum by (route) (rate({service}_requests_total{{method="{method}"}}[{window}m])) > 0.05"#
        ),
        2 => format!(
            "histogram_quantile(0.95, sum by (le, route) (rate({service}_duration_seconds_bucket[{window}m]))) > {limit}"
        ),
        _ => format!("max by (route) (avg_over_time({service}_queue_size[{window}m])) > {limit}"),
    }
}

fn add_rule(group: RuleGroup, service: &str, number: usize) -> RuleGroup {
    let query = promql(&query(service, number));
    if number.is_multiple_of(4) {
        let name = metric_name(&format!("route:{service}_requests:rate_{number}"));
        return group.record(RecordingRule::new(name, query));
    }
    group.alert(
        Alert::new(format!("Alert{number}Of{service}"))
            .when(query)
            .lasting(mins(5))
            .severity(Severity::Warning)
            .owner("team")
            .summary("{{ $labels.route }} is at {{ $value }}")
            .runbook(slug(service)),
    )
}

fn dashboard(number: usize, services: usize) -> Dashboard {
    let service = format!("svc{}", number % services);
    let panels: Vec<_> = (0..PANELS)
        .map(|panel| {
            let query = promql(&query(&service, panel * 4));
            timeseries(format!("Panel {panel}"))
                .query(query)
                .legend("{{route}}")
        })
        .collect();
    let uid = Uid::new(format!("dashboard-{number}")).expect("letters and digits");
    Dashboard::with_uid(uid, format!("Dashboard {number}")).row("Row", panels)
}

/// The service that a specification of an SLO is of.
#[allow(dead_code, reason = "not every program that includes this asks for it")]
pub fn service(spec: usize) -> String {
    format!("service-{spec}")
}

/// A file for Sloth with one SLO.
#[allow(dead_code, reason = "not every program that includes this asks for it")]
pub fn slo_spec(spec: usize) -> String {
    let service = service(spec);
    format!(
        r#"version: prometheus/v1
service: {service}
labels: {{team: team}}
slos:
  - name: availability
    objective: 99.9
    description: Requests are answered
    sli:
      events:
        error_query: sum(rate(http_requests_total{{job="{service}",code=~"5.."}}[{{{{.window}}}}]))
        total_query: sum(rate(http_requests_total{{job="{service}"}}[{{{{.window}}}}]))
    alerting:
      name: Availability
"#
    )
}
