//! How a stack is spoilt.

use obsctl::model::dashboard::Panels;
use obsctl::model::dashboard::written::{Place, WrittenPanel};
use obsctl::model::prelude::{Stack, logql, promql, timeseries};
use obsctl::model::{Alert, ExposedName, MetricName, Promql, RecordingRule, Rule, RuleQuery, Unit};

/// Adds a panel to the first dashboard.
pub(super) fn add(stack: &mut Stack, panels: impl Panels) {
    panels.append_to(&mut stack.dashboards[0].top);
}

/// A query without a defect.
pub(super) fn requests() -> Promql {
    promql("sum(rate(api_requests_total[$__rate_interval]))")
}

/// Adds a panel as one that was read from a file has it.
pub(super) fn written(stack: &mut Stack, id: u64, x: i64) {
    let mut panel = timeseries(format!("x{x}")).query(requests()).any();
    panel.written = WrittenPanel {
        id: Some(id),
        place: Some(Place {
            x,
            y: 0,
            width: 12,
            height: 8,
        }),
        ..WrittenPanel::default()
    }
    .into();
    stack.dashboards[0].top.push(panel);
}

/// The alert that most defects are put into: p95 by path, of a classic histogram.
pub(super) fn alert(stack: &mut Stack) -> &mut Alert {
    let rules = stack
        .rule_groups
        .iter_mut()
        .flat_map(|group| &mut group.rules);
    let mut alerts = rules.filter_map(|rule| match rule {
        Rule::Alert(alert) if alert.name == "HighApiLatency" => Some(alert),
        _ => None,
    });
    alerts.next().expect("the reference stack has the alert")
}

/// A rule that records `job:up:sum`.
pub(super) fn recording() -> Rule {
    let name = MetricName::from_static("job:up:sum");
    Rule::Record(RecordingRule::new(name, promql("sum by (job) (up)")))
}

/// Gives the alert another condition and a summary that fits any.
pub(super) fn condition<'a>(stack: &'a mut Stack, query: &str) -> &'a mut Alert {
    let alert = alert(stack);
    alert.query = promql(query).into();
    alert.summary = "something is wrong".to_owned();
    alert
}

/// Gives the alert a condition on logs.
pub(super) fn log_condition(stack: &mut Stack, query: &str) {
    let alert = alert(stack);
    alert.query = logql(query).into();
    alert.summary = "something is wrong".to_owned();
}

/// Changes a part of the alert's condition.
pub(super) fn replace(stack: &mut Stack, part: &str, by: &str) {
    let alert = alert(stack);
    let RuleQuery::Promql(query) = &alert.query else {
        panic!("the alert is PromQL");
    };
    assert!(query.as_str().contains(part), "`{part}` in {query}");
    alert.query = promql(&query.as_str().replacen(part, by, 1)).into();
}

/// Adds a metric, a gauge that nothing uses.
pub(super) fn metric(stack: &mut Stack, name: &'static str) {
    let family = stack
        .metrics
        .iter_mut()
        .find(|family| {
            family
                .metrics
                .iter()
                .any(|metric| metric.name.as_str() == "api_active_connections")
        })
        .expect("the reference stack has the metric");
    let mut metric = family.metrics.last().expect("it has metrics").clone();
    metric.name = ExposedName::from_static(name);
    family.metrics.push(metric);
}

/// Adds a panel; one of seconds says bytes.
pub(super) fn panel(stack: &mut Stack, query: &str) {
    let panel = timeseries("A new panel").query(promql(query));
    let panel = if query.contains("_sum") {
        panel.unit(Unit::Bytes)
    } else {
        panel
    };
    let mut dashboard = stack.dashboards.remove(0);
    dashboard = dashboard.row("New", panel);
    stack.dashboards.insert(0, dashboard);
}
