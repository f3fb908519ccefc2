//! Where a definition stands in the team's own source.

use std::fmt;
use std::panic::Location;

/// The file and line of a definition: Rust, captured by `#[track_caller]` constructors, or the text that it
/// was read from.
///
/// Two origins are always equal: a definition is what it says, wherever it stands.
#[derive(Clone, Copy, Default)]
pub struct Origin {
    location: Option<(&'static str, u32, u32)>,
    anchor: Option<&'static str>,
}

impl Origin {
    /// The place of the caller.
    #[track_caller]
    #[must_use]
    pub fn here() -> Self {
        Self::caller(Location::caller(), None)
    }

    /// A place in a text that was read; line and column from 1.
    #[must_use]
    pub const fn at(file: &'static str, line: u32, column: u32) -> Self {
        Self {
            location: Some((file, line, column)),
            anchor: None,
        }
    }

    /// The place of the caller, a macro that declares many things: rustc gives all of them the line of the
    /// macro's call, so the quoted `anchor` that follows it tells them apart.
    #[track_caller]
    #[must_use]
    pub fn anchored(anchor: &'static str) -> Self {
        Self::caller(Location::caller(), Some(anchor))
    }

    fn caller(place: &'static Location<'static>, anchor: Option<&'static str>) -> Self {
        Self {
            location: Some((place.file(), place.line(), place.column())),
            anchor,
        }
    }

    /// No place.
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
        self.location
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
            Some((file, line, _)) => write!(f, "{file}:{line}"),
            None => f.write_str("-"),
        }
    }
}
