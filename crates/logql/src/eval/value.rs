//! What queries give.

use obsctl_promql::eval::Labels;

/// A series at one time.
#[derive(Clone, Debug, PartialEq)]
pub struct Sample {
    /// Its labels.
    pub labels: Labels,
    /// Its value.
    pub value: f64,
}

/// A series over time.
#[derive(Clone, Debug, PartialEq)]
pub struct SeriesPoints {
    /// Its labels.
    pub labels: Labels,
    /// Times in nanoseconds since the epoch, ascending, and values.
    pub points: Vec<(i64, f64)>,
}

/// The lines of a log query that have the same labels.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StreamLines {
    /// The labels behind the pipeline: those of the stream, structured metadata, and what stages made.
    pub labels: Labels,
    /// Times in nanoseconds since the epoch, and lines, in the query's direction.
    pub lines: Vec<(i64, String)>,
}

/// What a query gives.
#[derive(Clone, Debug, PartialEq)]
pub enum Data {
    /// A number, of an instant query.
    Scalar(f64),
    /// Series at one time, of an instant query. Their order matters where the query sorts.
    Vector(Vec<Sample>),
    /// Series over time, ordered by labels, of a range query.
    Matrix(Vec<SeriesPoints>),
    /// Lines, ordered by labels, of a log query over a range.
    Streams(Vec<StreamLines>),
}
