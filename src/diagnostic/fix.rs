//! What mends a finding without changing what is meant.

use std::ops::Range;

use obsctl_model::Origin;

use super::Diagnostic;

/// What mends a finding: other text in place of bytes of what was written.
#[derive(Clone, Debug, PartialEq)]
pub struct Fix {
    /// What it does, as an order: "compare with `=`".
    pub title: String,
    /// Where. A finding that is told once for many places has those of all of them.
    pub edits: Vec<Edit>,
}

/// A text in place of bytes of another one.
#[derive(Clone, Debug, PartialEq)]
pub struct Edit {
    /// Where the whole text begins.
    pub origin: Origin,
    /// The whole text, as it was written: a query.
    pub text: String,
    /// The bytes of it that go.
    pub range: Range<usize>,
    /// What comes in their place.
    pub with: String,
}

impl Diagnostic {
    /// Offers to put `with` in place of bytes of the underlined text. What is asked for must mean the same afterwards.
    #[must_use]
    pub fn fix(
        mut self,
        title: impl Into<String>,
        range: Range<usize>,
        with: impl Into<String>,
    ) -> Self {
        if let Some(place) = self.places.first()
            && let Some((text, _)) = &place.text
        {
            self.fix = Some(Box::new(Fix {
                title: title.into(),
                edits: vec![Edit {
                    origin: place.origin,
                    text: text.clone(),
                    range,
                    with: with.into(),
                }],
            }));
        }
        self
    }

    /// Says that of all findings of its check with this key only the first is told.
    #[must_use]
    pub fn once_per(mut self, key: impl Into<String>) -> Self {
        self.once_per = Some(key.into());
        self
    }

    /// Takes over what mends a finding that is not told, because this one was.
    pub(crate) fn stands_for(&mut self, other: Self) {
        match (&mut self.fix, other.fix) {
            (Some(fix), Some(other)) => fix.edits.extend(other.edits),
            (fix @ None, other) => *fix = other,
            (Some(_), None) => {}
        }
    }
}
