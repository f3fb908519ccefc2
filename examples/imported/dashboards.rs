use obsctl::model::prelude::*;

/// Dashboards as they were.
pub fn dashboards() -> Vec<Dashboard> {
    vec![
        shop::dashboard(),
        worker::dashboard(),
    ]
}

mod shop {
    use obsctl::model::prelude::*;

    pub(super) fn dashboard() -> Dashboard {
        Dashboard::new("shop", "Shop")
            .description("How the shop does.")
            .tags(["shop"])
            .refresh(mins(1))
            .last(hours(3))
            .variable(
                variable::datasource("source", DatasourceKind::Prometheus)
                    .label("Source")
                    .default("prometheus")
                    .sort(variable::Sort::Unsorted)
                    .refresh_on_open(),
            )
            .variable(
                variable::query("tenant", series_label_values("tenant", promql("shop_orders_total")))
                    .multi()
                    .all_value(".+")
                    .matching("/t-.*/")
                    .datasource(Datasource { kind: DatasourceKind::Prometheus, uid: "${source}".into() })
                    .json(json!({ "sort": 2 })),
            )
            .variable(
                variable::interval("step", [secs(30), mins(1), mins(5)])
                    .default("1m")
                    .sort(variable::Sort::Unsorted)
                    .json(json!({ "auto": true, "auto_count": 50 })),
            )
            .variable(
                variable::custom("quantile", [("0.5", "p50"), ("0.99", "p99")])
                    .default("0.99")
                    .sort(variable::Sort::Unsorted)
                    .refresh_on_open(),
            )
            .annotation(
                Annotation::new("Restarts", promql(r#"changes(process_start_time_seconds{job="shop"}[2m]) > 0"#))
                    .title("{{job}} started")
                    .tag("job")
                    .tag("instance")
                    .color(Color::Purple)
                    .step(mins(1))
                    .off()
                    .json(json!({ "datasource": { "uid": "${source}" } })),
            )
            .link(
                DashboardLink { to: obsctl::model::dashboard::DashboardLinkTarget::Tagged(vec!["shop".into(), "slo".into()]), ..DashboardLink::tagged("More", "shop") },
            )
            .link(
                DashboardLink::url("Manual", "https://example.com/manual")
                    .tooltip("How to read this")
                    .json(json!({ "icon": "doc" })),
            )
            .top(top())
            .row("Logs", logs_row())
            .add_row(
                Row::new("Orders of $tenant", orders_of_tenant())
                    .repeat("tenant")
                    .collapsed(),
            )
            .json(json!({ "editable": false, "timezone": "utc" }))
    }

    fn top() -> impl Panels {
        text(
            "",
            "# Shop\n\
            \n\
            \x20 Ask \"#shop\" first.\n\
            ",
        )
        .transparent()
        .height(3)
    }

    fn logs_row() -> impl Panels {
        (
            timeseries("Orders")
                .description("Orders per second.")
                .query(Promql::parse(
                    "sum by (outcome) (\n\
                    \x20 rate(shop_orders_total{tenant=~\"$tenant\"}[$__rate_interval])\n\
                    )",
                    obsctl::model::Origin::here(),
                ))
                .legend("{{outcome}}")
                .datasource(Datasource { kind: DatasourceKind::Prometheus, uid: "${source}".into() })
                .query_json(json!({ "interval": "$step" }))
                .query(promql(r#"shop_orders_waiting{tenant=~"$tenant"}"#))
                .ref_id("waiting")
                .legend("")
                .exemplars(true)
                .not_drawn()
                .datasource(Datasource { kind: DatasourceKind::Prometheus, uid: "${source}".into() })
                .query_json(json!({ "intervalFactor": 2 }))
                .line_width(2)
                .gradient()
                .show_gaps()
                .no_threshold_lines()
                .legend_as(timeseries::Legend::Right)
                .legend_values([Calculation::Mean, Calculation::Max])
                .legend_sorted_by(Calculation::Max)
                .tooltip(timeseries::Tooltip::All)
                .unit(Unit::RequestsPerSecond)
                .threshold(12.5, Color::Hex("semi-dark-red".into()))
                .field(
                    by_regex("fail.*")
                        .color(Color::Red)
                        .other("custom.lineWidth", json!(4))
                        .unit(Unit::Ratio),
                )
                .field(
                    by_other("byType", json!("string"))
                        .other("custom.hideFrom", json!({ "legend": false, "tooltip": true, "viz": true })),
                )
                .data_link(Link::dashboard("Tenant", "tenant").set("tenant", "$tenant"))
                .min_step(secs(30))
                .last(hours(2))
                .at(0, 0),
            plugin(
                "Payments",
                "piechart",
                json!({ "legend": { "displayMode": "table", "values": ["percent"] }, "pieType": "donut" }),
            )
            .query(promql("sum by (method) (shop_payments)"))
            .instant()
            .custom(json!({ "hideFrom": { "legend": false } }))
            .unit(Unit::None)
            .width(7)
            .at(12, 0)
            .json(json!({ "pluginVersion": "11.1.0" })),
            stat("Up")
                .query(promql(r#"up{job="shop"}"#))
                .legend("")
                .datasource(Datasource { kind: DatasourceKind::Prometheus, uid: "${source}".into() })
                .value(Calculation::Min)
                .number_only()
                .colored_background()
                .base_color(Color::Red)
                .threshold(1.0, Color::Green)
                .mapping(Mapping::value("0", "down").color(Color::Red))
                .mapping(Mapping::value("1", "up"))
                .mapping(Mapping::special(Special::Null, "gone"))
                .at(20, 0)
                .repeat("tenant", 3),
        )
    }

    fn orders_of_tenant() -> impl Panels {
        table("Slow orders")
            .query(
                other_query("mysql", "orders", json!({ "rawSql": "select paid from orders", "format": "table" })),
            )
            .highest_first("Paid")
            .filterable()
            .threshold(80.0, Color::Red)
            .field(by_name("Paid").other("custom.cellOptions", json!({ "type": "gauge", "mode": "lcd" })))
            .transform(
                transform::organize()
                    .hide("Time")
                    .rename("a", "Paid")
                    .order(["b", "a"]),
            )
            .transform(transform::other(
                json!({ "id": "calculateField", "options": { "mode": "binary", "alias": "Rest" } }),
            ))
            .width(24)
            .height(9)
            .json(json!({ "fieldConfig": { "defaults": { "custom": { "align": "left" } } } }))
    }
}

mod worker {
    use obsctl::model::prelude::*;

    pub(super) fn dashboard() -> Dashboard {
        Dashboard::new("worker", "Worker")
            .description(
                "Do the workers keep up? Queues, throughput, failures and retries by job type, and what each worker does.",
            )
            .tags(["obsctl", "use", "worker"])
            .variable(variable::query(
                "job_type",
                series_label_values("job_type", promql("worker_job_duration_seconds_count")),
            )
            .label("Job type")
            .description("Kinds of jobs the workers run")
            .multi()
            .include_all())
            .variable(
                variable::query("queue", series_label_values("queue_name", promql("worker_queue_depth")))
                    .label("Queue")
                    .description("Queues of the broker")
                    .multi()
                    .include_all(),
            )
            .variable(
                variable::query("worker", series_label_values("worker_id", promql("worker_active_tasks")))
                    .label("Worker")
                    .description("Worker processes")
                    .multi()
                    .include_all(),
            )
            .variable(
                variable::custom("concurrency", ["1", "2", "4", "8", "16", "32"])
                    .label("Slots per worker")
                    .description(
                        "How many tasks one worker runs at once (`--concurrency`): what utilization is measured against",
                    )
                    .default("4")
                    .sort(variable::Sort::Unsorted)
                    .refresh_on_open(),
            )
            .annotation(Annotation::new(
                "Alerts",
                promql(r#"ALERTS{alertstate="firing", severity!="info", team="integrations"}"#),
            )
            .title("{{alertname}}")
            .text("{{severity}}, team {{team}}")
            .tag("severity")
            .color(Color::Red)
            .step(mins(1)))
            .annotation(Annotation::new(
                "Deployments and restarts",
                promql(r#"changes(process_start_time_seconds{job="worker"}[2m]) > 0"#),
            )
            .title("{{job}} started")
            .text("{{instance}}")
            .tag("job")
            .color(Color::Purple)
            .step(mins(1)))
            .link(DashboardLink::tagged("Dashboards", "obsctl").tooltip("All dashboards of the stack"))
            .link(DashboardLink::tagged("SLOs", "slo").tooltip("Objectives and their error budgets"))
            .link(DashboardLink::tagged("Runbooks", "runbook").tooltip("What to do when an alert fires"))
            .link(DashboardLink::to("Overview", "overview").tooltip("Everything at a glance"))
            .link(DashboardLink::to("External APIs", "external-apis").tooltip("What jobs wait for"))
            .link(DashboardLink::to("Logs", "logs").tooltip("Log lines at the same time"))
            .link(DashboardLink::to("Traces", "traces").tooltip("Traces at the same time"))
            .row("Right now", right_now())
            .row("Queues", queues())
            .row("Throughput and failures", throughput_and_failures())
            .row("Duration", duration())
            .row("Job types", job_types())
            .row("Workers", workers())
            .row("Alerts and failures", alerts_and_failures())
    }

    fn right_now() -> impl Panels {
        (
            stat("Backlog")
                .description(
                    "Tasks waiting in the chosen queues. Red is where the backlog alert fires for one queue.",
                )
                .query(promql(r#"sum(max by (queue_name) (worker_queue_depth{queue_name=~"$queue"}))"#))
                .unit(Unit::None)
                .threshold(50.0, Color::Orange)
                .threshold(100.0, Color::Red)
                .width(4),
            stat("Time to drain")
                .description(
                    "How long the backlog takes at today's pace. It grows without end when more comes in than is done.",
                )
                .query(
                    promql(
                        r#"sum(max by (queue_name) (worker_queue_depth{queue_name=~"$queue"})) / sum(rate(worker_jobs_total{job_type=~"$job_type"}[$__rate_interval]))"#,
                    ),
                )
                .unit(Unit::Seconds)
                .threshold(300.0, Color::Orange)
                .threshold(1800.0, Color::Red)
                .mapping(Mapping::special(Special::NullOrNan, "idle").color(Color::Green))
                .width(4),
            stat("Throughput")
                .description("Jobs finished per second, well or not. Worry when it falls while the backlog grows.")
                .query(promql(r#"sum(rate(worker_jobs_total{job_type=~"$job_type"}[$__rate_interval]))"#))
                .unit(Unit::PerSecond)
                .color(Color::Blue)
                .width(4),
            stat("Failure ratio")
                .description("Failed jobs over all. Red is where the alert on failing jobs fires.")
                .query(
                    promql(
                        r#"(sum(rate(worker_jobs_total{job_type=~"$job_type", status="failed"}[$__rate_interval])) or sum(rate(worker_jobs_total{job_type=~"$job_type"}[$__rate_interval])) * 0) / sum(rate(worker_jobs_total{job_type=~"$job_type"}[$__rate_interval]))"#,
                    ),
                )
                .unit(Unit::Ratio)
                .decimals(1)
                .threshold(0.05, Color::Orange)
                .threshold(0.1, Color::Red)
                .data_link(
                    Link::url(
                        "Failed jobs",
                        "/explore?schemaVersion=1&panes=%7B%22a%22%3A%7B%22datasource%22%3A%22loki%22%2C%22queries%22%3A%5B%7B%22refId%22%3A%22A%22%2C%22datasource%22%3A%7B%22type%22%3A%22loki%22%2C%22uid%22%3A%22loki%22%7D%2C%22expr%22%3A%22%7Bservice_name%3D%5C%22worker%5C%22%7D%20%7C%20json%20%7C%20event%3D~%5C%22sync_job_failed%7Cworker_task_retried%7Cdecryption_failed%5C%22%20%7C%20job_type%3D~%5C%22${job_type:pipe}%5C%22%22%2C%22queryType%22%3A%22range%22%7D%5D%2C%22range%22%3A%7B%22from%22%3A%22${__from}%22%2C%22to%22%3A%22${__to}%22%7D%7D%7D",
                    ),
                )
                .width(4),
            stat("Utilization")
                .description(
                    "Taken slots over all slots of the chosen workers. Above 90 % new work waits; at 0 with a backlog the workers are stuck.",
                )
                .query(
                    promql(r#"avg(avg by (worker_id) (worker_active_tasks{worker_id=~"$worker"}) / $concurrency)"#),
                )
                .unit(Unit::Ratio)
                .threshold(0.7, Color::Orange)
                .threshold(0.9, Color::Red)
                .width(4),
            stat("Workers")
                .description(
                    "Worker processes that report. Fewer than were started: look for a crash or a missing scrape.",
                )
                .query(promql(r#"count(worker_active_tasks{worker_id=~"$worker"})"#))
                .unit(Unit::None)
                .base_color(Color::Red)
                .threshold(1.0, Color::Green)
                .no_value("0")
                .width(4),
        )
    }

    fn queues() -> impl Panels {
        (
            timeseries("Queue backlog size")
                .description("Tasks waiting, by queue. Above the line for five minutes the backlog alert fires.")
                .query(promql(r#"max by (queue_name) (worker_queue_depth{queue_name=~"$queue"})"#))
                .legend("{{queue_name}}")
                .soft_max(100.0)
                .unit(Unit::None)
                .threshold(100.0, Color::Red)
                .width(8),
            timeseries("Queue growth")
                .description(
                    "Tasks added less tasks taken, per second. Above zero for long means: more workers, or less work.",
                )
                .query(promql(r#"max by (queue_name) (deriv(worker_queue_depth{queue_name=~"$queue"}[10m]))"#))
                .legend("{{queue_name}}")
                .unit(Unit::PerSecond)
                .width(8),
            timeseries("Task throughput by queue")
                .description(
                    "Jobs finished per second by the queue their type is routed to. Compare with growth: a queue that is not served shows nothing here.",
                )
                .query(
                    promql(
                        r#"sum by (queue_name) (label_replace(rate(worker_jobs_total[$__rate_interval]), "queue_name", "$1", "job_type", "(?:.*_)?(.+)"))"#,
                    ),
                )
                .legend("{{queue_name}}")
                .stacked()
                .unit(Unit::PerSecond)
                .width(8),
        )
    }

    fn throughput_and_failures() -> impl Panels {
        (
            timeseries("Job throughput")
                .description(
                    "Jobs finished per second by type, well or not. A type that stops is not scheduled or not taken.",
                )
                .query(
                    promql(r#"sum by (job_type) (rate(worker_jobs_total{job_type=~"$job_type"}[$__rate_interval]))"#),
                )
                .legend("{{job_type}}")
                .stacked()
                .unit(Unit::PerSecond)
                .data_link(
                    Link::url(
                        "Log lines of this type",
                        "/explore?schemaVersion=1&panes=%7B%22a%22%3A%7B%22datasource%22%3A%22loki%22%2C%22queries%22%3A%5B%7B%22refId%22%3A%22A%22%2C%22datasource%22%3A%7B%22type%22%3A%22loki%22%2C%22uid%22%3A%22loki%22%7D%2C%22expr%22%3A%22%7Bservice_name%3D%5C%22worker%5C%22%7D%20%7C%20json%20%7C%20job_type%3D%5C%22${__field.labels.job_type:percentencode}%5C%22%22%2C%22queryType%22%3A%22range%22%7D%5D%2C%22range%22%3A%7B%22from%22%3A%22${__from}%22%2C%22to%22%3A%22${__to}%22%7D%7D%7D",
                    ),
                )
                .width(8),
            timeseries("Failed task trend")
                .description(
                    "Failed jobs per second by type. One type: its provider; all types: database, broker or a release.",
                )
                .query(
                    promql(
                        r#"sum by (job_type) (rate(worker_jobs_total{job_type=~"$job_type", status="failed"}[$__rate_interval]))"#,
                    ),
                )
                .legend("{{job_type}}")
                .stacked()
                .unit(Unit::PerSecond)
                .data_link(
                    Link::url(
                        "Failed jobs of this type",
                        "/explore?schemaVersion=1&panes=%7B%22a%22%3A%7B%22datasource%22%3A%22loki%22%2C%22queries%22%3A%5B%7B%22refId%22%3A%22A%22%2C%22datasource%22%3A%7B%22type%22%3A%22loki%22%2C%22uid%22%3A%22loki%22%7D%2C%22expr%22%3A%22%7Bservice_name%3D%5C%22worker%5C%22%7D%20%7C%20json%20%7C%20event%3D%5C%22sync_job_failed%5C%22%20%7C%20job_type%3D%5C%22${__field.labels.job_type:percentencode}%5C%22%22%2C%22queryType%22%3A%22range%22%7D%5D%2C%22range%22%3A%7B%22from%22%3A%22${__from}%22%2C%22to%22%3A%22${__to}%22%7D%7D%7D",
                    ),
                )
                .data_link(
                    Link::url(
                        "Traces of failed jobs",
                        "/explore?schemaVersion=1&panes=%7B%22a%22%3A%7B%22datasource%22%3A%22tempo%22%2C%22queries%22%3A%5B%7B%22refId%22%3A%22A%22%2C%22datasource%22%3A%7B%22type%22%3A%22tempo%22%2C%22uid%22%3A%22tempo%22%7D%2C%22query%22%3A%22%7B%20resource.service.name%20%3D%20%5C%22worker%5C%22%20%26%26%20span.job_type%20%3D%20%5C%22${__field.labels.job_type:percentencode}%5C%22%20%26%26%20status%20%3D%20error%20%7D%22%2C%22queryType%22%3A%22traceql%22%7D%5D%2C%22range%22%3A%7B%22from%22%3A%22${__from}%22%2C%22to%22%3A%22${__to}%22%7D%7D%7D",
                    ),
                )
                .width(8),
            timeseries("Failure ratio by job type")
                .description("Failed jobs over all, by type. Above the line the alert on failing jobs fires.")
                .query(
                    promql(
                        r#"(sum by (job_type) (rate(worker_jobs_total{job_type=~"$job_type", status="failed"}[$__rate_interval])) or sum by (job_type) (rate(worker_jobs_total{job_type=~"$job_type"}[$__rate_interval])) * 0) / sum by (job_type) (rate(worker_jobs_total{job_type=~"$job_type"}[$__rate_interval]))"#,
                    ),
                )
                .legend("{{job_type}}")
                .unit(Unit::Ratio)
                .min(0.0)
                .threshold(0.1, Color::Red)
                .width(8),
            timeseries("Retry rate by job type")
                .description(
                    "Retries per second by type. Many retries with few failures is a provider that limits or stumbles.",
                )
                .query(
                    promql(
                        r#"sum by (job_type) (rate(worker_job_retries_total{job_type=~"$job_type"}[$__rate_interval]))"#,
                    ),
                )
                .legend("{{job_type}}")
                .stacked()
                .unit(Unit::PerSecond)
                .data_link(
                    Link::url(
                        "Retries of this type",
                        "/explore?schemaVersion=1&panes=%7B%22a%22%3A%7B%22datasource%22%3A%22loki%22%2C%22queries%22%3A%5B%7B%22refId%22%3A%22A%22%2C%22datasource%22%3A%7B%22type%22%3A%22loki%22%2C%22uid%22%3A%22loki%22%7D%2C%22expr%22%3A%22%7Bservice_name%3D%5C%22worker%5C%22%7D%20%7C%20json%20%7C%20event%3D%5C%22worker_task_retried%5C%22%20%7C%20job_type%3D%5C%22${__field.labels.job_type:percentencode}%5C%22%22%2C%22queryType%22%3A%22range%22%7D%5D%2C%22range%22%3A%7B%22from%22%3A%22${__from}%22%2C%22to%22%3A%22${__to}%22%7D%7D%7D",
                    ),
                ),
            timeseries("Rows processed")
                .description("Rows created and updated per second. Jobs that run without rows do nothing useful.")
                .query(
                    promql(
                        r#"sum by (job_type, operation) (rate(worker_rows_processed_total{job_type=~"$job_type"}[$__rate_interval]))"#,
                    ),
                )
                .legend("{{job_type}} {{operation}}")
                .stacked()
                .unit(Unit::PerSecond),
        )
    }

    fn duration() -> impl Panels {
        (
            timeseries("Job duration")
                .description(
                    "Half, 95 % and 99 % of jobs are faster. Dots are traces: open one to see what a slow job waited for.",
                )
                .query(
                    promql(
                        r#"histogram_quantile(0.5, sum by (le) (rate(worker_job_duration_seconds_bucket{job_type=~"$job_type"}[$__rate_interval])))"#,
                    ),
                )
                .legend("p50")
                .query(
                    promql(
                        r#"histogram_quantile(0.95, sum by (le) (rate(worker_job_duration_seconds_bucket{job_type=~"$job_type"}[$__rate_interval])))"#,
                    ),
                )
                .legend("p95")
                .query(
                    promql(
                        r#"histogram_quantile(0.99, sum by (le) (rate(worker_job_duration_seconds_bucket{job_type=~"$job_type"}[$__rate_interval])))"#,
                    ),
                )
                .legend("p99")
                .unit(Unit::Seconds)
                .width(8),
            timeseries("p95 duration by job type")
                .description(
                    "95 % of jobs of a type are faster. A type that slows down holds slots that others wait for.",
                )
                .query(
                    promql(
                        r#"histogram_quantile(0.95, sum by (job_type, le) (rate(worker_job_duration_seconds_bucket{job_type=~"$job_type"}[$__rate_interval])))"#,
                    ),
                )
                .legend("{{job_type}}")
                .unit(Unit::Seconds)
                .data_link(
                    Link::url(
                        "Log lines of this type",
                        "/explore?schemaVersion=1&panes=%7B%22a%22%3A%7B%22datasource%22%3A%22loki%22%2C%22queries%22%3A%5B%7B%22refId%22%3A%22A%22%2C%22datasource%22%3A%7B%22type%22%3A%22loki%22%2C%22uid%22%3A%22loki%22%7D%2C%22expr%22%3A%22%7Bservice_name%3D%5C%22worker%5C%22%7D%20%7C%20json%20%7C%20job_type%3D%5C%22${__field.labels.job_type:percentencode}%5C%22%22%2C%22queryType%22%3A%22range%22%7D%5D%2C%22range%22%3A%7B%22from%22%3A%22${__from}%22%2C%22to%22%3A%22${__to}%22%7D%7D%7D",
                    ),
                )
                .width(8),
            heatmap("Duration distribution")
                .description("How many jobs took how long. A band near the top is jobs that run into a limit.")
                .query(
                    promql(
                        r#"sum by (le) (increase(worker_job_duration_seconds_bucket{job_type=~"$job_type"}[$__rate_interval]))"#,
                    ),
                )
                .unit(Unit::Seconds)
                .width(8),
        )
    }

    fn job_types() -> impl Panels {
        table("Job types")
            .description("Every job type over the time shown. Click a type for its log lines.")
            .query(promql(r#"sum by (job_type) (rate(worker_jobs_total{job_type=~"$job_type"}[$__range]))"#))
            .query(
                promql(
                    r#"(sum by (job_type) (rate(worker_jobs_total{job_type=~"$job_type", status="failed"}[$__range])) or sum by (job_type) (rate(worker_jobs_total{job_type=~"$job_type"}[$__range])) * 0) / sum by (job_type) (rate(worker_jobs_total{job_type=~"$job_type"}[$__range]))"#,
                ),
            )
            .query(
                promql(r#"sum by (job_type) (increase(worker_job_retries_total{job_type=~"$job_type"}[$__range]))"#),
            )
            .query(
                promql(
                    r#"histogram_quantile(0.5, sum by (job_type, le) (rate(worker_job_duration_seconds_bucket{job_type=~"$job_type"}[$__range])))"#,
                ),
            )
            .query(
                promql(
                    r#"histogram_quantile(0.95, sum by (job_type, le) (rate(worker_job_duration_seconds_bucket{job_type=~"$job_type"}[$__range])))"#,
                ),
            )
            .query(promql(
                r#"sum by (job_type) (rate(worker_job_duration_seconds_sum{job_type=~"$job_type"}[$__range]))"#,
            ))
            .highest_first("Jobs")
            .unit(Unit::PerSecond)
            .field(by_name("Jobs").unit(Unit::PerSecond))
            .field(by_name("Failed").unit(Unit::Ratio))
            .field(by_name("Retries").unit(Unit::None))
            .field(by_name("p50").unit(Unit::Seconds))
            .field(by_name("p95").unit(Unit::Seconds))
            .field(by_name("Slots taken").unit(Unit::None))
            .field(
                by_name("Failed")
                    .cell(Cell::ColoredText)
                    .thresholds([(0.05, Color::Orange), (0.1, Color::Red)]),
            )
            .field(by_name("Retries").decimals(0))
            .field(by_name("Slots taken").decimals(2))
            .field(
                by_name("job_type")
                    .links(
                        [
                            Link::url(
                                "Log lines",
                                "/explore?schemaVersion=1&panes=%7B%22a%22%3A%7B%22datasource%22%3A%22loki%22%2C%22queries%22%3A%5B%7B%22refId%22%3A%22A%22%2C%22datasource%22%3A%7B%22type%22%3A%22loki%22%2C%22uid%22%3A%22loki%22%7D%2C%22expr%22%3A%22%7Bservice_name%3D%5C%22worker%5C%22%7D%20%7C%20json%20%7C%20job_type%3D%5C%22${__data.fields.job_type:percentencode}%5C%22%22%2C%22queryType%22%3A%22range%22%7D%5D%2C%22range%22%3A%7B%22from%22%3A%22${__from}%22%2C%22to%22%3A%22${__to}%22%7D%7D%7D",
                            ),
                        ],
                    ),
            )
            .transform(transform::merge())
            .transform(
                transform::organize()
                    .hide("Time")
                    .rename("Value", "Jobs")
                    .rename("Value #A", "Jobs")
                    .rename("Value #B", "Failed")
                    .rename("Value #C", "Retries")
                    .rename("Value #D", "p50")
                    .rename("Value #E", "p95")
                    .rename("Value #F", "Slots taken"),
            )
            .width(24)
            .height(7)
    }

    fn workers() -> impl Panels {
        (
            timeseries("Worker utilization")
                .description(
                    "Taken slots over all, by worker. All at 100 %: add workers. One at 100 % alone: a task that does not end.",
                )
                .query(promql(r#"avg by (worker_id) (worker_active_tasks{worker_id=~"$worker"}) / $concurrency"#))
                .legend("{{worker_id}}")
                .unit(Unit::Ratio)
                .min(0.0)
                .max(1.0)
                .threshold(0.9, Color::Red)
                .width(8),
            timeseries("Active tasks")
                .description(
                    "Tasks being executed, by worker. Uneven lines are long tasks that were dealt to the same worker.",
                )
                .query(promql(r#"sum by (worker_id) (worker_active_tasks{worker_id=~"$worker"})"#))
                .legend("{{worker_id}}")
                .stacked()
                .steps()
                .unit(Unit::None)
                .width(8),
            timeseries("CPU and memory")
                .description(
                    "Processor time (left, 100 % is one core) and memory (right) of the worker processes. Memory that never falls is a leak.",
                )
                .query(
                    promql(r#"sum by (instance) (rate(process_cpu_seconds_total{job="worker"}[$__rate_interval]))"#),
                )
                .legend("{{instance}} CPU")
                .query(promql(r#"sum by (instance) (process_resident_memory_bytes{job="worker"})"#))
                .legend("{{instance}} memory")
                .unit(Unit::Ratio)
                .field(
                    by_query("B")
                        .unit(Unit::Bytes)
                        .right_axis(),
                )
                .width(8),
        )
    }

    fn alerts_and_failures() -> impl Panels {
        (
            alert_list("Alerts")
                .description(
                    "Alerts that fire or are pending, with a link to their rule; each leads to its runbook. Empty is good.",
                )
                .matching(r#"{severity!="info", team=~"integrations"}"#)
                .width(8)
                .height(10),
            logs("Failed and retried jobs")
                .description(
                    "Lines of jobs that failed or are tried again. Open one for its error, and the way to its trace.",
                )
                .query(
                    logql(
                        r#"{service_name="worker"} | json | event=~"sync_job_failed|worker_task_retried|decryption_failed" | job_type=~"$job_type""#,
                    ),
                )
                .limit(200)
                .width(16),
        )
    }
}
