//! How a difference looks: one file per format.

mod human;
mod json;
mod markdown;

use std::collections::BTreeMap;
use std::ops::Range;

use super::{Change, Class, Edit, Kind, Piece, Report, Subject, Touch};

pub use human::human;
pub use json::{Document, json};
pub use markdown::markdown;

/// `1 breaking change, 2 of behaviour, 1 additive, 3 cosmetic`.
fn summary(report: &Report) -> String {
    let words = Class::ALL.iter().filter_map(|class| {
        let count = report.count(*class);
        (count > 0).then(|| format!("{count} {}", class.word()))
    });
    let words = words.collect::<Vec<_>>().join(", ");
    match report.changes.len() {
        0 => "no changes".to_owned(),
        1 => format!("1 change: {words}"),
        all => format!("{all} changes: {words}"),
    }
}

/// `2 alerts, 1 SLO, 3 panels`.
fn counted<'a>(subjects: impl Iterator<Item = &'a Subject>) -> String {
    let mut counts: BTreeMap<Kind, usize> = BTreeMap::new();
    for subject in subjects {
        *counts.entry(subject.kind).or_default() += 1;
    }
    let words = counts.into_iter().map(|(kind, count)| {
        let plural = if count == 1 { "" } else { "s" };
        format!("{count} {}{plural}", kind.word())
    });
    words.collect::<Vec<_>>().join(", ")
}

/// What a change touches, counted.
fn touched(change: &Change) -> String {
    counted(change.touches.iter().map(|touch| &touch.subject))
}

/// What was generated from what changed: it needs no telling of its own.
fn follows(change: &Change) -> Option<String> {
    let subjects = change.follows.iter();
    (!change.follows.is_empty()).then(|| format!("changes with it: {}", counted(subjects)))
}

/// ``, through `a` … `b` ``: the first and the last of a way.
fn through(touch: &Touch) -> String {
    match touch.through.as_slice() {
        [] => String::new(),
        [one] => format!(", through `{one}`"),
        [first, last] => format!(", through `{first}` and `{last}`"),
        [first, .., last] => format!(", through `{first}` … `{last}`"),
    }
}

/// Whether the texts of a query have to be shown: its differences do not say it all.
fn needs_texts(edits: &[Edit]) -> bool {
    edits.is_empty() || edits.iter().any(|edit| edit.piece == Piece::Part)
}

/// A text on one line, and where ranges of it are then.
fn on_one_line(text: &str, ranges: &[Range<usize>]) -> (String, Vec<Range<usize>>) {
    let mut line = String::with_capacity(text.len());
    // The place of each byte of the text in the line.
    let mut places = Vec::with_capacity(text.len() + 1);
    for c in text.chars() {
        let skipped = c.is_whitespace() && (line.is_empty() || line.ends_with(' '));
        let at = line.len();
        if !skipped {
            line.push(if c.is_whitespace() { ' ' } else { c });
        }
        places.extend((0..c.len_utf8()).map(|byte| if skipped { at } else { at + byte }));
    }
    places.push(line.len());
    let line = line.trim_end().to_owned();
    let place = |at: usize| {
        places
            .get(at)
            .copied()
            .unwrap_or(line.len())
            .min(line.len())
    };
    let ranges = ranges
        .iter()
        .map(|range| place(range.start)..place(range.end));
    let ranges = ranges.collect();
    (line, ranges)
}
