//! Unit tests of Loki's alerts, for `obsctl test`: which of the declared log events set an alert off, and that it
//! stops when they do.
//!
//! Nothing is concluded from a query. Lines of each event are made up from the log catalog and put to the rules: the
//! events that make an alert fire are found by letting them.

use std::collections::BTreeMap;
use std::sync::Arc;

use obsctl_logql::Expr;
use obsctl_logql::ast::Duration as Length;
use obsctl_logql::eval::{self, Engine, Storage};
use obsctl_model::{
    Alert, Duration, LogCatalog, LogEvent, Presence, Rule, RuleGroup, millis, mins,
};
use obsctl_promql::eval::Labels;
use obsctl_rules::unit::{AlertCase, ExpectedAlert, Test as Trial};
use obsctl_rules::{Action, Alerting, Expression, Group, Place, RuleSet, Text};
use serde::{Deserialize, Serialize};

use super::links::Links;
use super::rule_file::Entry;
use super::rule_tests::file::{AlertTest, FiringAlert};
use super::targets::alloy_config::SERVICE;
use crate::project::Project;

/// The label that says how grave a line is, where it is one of the stream.
const LEVEL: &str = "level";

/// A file of tests.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TestFile {
    /// The rule files, relative to this one.
    pub log_rule_files: Vec<String>,
    /// The tests.
    pub tests: Vec<Test>,
}

/// Made-up lines, and what an alert makes of them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Test {
    /// What it shows.
    pub name: String,
    /// The streams.
    pub input_streams: Vec<InputStream>,
    /// When the alert fires.
    pub alert_rule_test: Vec<AlertTest>,
}

/// A made-up stream.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InputStream {
    /// Its labels, as a selector.
    pub stream: String,
    /// Its lines.
    pub entries: Vec<Entries>,
}

/// A line that is repeated.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entries {
    /// The time of the first, since the start.
    pub at: Duration,
    /// The time between two.
    pub every: Duration,
    /// How often it stands there.
    pub times: u32,
    /// The line.
    pub line: String,
}

/// How far apart the lines are of which one is tried after the other, in milliseconds.
const PACES: [u64; 3] = [10_000, 1000, 100];
/// A minute in milliseconds.
const MINUTE: i64 = 60_000;

/// The tests of a group's alerts; none where no declared event sets one off.
#[must_use]
pub fn tests(project: &Project, links: Links<'_>, group: &RuleGroup) -> Vec<Test> {
    let logs = &project.stack().logs;
    let events: Vec<_> = logs
        .events
        .iter()
        .map(|event| Written::of(logs, event))
        .collect();
    let alerts = group.rules.iter().filter_map(|rule| match rule {
        Rule::Alert(alert) => Some(alert),
        Rule::Record(_) => None,
    });
    alerts
        .filter_map(|alert| Tried::of(group, alert, links))
        .flat_map(|tried| {
            let tests = events.iter().filter_map(|event| tried.set_off_by(event));
            tests.collect::<Vec<_>>()
        })
        .collect()
}

/// An event as a service writes it.
struct Written<'a> {
    event: &'a LogEvent,
    stream: Labels,
    line: String,
}

impl<'a> Written<'a> {
    /// The fields that the line must have, with the values that the catalog gives as examples.
    fn of(logs: &'a LogCatalog, event: &'a LogEvent) -> Self {
        let contexts = logs
            .contexts
            .iter()
            .filter(|one| event.contexts.contains(&one.name));
        let fields = logs
            .standard_fields
            .iter()
            .chain(contexts.flat_map(|one| &one.fields));
        let fields = fields.chain(&event.fields);
        let mut line = serde_json::Map::new();
        for field in fields.filter(|field| field.presence != Presence::Optional) {
            let value = match field.name.as_str() {
                "event" => event.name.as_str().into(),
                LEVEL => event.level.word().into(),
                "service" => event.service.as_str().into(),
                _ => field.example_json(),
            };
            line.insert(field.name.clone(), value);
        }
        let labels = logs.stream_labels.iter().map(|label| {
            let value = match (label.name.as_str(), &label.domain) {
                (SERVICE, _) => event.service.as_str(),
                (LEVEL, _) => event.level.word(),
                (_, domain) => domain.example(),
            };
            (label.name.as_str(), value)
        });
        Self {
            event,
            stream: labels.collect(),
            line: serde_json::Value::Object(line).to_string(),
        }
    }

    /// The line, so often from the first minute on.
    fn storage(&self, every: u64, times: u32) -> Storage {
        let mut storage = Storage::new();
        let every = i64::try_from(every).unwrap_or(i64::MAX);
        for number in 0..i64::from(times) {
            let time = (MINUTE + number * every).saturating_mul(1_000_000);
            storage.push(&self.stream, time, self.line.clone());
        }
        storage
    }
}

/// An alert that lines are put to.
struct Tried<'a> {
    alert: &'a Alert,
    expr: &'a Expr,
    rules: RuleSet,
    /// When it has to fire, and when it must have stopped: milliseconds since the start.
    fires: i64,
    stops: i64,
}

impl<'a> Tried<'a> {
    fn of(group: &RuleGroup, alert: &'a Alert, links: Links<'_>) -> Option<Self> {
        let obsctl_model::RuleQuery::Logql(query) = &alert.query else {
            return None;
        };
        if !query.errors().is_empty() {
            return None;
        }
        let entry = Entry::new(&Rule::Alert(alert.clone()), links);
        let mut labels = group.labels.clone();
        labels.extend(entry.labels);
        let templates = |texts: BTreeMap<String, String>| -> BTreeMap<_, _> {
            let texts = texts.into_iter();
            texts
                .map(|(name, text)| (name, Text::template(&text)))
                .collect()
        };
        let hold = alert.lasting.signed_millis();
        let keep_firing = alert.keep_firing.map_or(0, Duration::signed_millis);
        let rule = obsctl_rules::Rule {
            name: alert.name.clone(),
            action: Action::Alert(Alerting {
                hold,
                keep_firing,
                annotations: templates(entry.annotations),
            }),
            expr: Expression::Logql(query.expr().clone()),
            labels: templates(labels),
            place: Place::default(),
        };
        let group = Group {
            name: group.name.clone(),
            file: "".into(),
            query_offset: group.query_offset.map_or(0, Duration::signed_millis),
            limit: group.limit.unwrap_or_default() as usize,
            rules: vec![rule],
        };
        let offset = group.query_offset;
        // Every window that the lines fall into is full by then, and empty again at the end.
        let range = up(range(query.expr()));
        let fires = up(MINUTE + range + hold + offset);
        Some(Self {
            alert,
            expr: query.expr(),
            rules: RuleSet::new(vec![Arc::new(group)], &[]),
            fires,
            stops: up(fires + range + keep_firing + offset + MINUTE),
        })
    }

    /// The test of an event that sets it off.
    fn set_off_by(&self, event: &Written<'_>) -> Option<Test> {
        if !self.reads(event) {
            return None;
        }
        PACES.iter().find_map(|every| self.proof(event, *every))
    }

    /// Whether the event is among the lines that its query is about.
    fn reads(&self, event: &Written<'_>) -> bool {
        let storage = event.storage(0, 1);
        let queries = self.expr.log_queries();
        queries.iter().any(|used| {
            let lines = Expr::Log(Box::new(used.query.clone()));
            let end = (MINUTE + 1) * 1_000_000;
            match Engine::default().range(&storage, &lines, 0, end, 1) {
                Ok(eval::Data::Streams(streams)) => !streams.is_empty(),
                // What only works inside of a function is not known until it is tried there.
                _ => true,
            }
        })
    }

    /// Whether it fires at a time, in milliseconds since the test's start.
    fn asked(&self, time: i64) -> AlertCase {
        AlertCase {
            time,
            alert: self.alert.name.clone(),
            expected: vec![],
            place: Place::default(),
        }
    }

    fn proof(&self, event: &Written<'_>, every: u64) -> Option<Test> {
        let lasting = u64::try_from(self.fires - MINUTE).ok()?;
        let times = u32::try_from(lasting / every)
            .ok()
            .filter(|times| *times <= 100_000)?;
        let trial = Trial {
            interval: MINUTE,
            evaluation_interval: MINUTE,
            lines: event.storage(every, times),
            alerts: [0, self.fires, self.stops]
                .map(|time| self.asked(time))
                .into(),
            ..Trial::default()
        };
        let [before, firing, after]: [_; 3] = trial.firing(&self.rules).ok()?.try_into().ok()?;
        if firing.is_empty() || !before.is_empty() || !after.is_empty() {
            return None;
        }
        let check = |time: i64, firing: Vec<ExpectedAlert>| AlertTest {
            eval_time: millis(time.unsigned_abs()),
            alertname: self.alert.name.clone(),
            exp_alerts: firing.into_iter().map(expected).collect(),
        };
        Some(Test {
            name: format!(
                "{}: `{}` sets it off, until it ends",
                self.alert.name, event.event.name
            ),
            input_streams: vec![InputStream {
                stream: event.stream.to_string(),
                entries: vec![Entries {
                    at: mins(1),
                    every: millis(every),
                    times,
                    line: event.line.clone(),
                }],
            }],
            alert_rule_test: vec![
                check(0, vec![]),
                check(self.fires, firing),
                check(self.stops, vec![]),
            ],
        })
    }
}

fn expected(alert: ExpectedAlert) -> FiringAlert {
    FiringAlert {
        exp_labels: alert.labels,
        exp_annotations: alert.annotations,
    }
}

/// The longest time that a query looks back, in milliseconds.
fn range(expr: &Expr) -> i64 {
    let ranges = expr.descendants().filter_map(|expr| match expr {
        Expr::Range(query) => {
            let offset = query.offset.as_ref().map_or(0, nanos);
            Some((nanos(&query.range) + offset) / 1_000_000)
        }
        _ => None,
    });
    ranges.max().unwrap_or_default()
}

fn nanos(length: &Length) -> i64 {
    match length {
        Length::Literal(literal) => literal.nanos,
        Length::Variable(_) | Length::Error(_) => 0,
    }
}

/// The first evaluation at or after a time.
fn up(time: i64) -> i64 {
    time.saturating_add(MINUTE - 1) / MINUTE * MINUTE
}

#[cfg(test)]
mod unit {
    use obsctl_model::query::logql;
    use obsctl_model::{
        Domain, ExposedName, FieldKind, LabelDef, Level, LogField, Severity, Slug, Stack,
    };

    use super::*;
    use crate::generate::Environment;

    fn catalog() -> LogCatalog {
        let of = |kind, name: &str, example: &str| {
            LogField::new(name, kind, "A field.", example).required()
        };
        let field = |name: &str, example: &str| of(FieldKind::Keyword, name, example);
        LogCatalog {
            stream_labels: vec![LabelDef {
                name: ExposedName::from_static("service_name"),
                domain: Domain::Values(vec!["api".to_owned()]),
            }],
            standard_fields: vec![field("event", "anything")],
            events: vec![
                LogEvent::new("payment_failed", Level::Error, "api", "A payment failed.")
                    .field(field("reason", "declined")),
                LogEvent::new("payment_made", Level::Info, "api", "A payment was made."),
                LogEvent::new("payment_failed", Level::Error, "shop", "A payment failed.")
                    .field(of(FieldKind::Integer, "status", "500"))
                    .field(of(FieldKind::Boolean, "retried", "true"))
                    .field(of(FieldKind::Milliseconds, "took_ms", "12.5")),
            ],
            ..LogCatalog::default()
        }
    }

    /// The tests of an alert on this query.
    fn made(query: &str, lasting: Duration) -> Vec<Test> {
        let alert = Alert::new("Payments")
            .when(logql(query))
            .lasting(lasting)
            .severity(Severity::Warning)
            .owner("shop")
            .summary("Payments fail")
            .runbook(Slug::from_static("payments"));
        let mut stack =
            Stack::new(Slug::from_static("test")).rule_group(RuleGroup::new("logs").alert(alert));
        stack.logs = catalog();
        let project = Project::link(stack);
        let links = Links::new(&project, Environment::Compose);
        tests(&project, links, &project.groups()[0])
    }

    /// The event of each test, how far apart its lines are, and when the alert fires and has stopped.
    fn outline(query: &str, lasting: Duration) -> Vec<String> {
        let lines = made(query, lasting).into_iter().map(|test| {
            let entries = &test.input_streams[0].entries[0];
            let times = test
                .alert_rule_test
                .iter()
                .map(|one| one.eval_time.to_string());
            let times: Vec<_> = times.collect();
            format!(
                "{} {} {}",
                test.input_streams[0].stream,
                entries.every,
                times.join(" ")
            )
        });
        lines.collect()
    }

    #[test]
    fn the_events_are_found_that_set_an_alert_off() {
        let failed = "sum(count_over_time({service_name=~\".+\"} | json | event=\"payment_failed\" [5m])) > 20";
        assert_eq!(
            outline(failed, Duration::ZERO),
            [
                "{service_name=\"api\"} 10s 0s 6m 12m",
                "{service_name=\"shop\"} 10s 0s 6m 12m"
            ]
        );
        let declined = "sum(rate({service_name=\"api\"} | json | reason=\"declined\" [2m])) > 0.5";
        assert_eq!(
            outline(declined, mins(10)),
            ["{service_name=\"api\"} 1s 0s 13m 16m"]
        );
        // Too many for any pace, never there, and there without any line.
        for query in [
            "sum(rate({service_name=\"api\"}[2m])) > 100",
            "sum(rate({service_name=\"api\"} |= \"refund\" [2m])) > 0",
            "absent_over_time({service_name=\"api\"}[2m])",
        ] {
            assert_eq!(outline(query, Duration::ZERO), [""; 0], "{query}");
        }
    }

    #[test]
    fn numbers_and_truth_values_are_no_texts_in_lines() {
        let of_shop = r#"sum(count_over_time({service_name="shop"} [5m])) > 20"#;
        let json = r#"sum(count_over_time({service_name="shop"} | json | status="500" | status >= 500 | retried="true" | took_ms < 13 [5m])) > 20"#;
        for query in [of_shop, json] {
            let tests = made(query, Duration::ZERO);
            let lines: Vec<_> = tests
                .iter()
                .map(|test| test.input_streams[0].entries[0].line.as_str())
                .collect();
            let expected =
                r#"{"event":"payment_failed","status":500,"retried":true,"took_ms":12.5}"#;
            assert_eq!(lines, [expected], "{query}");
        }
    }
}
