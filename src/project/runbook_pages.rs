//! Runbooks as pages in Grafana: the text, the alert's query as a live panel, and links that carry the
//! alert's labels. An alert's `runbook_url` leads here.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use obsctl_model::dashboard::panel::{alert_list, text, timeseries};
use obsctl_model::dashboard::{
    Color, Dashboard, DashboardLink, Explore, Expression, Panel, derived_uid, variable,
};
use obsctl_model::{Action, Alert, Rule, RuleGroup, RuleQuery, Runbook, Slug, Step, Uid};
use obsctl_promql::ast::{Binary, BinaryOp};
use obsctl_promql::{Expr, variable::scan};

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
    runbooks
        .iter()
        .map(|runbook| page(runbook, &alerts_of(runbook, groups)))
        .collect()
}

/// The alerts that lead to a runbook, by name.
fn alerts_of<'a>(runbook: &Runbook, groups: &'a [RuleGroup]) -> Vec<&'a Alert> {
    let mut alerts: Vec<_> = groups
        .iter()
        .flat_map(|group| &group.rules)
        .filter_map(|rule| match rule {
            Rule::Alert(alert) => Some(alert),
            Rule::Record(_) => None,
        })
        .filter(|alert| alert.runbook.as_ref() == Some(&runbook.id))
        .collect();
    alerts.sort_by(|a, b| a.name.cmp(&b.name));
    alerts
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

/// The alert's query as a panel: where it compares with a number, the left side with the number as a line.
fn condition(alert: &Alert) -> Panel {
    let panel = timeseries(&alert.name)
        .description(&alert.summary)
        .width(24);
    let panel = match &alert.query {
        RuleQuery::Logql(query) => panel.query(query.clone()),
        RuleQuery::Promql(query) => match threshold(query.expr()) {
            Some((left, value)) => panel
                .query(obsctl_model::Promql::from_tree(left, query.origin()))
                .threshold(value, Color::Red)
                .threshold_areas(),
            None => panel.query(query.clone()),
        },
    };
    let mut panel = panel.any();
    panel.allow.clone_from(&alert.allow);
    panel.origin = alert.origin;
    panel
}

/// `left > number` at the top of an expression, in either direction.
fn threshold(expr: &Expr) -> Option<(&Expr, f64)> {
    let Expr::Binary(Binary { op, lhs, rhs, .. }) = expr else {
        return None;
    };
    let compares = matches!(
        op,
        BinaryOp::Less
            | BinaryOp::LessEqual
            | BinaryOp::Greater
            | BinaryOp::GreaterEqual
            | BinaryOp::Equal
    );
    match rhs.as_ref() {
        Expr::Number(number) if compares => Some((lhs, number.value)),
        _ => None,
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
