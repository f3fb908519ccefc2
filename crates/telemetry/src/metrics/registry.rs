//! Where the series of a process live.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock, PoisonError, RwLock};

use http::header::{ACCEPT, CONTENT_TYPE, HeaderMap, HeaderValue};
use obsctl_model::{Counter, Gauge, Histogram, Metric, MetricDef, MetricKind};

use super::accept::Format;
use super::exposition;
use super::family::{Family, Series};
use super::histogram::HistogramHandle;
use super::scalar::{CounterHandle, GaugeHandle};

static GLOBAL: LazyLock<Registry> = LazyLock::new(Registry::default);

/// The series of a process, or of a test. Clones share them.
#[derive(Clone, Debug, Default)]
pub struct Registry {
    families: Arc<RwLock<BTreeMap<String, Arc<Family>>>>,
}

impl Registry {
    /// An empty registry.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The registry that recording without naming one goes to.
    #[must_use]
    pub fn global() -> &'static Self {
        &GLOBAL
    }

    /// The series of a counter.
    #[must_use]
    pub fn counter<M: Counter>(&self, labels: &M) -> CounterHandle {
        match self.series(labels) {
            Series::Counter(handle) => handle,
            // Two declarations share the name; the catalog's checks refuse that, a service must still run.
            Series::Gauge(_) | Series::Histogram(_) => CounterHandle::default(),
        }
    }

    /// The series of a gauge.
    #[must_use]
    pub fn gauge<M: Gauge>(&self, labels: &M) -> GaugeHandle {
        match self.series(labels) {
            Series::Gauge(handle) => handle,
            Series::Counter(_) | Series::Histogram(_) => GaugeHandle::default(),
        }
    }

    /// The series of a histogram.
    #[must_use]
    pub fn histogram<M: Histogram>(&self, labels: &M) -> HistogramHandle {
        match self.series(labels) {
            Series::Histogram(handle) => handle,
            Series::Counter(_) | Series::Gauge(_) => HistogramHandle::new(&[]),
        }
    }

    /// Exposes a metric from the start, with every series at zero where its labels' values are all listed: a counter
    /// that appears with its first event has no increase to see. Says how many series there are beforehand.
    pub fn initialise<M: Metric>(&self) -> usize {
        self.declare(&M::definition())
    }

    /// As [`initialise`](Self::initialise), for a catalog entry: so a service announces a whole family. A summary has
    /// no instrument here and stays out.
    pub fn declare(&self, definition: &MetricDef) -> usize {
        if matches!(definition.kind, MetricKind::Summary { .. }) {
            return 0;
        }
        self.family(definition.name.as_str(), || definition.clone())
            .initialise()
    }

    /// All series as text, in the form the `Accept` header of the scrape prefers, with its content type.
    #[must_use]
    pub fn exposition(&self, accept: Option<&str>) -> (&'static str, String) {
        let format = Format::negotiate(accept);
        (format.content_type(), self.text(format))
    }

    /// All series as text.
    #[must_use]
    pub fn text(&self, format: Format) -> String {
        let families: Vec<_> = self
            .families
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .values()
            .cloned()
            .collect();
        exposition::write(format, &families)
    }

    /// The answer to a scrape, for any server built on `http`:
    /// `get(|headers: HeaderMap| async move { registry.respond(&headers) })`.
    #[must_use]
    pub fn respond(&self, headers: &HeaderMap) -> http::Response<String> {
        let accept: Vec<_> = headers
            .get_all(ACCEPT)
            .iter()
            .filter_map(|value| value.to_str().ok())
            .collect();
        let accept = (!accept.is_empty()).then(|| accept.join(","));
        let (content_type, text) = self.exposition(accept.as_deref());
        let mut response = http::Response::new(text);
        response
            .headers_mut()
            .insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
        response
    }

    fn series<M: Metric>(&self, labels: &M) -> Series {
        let values = labels
            .label_values()
            .into_iter()
            .map(|(_, value)| value)
            .collect();
        self.family(M::NAME, M::definition).series(values)
    }

    fn family(&self, name: &str, definition: impl FnOnce() -> MetricDef) -> Arc<Family> {
        let known = self
            .families
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .get(name)
            .cloned();
        known.unwrap_or_else(|| {
            let family = Arc::new(Family::new(definition()));
            let mut families = self
                .families
                .write()
                .unwrap_or_else(PoisonError::into_inner);
            families.entry(name.to_owned()).or_insert(family).clone()
        })
    }
}
