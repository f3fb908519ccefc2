//! Walking trees: children, descendants, log queries; and rewriting.

use std::slice;

use crate::Span;
use crate::ast::{
    Duration, Expr, LabelFilter, LogQuery, RangeAggregate, RangeQuery, Stage, StageKind,
};

/// A log query where it is used.
#[derive(Clone, Copy, Debug)]
pub struct LogQueryUse<'a> {
    /// The log query.
    pub query: &'a LogQuery,
    /// Its range, inside metric queries.
    pub range: Option<&'a RangeQuery>,
    /// The function that takes the range.
    pub function: Option<&'a RangeAggregate>,
}

impl Expr {
    /// Where the expression stands.
    #[must_use]
    pub const fn span(&self) -> Span {
        match self {
            Self::Number(node) => node.span,
            Self::String(node) => node.span,
            Self::Log(node) => node.span,
            Self::Range(node) => node.span,
            Self::RangeAggregate(node) => node.span,
            Self::Aggregate(node) => node.span,
            Self::Call(node) => node.span,
            Self::Binary(node) => node.span,
            Self::Paren(node) => node.span,
            Self::Variants(node) => node.span,
            Self::Variable(node) => node.span,
            Self::Error(node) => node.span,
        }
    }

    /// The expressions directly below, as they are written.
    pub fn children(&self) -> impl DoubleEndedIterator<Item = &Self> {
        let (first, rest): (Option<&Self>, &[Self]) = match self {
            Self::RangeAggregate(node) => (node.param.as_deref(), slice::from_ref(&*node.expr)),
            Self::Aggregate(node) => (node.param.as_deref(), slice::from_ref(&*node.expr)),
            Self::Call(node) => (None, &node.args),
            Self::Binary(node) => (Some(&node.lhs), slice::from_ref(&*node.rhs)),
            Self::Paren(node) => (Some(&node.expr), &[]),
            Self::Variants(node) => (None, &node.exprs),
            _ => (None, &[]),
        };
        let last = match self {
            Self::Variants(node) => Some(&*node.of),
            _ => None,
        };
        first.into_iter().chain(rest).chain(last)
    }

    /// The expressions directly below, to be changed.
    pub fn children_mut(&mut self) -> impl DoubleEndedIterator<Item = &mut Self> {
        let (first, rest, last): (Option<&mut Self>, &mut [Self], Option<&mut Self>) = match self {
            Self::RangeAggregate(node) => (
                node.param.as_deref_mut(),
                slice::from_mut(&mut *node.expr),
                None,
            ),
            Self::Aggregate(node) => (
                node.param.as_deref_mut(),
                slice::from_mut(&mut *node.expr),
                None,
            ),
            Self::Call(node) => (None, &mut node.args, None),
            Self::Binary(node) => (Some(&mut node.lhs), slice::from_mut(&mut *node.rhs), None),
            Self::Paren(node) => (Some(&mut node.expr), &mut [], None),
            Self::Variants(node) => (None, &mut node.exprs, Some(&mut *node.of)),
            _ => (None, &mut [], None),
        };
        first.into_iter().chain(rest).chain(last)
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

    /// The log query that this node is, whether with a range or without.
    #[must_use]
    pub fn as_log_query(&self) -> Option<&LogQuery> {
        match self {
            Self::Log(query) => Some(query),
            Self::Range(range) => Some(&range.query),
            _ => None,
        }
    }

    /// All log queries of the expression, with the range and the function around each.
    #[must_use]
    pub fn log_queries(&self) -> Vec<LogQueryUse<'_>> {
        let mut found = Vec::new();
        self.walk_with_ancestors(|expr, ancestors| {
            let (query, range) = match expr {
                Self::Log(query) => (&**query, None),
                Self::Range(range) => (&range.query, Some(&**range)),
                _ => return,
            };
            let function = match ancestors.last() {
                Some(Self::RangeAggregate(function)) => Some(function),
                _ => None,
            };
            found.push(LogQueryUse {
                query,
                range,
                function,
            });
        });
        found
    }

    /// All durations that say how far the query looks back: ranges and offsets, as they are written.
    #[must_use]
    pub fn durations(&self) -> Vec<&Duration> {
        let ranges = self.descendants().filter_map(|expr| match expr {
            Self::Range(range) => Some(&**range),
            _ => None,
        });
        ranges
            .flat_map(|range| [Some(&range.range), range.offset.as_ref()])
            .flatten()
            .collect()
    }

    /// Rewrites all durations that say how far the query looks back: ranges and offsets. What label
    /// filters compare with stays.
    #[must_use]
    pub fn map_durations(mut self, rewrite: &mut impl FnMut(Duration) -> Duration) -> Self {
        self.walk_mut(&mut |expr| {
            if let Self::Range(range) = expr {
                for duration in [Some(&mut range.range), range.offset.as_mut()]
                    .into_iter()
                    .flatten()
                {
                    *duration = rewrite(duration.clone());
                }
            }
        });
        self
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

impl LabelFilter {
    /// Where the condition stands.
    #[must_use]
    pub const fn span(&self) -> Span {
        match self {
            Self::Match(node) => node.span,
            Self::Compare(node) => node.span,
            Self::Ip(node) => node.span,
            Self::And(_, span) | Self::Or(_, span) => *span,
            Self::Variable(node) => node.span,
            Self::Error(node) => node.span,
        }
    }

    /// Calls `visit` with this condition and all below it, as they are written.
    pub fn walk<'a>(&'a self, mut visit: impl FnMut(&'a Self)) {
        let mut pending = vec![self];
        while let Some(filter) = pending.pop() {
            visit(filter);
            if let Self::And(inner, _) | Self::Or(inner, _) = filter {
                pending.extend(inner.iter().rev());
            }
        }
    }
}

impl Stage {
    /// Whether it makes labels of what the line holds.
    #[must_use]
    pub const fn is_parser(&self) -> bool {
        matches!(
            self.kind,
            StageKind::Json(_)
                | StageKind::Logfmt(_)
                | StageKind::Regexp(_)
                | StageKind::Pattern(_)
                | StageKind::Unpack
        )
    }

    /// Whether it is a condition on labels.
    #[must_use]
    pub const fn is_label_filter(&self) -> bool {
        matches!(self.kind, StageKind::LabelFilter(_))
    }
}
