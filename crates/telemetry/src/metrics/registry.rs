//! Where the series of a process live.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, LazyLock, PoisonError, RwLock};

use bytes::Bytes;
use http::header::{ACCEPT, CONTENT_TYPE, HeaderMap, HeaderValue};
use http_body_util::Full;
use obsctl_model::{Counter, Gauge, Histogram, Metric, MetricDef, Summary};

use super::accept::{Form, Format};
use super::exposition::{self, Exposed};
use super::family::{Family, Series};
use super::histogram::HistogramHandle;
use super::scalar::{CounterHandle, GaugeHandle};
use super::seen::Wanted;
use super::summary::SummaryHandle;
use super::{protobuf, text};

static GLOBAL: LazyLock<Registry> = LazyLock::new(|| {
    let registry = Registry::new();
    registry.expose_process(true);
    registry
});

/// The series of a process, or of a test. Clones share them.
#[derive(Clone, Debug)]
pub struct Registry {
    /// What threads tell registries apart by; clones share it.
    id: u64,
    process: Arc<AtomicBool>,
    families: Arc<RwLock<BTreeMap<String, Arc<Family>>>>,
}

impl Default for Registry {
    fn default() -> Self {
        Self::new()
    }
}

impl Registry {
    /// An empty registry.
    #[must_use]
    pub fn new() -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        Self {
            id: NEXT.fetch_add(1, Ordering::Relaxed),
            process: Arc::default(),
            families: Arc::default(),
        }
    }

    /// The registry that recording without naming one goes to.
    #[must_use]
    pub fn global() -> &'static Self {
        &GLOBAL
    }

    /// The series of a counter.
    #[must_use]
    pub fn counter<M: Counter>(&self, labels: &M) -> CounterHandle {
        self.on_counter(labels, CounterHandle::clone)
            .unwrap_or_default()
    }

    /// The series of a gauge.
    #[must_use]
    pub fn gauge<M: Gauge>(&self, labels: &M) -> GaugeHandle {
        self.on_gauge(labels, GaugeHandle::clone)
            .unwrap_or_default()
    }

    /// The series of a histogram.
    #[must_use]
    pub fn histogram<M: Histogram>(&self, labels: &M) -> HistogramHandle {
        self.on_histogram(labels, HistogramHandle::clone)
            .unwrap_or_else(|| HistogramHandle::new(&[], false))
    }

    /// The series of a summary.
    #[must_use]
    pub fn summary<M: Summary>(&self, labels: &M) -> SummaryHandle {
        self.on_summary(labels, SummaryHandle::clone)
            .unwrap_or_else(|| SummaryHandle::new(&[]))
    }

    /// Whether a scrape also sees what the operating system says of the process: CPU time, memory, files, start. Only on
    /// Linux; at first on for the global registry, off for others.
    pub fn expose_process(&self, on: bool) {
        self.process.store(on, Ordering::Relaxed);
    }

    /// Exposes a metric from the start, with every series at zero where its labels' values are all listed: a counter
    /// that appears with its first event has no increase to see. Says how many series there are beforehand.
    pub fn initialise<M: Metric>(&self) -> usize {
        self.declare(&M::definition())
    }

    /// As [`initialise`](Self::initialise), for a catalog entry: so a service announces a whole family.
    pub fn declare(&self, definition: &MetricDef) -> usize {
        self.family(definition.name.as_str(), || definition.clone())
            .initialise()
    }

    /// All series as text, in the text form the `Accept` header of the scrape prefers, with its content type.
    #[must_use]
    pub fn exposition(&self, accept: Option<&str>) -> (&'static str, String) {
        let format = Format::negotiate(accept);
        (format.content_type(), self.text(format))
    }

    /// All series as text.
    #[must_use]
    pub fn text(&self, format: Format) -> String {
        text::write(format, &self.gather())
    }

    /// All series as protocol buffers, delimited: the form that carries native histograms.
    #[must_use]
    pub fn protobuf(&self) -> Vec<u8> {
        protobuf::write(&self.gather())
    }

    fn gather(&self) -> Vec<Exposed> {
        let families: Vec<_> = self
            .families
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .values()
            .cloned()
            .collect();
        exposition::gather(&families, self.process.load(Ordering::Relaxed))
    }

    /// The answer to a scrape, for any server built on `http`:
    /// `get(|headers: HeaderMap| async move { registry.respond(&headers) })`.
    #[must_use]
    pub fn respond(&self, headers: &HeaderMap) -> http::Response<Full<Bytes>> {
        let accept: Vec<_> = headers
            .get_all(ACCEPT)
            .iter()
            .filter_map(|value| value.to_str().ok())
            .collect();
        let accept = (!accept.is_empty()).then(|| accept.join(","));
        let form = Form::negotiate(accept.as_deref());
        let body = match form {
            Form::Text(format) => self.text(format).into_bytes(),
            Form::Protobuf => self.protobuf(),
        };
        let mut response = http::Response::new(Full::from(body));
        response
            .headers_mut()
            .insert(CONTENT_TYPE, HeaderValue::from_static(form.content_type()));
        response
    }

    /// Records in a counter; in none if two declarations share its name, which the catalog's checks refuse, as a
    /// service must still run.
    #[inline]
    pub(super) fn on_counter<M: Counter, R>(
        &self,
        labels: &M,
        record: impl Fn(&CounterHandle) -> R,
    ) -> Option<R> {
        self.record(labels, |series| match series {
            Series::Counter(counter) => Some(record(counter)),
            _ => None,
        })
    }

    /// Records in a gauge; see [`on_counter`](Self::on_counter).
    #[inline]
    pub(super) fn on_gauge<M: Gauge, R>(
        &self,
        labels: &M,
        record: impl Fn(&GaugeHandle) -> R,
    ) -> Option<R> {
        self.record(labels, |series| match series {
            Series::Gauge(gauge) => Some(record(gauge)),
            _ => None,
        })
    }

    /// Records in a histogram; see [`on_counter`](Self::on_counter).
    #[inline]
    pub(super) fn on_histogram<M: Histogram, R>(
        &self,
        labels: &M,
        record: impl Fn(&HistogramHandle) -> R,
    ) -> Option<R> {
        self.record(labels, |series| match series {
            Series::Histogram(histogram) => Some(record(histogram)),
            _ => None,
        })
    }

    /// Records in a summary; see [`on_counter`](Self::on_counter).
    #[inline]
    pub(super) fn on_summary<M: Summary, R>(
        &self,
        labels: &M,
        record: impl Fn(&SummaryHandle) -> R,
    ) -> Option<R> {
        self.record(labels, |series| match series {
            Series::Summary(summary) => Some(record(summary)),
            _ => None,
        })
    }

    /// Records with the series of these labels.
    #[inline]
    fn record<M: Metric, R>(&self, labels: &M, record: impl Fn(&Series) -> R) -> R {
        labels.with_label_values(|values| {
            let wanted = Wanted::new::<M>(self.id, values);
            wanted.record(&record).unwrap_or_else(|| {
                let found = self.family(M::NAME, M::definition).series(values);
                if found.lasting {
                    wanted.remember(found.series.clone());
                }
                record(&found.series)
            })
        })
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
