//! What unit tests of rules have for Loki: streams of lines, and queries of them.

use obsctl_logql::Expr;
use obsctl_logql::eval::{Entry, Storage};
use obsctl_promql::eval::{Labels, notation};
use obsctl_promql::histogram::NotationError;
use obsctl_rules::unit::{LogAnswer, LogQueryCase, Test};

use super::Reader;
use super::fields::Fields;
use super::node::Node;
use super::unit_tests::{notated, sample, text};

/// Where a line says which repetition it is.
const NUMBER: &str = "{{i}}";
/// How many lines one entry may have.
const MAX_LINES: u32 = 1_000_000;
const NANOS: i64 = 1_000_000;
/// Milliseconds since the epoch; Loki's nanoseconds end in the year 2262.
const LAST: i64 = i64::MAX / NANOS - i64::MAX / NANOS / 100;

/// Reads a stream of a test into its lines.
pub(super) fn stream(reader: &mut Reader<'_>, node: &Node<'_>, test: &mut Test) -> Option<()> {
    let mut fields = Fields::of(reader, node, "an input stream")?;
    let stream = fields.required("stream");
    let metadata = fields.texts("structured_metadata");
    let lines = fields.list("lines");
    let entries = fields.list("entries");
    fields.end();
    let labels = labels(reader, node, stream?)?;
    if test.start.abs() > LAST {
        reader.trouble(node.at, "Loki keeps no lines of that `start_timestamp`");
        return None;
    }
    let mut into = Stream {
        labels: &labels,
        storage: &mut test.lines,
        start: test.start,
    };
    for (number, line) in (0_i64..).zip(lines) {
        // As `_` in values of a series: no line at this time.
        if !line.is_null() {
            let line = text(reader, line, "a line")?;
            into.push(number.saturating_mul(test.interval), line, metadata.iter());
        }
    }
    for node in entries {
        entry(reader, node, test.interval, &metadata, &mut into);
    }
    Some(())
}

fn labels(reader: &mut Reader<'_>, node: &Node<'_>, stream: &str) -> Option<Labels> {
    let at = node.get("stream");
    let read = |text: &str| {
        notation::metric(text).map_err(|error| NotationError {
            help: "write the labels of a stream as in `{job=\"api\"}`",
            ..error
        })
    };
    let labels = notated(reader, at, stream, read)?;
    let named = labels.metric_name();
    if labels.is_empty() || !named.is_empty() {
        let message = format!("`{stream}` is no stream: write its labels as in `{{job=\"api\"}}`");
        reader.trouble(at.unwrap_or(node).at, message);
        return None;
    }
    Some(labels)
}

/// A stream that is filled.
struct Stream<'a> {
    labels: &'a Labels,
    storage: &'a mut Storage,
    /// Milliseconds since the epoch.
    start: i64,
}

impl Stream<'_> {
    /// Adds a line, milliseconds after the start.
    fn push<'m>(
        &mut self,
        after: i64,
        line: &str,
        metadata: impl Iterator<Item = (&'m String, &'m String)>,
    ) {
        let metadata = metadata.map(|(name, value)| (name.as_str(), value.as_str()));
        let entry = Entry {
            time: self.start.saturating_add(after).saturating_mul(NANOS),
            line: line.to_owned(),
            metadata: metadata.collect(),
        };
        self.storage.push_entry(self.labels, entry);
    }
}

fn entry(
    reader: &mut Reader<'_>,
    node: &Node<'_>,
    interval: i64,
    common: &std::collections::BTreeMap<String, String>,
    into: &mut Stream<'_>,
) -> Option<()> {
    let mut fields = Fields::of(reader, node, "an entry of a stream")?;
    let line = fields.required("line");
    let at = fields.millis("at").unwrap_or_default();
    let every = fields.millis("every");
    let times = fields.whole("times");
    let mut metadata = common.clone();
    metadata.extend(fields.texts("structured_metadata"));
    fields.end();
    let (line, every, times) = (line?, every.unwrap_or(interval), times.unwrap_or(1));
    if times > MAX_LINES {
        let message = format!("an entry has {times} lines, and at most {MAX_LINES} are allowed");
        reader.trouble(node.at, message);
        return None;
    }
    if every == 0 && times > 1 && !line.contains(NUMBER) {
        let message = "Loki keeps equal lines of the same time once: let `every` be more than 0, or write `{{i}}` into the line";
        reader.trouble(node.at, message);
    }
    for number in 0..times {
        let line = line.replace(NUMBER, &number.to_string());
        let after = at.saturating_add(every.saturating_mul(number.into()));
        into.push(after, &line, metadata.iter());
    }
    Some(())
}

/// Reads a test of a query of lines.
pub(super) fn query(reader: &mut Reader<'_>, node: &Node<'_>) -> Option<LogQueryCase> {
    let mut fields = Fields::of(reader, node, "a query test of lines")?;
    let time = fields.millis("eval_time").unwrap_or_default();
    let written = fields.required("expr");
    let samples = fields.list("exp_samples");
    let lines = fields.list("exp_lines");
    fields.end();
    let place = reader.place(node);
    let expr = reader.logql(node.get("expr")?, written?)?;
    let gives_lines = matches!(expr.without_parens(), Expr::Log(_));
    let (other, kind) = if gives_lines {
        ("exp_samples", "lines: expect them with `exp_lines`")
    } else {
        ("exp_lines", "series: expect them with `exp_samples`")
    };
    if let Some(other) = node.get(other) {
        reader.trouble(other.at, format!("the query gives {kind}"));
        return None;
    }
    let expected = if gives_lines {
        let lines = lines.iter().filter_map(|node| text(reader, node, "a line"));
        LogAnswer::Lines(lines.map(str::to_owned).collect())
    } else {
        let samples = samples.iter().filter_map(|node| sample(reader, node));
        LogAnswer::Samples(samples.collect())
    };
    Some(LogQueryCase {
        time,
        text: written?.to_owned(),
        expr,
        expected,
        place,
    })
}
