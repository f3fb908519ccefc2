//! The two sides of a comparison, from git, from folders, and from what is generated.

use std::path::Path;

use obsctl_model::Stack;

use super::git::Git;
use super::paths::{is_candidate, kept};
use super::{CommandError, Obstacle, Workspace};
use crate::diff::{Side, Text};
use crate::generate::{self, Environment};
use crate::parallel;
use crate::project::Project;
use crate::read::{self, File};

fn side(name: &str, files: impl IntoIterator<Item = (String, String)>) -> Side {
    let files = files.into_iter().map(|(path, text)| {
        let text = Text {
            path: kept(&path),
            text,
        };
        (path, text)
    });
    Side {
        name: name.to_owned(),
        files: files.collect(),
    }
}

/// The files of a revision.
pub(super) fn of_revision(
    revision: &str,
    paths: &[String],
    workspace: &Workspace,
) -> Result<Side, CommandError> {
    let git = Git::find(workspace)?;
    let commit = git.commit(revision)?;
    let paths: Vec<_> = paths.iter().map(String::as_str).collect();
    let wanted = |path: &str| {
        let hidden = path
            .split('/')
            .any(|part| part.starts_with('.') && part != "..");
        is_candidate(path) && !hidden
    };
    Ok(side(revision, git.files(&commit, &paths, wanted)?))
}

/// The files that are there now.
pub(super) fn of_now(paths: &[String], workspace: &Workspace) -> Result<Side, CommandError> {
    let mut files = vec![];
    for path in paths {
        files.extend(texts(path, workspace)?);
    }
    Ok(side("the working tree", files))
}

/// What the definitions generate.
pub(super) fn of_definitions(stack: Stack) -> Side {
    let artifacts = generate::run(&Project::link(stack), Environment::Compose);
    let files = artifacts.iter();
    let files = files.filter(|(path, _)| is_candidate(path));
    let files = files.map(|(path, text)| (path.to_owned(), text.to_owned()));
    side("the definitions", files)
}

/// A file or a folder: a file of a folder is called by its path inside of it.
pub(super) fn of_path(path: &str, workspace: &Workspace) -> Result<Side, CommandError> {
    if !workspace.exists(path) {
        let help = "name two files or two folders: `obsctl diff OLD NEW`";
        return Err(Obstacle::new(format!("there is no `{path}`"), help).into());
    }
    let texts = texts(path, workspace)?;
    if let ([(_, text)], false) = (&texts[..], workspace.is_folder(path)) {
        let file = File {
            path: kept(path),
            text,
        };
        let is_ours = read::file(file).others.is_empty();
        if !is_ours && !text.trim().is_empty() {
            let help = "name rule files, dashboards, SLOs or catalogs, or folders of them";
            let what = format!("`{path}` holds nothing that can be compared");
            return Err(Obstacle::new(what, help).into());
        }
    }
    let Side { name, files } = side(path, texts);
    let files = files.into_iter().map(|(file, text)| {
        let inside = file.strip_prefix(path).unwrap_or(&file);
        (inside.trim_start_matches('/').to_owned(), text)
    });
    Ok(Side {
        name,
        files: files.collect(),
    })
}

/// The files at a path, with their texts.
fn texts(path: &str, workspace: &Workspace) -> Result<Vec<(String, String)>, CommandError> {
    let read = |file: &String| Ok(workspace.read(file)?.map(|text| (file.clone(), text)));
    let read = parallel::map(&files_of(path, workspace)?, read);
    read.into_iter().filter_map(Result::transpose).collect()
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
