//! Tests of texts: what line filters and conditions on labels ask.

use obsctl_promql::eval::compile_search;
use regex::Regex;

use super::simplify::simplify;

/// What a text is asked.
#[derive(Clone, Debug)]
pub(in crate::eval) enum TextTest {
    Always,
    /// The text is not empty.
    Present,
    Equal(Text),
    Contains(Text),
    /// One of them holds.
    Any(Vec<TextTest>),
    Not(Box<TextTest>),
    Regex(Regex),
}

/// A text to compare with.
#[derive(Clone, Debug)]
pub(in crate::eval) struct Text {
    text: String,
    /// Whether case makes no difference; the text is in lower case then.
    any_case: bool,
}

impl Text {
    pub fn new(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            any_case: false,
        }
    }

    pub fn with_case(text: &str, any_case: bool) -> Self {
        Self {
            text: if any_case {
                lower(text)
            } else {
                text.to_owned()
            },
            any_case,
        }
    }

    fn is_in(&self, text: &str) -> bool {
        if self.any_case {
            lower(text).contains(&self.text)
        } else {
            text.contains(&self.text)
        }
    }
}

fn lower(text: &str) -> String {
    text.chars().flat_map(char::to_lowercase).collect()
}

impl TextTest {
    pub fn contains(text: &str) -> Self {
        if text.is_empty() {
            Self::Always
        } else {
            Self::Contains(Text::new(text))
        }
    }

    /// A regular expression of a line filter, which is found anywhere in the line, or of a condition on a
    /// label, which is all of its value. Loki makes some expressions simpler before it runs them, and not
    /// all of these mean the same afterwards.
    ///
    /// # Errors
    /// Why it is no regular expression.
    pub fn regex(pattern: &str, whole: bool) -> Result<Self, String> {
        let regex = compile_search(pattern)?;
        if let Some(simple) = simplify(regex.as_str(), whole) {
            return Ok(simple);
        }
        Ok(Self::Regex(if whole {
            compile_search(&format!("^(?:{pattern})$"))?
        } else {
            regex
        }))
    }

    pub fn negated(self) -> Self {
        Self::Not(Box::new(self))
    }

    /// One of these holds; of several, those that always hold do not count, as in Loki.
    pub fn any(tests: Vec<Self>) -> Self {
        let mut counting: Vec<_> = tests
            .into_iter()
            .filter(|test| !matches!(test, Self::Always))
            .collect();
        match counting.len() {
            0 => Self::Always,
            1 => counting.remove(0),
            _ => Self::Any(counting),
        }
    }

    pub fn holds(&self, text: &str) -> bool {
        match self {
            Self::Always => true,
            Self::Present => !text.is_empty(),
            Self::Equal(wanted) => wanted.text.len() == text.len() && wanted.is_in(text),
            Self::Contains(wanted) => wanted.is_in(text),
            Self::Any(tests) => tests.iter().any(|test| test.holds(text)),
            Self::Not(test) => !test.holds(text),
            Self::Regex(regex) => regex.is_match(text),
        }
    }
}

#[cfg(test)]
impl Text {
    pub fn shown(&self) -> String {
        format!("{}{}", if self.any_case { "any " } else { "" }, self.text)
    }
}
