//! Showing findings and counting them.

use std::io::{self, Write};

use serde::Serialize;

use crate::diagnostic::{Diagnostic, Severity};

/// How many findings of each severity there are.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Tally {
    pub(super) errors: usize,
    pub(super) warnings: usize,
    pub(super) notes: usize,
}

impl Tally {
    /// Counts.
    pub(super) fn of(findings: &[Diagnostic]) -> Self {
        let count = |severity| {
            findings
                .iter()
                .filter(|finding| finding.severity == severity)
                .count()
        };
        Self {
            errors: count(Severity::Error),
            warnings: count(Severity::Warning),
            notes: count(Severity::Note),
        }
    }
}

impl std::fmt::Display for Tally {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let counts = [
            (self.errors, "error"),
            (self.warnings, "warning"),
            (self.notes, "note"),
        ];
        let words: Vec<_> = counts
            .into_iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, word)| counted(count, word))
            .collect();
        if words.is_empty() {
            f.write_str("no findings")
        } else {
            f.write_str(&words.join(", "))
        }
    }
}

/// `1 file`, `2 files`.
pub(super) fn counted(count: usize, word: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {word}{plural}")
}

/// Shows findings to a person.
pub(super) fn show(findings: &[Diagnostic], out: &mut dyn Write) -> io::Result<()> {
    for finding in findings {
        let word = finding.severity.word();
        writeln!(
            out,
            "{word}[{}]: {}: {}",
            finding.check, finding.subject, finding.message
        )?;
        for place in &finding.places {
            if let Some((file, line, column)) = place.origin.location() {
                writeln!(out, "  --> {file}:{line}:{column} {}", place.note)?;
            }
        }
        for help in &finding.help {
            writeln!(out, "  = help: {help}")?;
        }
    }
    Ok(())
}

/// Shows findings to a program: one JSON document.
pub(super) fn show_json(findings: &[Diagnostic], out: &mut dyn Write) -> io::Result<()> {
    let tally = Tally::of(findings);
    let report = Report {
        errors: tally.errors,
        warnings: tally.warnings,
        notes: tally.notes,
        findings: findings.iter().map(Finding::from).collect(),
    };
    serde_json::to_writer_pretty(&mut *out, &report)?;
    writeln!(out)
}

#[derive(Serialize)]
struct Report<'a> {
    errors: usize,
    warnings: usize,
    notes: usize,
    findings: Vec<Finding<'a>>,
}

#[derive(Serialize)]
struct Finding<'a> {
    check: &'a str,
    severity: &'a str,
    message: &'a str,
    subject: &'a str,
    places: Vec<Place<'a>>,
    help: &'a [String],
}

#[derive(Serialize)]
struct Place<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<&'a str>,
    /// Bytes of `text` that matter: start and end.
    #[serde(skip_serializing_if = "Option::is_none")]
    bytes: Option<(usize, usize)>,
    #[serde(skip_serializing_if = "str::is_empty")]
    note: &'a str,
}

impl<'a> From<&'a Diagnostic> for Finding<'a> {
    fn from(diagnostic: &'a Diagnostic) -> Self {
        let places = diagnostic.places.iter().map(|place| {
            let location = place.origin.location();
            let text = place.text.as_ref();
            Place {
                file: location.map(|(file, ..)| file),
                line: location.map(|(_, line, _)| line),
                text: text.map(|(text, _)| text.as_str()),
                bytes: text.map(|(_, range)| (range.start, range.end)),
                note: &place.note,
            }
        });
        Self {
            check: diagnostic.check,
            severity: diagnostic.severity.word(),
            message: &diagnostic.message,
            subject: &diagnostic.subject,
            places: places.collect(),
            help: &diagnostic.help,
        }
    }
}
