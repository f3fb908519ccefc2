//! The same work in several threads, with results in the order of the inputs: how many threads there are changes
//! nothing but the time it takes.

use std::convert::Infallible;
use std::num::NonZero;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;

/// `work` on every item, on all cores.
pub(crate) fn map<'t, T: Sync, R: Send>(
    items: &'t [T],
    work: impl Fn(&'t T) -> R + Sync,
) -> Vec<R> {
    map_in(cores(), items, work)
}

/// `work` on every item, in so many threads at most.
pub(crate) fn map_in<'t, T: Sync, R: Send>(
    threads: usize,
    items: &'t [T],
    work: impl Fn(&'t T) -> R + Sync,
) -> Vec<R> {
    let mut all = Vec::with_capacity(items.len());
    let Ok(()) = each_in(threads, items, work, |result| {
        all.push(result);
        Ok::<_, Infallible>(())
    });
    all
}

/// `work` on every item, on all cores; `take` gets the results while there are more to come, until it fails.
///
/// # Errors
///
/// With what `take` fails with.
pub(crate) fn each<'t, T: Sync, R: Send, E>(
    items: &'t [T],
    work: impl Fn(&'t T) -> R + Sync,
    take: impl FnMut(R) -> Result<(), E>,
) -> Result<(), E> {
    each_in(cores(), items, work, take)
}

fn cores() -> usize {
    thread::available_parallelism().map_or(1, NonZero::get)
}

/// Threads work on the next item when they are done with one. The calling thread, which does so too, hands over what is
/// next in order as soon as it is there.
fn each_in<'t, T: Sync, R: Send, E>(
    threads: usize,
    items: &'t [T],
    work: impl Fn(&'t T) -> R + Sync,
    mut take: impl FnMut(R) -> Result<(), E>,
) -> Result<(), E> {
    let threads = threads.min(items.len()).max(1);
    let next = AtomicUsize::new(0);
    let done: Vec<_> = items.iter().map(|_| Mutex::new(None)).collect();
    // What a thread left is whole: it only ever puts a result there.
    let place = |index: usize| {
        let place: &Mutex<Option<R>> = done.get(index)?;
        Some(place.lock().unwrap_or_else(PoisonError::into_inner))
    };
    let step = || {
        let index = next.fetch_add(1, Ordering::Relaxed);
        let result = work(items.get(index)?);
        *place(index)? = Some(result);
        Some(())
    };
    let mut given = 0;
    let mut give = || {
        while let Some(result) = place(given).and_then(|mut place| place.take()) {
            given += 1;
            take(result)?;
        }
        Ok(())
    };
    thread::scope(|scope| {
        let others: Vec<_> = (1..threads)
            .map(|_| scope.spawn(|| while step().is_some() {}))
            .collect();
        let mut given = Ok(());
        while given.is_ok() && step().is_some() {
            given = give();
        }
        // Nobody begins with what nobody takes.
        next.fetch_max(items.len(), Ordering::Relaxed);
        for other in others {
            if let Err(panic) = other.join() {
                std::panic::resume_unwind(panic);
            }
        }
        given.and_then(|()| give())
    })
}

/// The results of both, the one worked out while the other is.
pub(crate) fn both<A: Send, B>(
    aside: impl FnOnce() -> A + Send,
    here: impl FnOnce() -> B,
) -> (A, B) {
    thread::scope(|scope| {
        let aside = scope.spawn(aside);
        let here = here();
        match aside.join() {
            Ok(aside) => (aside, here),
            Err(panic) => std::panic::resume_unwind(panic),
        }
    })
}

/// Frees a large value without waiting for it: piece by piece that takes long, and a process that ends next need not do
/// it at all.
pub(crate) fn free(value: impl Send + 'static) {
    let free = thread::Builder::new().spawn(move || drop(value));
    // Where there can be no more threads, it was freed here.
    drop(free);
}

#[cfg(test)]
mod tests {
    #[test]
    fn results_keep_the_order_of_the_inputs() {
        let items: Vec<u64> = (0..1000).collect();
        let doubled = super::map(&items, |item| item * 2);
        assert_eq!(
            doubled,
            items.iter().map(|item| item * 2).collect::<Vec<_>>()
        );
        assert_eq!(super::map(&[] as &[u64], |item| *item), [0; 0]);
        assert_eq!(super::both(|| 1, || 2), (1, 2));
    }

    #[test]
    fn results_are_taken_in_order_until_that_fails() {
        let items: Vec<usize> = (0..1000).collect();
        for threads in [1, 2, 8] {
            let mut taken = vec![];
            let failed = super::each_in(
                threads,
                &items,
                |item| item + 1,
                |result| {
                    taken.push(result);
                    if result < 500 { Ok(()) } else { Err(result) }
                },
            );
            assert_eq!(failed, Err(500));
            assert_eq!(taken, items[1..=500]);
        }
    }

    #[test]
    #[should_panic(expected = "of the work")]
    fn a_panic_is_that_of_the_work() {
        let items: Vec<usize> = (0..100).collect();
        super::map_in(4, &items, |item| assert!(*item != 70, "of the work"));
    }
}
