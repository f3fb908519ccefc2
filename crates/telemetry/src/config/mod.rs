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
use std::time::Duration;

use obsctl_model::LogCatalog;
use tracing_subscriber::Registry;
use tracing_subscriber::filter::Filtered;
use tracing_subscriber::layer::{Layer, Layered, SubscriberExt};

use crate::logging::{
    Console, Format, Json, Levels, LogLayer, Output, QUEUE, Rotation, Sink, SpanIds, SpanLevels,
    Stacks, log_panics_then,
};
use crate::metrics::Registry as Metrics;
use crate::redact::{self, Redactor};
use crate::sampling::Sampler;
use crate::{event, ids};

pub use guard::Guard;

/// How long a panic may take to be written: the process may be at its end.
const PANIC: Duration = Duration::from_millis(250);

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
    queue: usize,
    metrics: Metrics,
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
    /// The system gives no thread.
    #[error("telemetry does not start: the system gives no thread or event loop for it")]
    Thread(#[from] std::io::Error),
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
            queue: QUEUE,
            metrics: Metrics::global().clone(),
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

    /// How many bytes of lines wait for the sink at most.
    pub fn queue(mut self, bytes: usize) -> Self {
        self.queue = bytes;
        self
    }

    /// Where telemetry counts its own losses, instead of the global registry.
    pub fn registry(mut self, registry: Metrics) -> Self {
        self.metrics = registry;
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
    /// The process has a subscriber already, or the system gives no thread; nothing is changed then.
    pub fn init(self) -> Result<Guard, InitError> {
        let (panics, stacks) = (self.panics, self.stacks);
        let (catalog, metrics) = (self.catalog.clone(), self.metrics.clone());
        let redactor = Arc::new(self.redactor.clone());
        let (subscriber, guard) = self.subscriber()?;
        tracing::subscriber::set_global_default(subscriber)
            .map_err(|_| InitError::AlreadyInitialised)?;
        redact::install(redactor);
        if let Some(catalog) = catalog {
            event::install(catalog, metrics);
        }
        if panics {
            let output = Arc::clone(&guard.output);
            log_panics_then(stacks, move || {
                output.flush(PANIC);
            });
        }
        Ok(guard)
    }

    /// For tests and benchmarks: a subscriber that is not the process's.
    ///
    /// # Errors
    /// The system gives no thread.
    pub fn subscriber(
        self,
    ) -> Result<(impl tracing::Subscriber + Send + Sync + use<>, Guard), InitError> {
        let output = Arc::new(Output::start(self.sink, self.queue, &self.metrics)?);
        let layer = LogLayer {
            service: self.service.into(),
            run_id: self.run_id.into(),
            schema_version: self.schema_version,
            format: self.format,
            redactor: Arc::new(self.redactor),
            sampler: self.sampler,
            stacks: self.stacks,
            registry: self.metrics,
            output: Arc::clone(&output),
        };
        let spans = tracing_subscriber::registry().with(SpanIds.with_filter(SpanLevels));
        // An empty list of layers would turn everything off.
        let further = Some(self.further).filter(|layers| !layers.is_empty());
        let subscriber = spans.with(further).with(layer.with_filter(self.levels));
        let guard = Guard {
            output,
            ended: false,
        };
        Ok((subscriber, guard))
    }
}

mod environment;
mod guard;
#[cfg(test)]
mod tests;
