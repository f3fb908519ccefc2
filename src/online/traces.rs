//! Whether the attributes that queries of traces name are there.

use std::collections::{BTreeMap, BTreeSet};

use obsctl_traceql::ast::Scope;

use super::{Answer, Check, Judged};
use crate::diagnostic::Severity;
use crate::project::expression::has_variable;
use crate::project::{Project, QueryRef};

/// Its page.
pub static CHECK: Check = Check {
    name: "tag-missing",
    severity: Severity::Warning,
    docs: "\
A query of traces names an attribute that no span has (`--tempo URL`).

## Why it matters

It finds nothing: the attribute has another name, or is one of the resource and not of the span.

## How to fix it

Correct the name or its scope. Tempo knows the attributes of the last hours.
",
};

/// Said once, where every attribute would be a finding.
const NO_SPANS: &str =
    "Tempo has no spans at all: look at the address, `--look-back`, and the tenant: `TEMPO_TENANT`";

/// Where attributes can be.
const SCOPES: [&str; 5] = ["resource", "span", "event", "link", "instrumentation"];

/// Compares the attributes of all queries with those there are, by scope.
#[must_use]
pub fn judge(project: &Project, tags: Answer<BTreeMap<String, BTreeSet<String>>>) -> Judged {
    let mut judged = Judged::default();
    let Some(tags) = judged.answered(tags) else {
        return judged;
    };
    // Intrinsics are there without any span.
    if SCOPES
        .iter()
        .all(|scope| tags.get(*scope).is_none_or(BTreeSet::is_empty))
    {
        judged.unanswered(NO_SPANS.to_owned());
        return judged;
    }
    for placed in project.queries() {
        let QueryRef::Traceql(query) = placed.query else {
            continue;
        };
        let mut told = BTreeSet::new();
        for attribute in query.expr().attributes() {
            let (scope, name) = (attribute.scope, attribute.name.text.as_str());
            let there = |scope: &str| tags.get(scope).is_some_and(|names| names.contains(name));
            let found = match scope {
                Scope::Any => SCOPES.into_iter().any(there),
                // Tempo reads it and does not support it.
                scope if scope.is_parent() => true,
                scope => there(scope.prefix().trim_end_matches('.')),
            };
            let written = attribute.to_string();
            if found || has_variable(name) || !told.insert(written.clone()) {
                continue;
            }
            let message = format!("no span has the attribute `{written}`");
            let range = attribute.span.range();
            let finding = placed.finding(query.as_str(), range, message, "finds nothing");
            let known = tags
                .iter()
                .flat_map(|(scope, names)| names.iter().map(move |name| format!("{scope}.{name}")));
            let known: Vec<_> = known.collect();
            let finding = finding.did_you_mean(&written, known.iter().map(String::as_str));
            judged
                .findings
                .push(CHECK.finding(Severity::Warning, finding));
        }
    }
    judged
}
