//! Function calls.

use super::{Checker, TypeError, ValueType};
use crate::ast::{AggregateOp, Call, Expr, Extended};
use crate::functions::{self, Function};
use crate::variable;

impl Checker {
    pub(super) fn call(&mut self, call: &Call) -> ValueType {
        let Some(function) = functions::find(&call.func.text) else {
            for arg in &call.args {
                self.check(arg);
            }
            if !variable::contains(&call.func.text) {
                self.report(unknown_function(call));
            }
            return ValueType::Unknown;
        };
        self.argument_count(call, function);
        let info = function.name == "info";
        let types: Vec<_> = call
            .args
            .iter()
            .enumerate()
            // The second argument of `info` looks like a selector and is none.
            .map(|(index, arg)| {
                if info && index == 1 {
                    ValueType::Unknown
                } else {
                    self.check(arg)
                }
            })
            .collect();
        self.arguments(call, function, &types);
        function.returns
    }

    fn arguments(&mut self, call: &Call, function: &Function, types: &[ValueType]) {
        if let ([first, second], [ValueType::Scalar, ValueType::Vector]) =
            (call.args.as_slice(), function.args)
            && types == [ValueType::Vector, ValueType::Scalar]
        {
            let name = function.name;
            let message = format!("the arguments of `{name}` are the wrong way round");
            let help = format!("write `{name}({second}, {first})`");
            return self.report(TypeError::new(first.span().to(second.span()), message).help(help));
        }
        for (index, (arg, found)) in call.args.iter().zip(types).enumerate() {
            if function.name == "info" && index == 1 {
                self.info_labels(arg);
            } else if let Some(wanted) = function.arg_type(index) {
                let role = format_args!("the argument of `{}`", function.name);
                self.demand(arg, *found, wanted, role);
                self.extended_range(arg, function);
            }
        }
    }

    fn argument_count(&mut self, call: &Call, function: &Function) {
        let found = call.args.len();
        let (min, max) = (function.min_args, function.max_args);
        let wanted = match max {
            Some(max) if max == min && found != min => format!("{min}"),
            Some(max) if max != min && found > max => format!("at most {max}"),
            _ if found < min => format!("at least {min}"),
            _ => return,
        };
        let wanted = if wanted == "0" {
            "no".to_owned()
        } else {
            wanted
        };
        let plural = if wanted == "1" || wanted.ends_with(" 1") {
            "argument"
        } else {
            "arguments"
        };
        let message = format!("`{}` takes {wanted} {plural}, found {found}", function.name);
        self.report(
            TypeError::new(call.span, message)
                .help(format!("it is called as `{}`", function.signature())),
        );
    }

    /// The second argument of `info` is not a vector but a list of labels in the form of a selector.
    fn info_labels(&mut self, arg: &Expr) {
        let error = match arg {
            Expr::Selector(selector) if selector.name.is_none() => return,
            Expr::Variable(_) | Expr::Error(_) => return,
            Expr::Selector(_) => {
                TypeError::new(arg.span(), "the labels of `info` have no metric name")
                    .help("name it as a matcher: `{__name__=\"target_info\"}`")
            }
            _ => TypeError::new(
                arg.span(),
                "the second argument of `info` must be label matchers",
            )
            .help("write `info(up, {k8s_cluster_name=~\".+\"})`"),
        };
        self.report(error);
    }

    /// Only some functions know what to do at the edges of an extended range.
    fn extended_range(&mut self, arg: &Expr, function: &Function) {
        let Expr::Range(range) = arg.without_parens() else {
            return;
        };
        let (word, known): (_, &[&str]) = match range.selector.extended {
            None => return,
            Some(Extended::Anchored) => (
                "anchored",
                &["changes", "delta", "increase", "rate", "resets"],
            ),
            Some(Extended::Smoothed) => ("smoothed", &["delta", "increase", "rate"]),
        };
        if !known.contains(&function.name) {
            let message = format!("`{}` cannot take `{word}` ranges", function.name);
            self.report(
                TypeError::new(range.span, message).help(format!("only {} can", known.join(", "))),
            );
        }
    }
}

fn unknown_function(call: &Call) -> TypeError {
    let name = call.func.text.as_str();
    let error = TypeError::new(call.func.span, format!("unknown function `{name}`"));
    match name {
        "holt_winters" => {
            return error.help("Prometheus 3 calls it `double_exponential_smoothing`");
        }
        "average" | "mean" => return error.help("did you mean `avg`?"),
        "median" => return error.help("write `quantile(0.5, …)`"),
        "percentile" => return error.help("write `quantile(…)` or `histogram_quantile(…)`"),
        "bytes_rate" | "bytes_over_time" | "rate_counter" => {
            return error.help("this is a function of LogQL");
        }
        _ => {}
    }
    match nearest(name) {
        Some(nearest) => error.help(format!("did you mean `{nearest}`?")),
        None => error.help("only the functions of Prometheus can be called"),
    }
}

/// The function or aggregation whose name is most like `name`.
fn nearest(name: &str) -> Option<&'static str> {
    let names = functions::ALL.iter().map(|function| function.name);
    obsctl_syntax::nearest(
        name,
        names.chain(AggregateOp::ALL.into_iter().map(AggregateOp::name)),
    )
}
