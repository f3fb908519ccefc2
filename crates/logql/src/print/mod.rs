//! The canonical text of a tree, on one line.
//!
//! It reads back as the same tree. A tree built by hand needs no [`Expr::Paren`] nodes: where precedence
//! demands parentheses they are printed, and reading gives the same tree but for `Paren` nodes.

mod stage;

use std::fmt::{self, Display, Formatter, Write};

use obsctl_promql::{literal, variable};

use crate::ast::{
    Aggregate, Binary, BinaryOp, Call, Expr, Grouping, LogQuery, Matcher, Matching, Name,
    RangeAggregate, RangeQuery, Selector, StringLiteral, VariableForm, Variants,
};

impl Display for Expr {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(node) => node.fmt(f),
            Self::String(node) => write_text(f, node),
            Self::Log(node) => node.fmt(f),
            Self::Range(node) => node.fmt(f),
            Self::RangeAggregate(node) => node.fmt(f),
            Self::Aggregate(node) => node.fmt(f),
            Self::Call(node) => node.fmt(f),
            Self::Binary(node) => node.fmt(f),
            Self::Paren(node) => write!(f, "({})", node.expr),
            Self::Variants(node) => node.fmt(f),
            Self::Variable(node) => node.fmt(f),
            Self::Error(node) => f.write_str(&node.text),
        }
    }
}

/// Writes `items` with `, ` between them.
pub(crate) fn write_list<T>(
    f: &mut impl Write,
    items: &[T],
    mut write: impl FnMut(&mut dyn Write, &T) -> fmt::Result,
) -> fmt::Result {
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            f.write_str(", ")?;
        }
        write(f, item)?;
    }
    Ok(())
}

/// Between backticks where quotes would need escapes, so that expressions stay readable.
pub(crate) fn write_text(f: &mut (impl Write + ?Sized), text: &StringLiteral) -> fmt::Result {
    let value = text.value.as_str();
    if variable::quotes_itself(value) {
        return f.write_str(value);
    }
    let escapes = value.contains(['\\', '"']);
    let raw = !value.contains(|c: char| c == '`' || c == '\u{FFFD}' || c.is_control());
    if escapes && raw {
        return write!(f, "`{value}`");
    }
    literal::quote(&mut Sink(f), value)
}

/// A sized writer over one that may not be.
struct Sink<'a, W: Write + ?Sized>(&'a mut W);

impl<W: Write + ?Sized> Write for Sink<'_, W> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0.write_str(text)
    }
}

/// A text in quotes, to be printed.
pub(crate) struct Quoted<'a>(pub(crate) &'a StringLiteral);

impl Display for Quoted<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write_text(f, self.0)
    }
}

/// A matcher, to be printed: LogQL has no quotes around labels.
pub(crate) struct Matches<'a>(pub(crate) &'a Matcher);

impl Display for Matches<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Matcher {
            name, op, value, ..
        } = self.0;
        write!(f, "{}{op}{}", name.text, Quoted(value))
    }
}

/// A clause, to be printed.
pub(crate) struct Groups<'a>(pub(crate) &'a Grouping);

impl Display for Groups<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.without { "without " } else { "by " })?;
        write_labels(f, &self.0.labels)
    }
}

fn write_labels(f: &mut impl Write, labels: &[Name]) -> fmt::Result {
    f.write_char('(')?;
    write_list(f, labels, |f, label| f.write_str(&label.text))?;
    f.write_char(')')
}

impl Display for Selector {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        if let Some(whole) = &self.whole {
            return whole.fmt(f);
        }
        f.write_char('{')?;
        write_list(f, &self.matchers, |f, matcher| {
            write!(f, "{}", Matches(matcher))
        })?;
        if !self.matchers.is_empty() && !self.variables.is_empty() {
            f.write_str(", ")?;
        }
        write_list(f, &self.variables, |f, variable| write!(f, "{variable}"))?;
        f.write_char('}')
    }
}

impl Display for LogQuery {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.selector)?;
        for index in 0..self.stages.len() {
            f.write_char(' ')?;
            self.write_stage(f, index)?;
        }
        Ok(())
    }
}

impl Display for RangeQuery {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.query)?;
        if !self.query.stages.is_empty() {
            f.write_char(' ')?;
        }
        self.write_range(f)
    }
}

impl RangeQuery {
    /// The brackets and what is behind them.
    pub(crate) fn write_range(&self, f: &mut impl Write) -> fmt::Result {
        write!(f, "[{}]", self.range)?;
        match &self.offset {
            Some(offset) => write!(f, " offset {offset}"),
            None => Ok(()),
        }
    }
}

impl Display for RangeAggregate {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{}(", self.op)?;
        if let Some(param) = &self.param {
            write_earlier_argument(f, param)?;
        }
        write!(f, "{})", self.expr)?;
        self.write_tail(f)
    }
}

impl RangeAggregate {
    /// What stands behind the parentheses.
    pub(crate) fn write_tail(&self, f: &mut impl Write) -> fmt::Result {
        match &self.grouping {
            Some(grouping) => write!(f, " {}", Groups(grouping)),
            None => Ok(()),
        }
    }
}

impl Display for Aggregate {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        self.write_head(f)?;
        f.write_char('(')?;
        if let Some(param) = &self.param {
            write_earlier_argument(f, param)?;
        }
        write!(f, "{})", self.expr)
    }
}

impl Aggregate {
    /// Everything before the parenthesis.
    pub(crate) fn write_head(&self, f: &mut impl Write) -> fmt::Result {
        write!(f, "{}", self.op)?;
        match &self.grouping {
            Some(grouping) => write!(f, " {} ", Groups(grouping)),
            None => Ok(()),
        }
    }
}

impl Display for Call {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{}(", self.func.text)?;
        write_arguments(f, &self.args)?;
        f.write_char(')')
    }
}

impl Display for Variants {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str("variants(")?;
        write_arguments(f, &self.exprs)?;
        write!(f, ") of ({})", self.of)
    }
}

impl Display for Binary {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        self.write_side(f, false)?;
        f.write_char(' ')?;
        self.write_operator(f)?;
        f.write_char(' ')?;
        self.write_side(f, true)
    }
}

impl Binary {
    fn write_side(&self, f: &mut Formatter<'_>, right: bool) -> fmt::Result {
        let side = if right { &self.rhs } else { &self.lhs };
        if self.needs_parens(right) {
            write!(f, "({side})")
        } else {
            write!(f, "{side}")
        }
    }

    /// The operator with its clauses.
    pub(crate) fn write_operator(&self, f: &mut impl Write) -> fmt::Result {
        write!(f, "{}", self.op)?;
        if self.bool_modifier {
            f.write_str(" bool")?;
        }
        match &self.matching {
            Some(matching) => write_matching(f, matching),
            None => Ok(()),
        }
    }
}

fn write_matching(f: &mut impl Write, matching: &Matching) -> fmt::Result {
    f.write_str(if matching.labels.on {
        " on "
    } else {
        " ignoring "
    })?;
    write_labels(f, &matching.labels.labels)?;
    if let Some(group) = &matching.group {
        f.write_str(if group.left {
            " group_left "
        } else {
            " group_right "
        })?;
        write_labels(f, &group.include)?;
    }
    Ok(())
}

/// Whether it needs parentheses where something follows: a stage could go on with an operator or a comma.
pub(crate) fn is_log_query(expr: &Expr) -> bool {
    matches!(expr, Expr::Log(_) | Expr::Range(_))
}

/// An argument that others follow.
fn write_earlier_argument(f: &mut (impl Write + ?Sized), expr: &Expr) -> fmt::Result {
    if is_log_query(expr) {
        write!(f, "({expr}), ")
    } else {
        write!(f, "{expr}, ")
    }
}

fn write_arguments(f: &mut impl Write, args: &[Expr]) -> fmt::Result {
    let Some((last, earlier)) = args.split_last() else {
        return Ok(());
    };
    earlier
        .iter()
        .try_for_each(|arg| write_earlier_argument(f, arg))?;
    write!(f, "{last}")
}

impl Binary {
    /// Whether the left or the right side needs parentheses.
    pub(crate) fn needs_parens(&self, right: bool) -> bool {
        match if right { &*self.rhs } else { &*self.lhs } {
            Expr::Binary(inner) => {
                let (inner, outer) = (inner.op.precedence(), self.op.precedence());
                inner < outer
                    || (inner == outer && right != self.op.is_right_associative())
                    || right && self.looks_like_a_line_filter()
            }
            Expr::String(_) => right && self.looks_like_a_line_filter(),
            operand => is_log_query(operand),
        }
    }

    /// `$x != "a"` is read as a log query.
    fn looks_like_a_line_filter(&self) -> bool {
        self.op == BinaryOp::NotEqual
            && ends_in_variable(&self.lhs)
            && begins_with_string(&self.rhs)
    }
}

fn ends_in_variable(expr: &Expr) -> bool {
    match expr {
        Expr::Variable(variable) => variable.form != VariableForm::Mixed,
        Expr::Binary(binary) => !binary.needs_parens(true) && ends_in_variable(&binary.rhs),
        _ => false,
    }
}

fn begins_with_string(expr: &Expr) -> bool {
    match expr {
        Expr::String(_) => true,
        Expr::Binary(binary) => begins_with_string(&binary.lhs),
        _ => false,
    }
}
