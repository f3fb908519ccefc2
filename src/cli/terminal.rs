//! What a command prints to: the report on `out`, everything else on `err`; and the day it does so.

use std::error::Error;
use std::io::{self, Write};

use super::{CLEAN, CommandError, FAILED};

/// Where a command prints.
pub(super) struct Terminal<'a> {
    /// The report.
    pub(super) out: &'a mut dyn Write,
    /// Whether colours of the report arrive: they are left out where nobody would see them.
    pub(super) styled: bool,
    /// Progress, findings beside a report, errors.
    pub(super) err: &'a mut dyn Write,
    /// Whether what is on `err` can be overwritten: somebody is watching.
    pub(super) live: bool,
    /// Today, `YYYY-MM-DD`: accepted findings can expire.
    pub(super) today: String,
}

impl Terminal<'_> {
    /// Shows clap's answer: help and version are reports, wrong usage is an error.
    pub(super) fn show_usage(&mut self, usage: &clap::Error) -> Result<u8, CommandError> {
        let text = usage.render();
        if usage.use_stderr() {
            write!(self.err, "{}", text.ansi())?;
            Ok(FAILED)
        } else {
            write!(self.out, "{}", text.ansi())?;
            Ok(CLEAN)
        }
    }

    /// Shows an error with its causes and what to do about it.
    pub(super) fn show_error(&mut self, error: &CommandError) -> io::Result<()> {
        writeln!(self.err, "\x1b[1;31merror\x1b[0m: {error}")?;
        let mut cause = error.source();
        while let Some(inner) = cause {
            writeln!(self.err, "  cause: {inner}")?;
            cause = inner.source();
        }
        if let Some(hint) = error.hint() {
            writeln!(self.err, "  help: {hint}")?;
        }
        self.err.flush()
    }

    /// Hands over what is buffered.
    pub(super) fn flush(&mut self) -> Result<(), CommandError> {
        self.out.flush()?;
        Ok(())
    }
}
