//! A file as text, and what is found wrong while it is read.

use memchr::memrchr;
use obsctl_model::Origin;

use super::node::{Node, Value};
use super::written::Written;
use crate::diagnostic::{Diagnostic, Severity, UNREADABLE};
use crate::lines::{BLOCK, ends};

/// A file that is read.
#[derive(Debug)]
pub(super) struct Source<'a> {
    /// Its path, as findings show it.
    pub(super) path: &'static str,
    /// Its text.
    pub(super) text: &'a str,
    /// How many lines end before each block of the text and before its end: to list all lines takes longer than to
    /// count those of a block where one is asked for.
    ended: Vec<usize>,
    /// Where the text stands, if it is itself a value of a file.
    inside: Option<Inside<'a>>,
}

/// A text inside of another one.
#[derive(Debug)]
struct Inside<'a> {
    outer: &'a Source<'a>,
    /// Where it begins: all of it is there, as long as nobody knows better.
    begins: Origin,
    written: Option<Written>,
}

impl<'a> Source<'a> {
    pub(super) fn new(path: &'static str, text: &'a str) -> Self {
        let blocks = text.as_bytes().chunks(BLOCK);
        let counts = blocks.scan(0, |ended, block| {
            *ended += ends(block);
            Some(*ended)
        });
        Self {
            path,
            text,
            ended: std::iter::once(0).chain(counts).collect(),
            inside: None,
        }
    }

    /// A text that is itself a value of a file: a dashboard in a `ConfigMap`. None where the value is no text.
    pub(super) fn inside(outer: &'a Source<'a>, node: &'a Node<'_>) -> Option<Self> {
        let Value::Scalar(text, style) = &node.value else {
            return None;
        };
        let inside = Inside {
            outer,
            begins: outer.origin(node.at),
            written: Written::trace(outer.text, node.at, *style, text),
        };
        Some(Self {
            inside: Some(inside),
            ..Self::new(outer.path, text)
        })
    }

    /// The place of a byte.
    pub(super) fn origin(&self, at: usize) -> Origin {
        if let Some(inside) = &self.inside {
            let place = inside
                .written
                .as_ref()
                .and_then(|written| written.place(at));
            return place.map_or(inside.begins, |place| inside.outer.origin(place));
        }
        let end = at.min(self.text.len());
        let block = end / BLOCK;
        let line = self.ended[block] + ends(&self.text.as_bytes()[block * BLOCK..end]);
        let before = self.text.get(self.line_start(at)..at);
        let column = before.map_or(0, |before| before.chars().count());
        let number = |n: usize| u32::try_from(n + 1).unwrap_or(u32::MAX);
        Origin::at(self.path, number(line), number(column))
    }

    /// The byte at which the line of a byte begins.
    pub(super) fn line_start(&self, at: usize) -> usize {
        let before = &self.text.as_bytes()[..at.min(self.text.len())];
        memrchr(b'\n', before).map_or(0, |end| end + 1)
    }

    /// Something that could not be read.
    pub(super) fn unreadable(&self, at: usize, message: impl Into<String>) -> Diagnostic {
        Diagnostic {
            check: UNREADABLE,
            severity: Severity::Error,
            ..Diagnostic::new(format!("file `{}`", self.path), self.origin(at), message)
        }
    }
}

/// What is to be said about them, in Markdown.
pub const UNREADABLE_PAGE: &str = "\
# `unreadable`

Severity: error. Of files only: `obsctl check PATHS`. A note where an SLO of another tool is right, but obsctl has no words for it.

A file, or a part of it, could not be read: its YAML or JSON is broken, a key is not known, a value is of the wrong kind, a file
that was named holds nothing that obsctl reads, or a file or folder cannot be opened.

## Why it matters

What cannot be read was looked at by no check. That is why no `allow` accepts it, and `obsctl.toml` changes its level only for the files that it names.

## How to fix it

Correct the place that is named. A file of another kind is passed over in silence where only its folder is named.

Templates that become files only later, as those of Helm, stand among the others in many folders:

```toml
[[check.rules]]
paths = [\"charts/**\"]
levels = { unreadable = \"off\" }
```
";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_counted_in_lines_and_characters() {
        for long in [0, 1, BLOCK - 2, BLOCK - 1, BLOCK, 3 * BLOCK] {
            let text = format!(
                "é\n{}\nz\n",
                "ab\n".repeat(long / 3) + &"x".repeat(long % 3)
            );
            let source = Source::new("a.yml", &text);
            let (mut line, mut column) = (1, 1);
            for (at, char) in text.char_indices() {
                assert_eq!(
                    source.origin(at).location(),
                    Some(("a.yml", line, column)),
                    "{long} {at}"
                );
                (line, column) = if char == '\n' {
                    (line + 1, 1)
                } else {
                    (line, column + 1)
                };
            }
            for beyond in [0, 1, BLOCK] {
                let place = source.origin(text.len() + beyond).location();
                assert_eq!(place, Some(("a.yml", line, 1)), "{long}");
            }
        }
    }
}
