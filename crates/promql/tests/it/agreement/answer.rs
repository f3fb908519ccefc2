//! What the evaluator answers to the statement `eval` of a script, as lines that can be compared.

use std::fmt::Write;

use obsctl_promql::eval::{Data, Engine, Labels, Level, Options, Output, Storage, Value, script};
use obsctl_promql::{Dialect, parse_with};

/// The series of a `load` statement.
pub fn load(text: &str) -> Result<Storage, String> {
    script::load(text).map_err(|(line, reason)| format!("line {line}: {reason}"))
}

/// The answer to `eval instant at <time> <query>` or `eval range from <time> to <time> step <step> <query>`
/// with the default options: a line for each series with its points (`{labels}`, tab, `time=value`), for each
/// annotation (`note`), or `fail` with the reason. Instant vectors are ordered by these lines, unless the
/// query sorts.
pub fn of(storage: &Storage, eval: &str) -> Result<String, String> {
    let malformed = || format!("`{eval}` is no `eval`");
    let words: Vec<&str> = eval.split(' ').collect();
    let times = match words.get(1).copied() {
        Some("instant") => &[3][..],
        Some("range") => &[3, 5, 7][..],
        _ => return Err(malformed()),
    };
    let query = words[times[times.len() - 1] + 1..].join(" ");
    let times = times.iter().map(|place| millis(words[*place]));
    let times = times.collect::<Option<Vec<_>>>().ok_or_else(malformed)?;

    let parsed = parse_with(&query, Dialect::Prometheus);
    if let Some(error) = parsed.errors.first() {
        return Ok(format!("  fail {}", error.message));
    }
    let engine = Engine::new(Options::default());
    let output = match times[..] {
        [at] => engine.instant(storage, &parsed.expr, at),
        [start, end, step] => engine.range(storage, &parsed.expr, start, end, step),
        _ => return Err(malformed()),
    };
    Ok(match output {
        Ok(output) => lines(&query, output, times[0]),
        Err(error) => format!("  fail {error}"),
    })
}

fn millis(text: &str) -> Option<i64> {
    let (number, factor) = match text.strip_suffix('m') {
        Some(minutes) => (minutes, 60_000),
        None => (text.strip_suffix('s')?, 1_000),
    };
    number.parse::<i64>().ok()?.checked_mul(factor)
}

fn lines(query: &str, output: Output, time: i64) -> String {
    let mut lines = match output.data {
        Data::Scalar(value) => vec![format!("  scalar\t{}", shown(&Value::Float(value)))],
        Data::String(text) => vec![format!("  string\t{text:?}")],
        Data::Vector(samples) => {
            let line = |(labels, value): (&Labels, Value)| series(labels, &[(time, value)]);
            let pairs = samples.iter().map(|it| (&it.labels, it.value.clone()));
            let mut lines: Vec<_> = pairs.map(line).collect();
            if !query.starts_with("sort") {
                lines.sort();
            }
            lines
        }
        Data::Matrix(all) => {
            let lines = all.iter().map(|it| series(&it.labels, &it.points));
            let mut lines: Vec<_> = lines.collect();
            lines.sort();
            lines
        }
    };
    let levels = [Level::Warning, Level::Info];
    let notes = levels
        .iter()
        .flat_map(|level| output.annotations.of(*level));
    let mut notes: Vec<_> = notes
        .map(|note| format!("  note\t{}", note.text(query)))
        .collect();
    notes.sort();
    lines.extend(notes);
    lines.join("\n")
}

fn series(labels: &Labels, points: &[(i64, Value)]) -> String {
    let mut line = format!("  {labels}");
    for (time, value) in points {
        let _ = write!(line, "\t{time}={}", shown(value));
    }
    line
}

/// A value so that other bits have another text, apart from those of NaN.
fn shown(value: &Value) -> String {
    match value {
        Value::Histogram(histogram) => histogram.notation().to_string(),
        Value::Float(value) => format!("{value:?}"),
    }
}
