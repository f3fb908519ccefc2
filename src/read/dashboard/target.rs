//! A query: in a language obsctl reads, or of another datasource. None is passed over.

use obsctl_model::dashboard::{
    Datasource, DatasourceKind, Evaluation, Expression, Format, OtherQuery, Query,
};
use obsctl_model::{LogQl, Origin, TraceQl};

use super::super::Reader;
use super::super::node::Node;
use super::sources::Source;

/// Plugins that answer PromQL.
pub(super) const PROMETHEUS: [&str; 4] = [
    "prometheus",
    "grafana-amazonprometheus-datasource",
    "grafana-azureprometheus-datasource",
    "victoriametrics-metrics-datasource",
];

/// The expression in a query's own JSON.
pub(super) fn expression(reader: &Reader<'_>, node: &Node<'_>, source: Source<'_>) -> Expression {
    let place = |field: &Node<'_>| reader.source.origin(field.at);
    let field = |key: &str| {
        let field = node.get(key)?;
        let text = field.as_text().unwrap_or_default();
        Some((text.trim(), place(field)))
    };
    let plugin = source.plugin;
    // Editors leave empty queries behind, which Grafana does not ask.
    let expr = field("expr").filter(|(text, _)| !text.is_empty());
    match (plugin, expr) {
        (_, Some((text, at))) if PROMETHEUS.contains(&plugin) => promql(reader, text, at),
        ("loki", Some((text, at))) => logql(text, at),
        ("tempo", _) => match (node.text(&["queryType"]), field("query")) {
            ("serviceMap", _) => Expression::ServiceMap {
                selector: node.text(&["serviceMapQuery"]).to_owned(),
            },
            ("traceql" | "traceqlSearch" | "" | "traceId", Some((text, at))) => {
                Expression::Traceql(TraceQl::written(text, at))
            }
            _ => other(node, source),
        },
        ("", Some((text, at))) if reader.queries.is_logql(text) => logql(text, at),
        ("", Some((text, at))) => promql(reader, text, at),
        _ => other(node, source),
    }
}

fn promql(reader: &Reader<'_>, text: &str, at: Origin) -> Expression {
    Expression::Promql(reader.queries.promql(text, at))
}

fn logql(text: &str, at: Origin) -> Expression {
    Expression::Logql(LogQl::written(text, at))
}

fn other(node: &Node<'_>, source: Source<'_>) -> Expression {
    let mut json = match node.json() {
        serde_json::Value::Object(map) => map,
        _ => serde_json::Map::new(),
    };
    json.remove("datasource");
    json.remove("refId");
    let (plugin, uid) = (source.plugin.to_owned(), source.uid.to_owned());
    OtherQuery { plugin, uid, json }.into()
}

/// A query of a panel.
pub(super) fn query(
    expression: Expression,
    node: &Node<'_>,
    ref_id: &str,
    source: Source<'_>,
) -> Query {
    let flag = |key| node.get(key).and_then(Node::as_bool).unwrap_or_default();
    let legend = node.text(&["legendFormat"]);
    let kind = expression.kind();
    let evaluation = match (kind, flag("instant"), flag("range")) {
        (Some(DatasourceKind::Prometheus), true, false) => Some(Evaluation::Instant),
        (Some(DatasourceKind::Loki), ..) if node.text(&["queryType"]) == "instant" => {
            Some(Evaluation::Instant)
        }
        (Some(_), ..) => Some(Evaluation::Range),
        (None, ..) => None,
    };
    let format = match node.text(&["format"]) {
        "table" => Some(Format::Table),
        "heatmap" => Some(Format::Heatmap),
        "time_series" => Some(Format::TimeSeries),
        _ => None,
    };
    let mut query = Query::from(expression);
    query.ref_id = (!ref_id.is_empty()).then(|| ref_id.to_owned());
    query.legend = (!legend.is_empty() && legend != "__auto").then(|| legend.to_owned());
    query.hidden = flag("hide");
    query.evaluation = evaluation;
    query.format = format;
    query.exemplars = kind.map(|_| flag("exemplar"));
    query.min_step = super::panel::step(node.text(&["interval"]));
    query.datasource = kind
        .filter(|_| !source.uid.is_empty())
        .map(|kind| Datasource {
            kind,
            uid: source.uid.to_owned().into(),
        });
    query
}
