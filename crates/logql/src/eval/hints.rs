//! What a metric query needs of a line.
//!
//! Loki's parsers stop as soon as a query has the labels that it groups and filters by. That shows: a line
//! that is broken behind them is no error, and `sum(count_over_time(… | json [5m]))` does not parse at all.

use std::sync::Arc;

use super::ERROR;
use super::record::Record;
use super::stage::label_filter::Condition;

/// What is put behind a label's name where the stream or its metadata already has one of that name.
pub(super) const DUPLICATE: &str = "_extracted";

/// How the labels of a sample are made from those of its line.
#[derive(Clone, Debug, Default)]
pub(super) struct Groups {
    pub names: Vec<String>,
    pub without: bool,
    /// Whether no labels are left.
    pub none: bool,
}

#[derive(Clone, Debug, Default)]
pub(super) struct Hints {
    /// The only labels that are needed; all where the list is empty.
    required: Vec<String>,
    /// Whether no label is needed.
    no_labels: bool,
    /// Whether the query asks for errors, so that they do not fail it.
    pub preserve_error: bool,
    /// Conditions that a line is tested by as soon as it has the label of that place in `filter_names`.
    filters: Vec<Arc<Condition>>,
    filter_names: Vec<String>,
}

impl Hints {
    /// Hints of a log query: only its conditions.
    pub fn of_lines<'a>(conditions: impl Iterator<Item = &'a Arc<Condition>>) -> Self {
        let mut hints = Self::default();
        for condition in conditions.filter(|it| !it.is_compound()) {
            hints.filters.push(condition.clone());
            // One that always holds has no name: the lists shift against each other, as Loki's do.
            hints
                .filter_names
                .extend(condition.label().map(str::to_owned));
        }
        hints
    }

    /// Hints of a metric query whose stages read the labels `read`, and which unwraps `unwrapped`.
    pub fn of_metric<'a>(
        read: Vec<String>,
        groups: &Groups,
        unwrapped: &str,
        conditions: impl Iterator<Item = &'a Arc<Condition>>,
    ) -> Self {
        let mut required = Vec::new();
        for name in read
            .iter()
            .chain(&groups.names)
            .map(String::as_str)
            .chain([unwrapped])
        {
            for name in [Some(name), name.strip_suffix(DUPLICATE)]
                .into_iter()
                .flatten()
            {
                if !name.is_empty() && !required.iter().any(|known| known == name) {
                    required.push(name.to_owned());
                }
            }
        }
        let preserve_error = required.iter().any(|name| name == ERROR);
        let of_lines = Self::of_lines(conditions);
        if groups.none {
            return if required.is_empty() {
                Self {
                    no_labels: true,
                    ..Self::default()
                }
            } else {
                Self {
                    required,
                    preserve_error,
                    ..of_lines
                }
            };
        }
        if groups.without || groups.names.is_empty() {
            return of_lines;
        }
        Self {
            required,
            preserve_error,
            ..Self::default()
        }
    }

    pub fn wants(&self, name: &str) -> bool {
        self.required.is_empty() || self.required.iter().any(|it| it == name)
    }

    /// Whether a label that begins so is needed.
    pub fn wants_prefix(&self, prefix: &str) -> bool {
        self.required.is_empty() || self.required.iter().any(|it| it.starts_with(prefix))
    }

    /// Whether nothing is needed beyond what has been extracted.
    pub fn has_all(&self, extracted: &[String]) -> bool {
        !self.required.is_empty() && self.required.iter().all(|name| extracted.contains(name))
    }

    pub fn needs_nothing(&self, extracted: &[String]) -> bool {
        self.no_labels || self.has_all(extracted)
    }

    /// Whether a line may still pass that has got a label of this name.
    pub fn keeps(&self, name: &str, record: &mut Record<'_>) -> bool {
        let at = self.filter_names.iter().position(|it| it == name);
        at.and_then(|at| self.filters.get(at))
            .is_none_or(|condition| condition.test(record))
    }
}
