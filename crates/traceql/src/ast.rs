//! The syntax tree. Every node carries its byte span; equality ignores spans (see [`Span`]).
//!
//! One type of expression serves the whole language, from the pipeline down to a number inside braces:
//! Tempo's grammar keeps them apart, here [`crate::typecheck`] does, so that a mistake has a better
//! answer than that something is unexpected.

use crate::Span;

pub use obsctl_promql::ast::{ErrorNode, Name, StringLiteral, Variable, VariableForm};

pub use crate::attribute::{Intrinsic, Scope};

/// A TraceQL expression.
#[derive(Clone, Debug, PartialEq)]
pub enum Expr {
    /// `"text"`, `5`, `1.5`, `100ms`, `true`, `error`, `server`, `nil`
    Literal(Literal),
    /// `span.http.method`
    Attribute(Attribute),
    /// `duration`, `span:duration`
    Intrinsic(IntrinsicUse),
    /// `{ span.http.method = "GET" }`
    Spanset(Spanset),
    /// `a && b`, `a >> b`, `count() > 2`, `duration * 2`
    Binary(Box<Binary>),
    /// `-a`, `!a`
    Unary(Unary),
    /// `(a)`
    Paren(Paren),
    /// `count()`, `by(name)`, `rate() by (name)`, `topk(5)`
    Call(Call),
    /// `a | b | c`
    Pipeline(Pipeline),
    /// `a with (most_recent=true)`
    Hinted(Hinted),
    /// A Grafana variable that stands where an expression is expected: `$threshold`.
    Variable(Variable),
    /// What the parser could not read; its text is kept so that nothing is lost.
    Error(ErrorNode),
}

/// A constant.
#[derive(Clone, Debug, PartialEq)]
pub struct Literal {
    /// What it stands for.
    pub value: Value,
    /// Where it stands.
    pub span: Span,
}

/// What a constant stands for. Floats are finite.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// `nil`: an attribute that is not there.
    Nil,
    /// `"text"`, unescaped. It may hold Grafana variables: see [`crate::variable::scan`].
    String(String),
    /// `5`, `-5`, `minInt`, `maxInt`
    Int(i64),
    /// `1.5`
    Float(f64),
    /// `true`, `false`
    Bool(bool),
    /// `1h30m`, in nanoseconds.
    Duration(i64),
    /// `error`
    Status(Status),
    /// `server`
    Kind(SpanKind),
}

/// The status of a span.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs, reason = "the language's own names")]
pub enum Status {
    Error,
    Ok,
    Unset,
}

/// The kind of a span.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs, reason = "the language's own names")]
pub enum SpanKind {
    Unspecified,
    Internal,
    Server,
    Client,
    Producer,
    Consumer,
}

/// An attribute with its scope: `resource.service.name`, `.http.method`, `span."a b"`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attribute {
    /// Where it is looked for.
    pub scope: Scope,
    /// Its name, unquoted. It may hold Grafana variables: `span.${attribute}`.
    pub name: Name,
    /// Scope and name.
    pub span: Span,
}

/// An intrinsic field of spans.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IntrinsicUse {
    /// Which one.
    pub intrinsic: Intrinsic,
    /// Whether it is written with its scope, `span:duration`; where it has only one spelling that one
    /// is printed.
    pub scoped: bool,
    /// Where it stands.
    pub span: Span,
}

/// A selection of spans.
#[derive(Clone, Debug, PartialEq)]
pub struct Spanset {
    /// The condition between the braces; all spans where there is none.
    pub filter: Option<Box<Expr>>,
    /// Everything, braces included.
    pub span: Span,
}

/// A binary operator. `>`, `<` and `!~` have two meanings, by what stands on their sides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum BinaryOp {
    /// `||`: either condition, or the spans of both sides.
    Or,
    /// `&&`: both conditions, or traces with spans of both sides.
    And,
    /// `=`
    Equal,
    /// `!=`
    NotEqual,
    /// `=~`
    Regex,
    /// `!~`: does not match; between spansets: has no such sibling.
    NotRegex,
    /// `<`: less; between spansets: is the parent.
    Less,
    /// `<=`
    LessEqual,
    /// `>`: greater; between spansets: is a child.
    Greater,
    /// `>=`
    GreaterEqual,
    /// `>>`
    Descendant,
    /// `<<`
    Ancestor,
    /// `~`
    Sibling,
    /// `!>`
    NotChild,
    /// `!<`
    NotParent,
    /// `!>>`
    NotDescendant,
    /// `!<<`
    NotAncestor,
    /// `&>`: gives the spans of both sides.
    UnionChild,
    /// `&<`
    UnionParent,
    /// `&>>`
    UnionDescendant,
    /// `&<<`
    UnionAncestor,
    /// `&~`
    UnionSibling,
    /// `+`
    Add,
    /// `-`
    Sub,
    /// `*`
    Mul,
    /// `/`
    Div,
    /// `%`
    Mod,
    /// `^`
    Pow,
}

/// `lhs op rhs`
#[derive(Clone, Debug, PartialEq)]
pub struct Binary {
    /// The operator.
    pub op: BinaryOp,
    /// The operator's own bytes.
    pub op_span: Span,
    /// Left side.
    pub lhs: Box<Expr>,
    /// Right side.
    pub rhs: Box<Expr>,
    /// Everything.
    pub span: Span,
}

/// A unary operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum UnaryOp {
    /// `-`
    Minus,
    /// `!`
    Not,
}

/// `-expr` or `!expr`
#[derive(Clone, Debug, PartialEq)]
pub struct Unary {
    /// The operator.
    pub op: UnaryOp,
    /// The operand.
    pub expr: Box<Expr>,
    /// Everything.
    pub span: Span,
}

/// `(expr)`
#[derive(Clone, Debug, PartialEq)]
pub struct Paren {
    /// The inner expression.
    pub expr: Box<Expr>,
    /// Everything.
    pub span: Span,
}

/// A function with its arguments. The name may be unknown: that is a type error, not a syntax error.
#[derive(Clone, Debug, PartialEq)]
pub struct Call {
    /// The function: see [`crate::functions`].
    pub name: Name,
    /// Its arguments.
    pub args: Vec<Expr>,
    /// `by (…)` behind it.
    pub by: Option<GroupBy>,
    /// Everything.
    pub span: Span,
}

/// `by (a, b)` behind a metrics function.
#[derive(Clone, Debug, PartialEq)]
pub struct GroupBy {
    /// Attributes and intrinsics; anything else is a type error.
    pub keys: Vec<Expr>,
    /// The clause.
    pub span: Span,
}

/// `a | b | c`
#[derive(Clone, Debug, PartialEq)]
pub struct Pipeline {
    /// The stages, in their order; two at least.
    pub stages: Vec<Expr>,
    /// Everything.
    pub span: Span,
}

/// `expr with (name=value, …)`
#[derive(Clone, Debug, PartialEq)]
pub struct Hinted {
    /// The query.
    pub expr: Box<Expr>,
    /// The hints.
    pub hints: Vec<Hint>,
    /// `with (…)`.
    pub clause: Span,
    /// Everything.
    pub span: Span,
}

/// `name=value`
#[derive(Clone, Debug, PartialEq)]
pub struct Hint {
    /// Its name: see [`crate::hints`].
    pub name: Name,
    /// Its value. It is no part of the query: walking and rewriting leave it out.
    pub value: Expr,
    /// Both.
    pub span: Span,
}

impl From<Binary> for Expr {
    fn from(node: Binary) -> Self {
        Self::Binary(Box::new(node))
    }
}

impl Expr {
    /// A constant, as a builder makes it.
    #[must_use]
    pub fn literal(value: Value) -> Self {
        let span = Span::default();
        Self::Literal(Literal { value, span })
    }

    /// An attribute, as a builder makes it.
    #[must_use]
    pub fn attribute(scope: Scope, name: impl Into<String>) -> Self {
        let span = Span::default();
        let name = Name {
            text: name.into(),
            span,
        };
        Self::Attribute(Attribute { scope, name, span })
    }
}
