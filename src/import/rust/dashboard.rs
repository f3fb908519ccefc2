//! Dashboards: a module for each, a function for each row.

use std::fmt::Write as _;

use obsctl_model::dashboard::{Annotation, Dashboard, Folder, Panel, Row};
use obsctl_model::{Duration, secs};

use super::literal::{call, chain, indented, lines, time};
use super::names::{Names, snake};
use super::parts::{allows, color, dashboard_link, saying, texts, with};
use super::{json, panel, query, variable};

/// Names that the vocabulary has: a function of the same name would stand before it.
const VOCABULARY: [&str; 43] = [
    "alert_list",
    "bar_gauge",
    "by_name",
    "by_other",
    "by_query",
    "by_regex",
    "dashboard",
    "dashboards",
    "days",
    "gauge",
    "heatmap",
    "hours",
    "interval",
    "json",
    "label_values",
    "labels",
    "log_contexts",
    "log_events",
    "log_fields",
    "log_label_values",
    "logql",
    "logs",
    "metrics",
    "mins",
    "node_graph",
    "other_query",
    "plugin",
    "promql",
    "range",
    "record",
    "rule_groups",
    "secs",
    "series_label_values",
    "service_map",
    "stat",
    "state_timeline",
    "table",
    "text",
    "time",
    "timeseries",
    "trace_tag_values",
    "traceql",
    "traces",
];

/// A name for what has a title.
fn named(title: &str, what: &str) -> String {
    let name = snake(title);
    match VOCABULARY.contains(&name.as_str()) || ["transform", "variable"].contains(&name.as_str())
    {
        true => format!("{name}_{what}"),
        false => name,
    }
}

pub(super) fn declare(dashboards: &[Dashboard], out: &mut String) {
    if dashboards.is_empty() {
        return;
    }
    let mut names = Names::default();
    let modules: Vec<_> = dashboards
        .iter()
        .map(|one| names.taken(named(&one.title, "dashboard"), "dashboard"))
        .collect();
    let calls: String = modules
        .iter()
        .map(|one| format!("        {one}::dashboard(),\n"))
        .collect();
    let _ = write!(
        out,
        "\n/// Dashboards as they were.\npub fn dashboards() -> Vec<Dashboard> {{\n    vec![\n{calls}    ]\n}}\n"
    );
    for (dashboard, name) in dashboards.iter().zip(modules) {
        let _ = write!(
            out,
            "\nmod {name} {{\n    use obsctl::model::prelude::*;\n\n    {}}}\n",
            indented_code(&module(dashboard))
        );
    }
}

/// All lines but the first one step further in, and none of them of space alone.
fn indented_code(code: &str) -> String {
    indented(code)
        .replace("\n    \n", "\n\n")
        .trim_end_matches(' ')
        .to_owned()
}

fn module(one: &Dashboard) -> String {
    let mut names = Names::default();
    let begun = call(
        "Dashboard::new",
        &[lines(one.uid.as_str()), lines(&one.title)],
    );
    let mut functions = String::new();
    let mut methods = settings(one);
    if !one.top.is_empty() {
        let name = names.taken("top".to_owned(), "");
        methods.push(format!(".top({name}())"));
        function(&mut functions, &name, &one.top);
    }
    for row in &one.rows {
        let panels = match row.panels.is_empty() {
            true => "Vec::<Panel>::new()".to_owned(),
            false => {
                let name = names.taken(named(&row.title, "row"), "row");
                function(&mut functions, &name, &row.panels);
                format!("{name}()")
            }
        };
        methods.push(row_method(row, panels));
    }
    methods.extend(json::patches("json", &one.json.0));
    allows(&mut methods, &one.allow);
    let body = indented(&chain(begun, &methods));
    format!("pub(super) fn dashboard() -> Dashboard {{\n    {body}\n}}\n{functions}")
}

fn row_method(row: &Row, panels: String) -> String {
    let arguments = [lines(&row.title), panels];
    match (&row.repeat, row.collapsed) {
        (None, false) => call(".row", &arguments),
        (None, true) => call(".collapsed_row", &arguments),
        (Some(variable), collapsed) => {
            let mut methods = vec![with("repeat", lines(variable))];
            if collapsed {
                methods.push(".collapsed()".to_owned());
            }
            with("add_row", chain(call("Row::new", &arguments), &methods))
        }
    }
}

fn settings(one: &Dashboard) -> Vec<String> {
    let mut all = vec![];
    if let Some(description) = &one.description {
        all.push(saying("description", description));
    }
    if one.folder != Folder::default() {
        all.push(with("folder", lines(&one.folder.title)));
    }
    if !one.tags.is_empty() {
        all.push(with("tags", texts(&one.tags)));
    }
    match one.refresh {
        None => all.push(".no_refresh()".to_owned()),
        Some(every) if every == secs(30) => {}
        Some(every) => all.push(with("refresh", time(every))),
    }
    let last = one.time.from.strip_prefix("now-");
    let last = last.filter(|last| one.time.to == "now" && is_shortest(last));
    match last.and_then(|last| Duration::parse(last).ok()) {
        Some(hour) if hour == obsctl_model::hours(1) => {}
        Some(last) => all.push(with("last", time(last))),
        None => all.push(call(".time", &[lines(&one.time.from), lines(&one.time.to)])),
    }
    all.extend(
        one.variables
            .iter()
            .map(|one| with("variable", variable::variable(one))),
    );
    all.extend(
        one.annotations
            .iter()
            .map(|one| with("annotation", annotation(one))),
    );
    all.extend(
        one.links
            .iter()
            .map(|one| with("link", dashboard_link(one))),
    );
    all
}

/// Whether a length of time is written as it would be.
fn is_shortest(length: &str) -> bool {
    Duration::parse(length).is_ok_and(|parsed| parsed.to_string() == length)
}

fn annotation(one: &Annotation) -> String {
    let begun = call(
        "Annotation::new",
        &[lines(&one.name), query::expression(&one.expression)],
    );
    let mut all = vec![];
    all.extend(one.title.as_ref().map(|title| saying("title", title)));
    all.extend(one.text.as_ref().map(|text| saying("text", text)));
    all.extend(one.tags.iter().map(|tag| with("tag", lines(tag))));
    if one.color != obsctl_model::dashboard::Color::Blue {
        all.push(with("color", color(&one.color)));
    }
    all.extend(one.step.map(|step| with("step", time(step))));
    if one.off {
        all.push(".off()".to_owned());
    }
    all.extend(json::patches("json", &one.json.0));
    chain(begun, &all)
}

/// How many panels one tuple holds.
const TUPLE: usize = 12;

/// A function that gives the panels of a row.
fn function(out: &mut String, name: &str, panels: &[Panel]) {
    let all: Vec<_> = panels.iter().map(panel::panel).collect();
    let body = match all.as_slice() {
        [one] => one.clone(),
        all if all.len() <= TUPLE => call("", all),
        all => {
            let parts: Vec<_> = all.chunks(TUPLE).map(tuple).collect();
            call("", &parts)
        }
    };
    let body = indented(&body);
    let _ = write!(out, "\nfn {name}() -> impl Panels {{\n    {body}\n}}\n");
}

/// A tuple of one has a comma.
fn tuple(all: &[String]) -> String {
    match all {
        [one] => format!("({one},)"),
        all => call("", all),
    }
}
