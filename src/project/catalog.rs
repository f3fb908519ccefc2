//! Which series exist, and what is known of each.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::Beside;
use obsctl_model::{MetricDef, Origin, Rule, RuleGroup, Stack, Unit};

/// All series that queries can refer to, by name.
#[derive(Clone, Debug, Default)]
pub struct Catalog {
    series: BTreeMap<String, Series>,
    beside: Beside,
}

/// A series name of the catalog.
#[derive(Clone, Debug)]
pub enum Series {
    /// Exposed by a service or an exporter.
    Exposed {
        /// The catalog entry.
        metric: Arc<MetricDef>,
        /// Which of the metric's series it is.
        part: Part,
    },
    /// The result of a recording rule.
    Recorded {
        /// The rule's group.
        group: String,
        /// Its unit, where it is said.
        unit: Option<Unit>,
        /// Labels the rule sets.
        labels: BTreeMap<String, String>,
        /// The rule's query.
        query: obsctl_model::RuleQuery,
        /// Where the rule is defined.
        origin: Origin,
    },
    /// Made by Prometheus itself: `up`, `ALERTS`.
    Synthetic(&'static Synthetic),
}

/// Which of a metric's series a name is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// The metric itself: a counter, a gauge, a native histogram, a summary's quantiles.
    Whole,
    /// `_bucket` of a classic histogram.
    Bucket,
    /// `_sum`
    Sum,
    /// `_count`
    Count,
}

/// A series that Prometheus makes itself.
#[derive(Debug)]
pub struct Synthetic {
    /// Its name.
    pub name: &'static str,
    /// Its labels beside `job` and `instance`; `None` where every label can occur.
    pub labels: Option<&'static [&'static str]>,
    /// Its unit.
    pub unit: Unit,
}

/// The series Prometheus makes for every target and alert.
pub static SYNTHETIC: &[Synthetic] = &[
    Synthetic {
        name: "up",
        labels: Some(&[]),
        unit: Unit::Boolean,
    },
    Synthetic {
        name: "scrape_duration_seconds",
        labels: Some(&[]),
        unit: Unit::Seconds,
    },
    Synthetic {
        name: "scrape_samples_scraped",
        labels: Some(&[]),
        unit: Unit::None,
    },
    Synthetic {
        name: "scrape_samples_post_metric_relabeling",
        labels: Some(&[]),
        unit: Unit::None,
    },
    Synthetic {
        name: "scrape_series_added",
        labels: Some(&[]),
        unit: Unit::None,
    },
    Synthetic {
        name: "ALERTS",
        labels: None,
        unit: Unit::Boolean,
    },
    Synthetic {
        name: "ALERTS_FOR_STATE",
        labels: None,
        unit: Unit::Timestamp,
    },
];

impl Catalog {
    /// The series of a stack's metrics, of these (lowered) rules, and of what is known beside them. The first
    /// declaration of a name wins; a check reports the others.
    #[must_use]
    pub fn new(stack: &Stack, groups: &[RuleGroup], beside: Beside) -> Self {
        let mut series = BTreeMap::new();
        for entry in SYNTHETIC {
            series.insert(entry.name.to_owned(), Series::Synthetic(entry));
        }
        for metric in stack.metrics.iter().flat_map(|family| &family.metrics) {
            for (name, exposed) in exposed(metric.clone()) {
                series.entry(name).or_insert(exposed);
            }
        }
        let mut catalog = Self { series, beside };
        catalog.add_recorded(groups);
        catalog
    }

    /// Adds the series that these rules record.
    pub(super) fn add_recorded(&mut self, groups: &[RuleGroup]) {
        for group in groups {
            for rule in &group.rules {
                if let Rule::Record(record) = rule
                    && self.beside.get(record.record.as_str()).is_none()
                {
                    self.series
                        .entry(record.record.to_string())
                        .or_insert_with(|| Series::Recorded {
                            group: group.name.clone(),
                            unit: record.unit,
                            labels: record.labels.clone(),
                            query: record.query.clone(),
                            origin: record.origin,
                        });
                }
            }
        }
    }

    /// Whether a metric is one of a known exporter, which nobody here names.
    #[must_use]
    pub fn is_of_others(&self, metric: &str) -> bool {
        self.beside.has(metric)
    }

    /// What is known of the series of that name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Series> {
        self.series.get(name).or_else(|| self.beside.get(name))
    }

    /// All names, sorted.
    #[must_use]
    pub fn names(&self) -> Vec<&str> {
        let own = self.series.keys().map(String::as_str);
        let mut names: Vec<_> = own.chain(self.beside.names()).collect();
        names.sort_unstable();
        names
    }

    /// All series of the stack itself, sorted by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Series)> {
        self.series
            .iter()
            .map(|(name, series)| (name.as_str(), series))
    }
}

/// The series of a metric, by name.
pub(super) fn exposed(metric: MetricDef) -> impl Iterator<Item = (String, Series)> {
    let metric = Arc::new(metric);
    metric.series_names().into_iter().map(move |name| {
        let part = match name.strip_prefix(metric.name.as_str()) {
            Some("_bucket") => Part::Bucket,
            Some("_sum") => Part::Sum,
            Some("_count") => Part::Count,
            _ => Part::Whole,
        };
        let metric = Arc::clone(&metric);
        (name, Series::Exposed { metric, part })
    })
}
