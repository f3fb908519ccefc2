//! The files that a command line or another file names.

use std::path::PathBuf;

use crate::cli::paths::{is_candidate, kept};
use crate::cli::{CommandError, Obstacle, Workspace};

/// Files, and those of folders that are of a kind, once each.
pub(super) fn found(
    workspace: &Workspace,
    paths: &[PathBuf],
    is_kind: impl Fn(&str) -> bool,
    help: &str,
) -> Result<Vec<(&'static str, String)>, CommandError> {
    let mut found = vec![];
    for path in paths {
        let shown = path.to_string_lossy().into_owned();
        if workspace.is_folder(&shown) {
            let folder = shown.trim_end_matches('/');
            let inside = workspace.files_below(if folder.is_empty() { "." } else { folder })?;
            for path in inside.into_iter().filter(|path| is_candidate(path)) {
                let text = workspace.read(&path)?.unwrap_or_default();
                if is_kind(&text) {
                    let path = path.strip_prefix("./").unwrap_or(&path);
                    found.push((kept(path), text));
                }
            }
        } else if let Some(text) = workspace.read(&shown)? {
            found.push((kept(shown.strip_prefix("./").unwrap_or(&shown)), text));
        } else {
            return Err(Obstacle::new(format!("there is no `{shown}`"), help).into());
        }
    }
    found.sort();
    found.dedup();
    Ok(found)
}

/// A path that a file names, relative to that file's folder.
pub(super) fn beside(file: &str, path: &str) -> String {
    if path.starts_with('/') {
        return path.to_owned();
    }
    let (folder, _) = file.rsplit_once('/').unwrap_or_default();
    let root = if folder.starts_with('/') { "/" } else { "" };
    let mut parts: Vec<&str> = vec![];
    for part in folder.split('/').chain(path.split('/')) {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    format!("{root}{}", parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::beside;

    #[test]
    fn rule_files_are_beside_their_tests() {
        for (file, path, found) in [
            (
                "alerts/tests/a.yml",
                "../prometheus/*.yml",
                "alerts/prometheus/*.yml",
            ),
            ("a.yml", "rules.yml", "rules.yml"),
            ("a.yml", "../../rules.yml", "../../rules.yml"),
            ("../a.yml", "./rules.yml", "../rules.yml"),
            ("/t/a.yml", "../r.yml", "/r.yml"),
            ("t/a.yml", "/r.yml", "/r.yml"),
        ] {
            assert_eq!(beside(file, path), found);
        }
    }
}
