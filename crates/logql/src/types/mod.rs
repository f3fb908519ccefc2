//! Type checking, as Loki does it before it evaluates anything.
//!
//! What a Grafana variable stands for is not known, nor what could not be read: both fit everywhere.

mod call;
mod selector;
mod stage;

use std::fmt;

use crate::ast::{Aggregate, AggregateOp, Binary, Expr, Number, RangeAggregate, Variants};
use crate::{Span, TypeError};

/// The type of an expression's value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ValueType {
    /// Log lines.
    Log,
    /// Log lines over a range of time, which only range aggregations take.
    Range,
    /// A sample for each series.
    Vector,
    /// One number.
    Scalar,
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

    const fn with_article(self) -> &'static str {
        match self {
            Self::Log => "a log query",
            Self::Range => "a log query with a range",
            Self::Vector => "a vector",
            Self::Scalar => "a number",
            Self::String => "a string",
            Self::Unknown => "something unknown",
        }
    }
}

impl fmt::Display for ValueType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Log => "log lines",
            Self::Range => "log range",
            Self::Vector => "vector",
            Self::Scalar => "scalar",
            Self::String => "string",
            Self::Unknown => "unknown",
        })
    }
}

/// The type of `expr`, and everything that Loki refuses although its syntax is right, in the order of the
/// text.
#[must_use]
pub fn typecheck(expr: &Expr) -> (ValueType, Vec<TypeError>) {
    check(expr, true)
}

/// The same but for functions in templates: Loki reads a template where somebody needs the line that it makes, and so
/// does whoever evaluates it.
pub(crate) fn typecheck_before_evaluation(expr: &Expr) -> (ValueType, Vec<TypeError>) {
    check(expr, false)
}

fn check(expr: &Expr, reads_templates: bool) -> (ValueType, Vec<TypeError>) {
    let mut checker = Checker {
        errors: Vec::new(),
        reads_templates,
    };
    let value = checker.check(expr);
    let help = match value {
        ValueType::Range => "take `count_over_time(…)` or `rate(…)` of it, or remove the range",
        ValueType::String => "write a stream selector such as `{job=\"api\"}`",
        _ => "",
    };
    if !help.is_empty() {
        let message = format!("{} is no query", value.with_article());
        checker.report(TypeError::new(expr.span(), message).help(help));
    }
    checker.errors.sort_by_key(|error| error.span.start);
    (value, checker.errors)
}

struct Checker {
    errors: Vec<TypeError>,
    /// Whether a template has to be one that Loki can read, and not only have its actions closed.
    reads_templates: bool,
}

impl Checker {
    fn report(&mut self, error: TypeError) {
        self.errors.push(error);
    }

    fn refuse(&mut self, span: Span, message: impl Into<String>, help: impl Into<String>) {
        self.report(TypeError::new(span, message).help(help));
    }

    fn check(&mut self, expr: &Expr) -> ValueType {
        match expr {
            Expr::Number(_) => ValueType::Scalar,
            Expr::String(_) => ValueType::String,
            Expr::Log(query) => {
                self.log_query(query, false);
                ValueType::Log
            }
            Expr::Range(range) => {
                self.log_query(&range.query, true);
                ValueType::Range
            }
            Expr::RangeAggregate(node) => {
                self.range_aggregate(node);
                ValueType::Vector
            }
            Expr::Aggregate(node) => {
                self.aggregate(node);
                ValueType::Vector
            }
            Expr::Call(call) => self.call(call),
            Expr::Binary(binary) => self.binary(binary),
            Expr::Paren(paren) => self.check(&paren.expr),
            Expr::Variants(node) => {
                self.variants(node);
                ValueType::Vector
            }
            Expr::Variable(_) | Expr::Error(_) => ValueType::Unknown,
        }
    }

    fn range_aggregate(&mut self, node: &RangeAggregate) {
        let op = node.op;
        if let (Some(param @ Expr::Range(_)), Expr::Number(_)) =
            (node.param.as_deref(), &*node.expr)
        {
            let message = format!("the arguments of `{op}` are the wrong way round");
            let help = format!("write `{op}({}, {param})`", node.expr);
            self.check(param);
            return self.refuse(param.span().to(node.expr.span()), message, help);
        }
        if let Some(param) = &node.param {
            self.quantile(node, param);
        } else if op.takes_parameter() {
            let help = format!("write `{op}(0.99, …)`");
            self.refuse(node.op_span, format!("`{op}` needs a quantile"), help);
        }
        let found = self.check(&node.expr);
        self.demand(
            &node.expr,
            found,
            ValueType::Range,
            format_args!("the argument of `{op}`"),
        );
        if let Some(grouping) = node.grouping.as_ref().filter(|_| !op.takes_grouping()) {
            let help = format!(
                "aggregate around it: `sum {} (…)`",
                crate::print::Groups(grouping)
            );
            self.refuse(grouping.span, format!("`{op}` takes no grouping"), help);
        }
        if let Expr::Range(range) = &*node.expr {
            self.unwrap_of_function(node, &range.query);
        }
    }

    fn quantile(&mut self, node: &RangeAggregate, param: &Expr) {
        let op = node.op;
        if !op.takes_parameter() {
            let message = format!("`{op}` takes no parameter");
            return self.refuse(param.span(), message, "remove it");
        }
        match param {
            Expr::Number(Number { value, span }) if !(0.0..=1.0).contains(value) => {
                let help = match *value {
                    percent if percent > 1.0 && percent <= 100.0 => {
                        format!("write `{}`", percent / 100.0)
                    }
                    _ => "write `0.99` for the 99th percentile".to_owned(),
                };
                self.refuse(*span, "a quantile lies between 0 and 1", help);
            }
            Expr::Number(_) | Expr::Variable(_) | Expr::Error(_) => {}
            _ => {
                let message = format!("the parameter of `{op}` must be a plain number");
                self.refuse(param.span(), message, format!("write `{op}(0.99, …)`"));
            }
        }
    }

    fn aggregate(&mut self, node: &Aggregate) {
        let op = node.op;
        let value = self.check(&node.expr);
        match (&node.param, op.takes_parameter()) {
            (Some(param), true) if value == ValueType::Scalar && !is_number(param) => {
                let message = format!("the arguments of `{op}` are the wrong way round");
                let help = format!("write `{op}({}, {param})`", node.expr);
                self.check(param);
                return self.refuse(param.span().to(node.expr.span()), message, help);
            }
            (Some(param), true) => self.count(op, param),
            (Some(param), false) => {
                self.refuse(
                    param.span(),
                    format!("`{op}` takes no parameter"),
                    "remove it",
                );
            }
            (None, true) => {
                let help = format!("write `{op}(5, …)`");
                self.refuse(
                    node.op_span,
                    format!("`{op}` needs a number of series"),
                    help,
                );
            }
            (None, false) => {}
        }
        self.demand(
            &node.expr,
            value,
            ValueType::Vector,
            format_args!("what `{op}` aggregates"),
        );
        let Some(grouping) = &node.grouping else {
            return;
        };
        let sorts = matches!(op, AggregateOp::Sort | AggregateOp::SortDesc);
        if op == AggregateOp::ApproxTopk || sorts && !grouping.labels.is_empty() {
            let help = "group inside: `(sum by (label) (…))`";
            self.refuse(grouping.span, format!("`{op}` takes no grouping"), help);
        }
    }

    fn count(&mut self, op: AggregateOp, param: &Expr) {
        let good = match param {
            Expr::Number(number) => number.value >= 1.0 && number.value.fract() == 0.0,
            Expr::Variable(_) | Expr::Error(_) => true,
            _ => false,
        };
        if !good {
            let message = format!("the parameter of `{op}` must be a whole number above 0");
            self.refuse(param.span(), message, format!("write `{op}(5, …)`"));
        }
    }

    fn binary(&mut self, binary: &Binary) -> ValueType {
        let op = binary.op;
        let sides = [&binary.lhs, &binary.rhs].map(|side| (side, self.check(side)));
        for (side, found) in sides {
            match found {
                ValueType::Log | ValueType::Range | ValueType::String => {
                    let finds = found.with_article();
                    let message = format!("`{op}` works on numbers and vectors, found {finds}");
                    let help = conversion(side, found, ValueType::Vector);
                    self.refuse(side.span(), message, help);
                }
                ValueType::Scalar if op.is_set() => {
                    let message = format!("`{op}` works on vectors, found a number");
                    let help = conversion(side, found, ValueType::Vector);
                    self.refuse(side.span(), message, help);
                }
                _ => {}
            }
        }
        match sides.map(|(_, found)| found) {
            [ValueType::Scalar, ValueType::Scalar] => ValueType::Scalar,
            _ if op.is_set() => ValueType::Vector,
            [ValueType::Vector, _] | [_, ValueType::Vector] => ValueType::Vector,
            [ValueType::Unknown, _] | [_, ValueType::Unknown] => ValueType::Unknown,
            _ => ValueType::Vector,
        }
    }

    fn variants(&mut self, node: &Variants) {
        for expr in &node.exprs {
            let found = self.check(expr);
            self.demand(expr, found, ValueType::Vector, format_args!("a variant"));
        }
        if node.exprs.is_empty() {
            self.refuse(
                node.span,
                "`variants` has no variants",
                "write `variants(a, b) of (…)`",
            );
        }
        let found = self.check(&node.of);
        self.demand(
            &node.of,
            found,
            ValueType::Range,
            format_args!("what variants are of"),
        );
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
            let message = format!("{role} must be {wants}, found {finds}");
            self.refuse(expr.span(), message, conversion(expr, found, wanted));
        }
    }
}

fn is_number(expr: &Expr) -> bool {
    matches!(expr, Expr::Number(_))
}

/// How `expr` of type `found` becomes one of type `wanted`.
fn conversion(expr: &Expr, found: ValueType, wanted: ValueType) -> String {
    let inner = expr.without_parens();
    match (wanted, found) {
        (ValueType::Range, ValueType::Log) => {
            "give it a range: `[5m]` behind it, or `[$__auto]` in a panel".to_owned()
        }
        (ValueType::Range, ValueType::Vector) => {
            "LogQL has no subqueries: only a log query has a range".to_owned()
        }
        (ValueType::Vector, ValueType::Log) => match inner.as_log_query() {
            Some(query) if query.stages.is_empty() => {
                format!("count its lines: `count_over_time({inner}[5m])`")
            }
            Some(query) if query.stages.len() < 3 => {
                format!("count its lines: `count_over_time({inner} [5m])`")
            }
            _ => "count its lines: `count_over_time(… [5m])`".to_owned(),
        },
        (ValueType::Vector, ValueType::Range) => {
            "take `count_over_time(…)` or `rate(…)` of it".to_owned()
        }
        (ValueType::Vector, ValueType::Scalar) => format!("write `vector({inner})`"),
        (ValueType::String, _) => format!("put it between quotes: `\"{inner}\"`"),
        (_, ValueType::String) => "remove the quotes".to_owned(),
        _ => format!("write {} here", wanted.with_article()),
    }
}
