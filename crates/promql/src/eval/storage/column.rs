//! The samples of one series, in columns.

use std::sync::Arc;

use crate::eval::FloatHistogram;
use crate::eval::value::is_stale;

/// The numbers of a series.
pub(in crate::eval) type FloatColumn = Column<f64>;
/// The native histograms of a series.
pub(in crate::eval) type HistogramColumn = Column<Arc<FloatHistogram>>;

/// Samples of one kind, in the order of time.
#[derive(Clone, Debug)]
pub(in crate::eval) struct Column<T> {
    /// Milliseconds since the epoch, ascending.
    pub times: Vec<i64>,
    pub values: Vec<T>,
    /// Start timestamps, 0 where unknown; empty where all are.
    pub starts: Vec<i64>,
    /// Whether there are staleness markers among the values.
    pub stale: bool,
}

impl<T> Default for Column<T> {
    fn default() -> Self {
        Self {
            times: Vec::new(),
            values: Vec::new(),
            starts: Vec::new(),
            stale: false,
        }
    }
}

pub(in crate::eval) trait Stale {
    fn is_stale(&self) -> bool;
}

impl Stale for f64 {
    fn is_stale(&self) -> bool {
        is_stale(*self)
    }
}

impl Stale for Arc<FloatHistogram> {
    fn is_stale(&self) -> bool {
        is_stale(self.sum)
    }
}

impl<T: Stale + Clone> Column<T> {
    pub fn push(&mut self, time: i64, start: i64, value: T) {
        self.stale |= value.is_stale();
        if start != 0 && self.starts.is_empty() {
            self.starts = vec![0; self.times.len()];
        }
        let starts = !self.starts.is_empty() || start != 0;
        if self.times.last().is_none_or(|last| *last < time) {
            self.times.push(time);
            self.values.push(value);
            if starts {
                self.starts.push(start);
            }
            return;
        }
        match self.times.binary_search(&time) {
            Ok(at) => {
                self.values[at] = value;
                if starts {
                    self.starts[at] = start;
                }
            }
            Err(at) => {
                self.times.insert(at, time);
                self.values.insert(at, value);
                if starts {
                    self.starts.insert(at, start);
                }
            }
        }
    }

    pub fn remove(&mut self, time: i64) {
        if self.times.last().is_none_or(|last| *last < time) {
            return;
        }
        if let Ok(at) = self.times.binary_search(&time) {
            self.times.remove(at);
            self.values.remove(at);
            if !self.starts.is_empty() {
                self.starts.remove(at);
            }
        }
    }

    /// The place of the last sample before a time.
    pub fn before(&self, time: i64) -> Option<usize> {
        match self.times.last() {
            Some(last) if *last < time => Some(self.times.len() - 1),
            _ => self.times.partition_point(|at| *at < time).checked_sub(1),
        }
    }

    /// All samples.
    pub fn samples(&self) -> Samples<'_, T> {
        Samples {
            times: &self.times,
            values: &self.values,
            starts: &self.starts,
        }
    }

    /// The column without staleness markers.
    pub fn without_stale(&self) -> Self {
        let mut kept = Self::default();
        for (index, value) in self.values.iter().enumerate() {
            if !value.is_stale() {
                let start = self.starts.get(index).copied().unwrap_or_default();
                kept.push(self.times[index], start, value.clone());
            }
        }
        kept
    }
}

/// Samples of one kind that follow each other.
#[derive(Debug)]
pub(in crate::eval) struct Samples<'a, T> {
    /// Milliseconds since the epoch, ascending.
    pub times: &'a [i64],
    pub values: &'a [T],
    /// Start timestamps; empty where they are unknown or not to be used.
    pub starts: &'a [i64],
}

impl<T> Clone for Samples<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Samples<'_, T> {}

impl<'a, T> Samples<'a, T> {
    pub fn len(&self) -> usize {
        self.times.len()
    }

    pub fn is_empty(&self) -> bool {
        self.times.is_empty()
    }

    /// Those from `from` to before `to`.
    pub fn slice(&self, from: usize, to: usize) -> Samples<'a, T> {
        Samples {
            times: &self.times[from..to],
            values: &self.values[from..to],
            starts: self.starts.get(from..to).unwrap_or_default(),
        }
    }

    pub fn start(&self, index: usize) -> i64 {
        self.starts.get(index).copied().unwrap_or_default()
    }
}
