//! What a template consists of.

use crate::Span;

/// A sequence of texts and actions: a template, or what stands inside a block.
pub type List = Vec<Node>;

/// A part of a template.
#[derive(Clone, Debug, PartialEq)]
pub enum Node {
    /// Plain text, without the white space that a `{{-` or `-}}` beside it takes away.
    Text(String, Span),
    /// `{{/* … */}}`, with its marks.
    Comment(String, Span),
    /// `{{ pipeline }}`: prints its value, or declares or sets variables.
    Action(Pipeline),
    /// `{{ if … }}`, `{{ with … }}` or `{{ range … }}` until its end.
    Control(Control),
    /// `{{ break }}`
    Break(Span),
    /// `{{ continue }}`
    Continue(Span),
    /// `{{ template "name" pipeline }}`
    Call(Call),
    /// `{{ define "name" }} … {{ end }}`
    Define(Define),
    /// `{{ block "name" pipeline }} … {{ end }}`: defines a template and calls it.
    Block(Call, List),
    /// An action that could not be read.
    Error(Span),
}

/// The word that opens a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keyword {
    /// Renders its first branch whose pipeline is true.
    If,
    /// The same, with that value as the dot.
    With,
    /// Renders its body for every element.
    Range,
}

impl Keyword {
    /// The word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::If => "if",
            Self::With => "with",
            Self::Range => "range",
        }
    }
}

/// A block with its branches.
#[derive(Clone, Debug, PartialEq)]
pub struct Control {
    /// What it does.
    pub keyword: Keyword,
    /// Where the word stands.
    pub span: Span,
    /// The branches, in order; at least one.
    pub branches: Vec<Branch>,
    /// What stands behind `{{ else }}`.
    pub otherwise: Option<List>,
}

/// A pipeline, and what is rendered when it is true.
#[derive(Clone, Debug, PartialEq)]
pub struct Branch {
    /// What is looked at.
    pub pipeline: Pipeline,
    /// What is rendered.
    pub body: List,
}

/// The name of a template, and what it is given as its dot.
#[derive(Clone, Debug, PartialEq)]
pub struct Call {
    /// The name.
    pub name: Literal,
    /// The dot; nothing is nil.
    pub pipeline: Option<Pipeline>,
    /// Where the action stands, without its braces.
    pub span: Span,
}

/// A template with a name.
#[derive(Clone, Debug, PartialEq)]
pub struct Define {
    /// The name.
    pub name: Literal,
    /// The template.
    pub body: List,
    /// Where the word `define` stands.
    pub span: Span,
}

/// A text in quotes.
#[derive(Clone, Debug, PartialEq)]
pub struct Literal {
    /// As it is written, with its quotes.
    pub quoted: String,
    /// What it means.
    pub text: String,
    /// Where it stands, with its quotes.
    pub span: Span,
}

/// Commands of which each gets the value of the one before as its last argument.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Pipeline {
    /// The variables that get the value.
    pub variables: Vec<Name>,
    /// Whether those are set (`=`), not declared (`:=`).
    pub assigns: bool,
    /// The commands; none only where the text could not be read.
    pub commands: Vec<Command>,
    /// Where it stands.
    pub span: Span,
}

/// A value, or a function or method with its arguments.
#[derive(Clone, Debug, PartialEq)]
pub struct Command {
    /// What is called or printed, then the arguments; at least one.
    pub operands: Vec<Operand>,
    /// Where it stands.
    pub span: Span,
}

/// A name: of a variable with its `$`, of a field without its dot.
#[derive(Clone, Debug, PartialEq)]
pub struct Name {
    /// The name.
    pub name: String,
    /// Where it stands; that of a field with its dot.
    pub span: Span,
}

/// A value, with fields of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Operand {
    /// What it is.
    pub term: Term,
    /// `.a.b` behind it, or the fields of the dot.
    pub fields: Vec<Name>,
    /// Where it stands.
    pub span: Span,
}

/// What a value is taken from.
#[derive(Clone, Debug, PartialEq)]
pub enum Term {
    /// `.`, with fields `.a.b`
    Dot,
    /// `nil`
    Nil,
    /// `true`, `false`
    Bool(bool),
    /// `1`, `0x1p-2`, `'a'`
    Number(Number),
    /// `"…"`, `` `…` ``
    Text(Literal),
    /// `$x`
    Variable(String),
    /// `humanize`
    Function(String),
    /// `(…)`
    Pipeline(Box<Pipeline>),
}

/// A number, in every type that can hold it.
#[derive(Clone, Debug, PartialEq)]
pub struct Number {
    /// As it is written.
    pub raw: String,
    /// The integer.
    pub int: Option<i64>,
    /// The float.
    pub float: Option<f64>,
    /// Whether it has an imaginary part (`2i`).
    pub complex: bool,
}

impl Operand {
    /// Whether it is this variable, without fields of it.
    #[must_use]
    pub fn is_variable(&self, name: &str) -> bool {
        self.fields.is_empty() && matches!(&self.term, Term::Variable(own) if own == name)
    }

    /// The function that it names.
    #[must_use]
    pub fn function(&self) -> Option<&str> {
        match &self.term {
            Term::Function(name) if self.fields.is_empty() => Some(name),
            _ => None,
        }
    }

    /// The text that it is.
    #[must_use]
    pub fn text(&self) -> Option<&Literal> {
        match &self.term {
            Term::Text(literal) => Some(literal),
            _ => None,
        }
    }
}

impl Control {
    /// The body of every branch, and what stands behind `{{ else }}`.
    pub fn bodies(&self) -> impl Iterator<Item = &List> {
        let branches = self.branches.iter().map(|branch| &branch.body);
        branches.chain(&self.otherwise)
    }
}
