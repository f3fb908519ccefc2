//! `docs/runbooks/`: the runbooks in Markdown, with the alerts that lead to each, and an index.

use std::collections::BTreeMap;

use obsctl_model::{Action, Alert, Resolution, Rule, RuleQuery, Runbook, Slug, Step};

use crate::generate::markdown::{Markdown, code, fence, prose};
use crate::generate::{Artifact, Component, Environment, Target, rule_file};
use crate::project::{Project, runbook_pages};

/// The runbooks in Markdown.
pub static RUNBOOK_DOCS: Target = Target {
    name: "runbook-docs",
    summary: "The runbooks in Markdown, each with the alerts that lead to it and their queries",
    generate,
};

/// The alerts that lead to each runbook, by name.
type Alerts<'a> = BTreeMap<&'a Slug, Vec<&'a Alert>>;

fn generate(project: &Project, environment: Environment) -> Vec<Artifact> {
    let runbooks = &project.stack().runbooks;
    if environment == Environment::Host || runbooks.is_empty() {
        return vec![];
    }
    let alerts = alerts(project);
    let mut artifacts = vec![Artifact::new(
        "docs/runbooks/README.md",
        index(runbooks, &alerts),
    )];
    for runbook in runbooks {
        let alerts = alerts.get(&runbook.id).map_or(&[][..], Vec::as_slice);
        artifacts.push(Artifact::new(
            format!("docs/runbooks/{}.md", runbook.id),
            page(project, runbook, alerts, environment),
        ));
    }
    artifacts
}

fn alerts(project: &Project) -> Alerts<'_> {
    let mut found = Alerts::new();
    for rule in project.groups().iter().flat_map(|group| &group.rules) {
        if let Rule::Alert(alert) = rule
            && let Some(runbook) = &alert.runbook
        {
            found.entry(runbook).or_default().push(alert);
        }
    }
    for alerts in found.values_mut() {
        alerts.sort_by(|a, b| (a.severity, &a.name).cmp(&(b.severity, &b.name)));
    }
    found
}

/// How urgent an alert is, in a word.
fn severity(alert: &Alert) -> &str {
    let own = alert.severity.map(obsctl_model::Severity::word);
    own.or_else(|| alert.labels.get("severity").map(String::as_str))
        .unwrap_or("unclassified")
}

fn index(runbooks: &[Runbook], alerts: &Alerts<'_>) -> String {
    let mut page = Markdown::page("Runbooks");
    page.paragraph("What to look at and what to do when an alert fires. In Grafana each is a page of its own, with live panels; an alert's `runbook_url` leads there.");
    page.table(
        &["Runbook", "Set off by", "Alerts"],
        runbooks.iter().map(|runbook| {
            let alerts: Vec<_> = alerts
                .get(&runbook.id)
                .into_iter()
                .flatten()
                .map(|alert| format!("{} ({})", code(&alert.name), severity(alert)))
                .collect();
            vec![
                format!("[{}]({}.md)", prose(&runbook.title), runbook.id),
                prose(&runbook.trigger),
                alerts.join(", "),
            ]
        }),
    );
    page.finish()
}

fn page(
    project: &Project,
    runbook: &Runbook,
    alerts: &[&Alert],
    environment: Environment,
) -> String {
    let grafana = environment.browser_url(Component::Grafana);
    let mut page = Markdown::page(&prose(&runbook.title));
    page.paragraph(&format!("**Set off by:** {}", prose(&runbook.trigger)));
    let mut links = vec![format!(
        "[this page with live panels]({grafana}/d/{})",
        runbook_pages::uid(&runbook.id)
    )];
    for uid in &runbook.dashboards {
        let dashboards = project.dashboards();
        let dashboard = dashboards.iter().find(|dashboard| dashboard.uid == *uid);
        let title = dashboard.map_or(uid.as_str(), |dashboard| dashboard.title.as_str());
        links.push(format!("[{}]({grafana}/d/{uid})", prose(title)));
    }
    page.paragraph(&format!("In Grafana: {}", links.join(", ")));
    if !alerts.is_empty() {
        page.heading(2, "Alerts");
    }
    for alert in alerts {
        self::alert(&mut page, alert);
    }
    section(
        &mut page,
        "Symptoms",
        runbook.symptoms.iter().map(|text| prose(text)),
    );
    if !runbook.steps.is_empty() {
        page.heading(2, "Investigation");
        page.numbered(runbook.steps.iter().map(step));
    }
    section(
        &mut page,
        "Resolution",
        runbook.resolutions.iter().map(resolution),
    );
    section(
        &mut page,
        "Escalation",
        runbook.escalation.iter().map(|text| prose(text)),
    );
    page.finish()
}

fn section(page: &mut Markdown, title: &str, items: impl ExactSizeIterator<Item = String>) {
    if items.len() > 0 {
        page.heading(2, title);
        page.list(items);
    }
}

/// What an alert says and what it asks; the query is the one that is evaluated.
fn alert(page: &mut Markdown, alert: &Alert) {
    page.heading(3, &code(&alert.name));
    let lasting = if alert.lasting.is_zero() {
        "fires at once".to_owned()
    } else {
        format!("fires after {}", alert.lasting)
    };
    page.paragraph(&format!(
        "{}, for {}; {lasting}: {}",
        capitalised(severity(alert)),
        code(&alert.owner),
        code(&alert.summary),
    ));
    if let Some(description) = &alert.description {
        page.paragraph(&prose(description));
    }
    let language = match alert.query {
        RuleQuery::Promql(_) => "promql",
        RuleQuery::Logql(_) => "logql",
    };
    page.fence(language, &rule_file::expression(&alert.query));
}

fn capitalised(word: &str) -> String {
    let mut chars = word.chars();
    chars.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(chars).collect()
    })
}

fn step(step: &Step) -> String {
    let mut text = prose(&step.text);
    for action in &step.actions {
        let (language, run) = match action {
            Action::Promql(query) => ("promql", &rule_file::pretty(query)),
            Action::Logql(query) => ("logql", &query.to_string()),
            Action::Traceql(query) => ("traceql", &query.to_string()),
            Action::Sql(run) => ("sql", run),
            Action::Shell(run) => ("sh", run),
            Action::Http(run) => ("http", run),
        };
        text.push_str("\n\n");
        text.push_str(&fence(language, run));
    }
    text
}

fn resolution(resolution: &Resolution) -> String {
    match &resolution.when {
        Some(when) => format!("**{}:** {}", prose(when), prose(&resolution.action)),
        None => prose(&resolution.action),
    }
}

#[cfg(test)]
mod tests {
    use obsctl_model::prelude::*;

    use super::*;

    #[test]
    fn a_runbook_shows_the_alert_that_leads_to_it() {
        let id = Slug::from_static("slow");
        let stack = Stack::new(Slug::from_static("test"))
            .runbook(
                Runbook::new(id.clone(), "The API is slow", "p95 over 2 s")
                    .symptom("Pages hang")
                    .step("Which paths?", promql("topk(3, up)"))
                    .then(Action::sql("SELECT 1\n\nFROM x"))
                    .resolve("A query is slow", "Add an index")
                    .escalate("The platform team"),
            )
            .rule_group(
                RuleGroup::new("api").alert(
                    Alert::new("Slow")
                        .when(promql("up > 2"))
                        .lasting(mins(5))
                        .severity(Severity::Warning)
                        .owner("platform")
                        .summary("slow: {{ $value }}")
                        .runbook(id),
                ),
            );
        let artifacts = generate(&Project::link(stack), Environment::Compose);
        let paths: Vec<_> = artifacts
            .iter()
            .map(|artifact| artifact.path.as_str())
            .collect();
        assert_eq!(paths, ["docs/runbooks/README.md", "docs/runbooks/slow.md"]);
        assert!(
            artifacts[0]
                .text
                .contains("| [The API is slow](slow.md) | p95 over 2 s | `Slow` (warning) |"),
            "{}",
            artifacts[0].text
        );
        let page = &artifacts[1].text;
        for part in [
            "### `Slow`\n\nWarning, for `platform`; fires after 5m: `slow: {{ $value }}`\n\n```promql\nup > 2\n```\n",
            "1. Which paths?\n\n   ```promql\n   topk(3, up)\n   ```\n\n   ```sql\n   SELECT 1\n\n   FROM x\n   ```\n",
            "- **A query is slow:** Add an index\n",
            "## Escalation\n\n- The platform team\n",
            "http://localhost:3000/d/runbook-slow",
        ] {
            assert!(page.contains(part), "{part}\n---\n{page}");
        }
    }
}
