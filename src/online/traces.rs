//! Whether the attributes that queries of traces name are there.

use std::collections::{BTreeMap, BTreeSet};

use super::{Answer, Check, Judged};
use crate::diagnostic::{Diagnostic, Severity};
use crate::project::Project;
use crate::project::expression::has_variable;

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

/// Where attributes can be.
const SCOPES: [&str; 5] = ["resource", "span", "event", "link", "instrumentation"];

/// Compares the attributes of all queries with those there are, by scope.
#[must_use]
pub fn judge(project: &Project, tags: Answer<BTreeMap<String, BTreeSet<String>>>) -> Judged {
    let mut judged = Judged::default();
    let Some(tags) = judged.answered(tags) else {
        return judged;
    };
    for usage in project.usages() {
        if usage.language != "traceql" {
            continue;
        }
        for (at, scope, name) in attributes(usage.text) {
            let there = |scope: &str| tags.get(scope).is_some_and(|names| names.contains(name));
            let found = match scope {
                "" => SCOPES.into_iter().any(there),
                scope => there(scope),
            };
            if found || has_variable(name) {
                continue;
            }
            let written = format!("{scope}.{name}");
            let message = format!("no span has the attribute `{written}`");
            let range = at..at + written.len();
            let finding = Diagnostic::new(usage.subject.clone(), usage.origin, message).underline(
                usage.text,
                range,
                "finds nothing",
            );
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

/// The attributes of a query: where each begins, its scope and its name.
fn attributes(query: &str) -> Vec<(usize, &str, &str)> {
    let mut found: Vec<(usize, &str, &str)> = vec![];
    let bytes = query.as_bytes();
    let part =
        |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-' | b'/' | b':');
    let mut at = 0;
    while at < bytes.len() {
        match bytes[at] {
            quote @ (b'"' | b'`') => {
                at += 1;
                while at < bytes.len() && bytes[at] != quote {
                    at += if bytes[at] == b'\\' && quote == b'"' {
                        2
                    } else {
                        1
                    };
                }
                at += 1;
            }
            byte if part(byte) => {
                let start = at;
                while at < bytes.len() && part(bytes[at]) {
                    at += 1;
                }
                let word = &query[start..at];
                let Some((scope, name)) = word.split_once('.') else {
                    continue;
                };
                let known = scope.is_empty() || SCOPES.contains(&scope);
                // `.5` is a number.
                let named = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
                if known && named && !found.iter().any(|(_, s, n)| (*s, *n) == (scope, name)) {
                    found.push((start, scope, name));
                }
            }
            _ => at += 1,
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attributes_stand_outside_of_quotes() {
        let query = r#"{ resource.service.name = "span.x" && .http.method = `.y` && duration > 1.5s && span.a-b != nil } | rate() by (span.a-b)"#;
        let found: Vec<_> = attributes(query)
            .into_iter()
            .map(|(_, scope, name)| (scope, name))
            .collect();
        assert_eq!(
            found,
            [
                ("resource", "service.name"),
                ("", "http.method"),
                ("span", "a-b")
            ]
        );
    }
}
