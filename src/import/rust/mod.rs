//! Rust that declares what was read.

mod dashboard;
mod json;
mod literal;
mod metrics;
mod names;
mod panel;
mod parts;
mod query;
mod rules;
mod slos;
mod variable;
mod visualization;

use super::Imported;

/// The text of a module, and what it does not say.
pub(super) fn module(imported: &Imported) -> (String, Vec<String>) {
    let mut out = "use obsctl::model::prelude::*;\n".to_owned();
    let mut notes = vec![];
    metrics::declare(imported, &mut out, &mut notes);
    rules::declare(&imported.groups, &mut out, &mut notes);
    slos::declare(&imported.slos, &mut out, &mut notes);
    dashboard::declare(&imported.dashboards, &mut out);
    for event in &imported.catalog.logs.events {
        notes.push(format!(
            "log event `{}`: only metrics are imported as Rust",
            event.name
        ));
    }
    for span in &imported.catalog.spans.spans {
        notes.push(format!(
            "span `{}`: only metrics are imported as Rust",
            span.name
        ));
    }
    (out, notes)
}
