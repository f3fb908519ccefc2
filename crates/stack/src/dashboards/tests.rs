//! What every dashboard promises.

use std::collections::BTreeSet;

use obsctl_model::dashboard::DashboardLinkTarget;
use obsctl_model::dashboard::{ExpressionRef, LinkTarget, Visualization};
use obsctl_model::{Dashboard, Panel, Rule, RuleQuery};
use obsctl_promql::Expr;
use obsctl_promql::ast::BinaryOp;

use super::all;
use crate::{alerts, logs, metrics, spans, uids};

fn dashboard(uid: &str) -> Dashboard {
    let found = all().into_iter().find(|one| one.uid.as_str() == uid);
    found.unwrap_or_else(|| panic!("no dashboard `{uid}`"))
}

/// The text of every query in one language.
fn texts(pick: impl Fn(&ExpressionRef<'_>) -> Option<String>) -> Vec<(String, String)> {
    let mut found = vec![];
    for dashboard in all() {
        for query in dashboard.queries() {
            if let Some(text) = pick(&query.expression) {
                let place = format!("{}, {}", dashboard.title, query.place.describe());
                found.push((place, text));
            }
        }
    }
    found
}

#[test]
fn everything_the_specification_lists_is_shown() {
    let listed = [
        ("overview", "Request rate"),
        ("overview", "Error rate"),
        ("overview", "P50/P95/P99 latency"),
        ("overview", "Active tenants by plan"),
        ("overview", "Job queue depth"),
        ("overview", "Job throughput"),
        ("tenant", "Request volume"),
        ("tenant", "Connection health"),
        ("tenant", "Recent audit events"),
        ("tenant", "Jobs completed and failed"),
        ("tenant", "Job success ratio"),
        ("tenant", "Sync freshness per provider"),
        ("worker", "Task throughput by queue"),
        ("worker", "Worker utilization"),
        ("worker", "Failed task trend"),
        ("worker", "Queue backlog size"),
        ("worker", "Retry rate by job type"),
        ("mcp-tools", "Calls by tool"),
        ("external-apis", "Rate limit hits"),
        ("logs", "Slow requests"),
        ("logs", "Errors"),
        ("logs", "Requests by endpoint"),
        ("logs", "One correlation id"),
        ("traces", "Service map"),
        ("traces", "Slow traces"),
        ("traces", "Failed traces"),
        ("pipeline", "Targets up"),
        ("pipeline", "Rule evaluation failures"),
        ("pipeline", "Lines and bytes received"),
        ("pipeline", "Notifications"),
    ];
    for (uid, title) in listed {
        let dashboard = dashboard(uid);
        let titles: Vec<_> = dashboard.panels().map(|panel| &panel.title).collect();
        assert!(
            titles.iter().any(|one| *one == title),
            "{uid}: no `{title}` in {titles:?}"
        );
    }
}

#[test]
fn every_metric_of_the_services_is_shown() {
    let queries = texts(|query| match query {
        ExpressionRef::Promql(query) => Some(query.to_string()),
        _ => None,
    });
    for family in metrics::families() {
        for metric in family.metrics {
            let name = metric.name.as_str();
            assert!(
                queries.iter().any(|(_, query)| query.contains(name)),
                "`{name}` is on no dashboard"
            );
        }
    }
}

#[test]
fn every_dashboard_says_what_it_is_for_and_leads_on() {
    let mut known: BTreeSet<_> = all().into_iter().map(|one| one.uid).collect();
    known.insert(uids::SLO_DETAIL);
    for dashboard in all() {
        let uid = &dashboard.uid;
        assert!(dashboard.description.is_some(), "{uid}: no description");
        assert!(dashboard.tags.len() > 1, "{uid}: no tags of its own");
        let mut targets = BTreeSet::new();
        for link in &dashboard.links {
            if let DashboardLinkTarget::Dashboard(target) = &link.to {
                targets.insert(target.clone());
            }
        }
        assert!(!targets.is_empty(), "{uid}: leads nowhere");
        for link in dashboard.panels().flat_map(Panel::all_links) {
            if let LinkTarget::Dashboard { uid, .. } = &link.to {
                targets.insert(uid.clone());
            }
        }
        assert!(targets.is_subset(&known), "{uid} leads to {targets:?}");
    }
}

#[test]
fn links_set_variables_that_their_dashboard_has() {
    for one in all() {
        for link in one.panels().flat_map(Panel::all_links) {
            if let LinkTarget::Dashboard { uid, variables } = &link.to {
                if *uid == uids::SLO_DETAIL {
                    continue;
                }
                let target = dashboard(uid.as_str());
                for (name, _) in variables {
                    assert!(
                        target
                            .variables
                            .iter()
                            .any(|variable| variable.name == *name),
                        "{}: link `{}`: `{uid}` has no `{name}`",
                        one.uid,
                        link.title
                    );
                }
            }
        }
    }
}

#[test]
fn every_panel_explains_itself_once() {
    for dashboard in all() {
        for panel in dashboard.panels() {
            let place = format!("{}: {}", dashboard.uid, panel.title);
            let description = panel.description.as_deref().unwrap_or_default();
            assert!(description.len() > 30, "{place}: {description:?}");
            assert!(description.ends_with('.'), "{place}: {description:?}");
        }
    }
}

#[test]
fn rows_are_filled_to_the_edge() {
    for dashboard in all() {
        for row in &dashboard.rows {
            let place = format!("{}: {}", dashboard.uid, row.title);
            let (mut width, mut heights) = (0, BTreeSet::new());
            for panel in &row.panels {
                let size = panel.effective_size();
                width += size.width;
                heights.insert(size.height);
                assert!(width <= 24, "{place}: `{}` does not fit", panel.title);
                if width == 24 {
                    assert_eq!(heights.len(), 1, "{place}: {heights:?}");
                    (width, heights) = (0, BTreeSet::new());
                }
            }
            assert_eq!(width, 0, "{place}: the last line ends early");
        }
    }
}

#[test]
fn alerts_and_restarts_are_drawn_over_every_dashboard() {
    for dashboard in all() {
        let names: Vec<_> = dashboard.annotations.iter().map(|one| &one.name).collect();
        assert_eq!(names, ["Alerts", "Deployments and restarts"]);
        let lists = dashboard
            .panels()
            .filter(|panel| matches!(panel.visualization, Visualization::AlertList(_)));
        assert_eq!(lists.count(), 1, "{}", dashboard.uid);
    }
}

#[test]
fn variables_are_defined_and_used() {
    for dashboard in all() {
        let mut text = String::new();
        for query in dashboard.queries() {
            text.push_str(&match query.expression {
                ExpressionRef::Promql(query) => query.to_string(),
                ExpressionRef::Logql(query) => query.to_string(),
                ExpressionRef::Traceql(query) => query.to_string(),
                ExpressionRef::ServiceMap(selector) => selector.to_owned(),
                ExpressionRef::Other(_) => String::new(),
            });
            text.push('\n');
        }
        let mut used: BTreeSet<&str> = words_after(&text, "$").collect();
        used.extend(words_after(&text, "${"));
        used.retain(|name| {
            !name.starts_with("__") && name.parse::<u8>().is_err() && !name.is_empty()
        });
        let defined: BTreeSet<&str> = dashboard
            .variables
            .iter()
            .map(|one| one.name.as_str())
            .collect();
        assert_eq!(used, defined, "{}", dashboard.uid);
    }
}

/// The words that follow each `mark`.
fn words_after<'a>(text: &'a str, mark: &'a str) -> impl Iterator<Item = &'a str> {
    text.split(mark).skip(1).map(|rest| {
        let word = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '.';
        &rest[..rest.find(|c| !word(c)).unwrap_or(rest.len())]
    })
}

#[test]
fn log_queries_name_fields_of_the_catalog() {
    let catalog = logs::catalog();
    let known = |name: &str| {
        name.is_empty()
            || name.starts_with("__")
            || catalog.field(name).is_some()
            || catalog
                .stream_labels
                .iter()
                .any(|label| label.name.as_str() == name)
    };
    let stages = ["json", "line_format", "unwrap", "logfmt"];
    for (place, query) in texts(|query| match query {
        ExpressionRef::Logql(query) => Some(query.to_string()),
        _ => None,
    }) {
        let mut names: Vec<&str> = words_after(&query, "| ")
            .filter(|name| !stages.contains(name))
            .collect();
        names.extend(words_after(&query, "unwrap "));
        names.extend(words_after(&query, "{{."));
        for group in query.split(" by (").skip(1) {
            let labels = group.split(')').next().unwrap_or_default();
            names.extend(labels.split(", "));
        }
        for name in names {
            assert!(known(name), "{place}: `{name}` is no log field: {query}");
        }
    }
}

#[test]
fn log_queries_name_events_of_the_catalog() {
    let catalog = logs::catalog();
    for (place, query) in texts(|query| match query {
        ExpressionRef::Logql(query) => Some(query.to_string()),
        _ => None,
    }) {
        for mark in ["event=\"", "event=~\""] {
            let values = query
                .split(mark)
                .skip(1)
                .filter_map(|rest| rest.split('"').next());
            for event in values.flat_map(|values| values.split('|')) {
                let known = catalog.events.iter().any(|one| one.name == event);
                let open = event.contains(['$', '.']);
                assert!(known || open, "{place}: `{event}` is no event: {query}");
            }
        }
    }
}

#[test]
fn trace_queries_name_attributes_of_the_catalog() {
    let catalog = spans::catalog();
    let attributes: BTreeSet<&str> = catalog
        .spans
        .iter()
        .flat_map(|span| &span.attributes)
        .map(|attribute| attribute.name.as_str())
        .collect();
    let resource: BTreeSet<&str> = catalog
        .resource
        .iter()
        .map(|one| one.name.as_str())
        .collect();
    for (place, query) in texts(|query| match query {
        ExpressionRef::Traceql(query) => Some(query.to_string()),
        _ => None,
    }) {
        for name in words_after(&query, "span.") {
            assert!(attributes.contains(name), "{place}: span.{name}");
        }
        for name in words_after(&query, "resource.") {
            assert!(resource.contains(name), "{place}: resource.{name}");
        }
    }
}

#[test]
fn every_query_is_promql_that_parses() {
    for dashboard in all() {
        for query in dashboard.queries() {
            if let ExpressionRef::Promql(promql) = query.expression {
                assert!(
                    promql.errors().is_empty(),
                    "{}, {}: {promql}: {:?}",
                    dashboard.title,
                    query.place.describe(),
                    promql.errors()
                );
            }
        }
    }
}

/// What an alert compares with first: `x > 5 and …` is 5.
fn limit(expr: &Expr) -> Option<f64> {
    match expr {
        Expr::Paren(inner) => limit(&inner.expr),
        Expr::Binary(binary) => match (&binary.op, &*binary.rhs) {
            (BinaryOp::And | BinaryOp::Unless, _) => limit(&binary.lhs),
            (BinaryOp::Greater, Expr::Number(number)) => Some(number.value),
            // Panels show what is used, alerts what is left.
            (BinaryOp::Less, Expr::Number(number)) => Some(1.0 - number.value),
            _ => None,
        },
        _ => None,
    }
}

#[test]
fn limits_of_alerts_are_drawn_on_their_dashboards() {
    let rules = alerts::groups().into_iter().flat_map(|group| group.rules);
    let mut drawn = 0;
    for rule in rules {
        let Rule::Alert(alert) = rule else { continue };
        let (RuleQuery::Promql(query), Some(uid)) = (&alert.query, &alert.dashboard) else {
            continue;
        };
        // Above zero, or none at all: there is no line to draw.
        let Some(limit) = limit(query.expr()).filter(|limit| *limit > 0.0) else {
            continue;
        };
        let dashboard = dashboard(uid.as_str());
        let mut lines = dashboard.panels().flat_map(|panel| &panel.thresholds);
        assert!(
            lines.any(|line| (line.value - limit).abs() < 1e-9),
            "{}: nothing on {uid} changes at {limit}",
            alert.name
        );
        drawn += 1;
    }
    assert!(drawn > 5, "{drawn}");
}
