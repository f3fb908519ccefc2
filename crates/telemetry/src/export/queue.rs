//! The way from the threads that end spans to the one that sends them.

use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use opentelemetry::Context;
use opentelemetry_sdk::error::{OTelSdkError, OTelSdkResult};
use opentelemetry_sdk::trace::{Span, SpanData, SpanProcessor};
use tokio::sync::mpsc::error::TrySendError;
use tokio::sync::{mpsc, watch};
use tokio::time::Instant;

use super::worker::Drops;

/// Hands ended spans over, or drops and counts them: it never waits.
#[derive(Debug)]
pub(super) struct Queue {
    pub(super) spans: mpsc::Sender<SpanData>,
    /// Asks for what is queued to be sent, with the way to say that it was.
    pub(super) flush: mpsc::UnboundedSender<Sender<()>>,
    /// Set to when the worker has to have ended.
    pub(super) stop: watch::Sender<Option<Instant>>,
    /// Hangs up when the worker has ended.
    pub(super) ended: Mutex<Receiver<()>>,
    pub(super) timeout: Duration,
    pub(super) drops: Drops,
}

impl SpanProcessor for Queue {
    fn on_start(&self, _span: &mut Span, _context: &Context) {}

    fn on_end(&self, span: SpanData) {
        if !span.span_context.is_sampled() {
            return;
        }
        match self.spans.try_send(span) {
            Ok(()) => {}
            Err(TrySendError::Full(_)) => self.drops.queue_full.inc(),
            Err(TrySendError::Closed(_)) => self.drops.shutdown.inc(),
        }
    }

    fn force_flush(&self) -> OTelSdkResult {
        let (done, wait) = channel();
        self.flush
            .send(done)
            .map_err(|_| OTelSdkError::AlreadyShutdown)?;
        wait.recv_timeout(self.timeout)
            .map_err(|_| OTelSdkError::Timeout(self.timeout))
    }

    fn shutdown_with_timeout(&self, timeout: Duration) -> OTelSdkResult {
        // The worker gets a little less, so that it can still count what it leaves behind.
        self.stop
            .send_replace(Some(Instant::now() + timeout.mul_f64(0.9)));
        let ended = self.ended.lock().unwrap_or_else(PoisonError::into_inner);
        match ended.recv_timeout(timeout) {
            Err(std::sync::mpsc::RecvTimeoutError::Timeout) => Err(OTelSdkError::Timeout(timeout)),
            Ok(()) | Err(std::sync::mpsc::RecvTimeoutError::Disconnected) => Ok(()),
        }
    }
}
