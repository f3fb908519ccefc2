//! For programs. The form is stable: fields are only added.

use serde::Serialize;

use super::{Source, count, locate, pretty};
use crate::diagnostic::{Diagnostic, Edit, Place, Severity, identity};

/// A report.
#[derive(Clone, Debug, Serialize)]
pub struct Report<'a> {
    /// The version of this form: 1.
    pub version: u32,
    /// The findings, in the order of their places.
    pub findings: Vec<Finding<'a>>,
    /// How many there are.
    pub summary: Counts,
}

/// A finding.
#[derive(Clone, Debug, Serialize)]
pub struct Finding<'a> {
    /// The check's name: `obsctl explain` says more about it.
    pub check: &'a str,
    /// `error`, `warning` or `note`.
    pub severity: &'static str,
    /// What is wrong.
    pub message: &'a str,
    /// The definition it is about.
    pub subject: &'a str,
    /// Where it is.
    #[serde(flatten)]
    pub place: Located<'a>,
    /// Equal in two runs for the same finding, although lines have moved.
    pub fingerprint: String,
    /// How to fix it.
    pub help: &'a [String],
    /// Other places that have to do with it.
    pub places: Vec<Located<'a>>,
    /// What mends it without changing what is meant; `obsctl check PATHS --fix` does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fix: Option<Mend<'a>>,
}

/// What mends a finding.
#[derive(Clone, Debug, Serialize)]
pub struct Mend<'a> {
    /// What it does.
    pub title: &'a str,
    /// Where, and what comes there.
    pub edits: Vec<Change<'a>>,
}

/// A text in place of bytes of another one.
#[derive(Clone, Debug, Serialize)]
pub struct Change<'a> {
    /// The whole text as it is; `range` are the bytes of it that go.
    #[serde(flatten)]
    pub place: Located<'a>,
    /// What comes in their place.
    pub with: &'a str,
}

/// A place.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Located<'a> {
    /// The source file; none for definitions that were not read from one.
    pub file: Option<&'static str>,
    /// The line of the definition, from 1.
    pub line: Option<u32>,
    /// The column in that line, in characters from 1.
    pub column: Option<u32>,
    /// The query or template that stands there.
    pub text: Option<&'a str>,
    /// The bytes of `text` that are meant: start, and end behind them.
    pub range: Option<[usize; 2]>,
    /// What is to be said about the place.
    pub note: &'a str,
}

/// How many findings there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[allow(missing_docs, reason = "the severities' own names")]
pub struct Counts {
    pub errors: usize,
    pub warnings: usize,
    pub notes: usize,
}

/// The report as JSON, with its line end.
#[must_use]
pub fn json(diagnostics: &[Diagnostic], source: Source<'_>) -> String {
    let report = Report {
        version: 1,
        findings: diagnostics
            .iter()
            .zip(identity::fingerprints(diagnostics))
            .map(|(diagnostic, fingerprint)| finding(diagnostic, fingerprint, source))
            .collect(),
        summary: Counts {
            errors: count(diagnostics, Severity::Error),
            warnings: count(diagnostics, Severity::Warning),
            notes: count(diagnostics, Severity::Note),
        },
    };
    pretty(&report)
}

fn finding<'a>(diagnostic: &'a Diagnostic, fingerprint: String, source: Source<'_>) -> Finding<'a> {
    let mut places = diagnostic.places.iter().map(|place| located(place, source));
    Finding {
        check: diagnostic.check,
        severity: diagnostic.severity.word(),
        message: &diagnostic.message,
        subject: &diagnostic.subject,
        place: places.next().unwrap_or_default(),
        fingerprint,
        help: &diagnostic.help,
        places: places.collect(),
        fix: diagnostic.fix.as_ref().map(|fix| Mend {
            title: &fix.title,
            edits: fix.edits.iter().map(|edit| change(edit, source)).collect(),
        }),
    }
}

fn change<'a>(edit: &'a Edit, source: Source<'_>) -> Change<'a> {
    let spot = locate(edit.origin, source);
    Change {
        place: Located {
            file: spot.as_ref().map(|spot| spot.file),
            line: spot.as_ref().map(|spot| spot.line),
            column: spot.as_ref().map(|spot| spot.column),
            text: Some(&edit.text),
            range: Some([edit.range.start, edit.range.end]),
            note: "",
        },
        with: &edit.with,
    }
}

fn located<'a>(place: &'a Place, source: Source<'_>) -> Located<'a> {
    let spot = locate(place.origin, source);
    Located {
        file: spot.as_ref().map(|spot| spot.file),
        line: spot.as_ref().map(|spot| spot.line),
        column: spot.as_ref().map(|spot| spot.column),
        text: place.text.as_ref().map(|(text, _)| text.as_str()),
        range: place
            .text
            .as_ref()
            .map(|(_, range)| [range.start, range.end]),
        note: &place.note,
    }
}
