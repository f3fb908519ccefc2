//! Ready catalogs: the metrics of known exporters and engines, as data in `catalogs/`.
//!
//! A name is in if any version of the last three years has it. One more catalog is one file and one line of [`READY`].

use obsctl_model::TelemetryCatalog;

/// A catalog that ships with obsctl.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ready {
    /// What to call it by: the name of its file.
    pub name: &'static str,
    /// One line: whose metrics these are.
    pub summary: &'static str,
    /// The catalog as JSON.
    pub text: &'static str,
}

impl Ready {
    /// The catalog. It is read at every call: ask once.
    ///
    /// # Errors
    /// When the file is no catalog: a bug, and a test finds it.
    pub fn read(&self) -> Result<TelemetryCatalog, serde_json::Error> {
        serde_json::from_str(self.text)
    }
}

/// The catalog entries of all metrics, by name, as they are written: in JSON, each on a line of its own.
pub fn entries() -> impl Iterator<Item = (&'static str, &'static str)> {
    let lines = READY.iter().flat_map(|ready| ready.text.lines());
    lines.filter_map(|line| {
        let entry = line.trim().trim_end_matches(',');
        let (name, _) = entry.strip_prefix(r#"{"name": ""#)?.split_once('"')?;
        Some((name, entry))
    })
}

macro_rules! ready {
    ($($name:literal, $summary:literal;)+) => {
        &[$(Ready {
            name: $name,
            summary: $summary,
            text: include_str!(concat!("../catalogs/", $name, ".json")),
        }),+]
    };
}

/// Every catalog, by name.
pub const READY: &[Ready] = ready! {
    "alertmanager", "Alertmanager: alerts, notifications, silences, cluster";
    "alloy", "Alloy: its components, Loki and OpenTelemetry pipelines, clustering";
    "blackbox_exporter", "blackbox_exporter: probes by HTTP, TCP, DNS, ICMP, gRPC";
    "cadvisor", "cAdvisor: containers, alone or in a kubelet";
    "celery_exporter", "celery-exporter: tasks, workers and queues of Celery";
    "client_libraries", "what Prometheus client libraries expose of each process: Go, Python";
    "grafana", "Grafana: HTTP, datasources, plugins, alerting";
    "kube_state_metrics", "kube-state-metrics: the objects of a Kubernetes cluster";
    "loki", "Loki: ingestion, queries, rules, storage";
    "nginx_exporter", "nginx-prometheus-exporter: NGINX and NGINX Plus";
    "node_exporter", "node_exporter: hosts, on every operating system it knows";
    "postgres_exporter", "postgres_exporter: PostgreSQL";
    "prometheus", "Prometheus: scraping, storage, rules, remote write, agent";
    "redis_exporter", "redis_exporter: Redis, Valkey, Sentinel";
    "tempo", "Tempo: ingestion, queries, storage, and what its metrics generator writes";
};

/// The catalog of that name.
#[must_use]
pub fn find(name: &str) -> Option<&'static Ready> {
    READY.iter().find(|ready| ready.name == name)
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};
    use std::sync::LazyLock;

    use obsctl_model::{Domain, Exposer, MetricDef, MetricKind, Unit};

    use super::*;

    /// All of them, read once.
    static CATALOGS: LazyLock<Vec<(&str, TelemetryCatalog)>> = LazyLock::new(|| {
        let read = |ready: &Ready| {
            ready
                .read()
                .unwrap_or_else(|error| panic!("catalogs/{}.json: {error}", ready.name))
        };
        READY
            .iter()
            .map(|ready| (ready.name, read(ready)))
            .collect()
    });

    /// Every metric, under the catalog it is in.
    fn metrics() -> impl Iterator<Item = (&'static str, &'static MetricDef)> {
        CATALOGS.iter().flat_map(|(name, catalog)| {
            let families = catalog.metrics.iter();
            families
                .flat_map(move |family| family.metrics.iter().map(move |metric| (*name, metric)))
        })
    }

    #[test]
    fn catalogs_are_found_by_name() {
        assert!(READY.is_sorted_by_key(|ready| ready.name));
        assert_eq!(find("node_exporter").unwrap().name, "node_exporter");
        assert_eq!(find("nothing"), None);
    }

    #[test]
    fn entries_are_those_of_the_catalogs() {
        let read = entries().map(|(name, entry)| {
            let metric: MetricDef = serde_json::from_str(entry).unwrap();
            assert_eq!(metric.name.as_str(), name);
            metric
        });
        let catalogs = metrics().map(|(_, metric)| metric.clone());
        assert!(read.eq(catalogs));
    }

    #[test]
    fn catalogs_say_nothing_wrong_in_an_unknown_key() {
        let text = find("client_libraries").unwrap().text;
        let wrong = text.replacen("\"help\":", "\"halp\":", 1);
        let error = serde_json::from_str::<TelemetryCatalog>(&wrong).unwrap_err();
        assert!(error.to_string().contains("halp"), "{error}");
    }

    #[test]
    fn catalogs_are_sorted_and_hold_metrics_only() {
        for (name, catalog) in &*CATALOGS {
            let titles: Vec<_> = catalog.metrics.iter().map(|family| &family.title).collect();
            assert!(titles.is_sorted_by(|a, b| a < b), "{name}: {titles:?}");
            for family in &catalog.metrics {
                let names: Vec<_> = family.metrics.iter().map(|metric| &metric.name).collect();
                assert!(!names.is_empty(), "{}", family.title);
                assert!(names.is_sorted_by(|a, b| a < b), "{name}: {names:?}");
            }
            let metrics_only = TelemetryCatalog {
                metrics: catalog.metrics.clone(),
                ..TelemetryCatalog::default()
            };
            assert_eq!(*catalog, metrics_only, "{name}");
        }
    }

    #[test]
    fn a_name_is_in_one_catalog_and_no_series_has_two_owners() {
        let mut seen: BTreeMap<String, &str> = BTreeMap::new();
        for (catalog, metric) in metrics() {
            for series in metric.series_names() {
                let of = format!("{catalog}: {}", metric.name);
                if let Some(other) = seen.insert(series.clone(), catalog) {
                    panic!("`{series}` of {of} is also in {other}");
                }
            }
        }
    }

    #[test]
    fn exposers_are_named_as_their_catalogs() {
        for (catalog, metric) in metrics() {
            // Those of client libraries are of every process: `library::exposes`.
            let exposer = if catalog == "client_libraries" {
                "process"
            } else {
                catalog
            };
            assert_eq!(
                metric.exposed_by,
                Exposer::Exporter(exposer.into()),
                "{}",
                metric.name
            );
        }
    }

    #[test]
    fn entries_are_whole() {
        for (_, metric) in metrics() {
            let name = &metric.name;
            assert!(
                metric.help.ends_with(['.', '?', '!']),
                "{name}: {}",
                metric.help
            );
            assert!(metric.help.len() <= 170, "{name}: {}", metric.help);
            let labels: BTreeSet<_> = metric.labels.iter().map(|label| &label.name).collect();
            assert_eq!(labels.len(), metric.labels.len(), "{name}: a label twice");
            for label in &metric.labels {
                if let Domain::Values(values) = &label.domain {
                    let different: BTreeSet<_> = values.iter().collect();
                    assert_eq!(different.len(), values.len(), "{name}: {values:?}");
                    assert!(!values.is_empty(), "{name}: no value of {}", label.name);
                }
            }
            match &metric.kind {
                MetricKind::Histogram { buckets, native } => {
                    assert!(*native || !buckets.is_empty(), "{name}: no buckets");
                    assert!(buckets.is_sorted_by(|a, b| a < b), "{name}: {buckets:?}");
                }
                MetricKind::Summary { quantiles } => {
                    assert!(
                        quantiles.is_sorted_by(|a, b| a < b),
                        "{name}: {quantiles:?}"
                    );
                }
                _ => {}
            }
        }
    }

    #[test]
    fn names_units_and_kinds_agree() {
        let mut odd = vec![];
        for (_, metric) in metrics() {
            let name = metric.name.as_str();
            let total = name.ends_with("_total");
            let counts = matches!(metric.kind, MetricKind::Counter | MetricKind::Unknown);
            if total && !counts && !TOTALS_THAT_ARE_NO_COUNTERS.contains(&name) {
                odd.push(format!("{name} is a {}", metric.kind.word()));
            }
            let base = name.strip_suffix("_total").unwrap_or(name);
            let named = Unit::ALL.iter().find(|unit| {
                unit.suffix()
                    .is_some_and(|suffix| base.ends_with(&format!("_{suffix}")))
            });
            if let Some(&named) = named
                && named != metric.unit
                && !(named == Unit::Seconds && metric.unit == Unit::Timestamp)
                && metric.unit != Unit::Boolean
            {
                odd.push(format!(
                    "{name}: {:?}, its name says {named:?}",
                    metric.unit
                ));
            }
        }
        assert!(odd.is_empty(), "{odd:#?}");
    }

    /// What its exporter named like a counter, and is none.
    const TOTALS_THAT_ARE_NO_COUNTERS: &[&str] = &[
        "alloy_fanout_mapping_store_mappings_total",
        "alloy_fanout_mapping_store_tracked_refs_total",
        "cluster_transport_stream_rx_bytes_total",
        "cluster_transport_stream_rx_packets_failed_total",
        "cluster_transport_stream_rx_packets_total",
        "cluster_transport_stream_tx_bytes_total",
        "cluster_transport_stream_tx_packets_failed_total",
        "cluster_transport_stream_tx_packets_total",
        "cluster_transport_tx_packets_failed_total",
        "container_fs_inodes_total",
        "container_network_advance_tcp_stats_total",
        "container_network_tcp6_usage_total",
        "container_network_tcp_usage_total",
        "container_network_udp6_usage_total",
        "container_network_udp_usage_total",
        "cortex_ruler_managers_total",
        "loki_cache_background_dequeued_bytes_total",
        "loki_cache_background_enqueued_bytes_total",
        "loki_metastore_estimate_sections_sections_total",
        "loki_metastore_index_objects_total",
        "loki_metastore_resolved_sections_total",
        "loki_metastore_stream_filter_sections_total",
        "loki_ring_tokens_total",
        "loki_ruler_managers_total",
        "loki_source_file_file_bytes_total",
        "loki_source_file_files_active_total",
        "loki_source_file_read_bytes_total",
        "loki_ui_goldfish_query_rows_total",
        "nginxplus_stream_zone_sync_zone_records_total",
        "node_systemd_socket_refused_connections_total",
        "redis_cluster_messages_received_total",
        "redis_cluster_messages_sent_total",
        "redis_expired_time_cap_reached_total",
        "redis_long_lock_waits_total",
        "redis_memory_used_vm_total",
        "redis_migrate_cached_sockets_total",
        "redis_rdb_saves_total",
        "redis_search_global_total",
        "redis_server_threads_total",
        "redis_tile38_cpus_total",
        "redis_tile38_go_goroutines_total",
        "redis_tile38_num_collections_total",
        "redis_tile38_num_hooks_total",
        "redis_tile38_num_objects_total",
        "redis_tile38_num_points_total",
        "redis_tile38_threads_total",
        "statsd_exporter_metrics_total",
        "tempo_query_frontend_hedged_roundtrips_total",
        "tempo_ring_tokens_total",
        "tempodb_backend_bytes_total",
        "tempodb_backend_objects_total",
        "tempodb_compaction_spans_combined_total",
    ];

    /// What the reference stack declares of engines and exporters is what these expose.
    #[test]
    fn the_reference_stack_declares_what_is_exposed() {
        let known: BTreeMap<&str, &MetricDef> = metrics()
            .map(|(_, metric)| (metric.name.as_str(), metric))
            .collect();
        let mut compared = BTreeSet::new();
        let mut odd = vec![];
        for declared in obsctl_stack::metrics::exporters::families()
            .into_iter()
            .flat_map(|family| family.metrics)
        {
            let exposer = declared.exposed_by.name().to_owned();
            let catalog = if exposer == "node" {
                "node_exporter".to_owned()
            } else {
                exposer
            };
            if find(&catalog).is_none() && catalog != "process" {
                continue;
            }
            let name = declared.name.as_str();
            let Some(data) = known.get(name) else {
                odd.push(format!("{name} is not in catalogs/{catalog}.json"));
                continue;
            };
            compared.insert(catalog);
            odd.extend(drift(&declared, data));
        }
        assert!(odd.is_empty(), "{odd:#?}");
        assert_eq!(compared.len(), 8, "{compared:?}");
    }

    /// What a declaration says that is not in the data.
    fn drift(declared: &MetricDef, data: &MetricDef) -> Vec<String> {
        let name = declared.name.as_str();
        let mut odd = vec![];
        let kinds_agree = match (&declared.kind, &data.kind) {
            (
                MetricKind::Histogram {
                    buckets: declared, ..
                },
                MetricKind::Histogram { buckets: data, .. },
            ) => declared == data,
            (declared, data) => declared == data,
        };
        if !kinds_agree {
            odd.push(format!(
                "{name}: {:?}, the data says {:?}",
                declared.kind, data.kind
            ));
        }
        if declared.unit != data.unit {
            odd.push(format!(
                "{name}: {:?}, the data says {:?}",
                declared.unit, data.unit
            ));
        }
        for label in &declared.labels {
            let Some(known) = data.label(label.name.as_str()) else {
                odd.push(format!("{name}: no label `{}` in the data", label.name));
                continue;
            };
            if let (Domain::Values(declared), Domain::Values(known)) =
                (&label.domain, &known.domain)
            {
                let new = declared.iter().filter(|value| !known.contains(value));
                odd.extend(new.map(|value| format!("{name}: `{}` is never `{value}`", label.name)));
            }
        }
        odd
    }
}
