//! From a [`Stack`] to a [`Project`]: SLOs become rules, runbooks become pages, names are resolved and
//! indexes built. A project never changes afterwards; checks and targets read nothing else.

mod beside;
pub mod catalog;
mod component;
pub mod expression;
mod knowledge;
pub mod labels;
pub mod queries;
mod routes;
pub mod rule_test;
pub mod runbook_pages;
pub mod slo;
mod speed;
pub mod template;
pub mod units;
mod usage;

use std::collections::BTreeSet;

use obsctl_model::dashboard::Dashboard;
use obsctl_model::{RuleGroup, Stack, Uid};

use crate::diagnostic::Diagnostic;

pub use beside::Beside;
pub use catalog::{Catalog, Part, Series};
pub use component::{Component, OTLP_PORTS, TRACE_ID, memory_variable, variable};
pub use expression::{Expression, Site, subject};
pub use knowledge::Knowledge;
pub use queries::{Placed, QueryRef};
pub use routes::{Routes, Told};
pub use speed::Speed;
pub use usage::Usage;

/// A linked stack.
#[derive(Clone, Debug)]
pub struct Project {
    stack: Stack,
    dashboards: Vec<Dashboard>,
    /// The uids of those that were not made from other definitions.
    written: BTreeSet<Uid>,
    catalog: Catalog,
    problems: Vec<Diagnostic>,
    speed: Speed,
    knowledge: Knowledge,
    unread: Vec<Diagnostic>,
    routes: Vec<Routes>,
    asked: Vec<template::Asked>,
}

impl Project {
    /// Links a stack. Never fails: what does not resolve is found by checks.
    #[must_use]
    pub fn link(stack: Stack) -> Self {
        Self::link_beside(stack, Beside::default())
    }

    /// Links a stack, whose definitions may also name these metrics.
    #[must_use]
    pub fn link_beside(mut stack: Stack, beside: Beside) -> Self {
        sort(&mut stack);
        let mut catalog = Catalog::new(&stack, &stack.rule_groups, beside);
        let slos = slo::lower(&stack, &catalog);
        catalog.add_recorded(&slos.groups);
        stack.rule_groups.extend(slos.groups);
        stack.rule_groups.sort_by(|a, b| a.name.cmp(&b.name));
        let mut dashboards = std::mem::take(&mut stack.dashboards);
        let written = dashboards.iter().map(|one| one.uid.clone()).collect();
        dashboards.extend(slos.dashboards);
        dashboards.extend(runbook_pages::pages(&stack.runbooks, &stack.rule_groups));
        dashboards.sort_by(|a, b| a.uid.cmp(&b.uid));
        let asked = template::asked(&stack.rule_groups);
        let routes = stack.routing.iter().map(Routes::from).collect();
        Self {
            stack,
            dashboards,
            written,
            catalog,
            problems: slos.problems,
            speed: Speed::REAL,
            knowledge: Knowledge::STACK,
            unread: vec![],
            routes,
            asked,
        }
    }

    /// The same stack, of which only this is known: one that was read from files.
    #[must_use]
    pub fn knowing(mut self, knowledge: Knowledge) -> Self {
        self.knowledge = knowledge;
        self
    }

    /// With what could not be read.
    #[must_use]
    pub fn with_unread(mut self, unread: Vec<Diagnostic>) -> Self {
        self.unread = unread;
        self
    }

    /// With configurations of Alertmanager that were read.
    #[must_use]
    pub fn routed(mut self, routes: Vec<Routes>) -> Self {
        self.routes.extend(routes);
        self
    }

    /// Who is told of alerts: what the stack says itself, and each configuration of Alertmanager that was read.
    #[must_use]
    pub fn routes(&self) -> &[Routes] {
        &self.routes
    }

    /// What could not be read, as findings.
    #[must_use]
    pub fn unread(&self) -> &[Diagnostic] {
        &self.unread
    }

    /// What is known about the world.
    #[must_use]
    pub fn knows(&self) -> &Knowledge {
        &self.knowledge
    }

    /// The stack in a fixed order, with the rules that its SLOs became. Its dashboards are in
    /// [`Project::dashboards`].
    #[must_use]
    pub fn stack(&self) -> &Stack {
        &self.stack
    }

    /// All rule groups, those made from SLOs included, by name.
    #[must_use]
    pub fn groups(&self) -> &[RuleGroup] {
        &self.stack.rule_groups
    }

    /// All dashboards, those made from SLOs and runbooks included, by uid.
    #[must_use]
    pub fn dashboards(&self) -> &[Dashboard] {
        &self.dashboards
    }

    /// Whether a dashboard was not made from other definitions.
    #[must_use]
    pub fn is_written(&self, dashboard: &Dashboard) -> bool {
        self.written.contains(&dashboard.uid)
    }

    /// All series.
    #[must_use]
    pub fn catalog(&self) -> &Catalog {
        &self.catalog
    }

    /// What the texts of alerts ask when they are filled in, in the order of the rules.
    #[must_use]
    pub fn asked(&self) -> &[template::Asked] {
        &self.asked
    }

    /// SLOs that could not become rules, and why. A check reports them.
    #[must_use]
    pub fn problems(&self) -> &[Diagnostic] {
        &self.problems
    }
}

/// Equal definitions give equal bytes, whatever the order in which they were registered.
fn sort(stack: &mut Stack) {
    stack.services.sort_by(|a, b| a.name.cmp(&b.name));
    stack.metrics.sort_by(|a, b| a.title.cmp(&b.title));
    stack.rule_groups.sort_by(|a, b| a.name.cmp(&b.name));
    stack
        .slos
        .sort_by(|a, b| (&a.name, &a.service).cmp(&(&b.name, &b.service)));
    stack.dashboards.sort_by(|a, b| a.uid.cmp(&b.uid));
    stack.runbooks.sort_by(|a, b| a.id.cmp(&b.id));
    stack.tests.sort_by(|a, b| a.name.cmp(&b.name));
    stack.scrape_jobs.sort_by(|a, b| a.job.cmp(&b.job));
    stack.workloads.sort_by(|a, b| a.name.cmp(&b.name));
}
