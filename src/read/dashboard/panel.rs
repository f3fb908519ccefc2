//! Panels of all types, the old ones too.

use obsctl_model::dashboard::panel::{self, Repeat, Size};
use obsctl_model::dashboard::{Color, Link, LinkTarget, Panel, Threshold};
use serde_json::Value;

use super::super::Reader;
use super::super::node::Node;
use super::mentions;
use super::sources::{Source, Sources};
use super::target;

/// A panel in the classic form.
pub(super) fn panel(reader: &Reader<'_>, node: &Node<'_>, sources: &Sources) -> Panel {
    let own = sources.of(node.get("datasource"));
    let targets = node.get("targets").map_or(&[][..], Node::items);
    let queries = targets.iter().map(|target| {
        let said = sources.of(target.get("datasource"));
        let source = answers(said, &own);
        let expression = target::expression(reader, target, &source);
        target::query(expression, target, target.text(&["refId"]), &source)
    });
    let queries = queries.collect();
    let kind = node.text(&["type"]);
    let mut panel = base(reader, node, kind, node.text(&["title"]));
    panel.queries = queries;
    panel.description = some(node.text(&["description"]));
    panel.grafana_unit = unit(node, kind);
    panel.thresholds = thresholds(node.path(&["fieldConfig", "defaults", "thresholds", "steps"]));
    panel.links = links(node.get("links"));
    panel.data_links = links(node.path(&["fieldConfig", "defaults", "links"]));
    panel.repeat = repeat(node.text(&["repeat"]));
    panel.size = size(node.get("gridPos"));
    panel.transparent = node
        .get("transparent")
        .and_then(Node::as_bool)
        .unwrap_or_default();
    panel
}

/// What of a panel is read into a field of its own, or is written by Grafana whenever it saves.
const NO_SETTINGS: [&str; 11] = [
    "description",
    "gridPos",
    "id",
    "links",
    "panels",
    "pluginVersion",
    "repeat",
    "targets",
    "title",
    "transparent",
    "type",
];

/// A panel with its type and heading. Its other settings are kept as they are: they can name variables, and a
/// change of one is a change.
pub(super) fn base(reader: &Reader<'_>, node: &Node<'_>, kind: &str, title: &str) -> Panel {
    let rest = node.entries().iter();
    let rest = rest.filter(|(key, _)| !NO_SETTINGS.contains(&key.text.as_ref()));
    let settings = rest.map(|(key, value)| {
        let value = match key.text.as_ref() {
            // Queries of the second form are read elsewhere.
            "data" => Value::Array(mentions(value)),
            _ => value.json(),
        };
        (key.text.to_string(), value)
    });
    let mut panel = panel::plugin(title, kind, Value::Object(settings.collect())).any();
    panel.origin = reader.source.origin(node.at);
    panel
}

/// What answers a query: what it says itself, else what its panel says.
pub(super) fn answers(said: Source, panel: &Source) -> Source {
    if said.is_default() && !panel.is_mixed() {
        panel.clone()
    } else {
        said
    }
}

pub(super) fn some(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

pub(super) fn repeat(variable: &str) -> Option<Repeat> {
    Some(Repeat {
        variable: some(variable)?,
        per_row: None,
    })
}

fn size(node: Option<&Node<'_>>) -> Option<Size> {
    let side = |key: &str| node?.get(key)?.as_f64().map(|side| side as u8);
    Some(Size {
        width: side("w")?,
        height: side("h")?,
    })
}

/// Grafana's id of the unit: each generation of panels keeps it elsewhere.
fn unit(node: &Node<'_>, kind: &str) -> Option<String> {
    let of_axis = || {
        let axes = node.get("yaxes")?.items();
        axes.first().map(|axis| axis.text(&["format"]))
    };
    let text = match kind {
        "graph" => of_axis().unwrap_or_default(),
        "singlestat" => node.text(&["format"]),
        "heatmap" => match node.text(&["yAxis", "format"]) {
            "" => node.text(&["options", "yAxis", "unit"]),
            old => old,
        },
        _ => node.text(&["fieldConfig", "defaults", "unit"]),
    };
    some(text)
}

pub(super) fn thresholds(steps: Option<&Node<'_>>) -> Vec<Threshold> {
    let steps = steps.map_or(&[][..], Node::items).iter();
    let steps = steps.filter_map(|step| {
        Some(Threshold {
            value: step.get("value")?.as_f64()?,
            color: Color::Hex(step.text(&["color"]).to_owned()),
        })
    });
    steps.collect()
}

pub(super) fn links(list: Option<&Node<'_>>) -> Vec<Link> {
    let links = list.map_or(&[][..], Node::items).iter();
    let links = links.map(|link| Link {
        title: link.text(&["title"]).to_owned(),
        to: LinkTarget::Url(link.text(&["url"]).to_owned()),
        new_tab: link
            .get("targetBlank")
            .and_then(Node::as_bool)
            .unwrap_or_default(),
    });
    links.collect()
}
