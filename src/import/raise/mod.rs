//! Dashboards as they are written, said in the vocabulary as far as it has words; what is left stays Grafana's JSON and is laid over
//! what is generated. Every step is checked by lowering what came of it: nothing is taken for said that is not generated again.

mod annotation;
mod look;
mod panel;
mod place;
mod query;
mod settle;
mod transformation;
mod variable;
mod visualization;

use obsctl_model::dashboard::{
    Dashboard, DashboardLink, DashboardLinkTarget, Panel, Patch, derived_uid,
};
use obsctl_model::{Duration, Uid};
use serde_json::Value;

use super::equivalent::{self, patch};

/// The oldest schema whose dashboards need no migration that looks at more than single panels: since then datasources are named by
/// uid.
const SETTLED_SCHEMA: u64 = 36;

/// Says in the vocabulary what is written in a dashboard that was read whole.
pub(super) fn dashboard(read: &mut Dashboard) {
    let written = read.written.get().and_then(|one| one.json.clone());
    let is_classic = written.is_some();
    let written = written.unwrap_or_default();
    let inputs = inputs(&written);
    for panel in panels_mut(read) {
        let json = panel.written.get().and_then(|one| one.json.clone());
        if let Some(json) = json {
            panel::raise(panel, json, &inputs);
        }
    }
    place::settle(read, &written);
    if names_panels(&written) {
        keep_ids(read);
    }
    if !is_classic {
        // The other form names everything else otherwise: what was read of it is what there is.
        return;
    }
    let list = items(&written["templating"]["list"]);
    for (variable, json) in read.variables.iter_mut().zip(list) {
        variable::raise(variable, json, &inputs);
    }
    annotation::raise(&mut read.annotations, &written["annotations"]["list"]);
    for (link, json) in read.links.iter_mut().zip(items(&written["links"])) {
        raise_link(link, json);
    }
    read.json = rest(read, &written);
}

pub(super) fn panels_mut(dashboard: &mut Dashboard) -> impl Iterator<Item = &mut Panel> {
    let rows = dashboard.rows.iter_mut().flat_map(|row| &mut row.panels);
    dashboard.top.iter_mut().chain(rows)
}

/// The names of the datasources that Grafana asks for when the file is imported by hand.
fn inputs(written: &Value) -> Vec<String> {
    let inputs = items(&written["__inputs"]).iter();
    let inputs = inputs.filter(|one| one["type"] == "datasource");
    inputs.map(|one| text(&one["name"]).to_owned()).collect()
}

/// Whether a datasource is one that is asked for: provisioned files are asked nothing, so the stack's own answers.
pub(super) fn is_input(uid: &str, inputs: &[String]) -> bool {
    let variable = obsctl_promql::variable::exact(uid);
    variable.is_some_and(|variable| inputs.contains(&variable.name))
}

/// Whether links or queries name panels by their numbers.
fn names_panels(written: &Value) -> bool {
    match written {
        Value::Object(map) => map
            .iter()
            .any(|(key, value)| key == "panelId" || names_panels(value)),
        Value::Array(items) => items.iter().any(names_panels),
        Value::String(text) => text.contains("viewPanel=") || text.contains("panelId="),
        _ => false,
    }
}

fn keep_ids(read: &mut Dashboard) {
    for panel in panels_mut(read) {
        if let Some(id) = panel.written.get().and_then(|one| one.id) {
            panel.json.0.insert("id".to_owned(), id.into());
        }
    }
}

fn raise_link(link: &mut DashboardLink, json: &Value) {
    if let DashboardLinkTarget::Url(url) = &link.to
        && let Some(uid) = url.strip_prefix("/d/")
        && let Ok(uid) = Uid::new(uid)
    {
        link.to = DashboardLinkTarget::Dashboard(uid);
    }
    let mut alone = Dashboard::with_uid(derived_uid("x"), "");
    alone.links.push(link.clone());
    let generated = generated(&alone)["links"][0].take();
    let mut original = json.clone();
    // A menu of dashboards has no address of its own, and nothing else has tags.
    let unused = match text(&json["type"]) {
        "dashboards" => "url",
        _ => "tags",
    };
    without(&mut original, &[unused]);
    link.json = as_patch(patch(&generated, &original, equivalent::defaults("link")));
}

/// What the vocabulary has no words for of the dashboard itself.
fn rest(read: &mut Dashboard, written: &Value) -> Patch {
    let bare = Dashboard {
        top: vec![],
        rows: vec![],
        ..read.clone()
    };
    let mut generated = generated(&bare);
    let mut original = written.clone();
    let schema = original["schemaVersion"].as_u64();
    // Older ones say that nothing is repeated by `false`.
    if Duration::parse(text(&original["refresh"])).is_err() {
        without(&mut original, &["refresh"]);
        without(&mut generated, &["refresh"]);
    }
    equivalent::without_ignored("dashboard", &mut original);
    equivalent::without_ignored("dashboard", &mut generated);
    let mut rest = as_patch(patch(
        &generated,
        &original,
        equivalent::defaults("dashboard"),
    ));
    if let Some(schema) = schema.filter(|schema| *schema < SETTLED_SCHEMA) {
        rest.0.insert("schemaVersion".to_owned(), schema.into());
    }
    rest
}

/// What is generated without any of Grafana's own JSON laid over it.
pub(super) fn generated(dashboard: &Dashboard) -> Value {
    serde_json::to_value(dashboard.to_grafana(&|_| None)).unwrap_or_default()
}

/// What is generated from one panel.
pub(super) fn generated_panel(panel: &Panel) -> Value {
    let mut alone = Dashboard::with_uid(derived_uid("x"), "");
    alone.top.push(panel.clone());
    generated(&alone)["panels"][0].take()
}

pub(super) fn as_patch(differing: Option<Value>) -> Patch {
    match differing {
        Some(Value::Object(map)) => Patch(map),
        _ => Patch::default(),
    }
}

pub(super) fn items(list: &Value) -> &[Value] {
    list.as_array().map_or(&[], Vec::as_slice)
}

pub(super) fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

pub(super) fn some(value: &Value) -> Option<String> {
    Some(text(value).to_owned()).filter(|text| !text.is_empty())
}

pub(super) fn flag(value: &Value) -> bool {
    value.as_bool().unwrap_or_default()
}

/// A small whole number.
pub(super) fn small(value: &Value) -> Option<u8> {
    let number = value.as_f64().filter(|number| number.fract() == 0.0)?;
    (0.0..=255.0).contains(&number).then_some(number as u8)
}

pub(super) fn without(json: &mut Value, keys: &[&str]) {
    if let Value::Object(map) = json {
        map.retain(|key, _| !keys.contains(&key.as_str()));
    }
}
