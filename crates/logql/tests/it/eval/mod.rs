//! Tests of the evaluator, one file for each family.

mod aggregates;
mod binaries;
mod failures;
mod hints;
mod lines;
mod properties;
mod ranges;
mod variants;

use obsctl_logql::eval::{Data, Engine, Entry, EvalError, Labels, Options, Storage};
use obsctl_logql::parse;

pub(crate) const SECOND: i64 = 1_000_000_000;

/// Labels as they are written: `job=api env=prod`.
pub(crate) fn labels(text: &str) -> Labels {
    text.split_whitespace()
        .filter_map(|label| label.split_once('='))
        .collect()
}

/// A storage of lines, each with its stream and its time in seconds.
pub(crate) fn storage(lines: &[(&str, f64, &str)]) -> Storage {
    let mut storage = Storage::new();
    for (stream, seconds, line) in lines {
        #[expect(clippy::cast_possible_truncation, reason = "small times")]
        let time = (seconds * 1e9) as i64;
        // Structured metadata stands behind a bar.
        let (stream, metadata) = stream.split_once('|').unwrap_or((stream, ""));
        let entry = Entry {
            time,
            line: (*line).to_owned(),
            metadata: labels(metadata),
        };
        storage.push_entry(&labels(stream), entry);
    }
    storage
}

/// What a query gives at a time in seconds.
pub(crate) fn data(storage: &Storage, query: &str, seconds: i64) -> Result<Data, EvalError> {
    let parsed = parse(query);
    assert!(parsed.errors.is_empty(), "{query}: {:?}", parsed.errors);
    Engine::default().instant(storage, &parsed.expr, seconds * SECOND)
}

/// The same as text: a line for each series, or the error.
pub(crate) fn instant(storage: &Storage, query: &str, seconds: i64) -> String {
    match data(storage, query, seconds) {
        Ok(data) => shown(&data),
        Err(error) => format!("error: {}", error.message),
    }
}

/// What a query gives over times in seconds.
pub(crate) fn range(storage: &Storage, query: &str, times: (i64, i64, i64)) -> String {
    let parsed = parse(query);
    assert!(parsed.errors.is_empty(), "{query}: {:?}", parsed.errors);
    let (start, end, step) = times;
    let engine = Engine::new(Options::default());
    let found = engine.range(
        storage,
        &parsed.expr,
        start * SECOND,
        end * SECOND,
        step * SECOND,
    );
    found.map_or_else(
        |error| format!("error: {}", error.message),
        |data| shown(&data),
    )
}

pub(crate) fn shown(data: &Data) -> String {
    let lines: Vec<String> = match data {
        Data::Scalar(value) => vec![value.to_string()],
        Data::Vector(samples) => {
            let samples = samples.iter();
            samples
                .map(|it| format!("{} {}", it.labels, rounded(it.value)))
                .collect()
        }
        Data::Matrix(series) => {
            let points = |points: &[(i64, f64)]| {
                let points = points.iter();
                let points = points.map(|(time, it)| format!("{}@{}", rounded(*it), time / SECOND));
                points.collect::<Vec<_>>().join(" ")
            };
            series
                .iter()
                .map(|it| format!("{} {}", it.labels, points(&it.points)))
                .collect()
        }
        Data::Streams(streams) => {
            let lines = |lines: &[(i64, String)]| {
                let lines = lines
                    .iter()
                    .map(|(time, line)| format!("{line}@{}", time / SECOND));
                lines.collect::<Vec<_>>().join(" ")
            };
            streams
                .iter()
                .map(|it| format!("{} {}", it.labels, lines(&it.lines)))
                .collect()
        }
    };
    lines.join("\n")
}

/// A value without the noise of floats.
fn rounded(value: f64) -> f64 {
    if value.is_finite() {
        (value * 1e9).round() / 1e9
    } else {
        value
    }
}
