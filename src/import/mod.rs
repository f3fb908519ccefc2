//! What was read, as definitions that a team can go on with: YAML of the vocabulary, or Rust.

mod equivalent;
mod lost;
mod raise;
mod rust;

use std::collections::BTreeMap;

use obsctl_model::{Service, Slug, Stack, TelemetryCatalog};
use serde_json::json;

use crate::generate::yaml;

pub use lost::{document, inputs, kept_as_json, wordless};

/// Definitions that were read, or learnt from an engine.
#[derive(Clone, Debug, Default)]
pub struct Imported {
    /// Metrics.
    pub catalog: TelemetryCatalog,
    /// Rules.
    pub groups: Vec<obsctl_model::RuleGroup>,
    /// SLOs.
    pub slos: Vec<obsctl_model::Slo>,
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
        let none = self.groups.is_empty() && self.slos.is_empty() && self.dashboards.is_empty();
        none && self.catalog == TelemetryCatalog::default()
    }

    /// As text: a catalog or a list of SLOs where there is nothing else, a stack otherwise.
    #[must_use]
    pub fn text(&self) -> String {
        let nothing_else = self.groups.is_empty() && self.dashboards.is_empty();
        if nothing_else && self.slos.is_empty() {
            return yaml::plain(&self.catalog);
        }
        if nothing_else && self.catalog == TelemetryCatalog::default() {
            return yaml::plain(&json!({ "slos": self.slos }));
        }
        yaml::plain(&Stack {
            metrics: self.catalog.metrics.clone(),
            logs: self.catalog.logs.clone(),
            spans: self.catalog.spans.clone(),
            rule_groups: self.groups.clone(),
            services: services(&self.slos),
            slos: self.slos.clone(),
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

/// The services that SLOs are about, by name.
fn services(slos: &[obsctl_model::Slo]) -> Vec<Service> {
    let services = slos.iter().map(|slo| (&slo.service, &slo.owner));
    let services: BTreeMap<_, _> = services.collect();
    let services = services.into_iter();
    services
        .map(|(name, owner)| Service::new(name.clone(), owner.clone(), ""))
        .collect()
}
