//! The thread that writes lines.

use std::cell::Cell;
use std::io::{self, ErrorKind, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, PoisonError};
use std::thread;
use std::time::Duration;

use tracing::Dispatch;

use super::Sink;
use super::output::{Queue, Waiting};

/// How long the writer lets lines gather after it has written some: the first line after a pause is written at once,
/// a busy service does not wake the writer for every line.
const LINGER: Duration = Duration::from_millis(5);
/// So many bytes are written without further delay.
pub(super) const LINGER_UNTIL: usize = 256 * 1024;

thread_local! {
    static WRITER: Cell<bool> = const { Cell::new(false) };
}

/// Whether this is a thread that writes: it must not wait for itself.
pub(super) fn is_this_thread() -> bool {
    WRITER.get()
}

/// Starts to write to the sink what comes into the queue.
pub(super) fn start(sink: Sink, queue: Arc<Queue>) -> io::Result<()> {
    let thread = thread::Builder::new().name("log-writer".to_owned());
    thread.spawn(move || {
        WRITER.set(true);
        // What a sink logs while it writes must not become lines to write.
        tracing::dispatcher::with_default(&Dispatch::none(), || {
            let mut sink = Guarded::new(sink);
            run(&queue, &mut sink);
        });
    })?;
    Ok(())
}

fn run(queue: &Queue, sink: &mut Guarded) {
    let mut batch = Vec::new();
    loop {
        let mut waiting = sleep(queue);
        if waiting.text.is_empty() && waiting.closed {
            return;
        }
        waiting.urgent = false;
        std::mem::swap(&mut waiting.text, &mut batch);
        let count = std::mem::take(&mut waiting.count);
        drop(waiting);
        let lost = count.min(lines(sink.write(&batch)));
        batch.clear();
        queue.counts.written.inc_by(count - lost);
        queue.counts.failed.inc_by(lost);
        let mut waiting = queue.lock();
        waiting.dealt += count;
        queue.dealt.notify_all();
        let gathers = |waiting: &mut Waiting| {
            waiting.text.len() < LINGER_UNTIL && !waiting.urgent && !waiting.closed
        };
        // A queue whose lock is poisoned is as good as ever: nothing in it is ever half done.
        let _gathered = queue.more.wait_timeout_while(waiting, LINGER, gathers);
    }
}

/// Waits until there are lines, or none will come any more.
fn sleep(queue: &Queue) -> std::sync::MutexGuard<'_, Waiting> {
    let mut waiting = queue.lock();
    while waiting.text.is_empty() && !waiting.closed {
        waiting.urgent = false;
        waiting.asleep = true;
        waiting = (queue.more.wait(waiting)).unwrap_or_else(PoisonError::into_inner);
    }
    waiting.asleep = false;
    waiting
}

/// How many lines a text has.
fn lines(text: &[u8]) -> u64 {
    text.iter().filter(|byte| **byte == b'\n').count() as u64
}

/// A sink that may fail, also by a panic.
struct Guarded {
    sink: Box<dyn Write + Send>,
    /// The last line was not written to its end: the next one must not be joined to it.
    torn: bool,
}

impl Guarded {
    fn new(sink: Sink) -> Self {
        Self {
            sink: sink.open(),
            torn: false,
        }
    }

    /// Writes whole lines; returns what could not be written.
    fn write<'a>(&mut self, batch: &'a [u8]) -> &'a [u8] {
        let mut rest = batch;
        let written = catch_unwind(AssertUnwindSafe(|| self.attempt(&mut rest)));
        if matches!(written, Ok(Ok(()))) {
            return &[];
        }
        let done = batch.len() - rest.len();
        // What was taken and could not be flushed may never arrive.
        let rest = if rest.is_empty() { batch } else { rest };
        self.torn |= done > 0 && batch[done - 1] != b'\n';
        rest
    }

    fn attempt(&mut self, rest: &mut &[u8]) -> io::Result<()> {
        if self.torn {
            self.sink.write_all(b"\n")?;
            self.torn = false;
        }
        while !rest.is_empty() {
            match self.sink.write(rest) {
                Ok(0) => return Err(ErrorKind::WriteZero.into()),
                Ok(written) => *rest = &rest[written.min(rest.len())..],
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        self.sink.flush()
    }
}
