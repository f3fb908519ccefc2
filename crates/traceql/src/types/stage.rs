//! Pipelines and what stands between spansets, aggregates and metrics.

use super::calculation::begins_with_number;
use super::{Checker, FieldType, Version};
use crate::ast::{Binary, Expr, Spanset, Unary, UnaryOp};
use crate::functions::{self, Place};

/// What a stage gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Level {
    Spansets(Shape),
    /// A number for each spanset: `count()`.
    Scalar(FieldType),
    Constant(FieldType),
    Metrics {
        /// Not between parentheses, so that an operator would belong to its last stage.
        bare: bool,
        /// From `compare()`.
        compare: bool,
    },
    Unknown,
}

/// How spansets are written, on which depends what they can be joined with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// `{ … }` and operators between them.
    Expression,
    /// An expression between parentheses, which passes for a pipeline too.
    Either,
    /// A pipeline between parentheses, and operators between them.
    Wrapped,
    /// A stage that is no expression, `by(…)` or `count() > 2`, or several stages.
    Stage,
}

/// What flows into an expression.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Input {
    /// It is the first stage.
    First,
    Spansets,
    Metrics {
        compare: bool,
    },
    /// It is an operand: nothing flows into it.
    Operand,
    /// The same, behind a pipeline in parentheses, where whatever is in parentheses is one too.
    WrappedOperand,
    Unknown,
}

impl Checker {
    /// A pipeline, or a single stage.
    pub(super) fn pipeline(&mut self, expr: &Expr) -> Level {
        let Expr::Pipeline(pipeline) = expr else {
            return self.stage(expr, Input::First);
        };
        let mut input = Input::First;
        let mut level = Level::Unknown;
        let last = pipeline.stages.len() - 1;
        for (index, stage) in pipeline.stages.iter().enumerate() {
            let known = self.errors.len();
            level = self.stage(stage, input);
            let metrics = matches!(level, Level::Metrics { .. }) && !leads_to_metrics(stage);
            if index > 0 && metrics && self.errors.len() == known {
                let help = "a query begins with them: `({} | rate()) * 60`";
                self.error(stage.span(), "metrics of their own inside a pipeline", help);
            }
            input = match level {
                Level::Spansets(Shape::Wrapped) => {
                    let help = "put the stage inside the parentheses";
                    self.error(
                        stage.span(),
                        "a pipeline in parentheses has no further stages",
                        help,
                    );
                    Input::Spansets
                }
                Level::Spansets(_) => Input::Spansets,
                Level::Metrics { compare, .. } => Input::Metrics { compare },
                Level::Unknown => Input::Unknown,
                Level::Scalar(_) | Level::Constant(_) if index < last => {
                    let help = "compare it: `| count() > 2`";
                    self.error(stage.span(), "a number for each spanset is no stage", help);
                    Input::Spansets
                }
                Level::Scalar(_) | Level::Constant(_) => Input::Unknown,
            };
        }
        match level {
            Level::Spansets(_) => Level::Spansets(Shape::Stage),
            Level::Metrics { compare, .. } => Level::Metrics {
                bare: true,
                compare,
            },
            level => level,
        }
    }

    pub(super) fn stage(&mut self, expr: &Expr, input: Input) -> Level {
        match expr {
            Expr::Spanset(spanset) => self.spanset(spanset, input),
            Expr::Binary(binary) => self.operator(binary, input),
            Expr::Paren(paren) => self.paren(&paren.expr, input),
            Expr::Call(call) => self.call(call, input),
            Expr::Pipeline(_) => self.pipeline(expr),
            Expr::Unary(unary) => self.sign(unary),
            Expr::Literal(literal) => match literal.value.field_type() {
                found if found.is_numeric() => Level::Constant(found),
                found => {
                    let message = format!("{} is no stage", found.with_article());
                    let help = "conditions stand between braces: `{ span.error = true }`";
                    self.error(literal.span, message, help);
                    Level::Unknown
                }
            },
            Expr::Attribute(_) | Expr::Intrinsic(_) => {
                let help = format!("put the condition between braces: `{{ {expr} = … }}`");
                self.error(
                    expr.span(),
                    format!("`{expr}` stands outside of braces"),
                    help,
                );
                Level::Unknown
            }
            Expr::Hinted(hinted) => {
                let help = "put them behind the whole query";
                self.error(hinted.clause, "hints inside a query", help);
                self.stage(&hinted.expr, input)
            }
            Expr::Variable(_) | Expr::Error(_) => Level::Unknown,
        }
    }

    pub(super) fn spanset(&mut self, spanset: &Spanset, input: Input) -> Level {
        if matches!(input, Input::Metrics { .. }) {
            self.behind_metrics(spanset.span, "a spanset");
        }
        if let Some(filter) = &spanset.filter {
            let found = self.field(filter);
            if !matches!(found, FieldType::Bool | FieldType::Unknown) {
                let message = format!("the condition is {}, not a boolean", found.with_article());
                let help = match found {
                    FieldType::Status => "compare it: `{ status = error }`",
                    FieldType::Kind => "compare it: `{ kind = server }`",
                    _ => "compare it: `{ span.http.route = \"/orders\" }`",
                };
                self.error(filter.span(), message, help);
            }
        }
        Level::Spansets(Shape::Expression)
    }

    pub(super) fn behind_metrics(&mut self, span: crate::Span, what: &str) {
        let message = format!("{what} stands behind metrics");
        self.error(
            span,
            message,
            "only `topk`, `bottomk` and comparisons do: put it before them",
        );
    }

    fn paren(&mut self, inner: &Expr, input: Input) -> Level {
        let within = match input {
            Input::Metrics { .. } => input,
            _ => Input::First,
        };
        let level = match inner {
            Expr::Pipeline(_) => self.pipeline(inner),
            _ => self.stage(inner, within),
        };
        match level {
            Level::Spansets(Shape::Expression | Shape::Either)
                if input != Input::WrappedOperand =>
            {
                Level::Spansets(Shape::Either)
            }
            Level::Spansets(_) => Level::Spansets(Shape::Wrapped),
            Level::Metrics { bare, compare } => {
                if bare && self.version < Version::V3_1 {
                    let help = "Tempo 3.1 calculates with them; leave the parentheses out";
                    self.error(
                        inner.span(),
                        "metrics in parentheses, which Tempo 3.0 cannot read",
                        help,
                    );
                }
                Level::Metrics {
                    bare: false,
                    compare,
                }
            }
            level => level,
        }
    }

    fn sign(&mut self, unary: &Unary) -> Level {
        let level = self.stage(&unary.expr, Input::Operand);
        match level {
            Level::Constant(_) if unary.op == UnaryOp::Minus && self.version >= Version::V3_1 => {
                level
            }
            // The sign of the first number takes the whole product, which is the same number.
            Level::Metrics { .. }
                if self.version >= Version::V3_1 && begins_with_number(&unary.expr) =>
            {
                level
            }
            Level::Unknown => level,
            _ => {
                let message = format!("`{}` before something that is no condition", unary.op);
                let help = match unary.op {
                    UnaryOp::Not => {
                        "there is no negation of spansets: negate the condition, `{ !(…) }`"
                    }
                    UnaryOp::Minus => "write the number itself",
                };
                self.error(unary.span, message, help);
                Level::Unknown
            }
        }
    }

    fn operator(&mut self, binary: &Binary, input: Input) -> Level {
        // A comparison behind a metrics function is a stage of its own: what flows into the stage flows
        // into its left side.
        let flows = binary.op.is_comparison() && leads_to_metrics(&binary.lhs);
        let operand = match input {
            Input::WrappedOperand => input,
            _ => Input::Operand,
        };
        let lhs = self.stage(&binary.lhs, if flows { input } else { operand });
        let rhs = match lhs {
            Level::Spansets(Shape::Wrapped) => Input::WrappedOperand,
            _ => operand,
        };
        let rhs = self.stage(&binary.rhs, rhs);
        if !flows && matches!(input, Input::Metrics { .. }) {
            self.behind_metrics(binary.span, "this");
        }
        match (lhs, rhs) {
            (Level::Spansets(left), Level::Spansets(right)) => self.join(binary, left, right),
            (Level::Spansets(_), _) | (_, Level::Spansets(_)) => {
                self.spansets_and(binary, lhs, rhs)
            }
            (Level::Metrics { .. }, _) | (_, Level::Metrics { .. }) => {
                self.metrics(binary, lhs, rhs)
            }
            _ => self.scalars(binary, lhs, rhs),
        }
    }

    /// Spansets on both sides.
    fn join(&mut self, binary: &Binary, left: Shape, right: Shape) -> Level {
        let op = binary.op;
        if !op.joins_spansets() {
            let message = format!("`{op}` does not join spansets");
            let help = if op.is_comparison() {
                "compare inside the braces, or join them by `&&`, `||` or `>>`"
            } else {
                "join them by `&&`, `||` or `>>`"
            };
            self.error(binary.op_span, message, help);
            return Level::Spansets(Shape::Expression);
        }
        for (side, shape) in [(&binary.lhs, left), (&binary.rhs, right)] {
            if shape == Shape::Stage {
                let message = format!("a stage on a side of `{op}`, which joins spansets");
                let help = "put whole pipelines between parentheses: `({} | count() > 2) && ({} | count() > 3)`";
                self.error(side.span(), message, help);
            }
        }
        match (left, right) {
            (Shape::Wrapped, Shape::Expression) => {
                let help = format!("put it between parentheses: `({})`", binary.rhs);
                self.error(
                    binary.rhs.span(),
                    "a spanset beside a pipeline in parentheses",
                    help,
                );
                Level::Spansets(Shape::Wrapped)
            }
            (Shape::Expression | Shape::Either, Shape::Wrapped) => {
                let help = "begin with the pipeline, or make this one a pipeline too: `({} | {…})`";
                self.error(
                    binary.lhs.span(),
                    "a spanset before a pipeline in parentheses",
                    help,
                );
                Level::Spansets(Shape::Wrapped)
            }
            (Shape::Wrapped, _) => Level::Spansets(Shape::Wrapped),
            _ => Level::Spansets(Shape::Expression),
        }
    }

    /// Spansets on one side alone.
    fn spansets_and(&mut self, binary: &Binary, lhs: Level, rhs: Level) -> Level {
        let op = binary.op;
        let (other, level) = match lhs {
            Level::Spansets(_) => (&binary.rhs, rhs),
            _ => (&binary.lhs, lhs),
        };
        let what = match level {
            Level::Unknown => return Level::Spansets(Shape::Expression),
            Level::Metrics { .. } => "metrics",
            Level::Constant(_) => "a constant",
            _ => "a number for each spanset",
        };
        let help = match level {
            Level::Constant(_) if op.is_comparison() => {
                "compare inside the braces, or count: `{} | count() > 2`"
            }
            _ => "put a `|` between them",
        };
        self.error(
            other.span(),
            format!("`{op}` between spansets and {what}"),
            help,
        );
        Level::Spansets(Shape::Stage)
    }
}

/// Whether the stage begins with a function that metrics flow out of.
fn leads_to_metrics(expr: &Expr) -> bool {
    let mut expr = expr;
    while let Expr::Binary(binary) = expr {
        if !binary.op.is_comparison() {
            return false;
        }
        expr = &binary.lhs;
    }
    match expr {
        Expr::Call(call) => functions::find(&call.name.text)
            .is_some_and(|known| matches!(known.place, Place::Metrics | Place::SecondStage)),
        _ => false,
    }
}
