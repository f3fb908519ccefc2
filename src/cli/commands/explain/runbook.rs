//! What a runbook is for, and which alerts lead to it.

use super::alert::alerts;
use super::page::Page;
use super::{Definitions, Kind};

pub(super) static KIND: Kind = Kind {
    word: "runbook",
    names: |project| {
        project
            .stack()
            .runbooks
            .iter()
            .map(|runbook| runbook.id.to_string())
            .collect()
    },
    explain,
};

fn explain(definitions: &Definitions<'_>, name: &str) -> Option<String> {
    let project = definitions.project;
    let runbook = project
        .stack()
        .runbooks
        .iter()
        .find(|runbook| runbook.id.as_str() == name)?;
    let leading = alerts(project).filter(|(_, alert)| alert.runbook.as_ref() == Some(&runbook.id));
    let numbered = (1..)
        .zip(&runbook.steps)
        .map(|(number, step)| format!("{number}. {}", step.text));
    let resolutions = runbook
        .resolutions
        .iter()
        .map(|resolution| match &resolution.when {
            Some(when) => format!("{when}: {}", resolution.action),
            None => resolution.action.clone(),
        });
    let page = Page::new("runbook", &runbook.id)
        .text(&format!("{}: {}", runbook.title, runbook.trigger))
        .facts(&[
            ("page", Some(format!("docs/runbooks/{}.md", runbook.id))),
            ("defined in", definitions.place(runbook.origin)),
        ])
        .list("alerts", leading.map(|(_, alert)| alert.name.clone()))
        .list("symptoms", runbook.symptoms.iter().cloned())
        .list("steps", numbered)
        .list("resolutions", resolutions)
        .list("escalation", runbook.escalation.iter().cloned());
    Some(page.finish())
}
