//! What an alert waits for, and what happens when it fires.

use obsctl_model::{Alert, Engine, Rule, RuleGroup};

use super::page::Page;
use super::{Definitions, Kind};
use crate::project::Project;

pub(super) static KIND: Kind = Kind {
    word: "alert",
    names: |project| {
        alerts(project)
            .map(|(_, alert)| alert.name.clone())
            .collect()
    },
    explain,
};

pub(super) fn alerts(project: &Project) -> impl Iterator<Item = (&RuleGroup, &Alert)> {
    project.groups().iter().flat_map(|group| {
        group.rules.iter().filter_map(move |rule| match rule {
            Rule::Alert(alert) => Some((group, alert)),
            Rule::Record(_) => None,
        })
    })
}

fn explain(definitions: &Definitions<'_>, name: &str) -> Option<String> {
    let of_that_name = alerts(definitions.project).filter(|(_, alert)| alert.name == name);
    let pages: Vec<_> = of_that_name
        .map(|(group, alert)| page(definitions, group, alert))
        .collect();
    (!pages.is_empty()).then(|| pages.join("\n"))
}

fn page(definitions: &Definitions<'_>, group: &RuleGroup, alert: &Alert) -> String {
    let engine = match alert.query.engine() {
        Engine::Prometheus => "Prometheus",
        Engine::Loki => "Loki",
    };
    let labels: Vec<_> = alert
        .labels
        .iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    let mut page = Page::new("alert", &alert.name).text(&alert.summary);
    if let Some(description) = &alert.description {
        page = page.text(description);
    }
    page.facts(&[
        (
            "severity",
            alert.severity.map(|severity| severity.word().to_owned()),
        ),
        ("owner", Some(alert.owner.clone())),
        ("labels", Some(labels.join(", "))),
        ("after", Some(alert.lasting.to_string())),
        (
            "keeps firing",
            alert.keep_firing.map(|time| time.to_string()),
        ),
        ("runbook", alert.runbook.as_ref().map(ToString::to_string)),
        (
            "dashboard",
            alert.dashboard.as_ref().map(ToString::to_string),
        ),
        (
            "group",
            Some(format!("{}, evaluated by {engine}", group.name)),
        ),
        ("defined in", definitions.place(alert.origin)),
    ])
    .query("fires when", &alert.query)
    .finish()
}
