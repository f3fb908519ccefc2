//! The end of telemetry.

use std::sync::Arc;
use std::time::Duration;

use crate::clock::Stopwatch;
use crate::export::{LogExport, Traces};
use crate::logging::Output;

/// How long the end of a service may take for its telemetry, unless told otherwise.
const DEADLINE: Duration = Duration::from_secs(5);

/// Keeps telemetry going; what is queued is written and sent when it is dropped, for five seconds at most.
#[derive(Debug)]
#[must_use = "what is queued is written when the guard is dropped"]
pub struct Guard {
    pub(super) output: Arc<Output>,
    pub(super) traces: Traces,
    pub(super) export: Option<Arc<LogExport>>,
    pub(super) ended: bool,
}

impl Guard {
    /// Writes and sends what is queued now, and waits for it, for five seconds at most each. Says whether all of it
    /// was done in time.
    pub fn flush(&self) -> bool {
        let written = self.output.flush(DEADLINE);
        let records = self.export.as_ref().is_none_or(|export| export.flush());
        written & records & self.traces.flush()
    }

    /// Writes and sends what is queued and ends the export, all within the deadline; what is left then is dropped and
    /// counted. Says whether it was done in time.
    pub fn shutdown(mut self, deadline: Duration) -> bool {
        self.end(deadline)
    }

    fn end(&mut self, deadline: Duration) -> bool {
        self.ended = true;
        let watch = Stopwatch::start();
        // All of them come to their end at the same time: one that is stuck does not use up the others' time.
        self.traces.stop(deadline);
        if let Some(export) = &self.export {
            export.stop(deadline);
        }
        let left = || deadline.saturating_sub(watch.elapsed());
        let written = self.output.shutdown(deadline);
        let records = (self.export.as_ref()).is_none_or(|export| export.ended(left()));
        written & records & self.traces.ended(left())
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        if !self.ended {
            self.end(DEADLINE);
        }
    }
}
