//! What becomes of files: each sample as a short description of what was read.

mod broken;
mod dashboards;
mod rules;
mod total;

use std::fmt::Write;

use obsctl_model::dashboard::variable::Values;
use obsctl_model::dashboard::{Dashboard, Evaluation, Expression, Panel, Query, Variable};
use obsctl_model::{Allow, Origin, Rule, RuleGroup, RuleQuery};

use super::{File, Found};

fn read(text: &str) -> Found {
    let path = "file";
    super::file(File { path, text })
}

/// What is found in a text, in words.
fn said(text: &str) -> String {
    let found = read(text);
    let mut out = String::new();
    found.groups.iter().for_each(|one| group(&mut out, one));
    found
        .dashboards
        .iter()
        .for_each(|one| dashboard(&mut out, one));
    for problem in &found.problems {
        let place = place(problem.places[0].origin);
        let help: String = problem
            .help
            .iter()
            .map(|help| format!(" ({help})"))
            .collect();
        let _ = writeln!(out, "{place} {}{help}", problem.message);
    }
    if !found.others.is_empty() {
        out.push_str("none of ours\n");
    }
    out
}

fn place(origin: Origin) -> String {
    match origin.location() {
        Some((_, line, column)) => format!("{line}:{column}"),
        None => "nowhere".to_owned(),
    }
}

fn group(out: &mut String, group: &RuleGroup) {
    let _ = write!(out, "group {}", group.name);
    if let Some(interval) = group.interval {
        let _ = write!(out, " every {interval}");
    }
    if let Some(limit) = group.limit {
        let _ = write!(out, " limit {limit}");
    }
    if let Some(offset) = group.query_offset {
        let _ = write!(out, " offset {offset}");
    }
    if !group.source_tenants.is_empty() {
        let _ = write!(out, " tenants {}", group.source_tenants.join(","));
    }
    if !group.labels.is_empty() {
        let _ = write!(out, " labels {:?}", group.labels);
    }
    out.push('\n');
    allows(out, "  ", &group.allow);
    for rule in &group.rules {
        let (query, origin) = match rule.query() {
            RuleQuery::Promql(query) => (format!("promql {}", query.as_str()), query.origin()),
            RuleQuery::Logql(query) => (format!("logql {}", query.as_str()), query.origin()),
        };
        let name = match rule {
            Rule::Alert(alert) => {
                let mut text = format!("alert {}", alert.name);
                if !alert.lasting.is_zero() {
                    let _ = write!(text, " for {}", alert.lasting);
                }
                if let Some(severity) = alert.severity {
                    let _ = write!(text, " {}", severity.word());
                }
                for (name, value) in [("team", &alert.owner), ("summary", &alert.summary)] {
                    if !value.is_empty() {
                        let _ = write!(text, " {name}={value}");
                    }
                }
                for (name, value) in alert.labels.iter().chain(&alert.annotations) {
                    let _ = write!(text, " {name}={value}");
                }
                text
            }
            Rule::Record(rule) => format!("record {} {:?}", rule.record, rule.labels),
        };
        let _ = writeln!(
            out,
            "  {} {name}\n    {} {query}",
            place(rule.origin()),
            place(origin)
        );
        allows(out, "    ", rule.allows());
    }
}

fn allows(out: &mut String, indent: &str, all: &[Allow]) {
    for allow in all {
        let until = allow.until.as_deref().unwrap_or("ever");
        let (check, reason) = (&allow.check, &allow.reason);
        let _ = writeln!(out, "{indent}allows {check} until {until}: {reason}");
    }
}

fn dashboard(out: &mut String, dashboard: &Dashboard) {
    let _ = write!(out, "dashboard {} `{}`", dashboard.uid, dashboard.title);
    let _ = write!(out, " {} to {}", dashboard.time.from, dashboard.time.to);
    if let Some(refresh) = dashboard.refresh {
        let _ = write!(out, " every {refresh}");
    }
    if !dashboard.tags.is_empty() {
        let _ = write!(out, " tags {}", dashboard.tags.join(","));
    }
    out.push('\n');
    for link in &dashboard.links {
        let _ = writeln!(out, "  link {} {:?}", link.title, link.to);
    }
    for one in &dashboard.variables {
        variable(out, one);
    }
    for one in &dashboard.annotations {
        let off = if one.off { " (off)" } else { "" };
        let _ = writeln!(
            out,
            "  events {}{off}: {}",
            one.name,
            expression(&one.expression)
        );
    }
    for one in &dashboard.top {
        panel(out, "  ", one);
    }
    for row in &dashboard.rows {
        let closed = if row.collapsed { " closed" } else { "" };
        let repeat = row.repeat.as_deref().map(|by| format!(" for each {by}"));
        let _ = writeln!(
            out,
            "  row {}{closed}{}",
            row.title,
            repeat.unwrap_or_default()
        );
        for one in &row.panels {
            panel(out, "    ", one);
        }
    }
}

fn variable(out: &mut String, variable: &Variable) {
    let values = match &variable.values {
        Values::LabelValues { label, of } => format!("{label} of {}", of.as_str()),
        Values::LogLabelValues { label, of } => {
            let of = of.as_ref().map(|of| format!(" of {}", of.as_str()));
            format!("{label} in logs{}", of.unwrap_or_default())
        }
        Values::TraceTagValues { tag } => format!("{tag} in traces"),
        Values::Custom(values) => {
            let values: Vec<_> = values.iter().map(|one| one.value.as_str()).collect();
            format!("one of {}", values.join("|"))
        }
        Values::Interval(lengths) => format!("interval {lengths:?}"),
        Values::Datasource(kind) => format!("datasource {}", kind.plugin()),
        Values::Textbox => "text".to_owned(),
        Values::Constant(value) => format!("always {value}"),
        Values::QueryResult(query) => format!("result of {}", query.as_str()),
        Values::Other(json) => {
            let of = |key: &str| json.get(key).and_then(serde_json::Value::as_str);
            format!("other {}", of("type").or(of("kind")).unwrap_or("?"))
        }
    };
    let _ = write!(out, "  variable {}: {values}", variable.name);
    for (said, word) in [
        (variable.multi, " multi"),
        (variable.include_all, " all"),
        (variable.hidden, " hidden"),
        (variable.is_implicit(), " implicit"),
    ] {
        out.push_str(if said { word } else { "" });
    }
    out.push('\n');
}

fn panel(out: &mut String, indent: &str, panel: &Panel) {
    let _ = write!(
        out,
        "{indent}{} `{}`",
        panel.visualization.plugin(),
        panel.title
    );
    if let Some(unit) = &panel.grafana_unit {
        let _ = write!(out, " unit {unit}");
    }
    if let Some(repeat) = &panel.repeat {
        let _ = write!(out, " for each {}", repeat.variable);
    }
    if let Some(written) = panel.written.get() {
        if let Some(id) = written.id {
            let _ = write!(out, " #{id}");
        }
        if let Some(at) = written.place {
            let grid = written.grid;
            let _ = write!(
                out,
                " {}x{} at {},{} of {grid}",
                at.width, at.height, at.x, at.y
            );
        }
        if let Some(library) = &written.library {
            let _ = write!(out, " library {library}");
        }
    }
    out.push('\n');
    for (query, id) in panel.queries.iter().zip(panel.ref_ids()) {
        let _ = write!(out, "{indent}  {id} {}", expression(&query.expression));
        flags(out, query);
        out.push('\n');
    }
}

fn flags(out: &mut String, query: &Query) {
    if let Some(legend) = &query.legend {
        let _ = write!(out, " as {legend}");
    }
    if query.hidden {
        out.push_str(" hidden");
    }
    if query.evaluation == Some(Evaluation::Instant) {
        out.push_str(" now");
    }
    if let Some(datasource) = &query.datasource {
        let _ = write!(out, " from {}", datasource.uid);
    }
}

fn expression(expression: &Expression) -> String {
    let language = match expression {
        Expression::Promql(_) => "promql",
        Expression::Logql(_) => "logql",
        Expression::Traceql(_) => "traceql",
        Expression::ServiceMap { .. } => "service map",
        Expression::Other(other) => {
            return format!("{}@{} {}", other.plugin, other.uid, {
                serde_json::Value::from(other.json.clone())
            });
        }
    };
    let at = place(expression.origin());
    format!("{language} {} ({at})", expression.as_str())
}
