//! Label sets: sorted, shared, cheap to copy.

use std::fmt;
use std::sync::Arc;

use super::xxhash;
use crate::literal;

/// The label that holds a metric's name.
pub const METRIC_NAME: &str = "__name__";
/// The label that holds a metric's type, where type and unit are labels.
pub const METRIC_TYPE: &str = "__type__";
/// The label that holds a metric's unit, where type and unit are labels.
pub const METRIC_UNIT: &str = "__unit__";
/// The label of a classic histogram's buckets.
pub const BUCKET: &str = "le";

/// Whether the label says something of the metric as such, which a computed value does not keep.
#[must_use]
pub fn is_metadata(name: &str) -> bool {
    matches!(name, METRIC_NAME | METRIC_TYPE | METRIC_UNIT)
}

/// A label.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Label {
    /// Its name.
    pub name: Arc<str>,
    /// Its value; never empty inside [`Labels`].
    pub value: Arc<str>,
}

/// A label set: sorted by name, each name once, no empty values. Ordered like Prometheus' results.
#[derive(Clone, Eq, PartialOrd, Ord, Hash)]
pub struct Labels(Arc<[Label]>);

impl PartialEq for Labels {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0) || self.0 == other.0
    }
}

impl Default for Labels {
    fn default() -> Self {
        Self::empty()
    }
}

impl<N: Into<Arc<str>>, V: Into<Arc<str>>> FromIterator<(N, V)> for Labels {
    fn from_iter<I: IntoIterator<Item = (N, V)>>(labels: I) -> Self {
        let labels = labels.into_iter().map(|(name, value)| Label {
            name: name.into(),
            value: value.into(),
        });
        Self::from_labels(labels.collect())
    }
}

impl Labels {
    /// The empty set.
    #[must_use]
    pub fn empty() -> Self {
        Self(Arc::new([]))
    }

    /// The labels, sorted; of equal names the last one counts, and empty values are no labels.
    #[must_use]
    pub fn from_labels(mut labels: Vec<Label>) -> Self {
        labels.sort_by(|a, b| a.name.cmp(&b.name));
        // `dedup_by` keeps the first of equals: the later value is swapped into it.
        labels.dedup_by(|later, kept| {
            let same = later.name == kept.name;
            if same {
                std::mem::swap(later, kept);
            }
            same
        });
        labels.retain(|label| !label.value.is_empty());
        Self(labels.into())
    }

    /// The labels in order.
    pub fn iter(&self) -> std::slice::Iter<'_, Label> {
        self.0.iter()
    }

    /// How many labels there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The value of a label, if the set has it.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.find(name).map(|label| &*label.value)
    }

    /// The value of a label; empty where the set does not have it, which means the same in PromQL.
    #[must_use]
    pub fn value(&self, name: &str) -> &str {
        self.get(name).unwrap_or_default()
    }

    /// The metric's name; empty where there is none.
    #[must_use]
    pub fn metric_name(&self) -> &str {
        self.value(METRIC_NAME)
    }

    fn find(&self, name: &str) -> Option<&Label> {
        // Few labels: comparing them in order is faster than a binary search.
        self.0.iter().find(|label| &*label.name == name)
    }

    /// The set with one label changed; an empty value removes it.
    #[must_use]
    pub fn with(&self, name: &str, value: &str) -> Self {
        let known = self.find(name);
        if known.map_or("", |label| &*label.value) == value {
            return self.clone();
        }
        let mut labels: Vec<_> = self.0.to_vec();
        labels.push(Label {
            name: name.into(),
            value: value.into(),
        });
        Self::from_labels(labels)
    }

    /// The labels of which `keep` holds.
    #[must_use]
    pub fn filter(&self, keep: impl Fn(&str) -> bool) -> Self {
        if self.0.iter().all(|label| keep(&label.name)) {
            return self.clone();
        }
        let kept = self.0.iter().filter(|label| keep(&label.name));
        Self(kept.cloned().collect())
    }

    /// The set without the metric's name, type and unit.
    #[must_use]
    pub fn without_metadata(&self) -> Self {
        self.filter(|name| !is_metadata(name))
    }

    /// Prometheus' hash of the set (xxHash64 of its compact encoding), which `limit_ratio` goes by.
    #[must_use]
    pub fn hash64(&self) -> u64 {
        let mut bytes = Vec::with_capacity(256);
        for label in self.iter() {
            for text in [&label.name, &label.value] {
                encode_length(&mut bytes, text.len());
                bytes.extend_from_slice(text.as_bytes());
            }
        }
        xxhash::hash64(&bytes)
    }
}

/// A length in one byte, or 255 and the length in three bytes, little end first.
fn encode_length(bytes: &mut Vec<u8>, length: usize) {
    match u8::try_from(length) {
        Ok(length) if length < 255 => bytes.push(length),
        _ => {
            bytes.push(255);
            bytes.extend_from_slice(&length.to_le_bytes()[..3]);
        }
    }
}

impl<'a> IntoIterator for &'a Labels {
    type Item = &'a Label;
    type IntoIter = std::slice::Iter<'a, Label>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

/// `{__name__="up", job="api"}`
impl fmt::Display for Labels {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("{")?;
        for (index, label) in self.iter().enumerate() {
            if index > 0 {
                f.write_str(", ")?;
            }
            if crate::is_legacy_label_name(&label.name) {
                f.write_str(&label.name)?;
            } else {
                literal::quote(f, &label.name)?;
            }
            f.write_str("=")?;
            literal::quote(f, &label.value)?;
        }
        f.write_str("}")
    }
}

impl fmt::Debug for Labels {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_is_sorted_and_has_each_name_once() {
        let labels: Labels = [("b", "1"), ("a", "2"), ("b", "3"), ("c", "")]
            .into_iter()
            .collect();
        assert_eq!(labels.to_string(), r#"{a="2", b="3"}"#);
        assert_eq!(labels.with("a", "").to_string(), r#"{b="3"}"#);
        assert_eq!(
            labels.with("é b", "x").to_string(),
            r#"{a="2", b="3", "é b"="x"}"#
        );
        assert_eq!(labels.value("c"), "");
    }

    #[test]
    fn a_computed_value_has_no_name_type_and_unit() {
        let labels = [
            ("__name__", "m"),
            ("__type__", "gauge"),
            ("__unit__", "s"),
            ("a", "b"),
        ];
        let labels: Labels = labels.into_iter().collect();
        assert_eq!(labels.without_metadata().to_string(), r#"{a="b"}"#);
    }
}
