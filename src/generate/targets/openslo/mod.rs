//! `docs/reference/openslo.yml`: the SLOs in the words of OpenSLO v1 (<https://github.com/OpenSLO/OpenSLO>), for other
//! tools. What OpenSLO has no words for stands in annotations, so that reading the file gives the same SLOs again.

mod metric;
mod schema;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use obsctl_model::{Duration, LabelName, SloAlerts, SloWindow, days, hours, mins};

use self::metric::{LOKI, PROMETHEUS, metric};
use self::schema::{
    AlertCondition, AlertPolicy, Burn, CALENDAR, ConditionRef, DataSource, Described, Indicator,
    Metadata, NotificationTarget, Object, Objective, PolicyRef, SloSpec, Spec, TargetRef,
    TimeWindow,
};
use crate::generate::{Artifact, Environment, Target, header, yaml};
use crate::project::Project;
use crate::project::slo::{self, BurnWindow, Lowering, Measure, Urgency};

/// Its path.
pub const PATH: &str = "docs/reference/openslo.yml";

/// The SLOs for tools that read OpenSLO.
pub static OPENSLO: Target = Target {
    name: "openslo",
    summary: "The SLOs for other tools, as OpenSLO v1",
    generate,
};

/// The longest description that OpenSLO allows, in characters.
const LONGEST: usize = 1050;

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
            // `1M` is a period and no part of a name: those are of small letters.
            let (period, long) = (period.to_string(), shorthand(burn.long));
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
    annotate(
        "alerts",
        (slo.alerts != SloAlerts::Both).then(|| slo.alerts.to_string()),
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
