//! Series in memory: their samples in columns, found by an index of their labels.

mod column;
mod index;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, OnceLock};

use column::FloatColumn;
pub(super) use column::{HistogramColumn, Samples};
use index::Index;

use super::FloatHistogram;
use super::labels::{Label, Labels};
use super::matcher::Matcher;
use super::value::{Value, is_stale};

/// Series and their samples. Filled once, then queried by any number of threads.
#[derive(Clone, Debug, Default)]
pub struct Storage {
    series: Vec<StoredSeries>,
    ids: BTreeMap<Labels, SeriesId>,
    /// Each text once: labels share them.
    texts: BTreeSet<Arc<str>>,
    index: Index,
    /// The place of each series among all, by labels; made by the first query.
    ranks: OnceLock<Vec<u32>>,
}

/// A series of a [`Storage`], to append to it without looking its labels up again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct SeriesId(u32);

#[derive(Clone, Debug)]
pub(super) struct StoredSeries {
    pub labels: Labels,
    pub floats: FloatColumn,
    pub histograms: HistogramColumn,
}

impl StoredSeries {
    /// The sample before a time, if it is a histogram.
    fn histogram_before(&self, time: i64) -> Option<&FloatHistogram> {
        let at = self.histograms.before(time)?;
        let float_time = self.floats.before(time).map(|at| self.floats.times[at]);
        let histogram = &self.histograms.values[at];
        let last = float_time < Some(self.histograms.times[at]);
        (last && !is_stale(histogram.sum)).then_some(histogram)
    }
}

impl Storage {
    /// An empty storage.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// How many series there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.series.len()
    }

    /// Whether there are no series.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.series.is_empty()
    }

    /// The series of these labels, which is made where it does not exist.
    ///
    /// # Panics
    /// With more than 2^32 series.
    pub fn series(&mut self, labels: &Labels) -> SeriesId {
        if let Some(id) = self.ids.get(labels) {
            return *id;
        }
        let id =
            u32::try_from(self.series.len()).expect("no more than 2^32 series fit into memory");
        let labels = labels.iter().map(|label| Label {
            name: self.intern(&label.name),
            value: self.intern(&label.value),
        });
        let labels = Labels::from_labels(labels.collect());
        self.index.add(id, &labels);
        self.ids.insert(labels.clone(), SeriesId(id));
        self.series.push(StoredSeries {
            labels,
            floats: FloatColumn::default(),
            histograms: HistogramColumn::default(),
        });
        self.ranks = OnceLock::new();
        SeriesId(id)
    }

    fn intern(&mut self, text: &Arc<str>) -> Arc<str> {
        if let Some(known) = self.texts.get(text) {
            return known.clone();
        }
        self.texts.insert(text.clone());
        text.clone()
    }

    /// Adds a sample to the series of these labels, at a time in milliseconds since the epoch.
    pub fn append(&mut self, labels: &Labels, time: i64, value: impl Into<Value>) {
        let id = self.series(labels);
        self.push(id, time, value);
    }

    /// Adds a sample to a series, at a time in milliseconds since the epoch. It is cheapest in the order
    /// of time; a sample at a time that has one replaces it.
    pub fn push(&mut self, id: SeriesId, time: i64, value: impl Into<Value>) {
        self.push_with_start(id, time, 0, value);
    }

    /// Adds a sample whose counting began at the start timestamp (milliseconds since the epoch; 0 is
    /// unknown).
    pub fn push_with_start(
        &mut self,
        id: SeriesId,
        time: i64,
        start: i64,
        value: impl Into<Value>,
    ) {
        let series = &mut self.series[id.0 as usize];
        match value.into() {
            Value::Float(value) => {
                series.histograms.remove(time);
                series.floats.push(time, start, value);
            }
            Value::Histogram(mut value) => {
                series.floats.remove(time);
                let hint = value.stored_hint(series.histogram_before(time));
                if hint != value.hint {
                    Arc::make_mut(&mut value).hint = hint;
                }
                series.histograms.push(time, start, value);
            }
        }
    }

    /// The labels of all series, ordered.
    pub fn labels(&self) -> impl Iterator<Item = &Labels> {
        self.ids.keys()
    }

    /// The first and the last time of all samples, in milliseconds since the epoch.
    #[must_use]
    pub fn time_range(&self) -> Option<(i64, i64)> {
        let times = self.series.iter().flat_map(|series| {
            let (floats, histograms) = (&series.floats.times, &series.histograms.times);
            let ends = [
                floats.first(),
                floats.last(),
                histograms.first(),
                histograms.last(),
            ];
            ends.into_iter().flatten().copied()
        });
        times.fold(None, |range, time| match range {
            None => Some((time, time)),
            Some((first, last)) => Some((time.min(first), time.max(last))),
        })
    }

    /// The series that match, ordered by labels.
    pub(super) fn select(&self, matchers: &[Matcher]) -> Vec<u32> {
        let mut ids = self.index.select(matchers, self.series.len());
        let ranks = self.ranks.get_or_init(|| {
            let mut ranks = vec![0; self.series.len()];
            for (rank, id) in (0..).zip(self.ids.values()) {
                ranks[id.0 as usize] = rank;
            }
            ranks
        });
        ids.sort_unstable_by_key(|id| ranks[*id as usize]);
        ids
    }

    pub(super) fn get(&self, id: u32) -> &StoredSeries {
        &self.series[id as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ast::MatchOp;

    fn labels(pairs: &[(&str, &str)]) -> Labels {
        pairs.iter().copied().collect()
    }

    #[test]
    fn series_are_found_by_their_labels() {
        let mut storage = Storage::new();
        for (name, job) in [("up", "b"), ("up", "a"), ("up", ""), ("down", "a")] {
            storage.append(&labels(&[("__name__", name), ("job", job)]), 0, 1.0);
        }
        let select = |matchers: &[(&str, MatchOp, &str)]| {
            let matchers = matchers.iter();
            let matchers =
                matchers.map(|(name, op, value)| Matcher::new(*name, *op, value).unwrap());
            let ids = storage.select(&matchers.collect::<Vec<_>>());
            let shown = ids.iter().map(|id| {
                let labels = &storage.get(*id).labels;
                format!("{}/{}", labels.metric_name(), labels.value("job"))
            });
            shown.collect::<Vec<_>>().join(" ")
        };
        let (eq, ne, re, nre) = (
            MatchOp::Equal,
            MatchOp::NotEqual,
            MatchOp::Regex,
            MatchOp::NotRegex,
        );
        assert_eq!(select(&[("__name__", eq, "up")]), "up/ up/a up/b");
        assert_eq!(
            select(&[("__name__", eq, "up"), ("job", ne, "")]),
            "up/a up/b"
        );
        assert_eq!(select(&[("__name__", eq, "up"), ("job", eq, "")]), "up/");
        assert_eq!(
            select(&[("__name__", re, "up|down"), ("job", re, "a?")]),
            "down/a up/ up/a"
        );
        assert_eq!(
            select(&[("__name__", eq, "up"), ("job", nre, "a")]),
            "up/ up/b"
        );
        assert_eq!(select(&[("job", nre, "b|")]), "down/a up/a");
        assert_eq!(select(&[("job", eq, "c")]), "");
        assert_eq!(select(&[("x", eq, "")]), "down/a up/ up/a up/b");
    }

    #[test]
    fn samples_come_in_any_order_and_replace_each_other() {
        let mut storage = Storage::new();
        let id = storage.series(&labels(&[("__name__", "m")]));
        for (time, value) in [(20, 2.0), (10, 1.0), (30, 3.0), (20, 5.0)] {
            storage.push(id, time, value);
        }
        let column = &storage.get(0).floats;
        assert_eq!(
            (&*column.times, &*column.values),
            (&[10, 20, 30][..], &[1.0, 5.0, 3.0][..])
        );
        assert_eq!(storage.time_range(), Some((10, 30)));
    }
}
