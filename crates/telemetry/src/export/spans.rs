//! Spans on their way out.

use std::sync::Arc;
use std::time::Duration;

use opentelemetry::Context;
use opentelemetry_otlp::SpanExporter as Otlp;
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::error::{OTelSdkError, OTelSdkResult};
use opentelemetry_sdk::trace::{Span, SpanData, SpanExporter as _, SpanProcessor};

use super::console;
use super::destination::Destination;
use super::pipe::Pipe;
use super::scrub::scrub;
use super::transport::{Transport, print, to};
use super::worker::Exporter;
use crate::redact;

/// Puts ended spans into the queue.
#[derive(Clone, Debug)]
pub(super) struct SpanQueue(pub(super) Arc<Pipe<SpanData>>);

impl SpanProcessor for SpanQueue {
    fn on_start(&self, _span: &mut Span, _context: &Context) {}

    fn on_end(&self, span: SpanData) {
        if span.span_context.is_sampled() {
            self.0.offer(span);
        }
    }

    fn force_flush(&self) -> OTelSdkResult {
        if self.0.flush() {
            Ok(())
        } else {
            Err(OTelSdkError::InternalFailure("not in time".to_owned()))
        }
    }

    fn shutdown_with_timeout(&self, timeout: Duration) -> OTelSdkResult {
        self.0.stop(timeout);
        if self.0.ended(timeout) {
            Ok(())
        } else {
            Err(OTelSdkError::Timeout(timeout))
        }
    }
}

/// Sends spans, redacted.
pub(super) struct SpanSender(Transport<Otlp>);

impl SpanSender {
    pub(super) fn new(destination: &Destination, resource: &Resource, timeout: Duration) -> Self {
        let prepare = |exporter: &mut Otlp| exporter.set_resource(resource);
        Self(match destination {
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
        })
    }
}

impl Exporter for SpanSender {
    type Item = SpanData;

    async fn export(&self, mut spans: Vec<SpanData>) -> bool {
        let redactor = redact::installed();
        for span in &mut spans {
            scrub(redactor, span);
        }
        match &self.0 {
            Transport::Otlp(exporter) => exporter.export(spans).await.is_ok(),
            Transport::Console => print(spans.iter().map(console::span)),
            Transport::Broken => false,
        }
    }
}
