//! Metrics that are known beside those of a stack, each read when it is first asked for: there are thousands, and
//! definitions name few of them.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use super::catalog::{Series, exposed};

/// Metrics that anybody may expose.
#[derive(Clone, Debug, Default)]
pub struct Beside {
    metrics: Arc<BTreeMap<&'static str, Metric>>,
}

#[derive(Debug)]
struct Metric {
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
    /// Metrics by name, with their catalog entries in JSON. One that is no catalog entry is not known.
    #[must_use]
    pub fn new(written: impl IntoIterator<Item = (&'static str, &'static str)>) -> Self {
        let metrics = written.into_iter().map(|(name, json)| {
            let series = OnceLock::new();
            (name, Metric { json, series })
        });
        Self {
            metrics: Arc::new(metrics.collect()),
        }
    }

    /// What is known of the series of that name.
    pub(super) fn get(&self, name: &str) -> Option<&Series> {
        // The series of a classic histogram are named after it.
        let parts = ["", "_bucket", "_sum", "_count"].iter();
        let mut metrics = parts.filter_map(|part| self.metrics.get(name.strip_suffix(part)?));
        metrics.find_map(|metric| metric.series().get(name))
    }

    /// The names of all series.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        let all = self.metrics.values();
        all.flat_map(|metric| metric.series().keys().map(String::as_str))
    }
}
