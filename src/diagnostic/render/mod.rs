//! How findings look: one file per format.

mod checkstyle;
mod github;
mod gitlab;
mod human;
mod json;
mod junit;
mod sarif;
#[cfg(test)]
mod tests;
pub(crate) mod xml;

use std::ops::Range;
use std::rc::Rc;

use obsctl_model::Origin;
use serde::Serialize;

use super::identity::path;
use super::{Diagnostic, Severity};
use crate::lines::line;

pub use checkstyle::checkstyle;
pub use github::github;
pub use gitlab::gitlab;
pub use human::{Style, human, summary};
pub use json::{Counts, Finding, Located, Mend, Report, json};
pub use junit::junit;
pub use sarif::{Change, sarif};

/// Reads a source file, for renderers that show lines of it; `|_| None` for none. A file has many findings: its text is
/// shared.
pub type Source<'a> = &'a dyn Fn(&str) -> Option<Rc<String>>;

/// What is looked for, for formats that list it.
#[derive(Clone, Copy, Debug)]
pub struct Rule<'a> {
    /// Its name, which findings carry.
    pub name: &'a str,
    /// What it finds, in one sentence.
    pub summary: &'a str,
    /// Its page in Markdown.
    pub docs: &'a str,
    /// How bad what it finds is.
    pub severity: Severity,
}

/// The file and line of a definition: `src/alerts.rs:12`. None for what was not written in Rust.
#[must_use]
pub fn place(origin: Origin, source: Source<'_>) -> Option<String> {
    locate(origin, source).map(|spot| format!("{}:{}", spot.file, spot.line))
}

/// A place in a source file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Spot {
    file: &'static str,
    line: u32,
    column: u32,
    anchor: Option<&'static str>,
}

/// Looks the place up. The declarations of one macro share a line: the quoted name tells them apart.
fn locate(origin: Origin, source: Source<'_>) -> Option<Spot> {
    let (file, line, column) = origin.location()?;
    let anchor = origin.anchor();
    let spot = Spot {
        file,
        line,
        column,
        anchor,
    };
    let anchored = || {
        let (quoted, text) = (format!("\"{}\"", anchor?), source(file)?);
        let lines = (1_u32..).zip(text.lines());
        let mut lines = lines.skip(line.saturating_sub(1) as usize);
        let (line, before) = lines.find_map(|(number, text)| {
            let start = text.find(&quoted)?;
            Some((number, text[..start].chars().count()))
        })?;
        Some(Spot {
            line,
            column: u32::try_from(before + 1).unwrap_or(1),
            ..spot
        })
    };
    Some(anchored().unwrap_or(spot))
}

impl Spot {
    /// The text of the line, and the bytes of it that are meant, where the file can be read.
    fn shown(&self, source: Source<'_>) -> Option<(String, Range<usize>)> {
        let text = source(self.file)?;
        let line = line(&text, self.line)?;
        let mut places = line.char_indices();
        let (start, _) = places.nth(self.column.saturating_sub(1) as usize)?;
        let end = match self.anchor.map(|anchor| format!("\"{anchor}\"")) {
            Some(quoted) if !line[start..].starts_with(&quoted) => return None,
            Some(quoted) => start + quoted.len(),
            None => line.trim_end().len().max(start),
        };
        Some((line.to_owned(), start..end))
    }
}

/// Everything but the headline, as plain lines: for formats that show neither source nor several places.
fn details(diagnostic: &Diagnostic, source: Source<'_>) -> Vec<String> {
    let mut lines = vec![];
    for (index, found) in diagnostic.places.iter().enumerate() {
        let underlined = found
            .text
            .as_ref()
            .and_then(|(text, range)| text.get(range.clone()));
        let mut line = match underlined {
            Some(text) if !text.is_empty() => format!("`{text}`"),
            _ => String::new(),
        };
        if !found.note.is_empty() {
            let separator = if line.is_empty() { "" } else { ": " };
            line = format!("{line}{separator}{}", found.note);
        }
        if index > 0
            && !line.is_empty()
            && let Some(place) = place(found.origin, source)
        {
            line = format!("{line} ({})", path(&place));
        }
        if !line.is_empty() {
            lines.push(line);
        }
    }
    lines.push(format!("in {}", diagnostic.subject));
    lines.extend(diagnostic.help.iter().map(|help| format!("help: {help}")));
    lines
}

/// A value as indented JSON, with its line end.
pub(crate) fn pretty(value: &impl Serialize) -> String {
    let text = serde_json::to_string_pretty(value).expect("text and numbers have a JSON form");
    text + "\n"
}

fn count(diagnostics: &[Diagnostic], severity: Severity) -> usize {
    diagnostics
        .iter()
        .filter(|diagnostic| diagnostic.severity == severity)
        .count()
}
