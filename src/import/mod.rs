//! What was read, as definitions that a team can go on with: YAML of the vocabulary, or Rust.

mod equivalent;
mod lost;
mod raise;
mod rust;

use obsctl_model::{Slug, Stack, TelemetryCatalog};

use crate::generate::yaml;

pub use lost::{document, inputs, kept_as_json, wordless};

/// Definitions that were read, or learnt from an engine.
#[derive(Clone, Debug, Default)]
pub struct Imported {
    /// Metrics.
    pub catalog: TelemetryCatalog,
    /// Rules.
    pub groups: Vec<obsctl_model::RuleGroup>,
    /// Dashboards.
    pub dashboards: Vec<obsctl_model::Dashboard>,
}

impl Imported {
    /// Adds a dashboard that was read whole, in the words of the vocabulary as far as it has them.
    pub fn dashboard(&mut self, mut read: obsctl_model::Dashboard) {
        raise::dashboard(&mut read);
        self.dashboards.push(read);
    }

    /// Whether there is nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        let none = self.groups.is_empty() && self.dashboards.is_empty();
        none && self.catalog == TelemetryCatalog::default()
    }

    /// As text: a catalog where there is nothing else, a stack otherwise.
    #[must_use]
    pub fn text(&self) -> String {
        if self.groups.is_empty() && self.dashboards.is_empty() {
            return yaml::plain(&self.catalog);
        }
        yaml::plain(&Stack {
            metrics: self.catalog.metrics.clone(),
            logs: self.catalog.logs.clone(),
            spans: self.catalog.spans.clone(),
            rule_groups: self.groups.clone(),
            dashboards: self.dashboards.clone(),
            ..Stack::new(Slug::from_static("imported"))
        })
    }

    /// As Rust, and what Rust does not say of it.
    #[must_use]
    pub fn rust(&self) -> (String, Vec<String>) {
        rust::module(self)
    }
}
