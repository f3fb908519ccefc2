//! Type checking, as Prometheus does it before it evaluates anything.
//!
//! What a Grafana variable stands for is not known, nor what could not be read: both fit everywhere.

mod binary;
mod call;
mod experimental;
mod selector;

use std::fmt;

pub use experimental::{Experimental, Feature, experimental};
pub use obsctl_syntax::TypeError;

use crate::ast::{Aggregate, Expr, Subquery, Unary};

/// The type of an expression's value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ValueType {
    /// One number.
    Scalar,
    /// A sample for each series.
    Vector,
    /// Many samples for each series.
    Range,
    /// A text.
    String,
    /// Not known before Grafana fills in a variable, or what could not be read: fits everywhere.
    Unknown,
}

impl ValueType {
    /// Whether a value of this type may stand where `wanted` is.
    #[must_use]
    pub fn fits(self, wanted: Self) -> bool {
        self == wanted || self == Self::Unknown || wanted == Self::Unknown
    }

    /// Whether it can be calculated with.
    fn is_operand(self) -> bool {
        matches!(self, Self::Scalar | Self::Vector | Self::Unknown)
    }

    const fn with_article(self) -> &'static str {
        match self {
            Self::Scalar => "a scalar",
            Self::Vector => "an instant vector",
            Self::Range => "a range vector",
            Self::String => "a string",
            Self::Unknown => "something unknown",
        }
    }
}

impl fmt::Display for ValueType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Scalar => "scalar",
            Self::Vector => "instant vector",
            Self::Range => "range vector",
            Self::String => "string",
            Self::Unknown => "unknown",
        })
    }
}

/// The type of `expr`, and everything about its types that Prometheus refuses, in the order of the text.
#[must_use]
pub fn typecheck(expr: &Expr) -> (ValueType, Vec<TypeError>) {
    let mut checker = Checker { errors: Vec::new() };
    let value = checker.check(expr);
    checker.errors.sort_by_key(|error| error.span.start);
    (value, checker.errors)
}

struct Checker {
    errors: Vec<TypeError>,
}

impl Checker {
    fn report(&mut self, error: TypeError) {
        self.errors.push(error);
    }

    fn check(&mut self, expr: &Expr) -> ValueType {
        match expr {
            Expr::Number(_) => ValueType::Scalar,
            Expr::String(_) => ValueType::String,
            Expr::Selector(selector) => {
                self.selector(selector);
                ValueType::Vector
            }
            Expr::Range(range) => {
                self.selector(&range.selector);
                ValueType::Range
            }
            Expr::Subquery(subquery) => self.subquery(subquery),
            Expr::Call(call) => self.call(call),
            Expr::Aggregate(aggregate) => {
                self.aggregate(aggregate);
                ValueType::Vector
            }
            Expr::Binary(binary) => self.binary(binary),
            Expr::Unary(unary) => self.unary(unary),
            Expr::Paren(paren) => self.check(&paren.expr),
            Expr::Variable(_) | Expr::Error(_) => ValueType::Unknown,
        }
    }

    fn subquery(&mut self, subquery: &Subquery) -> ValueType {
        let inner = self.check(&subquery.expr);
        if !inner.fits(ValueType::Vector) {
            let message = format!(
                "a subquery needs an instant vector, found {}",
                inner.with_article()
            );
            self.report(
                TypeError::new(subquery.expr.span(), message).help(conversion(
                    &subquery.expr,
                    inner,
                    ValueType::Vector,
                )),
            );
        }
        ValueType::Range
    }

    fn unary(&mut self, unary: &Unary) -> ValueType {
        let inner = self.check(&unary.expr);
        if !inner.is_operand() {
            let message = format!("a sign before {}", inner.with_article());
            self.report(TypeError::new(unary.span, message).help(conversion(
                &unary.expr,
                inner,
                ValueType::Vector,
            )));
        }
        inner
    }

    fn aggregate(&mut self, aggregate: &Aggregate) {
        let param = aggregate.param.as_ref().map(|param| self.check(param));
        let value = self.check(&aggregate.expr);
        self.aggregate_arguments(aggregate, param, value);
    }

    fn aggregate_arguments(
        &mut self,
        aggregate: &Aggregate,
        param: Option<ValueType>,
        value: ValueType,
    ) {
        let op = aggregate.op;
        match (op.parameter(), &aggregate.param, param) {
            (Some(ValueType::Scalar), Some(param), Some(ValueType::Vector))
                if value == ValueType::Scalar =>
            {
                let span = param.span().to(aggregate.expr.span());
                let message = format!("the arguments of `{op}` are the wrong way round");
                let help = format!("write `{op}({}, {param})`", aggregate.expr);
                return self.report(TypeError::new(span, message).help(help));
            }
            (Some(wanted), Some(param), Some(found)) => {
                self.demand(
                    param,
                    found,
                    wanted,
                    format_args!("the parameter of `{op}`"),
                );
            }
            (None, Some(param), _) => {
                let message = format!("`{op}` takes no parameter");
                self.report(TypeError::new(param.span(), message).help("remove it"));
            }
            (Some(wanted), _, _) => {
                let message = format!("`{op}` needs a parameter: {}", wanted.with_article());
                self.report(TypeError::new(aggregate.op_span, message));
            }
            (None, None, _) => {}
        }
        let role = format_args!("what `{op}` aggregates");
        self.demand(&aggregate.expr, value, ValueType::Vector, role);
    }

    /// Reports `expr` where `role` needs another type than it was found to have.
    fn demand(
        &mut self,
        expr: &Expr,
        found: ValueType,
        wanted: ValueType,
        role: fmt::Arguments<'_>,
    ) {
        if !found.fits(wanted) {
            let (wants, finds) = (wanted.with_article(), found.with_article());
            let error = TypeError::new(
                expr.span(),
                format!("{role} must be {wants}, found {finds}"),
            );
            self.report(error.help(conversion(expr, found, wanted)));
        }
    }
}

/// How `expr` of type `found` becomes one of type `wanted`.
fn conversion(expr: &Expr, found: ValueType, wanted: ValueType) -> String {
    let inner = expr.without_parens();
    match (wanted, found) {
        (ValueType::Range, ValueType::Vector) => match inner {
            Expr::Selector(selector) if selector.modifiers == Default::default() => {
                format!("give it a range: `{inner}[5m]`")
            }
            Expr::Aggregate(aggregate) if aggregate.expr.as_selector().is_some() => {
                format!(
                    "aggregate last: `{}(rate({}[5m]))`",
                    aggregate.op, aggregate.expr
                )
            }
            Expr::Selector(_) => "give the selector a range: `up[5m]`".to_owned(),
            _ => "a subquery makes it a range vector: `(…)[1h:1m]`".to_owned(),
        },
        (ValueType::Range, ValueType::Scalar) => {
            "write a selector with a range: `up[5m]`".to_owned()
        }
        (ValueType::Vector, ValueType::Range) => match inner {
            Expr::Range(_) => {
                "remove the range, or take `rate(…)` or `avg_over_time(…)` of it".to_owned()
            }
            _ => "take `avg_over_time(…)` or another function of ranges of it".to_owned(),
        },
        (ValueType::Vector, ValueType::Scalar) => format!("write `vector({inner})`"),
        (ValueType::Scalar, ValueType::Vector) => match inner {
            Expr::Aggregate(_) | Expr::Selector(_) | Expr::Call(_) => {
                format!("`scalar({inner})` takes the value of a single series")
            }
            _ => "`scalar(…)` takes the value of a single series".to_owned(),
        },
        (ValueType::String, ValueType::Vector) => format!("put it between quotes: `\"{inner}\"`"),
        (ValueType::String, ValueType::Scalar) => format!("put it between quotes: `\"{inner}\"`"),
        (_, ValueType::String) => "remove the quotes".to_owned(),
        _ => format!("write {} here", wanted.with_article()),
    }
}
