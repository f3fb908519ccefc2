//! The stages of a pipeline.

use super::{DurationLiteral, ErrorNode, Matcher, Name, Number, StringLiteral, Variable};
use crate::Span;

/// A stage of a pipeline.
#[derive(Clone, Debug, PartialEq)]
pub struct Stage {
    /// What it does.
    pub kind: StageKind,
    /// Everything, the `|` included.
    pub span: Span,
}

/// What a stage does.
#[derive(Clone, Debug, PartialEq)]
pub enum StageKind {
    /// `|= "a" or "b"`
    LineFilter(LineFilter),
    /// `| json`, `| json status="response.status", method`
    Json(Vec<Extraction>),
    /// `| logfmt --strict status, method="http_method"`
    Logfmt(Logfmt),
    /// `| regexp "(?P<method>\\w+)"`
    Regexp(StringLiteral),
    /// `| pattern "<ip> - <_>"`
    Pattern(StringLiteral),
    /// `| unpack`
    Unpack,
    /// `| status >= 500 and method="GET"`
    LabelFilter(LabelFilter),
    /// `| line_format "{{.message}}"`
    LineFormat(StringLiteral),
    /// `| label_format a=b, c="{{.d}}"`
    LabelFormat(Vec<LabelFormat>),
    /// `| decolorize`
    Decolorize,
    /// `| drop a, b="c"`
    Drop(Vec<LabelChoice>),
    /// `| keep a, b="c"`
    Keep(Vec<LabelChoice>),
    /// `| distinct a, b`, which no release of Loki 3 has
    Distinct(Vec<Name>),
    /// `| unwrap duration(took)`
    Unwrap(Unwrap),
    /// A Grafana variable that stands for any stages: `{job="api"} $filters`.
    Variable(Variable),
    /// What the parser could not read, without its `|`.
    Error(ErrorNode),
}

/// How a line filter compares.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LineFilterOp {
    /// `|=`
    Contains,
    /// `!=`
    NotContains,
    /// `|~`
    Regex,
    /// `!~`
    NotRegex,
    /// `|>`
    Pattern,
    /// `!>`
    NotPattern,
}

/// `|= "a" or "b"`
#[derive(Clone, Debug, PartialEq)]
pub struct LineFilter {
    /// How it compares.
    pub op: LineFilterOp,
    /// The operator's own bytes.
    pub op_span: Span,
    /// What it looks for: any of them.
    pub any: Vec<LineMatch>,
}

/// What a line filter looks for.
#[derive(Clone, Debug, PartialEq)]
pub enum LineMatch {
    /// `"text"`: a text, a regular expression or a pattern.
    Text(StringLiteral),
    /// `ip("10.0.0.0/8")`, and where all of it stands.
    Ip(StringLiteral, Span),
    /// A Grafana variable that brings its own quotes.
    Variable(Variable),
    /// What the parser could not read.
    Error(ErrorNode),
}

/// `label="path"` behind `json` or `logfmt`; the label alone is its own path.
#[derive(Clone, Debug, PartialEq)]
pub struct Extraction {
    /// The label that is set.
    pub label: Name,
    /// Where its value is found.
    pub path: Option<StringLiteral>,
    /// Everything.
    pub span: Span,
}

/// `| logfmt` with its flags and labels.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Logfmt {
    /// `--strict`: the first error ends the line.
    pub strict: bool,
    /// `--keep-empty`: keys without value are labels too.
    pub keep_empty: bool,
    /// The labels; none for all.
    pub labels: Vec<Extraction>,
}

/// A condition on labels. Nested conditions of the same kind are one list, as they are for Loki.
#[derive(Clone, Debug, PartialEq)]
pub enum LabelFilter {
    /// `method="GET"`
    Match(Matcher),
    /// `status >= 500`
    Compare(Comparison),
    /// `addr = ip("10.0.0.0/8")`
    Ip(IpFilter),
    /// `a and b`, also written `a, b` and `a b`
    And(Vec<LabelFilter>, Span),
    /// `a or b`
    Or(Vec<LabelFilter>, Span),
    /// A Grafana variable that stands for a condition.
    Variable(Variable),
    /// What the parser could not read.
    Error(ErrorNode),
}

/// How a label is compared with a quantity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CompareOp {
    /// `==`, also written `=`
    Equal,
    /// `!=`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    LessEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterEqual,
}

/// `status >= 500`
#[derive(Clone, Debug, PartialEq)]
pub struct Comparison {
    /// The label.
    pub label: Name,
    /// How it is compared.
    pub op: CompareOp,
    /// With what.
    pub value: Quantity,
    /// Everything.
    pub span: Span,
}

/// What a label is compared with.
#[derive(Clone, Debug, PartialEq)]
pub enum Quantity {
    /// `500`
    Number(Number),
    /// `250ms`
    Duration(DurationLiteral),
    /// `20MB`
    Bytes(Bytes),
    /// `$threshold`, `${n}ms`
    Variable(Variable),
    /// What the parser could not read.
    Error(ErrorNode),
}

/// A number of bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bytes {
    /// How many.
    pub count: u64,
    /// Where it stands.
    pub span: Span,
}

/// `addr = ip("10.0.0.0/8")`
#[derive(Clone, Debug, PartialEq)]
pub struct IpFilter {
    /// The label.
    pub label: Name,
    /// `!=` rather than `=`.
    pub negative: bool,
    /// The address, range of addresses or network.
    pub value: StringLiteral,
    /// Everything.
    pub span: Span,
}

/// `a=b` or `a="{{.b}}"` behind `label_format`.
#[derive(Clone, Debug, PartialEq)]
pub struct LabelFormat {
    /// The label that is set.
    pub label: Name,
    /// To what.
    pub value: LabelFormatValue,
    /// Everything.
    pub span: Span,
}

/// What `label_format` sets a label to.
#[derive(Clone, Debug, PartialEq)]
pub enum LabelFormatValue {
    /// `a=b`: `b` gets a new name.
    Rename(Name),
    /// `a="{{.b}}"`
    Template(StringLiteral),
}

/// What `drop` and `keep` list.
#[derive(Clone, Debug, PartialEq)]
pub enum LabelChoice {
    /// `a`
    Name(Name),
    /// `a="b"`: only where it has that value.
    Match(Matcher),
    /// What the parser could not read.
    Error(ErrorNode),
}

/// How `unwrap` reads a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Conversion {
    /// `bytes(…)`
    Bytes,
    /// `duration(…)`: seconds
    Duration,
    /// `duration_seconds(…)`: the same
    DurationSeconds,
}

/// `unwrap duration(took)`
#[derive(Clone, Debug, PartialEq)]
pub struct Unwrap {
    /// The label whose value is the sample.
    pub label: Name,
    /// How it is read; a number where none is given.
    pub conversion: Option<Conversion>,
}
