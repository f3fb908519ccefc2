//! Traces, and logs where asked, to a collector, without ever waiting for it.
//!
//! Ended spans go into a bounded queue; one thread of its own takes them out in batches. What does not fit, or does not
//! arrive, is dropped and counted in `telemetry_spans_dropped_total`. Log lines take the same way
//! (`telemetry_log_records_dropped_total`). What a span carries is redacted before it leaves. A trace that another
//! process started goes on as the [context](crate::context::Context::with_trace) says. Start with [`TraceSettings`].
//!
//! ```
//! use std::time::Duration;
//!
//! use obsctl_telemetry::export::{Destination, ServiceIdentity, TraceSettings};
//! use tracing_subscriber::layer::SubscriberExt;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let service = ServiceIdentity::new("api", "1.4.0", "production");
//! let destination = Destination::parse(Some("http://localhost:4318"), None)?;
//! let traces = TraceSettings::new(service, destination).ratio(0.1).start()?;
//! let subscriber = tracing_subscriber::registry().with(traces.layer());
//! tracing::subscriber::with_default(subscriber, || {
//!     tracing::info_span!("sync").in_scope(|| { /* … */ });
//! });
//! // Nothing listens in this example: the deadline says how long the end of the service may take.
//! let _ = traces.shutdown(Duration::from_millis(200));
//! # Ok(())
//! # }
//! ```

mod align;
mod console;
mod destination;
mod logs;
mod pipe;
mod resource;
mod sampling;
mod scrub;
mod spans;
mod traces;
mod transport;
mod worker;

pub use align::current_trace;
pub use destination::{Destination, DestinationError};
pub use resource::ServiceIdentity;
pub use sampling::TraceSampling;
pub use traces::{StartError, TraceSettings, Traces};

pub(crate) use destination::Signal;
pub(crate) use logs::LogExport;

/// The name of the library, as collectors see it.
const SCOPE: &str = "obsctl-telemetry";
