//! Sums that go on from the window before, where both begin with the same sample: a range that reaches back
//! beyond the first sample of its series is added up once, not once for each step.

use std::cell::Cell;

use super::Window;
use crate::eval::functions::Mean;
use crate::histogram::{Kahan, Number};

/// What was added up, of the numbers from one place to another.
#[derive(Clone, Copy, Debug, Default)]
struct Part<T> {
    from: usize,
    to: usize,
    value: T,
}

impl<T: Copy + Default> Part<T> {
    /// The value of this window, for which the numbers are added in their order.
    fn up_to(self, window: &Window<'_>, add: impl Fn(&mut T, f64)) -> Self {
        let to = window.first + window.floats.len();
        let mut part = if self.from == window.first && self.to <= to {
            self
        } else {
            Self {
                from: window.first,
                to: window.first,
                value: T::default(),
            }
        };
        for value in &window.floats.values[part.to - part.from..] {
            add(&mut part.value, *value);
        }
        part.to = to;
        part
    }
}

/// What is carried from one window of a series to the next.
#[derive(Debug, Default)]
pub(in crate::eval::functions) struct Running {
    sum: Cell<Part<Kahan>>,
    mean: Cell<Part<Mean>>,
}

impl Running {
    /// The sum of the numbers of a window.
    pub fn sum(&self, window: &Window<'_>) -> Kahan {
        let part = self.sum.get().up_to(window, Kahan::add);
        self.sum.set(part);
        part.value
    }

    /// Their mean.
    pub fn mean(&self, window: &Window<'_>) -> Mean {
        let part = self.mean.get().up_to(window, Mean::add);
        self.mean.set(part);
        part.value
    }
}
