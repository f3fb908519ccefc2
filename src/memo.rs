//! What was made of texts, each once: definitions repeat each other.

use std::collections::BTreeMap;
use std::hash::BuildHasher;
use std::sync::{Mutex, MutexGuard, PoisonError};

use foldhash::fast::FixedState;

/// What was made of texts so far, in whichever thread.
#[derive(Debug)]
pub(crate) struct Memo<T> {
    /// By what is worked out of the text, which is compared in no time. A text that has it in common with one that came
    /// before is not remembered: there hardly ever is one.
    known: Mutex<BTreeMap<u64, (Box<str>, T)>>,
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
        let mark = mark(text);
        let of = |known: &(Box<str>, T)| (*known.0 == *text).then(|| known.1.clone());
        let before = self.known().get(&mark).and_then(of);
        before.unwrap_or_else(|| {
            let made = make();
            let mut known = self.known();
            let first = known.entry(mark);
            of(first.or_insert_with(|| (text.into(), made.clone()))).unwrap_or(made)
        })
    }

    /// What another thread left is whole: it only ever inserts.
    fn known(&self) -> MutexGuard<'_, BTreeMap<u64, (Box<str>, T)>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A number that texts seldom have in common. Whoever makes texts that do gains nothing: they are compared too.
pub(crate) fn mark(text: &str) -> u64 {
    FixedState::default().hash_one(text)
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
