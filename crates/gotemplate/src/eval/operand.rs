//! Commands, and values with their fields.

use super::{At, Eval, Kind, Machine};
use crate::ast::{Command, Name, Number, Operand, Term};
use crate::value::{Object, Value};

/// A value, and whether Go knows it as `interface {}` only.
struct Receiver {
    value: Value,
    any: bool,
}

impl Receiver {
    fn type_name(&self) -> String {
        if self.any {
            "interface {}".to_owned()
        } else {
            self.value.type_name().into_owned()
        }
    }
}

/// What a field or a method is given.
struct Given<'t, 'v> {
    dot: &'v Value,
    arguments: &'t [Operand],
    last: Option<Value>,
}

impl<'t> Machine<'t> {
    /// A command, with the value that is piped into it.
    pub(super) fn command(
        &mut self,
        dot: &Value,
        command: &'t Command,
        last: Option<Value>,
    ) -> Eval<Value> {
        self.step()?;
        let Some((first, arguments)) = command.operands.split_first() else {
            return Ok(Value::Nil);
        };
        match &first.term {
            Term::Function(name) if first.fields.is_empty() => {
                self.at = At::Operand(first);
                self.function(dot, name, At::Command(command), arguments, last)
            }
            _ if !first.fields.is_empty() => {
                let given = Given {
                    dot,
                    arguments,
                    last,
                };
                self.fields(first, given)
            }
            term => {
                if !matches!(term, Term::Pipeline(_)) {
                    self.at = At::Operand(first);
                }
                if let Term::Variable(name) = term {
                    self.variable(name)?;
                }
                if !arguments.is_empty() || last.is_some() {
                    return self.error(Kind::NoFunction(first.to_string()));
                }
                if let Term::Nil = term {
                    return self.error(Kind::NilCommand);
                }
                self.value(dot, first)
            }
        }
    }

    /// The value of an operand that is given nothing.
    pub(super) fn value(&mut self, dot: &Value, operand: &'t Operand) -> Eval<Value> {
        self.step()?;
        if operand.fields.is_empty() {
            return self.term(dot, operand);
        }
        let given = Given {
            dot,
            arguments: &[],
            last: None,
        };
        self.fields(operand, given)
    }

    /// What stands before the fields.
    fn term(&mut self, dot: &Value, operand: &'t Operand) -> Eval<Value> {
        match &operand.term {
            Term::Pipeline(_) => {}
            _ if operand.fields.is_empty() => self.at = At::Operand(operand),
            _ => self.at = At::Term(operand),
        }
        match &operand.term {
            Term::Dot => Ok(dot.clone()),
            Term::Nil => Ok(Value::Nil),
            Term::Bool(value) => Ok(Value::Bool(*value)),
            Term::Number(number) => self.number(number),
            Term::Text(literal) => Ok(Value::text(literal.text.as_str())),
            Term::Variable(name) => self.variable(name),
            Term::Function(name) => self.function(dot, name, self.at, &[], None),
            Term::Pipeline(pipeline) => self.deeper(|machine| machine.pipeline(dot, pipeline)),
        }
    }

    /// The value of a number whose type nothing asks for: its form says it.
    fn number(&self, number: &Number) -> Eval<Value> {
        let raw = &number.raw;
        if number.complex {
            return self.error(Kind::Complex(raw.clone()));
        }
        let lower = raw.to_ascii_lowercase();
        let hexadecimal = lower.starts_with("0x") && !lower.contains('p');
        let float = !hexadecimal && !raw.starts_with('\'') && lower.contains(['.', 'e', 'p']);
        match (number.float, number.int) {
            (Some(value), _) if float => Ok(Value::Float(value)),
            (_, Some(value)) => Ok(Value::Int(value)),
            _ => self.error(Kind::Overflow(raw.clone())),
        }
    }

    /// `.a.b`, `$x.a`, `(…).a`: the last field may be a method, which gets the arguments.
    fn fields(&mut self, operand: &'t Operand, given: Given<'t, '_>) -> Eval<Value> {
        self.at = At::Operand(operand);
        let value = match &operand.term {
            Term::Dot => given.dot.clone(),
            Term::Variable(name) => self.variable(name)?,
            Term::Nil => return self.error(Kind::FieldOfExplicitNil(operand.to_string())),
            _ => self.term(given.dot, operand)?,
        };
        let mut receiver = Receiver { value, any: false };
        let Some((last, before)) = operand.fields.split_last() else {
            return Ok(receiver.value);
        };
        for field in before {
            let nothing = Given {
                dot: given.dot,
                arguments: &[],
                last: None,
            };
            receiver = self.field(&receiver, operand, field, nothing)?;
        }
        Ok(self.field(&receiver, operand, last, given)?.value)
    }

    fn field(
        &mut self,
        receiver: &Receiver,
        operand: &'t Operand,
        field: &'t Name,
        given: Given<'t, '_>,
    ) -> Eval<Receiver> {
        let name = field.name.as_str();
        let plain = |value: Value, any| Ok(Receiver { value, any });
        let target = receiver.value.target();
        if let Value::Nil = target {
            return if receiver.any {
                self.error(Kind::FieldOfNil {
                    field: name.to_owned(),
                    of: receiver.type_name(),
                })
            } else {
                plain(Value::Nil, false)
            };
        }
        if let Value::Object(object) = target
            && let Some(method) = Object::method(&**object, name)
        {
            let Given {
                dot,
                arguments,
                last,
            } = given;
            let value = self.call(dot, &method, name, At::Operand(operand), arguments, last)?;
            return plain(value, false);
        }
        let has_arguments = !given.arguments.is_empty() || given.last.is_some();
        match target.underlying() {
            Value::Struct(own) => {
                if let Some(found) = own.fields.iter().find(|field| field.name == name) {
                    if has_arguments {
                        return self.error(Kind::FieldWithArguments(name.to_owned()));
                    }
                    return plain(found.value.clone(), found.any);
                }
            }
            Value::Map(map) => {
                if has_arguments {
                    return self.error(Kind::NoMethod(name.to_owned()));
                }
                let value = map.entries.get(name).unwrap_or(&map.missing);
                return plain(value.clone(), matches!(map.missing, Value::Nil));
            }
            _ => {}
        }
        self.error(Kind::NoField {
            field: name.to_owned(),
            of: receiver.type_name(),
        })
    }
}
