//! The syntax tree. Every node carries its byte span; equality ignores spans (see [`Span`]).
//!
//! Trees are built by the parser or by hand (the query builder of `obsctl-model` does): nodes built by
//! hand have empty spans until they are printed and parsed again.

use crate::Span;

/// A PromQL expression.
///
/// Large nodes are boxed: there are many expressions, and most are small.
#[derive(Clone, Debug, PartialEq)]
pub enum Expr {
    /// `1.5`, `0x1F`, `Inf`, `5m`
    Number(Number),
    /// `"text"`
    String(StringLiteral),
    /// `up{job="api"} offset 5m`
    Selector(Box<Selector>),
    /// `up[5m]`
    Range(Box<RangeSelector>),
    /// `expr[1h:5m]`
    Subquery(Box<Subquery>),
    /// `rate(up[5m])`
    Call(Call),
    /// `sum by (job) (up)`
    Aggregate(Aggregate),
    /// `a / on (job) b`
    Binary(Box<Binary>),
    /// `-a`
    Unary(Unary),
    /// `(a)`
    Paren(Paren),
    /// A Grafana variable that stands where an expression is expected: `$threshold`.
    Variable(Variable),
    /// What the parser could not read; its text is kept so that nothing is lost.
    Error(ErrorNode),
}

/// A number.
#[derive(Clone, Debug)]
pub struct Number {
    /// The value; a duration used as a number is in seconds.
    pub value: f64,
    /// Whether it was written as a duration (`5m`), which the printer keeps.
    pub duration: bool,
    /// Where it stands.
    pub span: Span,
}

impl PartialEq for Number {
    fn eq(&self, other: &Self) -> bool {
        // NaN is a literal of the language: two of them are the same literal.
        (self.value == other.value || (self.value.is_nan() && other.value.is_nan()))
            && self.duration == other.duration
    }
}

/// A quoted string, unescaped. It may hold Grafana variables: see [`crate::variable::scan`].
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct StringLiteral {
    /// The text between the quotes, escapes resolved.
    pub value: String,
    /// Where it stands, quotes included.
    pub span: Span,
}

/// A metric or label name. It may hold Grafana variables (`${prefix}_total`): see
/// [`crate::variable::scan`].
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Name {
    /// The name, unquoted.
    pub text: String,
    /// Where it stands, quotes included.
    pub span: Span,
}

/// How a matcher compares.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MatchOp {
    /// `=`
    Equal,
    /// `!=`
    NotEqual,
    /// `=~`
    Regex,
    /// `!~`
    NotRegex,
}

/// `name op "value"`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Matcher {
    /// The label.
    pub name: Name,
    /// How it compares.
    pub op: MatchOp,
    /// The value or the regular expression (RE2, anchored on both sides).
    pub value: StringLiteral,
    /// The whole matcher.
    pub span: Span,
}

/// `offset 5m @ end()` behind a selector or a subquery.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Modifiers {
    /// `offset <duration>`
    pub offset: Option<DurationExpr>,
    /// `@ <time>`
    pub at: Option<At>,
}

/// The time behind `@`.
#[derive(Clone, Debug, PartialEq)]
pub enum At {
    /// Seconds since the epoch.
    Timestamp(Number),
    /// `start()`
    Start(Span),
    /// `end()`
    End(Span),
    /// A Grafana variable.
    Variable(Variable),
}

/// An instant vector selector.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Selector {
    /// The metric name, whether written before or (quoted) inside the braces.
    pub name: Option<Name>,
    /// The matchers inside the braces.
    pub matchers: Vec<Matcher>,
    /// Grafana variables that stand for whole matchers: `{job="api", $filters}`.
    pub variables: Vec<Variable>,
    /// `offset` and `@`.
    pub modifiers: Modifiers,
    /// `anchored` or `smoothed` (experimental, Prometheus 3.7).
    pub extended: Option<Extended>,
    /// Everything, modifiers included; inside a [`RangeSelector`] what stands before the brackets.
    pub span: Span,
}

/// How a range selector treats its edges (experimental).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extended {
    /// `anchored`
    Anchored,
    /// `smoothed`
    Smoothed,
}

/// `selector[range]`. Modifiers written behind the brackets are those of the inner selector.
#[derive(Clone, Debug, PartialEq)]
pub struct RangeSelector {
    /// The selector, with the modifiers that stand behind the brackets.
    pub selector: Selector,
    /// The range.
    pub range: DurationExpr,
    /// Everything, modifiers included.
    pub span: Span,
}

/// `expr[range:resolution]`
#[derive(Clone, Debug, PartialEq)]
pub struct Subquery {
    /// The inner expression.
    pub expr: Box<Expr>,
    /// How far back.
    pub range: DurationExpr,
    /// The step; the server's evaluation interval where it is left out.
    pub step: Option<DurationExpr>,
    /// `offset` and `@`.
    pub modifiers: Modifiers,
    /// Everything.
    pub span: Span,
}

/// A duration, or an expression of durations (Prometheus 3.x).
#[derive(Clone, Debug, PartialEq)]
pub enum DurationExpr {
    /// `5m`
    Literal(DurationLiteral),
    /// `300`: a bare number, of seconds where a duration is wanted, of anything inside arithmetic.
    Number(Number),
    /// `$__rate_interval`, `${window}`
    Variable(Variable),
    /// `-5m`
    Negative(Box<DurationExpr>, Span),
    /// `1h + 5m`: `+ - * / % ^`
    Binary(BinaryOp, Box<DurationExpr>, Box<DurationExpr>, Span),
    /// `step()`, `range()`, `min_of(a, b)`, `max_of(a, b)`
    Call(Name, Vec<DurationExpr>, Span),
    /// `(1h)`
    Paren(Box<DurationExpr>, Span),
    /// What the parser could not read.
    Error(ErrorNode),
}

/// A literal duration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DurationLiteral {
    /// Milliseconds.
    pub millis: i64,
    /// Where it stands.
    pub span: Span,
}

/// A function call. The name may be unknown: that is a type error, not a syntax error.
#[derive(Clone, Debug, PartialEq)]
pub struct Call {
    /// The function.
    pub func: Name,
    /// Its arguments.
    pub args: Vec<Expr>,
    /// Everything.
    pub span: Span,
}

/// An aggregation operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs, reason = "the operators' own names")]
pub enum AggregateOp {
    Sum,
    Avg,
    Count,
    Min,
    Max,
    Group,
    Stddev,
    Stdvar,
    Topk,
    Bottomk,
    CountValues,
    Quantile,
    Limitk,
    LimitRatio,
}

/// `sum by (job) (expr)`
#[derive(Clone, Debug, PartialEq)]
pub struct Aggregate {
    /// The operator.
    pub op: AggregateOp,
    /// The operator's own bytes.
    pub op_span: Span,
    /// The parameter of `topk`, `bottomk`, `quantile`, `count_values`, `limitk`, `limit_ratio`.
    pub param: Option<Box<Expr>>,
    /// What is aggregated. [`Expr::Error`] where it is missing.
    pub expr: Box<Expr>,
    /// `by` or `without`; none aggregates everything into one series.
    pub grouping: Option<Grouping>,
    /// Everything.
    pub span: Span,
}

/// `by (a, b)` or `without (a, b)`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grouping {
    /// Whether the labels are dropped rather than kept.
    pub without: bool,
    /// The labels.
    pub labels: Vec<Name>,
    /// The clause.
    pub span: Span,
}

/// A binary operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs, reason = "the operators' own names")]
pub enum BinaryOp {
    Add,
    Sub,
    Mul,
    Div,
    Mod,
    Pow,
    Atan2,
    Equal,
    NotEqual,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
    And,
    Or,
    Unless,
    /// `</`: drops the observations of a native histogram above a bound (Prometheus 3.11).
    TrimUpper,
    /// `>/`: drops the observations of a native histogram below a bound (Prometheus 3.11).
    TrimLower,
}

/// `lhs op [bool] [on|ignoring (…)] [group_left|group_right (…)] [fill…] rhs`
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
    /// `bool`: a comparison gives 0 or 1 instead of filtering.
    pub bool_modifier: bool,
    /// `on`, `ignoring`, `group_left`, `group_right`, `fill`.
    pub matching: Option<Matching>,
    /// Everything.
    pub span: Span,
}

/// How the series of two vectors are paired.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Matching {
    /// `on (…)` or `ignoring (…)`.
    pub labels: Option<MatchingLabels>,
    /// `group_left (…)` or `group_right (…)`.
    pub group: Option<Group>,
    /// Value for series without a partner on the left (`fill`, `fill_left`; experimental).
    pub fill_left: Option<Number>,
    /// Value for series without a partner on the right (`fill`, `fill_right`; experimental).
    pub fill_right: Option<Number>,
    /// The clauses.
    pub span: Span,
}

/// `on (a, b)` or `ignoring (a, b)`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MatchingLabels {
    /// `on` rather than `ignoring`.
    pub on: bool,
    /// The labels.
    pub labels: Vec<Name>,
    /// The clause.
    pub span: Span,
}

/// `group_left (a)`: many series on the left side pair with one on the right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// `group_left` rather than `group_right`.
    pub left: bool,
    /// Labels taken over from the "one" side.
    pub include: Vec<Name>,
    /// The clause.
    pub span: Span,
}

/// `-expr` or `+expr`
#[derive(Clone, Debug, PartialEq)]
pub struct Unary {
    /// Whether it is a minus.
    pub minus: bool,
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

/// How a Grafana variable is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VariableForm {
    /// `$name`
    Dollar,
    /// `${name}`, `${name:format}`, `${name.field}`
    Braced,
    /// `[[name]]`, `[[name:format]]`
    Brackets,
    /// `0.$quantile`, `${n}m`: a number or duration of which variables are only a part. The name is
    /// the whole text; [`crate::variable::scan`] finds the variables in it.
    Mixed,
}

/// A Grafana variable: `$x`, `${x:regex}`, `[[x]]`, `$__rate_interval`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Variable {
    /// How it is written.
    pub form: VariableForm,
    /// Its name, without a format.
    pub name: String,
    /// `.field` of `${name.field}`.
    pub field: Option<String>,
    /// `regex` of `${name:regex}`.
    pub format: Option<String>,
    /// Where it stands.
    pub span: Span,
}

/// A place the parser could not read.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct ErrorNode {
    /// The bytes as written, possibly none.
    pub text: String,
    /// Where it stands.
    pub span: Span,
}

macro_rules! boxed {
    ($($type:ident $variant:ident;)+) => { $(
        impl From<$type> for Expr {
            fn from(node: $type) -> Self {
                Self::$variant(Box::new(node))
            }
        }
    )+ };
}

boxed! { Selector Selector; RangeSelector Range; Subquery Subquery; Binary Binary; }
