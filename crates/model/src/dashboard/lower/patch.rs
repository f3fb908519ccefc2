//! What definitions say in Grafana's own JSON, laid over what was generated from them.

use serde_json::Value;

use super::UnitOf;
use crate::dashboard::patch::Patch;
use crate::dashboard::{Dashboard, Panel};

impl Dashboard {
    /// The text of its file, with what it says in Grafana's own JSON. Panels that name no unit get what `unit_of` says about
    /// their queries.
    #[must_use]
    pub fn to_json(&self, unit_of: UnitOf<'_>) -> String {
        let typed = self.to_grafana(unit_of);
        if self.patches().all(Patch::is_empty) {
            return typed.to_json();
        }
        let mut json = serde_json::to_value(typed).unwrap_or_default();
        self.lay_over(&mut json);
        json.sort_all_objects();
        format!("{json:#}\n")
    }

    fn patches(&self) -> impl Iterator<Item = &Patch> {
        let queries = self.panels().flat_map(|panel| &panel.queries);
        std::iter::once(&self.json)
            .chain(self.variables.iter().map(|one| &one.json))
            .chain(self.annotations.iter().map(|one| &one.json))
            .chain(self.links.iter().map(|one| &one.json))
            .chain(self.panels().map(|one| &one.json))
            .chain(queries.map(|one| &one.json))
    }

    fn lay_over(&self, json: &mut Value) {
        let mut panels = self.panels();
        for element in items(json, "/panels") {
            if element["type"] == "row" {
                // Those of an open row follow it.
                for (json, panel) in items(element, "/panels").zip(panels.by_ref()) {
                    lay_over_panel(panel, json);
                }
            } else if let Some(panel) = panels.next() {
                lay_over_panel(panel, element);
            }
        }
        let variables = items(json, "/templating/list");
        for (json, variable) in variables.zip(&self.variables) {
            variable.json.over(json);
        }
        // Grafana's own come first.
        let annotations = items(json, "/annotations/list").skip(1);
        for (json, annotation) in annotations.zip(&self.annotations) {
            annotation.json.over(json);
        }
        for (json, link) in items(json, "/links").zip(&self.links) {
            link.json.over(json);
        }
        self.json.over(json);
    }
}

fn lay_over_panel(panel: &Panel, json: &mut Value) {
    for (json, query) in items(json, "/targets").zip(&panel.queries) {
        query.json.over(json);
    }
    panel.json.over(json);
}

/// The elements of a list, if there is one.
fn items<'j>(json: &'j mut Value, path: &str) -> std::slice::IterMut<'j, Value> {
    let list = json.pointer_mut(path).and_then(Value::as_array_mut);
    list.map_or(&mut [][..], Vec::as_mut_slice).iter_mut()
}
