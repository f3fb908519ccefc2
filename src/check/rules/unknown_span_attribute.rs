//! `unknown-span-attribute`

use std::collections::BTreeSet;

use obsctl_model::prelude::*;
use obsctl_model::{Attribute, SpanCatalog, SpanDef, SpanKind};
use obsctl_traceql::ast::Scope;

use crate::check::{Check, Findings, Input, Run, example};
use crate::diagnostic::Severity;

/// An attribute of TraceQL that no span has.
pub static CHECK: Check = Check {
    name: "unknown-span-attribute",
    severity: Severity::Error,
    docs: "\
A TraceQL query uses an attribute that no span, or no resource, of the span catalog carries.

## Why it matters

Tempo never says that an attribute does not exist: the query finds no trace, as if there were none.

## How to fix it

Correct the name or its scope, or declare the attribute on the span that carries it.
",
    run: Run::Once(run),
    fires: || tracing("{ span.tenant = \"acme\" }"),
    silent: || tracing("{ span.tenant_id = \"acme\" }"),
};

fn run(input: &Input<'_>, findings: &mut Findings) {
    let catalog = &input.project.stack().spans;
    if catalog.spans.is_empty() {
        return;
    }
    let names = |attributes: &'_ [Attribute]| {
        attributes
            .iter()
            .map(|one| one.name.clone())
            .collect::<Vec<_>>()
    };
    let resource: BTreeSet<String> = names(&catalog.resource).into_iter().collect();
    let spans: BTreeSet<String> = catalog
        .spans
        .iter()
        .flat_map(|span| names(&span.attributes))
        .collect();
    for placed in input
        .traces
        .iter()
        .filter(|placed| placed.query.errors().is_empty())
    {
        for attribute in placed.query.expr().attributes() {
            let name = attribute.name.text.as_str();
            if obsctl_promql::variable::contains(name) {
                continue;
            }
            let (own, other, what) = match attribute.scope {
                Scope::Span => (&spans, &resource, "span"),
                Scope::Resource => (&resource, &spans, "resource"),
                Scope::Any if resource.contains(name) => continue,
                Scope::Any => (&spans, &resource, "span"),
                // Events, links and libraries are not in the catalog.
                _ => continue,
            };
            if own.contains(name) {
                continue;
            }
            let message = format!("no {what} has the attribute `{name}`");
            let text = placed.query.as_str();
            let found = placed.finding(
                text,
                attribute.span.range(),
                message,
                "not in the span catalog",
            );
            findings.push(if other.contains(name) {
                let scope = if what == "span" { "resource" } else { "span" };
                found.help(format!("it is of the {scope}: write `{scope}.{name}`"))
            } else {
                found.did_you_mean(name, own.iter().map(String::as_str))
            });
        }
    }
}

/// The example stack with a span and a panel of this query.
fn tracing(query: &str) -> Stack {
    let attribute = |name: &str| Attribute {
        name: name.to_owned(),
        description: "Of the example.".to_owned(),
        example: "acme".to_owned(),
    };
    let span = SpanDef::new("GET /", SpanKind::Server, "api", "axum", "A request.");
    let panel = traces("Traces").query(traceql(query));
    example::panels(panel).spans(SpanCatalog {
        resource: vec![attribute("service.name")],
        spans: vec![span.attribute(attribute("tenant_id"))],
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::testing::{report, underlined};

    #[test]
    fn says_what_is_meant() {
        insta::assert_snapshot!(report(&CHECK, (CHECK.fires)()), @r#"
        error[unknown-span-attribute]: no span has the attribute `tenant`
         --> definitions.rs:1:3
          |
        1 | { span.tenant = "acme" }
          |   ^^^^^^^^^^^ not in the span catalog
          |
          = in: panel `Traces` of dashboard `api`
          = help: did you mean `tenant_id`?
        "#);
    }

    #[test]
    fn the_scope_counts() {
        for (query, found) in [
            (
                "{ resource.service.name = \"api\" && .tenant_id != nil }",
                vec![],
            ),
            ("{ .service.name = \"api\" }", vec![]),
            ("{ span.service.name = \"api\" }", vec!["span.service.name"]),
            (
                "{ duration > 1s } | rate() by (span.path)",
                vec!["span.path"],
            ),
            ("{ event.anything = 1 && span.${attribute} = 1 }", vec![]),
        ] {
            assert_eq!(underlined(&CHECK, tracing(query)), found, "{query}");
        }
    }
}
