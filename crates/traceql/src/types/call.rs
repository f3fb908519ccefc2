//! Functions: known, in their place, with their arguments and groupings.

use obsctl_syntax::nearest;

use super::stage::{Input, Level, Shape};
use super::{Checker, FieldType};
use crate::ast::{Call, Expr, GroupBy, Literal, Value};
use crate::functions::{self, Argument, Function, Place};
use crate::{TypeError, variable};

impl Checker {
    pub(super) fn call(&mut self, call: &Call, input: Input) -> Level {
        let Some(function) = functions::find(&call.name.text) else {
            if !variable::contains(&call.name.text) {
                self.report(unknown_function(call));
            }
            return Level::Unknown;
        };
        self.place(call, function, input);
        let argument = self.arguments(call, function);
        if let Some(by) = &call.by {
            self.grouping(function, by);
        }
        match function.place {
            Place::Spansets => Level::Spansets(Shape::Stage),
            Place::Aggregate if function.name == "count" => Level::Scalar(FieldType::Int),
            Place::Aggregate => Level::Scalar(argument),
            Place::Metrics => Level::Metrics {
                bare: true,
                compare: function.name == "compare",
            },
            Place::SecondStage => Level::Metrics {
                bare: true,
                compare: false,
            },
        }
    }

    /// Whether the function may stand behind what flows into it.
    fn place(&mut self, call: &Call, function: &Function, input: Input) {
        let name = function.name;
        match (function.place, input) {
            (_, Input::Unknown) => {}
            (Place::Metrics, Input::Operand | Input::WrappedOperand) => {
                let help = format!("put the whole pipeline between parentheses: `({{}} | {call})`");
                self.error(
                    call.span,
                    format!("`{name}` on a side of an operator"),
                    help,
                );
            }
            (Place::Metrics, Input::First) => {
                let help = format!("write `{{}} | {call}`");
                self.error(call.span, format!("`{name}` has no spans before it"), help);
            }
            (Place::Metrics, Input::Metrics { .. }) => {
                let help = "one query has one metrics function: write two queries";
                self.error(
                    call.span,
                    format!("`{name}` behind another metrics function"),
                    help,
                );
            }
            (Place::SecondStage, Input::Metrics { compare: true }) => {
                let help = "`compare` takes their number itself: `compare({ status = error }, 5)`";
                self.error(call.span, format!("`{name}` behind `compare`"), help);
            }
            (
                Place::SecondStage,
                Input::First | Input::Spansets | Input::Operand | Input::WrappedOperand,
            ) => {
                let help = format!("write `{{}} | rate() by (span:name) | {call}`");
                self.error(
                    call.span,
                    format!("`{name}` has no metrics before it"),
                    help,
                );
            }
            (Place::Spansets | Place::Aggregate, Input::Metrics { .. }) => {
                self.behind_metrics(call.span, &format!("`{name}`"));
            }
            (Place::Spansets, Input::First) if name == "coalesce" => {
                let help = "it undoes `by`: `{} | by(span:name) | … | coalesce()`";
                self.error(call.span, "`coalesce` has no spansets before it", help);
            }
            _ => {}
        }
    }

    /// Checks the arguments; gives the type of the first.
    fn arguments(&mut self, call: &Call, function: &Function) -> FieldType {
        let name = function.name;
        let wanted = &function.count;
        let found = call.args.len();
        if !wanted.contains(&found) || (name == "compare" && found == 3) {
            let wanted = match (*wanted.start(), *wanted.end()) {
                (0, 0) => "no arguments".to_owned(),
                (1, 1) => "1 argument".to_owned(),
                (1, 4) => "1, 2 or 4 arguments".to_owned(),
                (least, _) => format!(
                    "at least {least} argument{}",
                    if least == 1 { "" } else { "s" }
                ),
            };
            let error =
                TypeError::new(call.span, format!("`{name}` takes {wanted}, found {found}"));
            self.report(match name {
                "by" if found > 1 => error.help("write several stages: `| by(a) | by(b)`"),
                _ => error.help(format!("it is called as `{}`", function.signature)),
            });
        }
        let mut first = FieldType::Unknown;
        for (index, arg) in call.args.iter().enumerate() {
            let Some(kind) = function.arguments.get(index).or(function.arguments.last()) else {
                break;
            };
            let found = self.argument(function, *kind, arg);
            if index == 0 {
                first = found;
            }
        }
        if name == "compare" {
            self.compare_window(call);
        }
        first
    }

    fn argument(&mut self, function: &Function, kind: Argument, arg: &Expr) -> FieldType {
        let name = function.name;
        if matches!(arg, Expr::Variable(_) | Expr::Error(_)) {
            return FieldType::Unknown;
        }
        match kind {
            Argument::Field | Argument::Number => {
                let found = self.field(arg);
                if kind == Argument::Number && !found.is_numeric() && found != FieldType::Unknown {
                    let message =
                        format!("`{name}` takes a number, found {}", found.with_article());
                    self.error(
                        arg.span(),
                        message,
                        "give it a duration or a numeric attribute: `duration`",
                    );
                } else if !references_span(arg) {
                    let message = format!("`{name}` of something that is the same for every span");
                    self.error(
                        arg.span(),
                        message,
                        format!("give it a field: `{}`", function.signature),
                    );
                }
                found
            }
            Argument::Attribute | Argument::NumericAttribute => {
                if !is_field(arg) {
                    let message =
                        format!("`{name}` takes attributes and intrinsics, found an expression");
                    let help = format!("name the field alone: `{}`", function.signature);
                    self.error(arg.span(), message, help);
                    return FieldType::Unknown;
                }
                let found = self.field(arg);
                let numeric = found.is_numeric() || found == FieldType::Unknown;
                if kind == Argument::NumericAttribute && !numeric {
                    let message = format!(
                        "`{name}` takes a number, and `{arg}` is {}",
                        found.with_article()
                    );
                    self.error(
                        arg.span(),
                        message,
                        "to see its values, count by it: `count_over_time() by (…)`",
                    );
                }
                found
            }
            Argument::Quantile => {
                self.quantile(arg);
                FieldType::Float
            }
            Argument::Spanset => {
                match arg {
                    Expr::Spanset(spanset) => {
                        self.spanset(spanset, Input::Operand);
                    }
                    _ => {
                        let help = format!("it is called as `{}`", function.signature);
                        self.error(arg.span(), format!("`{name}` takes one spanset"), help);
                    }
                }
                FieldType::Unknown
            }
            Argument::Integer => {
                match arg {
                    Expr::Literal(Literal {
                        value: Value::Int(1..),
                        ..
                    }) => {}
                    _ => {
                        let message = format!("`{name}` takes a positive integer");
                        self.error(
                            arg.span(),
                            message,
                            format!("it is called as `{}`", function.signature),
                        );
                    }
                }
                FieldType::Int
            }
        }
    }

    fn quantile(&mut self, arg: &Expr) {
        let (value, whole) = match arg {
            Expr::Literal(Literal {
                value: Value::Float(value),
                ..
            }) => (*value, false),
            #[expect(clippy::cast_precision_loss, reason = "only compared with 0 and 100")]
            Expr::Literal(Literal {
                value: Value::Int(value),
                ..
            }) => (*value as f64, true),
            _ => {
                return self.error(
                    arg.span(),
                    "a quantile is a number that is written out",
                    "write `0.95`",
                );
            }
        };
        if !(0.0..=1.0).contains(&value) || value.is_sign_negative() {
            let help = if whole && (2.0..100.0).contains(&value) {
                format!("write `{}`", value / 100.0)
            } else {
                "write `0.95`".to_owned()
            };
            self.error(arg.span(), "a quantile is from 0 to 1", help);
        }
    }

    /// The first and last nanosecond of the selection.
    fn compare_window(&mut self, call: &Call) {
        let time = |at: usize| match call.args.get(at) {
            Some(Expr::Literal(Literal {
                value: Value::Int(value),
                ..
            })) => Some(*value),
            _ => None,
        };
        if let (Some(start), Some(end)) = (time(2), time(3))
            && end <= start
        {
            let help = "write the start before the end, in nanoseconds since the epoch";
            self.error(
                call.args[3].span(),
                "the selection of `compare` ends before it begins",
                help,
            );
        }
    }

    fn grouping(&mut self, function: &Function, by: &GroupBy) {
        let name = function.name;
        if function.most_groups == 0 {
            let help = match function.place {
                Place::Aggregate => format!("group in a stage before it: `| by(…) | {name}(…)`"),
                Place::SecondStage => "group the metrics function before it".to_owned(),
                _ => "leave it out".to_owned(),
            };
            self.error(by.span, format!("`{name}` takes no `by`"), help);
        }
        if by.keys.is_empty() {
            self.error(
                by.span,
                "`by` groups by nothing",
                "leave it out, or name a field",
            );
        }
        if function.most_groups > 0 && by.keys.len() > function.most_groups {
            let message = format!(
                "`{name}` groups by {} fields, more than Tempo can",
                by.keys.len()
            );
            let help = format!("name {} at most", function.most_groups);
            self.error(by.span, message, help);
        }
        for key in &by.keys {
            match key {
                Expr::Variable(_) | Expr::Error(_) => {}
                key if is_field(key) => {
                    self.field(key);
                }
                key => {
                    let help = "name the field alone: `by (resource.service.name)`";
                    self.error(
                        key.span(),
                        "`by` takes attributes and intrinsics, found an expression",
                        help,
                    );
                }
            }
        }
        for (index, key) in by.keys.iter().enumerate() {
            if is_field(key) && by.keys[..index].contains(key) {
                self.error(
                    key.span(),
                    format!("`{key}` is named twice"),
                    "leave one out",
                );
            }
        }
    }
}

const fn is_field(expr: &Expr) -> bool {
    matches!(expr, Expr::Attribute(_) | Expr::Intrinsic(_))
}

/// Whether the value differs between spans.
fn references_span(expr: &Expr) -> bool {
    expr.descendants()
        .any(|expr| is_field(expr) || matches!(expr, Expr::Variable(_) | Expr::Error(_)))
}

fn unknown_function(call: &Call) -> TypeError {
    let name = call.name.text.as_str();
    let error = TypeError::new(call.name.span, format!("unknown function `{name}`"));
    match name {
        "quantile" | "percentile" | "histogram_quantile" | "p95" | "p99" => {
            return error.help("write `quantile_over_time(duration, 0.95)`");
        }
        "median" => return error.help("write `quantile_over_time(duration, 0.5)`"),
        "increase" => return error.help("write `count_over_time()`"),
        "group_by" | "groupBy" | "group" => return error.help("write `by(…)`"),
        _ => {}
    }
    match nearest(name, functions::ALL.iter().map(|function| function.name)) {
        Some(known) => error.help(format!("did you mean `{known}`?")),
        None => error.help("only the functions of TraceQL can be called"),
    }
}
