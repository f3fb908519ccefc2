//! The two sides of a comparison, from git, from folders, and from what is generated.

use std::collections::BTreeMap;
use std::path::Path;

use obsctl_model::{Route, Routing, Slug, Stack, TelemetryCatalog};

use super::estate::{is_candidate, kept};
use super::git::Git;
use super::{CommandError, Obstacle, Workspace};
use crate::diagnostic::Diagnostic;
use crate::diff::Side;
use crate::generate::{self, Environment};
use crate::parallel;
use crate::project::{Knowledge, Project};
use crate::read::{self, File, Found};

/// A side as texts, by what the same file is called on both sides.
#[derive(Debug)]
pub(super) struct Texts {
    /// What the side is called.
    name: String,
    files: BTreeMap<String, Text>,
}

#[derive(Debug)]
struct Text {
    /// Its path, as reports show it.
    path: String,
    text: String,
}

/// Both sides, read.
#[derive(Debug)]
pub(super) struct Sides {
    pub(super) before: Side,
    pub(super) after: Side,
    /// What of the older side could not be read.
    pub(super) unread_before: Vec<Diagnostic>,
    /// What of the newer side could not be read.
    pub(super) unread_after: Vec<Diagnostic>,
}

impl Texts {
    fn new(name: impl Into<String>, files: impl IntoIterator<Item = (String, String)>) -> Self {
        let files = files.into_iter().map(|(path, text)| {
            let key = path.clone();
            (key, Text { path, text })
        });
        Self {
            name: name.into(),
            files: files.collect(),
        }
    }

    /// The files of a revision.
    pub(super) fn of_revision(
        revision: &str,
        paths: &[String],
        workspace: &Workspace,
    ) -> Result<Self, CommandError> {
        let git = Git::find(workspace)?;
        let commit = git.commit(revision)?;
        let paths: Vec<_> = paths.iter().map(String::as_str).collect();
        let wanted = |path: &str| {
            let hidden = path
                .split('/')
                .any(|part| part.starts_with('.') && part != "..");
            is_candidate(path) && !hidden
        };
        Ok(Self::new(revision, git.files(&commit, &paths, wanted)?))
    }

    /// The files that are there now.
    pub(super) fn of_now(paths: &[String], workspace: &Workspace) -> Result<Self, CommandError> {
        let mut files = vec![];
        for path in paths {
            for path in files_of(path, workspace)? {
                if let Some(text) = workspace.read(&path)? {
                    files.push((path, text));
                }
            }
        }
        Ok(Self::new("the working tree", files))
    }

    /// What the definitions generate.
    pub(super) fn of_definitions(stack: Stack) -> Self {
        let artifacts = generate::run(&Project::link(stack), Environment::Compose);
        let files = artifacts.iter();
        let files = files.filter(|(path, _)| is_candidate(path));
        let files = files.map(|(path, text)| (path.to_owned(), text.to_owned()));
        Self::new("the definitions", files)
    }

    /// A file or a folder: a file of a folder is called by its path inside of it.
    pub(super) fn of_path(path: &str, workspace: &Workspace) -> Result<Self, CommandError> {
        if !workspace.exists(path) {
            let help = "name two files or two folders: `obsctl diff OLD NEW`";
            return Err(Obstacle::new(format!("there is no `{path}`"), help).into());
        }
        let mut files = BTreeMap::new();
        for file in files_of(path, workspace)? {
            let text = workspace.read(&file)?.unwrap_or_default();
            let inside = file.strip_prefix(path).unwrap_or(&file);
            let key = inside.trim_start_matches('/').to_owned();
            files.insert(key, Text { path: file, text });
        }
        Ok(Self {
            name: path.to_owned(),
            files,
        })
    }

    fn is_empty(&self) -> bool {
        self.files.is_empty()
    }
}

/// A path without what does not name anything.
pub(super) fn plain(path: &Path) -> String {
    let text = path.to_string_lossy();
    let text = text.trim_start_matches("./").trim_end_matches('/');
    if text.is_empty() && path.has_root() {
        "/".to_owned()
    } else if text.is_empty() {
        ".".to_owned()
    } else {
        text.to_owned()
    }
}

fn files_of(path: &str, workspace: &Workspace) -> Result<Vec<String>, CommandError> {
    if workspace.is_folder(path) {
        let files = workspace.files_below(path)?.into_iter();
        let files = files.filter(|path| is_candidate(path));
        let files = files.map(|path| path.strip_prefix("./").unwrap_or(&path).to_owned());
        return Ok(files.collect());
    }
    Ok(match workspace.exists(path) {
        true => vec![path.to_owned()],
        false => vec![],
    })
}

impl Sides {
    /// Reads both. A file that is the same on both sides is read once.
    pub(super) fn read(before: Texts, after: Texts) -> Result<Self, CommandError> {
        if before.is_empty() && after.is_empty() {
            let what = format!(
                "there is nothing to compare: neither {} nor {} has rules, dashboards or a catalog",
                before.name, after.name
            );
            let help = "name files or folders: `obsctl diff --base REV rules/ dashboards/`, or `obsctl diff OLD NEW`";
            return Err(Obstacle::new(what, help).into());
        }
        let same = |key: &String, text: &Text, other: &Texts| {
            let other = other.files.get(key);
            other.is_some_and(|other| other.text == text.text)
        };
        let mut jobs: Vec<(Which, &Text)> = vec![];
        for (key, text) in &before.files {
            if !same(key, text, &after) {
                jobs.push((Which::Before, text));
            }
        }
        for (key, text) in &after.files {
            let which = if same(key, text, &before) {
                Which::Both
            } else {
                Which::After
            };
            jobs.push((which, text));
        }
        let read = parallel::map(&jobs, |(_, text)| {
            read::file(File {
                path: kept(&text.path),
                text: &text.text,
            })
        });
        let (mut old, mut new) = (Found::default(), Found::default());
        for ((which, _), found) in jobs.iter().zip(read) {
            match which {
                Which::Before => old.append(found),
                Which::After => new.append(found),
                Which::Both => {
                    old.append(found.clone());
                    new.append(found);
                }
            }
        }
        let (before, unread_before) = side(before.name, old);
        let (after, unread_after) = side(after.name, new);
        Ok(Self {
            before,
            after,
            unread_before,
            unread_after,
        })
    }
}

/// On which sides a text is.
#[derive(Clone, Copy, Debug)]
enum Which {
    Before,
    After,
    Both,
}

fn routing(root: Route) -> Routing {
    Routing {
        root,
        receivers: vec![],
        inhibitions: vec![],
        mute_times: vec![],
    }
}

fn side(name: String, found: Found) -> (Side, Vec<Diagnostic>) {
    let mut stack = Stack::new(Slug::from_static("files"))
        .rule_groups(found.groups)
        .dashboards(found.dashboards);
    let has_catalog = !found.catalogs.is_empty();
    stack.routing = match <[Route; 1]>::try_from(found.routes) {
        Ok([root]) => Some(routing(root)),
        // Without one nobody knows who is told, and of several not which is asked.
        Err(_) => None,
    };
    let mut catalog = TelemetryCatalog::default();
    for one in found.catalogs {
        catalog.append(one);
    }
    let stack = stack.catalog(catalog);
    let side = Side {
        name,
        project: Project::link(stack).knowing(Knowledge::FILES),
        tests: found.tests,
        has_catalog,
    };
    (side, found.problems)
}
