//! `docs/reference/logs.md`: what a log line has, which events there are, and what must never be in it.

use obsctl_model::{FieldKind, LogCatalog, LogField, Presence};

use super::metric_docs::domain;
use crate::generate::markdown::{Markdown, code, codes, prose};
use crate::generate::{Artifact, Environment, Target};
use crate::project::Project;

/// The log reference.
pub static LOG_DOCS: Target = Target {
    name: "log-docs",
    summary: "The log reference: index labels, fields, events, and what is never logged",
    generate,
};

fn generate(project: &Project, environment: Environment) -> Vec<Artifact> {
    if environment == Environment::Host {
        return vec![];
    }
    vec![Artifact::new(
        "docs/reference/logs.md",
        page(&project.stack().logs),
    )]
}

fn page(logs: &LogCatalog) -> String {
    let mut page = Markdown::page("Logs");
    page.paragraph("A line is one JSON object on standard output.");
    if !logs.stream_labels.is_empty() {
        page.heading(2, "Index labels");
        page.paragraph("Queries start with these: `{label=\"value\"}`. Everything else is a field of the line.");
        page.table(
            &["Label", "Values"],
            logs.stream_labels
                .iter()
                .map(|label| vec![code(label.name.as_str()), domain(&label.domain)]),
        );
    }
    if !logs.standard_fields.is_empty() {
        page.heading(2, "Fields of every line");
        fields(&mut page, &logs.standard_fields);
    }
    if !logs.contexts.is_empty() {
        page.heading(2, "Further fields, by context");
    }
    for context in &logs.contexts {
        page.heading(3, &prose(&context.name));
        fields(&mut page, &context.fields);
    }
    events(&mut page, logs);
    if !logs.redactions.is_empty() {
        page.heading(2, "What is never logged");
        page.table(
            &["What", "Fields whose names contain", "What is done"],
            logs.redactions.iter().map(|redaction| {
                vec![
                    prose(&redaction.what),
                    codes(&redaction.fields),
                    prose(&redaction.action),
                ]
            }),
        );
    }
    page.finish()
}

fn fields(page: &mut Markdown, fields: &[LogField]) {
    page.table(
        &["Field", "Kind", "Required", "What it is", "Example"],
        fields.iter().map(|field| {
            vec![
                code(&field.name),
                kind(field.kind).to_owned(),
                presence(&field.presence),
                prose(&field.description),
                code(&field.example),
            ]
        }),
    );
}

const fn kind(kind: FieldKind) -> &'static str {
    match kind {
        FieldKind::Text => "text",
        FieldKind::Keyword => "keyword",
        FieldKind::Id => "identifier",
        FieldKind::Timestamp => "time",
        FieldKind::Integer => "whole number",
        FieldKind::Milliseconds => "milliseconds",
        FieldKind::Boolean => "true or false",
    }
}

fn presence(presence: &Presence) -> String {
    match presence {
        Presence::Optional => "no".to_owned(),
        Presence::Required => "yes".to_owned(),
        Presence::RequiredExcept(except) => format!("yes, except {}", prose(except)),
    }
}

/// The events, by name.
fn events(page: &mut Markdown, logs: &LogCatalog) {
    if logs.events.is_empty() {
        return;
    }
    let mut events: Vec<_> = logs.events.iter().collect();
    events.sort_by(|a, b| (&a.name, &a.service).cmp(&(&b.name, &b.service)));
    page.heading(2, "Events");
    page.paragraph("The name of an event is the value of the field `event`; it never changes, so that queries can rely on it.");
    page.table(
        &[
            "Event",
            "Level",
            "Service",
            "What happened",
            "Context",
            "Own fields",
        ],
        events.into_iter().map(|event| {
            let contexts: Vec<_> = event
                .contexts
                .iter()
                .map(|context| prose(context))
                .collect();
            vec![
                code(&event.name),
                event.level.word().to_owned(),
                code(&event.service),
                prose(&event.description),
                contexts.join(", "),
                codes(event.fields.iter().map(|field| &field.name)),
            ]
        }),
    );
}

#[cfg(test)]
mod tests {
    use obsctl_model::{Level, LogContext, LogEvent, Redaction};

    use super::*;

    #[test]
    fn every_part_of_the_catalog_is_there() {
        let field = |name: &str| LogField::new(name, FieldKind::Id, "From *somewhere*.", "a|b");
        let logs = LogCatalog {
            standard_fields: vec![field("tenant_id").required_except("before a login")],
            contexts: vec![LogContext::new("API request", [field("path")])],
            events: vec![
                LogEvent::new("sync_failed", Level::Error, "worker", "It failed.")
                    .context("API request"),
                LogEvent::new("login", Level::Info, "api", "Somebody came.").field(field("action")),
            ],
            redactions: vec![Redaction::new("Passwords", ["password"], "Never logged")],
            ..LogCatalog::default()
        };
        let page = page(&logs);
        for line in [
            "| `tenant_id` | identifier | yes, except before a login | From \\*somewhere\\*. | `a\\|b` |",
            "### API request",
            "| `login` | info | `api` | Somebody came. |  | `action` |",
            "| `sync_failed` | error | `worker` | It failed. | API request |  |",
            "| Passwords | `password` | Never logged |",
        ] {
            assert!(page.contains(line), "{line}\n{page}");
        }
        assert!(page.find("`login`") < page.find("`sync_failed`"));
        assert!(!page.contains("Index labels"));
    }
}
