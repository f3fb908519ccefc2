//! Walking trees: children, descendants; and rewriting.

use std::{iter, slice};

use crate::ast::{Expr, Variable, VariableForm};
use crate::{Span, variable};

type Slices<'a> = iter::Chain<slice::Iter<'a, Expr>, slice::Iter<'a, Expr>>;

/// The children of an expression: see [`Expr::children`].
#[derive(Clone, Debug)]
pub struct Children<'a>(Slices<'a>);

impl<'a> Iterator for Children<'a> {
    type Item = &'a Expr;

    fn next(&mut self) -> Option<Self::Item> {
        self.0.next()
    }
}

impl DoubleEndedIterator for Children<'_> {
    fn next_back(&mut self) -> Option<Self::Item> {
        self.0.next_back()
    }
}

/// An expression and all below it: see [`Expr::descendants`].
#[derive(Clone, Debug)]
pub struct Descendants<'a> {
    pending: Vec<&'a Expr>,
}

impl<'a> Iterator for Descendants<'a> {
    type Item = &'a Expr;

    fn next(&mut self) -> Option<Self::Item> {
        let expr = self.pending.pop()?;
        self.pending.extend(expr.children().rev());
        Some(expr)
    }
}

impl Expr {
    /// Where the expression stands.
    #[must_use]
    pub const fn span(&self) -> Span {
        match self {
            Self::Literal(node) => node.span,
            Self::Attribute(node) => node.span,
            Self::Intrinsic(node) => node.span,
            Self::Spanset(node) => node.span,
            Self::Binary(node) => node.span,
            Self::Unary(node) => node.span,
            Self::Paren(node) => node.span,
            Self::Call(node) => node.span,
            Self::Pipeline(node) => node.span,
            Self::Hinted(node) => node.span,
            Self::Variable(node) => node.span,
            Self::Error(node) => node.span,
        }
    }

    /// The expressions directly below, as they are written. The values of hints are not among them.
    #[must_use]
    pub fn children(&self) -> Children<'_> {
        let one = |expr| (slice::from_ref(expr), &[] as &[Self]);
        let (first, second): (&[Self], &[Self]) = match self {
            Self::Spanset(node) => node.filter.as_deref().map(one).unwrap_or_default(),
            Self::Binary(node) => (slice::from_ref(&*node.lhs), slice::from_ref(&*node.rhs)),
            Self::Unary(node) => one(&node.expr),
            Self::Paren(node) => one(&node.expr),
            Self::Call(node) => {
                let keys = node.by.as_ref().map(|by| by.keys.as_slice());
                (&node.args, keys.unwrap_or_default())
            }
            Self::Pipeline(node) => (&node.stages, &[]),
            Self::Hinted(node) => one(&node.expr),
            Self::Literal(_)
            | Self::Attribute(_)
            | Self::Intrinsic(_)
            | Self::Variable(_)
            | Self::Error(_) => (&[], &[]),
        };
        Children(first.iter().chain(second))
    }

    /// The expressions directly below, to be changed. The values of hints are not among them.
    pub fn children_mut(&mut self) -> impl DoubleEndedIterator<Item = &mut Self> {
        let (first, second): (&mut [Self], &mut [Self]) = match self {
            Self::Spanset(node) => match &mut node.filter {
                Some(filter) => (slice::from_mut(&mut **filter), &mut []),
                None => (&mut [], &mut []),
            },
            Self::Binary(node) => (
                slice::from_mut(&mut *node.lhs),
                slice::from_mut(&mut *node.rhs),
            ),
            Self::Unary(node) => (slice::from_mut(&mut *node.expr), &mut []),
            Self::Paren(node) => (slice::from_mut(&mut *node.expr), &mut []),
            Self::Call(node) => {
                let keys = node.by.as_mut().map(|by| by.keys.as_mut_slice());
                (&mut node.args, keys.unwrap_or_default())
            }
            Self::Pipeline(node) => (&mut node.stages, &mut []),
            Self::Hinted(node) => (slice::from_mut(&mut *node.expr), &mut []),
            _ => (&mut [], &mut []),
        };
        first.iter_mut().chain(second)
    }

    /// This expression and all below it, each before those below it, as they are written.
    #[must_use]
    pub fn descendants(&self) -> Descendants<'_> {
        Descendants {
            pending: vec![self],
        }
    }

    /// Calls `visit` with this expression and all below it, each before those below it.
    pub fn walk<'a>(&'a self, visit: impl FnMut(&'a Self)) {
        self.descendants().for_each(visit);
    }

    /// Like [`Expr::walk`], with the expressions around each, outermost first.
    pub fn walk_with_ancestors<'a>(&'a self, mut visit: impl FnMut(&'a Self, &[&'a Self])) {
        let mut ancestors: Vec<&Self> = Vec::new();
        let mut pending: Vec<(&Self, usize)> = vec![(self, 0)];
        while let Some((expr, depth)) = pending.pop() {
            ancestors.truncate(depth);
            visit(expr, &ancestors);
            ancestors.push(expr);
            pending.extend(expr.children().rev().map(|child| (child, depth + 1)));
        }
    }

    /// Calls `visit` with this expression and all below it, to be changed: each before those below it,
    /// so that what `visit` puts in is walked too.
    pub fn walk_mut(&mut self, visit: &mut impl FnMut(&mut Self)) {
        visit(self);
        self.children_mut().for_each(|child| child.walk_mut(visit));
    }

    /// Rewrites from the bottom up: `rewrite` gets each expression with its children already rewritten.
    #[must_use]
    pub fn map(mut self, rewrite: &mut impl FnMut(Self) -> Self) -> Self {
        for child in self.children_mut() {
            let owned = std::mem::replace(child, Self::Error(crate::ast::ErrorNode::default()));
            *child = owned.map(rewrite);
        }
        rewrite(self)
    }

    /// The expression inside any number of parentheses.
    #[must_use]
    pub fn without_parens(&self) -> &Self {
        let mut expr = self;
        while let Self::Paren(paren) = expr {
            expr = &paren.expr;
        }
        expr
    }

    /// All Grafana variables of the query: nodes, and those inside names and strings, also of hints. Each
    /// carries the span of its place; inside a string with escapes or a quoted name, of the whole.
    #[must_use]
    pub fn variables(&self) -> Vec<Variable> {
        let mut found = Vec::new();
        self.walk(|expr| expr.own_variables(&mut found));
        found
    }

    /// The variables of this node, without those of its children.
    fn own_variables(&self, found: &mut Vec<Variable>) {
        match self {
            Self::Variable(node) if node.form == VariableForm::Mixed => {
                add_from_text(&node.name, node.span, 0, found);
            }
            Self::Variable(node) => found.push(node.clone()),
            Self::Literal(node) => {
                if let crate::ast::Value::String(text) = &node.value {
                    add_from_text(text, node.span, 1, found);
                }
            }
            Self::Attribute(node) => add_from_text(&node.name.text, node.name.span, 0, found),
            Self::Call(node) => add_from_text(&node.name.text, node.name.span, 0, found),
            Self::Hinted(node) => node
                .hints
                .iter()
                .for_each(|hint| hint.value.own_variables(found)),
            _ => {}
        }
    }
}

/// The variables of a text that stands at the span, behind and before `quotes` bytes.
fn add_from_text(text: &str, span: Span, quotes: usize, found: &mut Vec<Variable>) {
    if !text.contains(['$', '[']) {
        return;
    }
    let as_written = span.range().len() == text.len() + 2 * quotes;
    let start = span.range().start + quotes;
    found.extend(
        variable::scan(text)
            .into_iter()
            .map(|(range, mut variable)| {
                variable.span = if as_written {
                    Span::new(start + range.start, start + range.end)
                } else {
                    span
                };
                variable
            }),
    );
}
