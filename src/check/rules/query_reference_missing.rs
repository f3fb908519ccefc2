//! `query-reference-missing`

use std::collections::BTreeSet;

use obsctl_model::Stack;
use obsctl_model::dashboard::panel::timeseries;
use obsctl_model::dashboard::{Dashboard, Expression, OtherQuery, Panel, other_query};
use obsctl_model::query::promql;
use obsctl_promql::variable::scan;
use serde_json::{Value, json};

use crate::check::{Check, Findings, Input, Run, example};
use crate::diagnostic::{Diagnostic, Severity};
use crate::project::subject;

/// A query on the result of one that is not there.
pub static CHECK: Check = Check {
    name: "query-reference-missing",
    severity: Severity::Error,
    docs: "\
An expression of a panel names a query that the panel does not have, or a panel shows the answers of a panel that is not
on the dashboard.

## Why it matters

The panel shows an error instead of data. It happens when a query is renamed or removed and its expression stays.

## How to fix it

Name a query that exists, or remove what refers to it.
",
    run: Run::PerDashboard(run),
    fires: || calculating("$C * 100"),
    silent: || calculating("$A * 100"),
};

fn run(_: &Input<'_>, dashboard: &Dashboard, findings: &mut Findings) {
    let ids = ids(dashboard);
    let variables: BTreeSet<_> = dashboard
        .variables
        .iter()
        .map(|one| one.name.as_str())
        .collect();
    let asks_others = |panel: &&Panel| {
        let mut queries = panel.queries.iter();
        queries.any(|query| matches!(query.expression, Expression::Other(_)))
    };
    for panel in dashboard.panels().filter(asks_others) {
        let refs: BTreeSet<_> = panel.ref_ids().collect();
        for (query, own) in panel.queries.iter().zip(panel.ref_ids()) {
            let Expression::Other(other) = &query.expression else {
                continue;
            };
            for name in named(other) {
                let known = refs.contains(name.as_str()) || variables.contains(name.as_str());
                let message = if name == own {
                    format!("expression `{own}` is about itself")
                } else if known {
                    continue;
                } else {
                    format!("expression `{own}` is about `{name}`, which the panel does not ask")
                };
                findings.push(Diagnostic::new(
                    subject::panel(dashboard, panel),
                    panel.origin,
                    message,
                ));
            }
            if let (Some(wanted), Some(ids)) = (shown_panel(other), &ids)
                && !ids.contains(&wanted)
            {
                let message = format!(
                    "query `{own}` is about panel {wanted}, which the dashboard does not have"
                );
                findings.push(Diagnostic::new(
                    subject::panel(dashboard, panel),
                    panel.origin,
                    message,
                ));
            }
        }
    }
}

/// The ids of all panels; nothing where one is not known.
fn ids(dashboard: &Dashboard) -> Option<BTreeSet<u64>> {
    let panels = dashboard.panels();
    panels.map(|panel| panel.written.get()?.id).collect()
}

/// The panel whose answers a query takes over.
pub(super) fn shown_panel(query: &OtherQuery) -> Option<u64> {
    let shares = query.plugin == "dashboard" || query.uid == "-- Dashboard --";
    shares
        .then(|| query.json.get("panelId")?.as_u64())
        .flatten()
}

/// The queries of the same panel that one is about.
fn named(query: &OtherQuery) -> Vec<String> {
    if query.plugin != "__expr__" && query.uid != "__expr__" {
        return vec![];
    }
    let text = |value: Option<&Value>| value.and_then(Value::as_str).unwrap_or_default().to_owned();
    let kind = text(query.json.get("type"));
    let expression = text(query.json.get("expression"));
    match kind.as_str() {
        "math" => scan(&expression)
            .into_iter()
            .map(|(_, one)| one.name)
            .collect(),
        "reduce" | "resample" | "threshold" => {
            let name = expression
                .trim()
                .trim_start_matches('$')
                .trim_matches(['{', '}']);
            if name.is_empty() {
                vec![]
            } else {
                vec![name.to_owned()]
            }
        }
        "classic_conditions" => {
            let conditions = query.json.get("conditions").and_then(Value::as_array);
            let conditions = conditions.map_or(&[][..], Vec::as_slice).iter();
            let first = conditions.map(|one| text(one.pointer("/query/params/0")));
            first.filter(|name| !name.is_empty()).collect()
        }
        _ => vec![],
    }
}

/// Whether a query of a panel is used by another of it.
pub(super) fn is_used(panel: &Panel, ref_id: &str) -> bool {
    panel.queries.iter().any(|query| match &query.expression {
        Expression::Other(other) if other.plugin == "__expr__" || other.uid == "__expr__" => {
            let sql = other.json.get("type").and_then(Value::as_str) == Some("sql");
            sql || named(other).iter().any(|name| name == ref_id)
        }
        // Graphite's way.
        Expression::Other(other) => Value::Object(other.json.clone())
            .to_string()
            .contains(&format!("#{ref_id}")),
        _ => false,
    })
}

/// A panel with a query `A` and an expression.
pub(super) fn calculation(expression: &str) -> Panel {
    let json = json!({ "type": "math", "expression": expression });
    let calculation = other_query("__expr__", "__expr__", json);
    timeseries("Errors")
        .query(promql("sum(rate(api_requests_total[$__rate_interval]))"))
        .query(calculation)
        .any()
}

fn calculating(expression: &str) -> Stack {
    example::stack().dashboard(example::dashboard().top(vec![calculation(expression)]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::testing::report;
    use obsctl_model::dashboard::written::WrittenPanel;

    #[test]
    fn names_the_query() {
        insta::assert_snapshot!(report(&CHECK, (CHECK.fires)()), @"
        error[query-reference-missing]: expression `B` is about `C`, which the panel does not ask
        --> definitions.rs
         = in: panel `Errors` of dashboard `api`
        ");
    }

    #[test]
    fn an_expression_cannot_be_about_itself() {
        insta::assert_snapshot!(report(&CHECK, calculating("$B * 100")), @"
        error[query-reference-missing]: expression `B` is about itself
        --> definitions.rs
         = in: panel `Errors` of dashboard `api`
        ");
    }

    #[test]
    fn panels_of_the_dashboard_are_known() {
        let sharing = |panel: u64| {
            let json = json!({ "panelId": panel });
            let query = other_query("dashboard", "-- Dashboard --", json);
            let mut shown = timeseries("Copy").query(query).any();
            shown.written = WrittenPanel {
                id: Some(2),
                ..WrittenPanel::default()
            }
            .into();
            example::stack().dashboard(example::dashboard().top(vec![shown]))
        };
        assert_eq!(report(&CHECK, sharing(2)), "");
        insta::assert_snapshot!(report(&CHECK, sharing(7)), @"
        error[query-reference-missing]: query `A` is about panel 7, which the dashboard does not have
        --> definitions.rs
         = in: panel `Copy` of dashboard `api`
        ");
    }
}
