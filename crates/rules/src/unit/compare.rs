//! Comparing what is expected with what is there, and showing both.

use obsctl_promql::eval::{Labels, Sample, Value};

use super::ExpectedSample;
use crate::alert::Firing;

/// Whether a query gives what it has to. Numbers are compared as Go compares them: NaN equals nothing.
pub(super) fn equal_samples(expected: &[&ExpectedSample], got: &[Sample], fuzzy: bool) -> bool {
    let mut pairs = expected.iter().zip(got);
    expected.len() == got.len()
        && pairs.all(|(a, b)| a.labels == b.labels && equal(&a.value, &b.value, fuzzy))
}

fn equal(expected: &Value, got: &Value, fuzzy: bool) -> bool {
    match (expected, got) {
        (Value::Float(a), Value::Float(b)) => {
            a == b || fuzzy && (a.next_up() == *b || a.next_down() == *b)
        }
        (Value::Histogram(a), Value::Histogram(b)) => {
            a.notation().to_string() == b.notation().to_string()
        }
        _ => false,
    }
}

/// A sample in one line, as it can be written into a test.
pub(super) fn sample_line(labels: &Labels, value: &Value) -> String {
    let value = match value {
        Value::Float(value) if value.is_infinite() => {
            (if *value > 0.0 { "+Inf" } else { "-Inf" }).to_owned()
        }
        Value::Float(value) => value.to_string(),
        Value::Histogram(histogram) => histogram.notation().to_string(),
    };
    format!("{labels} {value}")
}

/// An alert in lines: its labels, then its annotations, as they are written into a test.
pub(super) fn alert_lines(alert: &Firing) -> Vec<String> {
    let mut lines = Vec::new();
    for (title, texts) in [
        ("labels", &alert.labels),
        ("annotations", &alert.annotations),
    ] {
        if !texts.is_empty() {
            lines.push(format!("{title}:"));
        }
        lines.extend(
            texts
                .iter()
                .map(|(name, text)| format!("  {name}: {text:?}")),
        );
    }
    lines
}
