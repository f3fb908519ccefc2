//! The pages of the checks: what is said about each, and what it really reports.

use super::{Check, rules};
use crate::diagnostic::Diagnostic;
use crate::diagnostic::render::{Style, human};
use crate::policy::ON_DEMAND;

/// The page of a check in Markdown, with the report of its example.
#[must_use]
pub fn page(check: &Check) -> String {
    let style = Style {
        places: false,
        width: 120,
        ..Style::default()
    };
    let example = human(&example(check), &|_| None, style);
    format!(
        "# `{}`\n\nSeverity: {}.\n\n{}\n\n## Example\n\n```text\n{}\n```\n",
        check.name,
        severity(check),
        check.docs.trim(),
        example.trim_end()
    )
}

/// The table of all checks in Markdown.
#[must_use]
pub fn index() -> String {
    let rows: String = rules::ALL
        .iter()
        .map(|check| {
            let (name, severity, summary) = (check.name, severity(check), check.summary());
            format!("| [`{name}`]({name}.md) | {severity} | {summary} |\n")
        })
        .collect();
    format!(
        "# Checks\n\nAn error stops `obsctl generate`; a warning or a note does not. A finding is accepted where it \
         is defined, with the reason: `.allow(\"check-name\", \"why\")`. `obsctl.toml` changes severities, for all files or \
         some: see [configuration](../configuration.md).\n\n\
         | Check | Severity | Finds |\n|---|---|---|\n{rows}"
    )
}

fn severity(check: &Check) -> String {
    let word = check.severity.word();
    if ON_DEMAND.contains(&check.name) {
        format!("{word}, where it is asked for")
    } else {
        word.to_owned()
    }
}

/// What a check reports about its own example. `today` is far ahead, so that what expires has expired.
fn example(check: &Check) -> Vec<Diagnostic> {
    let mut found = check.rehearse((check.fires)(), Some("9999-12-31"));
    found.retain(|diagnostic| diagnostic.check == check.name);
    found
}
