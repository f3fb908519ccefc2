//! Findings as data: what is wrong, where, what contradicts it, how to fix it. [`render`] knows how they look.

use std::ops::Range;

use obsctl_model::{Origin, Promql};

mod fix;
pub mod identity;
pub mod render;

pub use fix::{Edit, Fix};
pub use obsctl_syntax::nearest;

/// The name of findings about files that could not be read: no check makes them.
pub const UNREADABLE: &str = "unreadable";

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Generation stops.
    Error,
    /// Should be fixed; generation goes on.
    Warning,
    /// Worth knowing.
    Note,
}

impl Severity {
    /// The word shown.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Note => "note",
        }
    }
}

/// Something wrong in definitions.
#[derive(Clone, Debug, PartialEq)]
pub struct Diagnostic {
    /// The check that found it.
    pub check: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// What is wrong: a fact, with names in backticks, no full stop.
    pub message: String,
    /// The definition it is about: "alert `HighApiLatency`", "panel `Errors` of dashboard `api-overview`".
    pub subject: String,
    /// Where. The first is the primary one.
    pub places: Vec<Place>,
    /// How to fix it.
    pub help: Vec<String>,
    /// What fixes it mechanically, where something does.
    pub fix: Option<Box<Fix>>,
    /// Equal for findings of a check of which only the first is told.
    pub once_per: Option<String>,
}

/// A place in definitions, with what is to be said about it.
#[derive(Clone, Debug, PartialEq)]
pub struct Place {
    /// The Rust file and line.
    pub origin: Origin,
    /// The text that was written there (a query, a template), with the bytes that matter.
    pub text: Option<(String, Range<usize>)>,
    /// What is to be said: a few words.
    pub note: String,
}

impl Diagnostic {
    /// A finding about `subject`, defined at `origin`. The runner sets check and severity.
    #[must_use]
    pub fn new(subject: impl Into<String>, origin: Origin, message: impl Into<String>) -> Self {
        Self {
            check: "",
            severity: Severity::Error,
            message: message.into(),
            subject: subject.into(),
            places: vec![Place {
                origin,
                text: None,
                note: String::new(),
            }],
            help: vec![],
            fix: None,
            once_per: None,
        }
    }

    /// Underlines `range` of `text` at the primary place and says `note` there.
    #[must_use]
    pub fn underline(
        mut self,
        text: impl Into<String>,
        range: Range<usize>,
        note: impl Into<String>,
    ) -> Self {
        if let Some(place) = self.places.first_mut() {
            place.text = Some((text.into(), range));
            place.note = note.into();
        }
        self
    }

    /// Underlines bytes of a query: the primary place becomes the query's own line.
    #[must_use]
    pub fn in_query(
        mut self,
        query: &Promql,
        range: Range<usize>,
        note: impl Into<String>,
    ) -> Self {
        if let Some(place) = self.places.first_mut()
            && query.origin().location().is_some()
        {
            place.origin = query.origin();
        }
        self.underline(query.as_str(), range, note)
    }

    /// Points at another definition: "declared as a counter here".
    #[must_use]
    pub fn also(mut self, origin: Origin, note: impl Into<String>) -> Self {
        self.places.push(Place {
            origin,
            text: None,
            note: note.into(),
        });
        self
    }

    /// Points at bytes of another text, or at other bytes of the same one.
    #[must_use]
    pub fn also_in(
        mut self,
        origin: Origin,
        text: impl Into<String>,
        range: Range<usize>,
        note: impl Into<String>,
    ) -> Self {
        self.places.push(Place {
            origin,
            text: Some((text.into(), range)),
            note: note.into(),
        });
        self
    }

    /// Suggests the nearest of the names that exist, if one is near.
    #[must_use]
    pub fn did_you_mean<'a>(self, name: &str, known: impl IntoIterator<Item = &'a str>) -> Self {
        match nearest(name, known) {
            Some(known) => self.help(format!("did you mean `{known}`?")),
            None => self,
        }
    }

    /// Says how to fix it.
    #[must_use]
    pub fn help(mut self, text: impl Into<String>) -> Self {
        self.help.push(text.into());
        self
    }

    /// The order of a report: by file and line, then by severity, check and place.
    pub(crate) fn sort_key(&self) -> impl Ord + use<'_> {
        (
            self.location(),
            self.severity,
            self.check,
            self.start(),
            self.message.as_str(),
        )
    }

    /// Equal for findings that say the same about the same place of the source.
    pub(crate) fn repeat_key(&self) -> impl Ord + use<'_> {
        let place = self.location();
        let text = self.places.first().and_then(|place| place.text.as_ref());
        (
            self.check,
            place,
            // Without a place in source, the definition is what tells findings apart.
            place.is_none().then_some(self.subject.as_str()),
            text.map(|(text, range)| text.get(range.clone()).unwrap_or_default()),
            self.message.as_str(),
        )
    }

    /// Where it is; nowhere, if nobody knows.
    #[must_use]
    pub fn origin(&self) -> Origin {
        self.places
            .first()
            .map_or(Origin::none(), |place| place.origin)
    }

    /// File, line and column of the primary place, where known.
    pub(crate) fn location(&self) -> Option<(&'static str, u32, u32)> {
        self.origin().location()
    }

    fn start(&self) -> Option<usize> {
        let (_, range) = self.places.first()?.text.as_ref()?;
        Some(range.start)
    }
}
