//! Over how long an SLO promises something.

use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::{Duration, days};

/// Over how long a promise holds. Printed and read as `30d`, `month` or `quarter`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum SloWindow {
    /// The last so many days, at every moment.
    Rolling(Duration),
    /// The calendar's month, in UTC: its budget is whole again when it begins.
    Month,
    /// The calendar's quarter, in UTC.
    Quarter,
}

impl SloWindow {
    /// The length by which burn rates are reckoned: of a month 30 days, of a quarter 90.
    #[must_use]
    pub const fn nominal(self) -> Duration {
        match self {
            Self::Rolling(window) => window,
            Self::Month => days(30),
            Self::Quarter => days(90),
        }
    }

    /// How long it is at most.
    #[must_use]
    pub const fn longest(self) -> Duration {
        match self {
            Self::Rolling(window) => window,
            Self::Month => days(31),
            Self::Quarter => days(92),
        }
    }

    /// As it is put into a sentence: "over 30d", "over a calendar month".
    #[must_use]
    pub fn phrase(self) -> String {
        match self {
            Self::Rolling(window) => window.to_string(),
            Self::Month | Self::Quarter => format!("a calendar {self}"),
        }
    }
}

impl From<Duration> for SloWindow {
    fn from(window: Duration) -> Self {
        Self::Rolling(window)
    }
}

impl fmt::Display for SloWindow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rolling(window) => window.fmt(f),
            Self::Month => f.write_str("month"),
            Self::Quarter => f.write_str("quarter"),
        }
    }
}

impl Serialize for SloWindow {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for SloWindow {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match String::deserialize(deserializer)?.as_str() {
            "month" => Ok(Self::Month),
            "quarter" => Ok(Self::Quarter),
            text => Duration::parse(text).map(Self::Rolling).map_err(|error| {
                de::Error::custom(format!("{error}, or `month` or `quarter` of the calendar"))
            }),
        }
    }
}

impl JsonSchema for SloWindow {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "SloWindow".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let duration = generator.subschema_for::<Duration>();
        json_schema!({
            "description": "The last so many days, or a period of the calendar in UTC.",
            "anyOf": [duration, { "enum": ["month", "quarter"] }],
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_read_as_they_are_written() {
        for (window, text) in [
            (SloWindow::from(days(30)), "\"30d\""),
            (SloWindow::Month, "\"month\""),
            (SloWindow::Quarter, "\"quarter\""),
        ] {
            assert_eq!(serde_json::to_string(&window).unwrap(), text);
            assert_eq!(serde_json::from_str::<SloWindow>(text).unwrap(), window);
        }
        let error = serde_json::from_str::<SloWindow>("\"year\"").unwrap_err();
        assert!(error.to_string().contains("`month`"), "{error}");
    }
}
