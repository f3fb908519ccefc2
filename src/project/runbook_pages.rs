//! Runbooks as pages in Grafana: the text, the alert's query as a live panel, and links that carry the
//! alert's labels. An alert's `runbook_url` leads here.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use obsctl_model::dashboard::panel::{alert_list, text, timeseries};
use obsctl_model::dashboard::{
    Color, Dashboard, DashboardLink, Explore, Expression, Panel, derived_uid, variable,
};
use obsctl_model::{Action, Alert, Promql, Rule, RuleGroup, RuleQuery, Runbook, Slug, Step, Uid};
use obsctl_promql::ast::BinaryOp;
use obsctl_promql::{Expr, variable::scan};

use crate::parallel;

/// The folder and the tag of all runbook pages.
const FOLDER: &str = "Runbooks";

/// The page of a runbook.
#[must_use]
pub fn uid(runbook: &Slug) -> Uid {
    derived_uid(&format!("runbook {runbook}"))
}

/// The labels a page takes from the alert that leads to it: the variables its queries use.
#[must_use]
pub fn parameters(runbook: &Runbook) -> BTreeSet<String> {
    runbook
        .steps
        .iter()
        .flat_map(|step| &step.actions)
        .filter_map(|action| match action {
            Action::Promql(query) => Some(query.as_str()),
            Action::Logql(query) => Some(query.as_str()),
            Action::Traceql(query) => Some(query.as_str()),
            Action::Sql(_) | Action::Shell(_) | Action::Http(_) => None,
        })
        .flat_map(scan)
        .map(|(_, variable)| variable)
        .filter(|variable| !obsctl_promql::variable::is_builtin(&variable.name))
        .map(|variable| variable.name)
        .collect()
}

/// A page per runbook.
#[must_use]
pub fn pages(runbooks: &[Runbook], groups: &[RuleGroup]) -> Vec<Dashboard> {
    let mut alerts: BTreeMap<&Slug, Vec<&Alert>> = BTreeMap::new();
    for rule in groups.iter().flat_map(|group| &group.rules) {
        if let Rule::Alert(alert) = rule
            && let Some(runbook) = &alert.runbook
        {
            alerts.entry(runbook).or_default().push(alert);
        }
    }
    let page_of = |runbook: &Runbook| {
        let mut alerts = alerts.get(&runbook.id).cloned().unwrap_or_default();
        alerts.sort_by(|a, b| a.name.cmp(&b.name));
        page(runbook, &alerts)
    };
    parallel::map(runbooks, page_of)
}

fn page(runbook: &Runbook, alerts: &[&Alert]) -> Dashboard {
    let mut page = Dashboard::with_uid(uid(&runbook.id), format!("Runbook: {}", runbook.title))
        .description(&runbook.trigger)
        .folder(FOLDER)
        .tag("runbook")
        .last(obsctl_model::hours(3));
    page.origin = runbook.origin;
    for name in parameters(runbook) {
        page = page.variable(
            variable::textbox(&name)
                .default(".*")
                .description(format!("The alert's label `{name}`; a regular expression.")),
        );
    }
    for dashboard in &runbook.dashboards {
        page = page.link(DashboardLink::to_uid(
            title_of(dashboard),
            dashboard.clone(),
        ));
    }
    page = page.link(DashboardLink::tagged("All runbooks", "runbook"));

    let mut first: Vec<Panel> = vec![sized(text("What is happening", overview(runbook)), 12, 9)];
    if !alerts.is_empty() {
        let names: Vec<_> = alerts.iter().map(|alert| alert.name.as_str()).collect();
        first.push(
            alert_list("Alerts that lead here")
                .matching(format!("{{alertname=~\"{}\"}}", names.join("|")))
                .width(12)
                .height(9)
                .description("Those that fire or are about to.")
                .any(),
        );
    }
    page = page.row("The alert", first);
    if !alerts.is_empty() {
        page = page.row(
            "Its query, live",
            alerts
                .iter()
                .map(|alert| condition(alert))
                .collect::<Vec<_>>(),
        );
    }
    let steps: Vec<_> = runbook
        .steps
        .iter()
        .enumerate()
        .flat_map(|(i, step)| step_panels(i + 1, step))
        .collect();
    if !steps.is_empty() {
        page = page.row("Investigation", steps);
    }
    page.row(
        "Resolution",
        vec![written(text("What to do", resolution(runbook)), 24)],
    )
}

/// Names a dashboard by its uid: what the runbook says of it is its identity.
fn title_of(uid: &Uid) -> String {
    let mut title = uid.as_str().replace('-', " ");
    if let Some(first) = title.get_mut(0..1) {
        first.make_ascii_uppercase();
    }
    title
}

fn overview(runbook: &Runbook) -> String {
    let mut markdown = format!("**Set off by:** {}\n", runbook.trigger);
    list(&mut markdown, "Symptoms", &runbook.symptoms);
    markdown
}

fn resolution(runbook: &Runbook) -> String {
    let mut markdown = String::new();
    for resolution in &runbook.resolutions {
        let _ = match &resolution.when {
            Some(when) => writeln!(markdown, "- **{when}:** {}", resolution.action),
            None => writeln!(markdown, "- {}", resolution.action),
        };
    }
    list(&mut markdown, "Escalation", &runbook.escalation);
    markdown
}

fn list(markdown: &mut String, heading: &str, items: &[String]) {
    if !items.is_empty() {
        let _ = write!(markdown, "\n### {heading}\n\n");
        for item in items {
            let _ = writeln!(markdown, "- {item}");
        }
    }
}

/// The alert's query as a panel: what is compared with a number is drawn as a line, the number as a limit.
fn condition(alert: &Alert) -> Panel {
    let mut panel = timeseries(&alert.name)
        .description(&alert.summary)
        .width(24);
    match &alert.query {
        RuleQuery::Logql(query) => panel = panel.query(query.clone()),
        RuleQuery::Promql(query) => {
            for (drawn, limit) in conditions(query.expr()) {
                panel = panel.query(Promql::from_tree(drawn, query.origin()));
                if let Some(limit) = limit {
                    panel = panel.threshold(limit, Color::Red).threshold_areas();
                }
            }
        }
    }
    let mut panel = panel.any();
    panel.thresholds.sort_by(|a, b| a.value.total_cmp(&b.value));
    panel.thresholds.dedup_by(|a, b| a.value == b.value);
    panel.allow.clone_from(&alert.allow);
    panel.origin = alert.origin;
    panel
}

/// What an alert watches: each side of an `or`, without the guards behind `and` and `unless`, and the number
/// it is compared with.
fn conditions(expr: &Expr) -> Vec<(&Expr, Option<f64>)> {
    match expr {
        Expr::Paren(node) => conditions(&node.expr),
        Expr::Binary(node) => match (node.op, node.rhs.as_ref()) {
            (BinaryOp::And | BinaryOp::Unless, _) => conditions(&node.lhs),
            (BinaryOp::Or, right) => {
                let mut both = conditions(&node.lhs);
                both.extend(conditions(right));
                both
            }
            (op, Expr::Number(number)) if op.is_comparison() => {
                vec![(&node.lhs, Some(number.value))]
            }
            _ => vec![(expr, None)],
        },
        Expr::Aggregate(node) => {
            let inner = conditions(&node.expr);
            if inner.iter().any(|(_, limit)| limit.is_some()) {
                inner
            } else {
                vec![(expr, None)]
            }
        }
        _ => vec![(expr, None)],
    }
}

/// A step: its text and what is run by hand, then its metric queries as panels.
fn step_panels(number: usize, step: &Step) -> Vec<Panel> {
    let mut markdown = format!("**{number}.** {}\n", step.text);
    let mut live = Vec::new();
    for action in &step.actions {
        match action {
            Action::Promql(query) => live.push(query.clone()),
            Action::Logql(query) => link(
                &mut markdown,
                "logs",
                query.as_str(),
                Explore::logs(query.clone()),
            ),
            Action::Traceql(query) => link(
                &mut markdown,
                "traces",
                query.as_str(),
                Explore::traces(query.clone()),
            ),
            Action::Sql(code) => fence(&mut markdown, "sql", code),
            Action::Shell(code) => fence(&mut markdown, "bash", code),
            Action::Http(code) => fence(&mut markdown, "http", code),
        }
    }
    let width = if live.is_empty() { 24 } else { 12 };
    let mut panels = vec![written(text(format!("Step {number}"), markdown), width)];
    let height = panels[0].effective_size().height;
    panels.extend(live.into_iter().map(|query| {
        timeseries(format!("Step {number}: metrics"))
            .description(&step.text)
            .query(Expression::Promql(query))
            .width(12)
            .height(height.max(8))
            .any()
    }));
    // The next step begins at the left.
    if panels.len() % 2 == 1
        && let Some(last) = panels.last_mut()
        && let Some(size) = &mut last.size
    {
        size.width = 24;
    }
    panels
}

fn link(markdown: &mut String, what: &str, query: &str, explore: Explore) {
    fence(markdown, "text", query);
    let _ = writeln!(
        markdown,
        "\n[Open these {what} in Explore]({})",
        explore.href()
    );
}

fn fence(markdown: &mut String, language: &str, code: &str) {
    let _ = write!(markdown, "\n```{language}\n{code}\n```\n");
}

/// A text panel as high as its text needs at about 30 pixels a row.
fn written(panel: Panel<obsctl_model::dashboard::panel::Text>, width: u8) -> Panel {
    let lines: usize = panel
        .visualization
        .content
        .lines()
        .filter(|line| !line.starts_with("[Open"))
        .map(|line| 1 + line.len() / (usize::from(width) * 8))
        .sum();
    let rows = u8::try_from(lines * 4 / 5 + 3)
        .unwrap_or(u8::MAX)
        .clamp(4, 30);
    sized(panel, width, rows)
}

fn sized(panel: Panel<obsctl_model::dashboard::panel::Text>, width: u8, height: u8) -> Panel {
    panel.width(width).height(height).any()
}
