//! Results as lines of text: one for each series, or for each of its points.

use obsctl_promql::eval::Data;

use super::{number, shown, value};

/// A result; times are shown from `start` on (milliseconds since 1970).
#[must_use]
pub fn table(data: &Data, start: i64) -> String {
    let rows: Vec<(String, String)> = match data {
        Data::Scalar(scalar) => return format!("{}\n", number(*scalar)),
        Data::String(text) => return format!("{text}\n"),
        Data::Vector(samples) => samples
            .iter()
            .map(|sample| (shown(&sample.labels), value(&sample.value)))
            .collect(),
        Data::Matrix(series) => {
            let mut text = String::new();
            for one in series {
                text.push_str(&shown(&one.labels));
                text.push('\n');
                let rows = one.points.iter();
                let rows = rows.map(|(time, of)| (format!("  {}", clock(time - start)), value(of)));
                text.push_str(&aligned(&rows.collect::<Vec<_>>()));
            }
            return text;
        }
    };
    aligned(&rows)
}

fn aligned(rows: &[(String, String)]) -> String {
    let width = rows.iter().map(|(left, _)| left.chars().count()).max();
    let width = width.unwrap_or_default();
    let line = |(left, right): &(String, String)| format!("{left:<width$}  {right}\n");
    rows.iter().map(line).collect()
}

/// A time since the start: `90s`, `1h30m`.
pub(super) fn clock(millis: i64) -> String {
    let sign = if millis < 0 { "-" } else { "" };
    let time = obsctl_model::millis(millis.unsigned_abs());
    format!("{sign}{time}")
}
