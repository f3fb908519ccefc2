//! The thread that sends.

use std::sync::mpsc::Sender;
use std::time::Duration;

use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, sleep_until, timeout};

use super::pipe::Counts;

/// Sends items: spans, or log records.
pub(super) trait Exporter: 'static {
    /// What it sends.
    type Item: Send + 'static;

    /// Whether the items arrived.
    async fn export(&self, items: Vec<Self::Item>) -> bool;
}

/// Takes items out of the queue and sends them in batches.
pub(super) struct Worker<T> {
    pub(super) items: mpsc::Receiver<T>,
    pub(super) flush: mpsc::UnboundedReceiver<Sender<()>>,
    pub(super) stop: watch::Receiver<Option<Instant>>,
    /// How many items are sent at once.
    pub(super) batch: usize,
    /// How long an item waits for others at most.
    pub(super) interval: Duration,
    /// How long the collector may take for a batch.
    pub(super) timeout: Duration,
    pub(super) counts: Counts,
}

impl<T: Send + 'static> Worker<T> {
    /// Sends until it is told to stop and the queue is empty, or the deadline has come.
    pub(super) async fn run(mut self, exporter: impl Exporter<Item = T>) {
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
                    // Only what is queued now: what keeps coming must not keep the caller waiting.
                    for _ in 0..self.items.len().div_ceil(self.batch).max(1) {
                        self.fill(&mut batch);
                        self.send(&exporter, &mut batch).await;
                    }
                    // The caller may have given up waiting.
                    let _ = done.send(());
                }
                received = self.items.recv_many(&mut batch, room) => {
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
        self.items.close();
        loop {
            self.fill(&mut batch);
            if batch.is_empty() {
                return;
            }
            self.send(&exporter, &mut batch).await;
        }
    }

    fn fill(&mut self, batch: &mut Vec<T>) {
        while batch.len() < self.batch
            && let Ok(item) = self.items.try_recv()
        {
            batch.push(item);
        }
    }

    /// Sends a batch and counts what became of it. The batch is empty afterwards.
    async fn send(&mut self, exporter: &impl Exporter<Item = T>, batch: &mut Vec<T>) {
        if batch.is_empty() {
            return;
        }
        let count = u64::try_from(batch.len()).unwrap_or(u64::MAX);
        if (*self.stop.borrow()).is_some_and(|deadline| deadline <= Instant::now()) {
            batch.clear();
            self.counts.shutdown.inc_by(count);
            return;
        }
        let items = std::mem::replace(batch, Vec::with_capacity(self.batch));
        let outcome = tokio::select! {
            biased;
            () = deadline(&mut self.stop) => &self.counts.shutdown,
            sent = timeout(self.timeout, exporter.export(items)) => match sent {
                Ok(true) => &self.counts.exported,
                Ok(false) | Err(_) => &self.counts.export_failed,
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
