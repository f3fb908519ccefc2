//! What a dashboard shows, and what leads to it.

use super::alert::alerts;
use super::page::Page;
use super::{Definitions, Kind};

pub(super) static KIND: Kind = Kind {
    word: "dashboard",
    names: |project| {
        project
            .dashboards()
            .iter()
            .map(|dashboard| dashboard.uid.to_string())
            .collect()
    },
    explain,
};

fn explain(definitions: &Definitions<'_>, name: &str) -> Option<String> {
    let project = definitions.project;
    let dashboard = project
        .dashboards()
        .iter()
        .find(|dashboard| dashboard.uid.as_str() == name)?;
    let variables: Vec<_> = dashboard
        .variables
        .iter()
        .map(|variable| variable.name.clone())
        .collect();
    let alerts =
        alerts(project).filter(|(_, alert)| alert.dashboard.as_ref() == Some(&dashboard.uid));
    let alerts = alerts.map(|(_, alert)| format!("alert `{}`", alert.name));
    let runbooks = project
        .stack()
        .runbooks
        .iter()
        .filter(|runbook| runbook.dashboards.contains(&dashboard.uid));
    let runbooks = runbooks.map(|runbook| format!("runbook `{}`", runbook.id));
    let mut page = Page::new("dashboard", &dashboard.uid)
        .text(&dashboard.title)
        .text(dashboard.description.as_deref().unwrap_or_default())
        .facts(&[
            ("folder", Some(dashboard.folder.title.clone())),
            ("variables", Some(variables.join(", "))),
            ("defined in", definitions.place(dashboard.origin)),
        ])
        .list(
            "panels",
            dashboard.top.iter().map(|panel| panel.title.clone()),
        );
    for row in &dashboard.rows {
        page = page.list(
            &format!("panels of `{}`", row.title),
            row.panels.iter().map(|panel| panel.title.clone()),
        );
    }
    Some(page.list("linked from", alerts.chain(runbooks)).finish())
}
