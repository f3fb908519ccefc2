//! A line before it is written.

use std::time::SystemTime;

use obsctl_model::Level;

use super::collect::Fields;
use crate::clock::Utc;
use crate::context::TraceContext;

/// A line, already redacted: what a formatter writes.
#[derive(Debug)]
#[non_exhaustive]
pub struct Line<'a> {
    /// When it happened.
    pub timestamp: SystemTime,
    /// How bad it is.
    pub level: Level,
    /// The static name of the event.
    pub event: &'a str,
    /// Which part of the code.
    pub logger: &'a str,
    /// Which service.
    pub service: &'a str,
    /// Which run of it.
    pub run_id: &'a str,
    /// The version of the fields.
    pub schema_version: u32,
    /// What belongs together across services; outside of requests and jobs, the run.
    pub correlation_id: &'a str,
    /// The place in a trace.
    pub trace: Option<TraceContext>,
    /// Whose data it is about.
    pub tenant_id: Option<&'a str>,
    /// Who did it.
    pub user_id: Option<&'a str>,
    pub(super) fields: &'a Fields,
}

impl Line<'_> {
    /// The other fields: bound ones first, then those of the event.
    pub fn fields(&self) -> impl Iterator<Item = (&str, Value<'_>)> {
        self.fields.iter()
    }

    /// All of the line under its usual names, standard fields first, always in this order.
    pub fn members(&self, mut take: impl FnMut(&str, Value<'_>)) {
        take(
            "timestamp",
            Value::Text(Utc::of(self.timestamp).format(&mut [0; 27])),
        );
        take("level", Value::Text(self.level.word()));
        take("event", Value::Text(self.event));
        take("logger", Value::Text(self.logger));
        take("service", Value::Text(self.service));
        take("run_id", Value::Text(self.run_id));
        take(
            "schema_version",
            Value::Unsigned(self.schema_version.into()),
        );
        take("correlation_id", Value::Text(self.correlation_id));
        if let Some(trace) = self.trace {
            take("trace_id", Value::Text(trace.trace_id.hex(&mut [0; 32])));
            take("span_id", Value::Text(trace.span_id.hex(&mut [0; 16])));
        }
        for (name, value) in [("tenant_id", self.tenant_id), ("user_id", self.user_id)] {
            if let Some(value) = value {
                take(name, Value::Text(value));
            }
        }
        for (name, value) in self.fields() {
            take(name, value);
        }
    }
}

/// The value of a field.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Value<'a> {
    /// True or false.
    Bool(bool),
    /// A whole number.
    Signed(i64),
    /// A whole number that is not negative.
    Unsigned(u64),
    /// A number.
    Float(f64),
    /// Text.
    Text(&'a str),
    /// A nested value.
    Json(&'a serde_json::Value),
}
