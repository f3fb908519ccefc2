//! Times in UTC and durations, with the methods that Go gives them.

mod calendar;
mod duration;
mod layout;

use std::sync::Arc;

use crate::function::{Function, Method, Outcome, Type};
use crate::value::{Object, Value};
use calendar::{Date, MONTHS, WEEKDAYS};
use duration::nanoseconds;

pub use duration::{DURATION, duration, seconds};

/// Go's name of the type of times.
const TIME: &str = "time.Time";

/// The nanoseconds of a second.
const SECOND: i64 = 1_000_000_000;

/// Go's time that is none: the beginning of year 1.
const ZERO: i128 = -62_135_596_800 * SECOND as i128;

/// A point in time in UTC, as nanoseconds since 1970.
#[must_use]
pub fn time(nanoseconds: i128) -> Value {
    Value::Object(Arc::new(Time {
        nanoseconds,
        underlying: Value::Nil,
    }))
}

/// The time that a text says in one of Go's layouts; Go's time that is none, where it does not follow it.
#[must_use]
pub fn parse_time(layout: &str, text: &str) -> Value {
    time(layout::parse(layout, text).unwrap_or(ZERO))
}

#[derive(Debug)]
struct Time {
    nanoseconds: i128,
    underlying: Value,
}

impl Object for Time {
    fn type_name(&self) -> &str {
        TIME
    }

    fn underlying(&self) -> &Value {
        &self.underlying
    }

    fn text(&self) -> Option<String> {
        let date = Date::at(self.nanoseconds);
        Some(layout::format(
            &date,
            "2006-01-02 15:04:05.999999999 -0700 MST",
        ))
    }

    fn method(&self, name: &str) -> Option<Method> {
        const OTHER: &[Type] = &[Type::Named(TIME)];
        let own = self.nanoseconds;
        let date = Date::at(own);
        let gives = |value: Value| Some(Function::new(&[], move |_| Ok(value.clone())));
        let int = |value: i128| gives(Value::Int(i64::try_from(value).unwrap_or(i64::MAX)));
        let compares = |truth: fn(i128, i128) -> Value| {
            let body = move |values: &[Value]| -> Outcome { Ok(truth(own, instant(&values[0]))) };
            Some(Function::new(OTHER, body))
        };
        match name {
            "Year" => int(date.year),
            "Month" => gives(named("time.Month", &MONTHS, date.month, 1)),
            "Day" => int(date.day),
            "YearDay" => int(date.year_day),
            "Weekday" => gives(named("time.Weekday", &WEEKDAYS, date.weekday, 0)),
            "Hour" => int(date.hour),
            "Minute" => int(date.minute),
            "Second" => int(date.second),
            "Nanosecond" => int(date.nanosecond),
            "Unix" => int(own.div_euclid(i128::from(SECOND))),
            "UnixMilli" => int(own.div_euclid(1_000_000)),
            "UnixMicro" => int(own.div_euclid(1000)),
            "UnixNano" => int(own),
            "String" => gives(self.text().unwrap_or_default().into()),
            "UTC" => gives(time(own)),
            "IsZero" => gives(Value::Bool(own == ZERO)),
            "After" => compares(|one, other| (one > other).into()),
            "Before" => compares(|one, other| (one < other).into()),
            "Equal" => compares(|one, other| (one == other).into()),
            "Sub" => compares(|one, other| {
                let between = (one - other).clamp(i64::MIN.into(), i64::MAX.into());
                duration(i64::try_from(between).unwrap_or_default())
            }),
            "Add" => Some(Function::new(&[Type::NamedInt(DURATION)], move |values| {
                Ok(time(own + i128::from(nanoseconds(&values[0]))))
            })),
            "Format" => Some(Function::new(&[Type::Text], move |values| {
                let layout = values[0].as_text().unwrap_or_default();
                Ok(layout::format(&date, layout).into())
            })),
            _ => None,
        }
    }
}

/// The nanoseconds of a time. Only those have this number as their method `UnixNano`.
fn instant(value: &Value) -> i128 {
    let Value::Object(object) = value.target() else {
        return 0;
    };
    let Some(method) = object.method("UnixNano") else {
        return 0;
    };
    match (method.body)(&[]) {
        Ok(Value::Int(nanoseconds)) => i128::from(nanoseconds),
        _ => 0,
    }
}

/// A month or a day of the week: a number with a name.
#[derive(Debug)]
struct Named {
    type_name: &'static str,
    number: Value,
    name: &'static str,
}

fn named(type_name: &'static str, names: &[&'static str], place: usize, first: i64) -> Value {
    Value::Object(Arc::new(Named {
        type_name,
        number: Value::Int(first + i64::try_from(place).unwrap_or_default()),
        name: names.get(place).copied().unwrap_or_default(),
    }))
}

impl Object for Named {
    fn type_name(&self) -> &str {
        self.type_name
    }

    fn underlying(&self) -> &Value {
        &self.number
    }

    fn text(&self) -> Option<String> {
        Some(self.name.to_owned())
    }

    fn method(&self, name: &str) -> Option<Method> {
        let text = self.name;
        (name == "String").then(|| Function::new(&[], move |_| Ok(text.into())))
    }
}
