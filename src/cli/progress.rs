//! Telling what goes on while a command waits for others: a line that is written over where a person watches, else
//! a line now and then.
#![expect(clippy::disallowed_methods, reason = "people are told after a while")]

use std::io;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use super::Terminal;
use crate::live::{Progress, Tell};

/// How often the line of a person is written anew, and when first.
const QUICK: Duration = Duration::from_millis(100);
const FIRST: Duration = Duration::from_secs(1);
/// How often a line is added where nobody watches.
const SLOW: Duration = Duration::from_secs(10);
/// What fits on a line of any terminal.
const WIDTH: usize = 78;
const CLEAR: &str = "\r\x1b[2K";

/// Works in another thread, and shows in this one what it tells.
///
/// # Errors
/// When it cannot be printed.
pub(super) fn during<T: Send>(
    terminal: &mut Terminal<'_>,
    work: impl FnOnce(Tell<'_>) -> T + Send,
) -> io::Result<T> {
    let (tell, told) = mpsc::channel();
    thread::scope(|scope| {
        let working = scope.spawn(move || {
            work(&|progress| {
                // Where nobody can be told any more, the work still is to be done.
                let _ = tell.send(progress);
            })
        });
        let shown = show(&told, terminal);
        let done = working
            .join()
            .unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        shown.map(|()| done)
    })
}

/// Shows what is told until nobody tells any more.
///
/// # Errors
/// When it cannot be printed.
pub(super) fn show(told: &Receiver<Progress>, terminal: &mut Terminal<'_>) -> io::Result<()> {
    let start = Instant::now();
    let wait = if terminal.live { QUICK } else { SLOW };
    let (mut doing, mut is_new, mut last) = (None, false, start);
    let mut line_is_there = false;
    loop {
        match told.recv_timeout(wait) {
            Ok(Progress::Said(text)) => {
                if std::mem::take(&mut line_is_there) {
                    write!(terminal.err, "{CLEAR}")?;
                }
                writeln!(terminal.err, "{text}")?;
                terminal.err.flush()?;
            }
            Ok(Progress::Doing(text)) => {
                is_new |= doing.as_ref() != Some(&text);
                doing = Some(text);
            }
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => break,
        }
        let now = Instant::now();
        let due = now - last >= wait && (now - start >= FIRST || !terminal.live);
        if let Some(text) = doing.as_ref().filter(|_| is_new && due) {
            if terminal.live {
                let text: String = text.chars().take(WIDTH).collect();
                write!(terminal.err, "{CLEAR}{text}")?;
                line_is_there = true;
            } else {
                writeln!(terminal.err, "{text}")?;
            }
            terminal.err.flush()?;
            (is_new, last) = (false, now);
        }
    }
    if line_is_there {
        write!(terminal.err, "{CLEAR}")?;
        terminal.err.flush()?;
    }
    Ok(())
}
