//! Accepted findings in YAML: `# obsctl:allow CHECK [until YYYY-MM-DD]: reason`, above a rule or in it, or above
//! a group and before its first rule; `# obsctl:allow-file …` anywhere, for all groups of the file.

use obsctl_model::{Allow, Origin};

use super::Reader;

/// What a comment to us begins with.
pub(super) const ORDER: &str = "obsctl:";

/// The comments of a file that accept findings.
#[derive(Debug, Default)]
pub(super) struct Comments {
    /// The byte each stands at, and what it accepts.
    local: Vec<(usize, Allow)>,
    /// For the whole file.
    file: Vec<Allow>,
}

impl Comments {
    /// Takes them out of all comments of a file, and says which cannot be read.
    pub(super) fn read<'c>(
        reader: &mut Reader<'_>,
        all: impl IntoIterator<Item = (usize, &'c str)>,
    ) -> Self {
        let mut found = Self::default();
        for (at, text) in all {
            let Some(order) = text.trim_start().strip_prefix(ORDER) else {
                continue;
            };
            let origin = reader.source.origin(at);
            let (word, rest) = order.split_once(' ').unwrap_or((order, ""));
            match (word, allow(rest, origin)) {
                ("allow", Some(allow)) => found.local.push((at, allow)),
                ("allow-file", Some(allow)) => found.file.push(allow),
                _ => {
                    let message = format!("the comment `#{text}` is not understood");
                    let problem = reader.source.unreadable(at, message).help(
                        "write `# obsctl:allow CHECK: reason`, `# obsctl:allow CHECK until YYYY-MM-DD: reason`, \
                         or the same with `allow-file` for the whole file",
                    );
                    reader.found.problems.push(problem);
                }
            }
        }
        found
    }

    /// What is accepted of the rule that begins at `at`, and ends where the next rule or group begins: by comments
    /// in it, and on the lines above it.
    pub(super) fn of_rule(reader: &Reader<'_>, at: usize, next: usize) -> Vec<Allow> {
        let all = &reader.comments.local;
        if all.is_empty() {
            return vec![];
        }
        let begins = first_line(reader, at);
        let ends = match next {
            usize::MAX => document_end(reader, at),
            next => first_line(reader, next),
        };
        let own = all.iter();
        let own = own.filter(|(place, _)| (begins..ends).contains(place));
        own.map(|(_, allow)| allow.clone()).collect()
    }

    /// What is accepted of the group that begins at `at`, and all its rules: by comments above it and before its
    /// first rule, and for the whole file.
    pub(super) fn of_group(reader: &Reader<'_>, at: usize, first_rule: usize) -> Vec<Allow> {
        let mut all = Self::of_rule(reader, at, first_rule);
        all.extend_from_slice(&reader.comments.file);
        all
    }
}

/// The byte at which the first line of the comments right above what begins at `at` begins, or its own line.
fn first_line(reader: &Reader<'_>, at: usize) -> usize {
    let source = &reader.source;
    let mut start = source.line_start(at);
    while start > 0 {
        let above = source.line_start(start - 1);
        let line = source.text.get(above..start).unwrap_or_default();
        if !line.trim_start().starts_with('#') {
            break;
        }
        start = above;
    }
    start
}

/// The byte at which the document that holds `at` ends.
fn document_end(reader: &Reader<'_>, at: usize) -> usize {
    let rest = reader.source.text.get(at..);
    let mark = rest.and_then(|rest| rest.find("\n---"));
    mark.map_or(usize::MAX, |mark| at + mark)
}

/// `CHECK [until YYYY-MM-DD]: reason`
fn allow(text: &str, origin: Origin) -> Option<Allow> {
    let (what, reason) = text.split_once(':')?;
    let mut words = what.split_whitespace();
    let check = words.next()?;
    let until = match (words.next(), words.next(), words.next()) {
        (None, ..) => None,
        (Some("until"), Some(day), None) if is_day(day) => Some(day.to_owned()),
        _ => return None,
    };
    let reason = reason.trim();
    (!reason.is_empty()).then(|| Allow {
        check: check.to_owned(),
        reason: reason.to_owned(),
        until,
        origin,
    })
}

fn is_day(text: &str) -> bool {
    let digits =
        |part: &str, count| part.len() == count && part.bytes().all(|b| b.is_ascii_digit());
    let mut parts = text.split('-');
    let shape = [4, 2, 2].map(|count| parts.next().is_some_and(|part| digits(part, count)));
    shape == [true; 3] && parts.next().is_none() && text.parse::<jiff::civil::Date>().is_ok()
}
