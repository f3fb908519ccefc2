//! The thread that sends spans.

use std::io::Write;
use std::sync::mpsc::Sender;
use std::time::Duration;

use opentelemetry_otlp::{SpanExporter as OtlpExporter, WithExportConfig};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::{SpanData, SpanExporter};
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, sleep_until, timeout};

use super::console;
use super::destination::Destination;
use super::scrub::scrub;
use crate::metrics::own::{DropReason, SpansDropped};
use crate::metrics::{CounterHandle, Registry};
use crate::redact;

/// What was dropped, by reason.
#[derive(Clone, Debug)]
pub(super) struct Drops {
    pub(super) queue_full: CounterHandle,
    pub(super) export_failed: CounterHandle,
    pub(super) shutdown: CounterHandle,
}

impl Drops {
    pub(super) fn new(registry: &Registry) -> Self {
        let counter = |reason| registry.counter(&SpansDropped { reason });
        Self {
            queue_full: counter(DropReason::QueueFull),
            export_failed: counter(DropReason::ExportFailed),
            shutdown: counter(DropReason::Shutdown),
        }
    }
}

/// Takes spans out of the queue and sends them in batches.
pub(super) struct Worker {
    pub(super) spans: mpsc::Receiver<SpanData>,
    pub(super) flush: mpsc::UnboundedReceiver<Sender<()>>,
    pub(super) stop: watch::Receiver<Option<Instant>>,
    pub(super) destination: Destination,
    pub(super) resource: Resource,
    /// How many spans are sent at once.
    pub(super) batch: usize,
    /// How long a span waits for others at most.
    pub(super) interval: Duration,
    /// How long the collector may take for a batch.
    pub(super) timeout: Duration,
    pub(super) exported: CounterHandle,
    pub(super) drops: Drops,
}

impl Worker {
    /// Sends until it is told to stop and the queue is empty, or the deadline has come.
    pub(super) async fn run(mut self) {
        let exporter = Exporter::new(&self.destination, &self.resource, self.timeout);
        let mut batch = Vec::with_capacity(self.batch);
        let mut due = Instant::now() + self.interval;
        while self.stop.borrow().is_none() {
            let room = self.batch - batch.len();
            tokio::select! {
                changed = self.stop.changed() => {
                    if changed.is_err() {
                        break;
                    }
                }
                Some(done) = self.flush.recv() => {
                    // Only what is queued now: spans that keep coming must not keep the caller waiting.
                    for _ in 0..self.spans.len().div_ceil(self.batch).max(1) {
                        self.fill(&mut batch);
                        self.send(&exporter, &mut batch).await;
                    }
                    // The caller may have given up waiting.
                    let _ = done.send(());
                }
                received = self.spans.recv_many(&mut batch, room) => {
                    if received == 0 {
                        break;
                    }
                    if batch.len() == received {
                        due = Instant::now() + self.interval;
                    }
                    if batch.len() >= self.batch {
                        self.send(&exporter, &mut batch).await;
                    }
                }
                () = sleep_until(due), if !batch.is_empty() => {
                    self.send(&exporter, &mut batch).await;
                }
            }
        }
        self.spans.close();
        loop {
            self.fill(&mut batch);
            if batch.is_empty() {
                return;
            }
            self.send(&exporter, &mut batch).await;
        }
    }

    fn fill(&mut self, batch: &mut Vec<SpanData>) {
        while batch.len() < self.batch
            && let Ok(span) = self.spans.try_recv()
        {
            batch.push(span);
        }
    }

    /// Sends a batch and counts what became of it. The batch is empty afterwards.
    async fn send(&mut self, exporter: &Exporter, batch: &mut Vec<SpanData>) {
        if batch.is_empty() {
            return;
        }
        let count = u64::try_from(batch.len()).unwrap_or(u64::MAX);
        if (*self.stop.borrow()).is_some_and(|deadline| deadline <= Instant::now()) {
            batch.clear();
            self.drops.shutdown.inc_by(count);
            return;
        }
        let mut spans = std::mem::replace(batch, Vec::with_capacity(self.batch));
        let redactor = redact::installed();
        for span in &mut spans {
            scrub(redactor, span);
        }
        let outcome = tokio::select! {
            biased;
            () = deadline(&mut self.stop) => &self.drops.shutdown,
            sent = timeout(self.timeout, exporter.export(spans)) => match sent {
                Ok(true) => &self.exported,
                Ok(false) | Err(_) => &self.drops.export_failed,
            },
        };
        outcome.inc_by(count);
    }
}

/// Passes when the worker has to have ended.
async fn deadline(stop: &mut watch::Receiver<Option<Instant>>) {
    let at = stop.wait_for(Option::is_some).await.ok().and_then(|at| *at);
    if let Some(at) = at {
        sleep_until(at).await;
    }
}

enum Exporter {
    Otlp(Box<OtlpExporter>),
    Console,
    /// What cannot be sent is dropped and counted, as with a collector that is absent.
    Broken,
}

impl Exporter {
    /// Made in the worker's runtime, where its connections live.
    fn new(destination: &Destination, resource: &Resource, timeout: Duration) -> Self {
        let built = match destination {
            Destination::Console => return Self::Console,
            Destination::Off => return Self::Broken,
            Destination::Http(address) => OtlpExporter::builder()
                .with_http()
                .with_endpoint(address)
                .with_timeout(timeout)
                .build(),
            #[cfg(feature = "grpc")]
            Destination::Grpc(address) => OtlpExporter::builder()
                .with_tonic()
                .with_endpoint(address)
                .with_timeout(timeout)
                .build(),
        };
        match built {
            Ok(mut exporter) => {
                exporter.set_resource(resource);
                Self::Otlp(Box::new(exporter))
            }
            Err(_) => Self::Broken,
        }
    }

    /// Whether the spans arrived.
    async fn export(&self, spans: Vec<SpanData>) -> bool {
        match self {
            Self::Otlp(exporter) => exporter.export(spans).await.is_ok(),
            Self::Console => {
                let mut text = String::new();
                for span in &spans {
                    text.push_str(&console::line(span));
                    text.push('\n');
                }
                std::io::stderr().lock().write_all(text.as_bytes()).is_ok()
            }
            Self::Broken => false,
        }
    }
}
