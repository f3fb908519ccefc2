//! What differs between two PromQL queries, by their trees: the way they are written does not matter.

use std::fmt;
use std::ops::Range;

use obsctl_model::Promql;
use obsctl_promql::Expr;
use obsctl_promql::ast::{
    Aggregate, Binary, Call, DurationExpr, Grouping, Modifiers, Selector, Subquery,
};

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
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Piece {
    /// A number that something is compared with.
    Threshold,
    /// Any other number.
    Number,
    /// The range behind a selector or subquery.
    Window,
    /// The step of a subquery.
    Step,
    /// How far back.
    Offset,
    /// A fixed time.
    At,
    /// The name of the series.
    Metric,
    /// A condition on a label.
    Matcher,
    /// The labels that an aggregation keeps or drops.
    Grouping,
    /// The name of a function.
    Function,
    /// The name of an aggregation.
    Aggregation,
    /// An operator.
    Operator,
    /// How the two sides of an operator find each other.
    Matching,
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
            Self::Threshold => "threshold",
            Self::Number => "number",
            Self::Window => "window",
            Self::Step => "step",
            Self::Offset => "offset",
            Self::At => "time",
            Self::Metric => "metric",
            Self::Matcher => "matcher",
            Self::Grouping => "grouping",
            Self::Function => "function",
            Self::Aggregation => "aggregation",
            Self::Operator => "operator",
            Self::Matching => "matching",
            Self::Around => "around",
            Self::Part => "part",
        }
    }
}

impl fmt::Display for Edit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            piece, from, to, ..
        } = self;
        let word = piece.word();
        match (piece, from.is_empty(), to.is_empty()) {
            (Piece::Around, true, _) => write!(f, "is now inside of `{to}`"),
            (Piece::Around, _, true) => write!(f, "is no longer inside of `{from}`"),
            (Piece::Part, ..) => write!(f, "`{from}` → `{to}`"),
            (_, true, _) => write!(f, "{word} `{to}` is new"),
            (_, _, true) => write!(f, "{word} `{from}` is gone"),
            _ => write!(f, "{word} `{from}` → `{to}`"),
        }
    }
}

/// More differences than these are another query.
const MANY: usize = 5;

/// The differences; `None` where both mean the same. Empty where it is another query altogether, or one of them cannot
/// be read.
pub(super) fn compare(before: &Promql, after: &Promql) -> Option<Vec<Edit>> {
    if before == after {
        return None;
    }
    if !before.errors().is_empty() || !after.errors().is_empty() {
        return Some(vec![]);
    }
    let mut comparison = Comparison {
        before: before.as_str(),
        after: after.as_str(),
        edits: vec![],
    };
    comparison.expr(before.expr(), after.expr(), Piece::Number);
    let edits = comparison.edits;
    let whole = |edit: &Edit| {
        edit.piece == Piece::Part && edit.before == bare(before.expr()).span().range()
    };
    match edits.len() {
        0 => None,
        many if many > MANY || edits.iter().any(whole) => Some(vec![]),
        _ => Some(edits),
    }
}

struct Comparison<'a> {
    before: &'a str,
    after: &'a str,
    edits: Vec<Edit>,
}

/// Parentheses change nothing that the tree does not say.
fn bare(mut expr: &Expr) -> &Expr {
    while let Expr::Paren(node) = expr {
        expr = &node.expr;
    }
    expr
}

/// A part of a text on one line.
fn line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

impl Comparison<'_> {
    /// `number` says what a number at this place is.
    fn expr(&mut self, before: &Expr, after: &Expr, number: Piece) {
        let (before, after) = (bare(before), bare(after));
        if before == after || self.wrapped(before, after) {
            return;
        }
        match (before, after) {
            (Expr::Number(_), Expr::Number(_)) => {
                let (from, to) = (before.to_string(), after.to_string());
                self.edit(number, from, to, before, after);
            }
            (Expr::Selector(a), Expr::Selector(b)) => self.selector(a, b, before, after),
            (Expr::Range(a), Expr::Range(b)) => {
                self.selector(&a.selector, &b.selector, before, after);
                self.duration(Piece::Window, Some(&a.range), Some(&b.range), before, after);
            }
            (Expr::Subquery(a), Expr::Subquery(b)) => self.subquery(a, b, before, after),
            (Expr::Call(a), Expr::Call(b)) if a.args.len() == b.args.len() => {
                self.call(a, b, before, after);
            }
            (Expr::Aggregate(a), Expr::Aggregate(b)) => self.aggregate(a, b, before, after),
            (Expr::Binary(a), Expr::Binary(b)) => self.binary(a, b, before, after),
            (Expr::Unary(a), Expr::Unary(b)) if a.minus == b.minus => {
                self.expr(&a.expr, &b.expr, number);
            }
            _ => self.part(before, after),
        }
    }

    /// Whether the one is a part of the other: something was put around it, or taken away.
    fn wrapped(&mut self, before: &Expr, after: &Expr) -> bool {
        let small = |expr: &Expr| matches!(expr, Expr::Number(_) | Expr::String(_));
        let inside = |whole: &Expr, part: &Expr| {
            let found = whole
                .descendants()
                .skip(1)
                .find(|one| bare(one) == part)
                .map(Expr::span);
            found.filter(|_| !small(part))
        };
        let hole = |text: &str, whole: &Expr, part: Range<usize>| {
            let whole = whole.span().range();
            let start = text.get(whole.start..part.start).unwrap_or_default();
            let end = text.get(part.end..whole.end).unwrap_or_default();
            line(&format!("{start}…{end}"))
        };
        let (from, to) = if let Some(part) = inside(after, before) {
            (String::new(), hole(self.after, after, part.range()))
        } else if let Some(part) = inside(before, after) {
            (hole(self.before, before, part.range()), String::new())
        } else {
            return false;
        };
        self.edit(Piece::Around, from, to, before, after);
        true
    }

    fn edit(&mut self, piece: Piece, from: String, to: String, before: &Expr, after: &Expr) {
        if from != to {
            self.edits.push(Edit {
                piece,
                from,
                to,
                before: before.span().range(),
                after: after.span().range(),
            });
        }
    }

    fn part(&mut self, before: &Expr, after: &Expr) {
        let (from, to) = (before.to_string(), after.to_string());
        self.edit(Piece::Part, from, to, before, after);
    }

    fn duration(
        &mut self,
        piece: Piece,
        from: Option<&DurationExpr>,
        to: Option<&DurationExpr>,
        before: &Expr,
        after: &Expr,
    ) {
        if from != to {
            let text =
                |side: Option<&DurationExpr>| side.map_or(String::new(), ToString::to_string);
            self.edit(piece, text(from), text(to), before, after);
        }
    }

    fn modifiers(&mut self, a: &Modifiers, b: &Modifiers, before: &Expr, after: &Expr) {
        let (from, to) = (a.offset.as_ref(), b.offset.as_ref());
        self.duration(Piece::Offset, from, to, before, after);
        if a.at != b.at {
            let text =
                |side: &Modifiers| side.at.as_ref().map_or(String::new(), ToString::to_string);
            self.edit(Piece::At, text(a), text(b), before, after);
        }
    }

    fn selector(&mut self, a: &Selector, b: &Selector, before: &Expr, after: &Expr) {
        if a.name != b.name {
            let name = |side: &Selector| {
                side.name
                    .as_ref()
                    .map_or(String::new(), |name| name.text.clone())
            };
            self.edit(Piece::Metric, name(a), name(b), before, after);
        }
        let texts = |side: &Selector| -> Vec<(String, String)> {
            let all = side.matchers.iter();
            all.map(|one| (one.name.text.clone(), one.to_string()))
                .collect()
        };
        let (mut gone, mut new) = (texts(a), texts(b));
        gone.retain(|one| !texts(b).contains(one));
        new.retain(|one| !texts(a).contains(one));
        for (name, text) in gone {
            // The same label with another condition is one change.
            let same = new.iter().position(|(other, _)| *other == name);
            let to = same.map_or(String::new(), |at| new.remove(at).1);
            self.edit(Piece::Matcher, text, to, before, after);
        }
        for (_, text) in new {
            self.edit(Piece::Matcher, String::new(), text, before, after);
        }
        if a.variables != b.variables || a.extended != b.extended {
            self.part(before, after);
        }
        self.modifiers(&a.modifiers, &b.modifiers, before, after);
    }

    fn subquery(&mut self, a: &Subquery, b: &Subquery, before: &Expr, after: &Expr) {
        self.expr(&a.expr, &b.expr, Piece::Number);
        self.duration(Piece::Window, Some(&a.range), Some(&b.range), before, after);
        self.duration(Piece::Step, a.step.as_ref(), b.step.as_ref(), before, after);
        self.modifiers(&a.modifiers, &b.modifiers, before, after);
    }

    fn call(&mut self, a: &Call, b: &Call, before: &Expr, after: &Expr) {
        if a.func != b.func {
            let (from, to) = (a.func.text.clone(), b.func.text.clone());
            self.edit(Piece::Function, from, to, before, after);
        }
        for (a, b) in a.args.iter().zip(&b.args) {
            self.expr(a, b, Piece::Number);
        }
    }

    fn aggregate(&mut self, a: &Aggregate, b: &Aggregate, before: &Expr, after: &Expr) {
        if a.op != b.op {
            let (from, to) = (a.op.to_string(), b.op.to_string());
            self.edit(Piece::Aggregation, from, to, before, after);
        }
        let meaning = |grouping: &Option<Grouping>| {
            let grouping = grouping.as_ref()?;
            let mut labels: Vec<_> = grouping.labels.iter().map(|one| one.text.clone()).collect();
            labels.sort();
            // `by ()` is what an aggregation without a grouping does.
            (grouping.without || !labels.is_empty()).then_some((grouping.without, labels))
        };
        if meaning(&a.grouping) != meaning(&b.grouping) {
            let text =
                |side: &Option<Grouping>| side.as_ref().map_or(String::new(), ToString::to_string);
            let (from, to) = (text(&a.grouping), text(&b.grouping));
            self.edit(Piece::Grouping, from, to, before, after);
        }
        match (&a.param, &b.param) {
            (Some(a), Some(b)) => self.expr(a, b, Piece::Number),
            (None, None) => {}
            _ => self.part(before, after),
        }
        self.expr(&a.expr, &b.expr, Piece::Number);
    }

    fn binary(&mut self, a: &Binary, b: &Binary, before: &Expr, after: &Expr) {
        if a.op != b.op && a.op.is_comparison() != b.op.is_comparison() {
            return self.part(before, after);
        }
        let operator = |side: &Binary| match side.bool_modifier {
            true => format!("{} bool", side.op),
            false => side.op.to_string(),
        };
        self.edit(Piece::Operator, operator(a), operator(b), before, after);
        if a.matching != b.matching {
            let text = |side: &Binary| {
                side.matching
                    .as_ref()
                    .map_or(String::new(), |matching| line(&matching.to_string()))
            };
            self.edit(Piece::Matching, text(a), text(b), before, after);
        }
        let number = if b.op.is_comparison() {
            Piece::Threshold
        } else {
            Piece::Number
        };
        self.expr(&a.lhs, &b.lhs, number);
        self.expr(&a.rhs, &b.rhs, number);
    }
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;
    use obsctl_model::Origin;

    use super::*;

    fn said(before: &str, after: &str) -> String {
        let query = |text| Promql::parse(text, Origin::none());
        match compare(&query(before), &query(after)) {
            None => "the same".to_owned(),
            Some(edits) => {
                let edits: Vec<_> = edits.iter().map(ToString::to_string).collect();
                edits.join("\n")
            }
        }
    }

    #[test]
    fn how_it_is_written_does_not_matter() {
        for (before, after) in [
            (
                "sum(rate(a[5m]))by(x,y)",
                "sum by (y, x) (\n  rate(a[5m])\n)",
            ),
            ("a{x=\"1\",y=\"2\"}", "a{y='2', x='1'}"),
            ("(a) + ((b))", "a + b"),
            ("rate(a[300s])", "rate(a[5m])"),
        ] {
            assert_eq!(said(before, after), "the same", "{before}");
        }
    }

    #[test]
    fn every_piece_is_named() {
        assert_snapshot!(said("sum(rate(a[5m])) > 2", "sum(rate(a[10m])) > 3"), @"
        window `5m` → `10m`
        threshold `2` → `3`
        ");
        assert_snapshot!(said(
            r#"sum by (path) (rate(a{code=~"5..", job="x"}[5m]))"#,
            r#"avg by (path, method) (irate(a{code=~"4.."}[5m]))"#,
        ), @r#"
        aggregation `sum` → `avg`
        grouping `by (path)` → `by (path, method)`
        function `rate` → `irate`
        matcher `code=~"5.."` → `code=~"4.."`
        matcher `job="x"` is gone
        "#);
        assert_snapshot!(said("a offset 5m / on (x) b > 1", "b / ignoring (y) b >= 1"), @"
        operator `>` → `>=`
        matching `on (x)` → `ignoring (y)`
        metric `a` → `b`
        offset `5m` is gone
        ");
        assert_snapshot!(said("histogram_quantile(0.9, a)", "histogram_quantile(0.99, a)"), @"number `0.9` → `0.99`");
    }

    #[test]
    fn what_was_put_around_and_what_became_something_else() {
        assert_snapshot!(said("rate(a[5m]) > 1", "rate(a[5m]) > 1 and on () up == 1"), @"is now inside of `… and on () up == 1`");
        assert_snapshot!(said("sum(a) / 2", "sum(a)"), @"is no longer inside of `… / 2`");
        assert_snapshot!(said("sum(a) + rate(b[5m])", "sum(a) + 7"), @"`rate(b[5m])` → `7`");
        assert_snapshot!(said("rate(a[5m]", "rate(a[6m])"), @"");
    }
}
