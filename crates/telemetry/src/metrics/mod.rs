//! Metrics: recorded through the catalog's declarations, exposed as they are declared.
//!
//! A value of a declared metric is one label set. Recording with it looks the series up; a [handle](CounterHandle)
//! resolved once costs no more than the atomic it wraps. Nothing here fails, panics or waits for a scrape.
//!
//! The text forms cannot carry a native histogram: one is exposed by its classic buckets, if it declares any, its sum
//! and its count. Summaries have no instrument.
//!
//! ```
//! use obsctl_model::prelude::*;
//! use obsctl_telemetry::metrics::{RecordCounter, RecordHistogram, Registry};
//!
//! labels! { pub enum Method { Get = "GET", Post = "POST" } pub bounded Route, at_most 40, like "/"; }
//! metrics! {
//!     family "API", owner "platform", exposed_by Exposer::Service("api".into());
//!
//!     /// HTTP requests served.
//!     pub counter Requests("api_requests_total") { method: Method, path: Route }
//!     /// Time to serve a request.
//!     pub histogram Latency("api_request_duration_seconds", Seconds, [0.1, 0.5, 1.0]) { path: Route }
//! }
//!
//! Requests { method: Method::Get, path: "/users".into() }.inc();
//! Latency { path: "/users".into() }.observe(0.25);
//!
//! let (_, text) = Registry::global().exposition(None);
//! assert!(text.contains(r#"api_requests_total{method="GET",path="/users"} 1"#));
//! assert!(text.contains(r#"api_request_duration_seconds_bucket{path="/users",le="0.5"} 1"#));
//! ```

mod accept;
mod exposition;
mod family;
mod guard;
mod histogram;
mod number;
pub mod own;
mod record;
mod registry;
mod scalar;

pub use accept::Format;
pub use histogram::{HistogramHandle, Timer};
pub use record::{RecordCounter, RecordGauge, RecordHistogram};
pub use registry::Registry;
pub use scalar::{CounterHandle, GaugeHandle};
