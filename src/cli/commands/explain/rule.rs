//! What a recording rule stores, and every query that asks for it.

use obsctl_model::{RecordingRule, Rule, RuleGroup};

use super::page::Page;
use super::{Definitions, Kind, metric};
use crate::project::Project;

pub(super) static KIND: Kind = Kind {
    word: "rule",
    names: |project| {
        records(project)
            .map(|(_, rule)| rule.record.to_string())
            .collect()
    },
    explain,
};

fn records(project: &Project) -> impl Iterator<Item = (&RuleGroup, &RecordingRule)> {
    project.groups().iter().flat_map(|group| {
        group.rules.iter().filter_map(move |rule| match rule {
            Rule::Record(rule) => Some((group, rule)),
            Rule::Alert(_) => None,
        })
    })
}

fn explain(definitions: &Definitions<'_>, name: &str) -> Option<String> {
    let mut pages = vec![];
    for (group, rule) in
        records(definitions.project).filter(|(_, rule)| rule.record.as_str() == name)
    {
        let labels: Vec<_> = rule
            .labels
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let page = Page::new("recording rule", name)
            .facts(&[
                ("group", Some(group.name.clone())),
                ("labels", Some(labels.join(", "))),
                ("defined in", definitions.place(rule.origin)),
            ])
            .query("stores", &rule.query);
        pages.push(page.finish());
    }
    let uses = Page::default().list("used by", metric::uses(definitions, &[name.to_owned()]));
    (!pages.is_empty()).then(|| pages.join("\n") + &uses.finish())
}
