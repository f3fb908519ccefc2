//! `docs/reference/openslo.yml`: the SLOs in the words of OpenSLO v1 (<https://github.com/OpenSLO/OpenSLO>), for other
//! tools. What OpenSLO has no words for stands in annotations, so that reading the file gives the same SLOs again.

use std::collections::{BTreeMap, BTreeSet};

use obsctl_model::{Duration, LabelName, SloWindow, days, hours, mins};
use obsctl_promql::Expr;
use obsctl_promql::ast::{AggregateOp, BinaryOp, Selector};
use serde::Serialize;

use crate::generate::{Artifact, Environment, Target, header, yaml};
use crate::project::Project;
use crate::project::slo::{self, BurnWindow, Lowering, Measure, Urgency, tree};

/// Its path.
pub const PATH: &str = "docs/reference/openslo.yml";

/// The SLOs for tools that read OpenSLO.
pub static OPENSLO: Target = Target {
    name: "openslo",
    summary: "The SLOs for other tools, as OpenSLO v1",
    generate,
};

/// A data source: who answers queries.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Source {
    name: &'static str,
    of: &'static str,
}

const PROMETHEUS: Source = Source {
    name: "prometheus",
    of: "Prometheus",
};
/// For SLOs on log lines.
const LOKI: Source = Source {
    name: "loki",
    of: "Loki",
};

impl Source {
    fn asked(self, query: String) -> MetricSpec {
        MetricSpec {
            source: MetricSource {
                metric_source_ref: self.name,
                of: self.of,
                spec: Query { query },
            },
        }
    }
}

/// The longest description that OpenSLO allows, in characters.
const LONGEST: usize = 1050;

#[derive(Serialize)]
struct Object<'a> {
    #[serde(rename = "apiVersion")]
    version: &'static str,
    kind: &'static str,
    metadata: Metadata,
    spec: Spec<'a>,
}

#[derive(Default, Serialize)]
struct Metadata {
    name: String,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    labels: BTreeMap<String, String>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    annotations: BTreeMap<String, String>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Spec<'a> {
    DataSource(DataSource),
    Service(Described),
    NotificationTarget(NotificationTarget),
    Condition(AlertCondition),
    Policy(AlertPolicy),
    Slo(Box<SloSpec<'a>>),
}

#[derive(Serialize)]
struct DataSource {
    #[serde(rename = "type")]
    of: &'static str,
    #[serde(rename = "connectionDetails")]
    connection: BTreeMap<String, String>,
}

#[derive(Serialize)]
struct Described {
    #[serde(skip_serializing_if = "String::is_empty")]
    description: String,
}

#[derive(Serialize)]
struct NotificationTarget {
    description: &'static str,
    target: &'static str,
}

#[derive(Serialize)]
struct AlertCondition {
    description: String,
    severity: &'static str,
    condition: Burn,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Burn {
    kind: &'static str,
    op: &'static str,
    threshold: f64,
    lookback_window: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct AlertPolicy {
    alert_when_breaching: bool,
    alert_when_resolved: bool,
    conditions: [ConditionRef; 1],
    notification_targets: [TargetRef; 1],
}

#[derive(Serialize)]
struct ConditionRef {
    #[serde(rename = "conditionRef")]
    name: String,
}

#[derive(Serialize)]
struct TargetRef {
    #[serde(rename = "targetRef")]
    name: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SloSpec<'a> {
    #[serde(skip_serializing_if = "String::is_empty")]
    description: String,
    service: &'a str,
    indicator: Indicator,
    time_window: [TimeWindow; 1],
    budgeting_method: &'static str,
    objectives: [Objective; 1],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    alert_policies: Vec<PolicyRef>,
}

#[derive(Serialize)]
struct Indicator {
    metadata: Metadata,
    spec: Metric,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
enum Metric {
    ThresholdMetric(MetricSpec),
    RatioMetric(Ratio),
}

#[derive(Default, Serialize)]
#[serde(rename_all = "camelCase")]
struct Ratio {
    counter: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    good: Option<MetricSpec>,
    #[serde(skip_serializing_if = "Option::is_none")]
    bad: Option<MetricSpec>,
    #[serde(skip_serializing_if = "Option::is_none")]
    total: Option<MetricSpec>,
    #[serde(skip_serializing_if = "Option::is_none")]
    raw_type: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    raw: Option<MetricSpec>,
}

#[derive(Serialize)]
struct MetricSpec {
    #[serde(rename = "metricSource")]
    source: MetricSource,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct MetricSource {
    metric_source_ref: &'static str,
    #[serde(rename = "type")]
    of: &'static str,
    spec: Query,
}

#[derive(Serialize)]
struct Query {
    query: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct TimeWindow {
    duration: String,
    is_rolling: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    calendar: Option<Calendar>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Calendar {
    start_time: &'static str,
    time_zone: &'static str,
}

/// A beginning of a month and of a quarter.
const CALENDAR: Calendar = Calendar {
    start_time: "2026-01-01 00:00:00",
    time_zone: "UTC",
};

#[derive(Default, Serialize)]
#[serde(rename_all = "camelCase")]
struct Objective {
    #[serde(skip_serializing_if = "Option::is_none")]
    op: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<f64>,
    target_percent: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    time_slice_target: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    time_slice_window: Option<&'static str>,
}

#[derive(Serialize)]
struct PolicyRef {
    #[serde(rename = "alertPolicyRef")]
    name: String,
}

fn generate(project: &Project, environment: Environment) -> Vec<Artifact> {
    let slos = &project.stack().slos;
    let measured = slos
        .iter()
        .filter_map(|slo| slo::read(slo, project.catalog()));
    let measured: Vec<_> = measured.collect();
    if environment == Environment::Host || measured.is_empty() {
        return vec![];
    }
    vec![Artifact::new(PATH, document(&measured))]
}

/// All objects, each a document of its own.
fn document(slos: &[Lowering<'_>]) -> String {
    let mut text = header::HASH.to_owned();
    for (index, object) in objects(slos).iter().enumerate() {
        if index > 0 {
            text.push_str("---\n");
        }
        text.push_str(&yaml::plain(object));
    }
    text
}

fn objects<'a>(slos: &'a [Lowering<'a>]) -> Vec<Object<'a>> {
    let asked = |slo: &Lowering<'_>| match slo.measure {
        Measure::Logs { .. } => LOKI,
        _ => PROMETHEUS,
    };
    let sources: BTreeSet<_> = slos.iter().map(asked).collect();
    let sources = sources.into_iter().map(|source| {
        let of = source.of;
        let connection = BTreeMap::new();
        let spec = Spec::DataSource(DataSource { of, connection });
        object("DataSource", source.name, spec)
    });
    let mut all: Vec<_> = sources.collect();
    let services: BTreeSet<_> = slos.iter().map(|slo| slo.slo.service.as_str()).collect();
    for name in services.into_iter().filter(|name| is_dns_label(name)) {
        let spec = Described {
            description: String::new(),
        };
        all.push(object("Service", name, Spec::Service(spec)));
    }
    for urgency in [Urgency::Page, Urgency::Ticket] {
        let spec = NotificationTarget {
            description: match urgency {
                Urgency::Page => "Somebody acts at once",
                Urgency::Ticket => "Somebody acts within the day",
            },
            target: "alertmanager",
        };
        let spec = Spec::NotificationTarget(spec);
        all.push(object("AlertNotificationTarget", target(urgency), spec));
    }
    let burns = slos.iter().flat_map(burns);
    let burns: BTreeMap<_, _> = burns.collect();
    for (name, burn) in &burns {
        all.push(object("AlertCondition", name, condition(burn)));
        let policy = AlertPolicy {
            alert_when_breaching: true,
            alert_when_resolved: false,
            conditions: [ConditionRef { name: name.clone() }],
            notification_targets: [TargetRef {
                name: target(burn.urgency),
            }],
        };
        all.push(object("AlertPolicy", name, Spec::Policy(policy)));
    }
    let named = |slo: &Lowering<'_>| {
        let alike = slos.iter().filter(|other| other.slo.name == slo.slo.name);
        match alike.count() {
            1 => slo.slo.name.to_string(),
            _ => slo.id(),
        }
    };
    all.extend(slos.iter().map(|slo| one(slo, named(slo))));
    all
}

fn object<'a>(kind: &'static str, name: &str, spec: Spec<'a>) -> Object<'a> {
    Object {
        version: "openslo/v1",
        kind,
        metadata: Metadata {
            name: name.to_owned(),
            ..Metadata::default()
        },
        spec,
    }
}

const fn target(urgency: Urgency) -> &'static str {
    match urgency {
        Urgency::Page => "obsctl-page",
        Urgency::Ticket => "obsctl-ticket",
    }
}

/// The conditions of its alerts, by name. SLOs over equal periods share them.
fn burns(slo: &Lowering<'_>) -> Vec<(String, BurnWindow)> {
    let period = slo.slo.window;
    let burns = [Urgency::Page, Urgency::Ticket]
        .into_iter()
        .flat_map(|urgency| slo::conditions(slo.slo, urgency));
    burns
        .map(|burn| {
            let (period, long) = (written(period), shorthand(burn.long));
            (format!("obsctl-{period}-{long}"), burn)
        })
        .collect()
}

fn condition(burn: &BurnWindow) -> Spec<'static> {
    let short = burn.short;
    Spec::Condition(AlertCondition {
        description: format!(
            "{}% of the budget burned; it still burns over {short}, which OpenSLO has no words for",
            burn.consumed_percent
        ),
        severity: burn.urgency.word(),
        condition: Burn {
            kind: "burnrate",
            op: "gt",
            threshold: (burn.factor() * 1e6).round() / 1e6,
            lookback_window: shorthand(burn.long),
        },
    })
}

fn one<'a>(lowering: &Lowering<'a>, name: String) -> Object<'a> {
    let slo = lowering.slo;
    let objective = Objective {
        target_percent: slo.objective.as_percent(),
        ..Objective::default()
    };
    let (metric, objective, gives) = metric(lowering, objective);
    let events = matches!(lowering.measure, Measure::Bad { .. } | Measure::Good { .. });
    let mut annotations = BTreeMap::from([("obsctl/owner".to_owned(), slo.owner.clone())]);
    let mut annotate = |key: &str, value: Option<String>| {
        annotations.extend(value.map(|value| (format!("obsctl/{key}"), value)));
    };
    annotate("runbook", slo.runbook.as_ref().map(ToString::to_string));
    annotate(
        "min-bad-events",
        slo.min_bad_events.map(|events| events.to_string()),
    );
    annotate("absent-for", slo.absent_for.map(|time| time.to_string()));
    annotate("query-gives", gives.map(str::to_owned));
    // Queries of events say it themselves.
    annotate("by", (!events && !slo.by.is_empty()).then(|| join(&slo.by)));
    let sliced = objective.time_slice_window.is_some();
    Object {
        version: "openslo/v1",
        kind: "SLO",
        metadata: Metadata {
            name: name.clone(),
            labels: slo.labels.clone(),
            annotations,
        },
        spec: Spec::Slo(Box::new(SloSpec {
            description: slo.description.chars().take(LONGEST).collect(),
            service: &slo.service,
            indicator: Indicator {
                metadata: Metadata {
                    name,
                    ..Metadata::default()
                },
                spec: metric,
            },
            time_window: [TimeWindow {
                duration: written(slo.window),
                is_rolling: matches!(slo.window, SloWindow::Rolling(_)),
                calendar: match slo.window {
                    SloWindow::Rolling(_) => None,
                    SloWindow::Month | SloWindow::Quarter => Some(CALENDAR),
                },
            }],
            budgeting_method: if sliced { "Timeslices" } else { "Occurrences" },
            objectives: [objective],
            alert_policies: burns(lowering)
                .into_iter()
                .map(|(name, _)| PolicyRef { name })
                .collect(),
        })),
    }
}

fn join(labels: &[LabelName]) -> String {
    let labels: Vec<_> = labels.iter().map(LabelName::as_str).collect();
    labels.join(",")
}

/// What is measured, with what it is held against, and what its query gives where that is no plain value.
fn metric(
    lowering: &Lowering<'_>,
    objective: Objective,
) -> (Metric, Objective, Option<&'static str>) {
    let by = &lowering.slo.by;
    let counted = |selector: &Selector| {
        let selector = Expr::from(selector.clone());
        Some(asked(&tree::by(AggregateOp::Sum, by, selector)))
    };
    let ratio = |ratio: Ratio| Metric::RatioMetric(ratio);
    let slices = |op, value| Objective {
        op: Some(op),
        value: Some(value),
        time_slice_target: Some(1.0),
        time_slice_window: Some("1m"),
        ..objective
    };
    let metric = match &lowering.measure {
        Measure::Bad { bad, total } => ratio(Ratio {
            counter: true,
            bad: counted(bad),
            total: counted(total),
            ..Ratio::default()
        }),
        Measure::Good { good, total } => ratio(Ratio {
            counter: true,
            good: counted(good),
            total: counted(total),
            ..Ratio::default()
        }),
        Measure::Native {
            histogram,
            threshold,
        } => {
            let rate = tree::over("rate", histogram, mins(5));
            let fraction = tree::call(
                "histogram_fraction",
                vec![
                    tree::number(f64::NEG_INFINITY),
                    tree::number(*threshold),
                    tree::by(AggregateOp::Sum, by, rate),
                ],
            );
            ratio(Ratio {
                raw_type: Some("success"),
                raw: Some(asked(&fraction)),
                ..Ratio::default()
            })
        }
        Measure::Raw { error_ratio } => ratio(Ratio {
            raw_type: Some("failure"),
            raw: Some(asked(error_ratio)),
            ..Ratio::default()
        }),
        Measure::Logs { bad, total } => {
            let counted = |lines| {
                let rate = slo::lines(lines, by, mins(5));
                Some(LOKI.asked(rate.to_string()))
            };
            ratio(Ratio {
                bad: counted(bad),
                total: counted(total),
                ..Ratio::default()
            })
        }
        Measure::Freshness { age, at_most } => {
            let metric = Metric::ThresholdMetric(asked(age));
            return (metric, slices("lte", *at_most), Some("age"));
        }
        Measure::Slices { good } => {
            return match compared(good) {
                Some((value, op, limit)) => {
                    let metric = Metric::ThresholdMetric(asked(value));
                    (metric, slices(op, limit), None)
                }
                None => {
                    let metric = Metric::ThresholdMetric(asked(good));
                    (metric, slices("gte", 1.0), Some("condition"))
                }
            };
        }
    };
    (metric, objective, None)
}

/// The two sides of a condition that OpenSLO can say.
fn compared(condition: &Expr) -> Option<(&Expr, &'static str, f64)> {
    let Expr::Binary(binary) = condition.without_parens() else {
        return None;
    };
    let Expr::Number(limit) = &*binary.rhs else {
        return None;
    };
    let op = match binary.op {
        BinaryOp::LessEqual => "lte",
        BinaryOp::GreaterEqual => "gte",
        BinaryOp::Less => "lt",
        BinaryOp::Greater => "gt",
        _ => return None,
    };
    let plain = binary.bool_modifier && limit.value.is_finite() && !limit.duration;
    plain.then_some((&*binary.lhs, op, limit.value))
}

fn asked(query: &Expr) -> MetricSpec {
    PROMETHEUS.asked(query.to_string())
}

/// A period.
fn written(window: SloWindow) -> String {
    match window {
        SloWindow::Rolling(window) => shorthand(window),
        SloWindow::Month => "1M".to_owned(),
        SloWindow::Quarter => "1Q".to_owned(),
    }
}

/// A length of time with one unit.
fn shorthand(time: Duration) -> String {
    let millis = time.as_millis();
    let units = [("d", days(1)), ("h", hours(1))];
    let whole = units
        .into_iter()
        .find(|(_, unit)| millis.is_multiple_of(unit.as_millis()));
    match whole {
        Some((letter, unit)) => format!("{}{letter}", millis / unit.as_millis()),
        None => format!("{}m", millis.div_ceil(mins(1).as_millis())),
    }
}

/// Whether it can be the name of an object (RFC 1123).
fn is_dns_label(name: &str) -> bool {
    let inner = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    !name.is_empty()
        && name.len() <= 63
        && name.chars().all(inner)
        && !name.starts_with('-')
        && !name.ends_with('-')
}
