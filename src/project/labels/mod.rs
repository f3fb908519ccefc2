//! Which labels the series of an expression have: what is known for certain, and nothing more.
//!
//! [`Labels`] is the set and its algebra; [`Flows`] takes it through expressions.

mod flow;
#[cfg(test)]
mod tests;
mod walk;

use std::collections::BTreeMap;

use obsctl_promql::Span;

pub use flow::{Flow, Flows, Issue, Use};
pub use walk::is_scalar;

/// The labels that the series of a vector can have.
#[derive(Clone, Debug, Default)]
pub struct Labels<'a> {
    known: BTreeMap<&'a str, Known>,
    /// Whether series can have labels beside the known ones (and beside those in `lost`).
    open: bool,
    lost: BTreeMap<&'a str, Loss<'a>>,
    /// What took all labels away that nobody knows by name.
    closed_by: Option<Loss<'a>>,
}

/// What is known of a label.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Known {
    /// Whether every series has it.
    pub always: bool,
    /// Whether its values grow with the business and nothing narrowed them.
    pub unbounded: bool,
}

/// Of a label that every series has, with few values.
const ALWAYS: Known = Known {
    always: true,
    unbounded: false,
};

/// What took a label away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Loss<'a> {
    /// A node of the same expression: an aggregation, an operator, a function.
    Here(Span),
    /// The recording rule of that name.
    Recorded(&'a str),
}

impl<'a> Labels<'a> {
    /// No labels at all.
    #[must_use]
    pub fn none() -> Self {
        Self::default()
    }

    /// Any label, for all one knows.
    #[must_use]
    pub fn any() -> Self {
        Self {
            open: true,
            ..Self::default()
        }
    }

    /// Whether series can have the label. Every series can have a name.
    #[must_use]
    pub fn has(&self, label: &str) -> bool {
        self.known.contains_key(label)
            || self.open && !self.lost.contains_key(label)
            || label == "__name__"
    }

    /// Whether series can have every label there is.
    #[must_use]
    pub fn has_all(&self) -> bool {
        self.open && self.lost.is_empty()
    }

    /// Whether every series has the label.
    #[must_use]
    pub fn always(&self, label: &str) -> bool {
        self.known.get(label).is_some_and(|known| known.always)
    }

    /// What took the label away from series that could have had it.
    #[must_use]
    pub fn loss(&self, label: &str) -> Option<Loss<'a>> {
        if self.has(label) {
            return None;
        }
        self.lost.get(label).copied().or(self.closed_by)
    }

    /// Whether series can have labels that are not [`Labels::known`].
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.open
    }

    /// The labels known by name.
    pub fn known(&self) -> impl Iterator<Item = (&'a str, Known)> {
        self.known.iter().map(|(label, known)| (*label, *known))
    }

    /// The names of the known labels.
    pub fn names(&self) -> impl Iterator<Item = &'a str> {
        self.known.keys().copied()
    }

    fn add(&mut self, label: &'a str, known: Known) {
        self.lost.remove(label);
        self.known.insert(label, known);
    }

    /// That every series has the label, if any can.
    fn add_always(&mut self, label: &str) {
        if let Some(known) = self.known.get_mut(label) {
            known.always = true;
        }
    }

    fn remove(&mut self, label: &'a str, loss: Loss<'a>) {
        if self.known.remove(label).is_some() || self.open && !self.lost.contains_key(label) {
            self.lost.insert(label, loss);
        }
    }

    /// Keeps only these.
    fn keep(mut self, labels: &[&'a str], loss: Loss<'a>) -> Self {
        let kept = labels
            .iter()
            .filter(|label| self.has(label))
            .map(|label| (*label, self.known.get(label).copied().unwrap_or_default()))
            .collect();
        for label in self.known.into_keys() {
            if !labels.contains(&label) {
                self.lost.insert(label, loss);
            }
        }
        Self {
            known: kept,
            open: false,
            lost: self.lost,
            closed_by: self.closed_by.or(self.open.then_some(loss)),
        }
    }

    /// Of series of either vector.
    fn union(mut self, other: Self) -> Self {
        self.open |= other.open;
        for (label, known) in &mut self.known {
            match other.known.get(label) {
                Some(theirs) => {
                    known.always &= theirs.always;
                    known.unbounded |= theirs.unbounded;
                }
                None => known.always = false,
            }
        }
        for (label, theirs) in other.known {
            self.known.entry(label).or_insert(Known {
                always: false,
                ..theirs
            });
        }
        self.lost.retain(|label, _| other.lost.contains_key(label));
        self.lost.retain(|label, _| !self.known.contains_key(label));
        self.closed_by = self.closed_by.or(other.closed_by);
        self
    }

    /// Of series that agree on all labels: what both sides can have.
    fn meet(self, other: Self) -> Self {
        let (mut kept, mut from) = if self.open && !other.open {
            (other, self)
        } else {
            (self, other)
        };
        if kept.open {
            return kept;
        }
        let missing: Vec<_> = kept
            .known
            .keys()
            .copied()
            .filter(|label| !from.has(label))
            .collect();
        for label in missing {
            kept.known.remove(label);
            if let Some(loss) = from.loss(label) {
                kept.lost.insert(label, loss);
            }
        }
        // What only the other side had and the kept side never knew stays explained.
        for (label, loss) in std::mem::take(&mut from.lost) {
            if !kept.known.contains_key(label) {
                kept.lost.entry(label).or_insert(loss);
            }
        }
        kept
    }

    /// As the result of a recording rule: what was lost, was lost there, and its name is another one.
    fn recorded(mut self, name: &'a str) -> Self {
        self.known.remove("__name__");
        self.lost
            .values_mut()
            .for_each(|loss| *loss = Loss::Recorded(name));
        self.closed_by = self.closed_by.map(|_| Loss::Recorded(name));
        self
    }
}
