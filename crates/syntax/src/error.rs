//! What is wrong with a text, and where.

use std::fmt;

use crate::Span;

/// What a parser gives: a tree, always, and what is wrong with the text.
#[derive(Clone, Debug)]
pub struct Parsed<Tree> {
    /// The tree, with an error node where the text could not be read.
    pub expr: Tree,
    /// The errors, in the order of their places.
    pub errors: Vec<SyntaxError>,
}

impl<Tree> Parsed<Tree> {
    /// The tree, if the text has no errors.
    ///
    /// # Errors
    /// All the errors of the text.
    pub fn into_result(self) -> Result<Tree, Vec<SyntaxError>> {
        if self.errors.is_empty() {
            Ok(self.expr)
        } else {
            Err(self.errors)
        }
    }
}

/// Something that is not of the language, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyntaxError {
    /// The place.
    pub span: Span,
    /// What is wrong: a lowercase headline.
    pub message: String,
    /// What could have stood there.
    pub expected: Option<String>,
    /// How to put it right.
    pub help: Option<String>,
}

impl SyntaxError {
    /// An error with its headline.
    #[must_use]
    pub fn new(span: Span, message: impl Into<String>) -> Self {
        Self {
            span,
            message: message.into(),
            expected: None,
            help: None,
        }
    }

    /// Says what could have stood there.
    #[must_use]
    pub fn expected(mut self, expected: &str) -> Self {
        self.expected = Some(expected.to_owned());
        self
    }

    /// Says how to put it right.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

impl fmt::Display for SyntaxError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        if let Some(expected) = &self.expected {
            write!(f, ", expected {expected}")?;
        }
        Ok(())
    }
}

impl std::error::Error for SyntaxError {}

/// Something that the engine refuses although its syntax is right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TypeError {
    /// The place.
    pub span: Span,
    /// What is wrong: a lowercase headline.
    pub message: String,
    /// How to put it right.
    pub help: Option<String>,
}

impl TypeError {
    /// An error with its headline.
    #[must_use]
    pub fn new(span: Span, message: impl Into<String>) -> Self {
        Self {
            span,
            message: message.into(),
            help: None,
        }
    }

    /// Says how to put it right.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

impl fmt::Display for TypeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for TypeError {}
