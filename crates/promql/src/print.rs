//! The canonical text of a tree, on one line.
//!
//! It reads back as the same tree. A tree built by hand needs no [`Expr::Paren`] nodes: where precedence
//! demands parentheses they are printed, and reading gives the same tree but for `Paren` nodes.
//! Names that are not classic are quoted.

use std::fmt::{self, Display, Formatter, Write};

use crate::ast::{
    Aggregate, At, Binary, BinaryOp, Call, DurationExpr, DurationLiteral, Expr, Grouping, Matcher,
    Matching, Modifiers, Name, Number, RangeSelector, Selector, StringLiteral, Subquery,
};
use crate::duration::Millis;
use crate::literal::quote;
use crate::name::{is_bare_label_name, is_bare_listed_label, is_bare_metric_name};
use crate::variable;

impl Display for Expr {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(node) => node.fmt(f),
            Self::String(node) => node.fmt(f),
            Self::Selector(node) => node.fmt(f),
            Self::Range(node) => node.fmt(f),
            Self::Subquery(node) => node.fmt(f),
            Self::Call(node) => node.fmt(f),
            Self::Aggregate(node) => node.fmt(f),
            Self::Binary(node) => node.fmt(f),
            Self::Unary(node) => {
                f.write_str(if node.minus { "-" } else { "+" })?;
                parenthesized(f, &node.expr, unary_needs_parens(&node.expr))
            }
            Self::Paren(node) => write!(f, "({})", node.expr),
            Self::Variable(node) => node.fmt(f),
            Self::Error(node) => f.write_str(&node.text),
        }
    }
}

fn parenthesized(f: &mut Formatter<'_>, inner: &impl Display, parens: bool) -> fmt::Result {
    if parens {
        write!(f, "({inner})")
    } else {
        write!(f, "{inner}")
    }
}

/// Whether the operand of a sign needs parentheses: `-1` alone is a number.
pub(crate) fn unary_needs_parens(operand: &Expr) -> bool {
    match operand {
        Expr::Number(_) => true,
        Expr::Binary(binary) => binary.op != BinaryOp::Pow,
        _ => false,
    }
}

/// Whether an operand of `op` needs parentheses.
pub(crate) fn operand_needs_parens(op: BinaryOp, operand: &Expr, right: bool) -> bool {
    if !right && op.is_arithmetic() && ends_in_open_offset(operand) {
        return true;
    }
    match operand {
        Expr::Binary(inner) => {
            let (inner, outer) = (inner.op.precedence(), op.precedence());
            inner < outer || (inner == outer && right != op.is_right_associative())
        }
        // `-a ^ b` is `-(a ^ b)`.
        Expr::Unary(_) => op == BinaryOp::Pow && !right,
        Expr::Number(number) => op == BinaryOp::Pow && !right && is_negative(number),
        _ => false,
    }
}

/// Whether an arithmetic operator behind `expr` would be read as a part of its offset: an offset in
/// parentheses goes on behind them, `a offset (1h) * 2`.
fn ends_in_open_offset(expr: &Expr) -> bool {
    let modifiers = match expr {
        Expr::Selector(selector) => &selector.modifiers,
        Expr::Range(range) => &range.selector.modifiers,
        Expr::Subquery(subquery) => &subquery.modifiers,
        Expr::Unary(unary) => {
            return !unary_needs_parens(&unary.expr) && ends_in_open_offset(&unary.expr);
        }
        Expr::Binary(binary) => {
            return !operand_needs_parens(binary.op, &binary.rhs, true)
                && ends_in_open_offset(&binary.rhs);
        }
        _ => return false,
    };
    matches!(
        modifiers.offset,
        Some(DurationExpr::Paren(..) | DurationExpr::Binary(..))
    )
}

/// Whether what stands before `[…]` needs parentheses.
pub(crate) fn subquery_needs_parens(inner: &Expr) -> bool {
    match inner {
        Expr::Binary(_) | Expr::Unary(_) => true,
        Expr::Number(number) => is_negative(number),
        _ => false,
    }
}

fn is_negative(number: &Number) -> bool {
    number.value.is_sign_negative() && !number.value.is_nan()
}

impl Display for Binary {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        parenthesized(
            f,
            &self.lhs,
            operand_needs_parens(self.op, &self.lhs, false),
        )?;
        f.write_char(' ')?;
        self.write_operator(f)?;
        f.write_char(' ')?;
        parenthesized(f, &self.rhs, operand_needs_parens(self.op, &self.rhs, true))
    }
}

impl Binary {
    /// The operator with its clauses.
    pub(crate) fn write_operator(&self, f: &mut impl Write) -> fmt::Result {
        write!(f, "{}", self.op)?;
        if self.bool_modifier {
            f.write_str(" bool")?;
        }
        match &self.matching {
            Some(matching) => write!(f, "{matching}"),
            None => Ok(()),
        }
    }
}

/// Each clause with a space before it.
impl Display for Matching {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match &self.labels {
            Some(labels) => {
                f.write_str(if labels.on { " on " } else { " ignoring " })?;
                write_labels(f, &labels.labels)?;
            }
            None if self.group.is_some() => f.write_str(" ignoring ()")?,
            None => {}
        }
        if let Some(group) = &self.group {
            f.write_str(if group.left {
                " group_left "
            } else {
                " group_right "
            })?;
            write_labels(f, &group.include)?;
        }
        if self.fill_left.is_some() && self.fill_left == self.fill_right {
            return self
                .fill_left
                .iter()
                .try_for_each(|value| write!(f, " fill ({value})"));
        }
        self.fill_left
            .iter()
            .try_for_each(|value| write!(f, " fill_left ({value})"))?;
        self.fill_right
            .iter()
            .try_for_each(|value| write!(f, " fill_right ({value})"))
    }
}

fn write_labels(f: &mut Formatter<'_>, labels: &[Name]) -> fmt::Result {
    f.write_char('(')?;
    for (index, label) in labels.iter().enumerate() {
        if index > 0 {
            f.write_str(", ")?;
        }
        write_name(f, label, is_bare_listed_label(&label.text))?;
    }
    f.write_char(')')
}

fn write_name(f: &mut Formatter<'_>, name: &Name, bare: bool) -> fmt::Result {
    if bare {
        f.write_str(&name.text)
    } else {
        quote(f, &name.text)
    }
}

impl Display for Grouping {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(if self.without { "without " } else { "by " })?;
        write_labels(f, &self.labels)
    }
}

impl Display for Aggregate {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        self.write_head(f)?;
        f.write_char('(')?;
        if let Some(param) = &self.param {
            write!(f, "{param}, ")?;
        }
        write!(f, "{})", self.expr)
    }
}

impl Aggregate {
    /// Everything before the parenthesis.
    pub(crate) fn write_head(&self, f: &mut impl Write) -> fmt::Result {
        write!(f, "{}", self.op)?;
        match &self.grouping {
            Some(grouping) => write!(f, " {grouping} "),
            None => Ok(()),
        }
    }
}

impl Display for Call {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{}(", self.func.text)?;
        for (index, arg) in self.args.iter().enumerate() {
            if index > 0 {
                f.write_str(", ")?;
            }
            write!(f, "{arg}")?;
        }
        f.write_char(')')
    }
}

impl Display for StringLiteral {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        quote(f, &self.value)
    }
}

impl Display for Matcher {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write_name(f, &self.name, is_bare_label_name(&self.name.text))?;
        write!(f, "{}", self.op)?;
        if variable::quotes_itself(&self.value.value) {
            return f.write_str(&self.value.value);
        }
        write!(f, "{}", self.value)
    }
}

/// A text between quotes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Quoted<'a>(&'a str);

impl Display for Quoted<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        quote(f, self.0)
    }
}

impl Selector {
    /// The name as it stands before the braces, or else as it stands quoted inside.
    pub(crate) fn name_place(&self) -> (Option<&str>, Option<Quoted<'_>>) {
        match &self.name {
            Some(name) if is_bare_metric_name(&name.text) => (Some(&name.text), None),
            Some(name) => (None, Some(Quoted(&name.text))),
            None => (None, None),
        }
    }

    /// Name and matchers, without modifiers.
    fn write_core(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let (outside, inside) = self.name_place();
        if let Some(name) = outside {
            f.write_str(name)?;
        }
        if inside.is_none() && self.matchers.is_empty() && self.variables.is_empty() {
            return if outside.is_none() {
                f.write_str("{}")
            } else {
                Ok(())
            };
        }
        f.write_char('{')?;
        let mut separator = "";
        if let Some(name) = inside {
            write!(f, "{name}")?;
            separator = ", ";
        }
        for matcher in &self.matchers {
            write!(f, "{separator}{matcher}")?;
            separator = ", ";
        }
        for variable in &self.variables {
            write!(f, "{separator}{variable}")?;
            separator = ", ";
        }
        f.write_char('}')
    }

    /// Whether it is only a name that is a variable: alone, `$x` is an expression of its own.
    fn looks_like_a_variable(&self) -> bool {
        self.matchers.is_empty()
            && self.variables.is_empty()
            && self.modifiers == Modifiers::default()
            && self.extended.is_none()
            && self
                .name
                .as_ref()
                .is_some_and(|name| variable::exact(&name.text).is_some())
    }

    fn write_extended(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self.extended {
            Some(extended) => write!(f, " {extended}"),
            None => Ok(()),
        }
    }
}

impl Display for crate::ast::Extended {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Anchored => "anchored",
            Self::Smoothed => "smoothed",
        })
    }
}

impl Display for Selector {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        self.write_core(f)?;
        if self.looks_like_a_variable() {
            f.write_str("{}")?;
        }
        self.write_extended(f)?;
        write!(f, "{}", self.modifiers)
    }
}

impl Display for RangeSelector {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        self.selector.write_core(f)?;
        write!(f, "[{}]", self.range)?;
        self.selector.write_extended(f)?;
        write!(f, "{}", self.selector.modifiers)
    }
}

impl Display for Subquery {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        parenthesized(f, &self.expr, subquery_needs_parens(&self.expr))?;
        self.write_tail(f)
    }
}

impl Subquery {
    /// Everything behind the inner expression.
    pub(crate) fn write_tail(&self, f: &mut impl Write) -> fmt::Result {
        write!(f, "[{}:", self.range)?;
        if let Some(step) = &self.step {
            write!(f, "{step}")?;
        }
        write!(f, "]{}", self.modifiers)
    }
}

/// Each modifier with a space before it.
impl Display for Modifiers {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        if let Some(at) = &self.at {
            write!(f, " @ {at}")?;
        }
        match &self.offset {
            Some(offset @ DurationExpr::Binary(..)) if offset.begins_with_paren() => {
                write!(f, " offset {offset}")
            }
            Some(offset) => {
                f.write_str(" offset ")?;
                offset.write_without_operators(f)
            }
            None => Ok(()),
        }
    }
}

impl Display for At {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Timestamp(number) => number.fmt(f),
            Self::Start(_) => f.write_str("start()"),
            Self::End(_) => f.write_str("end()"),
            Self::Variable(variable) => variable.fmt(f),
        }
    }
}

impl DurationExpr {
    /// Writes it with parentheses where it has an operator, behind its signs.
    fn write_without_operators(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Negative(inner, _) => {
                f.write_char('-')?;
                inner.write_without_operators(f)
            }
            _ => parenthesized(f, self, matches!(self, Self::Binary(..))),
        }
    }

    /// Whether it may follow `offset` although it has an operator: `offset (1h) * 2`.
    fn begins_with_paren(&self) -> bool {
        match self {
            Self::Paren(..) => true,
            Self::Binary(op, lhs, _, _) => {
                duration_needs_parens(*op, lhs, false) || lhs.begins_with_paren()
            }
            _ => false,
        }
    }
}

fn duration_needs_parens(op: BinaryOp, operand: &DurationExpr, right: bool) -> bool {
    match operand {
        DurationExpr::Binary(inner, ..) => {
            let (inner, outer) = (inner.precedence(), op.precedence());
            inner < outer || (inner == outer && right != op.is_right_associative())
        }
        DurationExpr::Negative(..) => op == BinaryOp::Pow && !right,
        DurationExpr::Literal(literal) => op == BinaryOp::Pow && !right && literal.millis < 0,
        DurationExpr::Number(number) => op == BinaryOp::Pow && !right && is_negative(number),
        _ => false,
    }
}

impl Display for DurationExpr {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Literal(node) => node.fmt(f),
            Self::Number(node) => node.fmt(f),
            Self::Variable(node) => node.fmt(f),
            Self::Negative(inner, _) => {
                let parens = matches!(&**inner, Self::Binary(op, ..) if *op != BinaryOp::Pow);
                f.write_char('-')?;
                parenthesized(f, inner, parens)
            }
            Self::Binary(op, lhs, rhs, _) => {
                parenthesized(f, lhs, duration_needs_parens(*op, lhs, false))?;
                write!(f, " {op} ")?;
                parenthesized(f, rhs, duration_needs_parens(*op, rhs, true))
            }
            Self::Call(name, args, _) => {
                write!(f, "{}(", name.text)?;
                for (index, arg) in args.iter().enumerate() {
                    write!(f, "{}{arg}", if index > 0 { ", " } else { "" })?;
                }
                f.write_char(')')
            }
            Self::Paren(inner, _) => write!(f, "({inner})"),
            Self::Error(node) => f.write_str(&node.text),
        }
    }
}

impl Display for DurationLiteral {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        Millis(self.millis).fmt(f)
    }
}

impl Display for Name {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}
