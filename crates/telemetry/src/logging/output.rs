//! The way from the threads that log to the one that writes: nobody waits for a sink.

use std::fmt;
use std::io;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::Sink;
use super::writer::{self, LINGER_UNTIL};
use crate::metrics::own::{LineLoss, LogLines, LogLinesDropped};
use crate::metrics::{CounterHandle, Registry};

/// How many bytes of lines wait at most, unless told otherwise.
pub(crate) const QUEUE: usize = 4 * 1024 * 1024;

/// Takes lines, as many as fit; the others are dropped and counted.
pub(crate) struct Output(Arc<Queue>);

impl fmt::Debug for Output {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Output")
    }
}

/// What the threads that log and the one that writes share.
pub(super) struct Queue {
    waiting: Mutex<Waiting>,
    /// Something is there for the writer to do.
    pub(super) more: Condvar,
    /// Lines have been dealt with.
    pub(super) dealt: Condvar,
    limit: usize,
    pub(super) counts: Counts,
}

/// The lines that wait, and how far the writer has got.
#[derive(Default)]
pub(super) struct Waiting {
    /// Whole lines, one after the other: handing one over copies it and allocates nothing.
    pub(super) text: Vec<u8>,
    /// How many they are.
    pub(super) count: u64,
    /// Lines ever taken.
    pub(super) taken: u64,
    /// Lines ever dealt with: written, or counted as lost.
    pub(super) dealt: u64,
    /// The writer sleeps until it is told that there is more.
    pub(super) asleep: bool,
    /// Somebody waits for what is there now.
    pub(super) urgent: bool,
    /// No more lines come.
    pub(super) closed: bool,
}

/// What became of lines.
pub(super) struct Counts {
    pub(super) written: CounterHandle,
    full: CounterHandle,
    pub(super) failed: CounterHandle,
    shutdown: CounterHandle,
}

impl Counts {
    fn new(registry: &Registry) -> Self {
        registry.initialise::<LogLines>();
        registry.initialise::<LogLinesDropped>();
        let lost = |reason| registry.counter(&LogLinesDropped { reason });
        Self {
            written: registry.counter(&LogLines {}),
            full: lost(LineLoss::QueueFull),
            failed: lost(LineLoss::SinkFailed),
            shutdown: lost(LineLoss::Shutdown),
        }
    }
}

impl Queue {
    pub(super) fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Output {
    /// Starts the thread that writes to the sink; it ends with the output.
    pub(crate) fn start(sink: Sink, limit: usize, registry: &Registry) -> io::Result<Self> {
        let queue = Arc::new(Queue {
            waiting: Mutex::default(),
            more: Condvar::new(),
            dealt: Condvar::new(),
            limit,
            counts: Counts::new(registry),
        });
        writer::start(sink, Arc::clone(&queue))?;
        Ok(Self(queue))
    }

    /// Hands a line over, with its line break, or drops and counts it.
    pub(crate) fn offer(&self, line: &[u8]) {
        let mut waiting = self.0.lock();
        let before = waiting.text.len();
        let after = before + line.len();
        if after > self.0.limit {
            drop(waiting);
            return self.0.counts.full.inc();
        }
        waiting.text.extend_from_slice(line);
        waiting.count += 1;
        waiting.taken += 1;
        let crowded = before < LINGER_UNTIL && after >= LINGER_UNTIL;
        if waiting.asleep || crowded {
            waiting.asleep = false;
            self.0.more.notify_one();
        }
    }

    /// Waits until what has been handed over is dealt with. Says whether it was done in time.
    pub(crate) fn flush(&self, deadline: Duration) -> bool {
        if writer::is_this_thread() {
            return false;
        }
        let mut waiting = self.0.lock();
        let taken = waiting.taken;
        waiting.urgent = true;
        waiting.asleep = false;
        self.0.more.notify_one();
        let (waiting, _) = (self.0.dealt)
            .wait_timeout_while(waiting, deadline, |waiting| waiting.dealt < taken)
            .unwrap_or_else(PoisonError::into_inner);
        waiting.dealt >= taken
    }

    /// As [`flush`](Self::flush); lines that wait even then are dropped and counted.
    pub(crate) fn shutdown(&self, deadline: Duration) -> bool {
        let in_time = self.flush(deadline);
        if !in_time {
            let mut waiting = self.0.lock();
            let left = std::mem::take(&mut waiting.count);
            waiting.text.clear();
            waiting.dealt += left;
            self.0.counts.shutdown.inc_by(left);
        }
        in_time
    }
}

impl Drop for Output {
    fn drop(&mut self) {
        let mut waiting = self.0.lock();
        waiting.closed = true;
        self.0.more.notify_one();
    }
}
