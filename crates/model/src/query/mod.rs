//! Queries: typed builders for PromQL, and typed text for all three languages.
//!
//! Read [`Promql`] first, then the methods of [`Vector`], [`Instant`] and [`Operand`], which build it.

mod builder;
mod labels;
mod logql;
mod promql;
mod select;
mod traceql;
mod written;

pub use builder::{Any, Instant, Matched, Operand, Repeated, Vector, time};
pub use labels::{LabelOf, Labels, Matcher, TargetLabel};
pub use logql::{LogQl, LogqlLanguage, logql};
pub use promql::{Promql, PromqlLanguage, promql, record};
pub use select::{
    Buckets, Counter, Gauge, Histogram, Selector, Series, Summary, Window, interval, range,
};
pub use traceql::{TraceQl, TraceqlLanguage, traceql};
pub use written::{Language, QueryText};
