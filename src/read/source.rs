//! A file as text, and what is found wrong while it is read.

use obsctl_model::Origin;

use crate::diagnostic::{Diagnostic, Severity};

/// A file that is read.
#[derive(Debug)]
pub(super) struct Source<'a> {
    /// Its path, as findings show it.
    pub(super) path: &'static str,
    /// Its text.
    pub(super) text: &'a str,
    /// The byte each line begins at.
    lines: Vec<usize>,
    /// Where the text stands in its file: texts inside texts are shown at their beginning.
    inside: Option<Origin>,
}

impl<'a> Source<'a> {
    pub(super) fn new(path: &'static str, text: &'a str) -> Self {
        let ends = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
        Self {
            path,
            text,
            lines: std::iter::once(0)
                .chain(ends.map(|(at, _)| at + 1))
                .collect(),
            inside: None,
        }
    }

    /// A text that is itself a value of a file: a dashboard in a `ConfigMap`.
    pub(super) fn inside(path: &'static str, text: &'a str, at: Origin) -> Self {
        Self {
            inside: Some(at),
            ..Self::new(path, text)
        }
    }

    /// The place of a byte.
    pub(super) fn origin(&self, at: usize) -> Origin {
        if let Some(outer) = self.inside {
            return outer;
        }
        let line = self.line(at);
        let column = self
            .text
            .get(self.lines[line]..at)
            .map_or(0, |before| before.chars().count());
        let number = |n: usize| u32::try_from(n + 1).unwrap_or(u32::MAX);
        Origin::at(self.path, number(line), number(column))
    }

    /// The line of a byte, from 0.
    pub(super) fn line(&self, at: usize) -> usize {
        self.lines
            .partition_point(|start| *start <= at)
            .saturating_sub(1)
    }

    /// The text of a line, from 0.
    pub(super) fn line_text(&self, line: usize) -> &'a str {
        let start = self.lines.get(line).copied().unwrap_or(self.text.len());
        let rest = self.text.get(start..).unwrap_or_default();
        rest.lines().next().unwrap_or_default()
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

/// The name of findings about what could not be read.
pub const UNREADABLE: &str = "unreadable";

/// What is to be said about them, in Markdown.
pub const UNREADABLE_PAGE: &str = "\
# `unreadable`

Severity: error. Of files only: `obsctl check PATHS`.

A file, or a part of it, could not be read: its YAML or JSON is broken, a key is not known, a value is of the wrong kind, or a file
that was named holds nothing that obsctl reads.

## Why it matters

What cannot be read was looked at by no check. That is why `obsctl.toml` cannot change the severity, and no `allow` accepts it.

## How to fix it

Correct the place that is named. A file of another kind is passed over in silence where only its folder is named.
";
