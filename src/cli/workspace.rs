//! All reading and writing of files. Writing is all or nothing as far as a file system allows: every new
//! text is first stored in full beside its place, and only then do renames put them there.
#![expect(clippy::disallowed_methods, reason = "this is where files are touched")]

use std::cell::RefCell;
use std::fs;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use super::CommandError;

/// A folder in which commands read and write, by paths with `/` that are relative to it.
#[derive(Debug)]
pub(super) struct Workspace {
    root: PathBuf,
}

thread_local! {
    /// The bytes of the file that this thread looked at before.
    static BEFORE: RefCell<Vec<u8>> = const { RefCell::new(vec![]) };
}

/// What is to be changed.
#[derive(Debug, Default)]
pub(super) struct Batch<'a> {
    /// Paths and their new texts.
    pub(super) write: Vec<(&'a str, &'a str)>,
    /// Paths of files that go away.
    pub(super) remove: Vec<&'a str>,
    /// The path and text that is put in place when all else is done.
    pub(super) last: Option<(&'a str, &'a str)>,
}

impl Workspace {
    /// The workspace of this folder; it need not exist.
    pub(super) fn new(root: &Path) -> Self {
        Self {
            root: root.to_owned(),
        }
    }

    /// A workspace in a folder of this one.
    pub(super) fn folder(&self, path: &Path) -> Self {
        match path.to_str() {
            Some(".") => Self::new(&self.root),
            _ => Self::new(&self.root.join(path)),
        }
    }

    /// Where a file is, for other programs.
    pub(super) fn path(&self, path: &str) -> PathBuf {
        self.root.join(path)
    }

    /// The text of a file, if there is one. Bytes that are no UTF-8 are replaced.
    pub(super) fn read(&self, path: &str) -> Result<Option<String>, CommandError> {
        let bytes = self.present(path, fs::read(self.root.join(path)))?;
        // A text that is UTF-8 is not copied.
        Ok(bytes.map(|bytes| {
            String::from_utf8(bytes)
                .unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned())
        }))
    }

    /// What `look` makes of the bytes of a file. Unlike the text of [`Self::read`] they need no memory of their own: that
    /// of the file before is used again.
    pub(super) fn look<T>(&self, path: &str, look: impl FnOnce(&[u8]) -> T) -> io::Result<T> {
        let mut bytes = BEFORE.take();
        bytes.clear();
        let file = fs::File::open(self.root.join(path));
        let read = file.and_then(|mut file| file.read_to_end(&mut bytes));
        let seen = read.map(|_| look(&bytes));
        BEFORE.set(bytes);
        seen
    }

    /// Whether a path leads to a file, and to no pipe or device, which would be waited for without end.
    pub(super) fn is_file(&self, path: &str) -> io::Result<bool> {
        Ok(fs::metadata(self.root.join(path))?.is_file())
    }

    /// What came of reading a file: nothing where there is none.
    pub(super) fn present<T>(
        &self,
        path: &str,
        read: io::Result<T>,
    ) -> Result<Option<T>, CommandError> {
        match read {
            Ok(read) => Ok(Some(read)),
            Err(error) if is_absent(&error) => Ok(None),
            Err(error) if error.kind() == io::ErrorKind::IsADirectory => {
                Err(CommandError::FolderInTheWay(self.shown(path)))
            }
            Err(source) => Err(CommandError::Read {
                path: self.shown(path),
                source,
            }),
        }
    }

    /// Whether there is a folder of that name.
    pub(super) fn is_folder(&self, path: &str) -> bool {
        self.root.join(path).is_dir()
    }

    /// Whether there is a file of that name.
    pub(super) fn exists(&self, path: &str) -> bool {
        self.root.join(path).exists()
    }

    /// Whether there is a link of that name, wherever it leads.
    pub(super) fn is_link(&self, path: &str) -> bool {
        self.root.join(path).is_symlink()
    }

    /// The text of a source file, if it can be read: findings then show its lines.
    pub(super) fn source(&self, path: &str) -> Option<String> {
        self.source_in(path, String::new())
    }

    /// The same, in the memory of a text that is no longer needed.
    pub(super) fn source_in(&self, path: &str, mut text: String) -> Option<String> {
        text.clear();
        if !self.is_file(path).ok()? {
            return None;
        }
        let mut file = fs::File::open(self.root.join(path)).ok()?;
        file.read_to_string(&mut text).ok()?;
        Some(text)
    }

    /// The paths of all files below a folder, sorted; none where there is no such folder. Hidden files
    /// (`.env`, `.gitkeep`) are people's own.
    pub(super) fn files_below(&self, folder: &str) -> Result<Vec<String>, CommandError> {
        let (found, unread) = self.readable_below(folder);
        match unread.into_iter().next() {
            None => Ok(found),
            Some((folder, source)) => Err(CommandError::Read {
                path: self.shown(&folder),
                source,
            }),
        }
    }

    /// The same, and the folders among them that cannot be read, with why.
    pub(super) fn readable_below(&self, folder: &str) -> (Vec<String>, Vec<(String, io::Error)>) {
        let (mut found, mut unread) = (vec![], vec![]);
        let mut folders = vec![folder.to_owned()];
        while let Some(folder) = folders.pop() {
            match self.inside(&folder) {
                Ok(mut inside) => {
                    found.append(&mut inside.files);
                    folders.append(&mut inside.folders);
                }
                Err(error) if is_absent(&error) => {}
                Err(error) => unread.push((folder, error)),
            }
        }
        found.sort();
        (found, unread)
    }

    /// What is in a folder.
    fn inside(&self, folder: &str) -> io::Result<Inside> {
        let mut inside = Inside::default();
        for entry in fs::read_dir(self.root.join(folder))? {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().into_owned();
            let path = format!("{folder}/{name}");
            if name.starts_with('.') {
                continue;
            } else if entry.file_type()?.is_dir() {
                inside.folders.push(path);
            } else {
                inside.files.push(path);
            }
        }
        Ok(inside)
    }

    /// The paths of the files that a pattern with `*`, `?` and `[…]` names, sorted.
    pub(super) fn matching(&self, pattern: &str) -> Result<Vec<String>, CommandError> {
        if !pattern.contains(['*', '?', '[']) {
            let exists = self.root.join(pattern).is_file();
            return Ok(if exists {
                vec![pattern.to_owned()]
            } else {
                vec![]
            });
        }
        let (folder, _) = pattern.split_at(pattern.find(['*', '?', '[']).unwrap_or_default());
        let folder = folder.rsplit_once('/').map_or(".", |(folder, _)| folder);
        let pattern = glob::Pattern::new(pattern).map_err(|error| {
            let what = format!("`{pattern}` names no files: {error}");
            super::Obstacle::new(what, "write patterns with `*`, `?` and `[a-z]`")
        })?;
        let options = glob::MatchOptions {
            require_literal_separator: true,
            ..Default::default()
        };
        let found = self.files_below(folder)?.into_iter();
        let found = found.map(|path| path.strip_prefix("./").unwrap_or(&path).to_owned());
        Ok(found
            .filter(|path| pattern.matches_with(path, options))
            .collect())
    }

    /// Writes and removes. When anything cannot be stored, nothing is changed.
    pub(super) fn apply(&self, batch: &Batch<'_>) -> Result<(), CommandError> {
        let mut created = Created::default();
        let (staged, last) = match self.stage_all(batch, &mut created) {
            Ok(staged) => staged,
            Err(error) => {
                created.undo();
                return Err(error);
            }
        };
        let all = staged.len() + usize::from(last.is_some());
        for (done, (file, path)) in staged.into_iter().enumerate() {
            self.put(file, path, done, all)?;
        }
        for path in &batch.remove {
            self.remove(path)?;
        }
        match last {
            Some((file, path)) => self.put(file, path, all - 1, all),
            None => Ok(()),
        }
    }

    fn stage_all<'a>(
        &self,
        batch: &Batch<'a>,
        created: &mut Created,
    ) -> Result<(Vec<Staged<'a>>, Option<Staged<'a>>), CommandError> {
        let mut staged = vec![];
        for (path, text) in batch.write.iter().copied() {
            staged.push((self.stage(path, text, created)?, path));
        }
        let last = match batch.last {
            Some((path, text)) => Some((self.stage(path, text, created)?, path)),
            None => None,
        };
        Ok((staged, last))
    }

    fn stage(
        &self,
        path: &str,
        text: &str,
        created: &mut Created,
    ) -> Result<NamedTempFile, CommandError> {
        self.expect_replaceable(path)?;
        stage(&self.target(path), text, created).map_err(|source| CommandError::Write {
            path: self.shown(path),
            source,
        })
    }

    /// Finds what a rename would meet only when other files are already replaced, or would not mind at all.
    fn expect_replaceable(&self, path: &str) -> Result<(), CommandError> {
        let target = self.root.join(path);
        let is_file = |folder: &&Path| fs::metadata(folder).is_ok_and(|present| present.is_file());
        if let Some(file) = target.ancestors().skip(1).find(is_file) {
            return Err(CommandError::FileInTheWay(file.display().to_string()));
        }
        match fs::metadata(target) {
            Ok(present) if present.is_dir() => Err(CommandError::FolderInTheWay(self.shown(path))),
            Ok(present) if present.permissions().readonly() => {
                Err(CommandError::ReadOnly(self.shown(path)))
            }
            _ => Ok(()),
        }
    }

    fn put(
        &self,
        file: NamedTempFile,
        path: &str,
        done: usize,
        all: usize,
    ) -> Result<(), CommandError> {
        match file.persist(self.target(path)) {
            Ok(_) => Ok(()),
            Err(error) => Err(CommandError::Replace {
                path: self.shown(path),
                done,
                all,
                source: error.error,
            }),
        }
    }

    /// Removes a file, and the folders that it leaves empty.
    fn remove(&self, path: &str) -> Result<(), CommandError> {
        let path_here = self.root.join(path);
        fs::remove_file(&path_here).map_err(|source| CommandError::Remove {
            path: self.shown(path),
            source,
        })?;
        let folders = path_here.ancestors().skip(1);
        for folder in folders.take_while(|folder| *folder != self.root) {
            if fs::remove_dir(folder).is_err() {
                break;
            }
        }
        Ok(())
    }

    /// The file that is written: what a link leads to, not the link.
    fn target(&self, path: &str) -> PathBuf {
        let path = self.root.join(path);
        fs::canonicalize(&path).unwrap_or(path)
    }

    fn shown(&self, path: &str) -> String {
        self.root.join(path).display().to_string()
    }
}

/// The paths in a folder.
#[derive(Debug, Default)]
struct Inside {
    files: Vec<String>,
    folders: Vec<String>,
}

type Staged<'a> = (NamedTempFile, &'a str);

/// Stores `text` in a temporary file of the folder that `target` is in.
fn stage(target: &Path, text: &str, created: &mut Created) -> io::Result<NamedTempFile> {
    let folder = target
        .parent()
        .filter(|folder| *folder != Path::new(""))
        .unwrap_or(Path::new("."));
    created.folder(folder)?;
    let mut builder = tempfile::Builder::new();
    builder.prefix(".obsctl-").suffix(".tmp");
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    // The error names the temporary file, whose random name helps nobody.
    let staged = builder.tempfile_in(folder);
    let mut file = staged.map_err(|error| io::Error::from(error.kind()))?;
    file.as_file_mut().write_all(text.as_bytes())?;
    if let Ok(present) = fs::metadata(target) {
        file.as_file().set_permissions(present.permissions())?;
    }
    Ok(file)
}

/// Folders made on the way, outermost first.
#[derive(Debug, Default)]
struct Created {
    folders: Vec<PathBuf>,
}

impl Created {
    fn folder(&mut self, folder: &Path) -> io::Result<()> {
        let missing: Vec<_> = folder
            .ancestors()
            .take_while(|folder| *folder != Path::new("") && !folder.exists())
            .collect();
        for folder in missing.into_iter().rev() {
            fs::create_dir(folder)?;
            self.folders.push(folder.to_owned());
        }
        Ok(())
    }

    fn undo(&self) {
        for folder in self.folders.iter().rev() {
            // Another process may have put something there: then the folder stays.
            let _ = fs::remove_dir(folder);
        }
    }
}

/// Whether there is simply nothing of that name.
fn is_absent(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory
    )
}
