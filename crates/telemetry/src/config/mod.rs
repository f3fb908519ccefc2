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
//! | `LOG_QUIET` | targets of which only warnings are written, beside the usual ones: `tower_http,rumqttc` | |
//! | `LOG_JSON_SORT_KEYS` | `1`: the keys of JSON lines in alphabetical order | `0` |
//! | `REQUEST_ID_HEADER` | a header with the id of a request, read before `X-Correlation-ID` and `X-Request-ID`, and echoed | |
//! | `OTEL_SERVICE_NAME` | the service, instead of the one given by code | |
//! | `OTEL_RESOURCE_ATTRIBUTES` | `service.version=1.4.0,deployment.environment=production`, and anything else | |
//! | `OTEL_EXPORTER_OTLP_ENDPOINT` | a collector, such as `http://tempo:4318`; without one nothing is sent | |
//! | `OTEL_EXPORTER_OTLP_TRACES_ENDPOINT`, `…_LOGS_ENDPOINT` | a collector of its own for one of them | |
//! | `OTEL_EXPORTER_OTLP_PROTOCOL` | `http/protobuf`, or `grpc` with the feature `grpc` | `http/protobuf` |
//! | `OTEL_EXPORTER_OTLP_TRACES_PROTOCOL`, `…_LOGS_PROTOCOL` | a protocol of its own for one of them | |
//! | `OTEL_EXPORTER_OTLP_HEADERS` | headers of what is sent, such as `authorization=…` | |
//! | `OTEL_TRACES_EXPORTER` | `otlp`, `console` (standard error) or `none` | `otlp` |
//! | `OTEL_LOGS_EXPORTER` | the same for log lines, beside their sink | `none` |
//! | `OTEL_TRACES_SAMPLER` | `always_on`, `always_off`, `traceidratio`, or one of them after `parentbased_` | `parentbased_always_on` |
//! | `OTEL_TRACES_SAMPLER_ARG` | the share of traces that `traceidratio` sends, from 0 to 1 | `1` |
//! | `OTEL_SDK_DISABLED` | `true`: no traces, and no logs by OTLP | `false` |
//!
//! A variable that is empty is not set. A value that means nothing is an error that says what is allowed.

use std::fmt;

use http::HeaderName;
use obsctl_model::LogCatalog;
use tracing_subscriber::Registry;
use tracing_subscriber::filter::Filtered;
use tracing_subscriber::layer::{Layer, Layered};

use crate::export::{Destination, ServiceIdentity, TraceSampling};
use crate::ids;
use crate::logging::{Format, Json, Levels, QUEUE, Sink, SpanIds, SpanLevels, Stacks};
use crate::metrics::Registry as Metrics;
use crate::redact::Redactor;
use crate::sampling::Sampler;

mod environment;
mod error;
mod guard;
mod otel;
mod start;
#[cfg(test)]
mod tests;

pub use error::InitError;
pub use guard::Guard;

/// What further layers stand on: spans have their [`TraceContext`](crate::context::TraceContext) already.
pub type Spans = Layered<Filtered<SpanIds, SpanLevels, Registry>, Registry>;

/// A layer beside the log: an exporter of spans.
pub type FurtherLayer = Box<dyn Layer<Spans> + Send + Sync>;

/// What a service's telemetry is like; [`Telemetry::init`] starts it.
///
/// ```
/// use std::time::Duration;
///
/// use obsctl_telemetry::config::Telemetry;
///
/// let guard = Telemetry::new("api").version("1.4.0").with_environment()?.init()?;
/// tracing::info!(port = 8080, "service_started");
/// guard.shutdown(Duration::from_secs(5));
/// # Ok::<(), obsctl_telemetry::config::InitError>(())
/// ```
#[must_use = "nothing is logged before `init`"]
pub struct Telemetry {
    service: ServiceIdentity,
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
    request_id: Option<HeaderName>,
    traces: Destination,
    trace_sampling: TraceSampling,
    logs: Destination,
}

impl fmt::Debug for Telemetry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Telemetry")
            .field("service", &self.service.name)
            .field("traces", &self.traces)
            .field("logs", &self.logs)
            .field("levels", &self.levels)
            .field("sink", &self.sink)
            .field("sampler", &self.sampler)
            .finish_non_exhaustive()
    }
}

impl Telemetry {
    /// That of a service: JSON lines of level info and above to standard output, redacted, unsampled.
    pub fn new(service: impl Into<String>) -> Self {
        Self {
            service: ServiceIdentity {
                name: service.into(),
                ..ServiceIdentity::default()
            },
            run_id: ids::uuid(),
            schema_version: 1,
            levels: Levels::default(),
            format: Box::new(Json::default()),
            sink: Sink::Stdout,
            redactor: Redactor::default(),
            sampler: Sampler::default(),
            stacks: Stacks::Never,
            panics: true,
            queue: QUEUE,
            metrics: Metrics::global().clone(),
            catalog: None,
            further: vec![],
            request_id: None,
            traces: Destination::Off,
            trace_sampling: TraceSampling::default(),
            logs: Destination::Off,
        }
    }

    /// The version of the service: `service.version` of what is sent.
    pub fn version(mut self, version: impl Into<String>) -> Self {
        self.service.version = version.into();
        self
    }

    /// Where the service runs: `deployment.environment` of what is sent.
    pub fn environment(mut self, environment: impl Into<String>) -> Self {
        self.service.environment = environment.into();
        self
    }

    /// Where spans go.
    pub fn traces(mut self, destination: Destination) -> Self {
        self.traces = destination;
        self
    }

    /// Which traces are sent.
    pub fn trace_sampling(mut self, sampling: TraceSampling) -> Self {
        self.trace_sampling = sampling;
        self
    }

    /// Where log lines go by OTLP, beside their sink.
    pub fn logs(mut self, destination: Destination) -> Self {
        self.logs = destination;
        self
    }

    /// A header with the id of a request, read before the usual ones, and echoed.
    pub fn request_id_header(mut self, name: HeaderName) -> Self {
        self.request_id = Some(name);
        self
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
}
