//! Variables of all kinds.

use obsctl_model::dashboard::variable::{CustomValue, Refresh, Sort, Values};
use obsctl_model::dashboard::{DatasourceKind, Patch, Variable};
use obsctl_model::{Duration, LogQl, Origin};

use super::super::Reader;
use super::super::node::{Node, Value};
use super::sources::Source;
use super::target::PROMETHEUS;

/// A variable in the classic form.
pub(super) fn variable(reader: &Reader<'_>, node: &Node<'_>, source: Source<'_>) -> Variable {
    let values = match node.text(&["type"]) {
        "query" => node
            .get("query")
            .and_then(|asked| query(reader, asked, source))
            .unwrap_or_else(|| Values::Other(node.json())),
        "custom" => custom(node.text(&["query"])),
        "interval" => interval(node.text(&["query"])),
        "datasource" => match datasource(node.text(&["query"])) {
            Some(kind) => Values::Datasource(kind),
            None => Values::Other(node.json()),
        },
        "textbox" => Values::Textbox,
        "constant" => Values::Constant(node.text(&["query"]).to_owned()),
        _ => Values::Other(node.json()),
    };
    let flag = |key: &str| node.get(key).and_then(Node::as_bool).unwrap_or_default();
    let text = |key: &str| {
        Some(node.text(&[key]))
            .filter(|text| !text.is_empty())
            .map(str::to_owned)
    };
    Variable {
        name: node.text(&["name"]).to_owned(),
        label: text("label"),
        description: text("description"),
        values,
        multi: flag("multi"),
        include_all: flag("includeAll"),
        all_value: text("allValue"),
        default: vec![],
        regex: text("regex"),
        sort: match node.text(&["sort"]) {
            "3" | "4" => Sort::Numerical,
            "0" | "" => Sort::Unsorted,
            _ => Sort::Alphabetical,
        },
        refresh: match node.text(&["refresh"]) {
            "2" => Refresh::OnTimeChange,
            _ => Refresh::OnOpen,
        },
        hidden: node.text(&["hide"]) == "2",
        datasource: None,
        json: Patch::default(),
        allow: vec![],
        origin: reader.source.origin(node.at),
    }
}

/// The kind of a plugin's datasources.
pub(super) fn datasource(plugin: &str) -> Option<DatasourceKind> {
    [
        DatasourceKind::Prometheus,
        DatasourceKind::Loki,
        DatasourceKind::Tempo,
        DatasourceKind::Alertmanager,
    ]
    .into_iter()
    .find(|kind| kind.plugin() == plugin)
}

pub(super) fn interval(text: &str) -> Values {
    let lengths = text.split(',').map(str::trim);
    let lengths = lengths.filter_map(|length| Duration::parse(length.trim_matches('"')).ok());
    Values::Interval(lengths.collect())
}

pub(super) fn custom(text: &str) -> Values {
    // A comma inside of a value is written `\,`.
    let parts = text.replace("\\,", "\u{0}");
    let values = parts.split(',').map(|part| {
        let part = part.trim().replace('\u{0}', ",");
        match part.split_once(" : ") {
            Some((text, value)) => CustomValue {
                value: value.trim().to_owned(),
                text: Some(text.trim().to_owned()),
            },
            None => part.into(),
        }
    });
    Values::Custom(values.filter(|value| !value.value.is_empty()).collect())
}

/// What a query variable asks: text, or a map whose form depends on the datasource.
pub(super) fn query(reader: &Reader<'_>, query: &Node<'_>, source: Source<'_>) -> Option<Values> {
    let text = match &query.value {
        Value::Map(_) => query
            .get("query")
            .or_else(|| query.get("__legacyStringValue")),
        _ => Some(query),
    };
    let text = text.and_then(|text| Some((text.as_text()?, reader.source.origin(text.at))));
    let label = query.text(&["label"]);
    match source.plugin {
        "loki" if !label.is_empty() => {
            let of = query.get("stream").and_then(|of| Some((of, of.as_text()?)));
            let of = of.filter(|(_, text)| !text.is_empty());
            Some(Values::LogLabelValues {
                label: label.to_owned(),
                of: of.map(|(node, text)| LogQl::written(text, reader.source.origin(node.at))),
            })
        }
        "loki" => text.and_then(|(text, at)| log_labels(text, at)),
        "tempo" if !label.is_empty() => Some(Values::TraceTagValues {
            tag: label.to_owned(),
        }),
        _ => match text.filter(|(text, _)| !text.trim().is_empty()) {
            Some((text, at)) => metric_labels(reader, text, at).or_else(|| {
                let known = PROMETHEUS.contains(&source.plugin);
                known.then(|| series(reader, text, at)).flatten()
            }),
            // Provisioned by hand: Grafana's editor writes the text too.
            None if !label.is_empty() && query.get("qryType").is_some() => {
                let at = reader.source.origin(query.at);
                Some(Values::LabelValues {
                    label: label.to_owned(),
                    of: reader.queries.promql(&selector(query), at),
                })
            }
            None => None,
        },
    }
}

/// The selector of Grafana's query builder.
fn selector(query: &Node<'_>) -> String {
    let filters = query.get("labelFilters").map_or(&[][..], Node::items);
    let filters = filters.iter().map(|filter| {
        let value = filter.text(&["value"]);
        let value = serde_json::Value::from(value);
        format!("{}{}{value}", filter.text(&["label"]), filter.text(&["op"]))
    });
    let filters: Vec<_> = filters.collect();
    match query.text(&["metric"]) {
        "" if filters.is_empty() => ALL.to_owned(),
        metric if filters.is_empty() => metric.to_owned(),
        metric => format!("{metric}{{{}}}", filters.join(",")),
    }
}

/// A selector alone: its series as text.
fn series(reader: &Reader<'_>, text: &str, at: Origin) -> Option<Values> {
    let query = reader.queries.promql(text.trim(), at);
    let selects = matches!(query.expr(), obsctl_promql::Expr::Selector(_));
    (selects && query.errors().is_empty()).then_some(Values::QueryResult(query))
}

/// The arguments of a call, where the text is one.
fn arguments<'t>(text: &'t str, function: &str) -> Option<&'t str> {
    let rest = text.trim().strip_prefix(function)?.trim_start();
    rest.strip_prefix('(')?.trim_end().strip_suffix(')')
}

/// `label_values(series, label)` and `query_result(query)`; the label alone is of all series.
fn metric_labels(reader: &Reader<'_>, text: &str, at: Origin) -> Option<Values> {
    if let Some(query) = arguments(text, "query_result") {
        return Some(Values::QueryResult(reader.queries.promql(query.trim(), at)));
    }
    let inside = arguments(text, "label_values")?;
    let closed = |of: &str| of.matches('{').count() == of.matches('}').count();
    let (of, label) = match inside.rsplit_once(',') {
        Some((of, label)) if closed(of) => (of.trim(), label.trim()),
        None if !inside.contains('{') => (ALL, inside.trim()),
        _ => (inside.trim(), ""),
    };
    Some(Values::LabelValues {
        label: label.to_owned(),
        of: reader
            .queries
            .promql(if of.is_empty() { ALL } else { of }, at),
    })
}

/// Every series.
const ALL: &str = "{__name__=~\".+\"}";

fn log_labels(text: &str, at: Origin) -> Option<Values> {
    let inside = arguments(text, "label_values")?;
    let (of, label) = match inside.rsplit_once(',') {
        Some((of, label)) => (Some(LogQl::written(of.trim(), at)), label.trim()),
        None => (None, inside.trim()),
    };
    Some(Values::LogLabelValues {
        label: label.to_owned(),
        of,
    })
}
