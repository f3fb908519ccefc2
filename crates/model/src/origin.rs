//! Where a definition stands in the team's own source.

use std::fmt;
use std::panic::Location;

/// The Rust file and line of a definition, captured by `#[track_caller]` constructors.
///
/// Two origins are always equal: a definition is what it says, wherever it stands. Definitions read from
/// text have none.
#[derive(Clone, Copy, Default)]
pub struct Origin {
    location: Option<&'static Location<'static>>,
    anchor: Option<&'static str>,
}

impl Origin {
    /// The place of the caller.
    #[track_caller]
    #[must_use]
    pub fn here() -> Self {
        Self {
            location: Some(Location::caller()),
            anchor: None,
        }
    }

    /// The place of the caller, a macro that declares many things: rustc gives all of them the line of the
    /// macro's call, so the quoted `anchor` that follows it tells them apart.
    #[track_caller]
    #[must_use]
    pub fn anchored(anchor: &'static str) -> Self {
        Self {
            location: Some(Location::caller()),
            anchor: Some(anchor),
        }
    }

    /// No place in Rust source.
    #[must_use]
    pub const fn none() -> Self {
        Self {
            location: None,
            anchor: None,
        }
    }

    /// File, line and column (both from 1), where known.
    #[must_use]
    pub fn location(self) -> Option<(&'static str, u32, u32)> {
        self.location.map(|l| (l.file(), l.line(), l.column()))
    }

    /// The text to look for, in double quotes, at or after the line; see [`Origin::anchored`].
    #[must_use]
    pub fn anchor(self) -> Option<&'static str> {
        self.anchor
    }
}

impl PartialEq for Origin {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Origin {}

impl fmt::Debug for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.location {
            Some(l) => write!(f, "{}:{}", l.file(), l.line()),
            None => f.write_str("-"),
        }
    }
}
