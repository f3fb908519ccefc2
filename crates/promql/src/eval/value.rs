//! Sample values, and what queries give.

use std::sync::Arc;

use super::FloatHistogram;
use super::labels::Labels;

/// The bits of the NaN that marks where a series ends. It is no value: no query returns it.
const STALE_BITS: u64 = 0x7ff0_0000_0000_0002;

/// The staleness marker: a sample that says that the series has ended.
pub const STALE: f64 = f64::from_bits(STALE_BITS);

/// Whether the value is the staleness marker (which no comparison tells from other NaNs).
#[must_use]
pub fn is_stale(value: f64) -> bool {
    value.to_bits() == STALE_BITS
}

/// A sample's value.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// A number.
    Float(f64),
    /// A native histogram.
    Histogram(Arc<FloatHistogram>),
}

impl From<f64> for Value {
    fn from(value: f64) -> Self {
        Self::Float(value)
    }
}

impl From<FloatHistogram> for Value {
    fn from(histogram: FloatHistogram) -> Self {
        Self::Histogram(Arc::new(histogram))
    }
}

impl Value {
    /// The number, unless it is a histogram.
    #[must_use]
    pub fn float(&self) -> Option<f64> {
        match self {
            Self::Float(value) => Some(*value),
            Self::Histogram(_) => None,
        }
    }
}

/// A series at the time of an instant query.
#[derive(Clone, Debug, PartialEq)]
pub struct Sample {
    /// Its labels.
    pub labels: Labels,
    /// Its value.
    pub value: Value,
}

/// A series over time.
#[derive(Clone, Debug, PartialEq)]
pub struct SeriesPoints {
    /// Its labels.
    pub labels: Labels,
    /// Times in milliseconds since the epoch, ascending, and values.
    pub points: Vec<(i64, Value)>,
}

/// What a query gives.
#[derive(Clone, Debug, PartialEq)]
pub enum Data {
    /// A number, of an instant query.
    Scalar(f64),
    /// A text, of an instant query.
    String(String),
    /// Series at one time, of an instant query. Their order matters where the query sorts.
    Vector(Vec<Sample>),
    /// Series over time, ordered by labels: of a range query, or of an instant query of a range.
    Matrix(Vec<SeriesPoints>),
}

/// A series while a query is evaluated: one cell for each step.
#[derive(Clone, Debug)]
pub(super) struct Series {
    pub labels: Labels,
    /// Whether name, type and unit are to be dropped at the end of the query.
    pub drop_name: bool,
    /// One for each step, [`STALE`] where there is no number; none where all steps have histograms.
    pub floats: Vec<f64>,
    /// The steps that have histograms, ascending.
    pub histograms: Vec<(usize, Arc<FloatHistogram>)>,
}

impl Series {
    pub fn new(labels: Labels) -> Self {
        Self {
            labels,
            drop_name: false,
            floats: Vec::new(),
            histograms: Vec::new(),
        }
    }

    /// Sets a step's value; steps of histograms are set in ascending order.
    pub fn set(&mut self, step: usize, value: Value, steps: usize) {
        match value {
            Value::Float(value) => self.set_float(step, value, steps),
            Value::Histogram(histogram) => self.histograms.push((step, histogram)),
        }
    }

    pub fn set_float(&mut self, step: usize, value: f64, steps: usize) {
        if self.floats.is_empty() {
            self.floats = vec![STALE; steps];
        }
        self.floats[step] = value;
    }

    pub fn float_at(&self, step: usize) -> Option<f64> {
        self.floats.get(step).copied().filter(|it| !is_stale(*it))
    }

    pub fn histogram_at(&self, step: usize) -> Option<&Arc<FloatHistogram>> {
        if self.histograms.is_empty() {
            return None;
        }
        let found = self.histograms.binary_search_by_key(&step, |(at, _)| *at);
        found.ok().map(|index| &self.histograms[index].1)
    }

    pub fn at(&self, step: usize) -> Option<Value> {
        let float = self.float_at(step).map(Value::Float);
        float.or_else(|| self.histogram_at(step).cloned().map(Value::Histogram))
    }

    pub fn has(&self, step: usize) -> bool {
        self.float_at(step).is_some() || self.histogram_at(step).is_some()
    }

    /// The first step with a value; the largest number where there is none.
    pub fn first_step(&self) -> usize {
        let float = self.floats.iter().position(|value| !is_stale(*value));
        let histogram = self.histograms.first().map(|(step, _)| *step);
        float
            .into_iter()
            .chain(histogram)
            .min()
            .unwrap_or(usize::MAX)
    }

    /// Whether no step has a value.
    pub fn is_empty(&self) -> bool {
        self.histograms.is_empty() && self.floats.iter().all(|value| is_stale(*value))
    }

    /// How many cells it holds, for the limit of a query.
    pub fn size(&self) -> usize {
        self.floats.len() + self.histograms.len() * HISTOGRAM_CELLS
    }
}

/// What a histogram counts for in the limit of a query.
const HISTOGRAM_CELLS: usize = 16;
