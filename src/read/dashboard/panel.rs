//! Panels of all types, the old ones too.

use obsctl_model::Duration;
use obsctl_model::dashboard::panel::{self, Repeat, Size};
use obsctl_model::dashboard::written::{Place, WrittenPanel};
use obsctl_model::dashboard::{Color, Link, LinkTarget, Panel, Threshold};
use serde_json::Value;

use super::super::node::Node;
use super::super::{Keep, Reader};
use super::Mentions;
use super::sources::{Source, Sources};
use super::target;

/// A panel in the classic form, on one of its dashboard's grids.
pub(super) fn panel(reader: &Reader<'_>, node: &Node<'_>, sources: &Sources, grid: u32) -> Panel {
    let own = sources.of(node.get("datasource"));
    let targets = node.get("targets").map_or(&[][..], Node::items);
    let queries = targets.iter().map(|target| {
        let said = sources.of(target.get("datasource"));
        let source = answers(said, own);
        let expression = target::expression(reader, target, source);
        target::query(expression, target, target.text(&["refId"]), source)
    });
    let queries = queries.collect();
    let kind = node.text(&["type"]);
    let mut panel = base(reader, node, kind, node.text(&["title"]));
    panel.queries = queries;
    panel.description = some(node.text(&["description"]));
    look(&mut panel, node, kind);
    panel.links = links(node.get("links"));
    panel.repeat = repeat(node.text(&["repeat"]));
    let place = place(node.get("gridPos"), ["x", "y", "w", "h"]);
    panel.size = place.map(size);
    times(&mut panel, node);
    panel.transparent = node
        .get("transparent")
        .and_then(Node::as_bool)
        .unwrap_or_default();
    let library = node.text(&["libraryPanel", "uid"]);
    panel.written = WrittenPanel {
        id: id(node),
        place,
        grid,
        library: some(library),
        copy: node.get("repeatPanelId").is_some(),
        transformed: !list(node, "transformations").is_empty(),
        step_said: step_said(node) || targets.iter().any(step_said),
        json: whole(reader, node),
        ..written(node, kind)
    }
    .into();
    panel
}

/// All that is written, where that is asked for.
pub(super) fn whole(reader: &Reader<'_>, node: &Node<'_>) -> Option<Value> {
    (reader.keep == Keep::Whole).then(|| node.json())
}

/// Grafana's id of a panel.
pub(super) fn id(node: &Node<'_>) -> Option<u64> {
    node.get("id")?.as_text()?.parse().ok()
}

pub(super) fn list<'n>(node: &'n Node<'n>, key: &str) -> &'n [Node<'n>] {
    node.get(key).map_or(&[][..], Node::items)
}

/// Whether it says how far points stand apart.
fn step_said(node: &Node<'_>) -> bool {
    !node.text(&["interval"]).is_empty()
}

/// The time a panel shows and how densely, of a panel or of the options of its queries.
pub(super) fn times(panel: &mut Panel, node: &Node<'_>) {
    panel.min_step = step(node.text(&["interval"]));
    let points = node.get("maxDataPoints").and_then(Node::as_text);
    panel.max_points = points.and_then(|points| points.parse().ok());
    panel.last = Duration::parse(node.text(&["timeFrom"])).ok();
}

/// A length of time; older versions wrote `>` for "at least".
pub(super) fn step(text: &str) -> Option<Duration> {
    Duration::parse(text.trim_start_matches('>')).ok()
}

/// How values look: `node` has `fieldConfig` and `options`.
pub(super) fn look(panel: &mut Panel, node: &Node<'_>, kind: &str) {
    panel.grafana_unit = unit(node, kind);
    let Some(defaults) = node.path(&["fieldConfig", "defaults"]) else {
        return;
    };
    let number = |key: &str| defaults.get(key).and_then(Node::as_f64);
    (panel.min, panel.max) = (number("min"), number("max"));
    panel.thresholds = thresholds(defaults.path(&["thresholds", "steps"]));
    panel.data_links = links(defaults.get("links"));
}

/// What is seen of a panel beside its queries: `node` has `fieldConfig` and `options`.
pub(super) fn written(node: &Node<'_>, kind: &str) -> WrittenPanel {
    let config = node.get("fieldConfig");
    let all = config.and_then(|config| config.get("defaults"));
    let defaults = |keys: &[&str]| all.map_or("", |defaults| defaults.text(keys));
    let by_threshold = match kind {
        "stat" | "gauge" | "bargauge" => ["thresholds", ""].contains(&defaults(&["color", "mode"])),
        _ => defaults(&["color", "mode"]) == "thresholds",
    };
    let colored = match kind {
        "stat" => by_threshold && node.text(&["options", "colorMode"]) != "none",
        "gauge" | "bargauge" => by_threshold,
        "timeseries" => {
            let style = defaults(&["custom", "thresholdsStyle", "mode"]);
            by_threshold || !["", "off"].contains(&style)
        }
        _ => false,
    };
    let overrides = config.map_or(&[][..], |config| list(config, "overrides"));
    let mut properties = overrides.iter().flat_map(|one| list(one, "properties"));
    let mappings = all.map_or(&[][..], |defaults| list(defaults, "mappings"));
    WrittenPanel {
        thresholds_shown: colored && defaults(&["thresholds", "mode"]) != "percentage",
        units_differ: properties.any(|property| property.text(&["id"]) == "unit"),
        mapped: !mappings.is_empty(),
        sparkline: kind == "stat" && node.text(&["options", "graphMode"]) != "none",
        ..WrittenPanel::default()
    }
}

/// What of a panel is read into a field of its own, or is written by Grafana whenever it saves.
const NO_SETTINGS: [&str; 10] = [
    "description",
    "gridPos",
    "id",
    "links",
    "panels",
    "pluginVersion",
    "repeat",
    "title",
    "transparent",
    "type",
];

/// Whether a key of a panel is one of the settings that are kept as they are.
pub(super) fn is_setting(key: &str) -> bool {
    key != "targets" && !NO_SETTINGS.contains(&key)
}

/// A panel with its type and heading. Its other settings are kept as they are: they can name variables, and a
/// change of one is a change.
pub(super) fn base(reader: &Reader<'_>, node: &Node<'_>, kind: &str, title: &str) -> Panel {
    let rest = node.entries().iter();
    let rest = rest.filter(|(key, _)| !NO_SETTINGS.contains(&key.text));
    if reader.keep == Keep::Outline {
        let mut named = Mentions::default();
        for (key, value) in rest {
            beside_queries(key.text, value, &mut named);
        }
        let mut panel = panel::plugin(title, kind, named.json()).any();
        panel.origin = reader.source.origin(node.at);
        return panel;
    }
    let settings = rest.map(|(key, value)| {
        let value = match key.text {
            "data" | "targets" => {
                let mut named = Mentions::default();
                beside_queries(key.text, value, &mut named);
                named.json()
            }
            _ => value.json(),
        };
        (key.text.to_string(), value)
    });
    let mut panel = panel::plugin(title, kind, Value::Object(settings.collect())).any();
    panel.origin = reader.source.origin(node.at);
    panel
}

/// What names variables in a setting of a panel. Queries are read elsewhere; what else is in them can name one.
fn beside_queries<'a>(key: &str, value: &Node<'a>, named: &mut Mentions<'a>) {
    if key != "targets" {
        return named.add(value);
    }
    let settings = value.items().iter().flat_map(Node::entries);
    for (key, value) in settings {
        if key.text != "expr" {
            named.add(value);
        }
    }
}

/// What answers a query: what it says itself, else what its panel says.
pub(super) fn answers<'n>(said: Source<'n>, panel: Source<'n>) -> Source<'n> {
    if said.is_default() && !panel.is_mixed() {
        panel
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

/// A rectangle, by the names of its sides.
pub(super) fn place(node: Option<&Node<'_>>, names: [&str; 4]) -> Option<Place> {
    let side = |key: &str| node?.get(key)?.as_f64().map(|side| side as i64);
    let [x, y, width, height] = names;
    Some(Place {
        x: side(x)?,
        y: side(y)?,
        width: side(width)?,
        height: side(height)?,
    })
}

pub(super) fn size(place: Place) -> Size {
    let side = |side: i64| u8::try_from(side.max(0)).unwrap_or(u8::MAX);
    Size {
        width: side(place.width),
        height: side(place.height),
    }
}

/// Grafana's id of the unit: each generation of panels keeps it elsewhere.
fn unit(node: &Node<'_>, kind: &str) -> Option<String> {
    let of_axis = || {
        let axes = node.get("yaxes")?.items();
        axes.first().map(|axis| axis.text(&["format"]))
    };
    let of_field = node.text(&["fieldConfig", "defaults", "unit"]);
    let text = match kind {
        // The last versions of old graphs have it where the new ones do.
        "graph" if of_field.is_empty() => of_axis().unwrap_or_default(),
        "singlestat" => node.text(&["format"]),
        "heatmap" => match node.text(&["yAxis", "format"]) {
            "" => node.text(&["options", "yAxis", "unit"]),
            old => old,
        },
        _ => of_field,
    };
    some(text)
}

fn thresholds(steps: Option<&Node<'_>>) -> Vec<Threshold> {
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
