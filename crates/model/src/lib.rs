//! The vocabulary of obsctl: what a team describes its telemetry with.
//!
//! Read [`metrics!`] first, then [`Stack`], which holds everything. This crate describes; it does no
//! input or output and resolves no references.

mod allow;
mod duration;
mod label;
mod metric;
mod name;
mod origin;
pub mod query;
mod unit;

pub use allow::Allow;
pub use duration::{Duration, DurationError, days, hours, millis, mins, secs};
pub use label::{Domain, Label, LabelDef, LabelValue};
pub use metric::{Exposer, Metric, MetricDef, MetricFamily, MetricKind, Stability};
pub use name::{LabelName, MetricName, NameError, Slug, Uid};
pub use origin::Origin;
pub use query::{Counter, Gauge, Histogram, LogQl, Promql, Summary, TraceQl};
pub use unit::Unit;

/// Everything a file of definitions needs.
pub mod prelude {
    pub use crate::query::{Instant, TargetLabel, interval, logql, promql, range, record, traceql};
    pub use crate::{
        Allow, Counter, Domain, Duration, Exposer, Gauge, Histogram, LogQl, Metric, Promql,
        Stability, Summary, TraceQl, Unit, days, hours, labels, metrics, mins, secs,
    };
}
