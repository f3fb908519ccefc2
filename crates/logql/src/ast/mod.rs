//! The syntax tree. Every node carries its byte span; equality ignores spans (see [`crate::Span`]).
//!
//! Trees are built by the parser or by hand: nodes built by hand have empty spans until they are printed
//! and parsed again. What PromQL writes the same way (matchers, names, strings, grouping, variables) has
//! the nodes of `obsctl-promql`.

mod stage;

pub use obsctl_promql::ast::{
    ErrorNode, Group, Grouping, MatchOp, Matcher, MatchingLabels, Name, StringLiteral, Variable,
    VariableForm,
};
pub use stage::{
    Bytes, CompareOp, Comparison, Conversion, Extraction, IpFilter, LabelChoice, LabelFilter,
    LabelFormat, LabelFormatValue, LineFilter, LineFilterOp, LineMatch, Logfmt, Quantity, Stage,
    StageKind, Unwrap,
};

use crate::Span;

/// A LogQL expression.
///
/// Large nodes are boxed: there are many expressions, and most are small.
#[derive(Clone, Debug, PartialEq)]
pub enum Expr {
    /// `1.5`, `-2`
    Number(Number),
    /// `"text"`, an argument of `label_replace`
    String(StringLiteral),
    /// `{job="api"} |= "error" | json`
    Log(Box<LogQuery>),
    /// `{job="api"} | json [5m] offset 1h`
    Range(Box<RangeQuery>),
    /// `rate({job="api"}[5m])`
    RangeAggregate(RangeAggregate),
    /// `sum by (job) (…)`
    Aggregate(Aggregate),
    /// `vector(0)`, `label_replace(…)`, and functions that do not exist
    Call(Call),
    /// `a / on (job) b`
    Binary(Box<Binary>),
    /// `(a)`
    Paren(Paren),
    /// `variants(a, b) of (…)`
    Variants(Variants),
    /// A Grafana variable that stands where an expression is expected: `$threshold`.
    Variable(Variable),
    /// What the parser could not read; its text is kept so that nothing is lost.
    Error(ErrorNode),
}

/// A number. It is finite: LogQL has neither `Inf` nor `NaN`.
#[derive(Clone, Debug, PartialEq)]
pub struct Number {
    /// The value.
    pub value: f64,
    /// Where it stands, sign included.
    pub span: Span,
}

/// Which log lines, and what is done with them.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct LogQuery {
    /// Which streams.
    pub selector: Selector,
    /// What the lines go through, in this order.
    pub stages: Vec<Stage>,
    /// Everything.
    pub span: Span,
}

/// A stream selector.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Selector {
    /// The matchers inside the braces.
    pub matchers: Vec<Matcher>,
    /// Grafana variables that stand for whole matchers: `{job="api", $filters}`.
    pub variables: Vec<Variable>,
    /// A Grafana variable that stands for the whole selector, braces included: `$streams |= "x"`.
    pub whole: Option<Variable>,
    /// The braces and what is inside.
    pub span: Span,
}

/// A log query over a range of time, as range aggregations take it.
///
/// Loki lets the range stand behind the selector or behind the pipeline, and parentheses around either;
/// the tree is the same, and it is printed behind.
#[derive(Clone, Debug, PartialEq)]
pub struct RangeQuery {
    /// The log query.
    pub query: LogQuery,
    /// How far back.
    pub range: Duration,
    /// `offset 1h`
    pub offset: Option<Duration>,
    /// Everything.
    pub span: Span,
}

/// A duration.
#[derive(Clone, Debug, PartialEq)]
pub enum Duration {
    /// `5m`
    Literal(DurationLiteral),
    /// `$__interval`, `${window}`, `${n}m`
    Variable(Variable),
    /// What the parser could not read.
    Error(ErrorNode),
}

/// A literal duration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DurationLiteral {
    /// Nanoseconds.
    pub nanos: i64,
    /// Where it stands.
    pub span: Span,
}

/// A function over the lines, or the unwrapped values, of a range of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs, reason = "the functions' own names")]
pub enum RangeOp {
    Rate,
    RateCounter,
    CountOverTime,
    BytesRate,
    BytesOverTime,
    AvgOverTime,
    SumOverTime,
    MinOverTime,
    MaxOverTime,
    StddevOverTime,
    StdvarOverTime,
    QuantileOverTime,
    FirstOverTime,
    LastOverTime,
    AbsentOverTime,
}

/// `quantile_over_time(0.99, … | unwrap x [5m]) by (job)`
#[derive(Clone, Debug, PartialEq)]
pub struct RangeAggregate {
    /// The function.
    pub op: RangeOp,
    /// The function's own bytes.
    pub op_span: Span,
    /// The parameter of `quantile_over_time`.
    pub param: Option<Box<Expr>>,
    /// The range: [`Expr::Range`], or what was written in its place.
    pub expr: Box<Expr>,
    /// `by` or `without`, behind the parentheses.
    pub grouping: Option<Grouping>,
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
    Stddev,
    Stdvar,
    Topk,
    Bottomk,
    ApproxTopk,
    Sort,
    SortDesc,
}

/// `sum by (job) (expr)`
#[derive(Clone, Debug, PartialEq)]
pub struct Aggregate {
    /// The operator.
    pub op: AggregateOp,
    /// The operator's own bytes.
    pub op_span: Span,
    /// The parameter of `topk`, `bottomk`, `approx_topk`.
    pub param: Option<Box<Expr>>,
    /// What is aggregated. [`Expr::Error`] where it is missing.
    pub expr: Box<Expr>,
    /// `by` or `without`; none aggregates everything into one series.
    pub grouping: Option<Grouping>,
    /// Everything.
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
    Equal,
    NotEqual,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
    And,
    Or,
    Unless,
}

/// `lhs op [bool] [on|ignoring (…)] [group_left|group_right (…)] rhs`
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
    /// `on`, `ignoring`, `group_left`, `group_right`.
    pub matching: Option<Matching>,
    /// Everything.
    pub span: Span,
}

/// How the series of two vectors are paired.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Matching {
    /// `on (…)` or `ignoring (…)`.
    pub labels: MatchingLabels,
    /// `group_left (…)` or `group_right (…)`.
    pub group: Option<Group>,
    /// The clauses.
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

/// `variants(a, b) of (…)`: several aggregations of one range (experimental, Loki 3.5 to 3.7).
#[derive(Clone, Debug, PartialEq)]
pub struct Variants {
    /// The aggregations.
    pub exprs: Vec<Expr>,
    /// The range that all of them read: [`Expr::Range`], or what was written in its place.
    pub of: Box<Expr>,
    /// Everything.
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

boxed! { LogQuery Log; RangeQuery Range; Binary Binary; }
