//! Patterns: `| pattern "<ip> - <_>"`, and `|> "<_> error <_>"`.

use crate::capture;
use crate::eval::record::{Extracted, Record};

/// A pattern: captures with texts between them.
#[derive(Debug)]
pub(in crate::eval) struct Pattern(Vec<Part>);

#[derive(Debug)]
enum Part {
    Text(String),
    /// The label's name; none for `<_>`.
    Capture(Option<String>),
}

impl Pattern {
    pub fn compile(pattern: &str) -> Self {
        let mut parts = Vec::new();
        let mut from = 0;
        let text = |parts: &mut Vec<Part>, text: &str| {
            if !text.is_empty() {
                parts.push(Part::Text(text.to_owned()));
            }
        };
        for capture in capture::captures(pattern) {
            text(&mut parts, &pattern[from..capture.place.start]);
            let name = (capture.name != "_").then(|| capture.name.to_owned());
            parts.push(Part::Capture(name));
            from = capture.place.end;
        }
        text(&mut parts, &pattern[from..]);
        Self(parts)
    }

    /// The captures of a line. A text that is missing leaves everything behind it to the capture before.
    fn captures<'p, 'l>(&'p self, line: &'l str) -> Vec<(&'p str, &'l str)> {
        let mut found = Vec::new();
        let mut rest = line;
        let mut parts = self.0.iter();
        if let Some(Part::Text(text)) = self.0.first() {
            let Some(after) = line.strip_prefix(text.as_str()) else {
                return found;
            };
            rest = after;
            parts.next();
        }
        while let Some(Part::Capture(name)) = parts.next() {
            let (value, after) = match parts.next() {
                Some(Part::Text(text)) => match rest.split_once(text.as_str()) {
                    Some((value, after)) => (value, Some(after)),
                    None => (rest, None),
                },
                _ => (rest, None),
            };
            found.extend(name.as_deref().map(|name| (name, value)));
            match after {
                Some(after) => rest = after,
                None => break,
            }
        }
        found
    }

    pub fn run(&self, record: &mut Record<'_>) -> bool {
        if record.needs_nothing() {
            return true;
        }
        let line = std::mem::take(&mut record.line);
        let captures = if line.is_empty() {
            Vec::new()
        } else {
            self.captures(&line)
        };
        let stays = captures
            .into_iter()
            .all(|(name, value)| record.extract(name, || value.to_owned()) != Extracted::Refused);
        record.line = line;
        stays
    }

    /// Whether a line has the pattern's texts in their order, with something at each capture.
    pub fn matches(&self, line: &str) -> bool {
        if line.is_empty() || self.0.is_empty() {
            return line.is_empty() && self.0.is_empty();
        }
        let mut rest = line;
        for (index, part) in self.0.iter().enumerate() {
            let Part::Text(text) = part else {
                continue;
            };
            match rest.split_once(text.as_str()) {
                None => return false,
                Some(("", _)) if index != 0 => return false,
                Some((_, after)) => rest = after,
            }
        }
        let ends_open = matches!(self.0.last(), Some(Part::Capture(_)));
        ends_open != rest.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::eval::check::after;

    #[test]
    fn captures_become_labels() {
        let stage = r#"| pattern "<ip> - <_> \"<method> <job> <_>\"""#;
        assert_eq!(
            after(stage, r#"10.0.0.1 - x "GET /a HTTP""#),
            r#"{ip="10.0.0.1", job_extracted="/a", method="GET"}"#
        );
        assert_eq!(after(stage, "10.0.0.1 - x"), r#"{ip="10.0.0.1"}"#);
        assert_eq!(after(r#"| pattern "a <x>""#, "b c"), "{}");
        assert_eq!(after(r#"| pattern "<x> b""#, "a c"), r#"{x="a c"}"#);
    }

    #[test]
    fn line_filters_want_something_at_each_capture() {
        let cases = [
            ("<_> bar", "foo bar", true),
            ("<_> bar", "foo bar baz", false),
            ("foo <_>", "foo bar", true),
            ("foo <_>", "foo ", false),
            ("<_>bar<_>", " bar ", true),
            ("<_> bar <_>", " bar ", false),
            ("", "", true),
            ("", "a", false),
            ("foo", "foo", true),
            ("foo", "a foo", true),
        ];
        for (pattern, line, matches) in cases {
            assert_eq!(
                Pattern::compile(pattern).matches(line),
                matches,
                "{pattern} on {line}"
            );
        }
    }
}
