//! Queries over series that are at hand: what a service exposes, or what is written in a file. How their results are shown.

mod chart;
mod json;
mod table;

use obsctl_promql::eval::{Data, Labels, Storage, Value, script};

use crate::diagnostic::Diagnostic;
use crate::read::{self, File};

pub use chart::chart;
pub use json::json;
pub use table::table;

/// Whether a text writes series down, as scripts of queries do: its first line is `load 1m`.
#[must_use]
pub fn is_script(text: &str) -> bool {
    let mut lines = text.lines().map(str::trim);
    let first = lines.find(|line| !line.is_empty() && !line.starts_with('#'));
    first.is_some_and(|line| line.starts_with("load"))
}

/// The series that a script writes down, from the beginning of 1970 on.
///
/// # Errors
/// The line that is wrong, counted from 1, and why.
pub fn script(text: &str) -> Result<Storage, (usize, String)> {
    script::load(text)
}

/// Adds what a service exposes at a time in milliseconds since 1970. Gives what could not be read of it.
pub fn exposed(
    storage: &mut Storage,
    page: File<'_>,
    instance: Option<&str>,
    time: i64,
) -> Vec<Diagnostic> {
    let (samples, problems) = read::samples(page);
    for sample in samples {
        let own = sample.labels.iter();
        let own = own.map(|(name, value)| (name.as_str(), value.as_str()));
        let instance = instance.map(|instance| ("instance", instance));
        let all = std::iter::once(("__name__", sample.name.as_str()));
        let labels: Labels = instance.into_iter().chain(all).chain(own).collect();
        storage.append(&labels, sample.time.unwrap_or(time), sample.value);
    }
    problems
}

/// A series as queries name it: `up{job="api"}`.
fn shown(labels: &Labels) -> String {
    let name = labels.metric_name();
    let others = labels.filter(|label| label != "__name__");
    match (name, others.is_empty()) {
        (name, true) if !name.is_empty() => name.to_owned(),
        (name, _) => format!("{name}{others}"),
    }
}

/// A value as Prometheus' API writes it.
fn value(value: &Value) -> String {
    match value {
        Value::Float(value) => number(*value),
        Value::Histogram(histogram) => histogram.to_string(),
    }
}

fn number(value: f64) -> String {
    if value.is_nan() {
        "NaN".to_owned()
    } else if value.is_infinite() {
        if value > 0.0 { "+Inf" } else { "-Inf" }.to_owned()
    } else if value != 0.0 && !(1e-7..1e21).contains(&value.abs()) {
        format!("{value:e}")
    } else {
        value.to_string()
    }
}

/// How many series a result has.
#[must_use]
pub fn count(data: &Data) -> usize {
    match data {
        Data::Scalar(_) | Data::String(_) => 1,
        Data::Vector(samples) => samples.len(),
        Data::Matrix(series) => series.len(),
    }
}
