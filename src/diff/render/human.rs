//! For people at a terminal, with ANSI colours.

use std::fmt::Write as _;
use std::ops::Range;

use super::super::{Change, Class, Edit, Piece, Report, What};
use super::{follows, needs_texts, on_one_line, summary, through, touched};

/// How many touched definitions are named for each change.
const NAMED: usize = 12;

/// The report as text.
#[must_use]
pub fn human(report: &Report) -> String {
    let mut out = String::new();
    for one in &report.changes {
        change(&mut out, one);
    }
    for note in &report.notes {
        let _ = writeln!(out, "note: {note}");
    }
    let Report { before, after, .. } = report;
    let _ = writeln!(out, "{before} → {after}: {}", summary(report));
    out
}

const fn color(class: Class) -> &'static str {
    match class {
        Class::Breaking => "\x1b[1;31m",
        Class::Behaviour => "\x1b[1;33m",
        Class::Additive => "\x1b[1;32m",
        Class::Cosmetic => "\x1b[1;34m",
    }
}

fn change(out: &mut String, change: &Change) {
    let class = change.class;
    let _ = write!(
        out,
        "{}{}\x1b[0m: {}",
        color(class),
        class.word(),
        change.subject
    );
    // What is new or gone needs no second line.
    let alone = change.details.len() == 1
        && matches!(change.details[0].what, What::Added(_) | What::Removed);
    if alone {
        let _ = write!(out, " {}", change.details[0].what.describe());
    }
    out.push('\n');
    if let Some((file, line)) = change.place() {
        let _ = writeln!(out, "  --> {file}:{line}");
    }
    for detail in change.details.iter().filter(|_| !alone) {
        let lesser = if detail.class == class {
            String::new()
        } else {
            format!(" ({})", detail.class.word())
        };
        let _ = writeln!(out, "  {}{lesser}", detail.what.describe());
        if let What::Query {
            before,
            after,
            edits,
            ..
        } = &detail.what
            && needs_texts(edits)
        {
            let ranges = |range: fn(&Edit) -> &Range<usize>| -> Vec<Range<usize>> {
                let parts = edits.iter().filter(|edit| edit.piece == Piece::Part);
                parts.map(|edit| range(edit).clone()).collect()
            };
            text(out, "-", before, &ranges(|edit| &edit.before));
            text(out, "+", after, &ranges(|edit| &edit.after));
        }
    }
    if let Some(follows) = follows(change) {
        let _ = writeln!(out, "  {follows}");
    }
    if !change.touches.is_empty() {
        let _ = writeln!(out, "  touches {}:", touched(change));
        for touch in change.touches.iter().take(NAMED) {
            let place = touch
                .place
                .as_ref()
                .map_or(String::new(), |(file, line)| format!("  ({file}:{line})"));
            let _ = writeln!(out, "    {}{}{place}", touch.subject, through(touch));
        }
        if let Some(more @ 1..) = change.touches.len().checked_sub(NAMED) {
            let _ = writeln!(out, "    and {more} more: `--format json` has all");
        }
    }
    out.push('\n');
}

/// A query on one line, with what is meant underlined.
fn text(out: &mut String, sign: &str, text: &str, ranges: &[Range<usize>]) {
    let (line, ranges) = on_one_line(text, ranges);
    let _ = writeln!(out, "    {sign} {line}");
    let mut marks = String::new();
    for (at, c) in line.char_indices() {
        let meant = ranges.iter().any(|range| range.contains(&at));
        marks.push(if meant && !(c == ' ' && marks.is_empty()) {
            '^'
        } else {
            ' '
        });
    }
    let marks = marks.trim_end();
    if !marks.is_empty() {
        let _ = writeln!(out, "      {marks}");
    }
}
