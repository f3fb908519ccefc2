//! Grafana dashboards in all the forms people keep them in.

mod classic;
mod layout;
mod panel;
mod sources;
mod target;
mod v2;
mod variable;

use obsctl_model::dashboard::{Dashboard, TimeRange, derived_uid};
use obsctl_model::{Duration, Origin, Uid};

use super::Reader;
use super::node::{Node, Value};

pub(super) use classic::{classic, library_panel};
pub(super) use v2::v2;

/// Whether a map is a dashboard's JSON model.
pub(super) fn is_dashboard(node: &Node<'_>) -> bool {
    let has = |key| node.get(key).is_some();
    let said =
        has("schemaVersion") || has("templating") || has("uid") || has("time") || has("__inputs");
    (has("panels") || has("rows")) && (said || has("title"))
}

/// Whether a map is the `spec` of a dashboard in the second form.
pub(super) fn is_v2(node: &Node<'_>) -> bool {
    node.get("elements").is_some() && node.get("layout").is_some()
}

/// Whether a map is a library panel.
pub(super) fn is_library_panel(node: &Node<'_>) -> bool {
    node.path(&["model", "type"]).is_some() && node.get("kind").is_some()
}

/// Whether the `spec` of a resource is a panel that dashboards share.
fn is_panel(spec: &Node<'_>) -> bool {
    spec.get("type").is_some() && spec.get("fieldConfig").is_some()
}

/// A resource of Grafana's API, or a list of them: the version of its `apiVersion` says the form of its `spec`.
pub(super) fn resource(reader: &mut Reader<'_>, node: &Node<'_>) {
    // Of what is in a list, only the list says what it is.
    if let Some(items) = node.get("items").filter(|_| node.get("spec").is_none()) {
        return items.items().iter().for_each(|one| resource(reader, one));
    }
    match node.get("spec") {
        Some(spec) if is_panel(spec) => classic::shared_panel(reader, node, spec),
        Some(spec) if is_v2(spec) => v2(reader, spec, node),
        Some(spec) => classic::named(reader, spec, node.text(&["metadata", "name"])),
        None => reader.trouble(node.at, "a dashboard resource needs `spec`"),
    }
}

/// A dashboard without panels. One that has no uid, or none that Grafana would take, gets one from its file.
fn begin(reader: &mut Reader<'_>, node: &Node<'_>, uid: &str, title: &str) -> Dashboard {
    let origin: Origin = reader.source.origin(node.at);
    let uid = if uid.is_empty() {
        derived_uid(&format!("{} {title}", reader.source.path))
    } else {
        Uid::new(uid).unwrap_or_else(|error| {
            let at = node.get("uid").map_or(node.at, |uid| uid.at);
            reader.trouble(at, error.to_string());
            derived_uid(uid)
        })
    };
    Dashboard {
        origin,
        refresh: None,
        ..Dashboard::with_uid(uid, title)
    }
}

/// Whether people may change a dashboard, and where that is said.
fn editable(reader: &Reader<'_>, node: &Node<'_>) -> Option<(bool, Origin)> {
    let said = node.get("editable")?;
    Some((said.as_bool()?, reader.source.origin(said.at)))
}

/// When a dashboard shows what: beginning, end, how often it reloads.
fn times(dashboard: &mut Dashboard, [from, to, refresh]: [&str; 3]) {
    let or = |text: &str, other: &str| if text.is_empty() { other } else { text }.to_owned();
    dashboard.time = TimeRange {
        from: or(from, "now-6h"),
        to: or(to, "now"),
    };
    dashboard.refresh = Duration::parse(refresh).ok();
}

/// The texts in nodes that name a variable, without what a variable says about what was chosen last.
fn mentioned<const N: usize>(nodes: [Option<&Node<'_>>; N]) -> Vec<String> {
    let mut all = vec![];
    for node in nodes.into_iter().flatten() {
        asked(node, &mut all);
    }
    all
}

fn asked(node: &Node<'_>, found: &mut Vec<String>) {
    match &node.value {
        Value::Scalar(text, _) if obsctl_promql::variable::contains(text) => {
            found.push(text.to_string());
        }
        Value::Scalar(..) => {}
        Value::List(items) => items.iter().for_each(|item| asked(item, found)),
        Value::Map(entries) => {
            let chosen = ["current", "options", "name", "label", "description"];
            let entries = entries.iter();
            let entries = entries.filter(|(key, _)| !chosen.contains(&key.text));
            entries.for_each(|(_, node)| asked(node, found));
        }
    }
}

/// The texts that name a variable, each once: what is not read otherwise can still use one.
#[derive(Default)]
struct Mentions<'a> {
    texts: Vec<&'a str>,
}

impl<'a> Mentions<'a> {
    fn add(&mut self, node: &Node<'a>) {
        node.scalars(&mut |text| {
            if obsctl_promql::variable::contains(text) && !self.texts.contains(&text) {
                self.texts.push(text);
            }
        });
    }

    fn json(self) -> serde_json::Value {
        self.texts.into()
    }
}
