//! Which files there are to read: those that are named, and those of folders that are.

use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};

use obsctl_model::Origin;

use super::{CommandError, Obstacle, Workspace};
use crate::diagnostic::{Diagnostic, Severity, UNREADABLE, identity};

/// What there is to read.
#[derive(Debug, Default)]
pub(super) struct Listed {
    /// All files, sorted.
    pub(super) paths: Vec<&'static str>,
    /// Those that were named themselves.
    pub(super) named: BTreeSet<&'static str>,
    /// Folders that were named.
    pub(super) folders: BTreeSet<String>,
    /// Folders that cannot be read.
    pub(super) unread: Vec<Diagnostic>,
}

impl Listed {
    /// The files that are named, and those of folders.
    pub(super) fn new(paths: &[PathBuf], workspace: &Workspace) -> Result<Self, CommandError> {
        let mut listed = Self::default();
        for path in paths {
            let shown = shown(path);
            if workspace.is_folder(&shown) {
                let folder = identity::path(&shown);
                listed
                    .folders
                    .insert(folder.trim_end_matches('/').to_owned());
                let (inside, unread) = workspace.readable_below(below(&shown));
                let problem = |(path, error): (String, _)| {
                    unread_because(kept(of_here(&path)), &error, workspace)
                };
                listed.unread.extend(unread.into_iter().map(problem));
                let inside = inside.iter().filter(|path| is_candidate(path));
                listed.paths.extend(inside.map(|path| kept(of_here(path))));
            } else if workspace.exists(&shown) {
                let path = kept(&shown);
                listed.named.insert(path);
                listed.paths.push(path);
            } else if workspace.is_link(&shown) {
                let what = format!("`{shown}` is a link that leads to nothing");
                return Err(Obstacle::new(what, "name what it should lead to").into());
            } else {
                let help = match shown.contains(['*', '?', '[']) {
                    true => {
                        "no file fits the pattern: name rule files, dashboards, or folders of them"
                    }
                    false => "name rule files, dashboards, or folders of them",
                };
                return Err(Obstacle::new(format!("there is no `{shown}`"), help).into());
            }
        }
        let is_empty = listed.paths.is_empty() && listed.unread.is_empty();
        if is_empty && !paths.is_empty() {
            let named: Vec<_> = paths
                .iter()
                .map(|path| format!("`{}`", shown(path)))
                .collect();
            let what = format!("there are no files to look at in {}", named.join(", "));
            let help =
                "of folders, files that end in `.yml`, `.yaml`, `.json` or `.rules` are read";
            return Err(Obstacle::new(what, help).into());
        }
        listed.paths.sort_unstable();
        listed.paths.dedup();
        Ok(listed)
    }
}

/// Of folders files are read. Who names a pipe or a device means it: `obsctl check <(jsonnet rules.jsonnet)`.
pub(super) fn expect_file(
    path: &str,
    named: &BTreeSet<&str>,
    workspace: &Workspace,
) -> io::Result<()> {
    match named.contains(path) || workspace.is_file(path)? {
        true => Ok(()),
        false if workspace.is_folder(path) => Err(io::ErrorKind::IsADirectory.into()),
        false => Err(io::ErrorKind::Unsupported.into()),
    }
}

/// Why a file or folder is not looked at that is there, or was.
pub(super) fn unread_because(
    path: &'static str,
    error: &io::Error,
    workspace: &Workspace,
) -> Diagnostic {
    let (what, help) = match error.kind() {
        io::ErrorKind::NotFound if workspace.is_link(path) => (
            "is a link that leads to nothing".to_owned(),
            "mend the link, or remove it",
        ),
        io::ErrorKind::NotFound => (
            "went away before it was read".to_owned(),
            "check again when nobody changes the files",
        ),
        io::ErrorKind::IsADirectory => (
            "is a link to a folder, which is not followed".to_owned(),
            "name the folder that it leads to",
        ),
        io::ErrorKind::Unsupported => (
            "is no file: a pipe, a socket or a device".to_owned(),
            "remove it, or name it to have it read",
        ),
        io::ErrorKind::PermissionDenied => (
            "cannot be read: permission denied".to_owned(),
            "let obsctl read it, or leave it out",
        ),
        _ => {
            let said = error.to_string();
            let said = said.split(" (os error").next().unwrap_or_default();
            (
                format!("cannot be read: {said}"),
                "mend it, or leave it out",
            )
        }
    };
    unreadable(path, format!("`{path}` {what}")).help(help)
}

fn unreadable(path: &'static str, message: String) -> Diagnostic {
    let origin = Origin::at(path, 1, 1);
    Diagnostic {
        check: UNREADABLE,
        severity: Severity::Error,
        ..Diagnostic::new(format!("file `{path}`"), origin, message)
    }
}

/// A folder as those of the files in it begin.
fn below(folder: &str) -> &str {
    match folder.trim_end_matches('/') {
        "" => ".",
        folder => folder,
    }
}

/// A path without the mark of the folder that obsctl runs in.
fn of_here(path: &str) -> &str {
    path.strip_prefix("./").unwrap_or(path)
}

/// The files of a folder that can hold what is looked for, sorted; nothing where there is no such folder.
pub(super) fn folder(
    path: &str,
    workspace: &Workspace,
) -> Result<Option<Vec<String>>, CommandError> {
    if !workspace.is_folder(path) {
        return Ok(None);
    }
    let inside = workspace.files_below(below(path))?;
    let inside = inside.iter().filter(|path| is_candidate(path));
    Ok(Some(inside.map(|path| of_here(path).to_owned()).collect()))
}

/// A path as findings show it.
pub(super) fn shown(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

/// Definitions carry the path of their file, for as long as the process runs.
pub(super) fn kept(path: &str) -> &'static str {
    Box::leak(path.to_owned().into_boxed_str())
}

/// Whether a file of a folder can hold what is looked for.
pub(super) fn is_candidate(path: &str) -> bool {
    let end = path.rsplit('.').next().unwrap_or_default();
    ["yml", "yaml", "json", "rules"].contains(&end)
}

/// A file that was named, and is none of ours.
pub(super) fn nothing(path: &'static str) -> Diagnostic {
    let message = format!("`{path}` holds neither rules, dashboards, SLOs nor metrics");
    unreadable(path, message).help("rule files have `groups`, dashboards have `panels`, `/metrics` pages begin with `# HELP` or `# TYPE`: leave other files out")
}
