//! Structured logging: one line an event, with the standard fields always in the same order.
//!
//! A line is collected and redacted first ([`Line`]), then written by a [`Format`]; no formatter sees what must not
//! appear. The message of an event is its static name, its fields are what differs: `info!(rows = 3, "job_done")`.
//!
//! The line goes into a bounded queue, from which one thread writes: a sink that is slow or stuck costs lines, which are
//! counted in `telemetry_log_lines_dropped_total`, never time.
//!
//! Names of standard fields are taken: an event that has a field `level` has it as `level_` in its line. The fields
//! `correlation_id`, `tenant_id`, `user_id` and `logger` of an event or its context are those of the line, and
//! `critical = true` makes an error a critical one.

mod collect;
mod files;
mod format;
mod layer;
mod levels;
mod line;
mod output;
mod panics;
mod sink;
mod writer;

pub use files::Rotation;
pub use format::{Console, Format, Json};
pub use layer::{LogLayer, Stacks};
pub use levels::{Levels, SpanIds, SpanLevels};
pub use line::{Line, Value};
pub use panics::log_panics;
pub use sink::Sink;

pub(crate) use output::{Output, QUEUE};
pub(crate) use panics::log_panics_then;

#[cfg(test)]
mod tests;
