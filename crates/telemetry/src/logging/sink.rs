//! Where lines go.

use std::cell::Cell;
use std::fmt;
use std::io::{self, Write};
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

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
    /// Anything else that takes bytes; one call of `write_all` a line.
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

/// An opened sink, shared by all threads.
pub(crate) struct Output(Mutex<Box<dyn Write + Send>>);

impl fmt::Debug for Output {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Output")
    }
}

thread_local! {
    static WRITING: Cell<bool> = const { Cell::new(false) };
}

impl Output {
    pub(crate) fn new(sink: Sink) -> Self {
        Self(Mutex::new(match sink {
            Sink::Stdout => Box::new(io::stdout()),
            Sink::Stderr => Box::new(io::stderr()),
            Sink::File(path, rotation) => Box::new(RotatingFile::new(path, rotation)),
            Sink::Writer(writer) => writer,
        }))
    }

    /// Writes a line as a whole.
    pub(crate) fn write(&self, line: &[u8]) -> io::Result<()> {
        self.with(|writer| writer.write_all(line))
    }

    /// Hands over what has been buffered.
    pub(crate) fn flush(&self) -> io::Result<()> {
        self.with(|writer| writer.flush())
    }

    /// A writer that itself logs or panics would wait for itself: what it logs is refused.
    fn with(&self, act: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
        if WRITING.replace(true) {
            return Err(io::ErrorKind::WouldBlock.into());
        }
        let _writing = Writing;
        let mut writer = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        act(&mut **writer)
    }
}

/// Ends with the write, also when it panics.
struct Writing;

impl Drop for Writing {
    fn drop(&mut self) {
        WRITING.set(false);
    }
}
