//! Where lines go.

use std::fmt;
use std::io::{self, Write};
use std::path::PathBuf;

use super::Rotation;
use super::files::RotatingFile;

/// Where lines go.
pub enum Sink {
    /// Standard output.
    Stdout,
    /// Standard error.
    Stderr,
    /// A file, appended to, and rotated.
    File(PathBuf, Rotation),
    /// Anything else that takes bytes; it is given whole lines, many at once.
    Writer(Box<dyn Write + Send>),
}

impl fmt::Debug for Sink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Stdout => f.write_str("Stdout"),
            Self::Stderr => f.write_str("Stderr"),
            Self::File(path, rotation) => {
                f.debug_tuple("File").field(path).field(rotation).finish()
            }
            Self::Writer(_) => f.write_str("Writer"),
        }
    }
}

impl Sink {
    pub(super) fn open(self) -> Box<dyn Write + Send> {
        match self {
            Self::Stdout => Box::new(io::stdout()),
            Self::Stderr => Box::new(io::stderr()),
            Self::File(path, rotation) => Box::new(RotatingFile::new(path, rotation)),
            Self::Writer(writer) => writer,
        }
    }
}
