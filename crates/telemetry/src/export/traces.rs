//! Starting and ending the export.

use std::sync::Mutex;
use std::sync::mpsc::channel;
use std::thread;
use std::time::Duration;

use opentelemetry::KeyValue;
use opentelemetry::trace::TracerProvider;
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::{Sampler, SdkTracerProvider};
use thiserror::Error;
use tokio::sync::{mpsc, watch};
use tracing::Subscriber;
use tracing::subscriber::NoSubscriber;
use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::layer::Layer;
use tracing_subscriber::registry::LookupSpan;

use super::align::{After, Before, Ids};
use super::destination::Destination;
use super::queue::Queue;
use super::worker::{Drops, Worker};
use crate::metrics::Registry;
use crate::metrics::own::{SpansDropped, SpansExported};

/// Who sends the spans: the attributes of the resource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServiceIdentity {
    /// `service.name`
    pub name: String,
    /// `service.version`
    pub version: String,
    /// `deployment.environment`
    pub environment: String,
}

impl ServiceIdentity {
    /// A service by name, version and environment.
    #[must_use]
    pub fn new(
        name: impl Into<String>,
        version: impl Into<String>,
        environment: impl Into<String>,
    ) -> Self {
        Self {
            name: name.into(),
            version: version.into(),
            environment: environment.into(),
        }
    }

    fn resource(&self) -> Resource {
        Resource::builder_empty()
            .with_attributes([
                KeyValue::new("service.name", self.name.clone()),
                KeyValue::new("service.version", self.version.clone()),
                KeyValue::new("deployment.environment", self.environment.clone()),
            ])
            .build()
    }
}

/// How spans are sampled, queued and sent.
#[derive(Clone, Debug)]
pub struct TraceSettings {
    service: ServiceIdentity,
    destination: Destination,
    ratio: f64,
    queue: usize,
    batch: usize,
    interval: Duration,
    timeout: Duration,
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
            ratio: 1.0,
            queue: 2048,
            batch: 512,
            interval: Duration::from_secs(1),
            timeout: Duration::from_secs(5),
            registry: Registry::global().clone(),
        }
    }

    /// Which part of the traces that start here is sent, 0 to 1. A trace that started elsewhere is sent if its parent is.
    #[must_use]
    pub fn ratio(mut self, ratio: f64) -> Self {
        self.ratio = ratio;
        self
    }

    /// How many spans wait at most; at least one.
    #[must_use]
    pub fn queue(mut self, spans: usize) -> Self {
        self.queue = spans.max(1);
        self
    }

    /// How many spans are sent at once; at least one.
    #[must_use]
    pub fn batch(mut self, spans: usize) -> Self {
        self.batch = spans.max(1);
        self
    }

    /// How long a span waits for others at most.
    #[must_use]
    pub fn interval(mut self, interval: Duration) -> Self {
        self.interval = interval;
        self
    }

    /// How long the collector may take for a batch before the batch is dropped.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
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
            return Ok(Traces { provider: None });
        }
        self.registry.initialise::<SpansExported>();
        self.registry.initialise::<SpansDropped>();
        let drops = Drops::new(&self.registry);
        let resource = self.service.resource();
        let (span_sender, spans) = mpsc::channel(self.queue);
        let (flush_sender, flush) = mpsc::unbounded_channel();
        let (stop_sender, stop) = watch::channel(None);
        let (ended_sender, ended) = channel();
        let worker = Worker {
            spans,
            flush,
            stop,
            destination: self.destination,
            resource: resource.clone(),
            batch: self.batch,
            interval: self.interval,
            timeout: self.timeout,
            exported: self.registry.counter(&SpansExported {}),
            drops: drops.clone(),
        };
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        thread::Builder::new()
            .name("trace-export".to_owned())
            .spawn(move || {
                // What the client's own libraries trace while they send must not become spans to send.
                tracing::subscriber::with_default(NoSubscriber::default(), || {
                    runtime.block_on(worker.run());
                });
                drop::<std::sync::mpsc::Sender<()>>(ended_sender);
                // A name that is still being looked up keeps nobody waiting.
                runtime.shutdown_background();
            })?;
        let queue = Queue {
            spans: span_sender,
            flush: flush_sender,
            stop: stop_sender,
            ended: Mutex::new(ended),
            timeout: self.timeout,
            drops,
        };
        let sampler = Sampler::TraceIdRatioBased(self.ratio.clamp(0.0, 1.0));
        let provider = SdkTracerProvider::builder()
            .with_sampler(Sampler::ParentBased(Box::new(sampler)))
            .with_id_generator(Ids::default())
            .with_resource(resource)
            .with_span_processor(queue)
            .build();
        Ok(Traces {
            provider: Some(provider),
        })
    }
}

/// A running export. Clones share it; the last one that goes ends it.
#[derive(Clone, Debug)]
pub struct Traces {
    provider: Option<SdkTracerProvider>,
}

impl Traces {
    /// The layer that makes `tracing`'s spans of level info and above spans of a trace; none where the export is off. A span has the identifiers
    /// of its [`TraceContext`](crate::context::TraceContext), which becomes unsampled where the ratio says so.
    #[must_use]
    pub fn layer<S>(&self) -> Option<Box<dyn Layer<S> + Send + Sync>>
    where
        S: Subscriber + for<'span> LookupSpan<'span> + Send + Sync,
    {
        let tracer = self.provider.as_ref()?.tracer("obsctl-telemetry");
        let traces = tracing_opentelemetry::layer().with_tracer(tracer);
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
        self.provider
            .as_ref()
            .is_none_or(|provider| provider.force_flush().is_ok())
    }

    /// Sends what is queued and ends the export, within the deadline. Says whether it was done in time; what was not
    /// sent is counted as dropped.
    #[must_use]
    pub fn shutdown(&self, deadline: Duration) -> bool {
        self.provider
            .as_ref()
            .is_none_or(|provider| provider.shutdown_with_timeout(deadline).is_ok())
    }
}
