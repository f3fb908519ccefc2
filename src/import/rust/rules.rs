//! Rules.

use std::fmt::Write as _;

use obsctl_model::{Alert, LogQl, Promql, RecordingRule, Rule, RuleGroup, RuleQuery, Severity};

use super::literal::{text, time};

pub(super) fn declare(groups: &[RuleGroup], out: &mut String, notes: &mut Vec<String>) {
    if groups.is_empty() {
        return;
    }
    let mut has_alerts = false;
    let mut all = String::new();
    for group in groups {
        if groups.iter().filter(|one| one.name == group.name).count() > 1 {
            notes.push(format!(
                "group `{}` is there more than once: a stack needs one name for each",
                group.name
            ));
        }
        let new = format!("RuleGroup::new({})", text(&group.name));
        let mut fields = String::new();
        if !group.labels.is_empty() {
            let labels = group
                .labels
                .iter()
                .map(|(name, value)| format!("({}.into(), {}.into())", text(name), text(value)));
            let labels: Vec<_> = labels.collect();
            let _ = write!(fields, "labels: [{}].into(), ", labels.join(", "));
        }
        if let Some(limit) = group.limit {
            let _ = write!(fields, "limit: Some({limit}), ");
        }
        if let Some(offset) = group.query_offset {
            let _ = write!(fields, "query_offset: Some({}), ", time(offset));
        }
        if !group.source_tenants.is_empty() {
            let tenants = group.source_tenants.iter();
            let tenants: Vec<_> = tenants.map(|one| format!("{}.into()", text(one))).collect();
            let _ = write!(fields, "source_tenants: vec![{}], ", tenants.join(", "));
        }
        let new = match fields.is_empty() {
            true => new,
            false => format!("RuleGroup {{ {fields}..{new} }}"),
        };
        let _ = write!(all, "        {new}");
        if let Some(interval) = group.interval {
            let _ = write!(all, "\n            .every({})", time(interval));
        }
        allows(&mut all, &group.allow);
        note_ends(notes, &group.name, &group.allow);
        for rule in &group.rules {
            match rule {
                Rule::Record(rule) => record(&mut all, rule),
                Rule::Alert(rule) => {
                    has_alerts = true;
                    alert(&mut all, rule);
                }
            }
            note_ends(notes, rule.name(), rule.allows());
        }
        all.push_str(",\n");
    }
    let _ = write!(
        out,
        "\n/// Rules as they were.\npub fn rule_groups() -> Vec<RuleGroup> {{\n    vec![\n{all}    ]\n}}\n"
    );
    if has_alerts {
        out.push_str(
            "
/// An alert as it was: what is not said does not exist. `Alert::new(…)` asks for severity, owner, summary and runbook.
fn imported(name: &str, query: impl Into<obsctl::model::RuleQuery>) -> Alert {
    let alert = Alert::new(name).when(query).severity(Severity::Info).owner(\"\");
    Alert { severity: None, runbook: None, ..alert.summary(\"\").runbook(Slug::from_static(\"none\")) }
}
",
        );
    }
}

fn query(query: &RuleQuery) -> String {
    match query {
        RuleQuery::Promql(query) => promql(query),
        RuleQuery::Logql(query) => logql(query),
    }
}

/// A query in LogQL.
pub(super) fn logql(query: &LogQl) -> String {
    if is_plain(query.as_str()) {
        return format!("logql({})", text(query.as_str()));
    }
    format!(
        "LogQl::written({}, obsctl::model::Origin::here())",
        text(query.as_str())
    )
}

/// A query in PromQL.
pub(super) fn promql(query: &Promql) -> String {
    let written = query.as_str();
    if is_plain(written) || query.errors().is_empty() && !written.contains('`') {
        return format!("promql({})", text(written));
    }
    format!(
        "Promql::parse({}, obsctl::model::Origin::here())",
        text(written)
    )
}

fn is_plain(written: &str) -> bool {
    // Texts of several lines are taken for indented source, which changes what stands in quotes over lines.
    written.trim() == written && !written.contains(['\n', '\t'])
}

fn record(out: &mut String, rule: &RecordingRule) {
    let _ = write!(
        out,
        "\n            .record(\n                RecordingRule::new(MetricName::from_static({}), {})",
        text(rule.record.as_str()),
        query(&rule.query)
    );
    for (name, value) in &rule.labels {
        let _ = write!(
            out,
            "\n                    .label({}, {})",
            text(name),
            text(value)
        );
    }
    allows(out, &rule.allow);
    out.push_str(",\n            )");
}

fn alert(out: &mut String, alert: &Alert) {
    let mut fields = String::new();
    let mut add = |field: &str, value: String| {
        let _ = writeln!(fields, "                    {field}: {value},");
    };
    if !alert.lasting.is_zero() {
        add("lasting", time(alert.lasting));
    }
    if let Some(keep) = alert.keep_firing {
        add("keep_firing", format!("Some({})", time(keep)));
    }
    if let Some(severity) = alert.severity {
        let severity = match severity {
            Severity::Critical => "Critical",
            Severity::Warning => "Warning",
            Severity::Info => "Info",
        };
        add("severity", format!("Some(Severity::{severity})"));
    }
    for (field, value) in [("owner", &alert.owner), ("summary", &alert.summary)] {
        if !value.is_empty() {
            add(field, format!("{}.into()", text(value)));
        }
    }
    if let Some(description) = &alert.description {
        add("description", format!("Some({}.into())", text(description)));
    }
    let imported = format!("imported({}, {})", text(&alert.name), query(&alert.query));
    let built = match fields.is_empty() {
        true => imported,
        false => {
            format!("Alert {{\n{fields}                    ..{imported}\n                }}")
        }
    };
    let _ = write!(out, "\n            .alert(\n                {built}");
    for (how, all) in [("label", &alert.labels), ("annotation", &alert.annotations)] {
        for (name, value) in all {
            let _ = write!(
                out,
                "\n                .{how}({}, {})",
                text(name),
                text(value)
            );
        }
    }
    allows(out, &alert.allow);
    out.push_str(",\n            )");
}

fn allows(out: &mut String, allows: &[obsctl_model::Allow]) {
    for allow in allows {
        let _ = write!(
            out,
            "\n                .allow({}, {})",
            text(&allow.check),
            text(&allow.reason)
        );
    }
}

/// Says what is lost of the accepted findings of a definition: the last day on which they hold.
fn note_ends(notes: &mut Vec<String>, name: &str, allows: &[obsctl_model::Allow]) {
    for allow in allows.iter().filter(|allow| allow.until.is_some()) {
        notes.push(format!(
            "{name}: until when `{}` is accepted is not said in Rust",
            allow.check
        ));
    }
}
