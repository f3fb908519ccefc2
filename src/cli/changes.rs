//! What differs between the files that are there and those that would be generated.

use std::fmt::Write;

use similar::TextDiff;

use super::workspace::{Batch, Workspace};
use super::{CommandError, manifest};
use crate::generate::{self, ArtifactSet};

/// So many lines of one file's diff are shown.
const SHOWN_LINES: usize = 60;

/// The differences, each list by path.
#[derive(Debug)]
pub(super) struct Changes<'a> {
    /// Files that are not there, with their text.
    pub(super) missing: Vec<(&'a str, &'a str)>,
    /// Files with another text.
    pub(super) differing: Vec<Differing<'a>>,
    /// Files of ours that are generated no longer.
    pub(super) orphans: Vec<String>,
    /// Files in generated folders that are not ours.
    pub(super) foreign: Vec<String>,
    /// How many files are as they should be.
    pub(super) unchanged: usize,
    /// The manifest, where it is not current.
    manifest: Option<String>,
}

/// A file with another text.
#[derive(Debug)]
pub(super) struct Differing<'a> {
    pub(super) path: &'a str,
    pub(super) present: String,
    pub(super) generated: &'a str,
}

impl<'a> Changes<'a> {
    /// Compares.
    pub(super) fn between(
        workspace: &Workspace,
        artifacts: &'a ArtifactSet,
    ) -> Result<Self, CommandError> {
        let present_manifest = workspace.read(manifest::PATH)?;
        let ours = manifest::paths(present_manifest.as_deref().unwrap_or_default())?;
        let generated_manifest = manifest::text(artifacts);
        let mut changes = Self {
            missing: vec![],
            differing: vec![],
            orphans: vec![],
            foreign: vec![],
            unchanged: 0,
            manifest: None,
        };
        for (path, generated) in artifacts.iter() {
            match workspace.read(path)? {
                None => changes.missing.push((path, generated)),
                Some(present) if present == generated => changes.unchanged += 1,
                Some(present) => changes.differing.push(Differing {
                    path,
                    present,
                    generated,
                }),
            }
        }
        for folder in generate::FOLDERS {
            for path in workspace.files_below(folder)? {
                if artifacts.get(&path).is_some() {
                } else if ours.contains(path.as_str()) {
                    changes.orphans.push(path);
                } else {
                    changes.foreign.push(path);
                }
            }
        }
        changes.manifest =
            (present_manifest.as_ref() != Some(&generated_manifest)).then_some(generated_manifest);
        Ok(changes)
    }

    /// Whether every file is current. Files that are not ours do not matter.
    pub(super) fn is_empty(&self) -> bool {
        self.count() == 0
    }

    /// How many files are not current.
    pub(super) fn count(&self) -> usize {
        self.missing.len()
            + self.differing.len()
            + self.orphans.len()
            + usize::from(self.manifest.is_some())
    }

    /// Makes the files current.
    pub(super) fn apply(&self, workspace: &Workspace) -> Result<(), CommandError> {
        let differing = self
            .differing
            .iter()
            .map(|file| (file.path, file.generated));
        workspace.apply(&Batch {
            write: self.missing.iter().copied().chain(differing).collect(),
            remove: self.orphans.iter().map(String::as_str).collect(),
            last: self.manifest.as_deref().map(|text| (manifest::PATH, text)),
        })
    }

    /// Whether the list of files is not current.
    pub(super) fn manifest_differs(&self) -> bool {
        self.manifest.is_some()
    }
}

impl Differing<'_> {
    /// A unified diff from what is there to what would be generated, cut when it is long.
    pub(super) fn diff(&self) -> String {
        let diff = TextDiff::from_lines(self.present.as_str(), self.generated);
        let whole = diff
            .unified_diff()
            .context_radius(2)
            .header(
                &format!("{} (present)", self.path),
                &format!("{} (generated)", self.path),
            )
            .to_string();
        let mut shown = String::new();
        let lines = whole.lines().count();
        for line in whole.lines().take(SHOWN_LINES) {
            shown.push_str(line);
            shown.push('\n');
        }
        if lines > SHOWN_LINES {
            let _ = writeln!(shown, "… and {} more lines", lines - SHOWN_LINES);
        }
        shown
    }
}
