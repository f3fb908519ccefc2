//! GitHub's workflow commands: printed in a workflow, they become annotations of the changed files.
//! GitHub shows ten errors, ten warnings and ten notices of a step; `sarif` has no such limit.

use super::{Source, details, locate};
use crate::diagnostic::{Diagnostic, Severity, identity};

/// One command per finding, each on its line.
#[must_use]
pub fn github(diagnostics: &[Diagnostic], source: Source<'_>) -> String {
    diagnostics
        .iter()
        .map(|diagnostic| command(diagnostic, source) + "\n")
        .collect()
}

fn command(diagnostic: &Diagnostic, source: Source<'_>) -> String {
    let level = match diagnostic.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "notice",
    };
    let mut properties = vec![];
    let first = diagnostic.places.first();
    if let Some(spot) = first.and_then(|place| locate(place.origin, source)) {
        properties.push(("file", identity::path(spot.file)));
        properties.push(("line", spot.line.to_string()));
        properties.push(("col", spot.column.to_string()));
    }
    if !diagnostic.check.is_empty() {
        properties.push(("title", diagnostic.check.to_owned()));
    }
    let properties: Vec<_> = properties
        .into_iter()
        .map(|(name, value)| format!("{name}={}", property(&value)))
        .collect();
    let separator = if properties.is_empty() { "" } else { " " };
    let mut text = diagnostic.message.clone();
    for line in details(diagnostic, source) {
        text.push('\n');
        text.push_str(&line);
    }
    format!(
        "::{level}{separator}{}::{}",
        properties.join(","),
        data(&text)
    )
}

/// The runner reads line by line, and takes back these escapes and no others.
fn data(text: &str) -> String {
    text.replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
