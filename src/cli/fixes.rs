//! `--fix`: the files as they would be, their diff, and writing them.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use clap::Args;
use similar::TextDiff;

use super::estate::Texts;
use super::findings::counted;
use super::workspace::Batch;
use super::{CommandError, Obstacle, Workspace};
use crate::diagnostic::render::Change;
use crate::diagnostic::{Diagnostic, Edit};
use crate::fix::{self, Document, Reason, Refused};
use crate::parallel;
use crate::read::File;

/// So often are fixed files checked again: one fix can make room for another.
const PASSES: usize = 10;

/// What becomes of findings that can be fixed
#[derive(Debug, Args)]
pub(super) struct Fixing {
    /// Show as a diff how the files would look with all that can be fixed, and change nothing
    #[arg(
        long,
        conflicts_with_all = ["write_baseline", "prometheus", "loki", "tempo", "links"]
    )]
    pub(super) fix: bool,
    /// With `--fix`: write the files, and report what is left
    #[arg(long, requires = "fix")]
    pub(super) write: bool,
}

/// Files with all that could be fixed.
#[derive(Debug, Default)]
pub(super) struct Repair {
    before: Texts,
    /// What the files are now.
    pub(super) after: Texts,
    done: usize,
    refused: Vec<Refused>,
}

/// What came out of a file.
type Outcome = (&'static str, Option<String>, fix::Fixed);

impl Repair {
    /// Fixes until nothing changes; `look` finds what is wrong with the files as they then are. Gives what it found last.
    pub(super) fn all<T>(
        workspace: &Workspace,
        mut look: impl FnMut(&Texts) -> Result<T, CommandError>,
        findings: impl Fn(&T) -> &[Diagnostic],
    ) -> Result<(Self, T), CommandError> {
        let mut repair = Self::default();
        for _ in 0..PASSES {
            let found = look(&repair.after)?;
            if !repair.pass(findings(&found), workspace) {
                return Ok((repair, found));
            }
        }
        let found = look(&repair.after)?;
        Ok((repair, found))
    }

    /// Puts what mends these findings into the files; whether anything changed.
    fn pass(&mut self, found: &[Diagnostic], workspace: &Workspace) -> bool {
        let mut by_file: BTreeMap<&'static str, Vec<Edit>> = BTreeMap::new();
        let fixes = found.iter().filter_map(|finding| finding.fix.as_ref());
        for edit in fixes.flat_map(|fix| &fix.edits) {
            if let Some((file, ..)) = edit.origin.location() {
                by_file.entry(file).or_default().push(edit.clone());
            }
        }
        let by_file: Vec<_> = by_file.into_iter().collect();
        let outcomes = parallel::map(&by_file, |(path, edits)| self.file(path, edits, workspace));
        let done = self.done;
        self.refused.clear();
        for (path, before, fixed) in outcomes {
            self.refused.extend(fixed.refused);
            self.done += fixed.done;
            if let Some(before) = before.filter(|_| fixed.done > 0) {
                self.before.entry(path).or_insert(before);
                self.after.insert(path, fixed.text);
            }
        }
        self.done > done
    }

    fn file(&self, path: &'static str, edits: &[Edit], workspace: &Workspace) -> Outcome {
        let own = || workspace.source(path);
        let Some(text) = self.after.get(path).cloned().or_else(own) else {
            let refused = edits.iter().map(|edit| Refused {
                origin: edit.origin,
                reason: Reason::Bytes,
            });
            let fixed = fix::Fixed {
                refused: refused.collect(),
                ..fix::Fixed::default()
            };
            return (path, None, fixed);
        };
        let fixed = fix::apply(File { path, text: &text }, edits);
        (path, Some(text), fixed)
    }

    /// Whether no file would change.
    pub(super) fn is_empty(&self) -> bool {
        self.after.is_empty()
    }

    /// The whole diff, as `git apply` and `patch` read it.
    pub(super) fn diff(&self) -> String {
        let mut shown = String::new();
        for (path, before) in &self.before {
            let after = self.after.get(path).unwrap_or(before);
            let side = |side: &str| match path.strip_prefix('/') {
                Some(_) => (*path).to_owned(),
                None => format!("{side}/{}", path.trim_start_matches("./")),
            };
            let diff = TextDiff::from_lines(before.as_str(), after.as_str());
            let mut diff = diff.unified_diff();
            let _ = write!(shown, "{}", diff.header(&side("a"), &side("b")));
        }
        shown
    }

    /// What was done, or would be, in words.
    pub(super) fn summary(&self, written: bool) -> String {
        let (fixes, files) = (counted(self.done, "fix"), counted(self.after.len(), "file"));
        let fixes = fixes.replace("fixs", "fixes");
        match (self.is_empty(), written) {
            (true, _) => "nothing can be fixed".to_owned(),
            (false, true) => format!("{fixes} written to {files}"),
            (false, false) => {
                format!("{fixes} in {files}, which `--write` writes")
            }
        }
    }

    /// What cannot be done, a line each.
    pub(super) fn refused(&self) -> Vec<String> {
        let mut lines: Vec<_> = self.refused.iter().collect();
        lines.sort_by_key(|one| (one.origin.location(), one.reason));
        // Origins are all equal: their places are not.
        lines.dedup_by_key(|one| (one.origin.location(), one.reason));
        let lines = lines.into_iter().filter_map(|one| {
            let (file, line, _) = one.origin.location()?;
            let reason = one.reason;
            Some(format!("{file}:{line} cannot be fixed by obsctl: {reason}"))
        });
        lines.collect()
    }

    /// Writes the files, all or none.
    pub(super) fn write(&self, workspace: &Workspace) -> Result<(), CommandError> {
        for (path, before) in &self.before {
            if workspace.source(path).as_ref() != Some(before) {
                return Err(Obstacle::new(
                    format!("`{path}` was changed while it was fixed"),
                    "no file was changed; run it again",
                )
                .into());
            }
        }
        let texts = self.after.iter();
        workspace.apply(&Batch {
            write: texts.map(|(path, text)| (*path, text.as_str())).collect(),
            ..Batch::default()
        })
    }
}

/// The files that have findings with fixes.
pub(super) fn texts(findings: &[Diagnostic], workspace: &Workspace) -> Texts {
    let fixes = findings.iter().filter_map(|finding| finding.fix.as_ref());
    let origins = fixes.flat_map(|fix| fix.edits.iter().map(|edit| edit.origin));
    let paths: BTreeSet<_> = origins
        .filter_map(|origin| Some(origin.location()?.0))
        .collect();
    // A definition in Rust is no text of its file.
    let paths = paths.into_iter().filter(|path| !path.ends_with(".rs"));
    let texts = paths.filter_map(|path| {
        let text = workspace.source(path)?;
        Some((path, text.trim_start_matches(fix::MARK).to_owned()))
    });
    texts.collect()
}

/// The same, read.
pub(super) fn documents(texts: &Texts) -> BTreeMap<&'static str, Document<'_>> {
    let read = texts
        .iter()
        .map(|(path, text)| (*path, Document::new(File { path, text })));
    read.collect()
}

/// What an edit changes, in lines and columns.
pub(super) fn change(
    documents: &BTreeMap<&'static str, Document<'_>>,
    edit: &Edit,
) -> Option<Change> {
    let (path, ..) = edit.origin.location()?;
    let document = documents.get(path)?;
    let replacement = document.locate(edit).ok()?;
    Some(Change {
        start: document.position(replacement.range.start)?,
        end: document.position(replacement.range.end)?,
        with: replacement.with,
    })
}
