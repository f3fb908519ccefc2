//! Metrics that are known beside those of a stack, each read when it is first asked for: there are thousands, and
//! definitions name few of them.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use super::catalog::{Series, exposed};
use crate::memo::mark;

/// Metrics that anybody may expose.
#[derive(Clone, Debug, Default)]
pub struct Beside {
    /// The marks of their names, sorted: most names that are asked for are not there, and a number says so.
    marks: Arc<[u64]>,
    /// Each where its mark stands.
    metrics: Arc<[Metric]>,
}

#[derive(Debug)]
struct Metric {
    name: &'static str,
    /// Its catalog entry.
    json: &'static str,
    series: OnceLock<BTreeMap<String, Series>>,
}

impl Metric {
    fn series(&self) -> &BTreeMap<String, Series> {
        self.series.get_or_init(|| {
            let metric = serde_json::from_str(self.json);
            metric.into_iter().flat_map(exposed).collect()
        })
    }
}

impl Beside {
    /// Metrics by name, with their catalog entries in JSON. One that is no catalog entry is not known; of two that have the
    /// same name the later one is.
    #[must_use]
    pub fn new(written: impl IntoIterator<Item = (&'static str, &'static str)>) -> Self {
        let named = written
            .into_iter()
            .map(|(name, json)| ((mark(name), name), json));
        let metrics = BTreeMap::from_iter(named).into_iter();
        let (marks, metrics): (Vec<_>, Vec<_>) = metrics
            .map(|((mark, name), json)| {
                let series = OnceLock::new();
                (mark, Metric { name, json, series })
            })
            .unzip();
        Self {
            marks: marks.into(),
            metrics: metrics.into(),
        }
    }

    /// What is known of the series of that name.
    pub(super) fn get(&self, name: &str) -> Option<&Series> {
        // The series of a classic histogram are named after it.
        let parts = ["", "_bucket", "_sum", "_count"].iter();
        let mut metrics = parts.filter_map(|part| self.metric(name.strip_suffix(part)?));
        metrics.find_map(|metric| metric.series().get(name))
    }

    fn metric(&self, name: &str) -> Option<&Metric> {
        let mark = mark(name);
        let first = self.marks.partition_point(|one| *one < mark);
        let same = self.marks[first..].iter().take_while(|one| **one == mark);
        let mut same = same.zip(&self.metrics[first..]);
        same.find_map(|(_, metric)| (metric.name == name).then_some(metric))
    }

    /// Whether it has a metric of that name.
    pub(super) fn has(&self, name: &str) -> bool {
        self.metric(name).is_some()
    }

    /// The names of all series, in the order of their metrics.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        let mut all: Vec<_> = self.metrics.iter().collect();
        all.sort_unstable_by_key(|metric| metric.name);
        let all = all.into_iter();
        all.flat_map(|metric| metric.series().keys().map(String::as_str))
    }
}
