//! A line before it is written.

use std::time::SystemTime;

use obsctl_model::Level;

use super::collect::Fields;
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
