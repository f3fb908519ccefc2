//! Metrics: recorded through the catalog's declarations, exposed as they are declared.
//!
//! A value of a declared metric is one label set. Recording with it looks the series up; a [handle](CounterHandle)
//! resolved once costs no more than the atomic it wraps. Nothing here fails, panics or waits for a scrape.
//!
//! A scrape gets text or protocol buffers, as its `Accept` header prefers. The text forms cannot carry a native histogram:
//! there, one is exposed by its classic buckets, if it declares any, its sum and its count. Quantiles of a summary are over
//! the last ten minutes, at most 1 % off.
//!
//! What is recorded within a sampled trace can become an exemplar by itself: one of each counter and each bucket after
//! every scrape.
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
mod exemplar;
mod exposition;
mod family;
mod guard;
mod histogram;
mod native;
mod number;
mod process;
mod protobuf;
mod record;
mod registry;
mod scalar;
mod seen;
mod summary;
mod text;

pub use accept::Format;
pub use histogram::{HistogramHandle, Timer};
/// What the library says of itself.
pub use obsctl_model::library::telemetry as own;
pub use record::{RecordCounter, RecordGauge, RecordHistogram, RecordSummary};
pub use registry::Registry;
pub use scalar::{CounterHandle, GaugeHandle};
pub use summary::SummaryHandle;
