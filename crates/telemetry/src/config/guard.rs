//! The end of telemetry.

use std::sync::Arc;
use std::time::Duration;

use crate::logging::Output;

/// How long the end of a service may take for its telemetry, unless told otherwise.
const DEADLINE: Duration = Duration::from_secs(5);

/// Keeps telemetry going; what is queued is written when it is dropped, for five seconds at most.
#[derive(Debug)]
#[must_use = "what is queued is written when the guard is dropped"]
pub struct Guard {
    pub(super) output: Arc<Output>,
    pub(super) ended: bool,
}

impl Guard {
    /// Writes what is queued now, and waits for it, for five seconds at most. Says whether it was done in time.
    pub fn flush(&self) -> bool {
        self.output.flush(DEADLINE)
    }

    /// Writes what is queued, within the deadline; what is left then is dropped and counted. Says whether it
    /// was done in time.
    pub fn shutdown(mut self, deadline: Duration) -> bool {
        self.end(deadline)
    }

    fn end(&mut self, deadline: Duration) -> bool {
        self.ended = true;
        self.output.shutdown(deadline)
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        if !self.ended {
            self.end(DEADLINE);
        }
    }
}
