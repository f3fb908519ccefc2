//! How findings look: one file per format.

mod human;
mod json;
#[cfg(test)]
mod tests;

use obsctl_model::Origin;

use super::{Diagnostic, Severity};

pub use human::{Style, human, summary};
pub use json::{Counts, Finding, Located, Report, json};

/// Reads a source file, for renderers that show lines of it; `|_| None` for none.
pub type Source<'a> = &'a dyn Fn(&str) -> Option<String>;

/// The file and line of a definition: `src/alerts.rs:12`. None for what was not written in Rust.
#[must_use]
pub fn place(origin: Origin, source: Source<'_>) -> Option<String> {
    locate(origin, source).map(|spot| format!("{}:{}", spot.file, spot.line))
}

/// A place in a source file.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Spot {
    file: &'static str,
    line: u32,
    column: u32,
    /// The text of the line, and the bytes of it that are meant, where the file could be read.
    shown: Option<(String, std::ops::Range<usize>)>,
}

/// Looks the place up. The declarations of one macro share a line: the quoted name tells them apart.
fn locate(origin: Origin, source: Source<'_>) -> Option<Spot> {
    let (file, line, column) = origin.location()?;
    let spot = Spot {
        file,
        line,
        column,
        shown: None,
    };
    let Some(text) = source(file) else {
        return Some(spot);
    };
    let mut lines = (1_u32..)
        .zip(text.lines())
        .skip(line.saturating_sub(1) as usize);
    if let Some(anchor) = origin.anchor() {
        let quoted = format!("\"{anchor}\"");
        let found = lines.find_map(|(number, text)| Some((number, text, text.find(&quoted)?)));
        return Some(match found {
            Some((line, text, start)) => Spot {
                file,
                line,
                column: u32::try_from(text[..start].chars().count() + 1).unwrap_or(1),
                shown: Some((text.to_owned(), start..start + quoted.len())),
            },
            None => spot,
        });
    }
    let shown = lines.next().and_then(|(_, text)| {
        let (start, _) = text.char_indices().nth(column.saturating_sub(1) as usize)?;
        Some((text.to_owned(), start..text.trim_end().len().max(start)))
    });
    Some(Spot { shown, ..spot })
}

fn count(diagnostics: &[Diagnostic], severity: Severity) -> usize {
    diagnostics
        .iter()
        .filter(|diagnostic| diagnostic.severity == severity)
        .count()
}
