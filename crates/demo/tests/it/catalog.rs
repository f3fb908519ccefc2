//! What the demo emits is what the reference stack declares: nothing is missing, nothing is there besides.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use obsctl_demo::scenario::Scenario;
use obsctl_demo::settings::Role;
use obsctl_model::{
    Domain, Exposer, FieldKind, LogEvent, LogField, MetricDef, MetricKind, Presence, SpanDef,
    SpanKind, Stack, library,
};
use prometheus_parse::{Scrape, Value as Sampled};
use regex_automata::meta::Regex;
use serde_json::Value;

use crate::running::Demo;
use crate::spans::{Collector, Received};

static STACK: LazyLock<Stack> = LazyLock::new(obsctl_stack::stack);

const SERVICES: [Role; 3] = [Role::Api, Role::Worker, Role::Mcp];

/// Trouble that goes well together, in turn: with all at once, most would never be reached.
const PHASES: [&[Scenario]; 4] = [
    &[],
    &[
        Scenario::Provider401,
        Scenario::RateLimit,
        Scenario::ProviderDown,
        Scenario::WorkerFailures,
        Scenario::ToolErrors,
        Scenario::TenantLeak,
        Scenario::TenantContext,
    ],
    &[Scenario::BadEncryptionKey],
    &[Scenario::DatabaseLost],
];

#[test]
fn everything_declared_is_emitted_and_nothing_else() {
    let collector = Collector::start();
    let mut demo = Demo::start(
        30,
        &[
            ("LOG_LEVEL", "debug"),
            ("LOG_INCLUDE_STACK", "errors"),
            ("OTEL_EXPORTER_OTLP_ENDPOINT", &collector.url),
        ],
    );
    // Errors that no scenario of this phase brings about are waited for in a later one.
    let mut on: &[Scenario] = &[];
    for (at, phase) in PHASES.iter().enumerate() {
        for scenario in on {
            demo.switch(*scenario, false);
        }
        for scenario in *phase {
            demo.switch(*scenario, true);
        }
        on = phase;
        let wanted = events_of(phase, at == 0);
        demo.until("are all events of the phase logged", |demo| {
            let seen: BTreeSet<_> = demo
                .lines()
                .iter()
                .map(|line| text(line, "event"))
                .collect();
            let lacking: Vec<_> = wanted.iter().filter(|it| !seen.contains(**it)).collect();
            if lacking.is_empty() {
                Ok(())
            } else {
                Err(format!("{lacking:?} in phase {at}"))
            }
        });
    }
    for scenario in on {
        demo.switch(*scenario, false);
    }
    demo.until("is everything there", |demo| {
        let mut lacking = missing_metrics(demo);
        lacking.extend(missing_spans(&collector.spans()));
        lacking.extend(missing_fields(&demo.lines()));
        if lacking.is_empty() {
            Ok(())
        } else {
            Err(lacking.join("\n"))
        }
    });
    let mut wrong: BTreeSet<String> = SERVICES
        .into_iter()
        .flat_map(|role| wrong_samples(role, &demo.metrics(role)))
        .collect();
    wrong.extend(demo.lines().iter().filter_map(wrong_line));
    wrong.extend(collector.spans().iter().filter_map(wrong_span));
    assert!(
        wrong.is_empty(),
        "{}",
        wrong.into_iter().collect::<Vec<_>>().join("\n")
    );
    assert!(demo.stop(), "the demo did not end well");
}

/// The events that a phase must show: without trouble all that need none.
fn events_of(phase: &[Scenario], calm: bool) -> Vec<&'static str> {
    if calm {
        return vec![
            "request_handled",
            "rate_limit_hit",
            "entitlement_denied",
            "permission_denied",
            "deprecated_endpoint_called",
            "user_login",
            "user_logout",
            "user_register",
            "auth_failed",
            "audit_event",
            "connection_created",
            "connection_tested",
            "database_query",
            "worker_task_started",
            "worker_task_completed",
            "sync_job_started",
            "sync_job_completed",
            "tool_called",
            "tool_denied",
            "tool_rate_limited",
        ];
    }
    let of = |scenario: &Scenario| -> &[&'static str] {
        match scenario {
            Scenario::Provider401 => &["sync_job_failed", "connection_test_failed"],
            Scenario::RateLimit => &["external_rate_limit_hit"],
            Scenario::ProviderDown => &["external_request_failed", "worker_task_retried"],
            Scenario::WorkerFailures => &["worker_task_failed"],
            Scenario::ToolErrors => &["tool_failed"],
            Scenario::TenantLeak => &["tenant_mismatch", "request_failed"],
            Scenario::TenantContext => &["tenant_context_missing"],
            Scenario::BadEncryptionKey => &["decryption_failed"],
            Scenario::DatabaseLost => &["database_connection_lost"],
            other => panic!("{other:?} is in no phase"),
        }
    };
    phase.iter().flat_map(of).copied().collect()
}

/// The only event that needs a service of its own, which does not start.
const AT_START: &str = "startup_failed";

#[test]
fn the_events_waited_for_are_those_declared() {
    let mut waited: BTreeSet<String> = PHASES
        .iter()
        .enumerate()
        .flat_map(|(at, phase)| events_of(phase, at == 0))
        .map(str::to_owned)
        .collect();
    waited.insert(AT_START.to_owned());
    let declared = STACK.logs.events.iter().map(|it| it.name.clone());
    let declared: BTreeSet<_> = declared.collect();
    assert_eq!(waited, declared);
}

#[test]
fn a_service_that_cannot_start_says_so() {
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_obsctl-demo"));
    command.arg("api").env_clear();
    command.env("DATABASE_URL", "sqlite:///no/such/folder/demo.db?mode=rwc");
    // The folder cannot be made below a file.
    let folder = tempfile::tempdir().unwrap();
    let database = format!("sqlite://{}/demo.db", folder.path().display());
    command.env("DATABASE_URL", database);
    let output = command.output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    let line: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(line["event"], AT_START);
    assert_eq!(line["level"], "critical");
    assert_eq!(wrong_line(&line), None);
    let err = String::from_utf8(output.stderr).unwrap();
    assert!(
        err.starts_with("error: the database does not answer"),
        "{err}"
    );
}

// Metrics

/// What a service exposes: its own metrics, and those of every process and of the library.
fn declared(role: Role) -> BTreeMap<String, MetricDef> {
    let families = STACK.metrics.iter().flat_map(|family| &family.metrics);
    families
        .filter(|metric| match &metric.exposed_by {
            Exposer::Service(service) => service == role.name(),
            Exposer::Exporter(_) => library::exposes(&metric.exposed_by),
        })
        .map(|metric| (metric.name.to_string(), metric.clone()))
        .collect()
}

fn scrape(text: &str) -> Scrape {
    let lines = text.lines().map(|line| Ok(line.to_owned()));
    Scrape::parse(lines).unwrap()
}

fn missing_metrics(demo: &Demo) -> Vec<String> {
    let mut missing = vec![];
    for role in SERVICES {
        let seen: BTreeSet<_> = scrape(&demo.metrics(role))
            .samples
            .into_iter()
            .map(|sample| sample.metric)
            .collect();
        // What the library says of its losses is there when there are any.
        let own = declared(role).into_iter().filter(|(_, metric)| {
            matches!(&metric.exposed_by, Exposer::Service(_))
                || metric.name.as_str().starts_with("process_")
        });
        missing.extend(
            own.map(|(name, _)| name)
                .filter(|name| !seen.contains(name) && !seen.contains(&format!("{name}_count")))
                .map(|name| format!("{} does not expose `{name}`", role.name())),
        );
    }
    missing
}

fn wrong_samples(role: Role, text: &str) -> Vec<String> {
    let declared = declared(role);
    let mut wrong = vec![];
    let mut values: BTreeMap<(String, String), BTreeSet<String>> = BTreeMap::new();
    for sample in scrape(text).samples {
        // The parser knows a histogram by its buckets, and its sum and count by nothing.
        let base = ["_sum", "_count"]
            .iter()
            .find_map(|suffix| sample.metric.strip_suffix(suffix))
            .filter(|base| declared.contains_key(*base))
            .unwrap_or(&sample.metric)
            .to_owned();
        let Some(metric) = declared.get(&base) else {
            wrong.push(format!("{} exposes `{base}`, undeclared", role.name()));
            continue;
        };
        let fits = matches!(
            (&metric.kind, &sample.value),
            (MetricKind::Counter, Sampled::Counter(_))
                | (MetricKind::Gauge, Sampled::Gauge(_))
                | (MetricKind::Histogram { .. }, Sampled::Histogram(_))
        ) || base != sample.metric;
        if !fits {
            wrong.push(format!("`{base}` is {:?}", sample.value));
        }
        let labels: BTreeSet<_> = sample.labels.keys().cloned().collect();
        let expected: BTreeSet<_> = metric.labels.iter().map(|it| it.name.to_string()).collect();
        if labels != expected {
            wrong.push(format!("`{base}` has labels {labels:?}, not {expected:?}"));
        }
        for label in &metric.labels {
            let value = sample.labels.get(label.name.as_str()).unwrap_or_default();
            let known = match &label.domain {
                Domain::Values(known) => known.iter().any(|it| it == value),
                Domain::Pattern { regex, .. } => Regex::new(&format!("^(?:{regex})$"))
                    .unwrap()
                    .is_match(value),
                Domain::Bounded { .. } | Domain::Unbounded { .. } => value != "other",
                Domain::Unknown => true,
            };
            if !known {
                wrong.push(format!("`{base}` has {}=\"{value}\"", label.name));
            }
            let of = values.entry((base.clone(), label.name.to_string()));
            of.or_default().insert(value.to_owned());
        }
    }
    for ((metric, label), seen) in values {
        let most = declared[&metric].label(&label).unwrap().domain.size();
        if seen.len() > most as usize {
            wrong.push(format!("`{metric}` has {} values of `{label}`", seen.len()));
        }
    }
    wrong
}

// Lines

fn text(line: &Value, field: &str) -> String {
    line[field].as_str().unwrap_or_default().to_owned()
}

/// The fields that a line of an event can have beside the standard ones.
fn fields_of(event: &LogEvent) -> Vec<LogField> {
    let contexts = STACK.logs.contexts.iter();
    let contexts = contexts.filter(|context| event.contexts.contains(&context.name));
    let fields = event.fields.iter();
    let fields = fields.chain(contexts.flat_map(|context| &context.fields));
    fields.cloned().collect()
}

fn wrong_line(line: &Value) -> Option<String> {
    let logs = &STACK.logs;
    let (name, service) = (text(line, "event"), text(line, "service"));
    let Some(event) = logs.events.iter().find(|event| event.name == name) else {
        return Some(format!("{service} logs `{name}`, undeclared: {line}"));
    };
    if event.service != service {
        return Some(format!("{service} logs `{name}` of {}", event.service));
    }
    // A request that failed is told at a higher level.
    let level = text(line, "level");
    let failed = name == "request_handled" && level == "error";
    if level != event.level.word() && !failed {
        return Some(format!("`{name}` has level {level}"));
    }
    let own = fields_of(event);
    let known: Vec<_> = logs.standard_fields.iter().chain(&own).collect();
    for field in &known {
        match line.get(&field.name) {
            None if field.presence == Presence::Required => {
                return Some(format!("`{name}` lacks `{}`: {line}", field.name));
            }
            Some(value) if !fits(value, field.kind) => {
                return Some(format!("`{name}` has `{}`: {value}", field.name));
            }
            _ => {}
        }
    }
    // With `LOG_INCLUDE_STACK=errors` every error has its stack trace, whatever its context.
    let stack = level == "error" || level == "critical";
    let fields = line.as_object().unwrap().keys();
    let fields = fields.filter(|it| !(stack && *it == "exc_info"));
    let mut unknown = fields.filter(|it| !known.iter().any(|field| field.name == **it));
    unknown
        .next()
        .map(|field| format!("`{name}` has `{field}`, undeclared"))
}

fn fits(value: &Value, kind: FieldKind) -> bool {
    match kind {
        FieldKind::Text | FieldKind::Keyword | FieldKind::Id => value.is_string(),
        FieldKind::Timestamp => value.as_str().is_some_and(|it| it.ends_with('Z')),
        FieldKind::Integer => value.is_i64() || value.is_u64(),
        FieldKind::Milliseconds => value.as_f64().is_some_and(|ms| ms >= 0.0),
        FieldKind::Boolean => value.is_boolean(),
    }
}

/// Every field is seen in some line of its event or context.
fn missing_fields(lines: &[Value]) -> Vec<String> {
    let logs = &STACK.logs;
    let mut seen = BTreeSet::new();
    for line in lines {
        let name = text(line, "event");
        for field in line.as_object().unwrap().keys() {
            seen.insert((name.clone(), field.clone()));
        }
    }
    let mut missing = vec![];
    for event in &logs.events {
        for field in event.fields.iter().filter(|_| event.name != AT_START) {
            if !seen.contains(&(event.name.clone(), field.name.clone())) {
                missing.push(format!("no `{}` has `{}`", event.name, field.name));
            }
        }
    }
    for context in &logs.contexts {
        let events = logs.events.iter();
        let within: Vec<_> = events
            .filter(|event| event.contexts.contains(&context.name))
            .collect();
        for field in &context.fields {
            let found = within
                .iter()
                .any(|event| seen.contains(&(event.name.clone(), field.name.clone())));
            if !found {
                missing.push(format!(
                    "no line of `{}` has `{}`",
                    context.name, field.name
                ));
            }
        }
    }
    missing
}

// Spans

/// What a span's name says: each `{part}` stands for some text.
fn is_named(span: &SpanDef, name: &str) -> bool {
    let pieces = span.name.split('{').enumerate().map(|(at, piece)| {
        let literal = match piece.split_once('}') {
            Some((_, literal)) if at > 0 => return format!("[^ ]+{}", escape(literal)),
            _ => piece,
        };
        escape(literal)
    });
    let pattern = format!("^{}$", pieces.collect::<String>());
    Regex::new(&pattern).unwrap().is_match(name)
}

fn escape(text: &str) -> String {
    text.replace(['.', '/'], ".")
}

fn kind(kind: SpanKind) -> i32 {
    match kind {
        SpanKind::Internal => 1,
        SpanKind::Server => 2,
        SpanKind::Client => 3,
        SpanKind::Producer => 4,
        SpanKind::Consumer => 5,
    }
}

/// The declaration of a span: two may have the same form of name, then the attributes decide.
fn declaration<'a>(spans: &'a [SpanDef], span: &Received) -> Option<&'a SpanDef> {
    spans.iter().find(|declared| {
        declared.service == span.service
            && kind(declared.kind) == span.kind
            && is_named(declared, &span.name)
            && span
                .attributes
                .iter()
                .all(|key| declared.attributes.iter().any(|it| it.name == *key))
    })
}

fn wrong_span(span: &Received) -> Option<String> {
    let catalog = &STACK.spans;
    let resource: BTreeSet<_> = catalog.resource.iter().map(|it| it.name.as_str()).collect();
    let sent: BTreeSet<_> = span.resource.iter().map(String::as_str).collect();
    if resource != sent {
        return Some(format!("a resource of {} has {sent:?}", span.service));
    }
    if declaration(&catalog.spans, span).is_none() {
        return Some(format!("undeclared: {span:?}"));
    }
    None
}

fn missing_spans(spans: &BTreeSet<Received>) -> Vec<String> {
    let catalog = &STACK.spans;
    let mut seen: BTreeMap<(String, String), BTreeSet<String>> = BTreeMap::new();
    for span in spans {
        if let Some(declared) = declaration(&catalog.spans, span) {
            let of = seen.entry((declared.service.clone(), declared.name.clone()));
            of.or_default().extend(span.attributes.iter().cloned());
        }
    }
    let mut missing = vec![];
    for span in &catalog.spans {
        let Some(attributes) = seen.get(&(span.service.clone(), span.name.clone())) else {
            missing.push(format!("{} sends no `{}`", span.service, span.name));
            continue;
        };
        for attribute in &span.attributes {
            if !attributes.contains(&attribute.name) {
                missing.push(format!("no `{}` has `{}`", span.name, attribute.name));
            }
        }
    }
    missing
}
