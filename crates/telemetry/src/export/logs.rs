//! Log lines as records on their way out.

use std::fmt;
use std::io;
use std::time::Duration;

use obsctl_model::Level;
use opentelemetry::logs::{AnyValue, LogRecord, Logger, LoggerProvider, Severity};
use opentelemetry::trace::{SpanId, TraceFlags, TraceId};
use opentelemetry::{InstrumentationScope, Key};
use opentelemetry_otlp::LogExporter as Otlp;
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::logs::{
    LogBatch, LogExporter as _, SdkLogRecord, SdkLogger, SdkLoggerProvider,
};

use super::destination::Destination;
use super::pipe::{Counts, Delivery, Pipe};
use super::resource::ServiceIdentity;
use super::transport::{Transport, print, to};
use super::worker::Exporter;
use super::{SCOPE, console};
use crate::logging::{Line, Value};
use crate::metrics::Registry;
use crate::metrics::own::{DropReason, LogRecordsDropped, LogRecordsExported};

/// What a record or its resource has a place of its own for.
const PLACED: &[&str] = &[
    "timestamp",
    "level",
    "event",
    "service",
    "trace_id",
    "span_id",
];

/// Sends log lines as OTLP log records, beside their way to the sink.
pub(crate) struct LogExport {
    /// Makes the records.
    logger: SdkLogger,
    pipe: Pipe<SdkLogRecord>,
}

impl fmt::Debug for LogExport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LogExport")
    }
}

impl LogExport {
    /// Starts the sending thread; none where nothing is sent.
    pub(crate) fn start(
        service: &ServiceIdentity,
        destination: Destination,
        registry: &Registry,
    ) -> io::Result<Option<Self>> {
        if destination == Destination::Off {
            return Ok(None);
        }
        registry.initialise::<LogRecordsExported>();
        registry.initialise::<LogRecordsDropped>();
        let dropped = |reason| registry.counter(&LogRecordsDropped { reason });
        let counts = Counts {
            exported: registry.counter(&LogRecordsExported {}),
            queue_full: dropped(DropReason::QueueFull),
            export_failed: dropped(DropReason::ExportFailed),
            shutdown: dropped(DropReason::Shutdown),
        };
        let delivery = Delivery::default();
        let resource = service.resource();
        let pipe = Pipe::start("log-export", delivery, counts, move || {
            LogSender::new(&destination, &resource, delivery.timeout)
        })?;
        let logger = SdkLoggerProvider::builder().build().logger(SCOPE);
        Ok(Some(Self { logger, pipe }))
    }

    /// Hands a line over, or drops and counts it.
    pub(crate) fn offer(&self, line: &Line<'_>) {
        let mut record = self.logger.create_log_record();
        record.set_timestamp(line.timestamp);
        record.set_observed_timestamp(line.timestamp);
        record.set_severity_number(severity(line.level));
        record.set_severity_text(line.level.word());
        record.set_body(AnyValue::from(line.event.to_owned()));
        if let Some(trace) = line.trace {
            record.set_trace_context(
                TraceId::from_bytes(trace.trace_id.to_bytes()),
                SpanId::from_bytes(trace.span_id.to_bytes()),
                Some(TraceFlags::default().with_sampled(trace.sampled)),
            );
        }
        line.members(|name, value| {
            if !PLACED.contains(&name) {
                record.add_attribute(name.to_owned(), any(value));
            }
        });
        self.pipe.offer(record);
    }

    pub(crate) fn flush(&self) -> bool {
        self.pipe.flush()
    }

    /// Tells the sending thread to end within the time.
    pub(crate) fn stop(&self, within: Duration) {
        self.pipe.stop(within);
    }

    /// Waits for its end.
    pub(crate) fn ended(&self, within: Duration) -> bool {
        self.pipe.ended(within)
    }
}

fn severity(level: Level) -> Severity {
    match level {
        Level::Debug => Severity::Debug,
        Level::Info => Severity::Info,
        Level::Warning => Severity::Warn,
        Level::Error => Severity::Error,
        Level::Critical => Severity::Fatal,
    }
}

fn any(value: Value<'_>) -> AnyValue {
    match value {
        Value::Bool(value) => value.into(),
        Value::Signed(value) => value.into(),
        // OTLP has no larger whole numbers; as text they keep all their digits.
        Value::Unsigned(value) => {
            i64::try_from(value).map_or_else(|_| value.to_string().into(), AnyValue::from)
        }
        Value::Float(value) => value.into(),
        Value::Text(value) => value.to_owned().into(),
        Value::Json(value) => nested(value),
    }
}

fn nested(value: &serde_json::Value) -> AnyValue {
    use serde_json::Value as Json;
    match value {
        // OTLP's empty value cannot be made here.
        Json::Null => AnyValue::from("null"),
        Json::Bool(value) => (*value).into(),
        Json::Number(number) => match (number.as_i64(), number.as_f64()) {
            (Some(whole), _) => whole.into(),
            (None, Some(value)) if !number.is_u64() => value.into(),
            _ => number.to_string().into(),
        },
        Json::String(text) => text.clone().into(),
        Json::Array(items) => items.iter().map(nested).collect(),
        Json::Object(entries) => {
            let entries = entries.iter();
            entries
                .map(|(name, value)| (Key::from(name.clone()), nested(value)))
                .collect()
        }
    }
}

/// Sends log records; what they hold is redacted already.
struct LogSender {
    transport: Transport<Otlp>,
    scope: InstrumentationScope,
}

impl LogSender {
    fn new(destination: &Destination, resource: &Resource, timeout: Duration) -> Self {
        let prepare = |exporter: &mut Otlp| exporter.set_resource(resource);
        let transport = match destination {
            Destination::Off => Transport::Broken,
            Destination::Console => Transport::Console,
            Destination::Http(address) => {
                let exporter = to(Otlp::builder().with_http(), address, timeout).build();
                Transport::of(exporter, prepare)
            }
            #[cfg(feature = "grpc")]
            Destination::Grpc(address) => {
                let exporter = to(Otlp::builder().with_tonic(), address, timeout).build();
                Transport::of(exporter, prepare)
            }
        };
        Self {
            transport,
            scope: InstrumentationScope::builder(SCOPE).build(),
        }
    }
}

impl Exporter for LogSender {
    type Item = SdkLogRecord;

    async fn export(&self, records: Vec<SdkLogRecord>) -> bool {
        match &self.transport {
            Transport::Otlp(exporter) => {
                let records: Vec<_> = records.iter().map(|it| (it, &self.scope)).collect();
                exporter.export(LogBatch::new(&records)).await.is_ok()
            }
            Transport::Console => print(records.iter().map(console::record)),
            Transport::Broken => false,
        }
    }
}
