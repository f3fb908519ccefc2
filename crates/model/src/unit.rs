//! Units: what a number measures.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The unit of a metric, a field or an expression. Prometheus' and OpenMetrics' base units, and those that
/// queries make of them.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    JsonSchema,
    Default,
)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// A count of things, or no unit at all.
    #[default]
    None,
    /// A duration in seconds.
    Seconds,
    /// A point in time, in seconds since the epoch.
    Timestamp,
    /// Bytes (1024-based when shown).
    Bytes,
    /// A part of a whole, 0 to 1.
    Ratio,
    /// Degrees Celsius.
    Celsius,
    /// Volts.
    Volts,
    /// Amperes.
    Amperes,
    /// Joules.
    Joules,
    /// Grams.
    Grams,
    /// Metres.
    Meters,
    /// Watts: joules per second.
    Watts,
    /// Things per second.
    PerSecond,
    /// Requests per second.
    RequestsPerSecond,
    /// Bytes per second.
    BytesPerSecond,
    /// Milliseconds: log fields only, metrics use seconds.
    Milliseconds,
    /// 0 or 1.
    Boolean,
}

impl Unit {
    /// Every unit.
    pub const ALL: &[Self] = &[
        Self::None,
        Self::Seconds,
        Self::Timestamp,
        Self::Bytes,
        Self::Ratio,
        Self::Celsius,
        Self::Volts,
        Self::Amperes,
        Self::Joules,
        Self::Grams,
        Self::Meters,
        Self::Watts,
        Self::PerSecond,
        Self::RequestsPerSecond,
        Self::BytesPerSecond,
        Self::Milliseconds,
        Self::Boolean,
    ];

    /// The id Grafana knows the unit by (its `units` schema).
    #[must_use]
    pub const fn grafana(self) -> &'static str {
        match self {
            Self::None => "short",
            Self::Seconds => "s",
            Self::Timestamp => "dateTimeFromNow",
            Self::Bytes => "bytes",
            Self::Ratio => "percentunit",
            Self::Celsius => "celsius",
            Self::Volts => "volt",
            Self::Amperes => "amp",
            Self::Joules => "joule",
            Self::Grams => "massg",
            Self::Meters => "lengthm",
            Self::Watts => "watt",
            Self::PerSecond => "ops",
            Self::RequestsPerSecond => "reqps",
            Self::BytesPerSecond => "binBps",
            Self::Milliseconds => "ms",
            Self::Boolean => "bool_yes_no",
        }
    }

    /// The unit of this quantity's growth per second (`rate`, `deriv`).
    #[must_use]
    pub const fn per_second(self) -> Self {
        match self {
            Self::Bytes => Self::BytesPerSecond,
            // Seconds spent per second: the part of the time something was busy.
            Self::Seconds | Self::Timestamp => Self::Ratio,
            Self::Joules => Self::Watts,
            _ => Self::PerSecond,
        }
    }

    /// The suffix a metric name carries for the unit, by Prometheus' naming practice.
    #[must_use]
    pub const fn suffix(self) -> Option<&'static str> {
        Some(match self {
            Self::Seconds => "seconds",
            Self::Timestamp => "timestamp_seconds",
            Self::Bytes => "bytes",
            Self::Ratio => "ratio",
            Self::Celsius => "celsius",
            Self::Volts => "volts",
            Self::Amperes => "amperes",
            Self::Joules => "joules",
            Self::Grams => "grams",
            Self::Meters => "meters",
            _ => return None,
        })
    }
}
