//! Starting and ending the export.

use std::sync::Arc;
use std::time::Duration;

use opentelemetry::trace::TracerProvider;
use opentelemetry_sdk::trace::{SdkTracerProvider, SpanData};
use thiserror::Error;
use tracing::Subscriber;
use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::layer::Layer;
use tracing_subscriber::registry::LookupSpan;

use super::SCOPE;
use super::align::{After, Before, Ids};
use super::destination::Destination;
use super::pipe::{Counts, Delivery, Pipe};
use super::resource::ServiceIdentity;
use super::sampling::TraceSampling;
use super::spans::{SpanQueue, SpanSender};
use crate::metrics::Registry;
use crate::metrics::own::{DropReason, SpansDropped, SpansExported};

/// How spans are sampled, queued and sent.
#[derive(Clone, Debug)]
pub struct TraceSettings {
    service: ServiceIdentity,
    destination: Destination,
    sampling: TraceSampling,
    delivery: Delivery,
    registry: Registry,
}

/// The export could not start.
#[derive(Debug, Error)]
pub enum StartError {
    /// The system gave no thread or no event loop.
    #[error("the sending thread did not start")]
    Thread(#[from] std::io::Error),
}

impl TraceSettings {
    /// Sends every trace, in batches of 512 out of a queue of 2048, at the latest after a second; the collector may take
    /// five.
    #[must_use]
    pub fn new(service: ServiceIdentity, destination: Destination) -> Self {
        Self {
            service,
            destination,
            sampling: TraceSampling::default(),
            delivery: Delivery::default(),
            registry: Registry::global().clone(),
        }
    }

    /// Which part of the traces that start here is sent, 0 to 1. A trace that started elsewhere is sent if its parent is.
    #[must_use]
    pub fn ratio(mut self, ratio: f64) -> Self {
        self.sampling.ratio = ratio;
        self
    }

    /// Which traces are sent.
    #[must_use]
    pub fn sampling(mut self, sampling: TraceSampling) -> Self {
        self.sampling = sampling;
        self
    }

    /// How many spans wait at most; at least one.
    #[must_use]
    pub fn queue(mut self, spans: usize) -> Self {
        self.delivery.queue = spans;
        self
    }

    /// How many spans are sent at once; at least one.
    #[must_use]
    pub fn batch(mut self, spans: usize) -> Self {
        self.delivery.batch = spans;
        self
    }

    /// How long a span waits for others at most.
    #[must_use]
    pub fn interval(mut self, interval: Duration) -> Self {
        self.delivery.interval = interval;
        self
    }

    /// How long the collector may take for a batch before the batch is dropped.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.delivery.timeout = timeout;
        self
    }

    /// Where sent and dropped spans are counted, instead of the global registry.
    #[must_use]
    pub fn registry(mut self, registry: Registry) -> Self {
        self.registry = registry;
        self
    }

    /// Starts the sending thread. With [`Destination::Off`] nothing is started.
    ///
    /// # Errors
    ///
    /// When the system gives no thread. A collector that is absent is no error.
    pub fn start(self) -> Result<Traces, StartError> {
        if self.destination == Destination::Off {
            return Ok(Traces::default());
        }
        self.registry.initialise::<SpansExported>();
        self.registry.initialise::<SpansDropped>();
        let dropped = |reason| self.registry.counter(&SpansDropped { reason });
        let counts = Counts {
            exported: self.registry.counter(&SpansExported {}),
            queue_full: dropped(DropReason::QueueFull),
            export_failed: dropped(DropReason::ExportFailed),
            shutdown: dropped(DropReason::Shutdown),
        };
        let resource = self.service.resource();
        let (destination, delivery) = (self.destination, self.delivery);
        let pipe = Pipe::start("trace-export", delivery, counts, {
            let resource = resource.clone();
            move || SpanSender::new(&destination, &resource, delivery.timeout)
        })?;
        let pipe = Arc::new(pipe);
        let provider = SdkTracerProvider::builder()
            .with_sampler(self.sampling.sampler())
            .with_id_generator(Ids::default())
            .with_resource(resource)
            .with_span_processor(SpanQueue(Arc::clone(&pipe)))
            .build();
        Ok(Traces {
            running: Some((provider, pipe)),
        })
    }
}

/// A running export. Clones share it; the last one that goes ends it.
#[derive(Clone, Debug, Default)]
pub struct Traces {
    running: Option<(SdkTracerProvider, Arc<Pipe<SpanData>>)>,
}

impl Traces {
    /// The layer that makes `tracing`'s spans of level info and above spans of a trace; none where the export is off. A span has the identifiers
    /// of its [`TraceContext`](crate::context::TraceContext), which becomes unsampled where the ratio says so.
    #[must_use]
    pub fn layer<S>(&self) -> Option<Box<dyn Layer<S> + Send + Sync>>
    where
        S: Subscriber + for<'span> LookupSpan<'span> + Send + Sync,
    {
        let (provider, _) = self.running.as_ref()?;
        // A span says what the code that makes it says, and nothing of its own: the span catalog declares all of it.
        let traces = tracing_opentelemetry::layer()
            .with_tracer(provider.tracer(SCOPE))
            .with_location(false)
            .with_target(false)
            .with_threads(false)
            .with_tracked_inactivity(false);
        Some(Box::new(
            Before
                .and_then(traces)
                .and_then(After)
                .with_filter(LevelFilter::INFO),
        ))
    }

    /// Sends what is queued and waits for it, as long as the collector may take for a batch. Says whether all of it was
    /// dealt with in that time.
    #[must_use]
    pub fn flush(&self) -> bool {
        let running = self.running.as_ref();
        running.is_none_or(|(provider, _)| provider.force_flush().is_ok())
    }

    /// Sends what is queued and ends the export, within the deadline. Says whether it was done in time; what was not
    /// sent is counted as dropped.
    #[must_use]
    pub fn shutdown(&self, deadline: Duration) -> bool {
        let running = self.running.as_ref();
        running.is_none_or(|(provider, _)| provider.shutdown_with_timeout(deadline).is_ok())
    }

    /// Tells the sending thread to end within the time, without waiting for it.
    pub(crate) fn stop(&self, within: Duration) {
        if let Some((_, pipe)) = &self.running {
            pipe.stop(within);
        }
    }

    /// Waits for its end.
    pub(crate) fn ended(&self, within: Duration) -> bool {
        let running = self.running.as_ref();
        running.is_none_or(|(_, pipe)| pipe.ended(within))
    }
}
