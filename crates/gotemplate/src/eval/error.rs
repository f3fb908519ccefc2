//! Why a template could not be rendered.

use crate::Span;

/// What went wrong while a template was rendered.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("template: {template}:{line}:{column}: executing {executing} at <{context}>: {kind}", executing = crate::format::quote(.executing))]
pub struct RenderError {
    /// What is wrong.
    pub kind: Kind,
    /// The part of the template that was being evaluated.
    pub span: Span,
    /// The same as text.
    pub context: String,
    /// The name of the template that was given.
    pub template: String,
    /// The name of the template that was rendered: another one inside `{{ template }}`.
    pub executing: String,
    /// The line that Go says, from 1.
    pub line: usize,
    /// The bytes before it on that line, those of the preamble among them.
    pub column: usize,
}

/// What is wrong, in Go's words.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Kind {
    /// A field of a value that has none of that name.
    #[error("can't evaluate field {field} in type {of}")]
    NoField {
        /// The field.
        field: String,
        /// The type of the value.
        of: String,
    },
    /// A field of nothing.
    #[error("nil pointer evaluating {of}.{field}")]
    FieldOfNil {
        /// The field.
        field: String,
        /// The type of the value.
        of: String,
    },
    /// Arguments behind an entry of a map.
    #[error("{0} is not a method but has arguments")]
    NoMethod(String),
    /// Arguments behind a field.
    #[error("{0} has arguments but cannot be invoked as function")]
    FieldWithArguments(String),
    /// Arguments behind a value.
    #[error("can't give argument to non-function {0}")]
    NoFunction(String),
    /// A function with too many or too few arguments.
    #[error("wrong number of args for {function}: want {least}{want} got {got}", least = if *.variadic { "at least " } else { "" })]
    ArgumentCount {
        /// The function.
        function: String,
        /// How many it takes.
        want: usize,
        /// Whether it takes more.
        variadic: bool,
        /// How many it was given.
        got: usize,
    },
    /// An argument of another type.
    #[error("wrong type for value; expected {expected}; got {got}")]
    WrongType {
        /// The type of the parameter.
        expected: String,
        /// The type of the argument.
        got: String,
    },
    /// A literal of another type.
    #[error("expected {expected}; found {found}")]
    WrongLiteral {
        /// The type of the parameter.
        expected: &'static str,
        /// The literal.
        found: String,
    },
    /// A literal for a parameter that takes none.
    #[error("can't handle {literal} for arg of type {expected}")]
    LiteralForType {
        /// The literal.
        literal: String,
        /// The type of the parameter.
        expected: String,
    },
    /// Nil for a parameter that cannot be nil.
    #[error("cannot assign nil to {0}")]
    NilFor(String),
    /// Nothing for a parameter that cannot be nothing.
    #[error("invalid value; expected {0}")]
    InvalidFor(String),
    /// A function that failed.
    #[error("error calling {function}: {reason}")]
    Call {
        /// The function.
        function: String,
        /// What it says.
        reason: String,
    },
    /// `{{ nil }}`
    #[error("nil is not a command")]
    NilCommand,
    /// `nil.a`
    #[error("indirection through explicit nil in {0}")]
    FieldOfExplicitNil(String),
    /// A variable that is used before it has a value.
    #[error("undefined variable: {0}")]
    UndefinedVariable(String),
    /// A number that no int holds.
    #[error("{0} overflows int")]
    Overflow(String),
    /// A number with an imaginary part.
    #[error("complex numbers are not supported: {0}")]
    Complex(String),
    /// A loop over what has no elements.
    #[error("range can't iterate over {0}")]
    NoRange(String),
    /// A loop over a number with two variables.
    #[error("can't use {0} to iterate over more than one variable")]
    OneVariable(String),
    /// A template that there is not.
    #[error("template {} not defined", crate::format::quote(.0))]
    NoTemplate(String),
    /// Templates that call each other without end.
    #[error("exceeded maximum template depth ({0})")]
    Depth(usize),
    /// More work or text than a template should make.
    #[error("the template takes more than {0}")]
    TooMuch(&'static str),
}
