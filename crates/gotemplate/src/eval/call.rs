//! Functions and methods with their arguments.

use super::{At, Eval, Kind, Machine, builtins};
use crate::ast::{Operand, Term};
use crate::function::{Function, Type};
use crate::value::Value;

impl<'t> Machine<'t> {
    /// A function with its arguments; what it reports is said to be at `at`.
    pub(super) fn function(
        &mut self,
        dot: &Value,
        name: &'t str,
        at: At<'t>,
        arguments: &'t [Operand],
        last: Option<Value>,
    ) -> Eval<Value> {
        if let Some(function) = self.context.functions.get(name) {
            return self.call(dot, function, name, at, arguments, last);
        }
        match name {
            "and" | "or" => self.logic(dot, name, arguments, last),
            "call" => self.no_function(dot, at, arguments, last),
            _ => match builtins::get(name) {
                Some(builtin) => self.call(dot, &builtin, name, at, arguments, last),
                // The parser knows the functions of the dialect; the caller gave another table.
                None => self.error(Kind::Call {
                    function: name.to_owned(),
                    reason: "it is not there".to_owned(),
                }),
            },
        }
    }

    pub(super) fn call(
        &mut self,
        dot: &Value,
        function: &Function<'_>,
        name: &str,
        at: At<'t>,
        arguments: &'t [Operand],
        last: Option<Value>,
    ) -> Eval<Value> {
        let parameters = function.parameters;
        let variadic = function.variadic.is_some();
        self.count(name, parameters.len(), variadic, arguments, last.is_some())?;
        let of = |place: usize| parameters.get(place).copied().or(function.variadic);
        let mut values = Vec::with_capacity(parameters.len());
        for argument in arguments {
            let parameter = of(values.len()).unwrap_or(Type::Any);
            values.push(self.argument(dot, parameter, argument)?);
        }
        if let Some(last) = last {
            let parameter = of(values.len()).unwrap_or(Type::Any);
            values.push(self.fitting(last, parameter)?);
        }
        match (function.body)(&values) {
            Ok(value) => {
                if let Value::Text(text) = &value {
                    self.made(text.len())?;
                }
                Ok(value)
            }
            Err(reason) => {
                self.at = at;
                self.error(Kind::Call {
                    function: name.to_owned(),
                    reason,
                })
            }
        }
    }

    fn count(
        &self,
        name: &str,
        want: usize,
        variadic: bool,
        arguments: &[Operand],
        piped: bool,
    ) -> Eval<()> {
        let all = arguments.len() + usize::from(piped);
        if all == want || variadic && all > want {
            return Ok(());
        }
        self.error(Kind::ArgumentCount {
            function: name.to_owned(),
            want,
            variadic,
            got: if variadic { arguments.len() } else { all },
        })
    }

    /// `and` and `or`: the first argument that decides it, else the last one. What follows is not evaluated.
    fn logic(
        &mut self,
        dot: &Value,
        name: &str,
        arguments: &'t [Operand],
        last: Option<Value>,
    ) -> Eval<Value> {
        self.count(name, 1, true, arguments, last.is_some())?;
        let mut value = Value::Nil;
        for argument in arguments {
            value = self.argument(dot, Type::Any, argument)?;
            if value.is_true() == (name == "or") {
                return Ok(value);
            }
        }
        Ok(last.unwrap_or(value))
    }

    /// `call`: no value of a template is a function.
    fn no_function(
        &mut self,
        dot: &Value,
        at: At<'t>,
        arguments: &'t [Operand],
        last: Option<Value>,
    ) -> Eval<Value> {
        self.count("call", 1, true, arguments, last.is_some())?;
        let mut first = None;
        for argument in arguments {
            let value = self.argument(dot, Type::Any, argument)?;
            first.get_or_insert((argument.to_string(), value));
        }
        let (name, value) = match (first, last) {
            (Some(first), _) => first,
            (None, Some(Value::Text(text))) => (text.to_string(), Value::Text(text)),
            (None, last) => {
                let value = last.unwrap_or_default();
                (format!("<{} Value>", value.type_name()), value)
            }
        };
        let reason = match value {
            Value::Nil => "call of nil".to_owned(),
            value => format!("non-function {name} of type {}", value.type_name()),
        };
        self.at = at;
        self.error(Kind::Call {
            function: "call".to_owned(),
            reason,
        })
    }

    /// The value of an argument, as the type that the function takes.
    fn argument(&mut self, dot: &Value, parameter: Type, operand: &'t Operand) -> Eval<Value> {
        self.at = match &operand.term {
            Term::Pipeline(pipeline) if operand.fields.is_empty() => At::Pipeline(pipeline),
            _ => At::Operand(operand),
        };
        if !operand.fields.is_empty() {
            let value = self.value(dot, operand)?;
            return self.fitting(value, parameter);
        }
        let wrong = |expected| {
            Kind::WrongLiteral {
                expected,
                found: operand.to_string(),
            }
        };
        match (&operand.term, parameter) {
            (Term::Dot | Term::Variable(_) | Term::Pipeline(_) | Term::Function(_), _) => {
                let value = self.value(dot, operand)?;
                self.fitting(value, parameter)
            }
            (Term::Nil, _) if parameter.can_be_nil() => Ok(Value::Nil),
            (Term::Nil, _) => self.error(Kind::NilFor(parameter.name().to_owned())),
            (_, Type::Any) | (Term::Text(_), Type::Text) | (Term::Bool(_), Type::Bool) => {
                self.value(dot, operand)
            }
            (Term::Number(number), Type::Int | Type::NamedInt(_)) if number.int.is_some() => {
                Ok(Value::Int(number.int.unwrap_or_default()))
            }
            (Term::Number(number), Type::Float) if number.float.is_some() => {
                Ok(Value::Float(number.float.unwrap_or_default()))
            }
            (_, Type::Text) => self.error(wrong("string")),
            (_, Type::Bool) => self.error(wrong("bool")),
            (_, Type::Int | Type::NamedInt(_)) => self.error(wrong("integer")),
            (_, Type::Float) => self.error(wrong("float")),
            (_, Type::Nilable(name) | Type::Named(name)) => self.error(Kind::LiteralForType {
                literal: operand.to_string(),
                expected: name.to_owned(),
            }),
        }
    }

    /// A value as a parameter takes it: what a pointer leads to, if that fits.
    fn fitting(&self, value: Value, parameter: Type) -> Eval<Value> {
        match &value {
            Value::Nil if parameter.can_be_nil() => Ok(value),
            Value::Nil => self.error(Kind::InvalidFor(parameter.name().to_owned())),
            _ if parameter.takes(&value) => Ok(value),
            Value::Pointer(target) if parameter.takes(target) => Ok((**target).clone()),
            _ => self.error(Kind::WrongType {
                expected: parameter.name().to_owned(),
                got: value.type_name().into_owned(),
            }),
        }
    }
}
