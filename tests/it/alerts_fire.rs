//! Every alert of the reference stack that Prometheus evaluates can fire, and is silent when all is well.

use std::fmt::Write as _;
use std::process::Command;

use obsctl::generate::{self, Environment};
use obsctl::model::{Engine, Rule};
use obsctl::project::Project;

/// A system in trouble: at least one series for each alert. Samples are 15 seconds apart, for an hour.
const BROKEN: &[(&str, &str)] = &[
    (r#"up{job="api",instance="api:8000"}"#, "0x240"),
    // Half of the requests fail, and a fifth takes longer than 2.5 seconds.
    (
        r#"api_requests_total{job="api",path="/a",status_code="200"}"#,
        "0+1x240",
    ),
    (
        r#"api_requests_total{job="api",path="/a",status_code="500"}"#,
        "0+1x240",
    ),
    (
        r#"api_request_duration_seconds_bucket{path="/a",le="2.5"}"#,
        "0+8x240",
    ),
    (
        r#"api_request_duration_seconds_bucket{path="/a",le="5"}"#,
        "0+10x240",
    ),
    (
        r#"api_request_duration_seconds_bucket{path="/a",le="+Inf"}"#,
        "0+10x240",
    ),
    (
        r#"api_request_duration_seconds_count{path="/a"}"#,
        "0+10x240",
    ),
    (r#"worker_queue_depth{queue_name="sync"}"#, "101x240"),
    (r#"worker_active_tasks{worker_id="celery@w"}"#, "0x240"),
    (
        r#"worker_jobs_total{job_type="export",status="failed"}"#,
        "0+1x240",
    ),
    (
        r#"worker_jobs_total{job_type="export",status="completed"}"#,
        "0+1x240",
    ),
    // One of two syncs is older than four hours.
    (
        r#"sync_freshness_seconds{provider="stripe",tenant_id="a"}"#,
        "14401x240",
    ),
    (
        r#"sync_freshness_seconds{provider="stripe",tenant_id="b"}"#,
        "60x240",
    ),
    (
        r#"external_api_requests_total{provider="stripe",status_code="401"}"#,
        "0+1x240",
    ),
    (
        r#"external_api_requests_total{provider="stripe",status_code="503"}"#,
        "0+1x240",
    ),
    (
        r#"external_api_rate_limited_total{provider="stripe"}"#,
        "0+1x240",
    ),
    (
        r#"mcp_tool_invocations_total{tool_name="t",status="error"}"#,
        "0+1x240",
    ),
    (
        r#"node_filesystem_avail_bytes{mountpoint="/",fstype="ext4"}"#,
        "5x240",
    ),
    (
        r#"node_filesystem_size_bytes{mountpoint="/",fstype="ext4"}"#,
        "100x240",
    ),
    ("node_memory_MemAvailable_bytes", "5x240"),
    ("node_memory_MemTotal_bytes", "100x240"),
    (
        r#"prometheus_rule_evaluation_failures_total{rule_group="g"}"#,
        "0+1x240",
    ),
    (
        r#"prometheus_rule_group_iterations_missed_total{rule_group="g"}"#,
        "0+1x240",
    ),
    ("prometheus_config_last_reload_successful", "0x240"),
    (
        r#"prometheus_notifications_errors_total{alertmanager="a"}"#,
        "0+1x240",
    ),
    (
        r#"prometheus_notifications_sent_total{alertmanager="a"}"#,
        "0+10x240",
    ),
    ("prometheus_notifications_alertmanagers_discovered", "0x240"),
    ("alertmanager_config_last_reload_successful", "0x240"),
    (
        r#"alertmanager_notifications_failed_total{integration="slack",reason="other"}"#,
        "0+1x240",
    ),
    (
        r#"alertmanager_notifications_total{integration="slack"}"#,
        "0+10x240",
    ),
    (
        r#"loki_prometheus_rule_evaluation_failures_total{rule_group="g"}"#,
        "0+1x240",
    ),
    (
        r#"telemetry_spans_dropped_total{job="api",reason="queue_full"}"#,
        "0+1x240",
    ),
    (
        r#"telemetry_log_lines_dropped_total{job="api",reason="queue_full"}"#,
        "0+1x240",
    ),
    (
        r#"loki_write_dropped_entries_total{reason="rate_limited"}"#,
        "0+1x240",
    ),
    (
        r#"otelcol_exporter_send_failed_spans_total{component_id="c"}"#,
        "0+1x240",
    ),
    (
        r#"alloy_component_controller_running_components{health_type="unhealthy"}"#,
        "1x240",
    ),
    ("alloy_config_last_load_successful", "0x240"),
    (
        r#"loki_discarded_samples_total{reason="rate_limited"}"#,
        "0+1x240",
    ),
    (
        r#"loki_request_duration_seconds_count{route="push",status_code="500"}"#,
        "0+1x240",
    ),
    (
        r#"tempo_discarded_spans_total{reason="rate_limited"}"#,
        "0+1x240",
    ),
    (
        r#"tempo_request_duration_seconds_count{route="push",status_code="500"}"#,
        "0+1x240",
    ),
    ("otelcol_receiver_accepted_spans_total", "0+1x240"),
    ("tempo_distributor_spans_received_total", "0x240"),
];

/// The same system when all is well: every series is there, and quiet.
const WELL: &[(&str, &str)] = &[
    (r#"up{job="api",instance="api:8000"}"#, "1x240"),
    (
        r#"api_requests_total{job="api",path="/a",status_code="200"}"#,
        "0+100x240",
    ),
    (
        r#"api_requests_total{job="api",path="/a",status_code="500"}"#,
        "0+1x240",
    ),
    (
        r#"api_request_duration_seconds_bucket{path="/a",le="1"}"#,
        "0+100x240",
    ),
    (
        r#"api_request_duration_seconds_bucket{path="/a",le="+Inf"}"#,
        "0+101x240",
    ),
    (
        r#"api_request_duration_seconds_count{path="/a"}"#,
        "0+101x240",
    ),
    (r#"worker_queue_depth{queue_name="sync"}"#, "100x240"),
    (r#"worker_active_tasks{worker_id="celery@w"}"#, "1x240"),
    (
        r#"worker_jobs_total{job_type="export",status="failed"}"#,
        "0+1x240",
    ),
    (
        r#"worker_jobs_total{job_type="export",status="completed"}"#,
        "0+99x240",
    ),
    (
        r#"sync_freshness_seconds{provider="stripe",tenant_id="a"}"#,
        "60x240",
    ),
    (
        r#"external_api_requests_total{provider="stripe",status_code="200"}"#,
        "0+100x240",
    ),
    (
        r#"external_api_requests_total{provider="stripe",status_code="401"}"#,
        "7x240",
    ),
    (
        r#"external_api_rate_limited_total{provider="stripe"}"#,
        "7x240",
    ),
    (
        r#"mcp_tool_invocations_total{tool_name="t",status="success"}"#,
        "0+100x240",
    ),
    (
        r#"mcp_tool_invocations_total{tool_name="t",status="error"}"#,
        "0+1x240",
    ),
    (
        r#"node_filesystem_avail_bytes{mountpoint="/",fstype="ext4"}"#,
        "50x240",
    ),
    (
        r#"node_filesystem_size_bytes{mountpoint="/",fstype="ext4"}"#,
        "100x240",
    ),
    // A file system in memory that is full is no disk that is.
    (
        r#"node_filesystem_avail_bytes{mountpoint="/run",fstype="tmpfs"}"#,
        "0x240",
    ),
    (
        r#"node_filesystem_size_bytes{mountpoint="/run",fstype="tmpfs"}"#,
        "100x240",
    ),
    ("node_memory_MemAvailable_bytes", "50x240"),
    ("node_memory_MemTotal_bytes", "100x240"),
    ("prometheus_config_last_reload_successful", "1x240"),
    ("prometheus_notifications_alertmanagers_discovered", "1x240"),
    ("alertmanager_config_last_reload_successful", "1x240"),
    ("alloy_config_last_load_successful", "1x240"),
    (
        r#"alloy_component_controller_running_components{health_type="unhealthy"}"#,
        "0x240",
    ),
    (
        r#"telemetry_spans_dropped_total{job="api",reason="queue_full"}"#,
        "7x240",
    ),
    (
        r#"telemetry_log_lines_dropped_total{job="api",reason="queue_full"}"#,
        "7x240",
    ),
    ("otelcol_receiver_accepted_spans_total", "0+10x240"),
    ("tempo_distributor_spans_received_total", "0+10x240"),
];

/// What promtool is asked: these series in, these alerts firing after 50 minutes.
fn case(series: &[(&str, &str)], firing: &[&str]) -> String {
    let mut text = String::from("- interval: 15s\n  input_series:\n");
    for (series, values) in series {
        writeln!(text, "  - {{ series: '{series}', values: '{values}' }}").unwrap();
    }
    text += "  promql_expr_test:\n  - expr: group by (alertname) (ALERTS{alertstate=\"firing\"})\n";
    text += "    eval_time: 50m\n    exp_samples:\n";
    for alert in firing {
        writeln!(
            text,
            "    - {{ labels: '{{alertname=\"{alert}\"}}', value: 1 }}"
        )
        .unwrap();
    }
    text
}

#[test]
fn in_trouble_all_of_them_fire_and_else_none() {
    // Alerts that people wrote; those of SLOs have tests of their own.
    let written = obsctl_stack::stack();
    let folder = tempfile::tempdir().unwrap();
    let artifacts = generate::run(&Project::link(written.clone()), Environment::Compose);
    let mut test = String::from("evaluation_interval: 15s\nrule_files:\n");
    let mut alerts = vec![];
    for group in &written.rule_groups {
        if group.rules[0].query().engine() != Engine::Prometheus {
            continue;
        }
        let file = format!("{}.yml", group.name);
        let (_, rules) = artifacts
            .iter()
            .find(|(path, _)| *path == format!("alerts/prometheus/{file}"))
            .unwrap();
        std::fs::write(folder.path().join(&file), rules).unwrap();
        writeln!(test, "- {file}").unwrap();
        alerts.extend(group.rules.iter().filter_map(|rule| match rule {
            Rule::Alert(alert) => Some(alert.name.as_str()),
            Rule::Record(_) => None,
        }));
    }
    test += "tests:\n";
    test += &case(BROKEN, &alerts);
    test += &case(WELL, &["Watchdog"]);
    std::fs::write(folder.path().join("all.test.yml"), test).unwrap();

    let Ok(output) = Command::new("promtool")
        .args(["test", "rules", "all.test.yml"])
        .current_dir(folder.path())
        .output()
    else {
        assert_ne!(std::env::var("CI").as_deref(), Ok("true"), "no promtool");
        eprintln!("NOTICE: promtool is not on PATH: that alerts fire was not tested");
        return;
    };
    assert!(
        output.status.success(),
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
}
