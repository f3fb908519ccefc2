//! What an SLO promises, what its budget is, and what sets its alerts off.

use super::page::Page;
use super::{Definitions, Kind};

pub(super) static KIND: Kind = Kind {
    word: "slo",
    names: |project| {
        project
            .stack()
            .slos
            .iter()
            .map(|slo| slo.name.to_string())
            .collect()
    },
    explain,
};

fn explain(definitions: &Definitions<'_>, name: &str) -> Option<String> {
    let project = definitions.project;
    let slo = project
        .stack()
        .slos
        .iter()
        .find(|slo| slo.name.as_str() == name)?;
    let by: Vec<_> = slo.by.iter().map(ToString::to_string).collect();
    let page = Page::new("SLO", &slo.name).text(&slo.description).facts([
        ("service", Some(slo.service.clone())),
        (
            "objective",
            Some(format!(
                "{} percent over {}",
                slo.objective.as_percent(),
                slo.window
            )),
        ),
        ("budget for each", Some(by.join(", "))),
        ("owner", Some(slo.owner.clone())),
        ("runbook", slo.runbook.as_ref().map(ToString::to_string)),
        ("defined in", definitions.place(slo.origin)),
    ]);
    Some(page.finish())
}
