//! Why a configuration or a baseline cannot be used.

use std::fmt;

use crate::diagnostic::nearest;

/// What is wrong in a file, where, and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    line: usize,
    column: usize,
    reason: String,
    fix: String,
}

/// The line and column of a byte, both from 1.
pub(super) fn position(text: &str, byte: usize) -> (u32, u32) {
    let before = text.get(..byte).unwrap_or(text);
    let line = before.rsplit('\n').next().unwrap_or_default();
    let from_one = |count: usize| u32::try_from(count + 1).unwrap_or(u32::MAX);
    (
        from_one(before.matches('\n').count()),
        from_one(line.chars().count()),
    )
}

impl Problem {
    /// A problem at a byte of a text.
    #[must_use]
    pub fn at(text: &str, byte: usize, reason: impl Into<String>) -> Self {
        let (line, column) = position(text, byte);
        Self {
            line: line as usize,
            column: column as usize,
            reason: reason.into(),
            fix: "correct it".to_owned(),
        }
    }

    /// A problem at the beginning of a line.
    #[must_use]
    pub fn in_line(line: usize, reason: impl Into<String>, fix: impl Into<String>) -> Self {
        Self {
            line,
            column: 1,
            reason: reason.into(),
            fix: fix.into(),
        }
    }

    /// What `toml` and `serde` say, in the words of who wrote the file.
    pub(super) fn of_toml(text: &str, error: &toml::de::Error) -> Self {
        let byte = error.span().map_or(0, |span| span.start);
        let message = error.message().trim().replace('\n', ", ");
        for (said, one_of, ours, known) in [
            ("unknown field `", "", "there is no key", "keys here are"),
            (
                "unknown variant `",
                "`warning`",
                "there is no level",
                "levels are",
            ),
            (
                "unknown variant `",
                "`alerts`",
                "there is no place",
                "places are",
            ),
        ] {
            if !message.starts_with(said) || !message.contains(one_of) {
                continue;
            }
            let mut names = message.split('`').skip(1).step_by(2);
            let wrong = names.next().unwrap_or_default();
            let names: Vec<_> = names.collect();
            let problem = Self::at(text, byte, format!("{ours} `{wrong}`"));
            return match nearest(wrong, names.iter().copied()) {
                Some(near) => problem.fixed_by(format!("did you mean `{near}`?")),
                None => problem.fixed_by(format!("{known} `{}`", names.join("`, `"))),
            };
        }
        let message = message
            .replace("missing field `", "missing key `")
            .replace("invalid type: ", "")
            .replace("wanted string or table", "a text is needed here")
            .replace("usize", "a whole number from 0");
        Self::at(text, byte, message)
            .fixed_by("`docs/configuration.md` has an example of every key")
    }

    /// Suggests the nearest name of a check.
    #[must_use]
    pub(super) fn did_you_mean(self, name: &str, known: &[&str]) -> Self {
        match nearest(name, known.iter().copied()) {
            Some(near) => self.fixed_by(format!("did you mean `{near}`?")),
            None if known.len() > MANY => {
                self.fixed_by("`docs/checks/README.md` lists all of them")
            }
            None => self.fixed_by(format!("there are `{}`", known.join("`, `"))),
        }
    }

    /// Says what to do about it.
    #[must_use]
    pub(super) fn fixed_by(self, fix: impl Into<String>) -> Self {
        Self {
            fix: fix.into(),
            ..self
        }
    }

    /// What to do about it.
    #[must_use]
    pub fn fix(&self) -> &str {
        &self.fix
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            line,
            column,
            reason,
            ..
        } = self;
        write!(f, "line {line}, column {column}: {reason}")
    }
}

/// So many names help nobody who reads them in a terminal.
const MANY: usize = 20;

impl std::error::Error for Problem {}
