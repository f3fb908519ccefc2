//! Walking trees: children, descendants, selectors with what surrounds them; and rewriting.

use std::{iter, slice};

use crate::Span;
use crate::ast::{At, DurationExpr, Expr, Modifiers, Name, Selector, StringLiteral, Variable};
use crate::variable;

/// A selector where it is used.
#[derive(Clone, Copy, Debug)]
pub struct SelectorUse<'a> {
    /// The selector.
    pub selector: &'a Selector,
    /// The range behind it.
    pub range: Option<&'a DurationExpr>,
    /// The node: [`Expr::Selector`] or [`Expr::Range`].
    pub expr: &'a Expr,
}

impl Expr {
    /// Where the expression stands.
    #[must_use]
    pub const fn span(&self) -> Span {
        match self {
            Self::Number(node) => node.span,
            Self::String(node) => node.span,
            Self::Selector(node) => node.span,
            Self::Range(node) => node.span,
            Self::Subquery(node) => node.span,
            Self::Call(node) => node.span,
            Self::Aggregate(node) => node.span,
            Self::Binary(node) => node.span,
            Self::Unary(node) => node.span,
            Self::Paren(node) => node.span,
            Self::Variable(node) => node.span,
            Self::Error(node) => node.span,
        }
    }

    /// The expressions directly below, as they are written.
    #[must_use]
    pub fn children(&self) -> Children<'_> {
        let (first, rest): (Option<&Self>, &[Self]) = match self {
            Self::Subquery(node) => (Some(&node.expr), &[]),
            Self::Call(node) => (None, &node.args),
            Self::Aggregate(node) => match &node.param {
                Some(param) => (Some(param), slice::from_ref(&*node.expr)),
                None => (None, slice::from_ref(&*node.expr)),
            },
            Self::Binary(node) => (Some(&node.lhs), slice::from_ref(&*node.rhs)),
            Self::Unary(node) => (Some(&node.expr), &[]),
            Self::Paren(node) => (Some(&node.expr), &[]),
            _ => (None, &[]),
        };
        Children(first.into_iter().chain(rest))
    }

    /// The expressions directly below, to be changed.
    pub fn children_mut(&mut self) -> impl DoubleEndedIterator<Item = &mut Self> {
        let (first, rest): (Option<&mut Self>, &mut [Self]) = match self {
            Self::Subquery(node) => (Some(&mut node.expr), &mut []),
            Self::Call(node) => (None, &mut node.args),
            Self::Aggregate(node) => match &mut node.param {
                Some(param) => (Some(param), slice::from_mut(&mut *node.expr)),
                None => (None, slice::from_mut(&mut *node.expr)),
            },
            Self::Binary(node) => (Some(&mut node.lhs), slice::from_mut(&mut *node.rhs)),
            Self::Unary(node) => (Some(&mut node.expr), &mut []),
            Self::Paren(node) => (Some(&mut node.expr), &mut []),
            _ => (None, &mut []),
        };
        first.into_iter().chain(rest)
    }

    /// This expression and all below it, each before those below it, as they are written.
    #[must_use]
    pub fn descendants(&self) -> Descendants<'_> {
        Descendants {
            next: Some(self),
            pending: vec![],
        }
    }

    /// Calls `visit` with this expression and all below it, each before those below it.
    pub fn walk<'a>(&'a self, visit: impl FnMut(&'a Self)) {
        self.descendants().for_each(visit);
    }

    /// Like [`Expr::walk`], with the expressions around each, outermost first.
    pub fn walk_with_ancestors<'a>(&'a self, mut visit: impl FnMut(&'a Self, &[&'a Self])) {
        self.walk_below(&mut vec![], &mut visit);
    }

    fn walk_below<'a>(
        &'a self,
        ancestors: &mut Vec<&'a Self>,
        visit: &mut impl FnMut(&'a Self, &[&'a Self]),
    ) {
        visit(self, ancestors);
        ancestors.push(self);
        for child in self.children() {
            child.walk_below(ancestors, visit);
        }
        ancestors.pop();
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

    /// The selector that this node is, with its range.
    #[must_use]
    pub fn as_selector(&self) -> Option<SelectorUse<'_>> {
        match self {
            Self::Selector(selector) => Some(SelectorUse {
                selector,
                range: None,
                expr: self,
            }),
            Self::Range(node) => Some(SelectorUse {
                selector: &node.selector,
                range: Some(&node.range),
                expr: self,
            }),
            _ => None,
        }
    }

    /// All selectors of the expression, those under a range included.
    pub fn selectors(&self) -> impl Iterator<Item = SelectorUse<'_>> {
        self.descendants().filter_map(Self::as_selector)
    }

    /// Calls `visit` with each selector and the expressions around it, outermost first: so a check can
    /// ask what the selector is an argument of.
    pub fn walk_selectors<'a>(&'a self, mut visit: impl FnMut(SelectorUse<'a>, &[&'a Self])) {
        self.walk_with_ancestors(|expr, ancestors| {
            if let Some(selector) = expr.as_selector() {
                visit(selector, ancestors);
            }
        });
    }

    /// All Grafana variables of the expression: nodes, and those inside names, strings and durations.
    /// Each carries the span of its place; inside a string with escapes, of the whole string.
    #[must_use]
    pub fn variables(&self) -> Vec<Variable> {
        let mut found = Vec::new();
        self.walk(|expr| expr.own_variables(&mut found));
        found
    }

    /// The variables of this node, without those of its children.
    fn own_variables(&self, found: &mut Vec<Variable>) {
        match self {
            Self::Variable(node) => add_variable(node, found),
            Self::String(node) => node.add_variables(found),
            Self::Selector(node) => node.add_variables(found),
            Self::Range(node) => {
                node.selector.add_variables(found);
                node.range.add_variables(found);
            }
            Self::Subquery(node) => {
                node.range.add_variables(found);
                node.step.iter().for_each(|step| step.add_variables(found));
                add_modifiers(&node.modifiers, found);
            }
            Self::Call(node) => node.func.add_variables(found),
            Self::Aggregate(node) => {
                let labels = node.grouping.iter().flat_map(|grouping| &grouping.labels);
                labels.for_each(|label| label.add_variables(found));
            }
            Self::Binary(node) => {
                if let Some(matching) = &node.matching {
                    let labels = matching.labels.iter().flat_map(|labels| &labels.labels);
                    let include = matching.group.iter().flat_map(|group| &group.include);
                    labels
                        .chain(include)
                        .for_each(|label| label.add_variables(found));
                }
            }
            Self::Number(_) | Self::Unary(_) | Self::Paren(_) | Self::Error(_) => {}
        }
    }
}

/// The children of an expression: see [`Expr::children`].
#[derive(Clone, Debug)]
pub struct Children<'a>(iter::Chain<std::option::IntoIter<&'a Expr>, slice::Iter<'a, Expr>>);

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
    next: Option<&'a Expr>,
    /// What follows that and all below it, the first last.
    pending: Vec<&'a Expr>,
}

impl<'a> Iterator for Descendants<'a> {
    type Item = &'a Expr;

    fn next(&mut self) -> Option<Self::Item> {
        let expr = self.next.take().or_else(|| self.pending.pop())?;
        let mut below = expr.children();
        self.next = below.next();
        self.pending.extend(below.rev());
        Some(expr)
    }
}

impl Selector {
    fn add_variables(&self, found: &mut Vec<Variable>) {
        self.name.iter().for_each(|name| name.add_variables(found));
        for matcher in &self.matchers {
            matcher.name.add_variables(found);
            matcher.value.add_variables(found);
        }
        found.extend(self.variables.iter().cloned());
        add_modifiers(&self.modifiers, found);
    }
}

impl Name {
    /// The variables inside the name.
    #[must_use]
    pub fn variables(&self) -> Vec<Variable> {
        let mut found = Vec::new();
        self.add_variables(&mut found);
        found
    }

    fn add_variables(&self, found: &mut Vec<Variable>) {
        add_from_text(&self.text, self.span, found);
    }
}

impl StringLiteral {
    /// The variables inside the string.
    #[must_use]
    pub fn variables(&self) -> Vec<Variable> {
        let mut found = Vec::new();
        self.add_variables(&mut found);
        found
    }

    fn add_variables(&self, found: &mut Vec<Variable>) {
        add_from_text(&self.value, self.span, found);
    }
}

impl DurationExpr {
    /// Where the duration stands.
    #[must_use]
    pub const fn span(&self) -> Span {
        match self {
            Self::Literal(node) => node.span,
            Self::Number(node) => node.span,
            Self::Variable(node) => node.span,
            Self::Error(node) => node.span,
            Self::Negative(_, span)
            | Self::Binary(.., span)
            | Self::Call(_, _, span)
            | Self::Paren(_, span) => *span,
        }
    }

    fn add_variables(&self, found: &mut Vec<Variable>) {
        match self {
            Self::Variable(node) => add_variable(node, found),
            Self::Negative(inner, _) | Self::Paren(inner, _) => inner.add_variables(found),
            Self::Binary(_, lhs, rhs, _) => {
                lhs.add_variables(found);
                rhs.add_variables(found);
            }
            Self::Call(_, args, _) => args.iter().for_each(|arg| arg.add_variables(found)),
            Self::Literal(_) | Self::Number(_) | Self::Error(_) => {}
        }
    }
}

fn add_modifiers(modifiers: &Modifiers, found: &mut Vec<Variable>) {
    modifiers
        .offset
        .iter()
        .for_each(|offset| offset.add_variables(found));
    if let Some(At::Variable(node)) = &modifiers.at {
        add_variable(node, found);
    }
}

fn add_variable(node: &Variable, found: &mut Vec<Variable>) {
    if node.form == crate::ast::VariableForm::Mixed {
        add_from_text(&node.name, node.span, found);
    } else {
        found.push(node.clone());
    }
}

fn add_from_text(text: &str, span: Span, found: &mut Vec<Variable>) {
    if !text.contains(['$', '[']) {
        return;
    }
    let quotes = span.range().len().saturating_sub(text.len());
    found.extend(
        variable::scan(text)
            .into_iter()
            .map(|(range, mut variable)| {
                let start = span.range().start + quotes / 2;
                variable.span = match quotes {
                    0 | 2 => Span::new(start + range.start, start + range.end),
                    _ => span,
                };
                variable
            }),
    );
}
