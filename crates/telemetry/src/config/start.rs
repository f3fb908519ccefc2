//! The start: everything at once, or nothing.

use std::sync::Arc;
use std::time::Duration;

use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::layer::{Identity, Layer, SubscriberExt};

use super::{FurtherLayer, Guard, InitError, Telemetry};
use crate::export::{LogExport, StartError, TraceSettings};
use crate::logging::{LogLayer, Output, SpanIds, SpanLevels, log_panics_then};
use crate::{context, event, redact};

/// How long a panic may take to be written: the process may be at its end.
const PANIC: Duration = Duration::from_millis(250);

impl Telemetry {
    /// Starts it for the process: logs, and traces and logs by OTLP where they have a destination.
    ///
    /// # Errors
    /// The process has a subscriber already, or the system gives no thread; nothing is changed then.
    pub fn init(self) -> Result<Guard, InitError> {
        let (panics, stacks) = (self.panics, self.stacks);
        let (catalog, metrics) = (self.catalog.clone(), self.metrics.clone());
        let redactor = Arc::new(self.redactor.clone());
        let request_id = self.request_id.clone();
        let (subscriber, guard) = self.subscriber()?;
        tracing::subscriber::set_global_default(subscriber)
            .map_err(|_| InitError::AlreadyInitialised)?;
        redact::install(redactor);
        if let Some(name) = request_id {
            context::install_request_id(name);
        }
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
        let export = LogExport::start(&self.service, self.logs, &self.metrics)?.map(Arc::new);
        let traces = TraceSettings::new(self.service.clone(), self.traces)
            .sampling(self.trace_sampling)
            .registry(self.metrics.clone())
            .start()
            .map_err(|StartError::Thread(error)| InitError::Thread(error))?;
        let layer = LogLayer {
            service: self.service.name.into(),
            run_id: self.run_id.into(),
            schema_version: self.schema_version,
            format: self.format,
            redactor: Arc::new(self.redactor),
            sampler: self.sampler,
            stacks: self.stacks,
            registry: self.metrics,
            output: Arc::clone(&output),
            export: export.clone(),
        };
        let spans = tracing_subscriber::registry().with(SpanIds.with_filter(SpanLevels));
        let mut further: Vec<FurtherLayer> =
            traces.layer().into_iter().chain(self.further).collect();
        if further.is_empty() {
            // Without a layer that wants nothing, every event would be wanted.
            further.push(Box::new(Identity::new().with_filter(LevelFilter::OFF)));
        }
        let subscriber = spans.with(further).with(layer.with_filter(self.levels));
        let guard = Guard {
            output,
            traces,
            export,
            ended: false,
        };
        Ok((subscriber, guard))
    }
}
