//! A panel: what every type has, then what draws it, then its queries; at last what is left of its JSON.

use obsctl_model::Duration;
use obsctl_model::dashboard::grafana::ColorMode;
use obsctl_model::dashboard::panel::{Plugin, Repeat};
use obsctl_model::dashboard::{Color, Panel, Threshold, Visualization};
use serde_json::Value;

use super::super::equivalent::{self, patch};
use super::{as_patch, generated_panel, items, look, query, settle, small, some, text};
use super::{transformation, visualization};

/// The newest version of Grafana whose panels are no longer taken for what they are written as: their options have migrations that
/// look at the version.
const MIGRATED: u32 = 10;

pub(super) fn raise(panel: &mut Panel, json: Value, inputs: &[String]) {
    let kind = text(&json["type"]).to_owned();
    let config = &json["fieldConfig"]["defaults"];
    let is_old = !(json["fieldConfig"].is_object() || json["options"].is_object());
    let options = || match &json["options"] {
        Value::Null => Value::Object(serde_json::Map::new()),
        options => options.clone(),
    };
    let plugin = || {
        Visualization::Plugin(Plugin {
            id: kind.clone(),
            options: options(),
            custom: config.get("custom").cloned(),
        })
    };
    panel.visualization = match is_old {
        true => plugin(),
        false => visualization::raise(&kind, &json).unwrap_or_else(plugin),
    };
    shared(panel, &json);
    for (query, json) in panel.queries.iter_mut().zip(items(&json["targets"])) {
        query::raise(query, json, inputs);
    }
    settle::others(panel, &json);
    settle::forget_what_follows(panel);
    rest(panel, &kind, json);
}

fn shared(panel: &mut Panel, json: &Value) {
    let config = &json["fieldConfig"]["defaults"];
    let mut decimals = small(&config["decimals"]);
    let mut unit = some(&config["unit"]);
    // The unit of a heatmap belongs to its axis.
    if let Visualization::Heatmap(_) = panel.visualization {
        let axis = &json["options"]["yAxis"];
        decimals = decimals.or(small(&axis["decimals"]));
        unit = some(&axis["unit"]);
    }
    (panel.unit, panel.grafana_unit) = look::unit(unit);
    panel.decimals = decimals;
    panel.min = config["min"].as_f64();
    panel.max = config["max"].as_f64();
    panel.no_value = some(&config["noValue"]);
    (panel.base_color, panel.thresholds) = look::thresholds(&config["thresholds"]["steps"]);
    // What Grafana takes where none are said.
    if config["thresholds"].is_null() && panel.visualization.colors() == Some(ColorMode::Thresholds)
    {
        panel.base_color = Some(Color::Green);
        panel.thresholds = vec![Threshold {
            value: 80.0,
            color: Color::Red,
        }];
    }
    panel.color = match text(&config["color"]["mode"]) {
        "fixed" => some(&config["color"]["fixedColor"]).map(|name| look::color(&name)),
        _ => None,
    };
    panel.mappings = look::mappings(&config["mappings"]);
    panel.data_links = items(&config["links"]).iter().map(look::link).collect();
    panel.links = items(&json["links"]).iter().map(look::link).collect();
    let overrides = items(&json["fieldConfig"]["overrides"]).iter();
    panel.overrides = overrides.map(look::field_override).collect();
    let steps = items(&json["transformations"]).iter();
    panel.transformations = steps.map(transformation::raise).collect();
    let length = |key: &str| Duration::parse(text(&json[key])).ok();
    (panel.min_step, panel.last) = (length("interval"), length("timeFrom"));
    panel.repeat = some(&json["repeat"]).map(|variable| Repeat {
        variable,
        per_row: match text(&json["repeatDirection"]) {
            "v" => None,
            _ => Some(small(&json["maxPerRow"]).unwrap_or(4)),
        },
    });
}

/// What the vocabulary has no words for.
fn rest(panel: &mut Panel, kind: &str, json: Value) {
    let mut generated = generated_panel(panel);
    let targets = generated["targets"].take();
    let pairs = items(&targets).iter().zip(items(&json["targets"]));
    for (query, (generated, json)) in panel.queries.iter_mut().zip(pairs) {
        query::settle(query, generated, json);
    }
    let version = json["pluginVersion"].clone();
    let mut original = json;
    for part in ["panel", kind] {
        equivalent::without_ignored(part, &mut generated);
        equivalent::without_ignored(part, &mut original);
    }
    without_effect(&mut original);
    let defaults = equivalent::of_panel(kind);
    panel.json = as_patch(patch(&generated, &original, &defaults));
    let looks = ["fieldConfig", "options"].map(|key| panel.json.0.contains_key(key));
    let known = !matches!(panel.visualization, Visualization::Plugin(_));
    if keeps_version(kind, known, looks.contains(&true), &version) {
        panel.json.0.insert("pluginVersion".to_owned(), version);
    }
}

/// Settings that other settings put out of effect.
fn without_effect(original: &mut Value) {
    if let Some(color) = original.pointer_mut("/fieldConfig/defaults/color")
        && !["fixed", "shades"].contains(&text(&color["mode"]))
    {
        super::without(color, &["fixedColor"]);
    }
    // One series needs no order.
    if let Some(tooltip) = original.pointer_mut("/options/tooltip")
        && tooltip["mode"] == "single"
    {
        super::without(tooltip, &["sort"]);
    }
}

/// Whether Grafana has to know which version wrote the panel, to migrate what was not understood of it.
fn keeps_version(kind: &str, known: bool, some_is_left: bool, version: &Value) -> bool {
    let major = text(version).trim_start_matches('v');
    let major = major.split('.').next().and_then(|major| major.parse().ok());
    match major {
        _ if !known => true,
        Some(major) => some_is_left && MIGRATED > major,
        // These change by whether there is a version at all.
        None => some_is_left && ["stat", "gauge", "bargauge", "table"].contains(&kind),
    }
}
