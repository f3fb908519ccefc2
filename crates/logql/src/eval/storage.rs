//! Streams in memory.

use std::collections::BTreeMap;

use obsctl_promql::eval::{Labels, Matcher};

/// Streams and their lines. Filled once, then queried by any number of threads.
#[derive(Clone, Debug, Default)]
pub struct Storage {
    streams: BTreeMap<Labels, Vec<Entry>>,
}

/// A line of a stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Nanoseconds since the epoch.
    pub time: i64,
    /// The line.
    pub line: String,
    /// Structured metadata.
    pub metadata: Labels,
}

impl Storage {
    /// An empty storage.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// How many streams there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.streams.len()
    }

    /// Whether there are no streams.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.streams.is_empty()
    }

    /// Adds a line to the stream of these labels, at a time in nanoseconds since the epoch.
    pub fn push(&mut self, labels: &Labels, time: i64, line: impl Into<String>) {
        let entry = Entry {
            time,
            line: line.into(),
            metadata: Labels::empty(),
        };
        self.push_entry(labels, entry);
    }

    /// Adds a line with structured metadata. It is cheapest in the order of time; lines of the same time
    /// keep their order. Like Loki's, a stream keeps an entry once: the same line and metadata at the
    /// same time are ignored. It stores names of structured metadata as label names: `http.route` becomes
    /// `http_route`.
    pub fn push_entry(&mut self, labels: &Labels, mut entry: Entry) {
        let differs = |name: &str| stored_name(name) != name;
        if entry.metadata.iter().any(|label| differs(&label.name)) {
            let names = entry.metadata.iter();
            let names = names.map(|label| (stored_name(&label.name), label.value.to_string()));
            let names: BTreeMap<_, _> = names.collect();
            entry.metadata = names
                .iter()
                .map(|(name, value)| (name.as_str(), value.as_str()))
                .collect();
        }

        if !self.streams.contains_key(labels) {
            self.streams.insert(labels.clone(), Vec::new());
        }
        let Some(entries) = self.streams.get_mut(labels) else {
            return;
        };
        let at = entries.partition_point(|known| known.time <= entry.time);
        let same_time = entries[..at].iter().rev();
        let mut same_time = same_time.take_while(|known| known.time == entry.time);
        if !same_time.any(|known| *known == entry) {
            entries.insert(at, entry);
        }
    }

    /// The times of the first and the last line.
    #[must_use]
    pub fn time_range(&self) -> Option<(i64, i64)> {
        let first = self
            .streams
            .values()
            .filter_map(|it| it.first())
            .map(|it| it.time);
        let last = self
            .streams
            .values()
            .filter_map(|it| it.last())
            .map(|it| it.time);
        first.min().zip(last.max())
    }

    /// The streams that match, by labels, with their lines from `from` to `to`, both included.
    pub(super) fn select<'a>(
        &'a self,
        matchers: &[Matcher],
        from: i64,
        to: i64,
    ) -> impl Iterator<Item = (&'a Labels, &'a [Entry])> {
        let matches = move |labels: &Labels| {
            matchers
                .iter()
                .all(|matcher| matcher.matches(labels.value(&matcher.name)))
        };
        let streams = self
            .streams
            .iter()
            .filter(move |(labels, _)| matches(labels));
        streams.filter_map(move |(labels, entries)| {
            let start = entries.partition_point(|entry| entry.time < from);
            let end = entries.partition_point(|entry| entry.time <= to);
            let entries = entries.get(start..end)?;
            (!entries.is_empty()).then_some((labels, entries))
        })
    }
}

/// The name under which structured metadata is stored: underscores where a label name cannot have a sign,
/// one for several in a row.
fn stored_name(name: &str) -> String {
    let inside = name.strip_prefix("__").and_then(|it| it.strip_suffix("__"));
    if let Some(inside) = inside.filter(|inside| !inside.is_empty()) {
        return format!("__{}__", stored_name(inside));
    }
    let mut stored = String::with_capacity(name.len());
    for char in name.chars() {
        if char.is_ascii_alphanumeric() {
            stored.push(char);
        } else if !stored.ends_with('_') {
            stored.push('_');
        }
    }
    if stored.starts_with(|char: char| char.is_ascii_digit()) {
        stored.insert_str(0, "key_");
    }
    stored
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn metadata_has_names_of_labels() {
        for (name, stored) in [
            ("trace_id", "trace_id"),
            ("http.route", "http_route"),
            ("a__b-.c", "a_b_c"),
            ("2xx", "key_2xx"),
            ("_x", "_x"),
            ("__a.b__", "__a_b__"),
        ] {
            let mut storage = Storage::new();
            let entry = Entry {
                time: 1,
                line: String::new(),
                metadata: [(name, "x")].into_iter().collect(),
            };
            storage.push_entry(&Labels::empty(), entry);
            let (_, entries) = storage.select(&[], 0, 2).next().unwrap();
            assert_eq!(entries[0].metadata.get(stored), Some("x"), "{name}");
        }
    }
}
