//! How much is asked of one server.
#![expect(clippy::disallowed_methods, reason = "requests are spaced out in time")]

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

/// So many requests of one server are under way at once.
const AT_ONCE: usize = 4;
/// Two requests of one server begin at least this far apart.
const APART: Duration = Duration::from_millis(5);
/// After so many requests in a row that nobody answered, none is sent for a while: a server that hangs costs its
/// time once, not once for every panel.
const PATIENCE: u32 = 3;
const PAUSE: Duration = Duration::from_secs(5);

/// Lets few requests through at once, and none right behind another.
#[derive(Debug, Default)]
pub(super) struct Gate {
    state: Mutex<State>,
    left: Condvar,
}

#[derive(Debug, Default)]
struct State {
    inside: usize,
    next: Option<Instant>,
    unanswered: u32,
    closed_until: Option<Instant>,
}

/// A place among the requests that are under way.
pub(super) struct Place<'a>(&'a Gate);

impl Gate {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for a place; it is free again when the value goes.
    pub(super) fn enter(&self) -> Place<'_> {
        let state = self.lock();
        let mut state = self
            .left
            .wait_while(state, |state| state.inside >= AT_ONCE)
            .unwrap_or_else(PoisonError::into_inner);
        state.inside += 1;
        let now = Instant::now();
        let start = state.next.map_or(now, |next| next.max(now));
        state.next = Some(start + APART);
        drop(state);
        thread::sleep(start - now);
        Place(self)
    }

    /// Whether nothing is to be sent now.
    pub(super) fn is_closed(&self) -> bool {
        let state = self.lock();
        state.closed_until.is_some_and(|end| Instant::now() < end)
    }

    /// Remembers whether a request was answered.
    pub(super) fn note(&self, answered: bool) {
        let mut state = self.lock();
        if answered {
            state.unanswered = 0;
        } else {
            state.unanswered += 1;
            if state.unanswered >= PATIENCE {
                state.closed_until = Some(Instant::now() + PAUSE);
            }
        }
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.0.lock().inside -= 1;
        self.0.left.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[test]
    fn few_are_inside_at_once() {
        let (gate, inside, most) = (Gate::default(), AtomicUsize::new(0), AtomicUsize::new(0));
        thread::scope(|scope| {
            for _ in 0..4 * AT_ONCE {
                scope.spawn(|| {
                    let _place = gate.enter();
                    most.fetch_max(inside.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                    thread::sleep(4 * APART);
                    inside.fetch_sub(1, Ordering::SeqCst);
                });
            }
        });
        assert!((1..=AT_ONCE).contains(&most.load(Ordering::SeqCst)));
    }

    #[test]
    fn closes_after_requests_that_nobody_answered_in_a_row() {
        let gate = Gate::default();
        for answered in [false, false, true, false, false] {
            gate.note(answered);
            assert!(!gate.is_closed());
        }
        gate.note(false);
        assert!(gate.is_closed());
    }
}
