//! A line on its way through a pipeline.

use std::borrow::Cow;
use std::collections::BTreeMap;

use obsctl_promql::eval::Labels;
use obsctl_promql::eval::labels::Label;

use super::hints::{DUPLICATE, Groups, Hints};
use super::{ERROR, ERROR_DETAILS, PRESERVE_ERROR};

/// Labels that a line gets beside those of its stream, in the order in which it got them.
type Added = Vec<(String, String)>;

/// A line and its labels. Labels of stages come before structured metadata, that before labels of streams.
#[derive(Clone, Debug)]
pub(super) struct Record<'a> {
    pub line: Cow<'a, str>,
    /// Nanoseconds since the epoch.
    pub time: i64,
    stream: &'a Labels,
    metadata: Added,
    parsed: Added,
    removed: Vec<String>,
    pub error: String,
    pub details: String,
    pub hints: &'a Hints,
    /// Every label that a stage has set on this line: parsers do not set it again.
    extracted: Vec<String>,
}

/// What came of a label that a parser found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Extracted {
    /// Nobody needs it, or the line has it.
    Skipped,
    Set,
    /// It is set, and a condition of the query leaves the line out.
    Refused,
}

impl<'a> Record<'a> {
    pub fn new(
        stream: &'a Labels,
        time: i64,
        line: Cow<'a, str>,
        metadata: &Labels,
        hints: &'a Hints,
    ) -> Self {
        let mut record = Self {
            line,
            time,
            stream,
            metadata: Vec::new(),
            parsed: Vec::new(),
            removed: Vec::new(),
            error: String::new(),
            details: String::new(),
            hints,
            extracted: Vec::new(),
        };
        for label in metadata {
            let mut name = label.name.to_string();
            if stream.get(&name).is_some() {
                name.push_str(DUPLICATE);
            }
            match name.as_str() {
                ERROR => record.error = label.value.to_string(),
                ERROR_DETAILS => record.details = label.value.to_string(),
                _ => put(&mut record.metadata, &name, label.value.to_string()),
            }
        }
        record
    }

    /// The value of a label, which may be empty. The error labels are none of these.
    pub fn get(&self, name: &str) -> Option<&str> {
        let added = find(&self.metadata, name).or_else(|| find(&self.parsed, name));
        let stream = || {
            self.stream
                .get(name)
                .filter(|_| !self.removed.iter().any(|it| it == name))
        };
        added.or_else(stream)
    }

    /// The value that a matcher sees.
    pub fn matched_value(&self, name: &str) -> &str {
        if name == ERROR {
            &self.error
        } else {
            self.get(name).unwrap_or_default()
        }
    }

    /// Sets a label as stages do.
    pub fn set(&mut self, name: &str, value: String) {
        self.metadata.retain(|(known, _)| known != name);
        put(&mut self.parsed, name, value);
        if !self.extracted.iter().any(|known| known == name) {
            self.extracted.push(name.to_owned());
        }
    }

    pub fn remove(&mut self, name: &str) {
        self.metadata.retain(|(known, _)| known != name);
        self.parsed.retain(|(known, _)| known != name);
        self.removed.push(name.to_owned());
    }

    /// Whether a label of a parser needs another name.
    pub fn is_taken(&self, name: &str) -> bool {
        self.stream.get(name).is_some() || find(&self.metadata, name).is_some()
    }

    /// The name under which a parser sets a label.
    pub fn free_name<'n>(&self, name: &'n str) -> Cow<'n, str> {
        if self.is_taken(name) {
            Cow::Owned(format!("{name}{DUPLICATE}"))
        } else {
            Cow::Borrowed(name)
        }
    }

    /// Whether a parser should set a label, under the name it will have.
    pub fn wants(&self, name: &str) -> bool {
        self.hints.wants(name) && !self.was_extracted(name)
    }

    pub fn was_extracted(&self, name: &str) -> bool {
        self.extracted.iter().any(|known| known == name)
    }

    /// Sets a label that a parser found.
    pub fn extract(&mut self, name: &str, value: impl FnOnce() -> String) -> Extracted {
        let name = self.free_name(name);
        if !self.wants(&name) {
            return Extracted::Skipped;
        }
        self.set(&name, value());
        if self.keeps(&name) {
            Extracted::Set
        } else {
            Extracted::Refused
        }
    }

    /// Whether the query's conditions leave the line in, now that it has a label of this name.
    pub fn keeps(&mut self, name: &str) -> bool {
        let hints = self.hints;
        hints.keeps(name, self)
    }

    pub fn has_all_required(&self) -> bool {
        self.hints.has_all(&self.extracted)
    }

    pub fn needs_nothing(&self) -> bool {
        self.hints.needs_nothing(&self.extracted)
    }

    /// Marks the line with the error of a parser.
    pub fn fail(&mut self, error: &str, details: impl Into<String>) {
        self.error = error.to_owned();
        let details = details.into();
        if !details.is_empty() {
            self.details = details;
        }
        if self.hints.preserve_error {
            self.set(PRESERVE_ERROR, "true".to_owned());
        }
    }

    /// Marks the line with the error of a condition, which does not hide an earlier one.
    pub fn fail_first(&mut self, error: &str, details: String) {
        if self.error.is_empty() {
            self.error = error.to_owned();
            self.details = details;
        }
    }

    fn is_unchanged(&self) -> bool {
        self.removed.is_empty() && self.metadata.is_empty() && self.parsed.is_empty()
    }

    fn stream_labels(&self) -> impl Iterator<Item = (&str, &str)> {
        let labels = self
            .stream
            .iter()
            .map(|label| (&*label.name, &*label.value));
        labels.filter(|(name, _)| {
            let added = find(&self.metadata, name).or_else(|| find(&self.parsed, name));
            added.is_none() && !self.removed.iter().any(|it| it == name)
        })
    }

    /// All labels, errors included, in no order.
    fn all(&self) -> impl Iterator<Item = (&str, &str)> {
        let added = self.metadata.iter().chain(&self.parsed);
        let errors = [(ERROR, &self.error), (ERROR_DETAILS, &self.details)];
        let errors = errors.into_iter().filter(|(_, value)| !value.is_empty());
        self.stream_labels()
            .chain(added.map(|(name, value)| (name.as_str(), value.as_str())))
            .chain(errors.map(|(name, value)| (name, value.as_str())))
    }

    /// The names of all labels but the errors.
    pub fn names(&self) -> Vec<(String, String)> {
        let plain = |name: &str| !matches!(name, ERROR | ERROR_DETAILS | PRESERVE_ERROR);
        let labels = self.all().filter(|(name, _)| plain(name));
        labels
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect()
    }

    /// The labels as templates see them.
    pub fn map(&self) -> BTreeMap<String, String> {
        let labels: BTreeMap<_, _> = self
            .all()
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect();
        labels
    }

    /// The labels that the line has at the end.
    pub fn labels(&self) -> Labels {
        if self.is_unchanged() && self.error.is_empty() {
            return self.stream.clone();
        }
        self.all().collect()
    }

    /// The structured metadata that is left.
    pub fn metadata_labels(&self) -> Labels {
        self.metadata
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect()
    }

    /// The labels of a sample of the line. Those of a line with an error are not grouped, so that the
    /// error is not lost.
    pub fn grouped(&self, groups: &Groups) -> Labels {
        if !self.error.is_empty() {
            return self.labels();
        }
        if groups.none {
            return Labels::empty();
        }
        if groups.names.is_empty() {
            return self.labels();
        }
        let listed = |name: &str| groups.names.iter().any(|it| it == name);
        if groups.without {
            let added = self.metadata.iter().chain(&self.parsed);
            let added = added.map(|(name, value)| (name.as_str(), value.as_str()));
            let labels = self.stream_labels().chain(added);
            return labels.filter(|(name, _)| !listed(name)).collect();
        }
        let kept = groups
            .names
            .iter()
            .filter(|name| !self.removed.contains(name));
        let labels = kept.filter_map(|name| Some((&**name, self.get(name)?)));
        let labels = labels.map(|(name, value)| Label {
            name: name.into(),
            value: value.into(),
        });
        Labels::from_labels(labels.collect())
    }
}

fn find<'a>(labels: &'a Added, name: &str) -> Option<&'a str> {
    let found = labels.iter().find(|(known, _)| known == name);
    found.map(|(_, value)| value.as_str())
}

fn put(labels: &mut Added, name: &str, value: String) {
    match labels.iter_mut().find(|(known, _)| known == name) {
        Some((_, known)) => *known = value,
        None => labels.push((name.to_owned(), value)),
    }
}
