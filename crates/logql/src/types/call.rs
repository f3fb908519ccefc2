//! Function calls.

use obsctl_promql::{regex, variable};

use super::{Checker, ValueType, conversion};
use crate::TypeError;
use crate::ast::{Call, Expr, StringLiteral};
use crate::parser::nearest_function;

impl Checker {
    pub(super) fn call(&mut self, call: &Call) -> ValueType {
        let types: Vec<_> = call.args.iter().map(|arg| self.check(arg)).collect();
        match call.func.text.to_ascii_lowercase().as_str() {
            "vector" => self.vector(call),
            "label_replace" => self.label_replace(call, &types),
            name => {
                if !variable::contains(&call.func.text) {
                    self.report(unknown_function(call, name));
                }
                return ValueType::Unknown;
            }
        }
        ValueType::Vector
    }

    fn vector(&mut self, call: &Call) {
        let span = call.span;
        let help = "write `vector(0)`";
        match call.args.as_slice() {
            [Expr::Number(number)] if number.value.is_sign_negative() => {
                let help = format!("write `0 - vector({})`", -number.value);
                self.refuse(number.span, "`vector` takes no negative number", help);
            }
            [Expr::Number(_) | Expr::Variable(_) | Expr::Error(_)] => {}
            [other] => self.refuse(
                other.span(),
                "the argument of `vector` must be a plain number",
                help,
            ),
            args => {
                let message = format!("`vector` takes 1 argument, found {}", args.len());
                self.refuse(span, message, help);
            }
        }
    }

    fn label_replace(&mut self, call: &Call, types: &[ValueType]) {
        let form = "it is called as `label_replace(vector, \"new\", \"$1\", \"old\", \"(.*)\")`";
        if call.args.len() != 5 {
            let message = format!(
                "`label_replace` takes 5 arguments, found {}",
                call.args.len()
            );
            return self.refuse(call.span, message, form);
        }
        for (index, (arg, found)) in call.args.iter().zip(types).enumerate() {
            if index > 0 {
                if !found.fits(ValueType::String) {
                    let message = format!(
                        "the arguments of `label_replace` behind the vector must be strings, found {}",
                        found.with_article()
                    );
                    let help = conversion(arg, *found, ValueType::String);
                    self.refuse(arg.span(), message, help);
                }
            } else {
                let role = format_args!("the first argument of `label_replace`");
                self.demand(arg, *found, ValueType::Vector, role);
            }
        }
        if let Some(Expr::String(text)) = call.args.last() {
            self.regex(text);
        }
    }

    /// Reports a regular expression that RE2 would not read.
    pub(super) fn regex(&mut self, text: &StringLiteral) {
        if variable::contains(&text.value) {
            return;
        }
        let Err(error) = regex::read(&text.value) else {
            return;
        };
        let part = text.value.get(error.place).unwrap_or_default();
        let message = format!(
            "this is no regular expression: {} at `{part}`",
            error.message
        );
        let help = if error.message.contains("look ahead") {
            "filter in two steps: one for what is wanted, one with `!~`"
        } else if error.message.contains("a second group") {
            "give each group a name of its own"
        } else {
            "a sign that stands for itself has a backslash; between backticks one is enough"
        };
        self.refuse(text.span, message, help);
    }
}

fn unknown_function(call: &Call, name: &str) -> TypeError {
    let error = TypeError::new(call.func.span, format!("unknown function `{name}`"));
    match name {
        "increase" | "delta" => error.help("LogQL counts lines with `count_over_time`"),
        "count_values" | "group" | "quantile" | "limitk" | "histogram_quantile" => {
            error.help("this is a function of PromQL; LogQL has `quantile_over_time`")
        }
        "average" | "mean" => error.help("did you mean `avg`?"),
        _ => match nearest_function(name) {
            Some(nearest) => error.help(format!("did you mean `{nearest}`?")),
            None => error.help("only the functions of LogQL can be called"),
        },
    }
}
