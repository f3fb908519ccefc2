//! Deliberate defects in a copy of the reference stack: each is found, and no other error is.

mod found;
mod seed;

use obsctl::model::dashboard::panel::{gauge, plugin, stat};
use obsctl::model::dashboard::written::WrittenPanel;
use obsctl::model::dashboard::{
    Color, Datasource, DatasourceKind, Evaluation, Panel, Query, Row, Variable, other_query,
};
use obsctl::model::prelude::{
    Indicator, Runbook, Slug, Stack, Uid, promql, timeseries, traceql, traces, variable,
};
use obsctl::model::{
    Allow, Domain, ExposedName, LabelDef, LabelMatch, Objective, Origin, ProvisionedDatasource,
    Receiver, Route, Rule, RuleGroup, RuleTest, SignalLink, Taken, fires, mins, secs,
};
use serde_json::json;

use self::seed::{
    add, alert, condition, log_condition, metric, panel, recording, replace, requests, written,
};

/// A check, and how to make what it finds.
type Defect = (&'static str, fn(&mut Stack));

const DEFECTS: &[Defect] = &[
    ("absent-of-groups", |stack| {
        condition(stack, "absent(sum by (job) (up))");
    }),
    ("alert-always-fires", |stack| {
        condition(stack, "sum(up)");
    }),
    ("alert-cannot-fire", |stack| {
        condition(stack, "sum(up) > 5 and sum(up) < 3");
    }),
    ("alert-without-runbook", |stack| alert(stack).runbook = None),
    ("all-values-joined", |stack| {
        let of = promql("api_requests_total");
        let choice = variable::query("x", variable::series_label_values("tenant_id", of));
        stack.dashboards[0].variables.push(Variable {
            include_all: true,
            ..choice
        });
        add(stack, timeseries("$x").query(requests()));
    }),
    ("average-of-quantiles", |stack| {
        condition(
            stack,
            "avg(histogram_quantile(0.9, rate(api_request_duration_seconds_bucket[5m]))) > 1",
        );
    }),
    ("broken-rule-test", |stack| {
        stack.tests.push(RuleTest::new("nothing"));
    }),
    ("buckets-not-summed", |stack| {
        condition(
            stack,
            "histogram_quantile(0.9, max by (le) (rate(api_request_duration_seconds_bucket[5m]))) > 1",
        );
    }),
    ("burn-rate-out-of-reach", |stack| {
        stack.slos[0].objective = Objective::percent(90.0).expect("it is one");
    }),
    ("chained-comparison", |stack| {
        condition(stack, "sum(api_active_connections) > sum(up) > 1");
    }),
    ("comparison-always-true", |stack| {
        condition(stack, "sum(rate(api_requests_total[5m])) >= 0");
    }),
    ("comparison-never-true", |stack| {
        condition(stack, "count(up) == 0");
    }),
    ("comparison-with-nan", |stack| {
        condition(stack, "sum(api_active_connections) == NaN");
    }),
    ("conflicting-containers", |stack| {
        let again = stack.workloads[0].clone();
        stack.workloads.push(again);
    }),
    ("contradicting-matchers", |stack| {
        condition(stack, "count(up{instance=\"a\", instance=\"b\"}) > 1");
    }),
    ("costly-stream-label", |stack| {
        let domain = Domain::Unbounded {
            budget: 500,
            example: "acme".to_owned(),
        };
        let name = ExposedName::from_static("tenant_id");
        stack.logs.stream_labels.push(LabelDef { name, domain });
    }),
    ("counter-without-rate", |stack| {
        replace(
            stack,
            "rate(api_request_duration_seconds_count[5m])",
            "api_request_duration_seconds_count",
        );
    }),
    ("datasource-choice-ignored", |stack| {
        let kind = DatasourceKind::Prometheus;
        let choice = variable::datasource("source", kind);
        stack.dashboards[0].variables.push(choice);
        for uid in ["$source", "${source}", "prometheus-2"] {
            let datasource = Some(Datasource {
                kind,
                uid: uid.into(),
            });
            let query = Query {
                datasource,
                ..requests().into()
            };
            add(stack, timeseries(uid.trim_start_matches('$')).query(query));
        }
    }),
    ("delta-of-counter", |stack| {
        condition(stack, "sum(delta(api_requests_total[5m])) > 1");
    }),
    ("dependency-cycle", |stack| {
        let (first, second) = (
            stack.workloads[0].name.clone(),
            stack.workloads[1].name.clone(),
        );
        stack.workloads[0].after = vec![second];
        stack.workloads[1].after = vec![first];
    }),
    ("deprecated-panel-type", |stack| {
        add(stack, plugin("x", "graph", json!({})).query(requests()));
    }),
    ("duplicate-metric", |stack| {
        let mut again = stack.metrics[0].clone();
        again.metrics.truncate(1);
        stack.metrics.push(again);
    }),
    ("duplicate-panel-id", |stack| {
        written(stack, 1, 0);
        written(stack, 1, 12);
    }),
    ("duplicate-ref-id", |stack| {
        let query = || Query {
            ref_id: Some("A".to_owned()),
            ..requests().into()
        };
        add(stack, timeseries("x").query(query()).query(query()));
    }),
    ("duplicate-rule", |stack| {
        let again = alert(stack).clone();
        stack.rule_groups[0].rules.push(Rule::Alert(again));
    }),
    ("duplicate-uid", |stack| {
        let again = stack.dashboards[0].clone();
        stack.dashboards.push(again);
    }),
    ("empty-row", |stack| {
        let row = Row::new("x", Vec::<Panel>::new());
        stack.dashboards[0].rows.push(row);
    }),
    ("expired-suppression", |stack| {
        let alert = condition(stack, "api_active_connections > 100");
        alert
            .allow
            .push(Allow::new("unbounded-label-kept", "for now").until(2025, 1, 1));
    }),
    ("failing-rule-test", |stack| {
        let test = RuleTest::new("nothing fires").at(mins(5), fires("TargetDown"));
        stack.tests.push(test);
    }),
    ("for-longer-than-range", |stack| {
        condition(stack, "sum(increase(api_requests_total[10m])) > 0").lasting = mins(15);
    }),
    ("for-shorter-than-interval", |stack| {
        alert(stack).lasting = secs(1);
    }),
    ("hidden-query-unused", |stack| {
        let hidden = Query {
            hidden: true,
            ..requests().into()
        };
        add(stack, timeseries("x").query(requests()).query(hidden));
    }),
    ("impossible-label-value", |stack| {
        replace(stack, "_bucket[5m]", "_bucket{method=~\"GET|PSOT\"}[5m]");
    }),
    ("inhibition-never-applies", |stack| {
        let routing = stack.routing.as_mut().expect("the stack routes alerts");
        routing.inhibitions[0].source = vec![LabelMatch::is("alertname", "Nobody")];
    }),
    ("interval-over-lookback", |stack| {
        let mut groups = stack.rule_groups.iter_mut();
        let group = groups.find(|group| matches!(group.rules[0], Rule::Record(_)));
        group.expect("the stack records").interval = Some(mins(10));
    }),
    ("invalid-routing", |stack| {
        let routing = stack.routing.as_mut().expect("the stack routes alerts");
        let route = Route::to("nobody").when(LabelMatch::is("team", "platform"));
        routing.root.routes.push(route);
    }),
    ("irate-in-alert", |stack| {
        condition(stack, "sum(irate(api_requests_total[5m])) > 1");
    }),
    ("label-lost-by-aggregation", |stack| {
        alert(stack).summary = "{{ $labels.method }} is slow".to_owned();
    }),
    ("metric-naming", |stack| metric(stack, "api_queue_gauge")),
    ("multi-value-in-equality", |stack| {
        let choice = variable::textbox("x").multi();
        stack.dashboards[0].variables.push(choice);
        let query = promql("sum(up{instance=\"$x\"})");
        add(stack, timeseries("$x").query(query));
    }),
    ("nan-in-aggregation", |stack| {
        condition(
            stack,
            "avg(rate(api_request_duration_seconds_sum[5m]) / rate(api_request_duration_seconds_count[5m])) > 1",
        );
    }),
    ("needless-regex", |stack| {
        replace(stack, "_bucket[5m]", "_bucket{path=~\"^/a\"}[5m]");
    }),
    ("operands-never-match", |stack| {
        condition(stack, "api_active_connections / up > 1");
    }),
    ("panel-not-shown", |stack| {
        let mut panel = timeseries("x").query(requests()).any();
        panel.written = WrittenPanel {
            unplaced: true,
            ..WrittenPanel::default()
        }
        .into();
        add(stack, panel);
    }),
    ("panel-without-query", |stack| {
        add(stack, timeseries("x"));
    }),
    ("panel-without-title", |stack| {
        add(stack, timeseries("").query(requests()));
    }),
    ("panel-without-unit", |stack| {
        panel(stack, "100 * sum(rate(api_requests_total[5m]))");
    }),
    ("panels-overlap", |stack| {
        written(stack, 1, 0);
        written(stack, 2, 6);
    }),
    ("parser-without-filter", |stack| {
        log_condition(
            stack,
            r#"sum(rate({service_name="api"} | json | event="x" [5m])) > 1"#,
        );
    }),
    ("pattern-in-equality", |stack| {
        condition(stack, "sum(up{instance=\"a|b\"}) > 1");
    }),
    ("personal-data-in-label", |stack| {
        let metrics = stack
            .metrics
            .iter_mut()
            .flat_map(|family| &mut family.metrics);
        let mut ours = metrics.filter(|metric| metric.name.as_str() == "api_active_connections");
        let metric = ours.next().expect("the reference stack has the metric");
        let mut label = metric.labels[0].clone();
        label.name = ExposedName::from_static("user_email");
        metric.labels.push(label);
    }),
    ("quantile-of-non-histogram", |stack| {
        condition(
            stack,
            "histogram_quantile(0.9, rate(api_requests_total[5m])) > 1",
        );
    }),
    ("quantile-out-of-range", |stack| {
        condition(
            stack,
            "histogram_quantile(95, sum by (le) (rate(api_request_duration_seconds_bucket[5m]))) > 1",
        );
    }),
    ("quantile-without-le", |stack| {
        replace(stack, "(path, le)", "(path)");
    }),
    ("query-reference-missing", |stack| {
        let json = json!({ "type": "math", "expression": "$X" });
        let expression = other_query("__expr__", "__expr__", json);
        add(stack, timeseries("x").query(expression));
    }),
    ("range-shorter-than-scrapes", |stack| {
        replace(stack, "_bucket[5m]", "_bucket[10s]");
    }),
    ("rate-of-gauge", |stack| {
        condition(stack, "sum(rate(api_active_connections[5m])) > 1");
    }),
    ("rate-of-result", |stack| {
        condition(stack, "rate(sum(api_requests_total)[5m:1m]) > 1");
    }),
    ("rate-over-interval", |stack| {
        panel(stack, "sum(rate(api_requests_total[$__interval]))");
    }),
    ("raw-value-in-text", |stack| {
        alert(stack).summary = "{{ $value }} long".to_owned();
    }),
    ("recorded-after-use", |stack| {
        condition(stack, "sum(job:up:sum) < 1");
        let mut groups = stack.rule_groups.iter_mut();
        let group = groups.find(|group| {
            group
                .rules
                .iter()
                .any(|rule| rule.name() == "HighApiLatency")
        });
        group
            .expect("the alert has a group")
            .rules
            .push(recording());
    }),
    ("redundant-part", |stack| {
        condition(stack, "sum by (job, job) (up) == 0");
    }),
    ("repeat-of-single-value", |stack| {
        stack.dashboards[0].variables.push(variable::textbox("x"));
        add(stack, timeseries("$x").query(requests()).repeat("x", 2));
    }),
    ("runbook-without-alert", |stack| {
        let id = Slug::from_static("forgotten");
        stack
            .runbooks
            .push(Runbook::new(id, "Forgotten", "nothing"));
    }),
    ("same-operands", |stack| {
        condition(
            stack,
            "sum(rate(api_requests_total[5m])) / sum(rate(api_requests_total[5m])) > 0",
        );
    }),
    ("series-budget", |stack| {
        panel(
            stack,
            "sum by (path, status_code) (rate(api_requests_total[5m]))",
        );
    }),
    ("sort-in-rule", |stack| {
        condition(stack, "sort(sum(api_active_connections)) > 1");
    }),
    ("subquery-step-over-range", |stack| {
        condition(
            stack,
            "max_over_time(sum(api_active_connections)[1m:1h]) > 1",
        );
    }),
    ("syntax", |stack| {
        condition(stack, "sum(rate(api_requests_total[5m]) > 1");
    }),
    ("template-syntax", |stack| {
        alert(stack).summary = "{{ humanise $value }}".to_owned();
    }),
    ("template-unknown-label", |stack| {
        alert(stack).summary = "{{ $labels.route }} is slow".to_owned();
    }),
    ("threshold-out-of-reach", |stack| {
        let mut shown = stat("x")
            .query(requests())
            .threshold(80.0, Color::Red)
            .any();
        shown.grafana_unit = Some("percentunit".to_owned());
        stack.dashboards[0].top.push(shown);
    }),
    ("topk-in-alert", |stack| {
        condition(
            stack,
            "topk(3, sum by (path) (rate(api_requests_total[5m]))) > 1",
        );
    }),
    ("unbounded-label-kept", |stack| {
        condition(stack, "api_active_connections > 100");
    }),
    ("unescaped-dot", |stack| {
        condition(stack, "count(up{instance=~\"10.0.0.1:.*\"}) > 1");
    }),
    ("unit-mismatch", |stack| {
        panel(
            stack,
            "sum(rate(api_request_duration_seconds_sum[5m])) / sum(rate(api_request_duration_seconds_count[5m]))",
        );
    }),
    ("unknown-capture-group", |stack| {
        condition(
            stack,
            "label_replace(sum by (job) (up), \"page\", \"$1_page\", \"job\", \"(.*)\") > 1",
        );
    }),
    ("unknown-label", |stack| {
        replace(stack, "_bucket[5m]", "_bucket{route=\"/\"}[5m]");
    }),
    ("unknown-link-field", |stack| {
        stack.datasources.push(ProvisionedDatasource {
            name: "Loki".to_owned(),
            uid: String::new(),
            plugin: "loki".to_owned(),
            links: vec![SignalLink {
                what: "derived field `Trace`".to_owned(),
                to: String::new(),
                takes: Taken::LogField("^traceID$".to_owned()),
                asks: None,
                origin: Origin::none(),
            }],
            origin: Origin::none(),
        });
    }),
    ("unknown-log-field", |stack| {
        log_condition(
            stack,
            r#"sum(rate({service_name="api"} |= "x" | json | evant="x" [5m])) > 1"#,
        );
    }),
    ("unknown-metric", |stack| {
        replace(
            stack,
            "api_request_duration_seconds_bucket",
            "api_requests_duration_seconds_bucket",
        );
    }),
    ("unknown-reference", |stack| {
        alert(stack).dashboard = Some(Uid::from_static("nowhere"));
    }),
    ("unknown-span-attribute", |stack| {
        add(
            stack,
            traces("x").query(traceql("{ span.tenent_id = \"acme\" }")),
        );
    }),
    ("unknown-suppression", |stack| {
        alert(stack)
            .allow
            .push(Allow::new("unknown-metrics", "a slip"));
    }),
    ("unmeasurable-slo", |stack| {
        for slo in &mut stack.slos {
            if let Indicator::Latency { threshold, .. } = &mut slo.indicator {
                *threshold = 0.3;
            }
        }
    }),
    ("unreachable-route", |stack| {
        let routing = stack.routing.as_mut().expect("the stack routes alerts");
        let route = Route::to(routing.root.receiver.clone()).when(LabelMatch::is("team", "nobody"));
        routing.root.routes.push(route);
    }),
    ("unrouted-alert", |stack| {
        let routing = stack.routing.as_mut().expect("the stack routes alerts");
        routing.receivers.push(Receiver::new("nobody"));
        let route = Route::to("nobody").when(LabelMatch::is("alertname", "HighApiLatency"));
        routing.root.routes.insert(0, route);
    }),
    ("unused-metric", |stack| metric(stack, "api_queue")),
    ("unused-recording", |stack| {
        let group = RuleGroup {
            rules: vec![recording()],
            ..RuleGroup::new("forgotten")
        };
        stack.rule_groups.push(group);
    }),
    ("unused-suppression", |stack| {
        alert(stack)
            .allow
            .push(Allow::new("unknown-metric", "was needed once"));
    }),
    ("value-in-label", |stack| {
        let labels = &mut alert(stack).labels;
        labels.insert("current".to_owned(), "{{ $value }}".to_owned());
    }),
    ("variable-cycle", |stack| {
        let of = promql("api_requests_total{path=\"$x\"}");
        let choice = variable::query("x", variable::series_label_values("path", of));
        stack.dashboards[0].variables.push(choice);
    }),
    ("variable-ignored", |stack| {
        stack.dashboards[0].variables.push(variable::textbox("x"));
        for _ in 0..30 {
            panel(
                stack,
                "sum(rate(worker_jobs_total{job_type=\"$x\"}[$__rate_interval]))",
            );
        }
        panel(stack, "sum(rate(worker_jobs_total[$__rate_interval]))");
    }),
    ("variable-undefined", |stack| {
        panel(stack, "sum(rate(api_requests_total{path=\"$nobody\"}[5m]))");
    }),
    ("variable-unused", |stack| {
        stack.dashboards[0]
            .variables
            .push(variable::textbox("nobody"));
    }),
    ("whole-range-at-every-step", |stack| {
        let query = Query {
            evaluation: Some(Evaluation::Range),
            ..promql("sum(increase(api_requests_total[$__range]))").into()
        };
        add(stack, gauge("x").query(query));
    }),
    ("window-shorter-than-step", |stack| {
        stack.dashboards[0].time.from = "now-30d".to_owned();
        panel(stack, "sum(rate(api_requests_total[5m]))");
    }),
];
