//! How a verification is ended early.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Whether somebody wants an end, and whether anything has to be undone first.
#[derive(Clone, Debug)]
pub struct Stop {
    /// Somebody wants an end.
    pub wanted: Arc<AtomicBool>,
    /// Nothing is under way that would stay: no scenario is on.
    pub free: Arc<AtomicBool>,
}

impl Default for Stop {
    fn default() -> Self {
        Self {
            wanted: Arc::default(),
            free: Arc::new(AtomicBool::new(true)),
        }
    }
}

impl Stop {
    /// Whether somebody wants an end.
    #[must_use]
    pub fn is_wanted(&self) -> bool {
        self.wanted.load(Ordering::SeqCst)
    }

    pub(super) fn set_free(&self, free: bool) {
        self.free.store(free, Ordering::SeqCst);
    }
}
