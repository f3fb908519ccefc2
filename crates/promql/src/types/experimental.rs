//! What Prometheus evaluates only behind a feature flag.

use crate::Span;
use crate::ast::{Expr, Extended, Selector};
use crate::functions;

/// A feature of PromQL that has to be switched on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Feature {
    /// Functions and aggregations such as `info` and `limitk`.
    Functions,
    /// `anchored` and `smoothed`.
    ExtendedRanges,
    /// `fill`, `fill_left`, `fill_right`.
    Fill,
}

impl Feature {
    /// The name for `--enable-feature`.
    #[must_use]
    pub const fn flag(self) -> &'static str {
        match self {
            Self::Functions => "promql-experimental-functions",
            Self::ExtendedRanges => "promql-extended-range-selectors",
            Self::Fill => "promql-binop-fill-modifiers",
        }
    }
}

/// A use of an experimental feature.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Experimental {
    /// The place.
    pub span: Span,
    /// What is experimental: a function, aggregation or keyword.
    pub name: &'static str,
    /// What must be switched on for it.
    pub feature: Feature,
}

/// The uses of experimental features, in the order of the tree.
#[must_use]
pub fn experimental(expr: &Expr) -> Vec<Experimental> {
    let mut found = Vec::new();
    expr.walk(|expr| match expr {
        Expr::Call(call) => {
            let function = functions::find(&call.func.text).filter(|it| it.experimental);
            found.extend(function.map(|function| Experimental {
                span: call.func.span,
                name: function.name,
                feature: Feature::Functions,
            }));
        }
        Expr::Aggregate(aggregate) if aggregate.op.is_experimental() => found.push(Experimental {
            span: aggregate.op_span,
            name: aggregate.op.name(),
            feature: Feature::Functions,
        }),
        Expr::Selector(selector) => found.extend(extended(selector, selector.span)),
        Expr::Range(range) => found.extend(extended(&range.selector, range.span)),
        Expr::Binary(binary) => {
            let matching = binary.matching.as_ref();
            let fill = matching.filter(|it| it.fill_left.is_some() || it.fill_right.is_some());
            found.extend(fill.map(|matching| Experimental {
                span: matching.span,
                name: "fill",
                feature: Feature::Fill,
            }));
        }
        _ => {}
    });
    found
}

fn extended(selector: &Selector, span: Span) -> Option<Experimental> {
    let name = match selector.extended? {
        Extended::Anchored => "anchored",
        Extended::Smoothed => "smoothed",
    };
    Some(Experimental {
        span,
        name,
        feature: Feature::ExtendedRanges,
    })
}
