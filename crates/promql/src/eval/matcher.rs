//! Label matchers, compiled.

use ::regex::Regex;

use super::EvalError;
use super::regex::compile_anchored;
use crate::ast::{self, MatchOp};

/// A label matcher that is ready to be asked.
#[derive(Clone, Debug)]
pub struct Matcher {
    /// The label.
    pub name: String,
    test: Test,
}

#[derive(Clone, Debug)]
enum Test {
    Equal(String),
    NotEqual(String),
    Regex(Regex),
    NotRegex(Regex),
}

impl Matcher {
    /// `name="value"`
    #[must_use]
    pub fn equal(name: impl Into<String>, value: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            test: Test::Equal(value.into()),
        }
    }

    /// A matcher of any kind.
    ///
    /// # Errors
    /// When the value is no regular expression where it must be one.
    pub fn new(name: impl Into<String>, op: MatchOp, value: &str) -> Result<Self, String> {
        let test = match op {
            MatchOp::Equal => Test::Equal(value.to_owned()),
            MatchOp::NotEqual => Test::NotEqual(value.to_owned()),
            MatchOp::Regex => Test::Regex(compile_anchored(value)?),
            MatchOp::NotRegex => Test::NotRegex(compile_anchored(value)?),
        };
        let name = name.into();
        Ok(Self { name, test })
    }

    pub(super) fn compile(matcher: &ast::Matcher) -> Result<Self, EvalError> {
        let value = &matcher.value.value;
        Self::new(&matcher.name.text, matcher.op, value).map_err(|reason| {
            EvalError::new(
                matcher.value.span,
                format!("`{value}` is not a regular expression: {reason}"),
            )
        })
    }

    /// Whether a label of this value matches; an empty one stands for no label.
    #[must_use]
    pub fn matches(&self, value: &str) -> bool {
        match &self.test {
            Test::Equal(wanted) => wanted == value,
            Test::NotEqual(other) => other != value,
            Test::Regex(regex) => regex.is_match(value),
            Test::NotRegex(regex) => !regex.is_match(value),
        }
    }

    /// The value that it asks for by `=`.
    #[must_use]
    pub fn equal_value(&self) -> Option<&str> {
        match &self.test {
            Test::Equal(value) => Some(value),
            _ => None,
        }
    }

    /// Whether it is `=` or `=~`.
    #[must_use]
    pub fn is_positive(&self) -> bool {
        matches!(self.test, Test::Equal(_) | Test::Regex(_))
    }
}
