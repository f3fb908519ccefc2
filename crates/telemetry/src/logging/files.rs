//! Log files and their rotation.
#![expect(
    clippy::disallowed_methods,
    reason = "a log file is opened, measured and rotated here, nowhere else"
)]

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::clock::{self, Utc};

/// When a file is set aside and a new one begun.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rotation {
    /// Never.
    Never,
    /// Before it grows beyond so many bytes; `app.log` becomes `app.log.1`, and so on.
    Size {
        /// The most bytes of a file.
        bytes: u64,
        /// How many are kept aside.
        keep: u32,
    },
    /// At midnight UTC; `app.log` becomes `app.log.2026-02-16`.
    Daily,
}

/// A file that is opened when first written to, and again after a failure.
pub(super) struct RotatingFile {
    path: PathBuf,
    rotation: Rotation,
    open: Option<Opened>,
}

struct Opened {
    file: File,
    size: u64,
    /// The day of the first line.
    day: String,
}

impl RotatingFile {
    pub(super) fn new(path: PathBuf, rotation: Rotation) -> Self {
        Self {
            path,
            rotation,
            open: None,
        }
    }

    fn open(&self) -> io::Result<Opened> {
        if let Some(folder) = self.path.parent() {
            fs::create_dir_all(folder)?;
        }
        let file = OpenOptions::new()
            .append(true)
            .create(true)
            .open(&self.path)?;
        let known = file.metadata()?;
        let begun = if known.len() == 0 {
            clock::now()
        } else {
            known.modified()?
        };
        Ok(Opened {
            file,
            size: known.len(),
            day: day(begun),
        })
    }

    /// How many bytes of these lines go into the file as it is: whole lines, at least one into an empty file.
    fn room(&self, opened: &Opened, lines: &[u8]) -> usize {
        match self.rotation {
            Rotation::Daily if opened.size > 0 && opened.day != day(clock::now()) => 0,
            Rotation::Size { bytes, .. } => {
                let room = usize::try_from(bytes.saturating_sub(opened.size));
                let fits = &lines[..room.unwrap_or(usize::MAX).min(lines.len())];
                let end = |text: &[u8]| text.iter().rposition(|byte| *byte == b'\n');
                match end(fits) {
                    Some(at) => at + 1,
                    None if opened.size > 0 => 0,
                    None => (lines.iter().position(|byte| *byte == b'\n'))
                        .map_or(lines.len(), |at| at + 1),
                }
            }
            Rotation::Never | Rotation::Daily => lines.len(),
        }
    }

    fn set_aside(&self, opened: &Opened) -> io::Result<()> {
        match self.rotation {
            Rotation::Never => Ok(()),
            Rotation::Size { keep: 0, .. } => fs::remove_file(&self.path),
            Rotation::Size { keep, .. } => {
                for number in (1..keep).rev() {
                    let from = beside(&self.path, &number.to_string());
                    if from.exists() {
                        fs::rename(from, beside(&self.path, &(number + 1).to_string()))?;
                    }
                }
                fs::rename(&self.path, beside(&self.path, "1"))
            }
            Rotation::Daily => fs::rename(&self.path, beside(&self.path, &opened.day)),
        }
    }
}

impl Write for RotatingFile {
    /// Takes as many of the lines as go into one file.
    fn write(&mut self, lines: &[u8]) -> io::Result<usize> {
        let mut opened = match self.open.take() {
            Some(opened) => opened,
            None => self.open()?,
        };
        let mut room = self.room(&opened, lines);
        if room == 0 && opened.size > 0 {
            self.set_aside(&opened)?;
            opened = self.open()?;
            room = self.room(&opened, lines);
        }
        let written = opened.file.write(&lines[..room])?;
        opened.size += written as u64;
        self.open = Some(opened);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.open
            .as_mut()
            .map_or(Ok(()), |opened| opened.file.flush())
    }
}

fn day(time: std::time::SystemTime) -> String {
    let mut day = String::new();
    Utc::of(time).write_date(&mut day);
    day
}

/// `app.log` and `1` give `app.log.1`.
fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".");
    name.push(suffix);
    name.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_file_is_set_aside_and_the_oldest_dropped() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("logs/app.log");
        let rotation = Rotation::Size { bytes: 10, keep: 2 };
        let mut file = RotatingFile::new(path.clone(), rotation);
        for lines in [
            "first\nsecond\n",
            "third\n",
            "a\nfourth, longer than a file\n",
            "5\n",
        ] {
            file.write_all(lines.as_bytes()).expect("written");
        }
        let read = |path: PathBuf| fs::read_to_string(path).expect("there");
        assert_eq!(read(path.clone()), "5\n");
        assert_eq!(read(beside(&path, "1")), "fourth, longer than a file\n");
        assert_eq!(read(beside(&path, "2")), "third\na\n");
        assert!(!beside(&path, "3").exists());
    }

    #[test]
    fn yesterdays_file_is_set_aside_under_its_day() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("app.log");
        fs::write(&path, "old\n").expect("written");
        let yesterday = clock::now() - std::time::Duration::from_secs(86_400);
        let old = OpenOptions::new().append(true).open(&path).expect("there");
        old.set_modified(yesterday).expect("set");
        let mut file = RotatingFile::new(path.clone(), Rotation::Daily);
        file.write_all(b"new\n").expect("written");
        assert_eq!(fs::read_to_string(&path).expect("there"), "new\n");
        let aside = beside(&path, &day(yesterday));
        assert_eq!(fs::read_to_string(aside).expect("there"), "old\n");
    }
}
