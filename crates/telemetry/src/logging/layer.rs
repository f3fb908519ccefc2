//! The layer that writes a line for an event.

use std::backtrace::Backtrace;
use std::cell::Cell;
use std::fmt;
use std::sync::Arc;

use obsctl_model::Level;
use tracing_core::{Event, Subscriber};
use tracing_subscriber::layer::{Context, Layer};
use tracing_subscriber::registry::LookupSpan;

use super::collect::{Collector, Fields};
use super::{Format, Line, Output};
use crate::clock;
use crate::context::{self, TraceContext};
use crate::export::LogExport;
use crate::metrics::Registry;
use crate::metrics::own::LogLinesSampledOut;
use crate::redact::Redactor;
use crate::sampling::Sampler;

/// Which lines have a stack trace, as `exc_info`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Stacks {
    /// None.
    #[default]
    Never,
    /// Errors.
    Errors,
    /// All.
    Always,
}

/// Writes events as lines.
pub struct LogLayer {
    pub(crate) service: Box<str>,
    pub(crate) run_id: Box<str>,
    pub(crate) schema_version: u32,
    pub(crate) format: Box<dyn Format>,
    pub(crate) redactor: Arc<Redactor>,
    pub(crate) sampler: Sampler,
    pub(crate) stacks: Stacks,
    /// Where what is left out is counted.
    pub(crate) registry: Registry,
    pub(crate) output: Arc<Output>,
    pub(crate) export: Option<Arc<LogExport>>,
}

impl fmt::Debug for LogLayer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LogLayer")
            .field("service", &self.service)
            .field("run_id", &self.run_id)
            .field("output", &self.output)
            .finish_non_exhaustive()
    }
}

impl LogLayer {
    fn line(&self, buffers: &mut Buffers, event: &Event<'_>, span: Option<TraceContext>) {
        let Buffers {
            fields,
            scratch,
            out,
        } = buffers;
        fields.clear();
        out.clear();
        let metadata = event.metadata();
        let bound = context::innermost();
        let mut collector = Collector {
            fields,
            redactor: &self.redactor,
            scratch,
            bound: 0,
        };
        for (name, value) in bound.iter().flat_map(context::Context::fields) {
            collector.bound(name, value);
        }
        event.record(&mut collector);
        let level = level(*metadata.level(), collector.fields.critical);
        let stack = match self.stacks {
            Stacks::Never => false,
            Stacks::Errors => level >= Level::Error,
            Stacks::Always => true,
        };
        if stack {
            collector.text("exc_info", &Backtrace::force_capture().to_string());
        }
        let trace = context::continued(span, bound.as_ref().and_then(context::Context::trace));
        let correlation_id = (fields.correlation_id())
            .or_else(|| bound.as_ref()?.correlation_id())
            .unwrap_or(&self.run_id);
        let line = Line {
            timestamp: clock::now(),
            level,
            event: fields.message().unwrap_or(metadata.name()),
            logger: fields.logger().unwrap_or(metadata.target()),
            service: &self.service,
            run_id: &self.run_id,
            schema_version: self.schema_version,
            correlation_id,
            trace,
            tenant_id: fields.tenant_id(),
            user_id: fields.user_id(),
            fields,
        };
        let trace_id = trace.map(|trace| trace.trace_id);
        if !(self.sampler).keeps(level, line.event, trace_id, line.correlation_id) {
            let event = line.event.into();
            self.registry.counter(&LogLinesSampledOut { event }).inc();
            return;
        }
        self.format.write(&line, out);
        out.push('\n');
        self.output.offer(out.as_bytes());
        if let Some(export) = &self.export {
            export.offer(&line);
        }
    }
}

/// The level of a line.
fn level(level: tracing_core::Level, critical: bool) -> Level {
    match level {
        tracing_core::Level::ERROR if critical => Level::Critical,
        tracing_core::Level::ERROR => Level::Error,
        tracing_core::Level::WARN => Level::Warning,
        tracing_core::Level::INFO => Level::Info,
        tracing_core::Level::DEBUG | tracing_core::Level::TRACE => Level::Debug,
    }
}

/// What is reused from line to line.
#[derive(Default)]
struct Buffers {
    fields: Fields,
    scratch: String,
    out: String,
}

thread_local! {
    static BUFFERS: Cell<Option<Box<Buffers>>> = const { Cell::new(None) };
}

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for LogLayer {
    fn on_event(&self, event: &Event<'_>, at: Context<'_, S>) {
        let span = at.event_span(event);
        let span = span.and_then(|span| span.extensions().get::<TraceContext>().copied());
        // A value that logs while it is written finds no buffers, and gets its own.
        let buffers = BUFFERS.try_with(Cell::take).ok().flatten();
        let mut buffers = buffers.unwrap_or_default();
        self.line(&mut buffers, event, span);
        let _ = BUFFERS.try_with(|kept| kept.set(Some(buffers)));
    }
}
