//! Queries of dashboards, byte by byte as they were written.

use obsctl_model::dashboard::{Evaluation, Expression, Query};
use serde_json::Value;

use super::json;
use super::literal::{call, lines, time};
use super::parts::{datasource, saying, with};

pub(super) fn promql(query: &str) -> String {
    language("promql", "Promql::parse", query)
}

pub(super) fn logql(query: &str) -> String {
    language("logql", "LogQl::written", query)
}

/// The short forms take texts of several lines for indented source.
fn language(short: &str, exact: &str, query: &str) -> String {
    match query.trim() == query && !query.contains(['\n', '\t']) {
        true => call(short, &[lines(query)]),
        false => call(
            exact,
            &[lines(query), "obsctl::model::Origin::here()".to_owned()],
        ),
    }
}

pub(super) fn expression(expression: &Expression) -> String {
    match expression {
        Expression::Promql(query) => promql(query.as_str()),
        Expression::Logql(query) => logql(query.as_str()),
        Expression::Traceql(query) => language("traceql", "TraceQl::written", query.as_str()),
        Expression::ServiceMap { selector } if selector.is_empty() => "service_map()".to_owned(),
        Expression::ServiceMap { selector } => format!(
            "obsctl::model::dashboard::Expression::ServiceMap {{ selector: {}.into() }}",
            lines(selector)
        ),
        Expression::Other(other) => {
            let rest = json::value(&Value::Object(other.json.clone()));
            call(
                "other_query",
                &[lines(&other.plugin), lines(&other.uid), rest],
            )
        }
    }
}

/// The methods that add a query to a panel.
pub(super) fn methods(query: &Query) -> Vec<String> {
    let mut methods = vec![with("query", expression(&query.expression))];
    if let Some(ref_id) = &query.ref_id {
        methods.push(with("ref_id", lines(ref_id)));
    }
    if let Some(legend) = &query.legend {
        methods.push(saying("legend", legend));
    }
    match query.evaluation {
        Some(Evaluation::Instant) => methods.push(".instant()".to_owned()),
        Some(Evaluation::Range) => methods.push(".over_time()".to_owned()),
        None => {}
    }
    if let Some(format) = query.format {
        methods.push(with("format", format!("Format::{format:?}")));
    }
    if let Some(fetched) = query.exemplars {
        methods.push(with("exemplars", fetched.to_string()));
    }
    if query.hidden {
        methods.push(".not_drawn()".to_owned());
    }
    if let Some(step) = query.min_step {
        methods.push(with("query_step", time(step)));
    }
    if let Some(limit) = query.limit {
        methods.push(with("limit", limit.to_string()));
    }
    if let Some(source) = &query.datasource {
        methods.push(with("datasource", datasource(source)));
    }
    methods.extend(json::patches("query_json", &query.json.0));
    methods
}
