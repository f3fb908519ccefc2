//! The way from the threads of the service to the one that sends.

use std::io;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use tokio::sync::mpsc::error::TrySendError;
use tokio::sync::{mpsc, watch};
use tokio::time::Instant;
use tracing::Dispatch;

use super::worker::{Exporter, Worker};
use crate::metrics::CounterHandle;

/// How much waits to be sent, and for how long.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Delivery {
    /// How many items wait at most.
    pub(crate) queue: usize,
    /// How many are sent at once.
    pub(crate) batch: usize,
    /// How long one waits for others at most.
    pub(crate) interval: Duration,
    /// How long the collector may take for a batch.
    pub(crate) timeout: Duration,
}

impl Default for Delivery {
    fn default() -> Self {
        Self {
            queue: 2048,
            batch: 512,
            interval: Duration::from_secs(1),
            timeout: Duration::from_secs(5),
        }
    }
}

/// What became of items.
#[derive(Clone, Debug)]
pub(super) struct Counts {
    pub(super) exported: CounterHandle,
    pub(super) queue_full: CounterHandle,
    pub(super) export_failed: CounterHandle,
    pub(super) shutdown: CounterHandle,
}

/// Hands items over, or drops and counts them: it never waits.
#[derive(Debug)]
pub(super) struct Pipe<T> {
    items: mpsc::Sender<T>,
    /// Asks for what is queued to be sent, with the way to say that it was.
    flush: mpsc::UnboundedSender<Sender<()>>,
    /// Set to when the worker has to have ended.
    stop: watch::Sender<Option<Instant>>,
    /// Hangs up when the worker has ended.
    ended: Mutex<Receiver<()>>,
    timeout: Duration,
    counts: Counts,
}

impl<T: Send + 'static> Pipe<T> {
    /// Starts the sending thread; the exporter is made there, where its connections live.
    pub(super) fn start<E: Exporter<Item = T>>(
        thread: &str,
        delivery: Delivery,
        counts: Counts,
        exporter: impl FnOnce() -> E + Send + 'static,
    ) -> io::Result<Self> {
        let (item_sender, items) = mpsc::channel(delivery.queue.max(1));
        let (flush_sender, flush) = mpsc::unbounded_channel();
        let (stop_sender, stop) = watch::channel(None);
        let (ended_sender, ended) = channel();
        let worker = Worker {
            items,
            flush,
            stop,
            batch: delivery.batch.max(1),
            interval: delivery.interval,
            timeout: delivery.timeout,
            counts: counts.clone(),
        };
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        thread::Builder::new()
            .name(thread.to_owned())
            .spawn(move || {
                // What the client's own libraries trace while they send must not become something to send.
                tracing::dispatcher::with_default(&Dispatch::none(), || {
                    runtime.block_on(async { worker.run(exporter()).await });
                });
                drop::<Sender<()>>(ended_sender);
                // A name that is still being looked up keeps nobody waiting.
                runtime.shutdown_background();
            })?;
        Ok(Self {
            items: item_sender,
            flush: flush_sender,
            stop: stop_sender,
            ended: Mutex::new(ended),
            timeout: delivery.timeout,
            counts,
        })
    }

    pub(super) fn offer(&self, item: T) {
        match self.items.try_send(item) {
            Ok(()) => {}
            Err(TrySendError::Full(_)) => self.counts.queue_full.inc(),
            Err(TrySendError::Closed(_)) => self.counts.shutdown.inc(),
        }
    }

    /// Sends what is queued and waits for it, as long as the collector may take for a batch.
    pub(super) fn flush(&self) -> bool {
        let (done, wait) = channel();
        self.flush.send(done).is_ok() && wait.recv_timeout(self.timeout).is_ok()
    }

    /// Tells the worker to end within the time.
    pub(super) fn stop(&self, within: Duration) {
        // The worker gets a little less, so that it can still count what it leaves behind.
        self.stop
            .send_replace(Some(Instant::now() + within.mul_f64(0.9)));
    }

    /// Waits for the end of the worker. Says whether it has come.
    pub(super) fn ended(&self, within: Duration) -> bool {
        let ended = self.ended.lock().unwrap_or_else(PoisonError::into_inner);
        !matches!(ended.recv_timeout(within), Err(RecvTimeoutError::Timeout))
    }
}
