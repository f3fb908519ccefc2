//! `provisioning/grafana/datasources/`: the four datasources, wired to each other: exemplars lead to traces,
//! traces to their logs and metrics, log lines to traces.
//!
//! Grafana expands `$NAME` in these files; a `$` that it shall keep is written twice.

use obsctl_model::Duration;
use obsctl_model::dashboard::DatasourceKind;
use serde::{Deserialize, Serialize};

use crate::generate::{Artifact, Component, Environment, Target, yaml};
use crate::project::{Project, TRACE_ID};

/// Grafana's datasources.
pub static GRAFANA_DATASOURCES: Target = Target {
    name: "grafana-datasources",
    summary: "Grafana's datasources, wired so that metrics, traces and logs lead to each other",
    generate,
};

/// Where the file is written.
pub const PATH: &str = "provisioning/grafana/datasources/datasources.yaml";

/// The provisioning file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct File {
    /// The version of the format.
    pub api_version: u32,
    /// Whether datasources that are no longer in the file go away.
    pub prune: bool,
    /// The datasources.
    pub datasources: Vec<Datasource>,
}

/// A datasource.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Datasource {
    /// The name people see.
    pub name: String,
    /// The fixed id everything else refers to.
    pub uid: String,
    /// The plugin.
    #[serde(rename = "type")]
    pub plugin: DatasourceKind,
    /// Who asks: Grafana itself.
    pub access: String,
    /// The engine's address.
    pub url: String,
    /// Whether it is chosen where nothing is said.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_default: bool,
    /// Whether it can be changed in the browser.
    pub editable: bool,
    /// What the plugin wants to know.
    pub json_data: Settings,
}

/// What the plugins want to know: each reads its own keys.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase", default)]
pub struct Settings {
    /// Prometheus: long queries fit a POST only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub http_method: Option<String>,
    /// Prometheus: the scrape interval, which `$__rate_interval` is made from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time_interval: Option<Duration>,
    /// Prometheus: which of the compatible servers it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prometheus_type: Option<String>,
    /// Prometheus, Loki: whether its rules show in Grafana's alert list.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub manage_alerts: Option<bool>,
    /// Prometheus: where exemplars lead.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub exemplar_trace_id_destinations: Vec<ExemplarDestination>,
    /// Loki: how many lines are shown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_lines: Option<u32>,
    /// Loki: links in log lines.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub derived_fields: Vec<DerivedField>,
    /// Tempo: from a span to its log lines.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub traces_to_logs_v2: Option<TracesToLogs>,
    /// Tempo: from a span to its metrics.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub traces_to_metrics: Option<TracesToMetrics>,
    /// Tempo: where the service graph is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service_map: Option<ServiceMap>,
    /// Tempo: the graph of one trace.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub node_graph: Option<NodeGraph>,
    /// Alertmanager: which of the compatible servers it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub implementation: Option<String>,
    /// Alertmanager: whether Grafana sends it alerts of its own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub handle_grafana_managed_alerts: Option<bool>,
    /// Prometheus, Loki: who is told of its alerts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub alertmanager_uid: Option<String>,
}

/// Where an exemplar leads.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct ExemplarDestination {
    /// The exemplar's label that holds the trace id.
    pub name: String,
    /// The datasource that has the trace.
    pub datasource_uid: String,
    /// What the link says.
    pub url_display_label: String,
}

/// A link in a log line.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct DerivedField {
    /// Its name.
    pub name: String,
    /// `label` looks at labels and structured metadata, otherwise the line's text is searched.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub matcher_type: Option<String>,
    /// The label's name, or what finds the value in the text.
    pub matcher_regex: String,
    /// The query of the link.
    pub url: String,
    /// The datasource that answers it.
    pub datasource_uid: String,
    /// What the link says.
    pub url_display_label: String,
}

/// From a span to its log lines.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct TracesToLogs {
    /// The datasource that has the lines.
    pub datasource_uid: String,
    /// How long before the span's start.
    pub span_start_time_shift: String,
    /// How long after the span's end.
    pub span_end_time_shift: String,
    /// Span attributes that are labels there.
    pub tags: Vec<Tag>,
    /// Whether `query` is asked.
    pub custom_query: bool,
    /// The query.
    pub query: String,
}

/// From a span to its metrics.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct TracesToMetrics {
    /// The datasource that has the metrics.
    pub datasource_uid: String,
    /// How long before the span's start.
    pub span_start_time_shift: String,
    /// How long after the span's end.
    pub span_end_time_shift: String,
    /// Span attributes that are labels there.
    pub tags: Vec<Tag>,
    /// The queries.
    pub queries: Vec<MetricsQuery>,
}

/// A span attribute and the label it is elsewhere.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tag {
    /// The attribute.
    pub key: String,
    /// The label.
    pub value: String,
}

/// A query from a span.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MetricsQuery {
    /// What the link says.
    pub name: String,
    /// The query.
    pub query: String,
}

/// Where the service graph is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct ServiceMap {
    /// The datasource that has its metrics.
    pub datasource_uid: String,
}

/// The graph of one trace.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NodeGraph {
    /// Whether it is shown.
    pub enabled: bool,
}

fn generate(project: &Project, environment: Environment) -> Vec<Artifact> {
    vec![Artifact::new(
        PATH,
        yaml::document(&file(project, environment)),
    )]
}

fn file(project: &Project, environment: Environment) -> File {
    let scrape_interval = project.stack().scrape_interval;
    let of = |kind: DatasourceKind, component: Component, json_data: Settings| Datasource {
        name: kind.title().to_owned(),
        uid: uid(kind),
        plugin: kind,
        access: "proxy".to_owned(),
        url: environment.api_url(component),
        is_default: kind == DatasourceKind::Prometheus,
        editable: false,
        json_data,
    };
    File {
        api_version: 1,
        prune: true,
        datasources: vec![
            of(
                DatasourceKind::Prometheus,
                Component::Prometheus,
                prometheus(scrape_interval),
            ),
            of(DatasourceKind::Loki, Component::Loki, loki()),
            of(DatasourceKind::Tempo, Component::Tempo, tempo()),
            of(
                DatasourceKind::Alertmanager,
                Component::Alertmanager,
                Settings {
                    implementation: Some("prometheus".to_owned()),
                    handle_grafana_managed_alerts: Some(false),
                    ..Settings::default()
                },
            ),
        ],
    }
}

fn uid(kind: DatasourceKind) -> String {
    kind.plugin().to_owned()
}

/// Services write `trace_id`; Tempo's own span metrics write `traceID`.
fn prometheus(scrape_interval: Duration) -> Settings {
    let trace = |label: &str| ExemplarDestination {
        name: label.to_owned(),
        datasource_uid: uid(DatasourceKind::Tempo),
        url_display_label: "Trace".to_owned(),
    };
    Settings {
        http_method: Some("POST".to_owned()),
        time_interval: Some(scrape_interval),
        prometheus_type: Some("Prometheus".to_owned()),
        manage_alerts: Some(true),
        alertmanager_uid: Some(uid(DatasourceKind::Alertmanager)),
        exemplar_trace_id_destinations: vec![trace(TRACE_ID), trace("traceID")],
        ..Settings::default()
    }
}

/// The trace id is structured metadata of lines that came through the collector, and part of the text of
/// lines that were pushed as they are.
fn loki() -> Settings {
    let trace = |name: &str, matcher_type: Option<&str>, regex: &str| DerivedField {
        name: name.to_owned(),
        matcher_type: matcher_type.map(str::to_owned),
        matcher_regex: regex.to_owned(),
        url: "$${__value.raw}".to_owned(),
        datasource_uid: uid(DatasourceKind::Tempo),
        url_display_label: "Trace".to_owned(),
    };
    Settings {
        max_lines: Some(1000),
        manage_alerts: Some(true),
        alertmanager_uid: Some(uid(DatasourceKind::Alertmanager)),
        derived_fields: vec![
            trace(TRACE_ID, Some("label"), TRACE_ID),
            trace(
                &format!("{TRACE_ID}_in_line"),
                None,
                &format!(r#""{TRACE_ID}": ?"(\w+)""#),
            ),
        ],
        ..Settings::default()
    }
}

fn tempo() -> Settings {
    let tag = |label: &str| Tag {
        key: "service.name".to_owned(),
        value: label.to_owned(),
    };
    let query = |name: &str, query: &str| MetricsQuery {
        name: name.to_owned(),
        query: query.to_owned(),
    };
    Settings {
        traces_to_logs_v2: Some(TracesToLogs {
            datasource_uid: uid(DatasourceKind::Loki),
            span_start_time_shift: "-5m".to_owned(),
            span_end_time_shift: "5m".to_owned(),
            tags: vec![tag("service_name")],
            custom_query: true,
            query: format!("{{$${{__tags}}}} | {TRACE_ID} = \"$${{__trace.traceId}}\""),
        }),
        traces_to_metrics: Some(TracesToMetrics {
            datasource_uid: uid(DatasourceKind::Prometheus),
            span_start_time_shift: "-30m".to_owned(),
            span_end_time_shift: "30m".to_owned(),
            tags: vec![tag("service")],
            queries: vec![
                query(
                    "Spans per second",
                    "sum(rate(traces_spanmetrics_calls_total{$$__tags}[5m]))",
                ),
                query(
                    "Failed spans per second",
                    "sum(rate(traces_spanmetrics_calls_total{$$__tags, status_code=\"STATUS_CODE_ERROR\"}[5m]))",
                ),
                query(
                    "95th percentile of duration",
                    "histogram_quantile(0.95, sum by (le) (rate(traces_spanmetrics_latency_bucket{$$__tags}[5m])))",
                ),
            ],
        }),
        service_map: Some(ServiceMap {
            datasource_uid: uid(DatasourceKind::Prometheus),
        }),
        node_graph: Some(NodeGraph { enabled: true }),
        ..Settings::default()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use obsctl_model::{Slug, Stack};

    use super::*;

    fn read(environment: Environment) -> (File, String) {
        let project = Project::link(Stack::new(Slug::from_static("test")));
        let text = generate(&project, environment).remove(0).text;
        let read: File = yaml::read(&text).unwrap();
        assert_eq!(read, file(&project, environment));
        (read, text)
    }

    #[test]
    fn every_link_leads_to_a_datasource_of_the_file() {
        let (file, text) = read(Environment::Compose);
        let uids: BTreeSet<_> = file.datasources.iter().map(|d| d.uid.as_str()).collect();
        let links: BTreeSet<_> = text
            .lines()
            .filter_map(|line| line.split_once("datasourceUid: "))
            .map(|(_, uid)| uid)
            .collect();
        assert_eq!(links, BTreeSet::from(["loki", "prometheus", "tempo"]));
        assert!(links.is_subset(&uids));
        assert_eq!(file.datasources.iter().filter(|d| d.is_default).count(), 1);
    }

    #[test]
    fn every_dollar_is_kept_from_being_expanded() {
        let (_, text) = read(Environment::Compose);
        assert!(text.contains("$$"));
        assert!(!text.replace("$$", "").contains('$'), "{text}");
    }

    #[test]
    fn keys_are_those_grafana_knows() {
        let (_, text) = read(Environment::Host);
        for key in [
            "tracesToLogsV2:",
            "exemplarTraceIdDestinations:",
            "apiVersion: 1",
            "isDefault: true",
            "type: tempo",
        ] {
            assert!(text.contains(key), "{key} in {text}");
        }
    }
}
