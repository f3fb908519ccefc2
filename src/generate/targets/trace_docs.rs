//! `docs/reference/traces.md`: which spans there are and what they carry.

use std::collections::BTreeMap;

use obsctl_model::{Attribute, Priority, SpanCatalog, SpanDef, SpanKind};

use crate::generate::markdown::{Markdown, code, prose};
use crate::generate::{Artifact, Environment, Target};
use crate::project::Project;

/// The span reference.
pub static TRACE_DOCS: Target = Target {
    name: "trace-docs",
    summary: "The span reference: which spans each service makes, and their attributes",
    generate,
};

fn generate(project: &Project, environment: Environment) -> Vec<Artifact> {
    if environment == Environment::Host {
        return vec![];
    }
    vec![Artifact::new(
        "docs/reference/traces.md",
        page(&project.stack().spans),
    )]
}

fn page(spans: &SpanCatalog) -> String {
    let mut page = Markdown::page("Traces");
    if !spans.resource.is_empty() {
        page.heading(2, "Attributes of every resource");
        attributes(&mut page, &spans.resource);
    }
    let mut services: BTreeMap<&str, Vec<&SpanDef>> = BTreeMap::new();
    for span in &spans.spans {
        services.entry(&span.service).or_default().push(span);
    }
    for (service, mut spans) in services {
        spans.sort_by(|a, b| (a.priority, &a.name).cmp(&(b.priority, &b.name)));
        page.heading(2, &format!("Spans of {}", code(service)));
        page.table(
            &["Span", "Kind", "Made by", "Priority", "What it measures"],
            spans.iter().map(|span| {
                vec![
                    code(&span.name),
                    kind(span.kind).to_owned(),
                    prose(&span.instrumentation),
                    priority(span.priority).to_owned(),
                    prose(&span.description),
                ]
            }),
        );
        for span in spans.iter().filter(|span| !span.attributes.is_empty()) {
            page.heading(3, &code(&span.name));
            attributes(&mut page, &span.attributes);
        }
    }
    page.finish()
}

fn attributes(page: &mut Markdown, attributes: &[Attribute]) {
    page.table(
        &["Attribute", "What it says", "Example"],
        attributes.iter().map(|attribute| {
            vec![
                code(&attribute.name),
                prose(&attribute.description),
                code(&attribute.example),
            ]
        }),
    );
}

const fn kind(kind: SpanKind) -> &'static str {
    match kind {
        SpanKind::Internal => "internal",
        SpanKind::Server => "server",
        SpanKind::Client => "client",
        SpanKind::Producer => "producer",
        SpanKind::Consumer => "consumer",
    }
}

const fn priority(priority: Priority) -> &'static str {
    match priority {
        Priority::P0 => "P0",
        Priority::P1 => "P1",
        Priority::P2 => "P2",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_listed_by_service_with_what_is_wanted_first() {
        let span = |name: &str, priority| {
            SpanDef::new(name, SpanKind::Server, "api", "FastAPI", "Requests.").priority(priority)
        };
        let catalog = SpanCatalog {
            resource: vec![Attribute::new("service.name", "The service.", "api")],
            spans: vec![
                span("later", Priority::P2),
                span("{method} {path}", Priority::P0).attribute(Attribute::new(
                    "tenant_id",
                    "The tenant.",
                    "acme",
                )),
            ],
        };
        let page = page(&catalog);
        assert!(page.contains("| `service.name` | The service. | `api` |"));
        assert!(page.contains("| `{method} {path}` | server | FastAPI | P0 | Requests. |"));
        assert!(page.contains("### `{method} {path}`\n\n| Attribute"));
        assert!(page.find("P0") < page.find("P2"));
    }
}
