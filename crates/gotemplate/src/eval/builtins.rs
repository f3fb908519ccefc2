//! The functions that Go itself brings. `and`, `or` and `call` are where functions are called.

use std::cmp::Ordering;
use std::sync::Arc;

use crate::escape;
use crate::format::{sprint, sprintf, sprintln};
use crate::function::{Function, Outcome, Type};
use crate::value::{List, Value};

/// The function of this name.
pub(super) fn get(name: &str) -> Option<Function<'static>> {
    const ONE: &[Type] = &[Type::Any];
    const TWO: &[Type] = &[Type::Any, Type::Any];
    Some(match name {
        "eq" => Function::new(ONE, eq).variadic(Type::Any),
        "ne" => Function::new(TWO, |values| Ok((!equal(&values[0], &values[1])?).into())),
        "lt" => Function::new(TWO, |values| Ok(less(&values[0], &values[1])?.into())),
        "le" => Function::new(TWO, |values| Ok(at_most(&values[0], &values[1])?.into())),
        "gt" => Function::new(TWO, |values| Ok((!at_most(&values[0], &values[1])?).into())),
        "ge" => Function::new(TWO, |values| Ok((!less(&values[0], &values[1])?).into())),
        "not" => Function::new(ONE, |values| Ok((!values[0].is_true()).into())),
        "len" => Function::new(ONE, len),
        "index" => Function::new(ONE, index).variadic(Type::Any),
        "slice" => Function::new(ONE, slice).variadic(Type::Any),
        "print" => Function::new(&[], |values| Ok(sprint(values).into())).variadic(Type::Any),
        "println" => Function::new(&[], |values| Ok(sprintln(values).into())).variadic(Type::Any),
        "printf" => Function::new(&[Type::Text], |values| {
            let format = values[0].as_text().unwrap_or_default();
            Ok(sprintf(format, &values[1..]).into())
        })
        .variadic(Type::Any),
        "html" => escaper(escape::html),
        "js" => escaper(escape::js),
        "urlquery" => escaper(escape::query),
        _ => return None,
    })
}

/// A function of the text that its arguments print as.
fn escaper(escape: fn(&str) -> String) -> Function<'static> {
    let body = move |values: &[Value]| {
        let printed: Vec<_> = values
            .iter()
            .map(|value| match value.target() {
                Value::Nil => Value::text("<no value>"),
                target => target.clone(),
            })
            .collect();
        Ok(escape(&sprint(&printed)).into())
    };
    Function::new(&[], body).variadic(Type::Any)
}

/// How Go compares values of a type.
#[derive(Clone, Copy, PartialEq)]
enum Basic<'a> {
    Bool(bool),
    Int(i64),
    Float(f64),
    Text(&'a str),
}

fn basic(value: &Value) -> Option<Basic<'_>> {
    match value.underlying() {
        Value::Bool(value) => Some(Basic::Bool(*value)),
        Value::Int(value) => Some(Basic::Int(*value)),
        Value::Byte(value) => Some(Basic::Int(i64::from(*value))),
        Value::Float(value) => Some(Basic::Float(*value)),
        Value::Text(value) => Some(Basic::Text(value)),
        _ => None,
    }
}

fn incompatible(left: &Value, right: &Value) -> String {
    let (left, right) = (left.type_name(), right.type_name());
    format!("incompatible types for comparison: {left} and {right}")
}

const NO_COMPARISON: &str = "invalid type for comparison";

fn eq(values: &[Value]) -> Outcome {
    let Some((first, others)) = values.split_first().filter(|(_, others)| !others.is_empty())
    else {
        return Err("missing argument for comparison".to_owned());
    };
    for other in others {
        if equal(first, other)? {
            return Ok(true.into());
        }
    }
    Ok(false.into())
}

fn equal(left: &Value, right: &Value) -> Result<bool, String> {
    use std::mem::discriminant;
    let nil = |value: &Value| matches!(value, Value::Nil);
    match (basic(left), basic(right)) {
        (Some(one), Some(other)) if discriminant(&one) == discriminant(&other) => Ok(one == other),
        (None, None) if nil(left) || nil(right) => Ok(nil(left) && nil(right)),
        (None, None) if discriminant(left.underlying()) != discriminant(right.underlying()) => {
            Err(format!(
                "non-comparable types {}: {}, {}: {}",
                in_message(left),
                left.type_name(),
                right.type_name(),
                sprint(std::slice::from_ref(right))
            ))
        }
        (None, None) => match (left, right) {
            (Value::Pointer(one), Value::Pointer(other)) => Ok(Arc::ptr_eq(one, other)),
            (Value::Object(one), Value::Object(other)) => Ok(one.text() == other.text()),
            _ => Err(format!(
                "non-comparable type {}: {}",
                in_message(right),
                right.type_name()
            )),
        },
        _ if nil(left) || nil(right) => Ok(false),
        _ => Err(incompatible(left, right)),
    }
}

/// A value where Go's message has `%s`.
fn in_message(value: &Value) -> String {
    sprintf("%s", std::slice::from_ref(value))
}

fn less(left: &Value, right: &Value) -> Result<bool, String> {
    let (Some(one), Some(other)) = (basic(left), basic(right)) else {
        return Err(NO_COMPARISON.to_owned());
    };
    let order = match (one, other) {
        (Basic::Int(one), Basic::Int(other)) => Some(one.cmp(&other)),
        (Basic::Float(one), Basic::Float(other)) => one.partial_cmp(&other),
        (Basic::Text(one), Basic::Text(other)) => Some(one.cmp(other)),
        (Basic::Bool(_), Basic::Bool(_)) => return Err(NO_COMPARISON.to_owned()),
        _ => return Err(incompatible(left, right)),
    };
    Ok(order == Some(Ordering::Less))
}

fn at_most(left: &Value, right: &Value) -> Result<bool, String> {
    Ok(less(left, right)? || equal(left, right)?)
}

fn len(values: &[Value]) -> Outcome {
    let value = values[0].target();
    let length = match value.underlying() {
        Value::Text(text) => text.len(),
        Value::List(list) => list.elements.len(),
        Value::Map(map) => map.entries.len(),
        Value::Nil => {
            return Err("reflect: call of reflect.Value.Type on zero Value".to_owned());
        }
        _ => return Err(format!("len of type {}", value.type_name())),
    };
    Ok(Value::Int(i64::try_from(length).unwrap_or(i64::MAX)))
}

/// A place in a text or list; one behind its last is let through.
fn place(index: &Value, capacity: usize) -> Result<usize, String> {
    let number = match index.underlying() {
        Value::Int(number) => *number,
        Value::Byte(number) => i64::from(*number),
        Value::Nil => return Err("cannot index slice/array with nil".to_owned()),
        _ => {
            let of = index.type_name();
            return Err(format!("cannot index slice/array with type {of}"));
        }
    };
    let place = usize::try_from(number).ok();
    place
        .filter(|place| *place <= capacity)
        .ok_or_else(|| format!("index out of range: {number}"))
}

fn index(values: &[Value]) -> Outcome {
    let (first, indexes) = values.split_first().ok_or("index of untyped nil")?;
    if let Value::Nil = first {
        return Err("index of untyped nil".to_owned());
    }
    let mut item = first.clone();
    for index in indexes {
        let target = item.target();
        let element = match target.underlying() {
            Value::Nil => return Err("index of nil pointer".to_owned()),
            Value::Text(text) => {
                let at = place(index, text.len())?;
                let byte = text.as_bytes().get(at);
                Value::Byte(*byte.ok_or("reflect: string index out of range")?)
            }
            Value::List(list) => {
                let at = place(index, list.elements.len())?;
                let element = list.elements.get(at);
                element.ok_or("reflect: slice index out of range")?.clone()
            }
            Value::Map(map) => match index {
                Value::Text(key) => map.entries.get(&**key).unwrap_or(&map.missing).clone(),
                Value::Nil => return Err("value is nil; should be of type string".to_owned()),
                other => {
                    let of = other.type_name();
                    return Err(format!("value has type {of}; should be string"));
                }
            },
            _ => return Err(format!("can't index item of type {}", target.type_name())),
        };
        item = element;
    }
    Ok(item)
}

fn slice(values: &[Value]) -> Outcome {
    let (first, indexes) = values.split_first().ok_or("slice of untyped nil")?;
    if let Value::Nil = first {
        return Err("slice of untyped nil".to_owned());
    }
    if indexes.len() > 3 {
        return Err(format!("too many slice indexes: {}", indexes.len()));
    }
    let target = first.target();
    let length = match target.underlying() {
        Value::Text(_) if indexes.len() == 3 => {
            return Err("cannot 3-index slice a string".to_owned());
        }
        Value::Text(text) => text.len(),
        Value::List(list) => list.elements.len(),
        _ => return Err(format!("can't slice item of type {}", target.type_name())),
    };
    let mut places = [0, length, length];
    for (slot, index) in places.iter_mut().zip(indexes) {
        *slot = place(index, length)?;
    }
    let [start, end, capacity] = places;
    for (one, other) in [(start, end), (end, capacity)] {
        if one > other {
            return Err(format!("invalid slice index: {one} > {other}"));
        }
    }
    Ok(match target.underlying() {
        Value::List(list) => Value::List(Arc::new(List {
            type_name: list.type_name.clone(),
            elements: list.elements[start..end].to_vec(),
        })),
        Value::Text(text) => {
            // Go cuts bytes; what is left of a character is no text any more.
            String::from_utf8_lossy(&text.as_bytes()[start..end]).into_owned().into()
        }
        other => other.clone(),
    })
}
