//! Durations of LogQL, divided in the text: those within brackets and behind `offset`, outside of strings and comments.
//! Brackets are nothing else there; durations that lines are compared with are thresholds, and stay.

use std::ops::Range;

use obsctl_model::{Duration, LogQl};

use super::{Owner, Pace};

impl Pace {
    pub(super) fn logql(&mut self, owner: &Owner, query: &mut LogQl) {
        let text = query.as_str();
        let mut faster = String::with_capacity(text.len());
        let mut copied = 0;
        for place in durations(text) {
            let written = &text[place.clone()];
            // Grafana's variables are no durations, and fast already.
            let Ok(duration) = Duration::parse(written) else {
                continue;
            };
            let Some(divided) = self.speed.duration(duration) else {
                self.too_short(owner, query.origin(), "a duration", written);
                continue;
            };
            faster.push_str(&text[copied..place.start]);
            faster.push_str(&divided.to_string());
            copied = place.end;
        }
        faster.push_str(&text[copied..]);
        *query = LogQl::written(faster, query.origin());
    }
}

/// Where durations stand.
fn durations(text: &str) -> Vec<Range<usize>> {
    let bytes = text.as_bytes();
    let mut found = vec![];
    let mut at = 0;
    while at < bytes.len() {
        match bytes[at] {
            quote @ (b'"' | b'\'' | b'`') => at = behind_string(bytes, at, quote),
            b'#' => at = find(bytes, at, b'\n'),
            b'[' => {
                let end = find(bytes, at, b']');
                found.push(trimmed(text, at + 1..end));
                at = end;
            }
            byte if is_word(byte) => {
                let end = end_of_word(bytes, at);
                if text[at..end].eq_ignore_ascii_case("offset") {
                    let start = end + blanks(&bytes[end..]);
                    let start = start + usize::from(bytes.get(start) == Some(&b'-'));
                    at = end_of_word(bytes, start);
                    found.push(start..at);
                } else {
                    at = end;
                }
            }
            _ => at += 1,
        }
    }
    found
}

/// Backticks have no escapes.
fn behind_string(bytes: &[u8], start: usize, quote: u8) -> usize {
    let mut at = start + 1;
    while at < bytes.len() {
        match bytes[at] {
            b'\\' if quote != b'`' => at += 2,
            byte if byte == quote => return at + 1,
            _ => at += 1,
        }
    }
    bytes.len()
}

/// The next such byte; the end where there is none.
fn find(bytes: &[u8], start: usize, byte: u8) -> usize {
    let found = bytes[start..].iter().position(|one| *one == byte);
    found.map_or(bytes.len(), |found| start + found)
}

/// A character of a label name, a function or a number; text other than ASCII is in strings only.
fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

fn end_of_word(bytes: &[u8], start: usize) -> usize {
    let word = bytes[start..].iter().take_while(|byte| is_word(**byte));
    start + word.count()
}

fn blanks(bytes: &[u8]) -> usize {
    let blank = |byte: &&u8| byte.is_ascii_whitespace();
    bytes.iter().take_while(blank).count()
}

fn trimmed(text: &str, range: Range<usize>) -> Range<usize> {
    let inner = &text[range.clone()];
    let start = range.start + (inner.len() - inner.trim_start().len());
    start..start + inner.trim().len()
}
