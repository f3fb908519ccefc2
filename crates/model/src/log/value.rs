//! The values of fields, one type per kind; `.into()` makes them.

use std::fmt::Display;
use std::time::Duration;

use serde_json::{Number, Value};

use super::FieldValue;

/// An identifier, of whatever can be displayed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Id(String);

impl<T: Display> From<T> for Id {
    fn from(id: T) -> Self {
        Self(id.to_string())
    }
}

impl FieldValue for Id {
    fn json(self) -> Option<Value> {
        Some(Value::String(self.0))
    }
}

macro_rules! texts {
    ($($(#[doc = $doc:literal])+ $name:ident)+) => {$(
        $(#[doc = $doc])+
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub struct $name(String);

        impl<T: Into<String>> From<T> for $name {
            fn from(text: T) -> Self {
                Self(text.into())
            }
        }

        impl FieldValue for $name {
            fn json(self) -> Option<Value> {
                Some(Value::String(self.0))
            }
        }
    )+};
}

texts! {
    /// Text.
    Text
    /// One of a few words, where no label says which.
    Keyword
    /// A point in time, ISO 8601 in UTC.
    Timestamp
}

/// A whole number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Integer(Number);

macro_rules! integers {
    ($($number:ty)+) => {$(
        impl From<$number> for Integer {
            fn from(number: $number) -> Self {
                Self(number.into())
            }
        }
    )+};
}

integers! { u8 u16 u32 u64 usize i8 i16 i32 i64 isize }

impl FieldValue for Integer {
    fn json(self) -> Option<Value> {
        Some(Value::Number(self.0))
    }
}

/// A duration, or a number of milliseconds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Milliseconds(f64);

impl From<Duration> for Milliseconds {
    fn from(duration: Duration) -> Self {
        Self(duration.as_secs_f64() * 1000.0)
    }
}

impl From<f64> for Milliseconds {
    fn from(milliseconds: f64) -> Self {
        Self(milliseconds)
    }
}

impl FieldValue for Milliseconds {
    /// What is no number is null: the field is there, and wrong.
    fn json(self) -> Option<Value> {
        Some(self.0.into())
    }
}
