//! Prometheus' HTTP API, most of which Loki's ruler speaks too.

use std::collections::{BTreeMap, BTreeSet};

use obsctl_promql::ast::{
    Aggregate, AggregateOp, Call, DurationExpr, Name, RangeSelector, Selector,
};
use obsctl_promql::{Expr, Span};
use serde::Deserialize;
use serde::de::{DeserializeOwned, IgnoredAny};
use serde_json::Value;

use super::answer::{Trouble, Wrapped};
use super::client::{Body, Client};
use crate::verify::data::{self, Data};
use crate::verify::queries::Form;
use crate::verify::rules::Loaded;
use crate::verify::targets::Target;
use crate::verify::window::Window;

#[derive(Deserialize)]
struct Groups {
    groups: Vec<Group>,
}

#[derive(Deserialize)]
struct Group {
    name: String,
    #[serde(default)]
    file: String,
    rules: Vec<Rule>,
    /// Only Thanos says it.
    #[serde(rename = "partialResponseStrategy")]
    of_thanos: Option<IgnoredAny>,
}

#[derive(Deserialize)]
struct Rule {
    name: String,
    query: String,
    #[serde(default)]
    duration: f64,
    #[serde(default)]
    labels: BTreeMap<String, String>,
    health: String,
    #[serde(default, rename = "lastError")]
    error: String,
}

#[derive(Deserialize)]
struct Targets {
    #[serde(rename = "activeTargets")]
    active: Vec<ActiveTarget>,
}

#[derive(Deserialize)]
struct ActiveTarget {
    labels: BTreeMap<String, String>,
    health: String,
    #[serde(default, rename = "lastError")]
    error: String,
}

#[derive(Deserialize)]
struct Alertmanagers {
    #[serde(rename = "activeAlertmanagers")]
    active: Vec<AlertmanagerUrl>,
}

#[derive(Deserialize)]
struct AlertmanagerUrl {
    url: String,
}

#[derive(Deserialize)]
struct Alerts {
    /// Thanos' ruler writes it otherwise than all, and Thanos says `null` where there is none.
    #[serde(alias = "Alerts")]
    alerts: Option<Vec<Alert>>,
}

/// An alert that is pending or fires.
#[derive(Deserialize)]
pub(super) struct Alert {
    pub(super) labels: BTreeMap<String, String>,
    pub(super) state: String,
}

#[derive(Deserialize)]
pub(super) struct Result {
    #[serde(rename = "resultType")]
    kind: String,
    result: Value,
}

/// The answer to an instant query.
#[derive(Deserialize)]
struct Vector {
    result: Vec<Point>,
}

#[derive(Deserialize)]
struct Point {
    metric: BTreeMap<String, String>,
    value: (f64, String),
}

#[derive(Deserialize)]
struct Exemplars {
    exemplars: Vec<Exemplar>,
}

/// An observation that was kept, with what led to it.
#[derive(Clone, Deserialize)]
pub(super) struct Exemplar {
    pub(super) labels: BTreeMap<String, String>,
    timestamp: f64,
}

#[derive(Deserialize)]
struct Build {
    version: String,
}

pub(super) fn data<T: DeserializeOwned>(
    client: &Client,
    path: &str,
    query: &[(&str, &str)],
) -> std::result::Result<T, Trouble> {
    client.some(client.get(path, query)?)
}

/// What there is of something: Thanos says `null` where there is nothing.
fn all<T: DeserializeOwned + Default>(
    client: &Client,
    path: &str,
    query: &[(&str, &str)],
) -> Answer<T> {
    Ok(client.whole(client.get(path, query)?)?.unwrap_or_default())
}

pub(super) type Answer<T> = std::result::Result<T, Trouble>;

/// The version it says it has.
pub(super) fn version(client: &Client) -> Answer<String> {
    data::<Build>(client, "/api/v1/status/buildinfo", &[]).map(|build| build.version)
}

/// All rules; `prefix` is where the API begins.
pub(super) fn rules(client: &Client, prefix: &str) -> Answer<Vec<Loaded>> {
    let groups: Groups = data(client, &format!("{prefix}/api/v1/rules"), &[])?;
    let rules = groups.groups.into_iter().flat_map(|group| {
        let (name, file) = (group.name, group.of_thanos.map(|_| group.file));
        group.rules.into_iter().map(move |rule| Loaded {
            group: name.clone(),
            file: file.clone(),
            name: rule.name,
            query: rule.query,
            lasting: rule.duration,
            labels: rule.labels,
            health: rule.health,
            error: client.clean(&rule.error),
        })
    });
    Ok(rules.collect())
}

/// All alerts that are pending or fire; `prefix` is where the API begins.
pub(super) fn alerts(client: &Client, prefix: &str) -> Answer<Vec<Alert>> {
    let alerts: Alerts = data(client, &format!("{prefix}/api/v1/alerts"), &[])?;
    Ok(alerts.alerts.unwrap_or_default())
}

/// What an engine says, if it knows the question: Mimir and Thanos know nothing of what others do for them. For
/// VictoriaMetrics a path it does not have is a bad request.
fn known<T>(answer: Answer<T>) -> Answer<Option<T>> {
    match answer {
        Ok(known) => Ok(Some(known)),
        Err(Trouble::Refused { status: 404, .. }) => Ok(None),
        Err(Trouble::Refused {
            status: 400, text, ..
        }) if text.contains("unsupported path") => Ok(None),
        Err(trouble) => Err(trouble),
    }
}

/// All targets that are scraped, if it is one who scrapes.
pub(super) fn targets(client: &Client) -> Answer<Option<Vec<Target>>> {
    let targets = data(client, "/api/v1/targets", &[("state", "active")]);
    let Some(targets): Option<Targets> = known(targets)? else {
        return Ok(None);
    };
    let label =
        |labels: &BTreeMap<String, String>, name| labels.get(name).cloned().unwrap_or_default();
    let targets = targets.active.into_iter().map(|target| Target {
        job: label(&target.labels, "job"),
        instance: label(&target.labels, "instance"),
        health: target.health,
        error: client.clean(&target.error),
    });
    Ok(Some(targets.collect()))
}

/// Whether each job has a target that is up, by the series that scrapes leave.
pub(super) fn jobs_up(client: &Client, now: u64) -> Answer<BTreeMap<String, bool>> {
    let query = [
        ("query", "max by (job) (up)".to_owned()),
        ("time", now.to_string()),
    ];
    let answer: Wrapped<Vector> = client.post("/api/v1/query", &Body::Form(query.into()))?;
    let jobs = client
        .some(answer)?
        .result
        .into_iter()
        .filter_map(|mut one| {
            let (_, up) = one.value;
            Some((one.metric.remove("job")?, up == "1"))
        });
    Ok(jobs.collect())
}

/// The addresses of the Alertmanagers that it tells of alerts, if it says so.
pub(super) fn alertmanagers(client: &Client) -> Answer<Option<Vec<String>>> {
    let found: Option<Alertmanagers> = known(data(client, "/api/v1/alertmanagers", &[]))?;
    let urls = |found: Alertmanagers| {
        let active = found.active.into_iter();
        active.map(|one| client.clean(&one.url)).collect()
    };
    Ok(found.map(urls))
}

/// The values of a label, of the series that a selector matches.
pub(super) fn label_values(
    client: &Client,
    label: &str,
    of: Option<&str>,
    (start, end): (u64, u64),
) -> Answer<Vec<String>> {
    let (start, end) = (start.to_string(), end.to_string());
    let mut query = vec![("start", start.as_str()), ("end", end.as_str())];
    query.extend(of.map(|of| ("match[]", of)));
    all(client, &format!("/api/v1/label/{label}/values"), &query)
}

/// The metrics that targets declare.
pub(super) fn declared(client: &Client) -> Answer<BTreeSet<String>> {
    let metrics: BTreeMap<String, IgnoredAny> = all(client, "/api/v1/metadata", &[])?;
    Ok(metrics.into_keys().collect())
}

/// Whether a query has data.
pub(super) fn ask(
    client: &Client,
    query: &str,
    form: Form,
    window: Window,
    end: u64,
) -> Answer<Data> {
    let seconds = |time: obsctl_model::Duration| time.as_millis() / 1000;
    let query = ("query", query.to_owned());
    let (path, form) = if form == Form::Range {
        let start = end.saturating_sub(seconds(window.length));
        let times = [
            ("start", start),
            ("end", end),
            ("step", seconds(window.step).max(1)),
        ];
        let times = times.map(|(name, time)| (name, time.to_string()));
        (
            "/api/v1/query_range",
            std::iter::once(query).chain(times).collect(),
        )
    } else {
        ("/api/v1/query", vec![query, ("time", end.to_string())])
    };
    read(client, client.post(path, &Body::Form(form))?)
}

/// Whether there is data: a part of it is some, and a part that is none says nothing.
pub(super) fn read(client: &Client, answer: Wrapped<Result>) -> Answer<Data> {
    let of = |result: &Result| {
        data::of_result(&result.kind, &result.result).map_err(|what| client.malformed(&what))
    };
    match answer.data.as_ref().map(of).transpose()? {
        Some(Data::Some) => Ok(Data::Some),
        _ => of(&client.some(answer)?),
    }
}

/// Whether any series matched a selector in the window.
pub(super) fn matches(
    client: &Client,
    selector: &Selector,
    window: Window,
    end: u64,
) -> Answer<bool> {
    let span = Span::default();
    let range = RangeSelector {
        selector: selector.clone(),
        range: DurationExpr::from_millis(window.length.signed_millis()),
        span,
    };
    let last = Expr::Call(Call {
        func: Name {
            text: "last_over_time".to_owned(),
            span,
        },
        args: vec![Expr::from(range)],
        span,
    });
    let count = Expr::Aggregate(Aggregate {
        op: AggregateOp::Count,
        op_span: span,
        param: None,
        expr: Box::new(last),
        grouping: None,
        span,
    });
    Ok(ask(client, &count.to_string(), Form::Instant, window, end)? != Data::None)
}

/// The exemplars of a histogram, the newest first.
pub(super) fn exemplars(
    client: &Client,
    query: &str,
    (start, end): (u64, u64),
) -> Answer<Vec<Exemplar>> {
    let (start, end) = (start.to_string(), end.to_string());
    let series: Vec<Exemplars> = all(
        client,
        "/api/v1/query_exemplars",
        &[("query", query), ("start", &start), ("end", &end)],
    )?;
    let mut exemplars: Vec<_> = series.into_iter().flat_map(|one| one.exemplars).collect();
    exemplars.sort_by(|a, b| b.timestamp.total_cmp(&a.timestamp));
    Ok(exemplars)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn thanos_writes_alerts_otherwise() {
        let of = |data| {
            let read: Alerts = serde_json::from_value(data).unwrap();
            let alerts = read.alerts.unwrap_or_default().into_iter();
            alerts.map(|alert| alert.state).collect::<Vec<_>>()
        };
        let firing = json!([{ "labels": { "alertname": "Down" }, "state": "firing" }]);
        assert_eq!(of(json!({ "alerts": firing })), ["firing"]);
        assert_eq!(of(json!({ "Alerts": firing })), ["firing"]);
        assert_eq!(of(json!({ "alerts": null })), [""; 0]);
    }
}
