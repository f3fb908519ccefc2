//! Configuration and start: by code or by environment, one call, and a guard that flushes.
//!
//! | Variable | Meaning | Default |
//! |---|---|---|
//! | `LOG_LEVEL` | `info`, or per target: `info,sqlx=debug` | `info` |
//! | `LOG_FORMAT` | `json` or `console` | `json` |
//! | `LOG_COLOR` | `1`: coloured levels on the console | `0` |
//! | `LOG_REDACT` | `0`: no redaction, for development only | `1` |
//! | `LOG_SAMPLE_SUCCESS` | the share of success events that is written | `1` |
//! | `LOG_INCLUDE_STACK` | `errors`: stack traces of errors; `1`: of all lines | `0` |
//! | `LOG_SINK` | `stdout`, `stderr` or `file:<path>` | `stdout` |
//! | `LOG_ROTATE` | of a file: `daily`, `never`, or the most bytes of one | `daily` |
//! | `LOG_EVENT_SCHEMA_VERSION` | the version of the fields | `1` |
//! | `OTEL_SERVICE_NAME` | the service, instead of the one given by code | |

use std::fmt;
use std::sync::Arc;

use obsctl_model::LogCatalog;
use tracing_subscriber::Registry;
use tracing_subscriber::filter::Filtered;
use tracing_subscriber::layer::{Layer, Layered, SubscriberExt};

use crate::counters::Counters;
use crate::logging::{
    Console, Format, Json, Levels, LogLayer, Output, Rotation, Sink, SpanIds, SpanLevels, Stacks,
    log_panics,
};
use crate::redact::{self, Redactor};
use crate::sampling::Sampler;
use crate::{event, ids};

/// What further layers stand on: spans have their [`TraceContext`](crate::context::TraceContext) already.
pub type Spans = Layered<Filtered<SpanIds, SpanLevels, Registry>, Registry>;

/// A layer beside the log: an exporter of spans.
pub type FurtherLayer = Box<dyn Layer<Spans> + Send + Sync>;

/// What a service's telemetry is like; [`Telemetry::init`] starts it.
///
/// ```
/// use obsctl_telemetry::config::Telemetry;
///
/// let guard = Telemetry::new("api").init()?;
/// tracing::info!(port = 8080, "service_started");
/// guard.flush();
/// # Ok::<(), obsctl_telemetry::config::InitError>(())
/// ```
#[must_use = "nothing is logged before `init`"]
pub struct Telemetry {
    service: String,
    run_id: String,
    schema_version: u32,
    levels: Levels,
    format: Box<dyn Format>,
    sink: Sink,
    redactor: Redactor,
    sampler: Sampler,
    stacks: Stacks,
    panics: bool,
    catalog: Option<LogCatalog>,
    further: Vec<FurtherLayer>,
}

impl fmt::Debug for Telemetry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Telemetry")
            .field("service", &self.service)
            .field("levels", &self.levels)
            .field("sink", &self.sink)
            .field("sampler", &self.sampler)
            .finish_non_exhaustive()
    }
}

/// Why telemetry did not start.
#[derive(Debug, thiserror::Error)]
pub enum InitError {
    /// There is one for the process already; it goes on.
    #[error("telemetry is initialised already: call `init` once, at the start of the process")]
    AlreadyInitialised,
    /// A variable has a value that means nothing.
    #[error("environment variable `{name}`: `{value}` is not {expected}")]
    Variable {
        /// Its name.
        name: &'static str,
        /// Its value.
        value: String,
        /// What it can be.
        expected: &'static str,
    },
}

impl Telemetry {
    /// That of a service: JSON lines of level info and above to standard output, redacted, unsampled.
    pub fn new(service: impl Into<String>) -> Self {
        Self {
            service: service.into(),
            run_id: ids::uuid(),
            schema_version: 1,
            levels: Levels::default(),
            format: Box::new(Json),
            sink: Sink::Stdout,
            redactor: Redactor::default(),
            sampler: Sampler::default(),
            stacks: Stacks::Never,
            panics: true,
            catalog: None,
            further: vec![],
        }
    }

    /// With what the environment says, on top of what was said before.
    ///
    /// # Errors
    /// A variable has a value that means nothing.
    pub fn with_environment(self) -> Result<Self, InitError> {
        environment::apply(self, &environment::variable)
    }

    /// The least level that is written, for all targets and for some.
    pub fn levels(mut self, levels: impl Into<Levels>) -> Self {
        self.levels = levels.into();
        self
    }

    /// How a line is written.
    pub fn format(mut self, format: impl Format) -> Self {
        self.format = Box::new(format);
        self
    }

    /// Where lines go.
    pub fn sink(mut self, sink: Sink) -> Self {
        self.sink = sink;
        self
    }

    /// What must never appear.
    pub fn redactor(mut self, redactor: Redactor) -> Self {
        self.redactor = redactor;
        self
    }

    /// Which success events are written.
    pub fn sampler(mut self, sampler: Sampler) -> Self {
        self.sampler = sampler;
        self
    }

    /// Which lines have a stack trace.
    pub fn stacks(mut self, stacks: Stacks) -> Self {
        self.stacks = stacks;
        self
    }

    /// The version of the fields.
    pub fn schema_version(mut self, version: u32) -> Self {
        self.schema_version = version;
        self
    }

    /// The run of the service, instead of a random one.
    pub fn run_id(mut self, run_id: impl Into<String>) -> Self {
        self.run_id = run_id.into();
        self
    }

    /// Leaves the panic hook of the process as it is: what it prints is not redacted.
    pub fn without_panic_hook(mut self) -> Self {
        self.panics = false;
        self
    }

    /// Redacts what the catalog says, and checks domain events against it.
    pub fn catalog(mut self, catalog: LogCatalog) -> Self {
        let fields = catalog
            .redactions
            .iter()
            .flat_map(|redaction| &redaction.fields);
        self.redactor = fields.fold(self.redactor, |redactor, field| redactor.hint(field));
        self.catalog = Some(catalog);
        self
    }

    /// A layer beside the log.
    pub fn layer(mut self, layer: FurtherLayer) -> Self {
        self.further.push(layer);
        self
    }

    /// Starts it for the process.
    ///
    /// # Errors
    /// The process has a subscriber already; nothing is changed then.
    pub fn init(self) -> Result<Guard, InitError> {
        let (panics, stacks) = (self.panics, self.stacks);
        let catalog = self.catalog.clone();
        let (subscriber, guard, redactor) = self.build();
        tracing::subscriber::set_global_default(subscriber)
            .map_err(|_| InitError::AlreadyInitialised)?;
        redact::install(redactor);
        if let Some(catalog) = catalog {
            event::install(catalog, Arc::clone(&guard.counters));
        }
        if panics {
            log_panics(stacks);
        }
        Ok(guard)
    }

    /// For tests and benchmarks: a subscriber that is not the process's.
    pub fn subscriber(self) -> (impl tracing::Subscriber + Send + Sync, Guard) {
        let (subscriber, guard, _) = self.build();
        (subscriber, guard)
    }

    fn build(self) -> (impl tracing::Subscriber + Send + Sync, Guard, Arc<Redactor>) {
        let mut layer = LogLayer::new(self.service, self.sink);
        let redactor = Arc::new(self.redactor);
        layer.run_id = self.run_id.into();
        layer.schema_version = self.schema_version;
        layer.format = self.format;
        layer.redactor = Arc::clone(&redactor);
        layer.sampler = self.sampler;
        layer.stacks = self.stacks;
        let guard = Guard {
            counters: Arc::clone(&layer.counters),
            output: Arc::clone(&layer.output),
        };
        let spans = tracing_subscriber::registry().with(SpanIds.with_filter(SpanLevels));
        // An empty list of layers would turn everything off.
        let further = Some(self.further).filter(|layers| !layers.is_empty());
        let subscriber = spans.with(further).with(layer.with_filter(self.levels));
        (subscriber, guard, redactor)
    }
}

/// Keeps telemetry going; what is buffered is written when it is dropped.
#[derive(Debug)]
#[must_use = "what is buffered is written when the guard is dropped"]
pub struct Guard {
    counters: Arc<Counters>,
    output: Arc<Output>,
}

impl Guard {
    /// What the library counts about itself.
    #[must_use]
    pub fn counters(&self) -> &Arc<Counters> {
        &self.counters
    }

    /// Writes what is buffered.
    pub fn flush(&self) {
        // A sink that fails has its lines counted as lost; the service goes on.
        let _ = self.output.flush();
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        self.flush();
    }
}

mod environment;
#[cfg(test)]
mod tests;
