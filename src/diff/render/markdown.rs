//! For a comment on a pull request: short first, the rest folded away, and never longer than GitHub takes.

use std::fmt::Write as _;

use super::super::{Change, Class, Report, What};
use super::{follows, needs_texts, on_one_line, summary, through, touched};

/// GitHub refuses comments of more than 65,536 characters; GitLab takes more.
const LONGEST: usize = 60_000;

/// How many changes the table shows.
const ROWS: usize = 20;

/// How many touched definitions are named for each change.
const NAMED: usize = 30;

/// The report as Markdown.
#[must_use]
pub fn markdown(report: &Report) -> String {
    let mut out = format!("### Observability: {}\n\n", summary(report));
    let _ = writeln!(
        out,
        "<sub>{} → {}</sub>",
        plain(&report.before),
        plain(&report.after)
    );
    for note in &report.notes {
        let _ = write!(out, "\n> {}\n", plain(note));
    }
    if report.changes.is_empty() {
        return out;
    }
    table(&mut out, report);
    let mut left = report.changes.len();
    for class in Class::ALL {
        let changes: Vec<_> = report
            .changes
            .iter()
            .filter(|one| one.class == class)
            .collect();
        if changes.is_empty() {
            continue;
        }
        let head = format!(
            "\n<details><summary>{}: {}</summary>\n\n",
            capital(class.word()),
            changes.len()
        );
        let mut section = String::new();
        let mut cut = false;
        for one in changes {
            let text = change(one);
            if out.len() + head.len() + section.len() + text.len() > LONGEST {
                cut = true;
                break;
            }
            section.push_str(&text);
            left -= 1;
        }
        if !section.is_empty() {
            let _ = write!(out, "{head}{section}\n</details>\n");
        }
        if cut {
            let _ = write!(
                out,
                "\n{left} more changes do not fit here: run `obsctl diff`.\n"
            );
            break;
        }
    }
    out
}

/// What a reviewer has to know first: the worst changes, one line each.
fn table(out: &mut String, report: &Report) {
    let matter = |one: &&Change| one.class <= Class::Behaviour;
    let all = report.changes.iter().filter(matter).count();
    if all == 0 {
        return;
    }
    out.push_str("\n| | Change | Touches |\n| --- | --- | --- |\n");
    for one in report.changes.iter().filter(matter).take(ROWS) {
        let details = one
            .details
            .iter()
            .filter(|detail| detail.class == one.class);
        let words: Vec<_> = details.map(|detail| detail.what.describe()).collect();
        let _ = writeln!(
            out,
            "| {} | **{}** {} | {} |",
            mark(one.class),
            cell(&one.subject.to_string()),
            cell(&words.join("; ")),
            touched(one)
        );
    }
    if let Some(more @ 1..) = all.checked_sub(ROWS) {
        let _ = writeln!(out, "| | and {more} more | |");
    }
}

const fn mark(class: Class) -> &'static str {
    match class {
        Class::Breaking => "🔴 breaking",
        Class::Behaviour => "🟠 behaviour",
        Class::Additive => "🟢 additive",
        Class::Cosmetic => "⚪ cosmetic",
    }
}

fn change(change: &Change) -> String {
    let place = change.place().map_or(String::new(), |(file, line)| {
        format!(" <sub>{}:{line}</sub>", plain(file))
    });
    let mut out = format!("- **{}**{place}\n", change.subject);
    for detail in &change.details {
        let _ = writeln!(out, "  - {}", detail.what.describe());
        if let What::Query {
            before,
            after,
            edits,
            ..
        } = &detail.what
            && needs_texts(edits)
        {
            let line = |text: &str| on_one_line(text, &[]).0;
            // Queries of Loki have backticks, and may have several.
            let _ = writeln!(
                out,
                "    ~~~~diff\n    - {}\n    + {}\n    ~~~~",
                line(before),
                line(after)
            );
        }
    }
    if let Some(follows) = follows(change) {
        let _ = writeln!(out, "  - {follows}");
    }
    if !change.touches.is_empty() {
        let _ = writeln!(out, "  - touches {}:", touched(change));
        for touch in change.touches.iter().take(NAMED) {
            let _ = writeln!(out, "    - {}{}", touch.subject, through(touch));
        }
        if let Some(more @ 1..) = change.touches.len().checked_sub(NAMED) {
            let _ = writeln!(out, "    - and {more} more");
        }
    }
    out
}

/// Text inside of a table: a bar would end the cell, in code too.
fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('\n', " ")
}

/// Text that is no Markdown.
fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '<' => plain.push_str("&lt;"),
            '>' => plain.push_str("&gt;"),
            '&' => plain.push_str("&amp;"),
            '*' | '_' | '[' | ']' | '\\' => plain.extend(['\\', c]),
            c => plain.push(c),
        }
    }
    plain
}

fn capital(word: &str) -> String {
    let mut word = word.to_owned();
    if let Some(first) = word.get_mut(0..1) {
        first.make_ascii_uppercase();
    }
    word
}
