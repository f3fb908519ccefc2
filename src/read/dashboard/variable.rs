//! Variables of all kinds.

use obsctl_model::dashboard::variable::{CustomValue, Refresh, Sort, Values};
use obsctl_model::dashboard::{DatasourceKind, Variable};
use obsctl_model::{Duration, LogQl, Origin, Promql};

use super::super::Reader;
use super::super::node::{Node, Value};
use super::sources::Source;

/// A variable in the classic form.
pub(super) fn variable(reader: &Reader<'_>, node: &Node<'_>, source: &Source) -> Variable {
    let values = match node.text(&["type"]) {
        "query" => query(reader, node, source),
        "custom" => custom(node.text(&["query"])),
        "interval" => {
            let all = node.text(&["query"]).split(',');
            let lengths = all.filter_map(|length| Duration::parse(length.trim()).ok());
            Values::Interval(lengths.collect())
        }
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

fn custom(text: &str) -> Values {
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
fn query(reader: &Reader<'_>, node: &Node<'_>, source: &Source) -> Values {
    let Some(query) = node.get("query") else {
        return Values::Other(node.json());
    };
    let text = match &query.value {
        Value::Map(_) => query.get("query"),
        _ => Some(query),
    };
    if source.plugin == "loki"
        && let Some(label) = query.get("label")
    {
        let of = query.get("stream").and_then(|of| Some((of, of.as_text()?)));
        return Values::LogLabelValues {
            label: label.as_text().unwrap_or_default().to_owned(),
            of: of.map(|(node, text)| LogQl::written(text, reader.source.origin(node.at))),
        };
    }
    let asked = text.and_then(|text| Some((text.as_text()?, reader.source.origin(text.at))));
    let known = asked.and_then(|(text, at)| match source.plugin.as_str() {
        "loki" => log_labels(text, at),
        _ => metric_labels(text, at),
    });
    known.unwrap_or_else(|| Values::Other(node.json()))
}

/// The arguments of a call, where the text is one.
fn arguments<'t>(text: &'t str, function: &str) -> Option<&'t str> {
    let rest = text.trim().strip_prefix(function)?.trim_start();
    rest.strip_prefix('(')?.trim_end().strip_suffix(')')
}

/// `label_values(series, label)` and `query_result(query)`; the label alone is of all series.
pub(super) fn metric_labels(text: &str, at: Origin) -> Option<Values> {
    if let Some(query) = arguments(text, "query_result") {
        return Some(Values::QueryResult(Promql::parse(query.trim(), at)));
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
        of: Promql::parse(if of.is_empty() { ALL } else { of }, at),
    })
}

/// Every series.
const ALL: &str = "{__name__=~\".+\"}";

pub(super) fn log_labels(text: &str, at: Origin) -> Option<Values> {
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
