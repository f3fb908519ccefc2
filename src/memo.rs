//! What was made of texts, each once: definitions repeat each other.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// What was made of texts so far, in whichever thread.
#[derive(Debug)]
pub(crate) struct Memo<T> {
    /// By length, and then by text: texts of equal length seldom begin alike, so that comparing them takes least time.
    known: Mutex<BTreeMap<usize, BTreeMap<Box<str>, T>>>,
}

impl<T> Default for Memo<T> {
    fn default() -> Self {
        Self {
            known: Mutex::default(),
        }
    }
}

impl<T: Clone> Memo<T> {
    /// What `make` makes of the text. Where two threads make it at once, both get that of the first.
    pub(crate) fn of(&self, text: &str, make: impl FnOnce() -> T) -> T {
        let before = self
            .known()
            .get(&text.len())
            .and_then(|same| same.get(text).cloned());
        before.unwrap_or_else(|| {
            let made = make();
            let mut known = self.known();
            let same = known.entry(text.len()).or_default();
            same.entry(text.into()).or_insert(made).clone()
        })
    }

    /// What another thread left is whole: it only ever inserts.
    fn known(&self) -> MutexGuard<'_, BTreeMap<usize, BTreeMap<Box<str>, T>>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::sync::Arc;

    use super::*;

    #[test]
    fn a_text_is_looked_at_once() {
        let (memo, made) = (Memo::default(), Cell::new(0));
        let of = |text: &str| {
            memo.of(text, || {
                made.set(made.get() + 1);
                Arc::new(text.to_uppercase())
            })
        };
        let first = of("ab");
        assert_eq!(
            (first.as_str(), of("cd").as_str(), of("a").as_str()),
            ("AB", "CD", "A")
        );
        assert!(Arc::ptr_eq(&first, &of("ab")));
        assert_eq!(made.get(), 3);
    }
}
