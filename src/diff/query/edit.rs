//! A difference between two queries as data.

use std::fmt;
use std::ops::Range;

use crate::diff::change::code;

/// A difference between two trees.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// What it is about.
    pub piece: Piece,
    /// What stood there; empty where nothing did.
    pub from: String,
    /// What stands there; empty where nothing does.
    pub to: String,
    /// The bytes of the older text.
    pub before: Range<usize>,
    /// The bytes of the newer text.
    pub after: Range<usize>,
}

/// What an [`Edit`] is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Piece {
    /// An operator.
    Operator,
    /// The name of an aggregation.
    Aggregation,
    /// The name of a function.
    Function,
    /// The labels that an aggregation keeps or drops.
    Grouping,
    /// How the two sides of an operator find each other.
    Matching,
    /// The name of the series.
    Metric,
    /// A condition on a label.
    Matcher,
    /// A condition on spans.
    Condition,
    /// An attribute of spans.
    Attribute,
    /// What makes labels of a line.
    Parser,
    /// A condition on lines.
    LineFilter,
    /// A condition on labels of lines.
    LabelFilter,
    /// Any other stage of a pipeline.
    Stage,
    /// The range behind a selector or subquery.
    Window,
    /// The step of a subquery.
    Step,
    /// How far back.
    Offset,
    /// A fixed time.
    At,
    /// How the edges of a range are treated.
    Modifier,
    /// A hint to the engine.
    Hint,
    /// A number that something is compared with.
    Threshold,
    /// Any other number.
    Number,
    /// The whole older query is a part of the newer one, or the other way round.
    Around,
    /// A part that became another.
    Part,
}

impl Piece {
    /// Its word; a part has none.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Operator => "operator",
            Self::Aggregation => "aggregation",
            Self::Function => "function",
            Self::Grouping => "grouping",
            Self::Matching => "matching",
            Self::Metric => "metric",
            Self::Matcher => "matcher",
            Self::Condition => "condition",
            Self::Attribute => "attribute",
            Self::Parser => "parser",
            Self::LineFilter => "line filter",
            Self::LabelFilter => "label filter",
            Self::Stage => "stage",
            Self::Window => "window",
            Self::Step => "step",
            Self::Offset => "offset",
            Self::At => "time",
            Self::Modifier => "modifier",
            Self::Hint => "hint",
            Self::Threshold => "threshold",
            Self::Number => "number",
            Self::Around => "around",
            Self::Part => "part",
        }
    }
}

impl fmt::Display for Edit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { piece, .. } = self;
        let (from, to) = (code(&self.from), code(&self.to));
        let word = piece.word();
        match (piece, self.from.is_empty(), self.to.is_empty()) {
            (Piece::Around, true, _) => write!(f, "is now inside of {to}"),
            (Piece::Around, _, true) => write!(f, "is no longer inside of {from}"),
            (Piece::Part, ..) => write!(f, "{from} → {to}"),
            (_, true, _) => write!(f, "{word} {to} is new"),
            (_, _, true) => write!(f, "{word} {from} is gone"),
            _ if from == to => write!(f, "{word} {to} stands elsewhere"),
            _ => write!(f, "{word} {from} → {to}"),
        }
    }
}
