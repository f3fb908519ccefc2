//! What a command takes from `obsctl.toml`, and the arguments that say which file that is.

use clap::Args;

use super::{CommandError, Workspace};
use crate::check;
use crate::policy::Policy;
use crate::project::Project;

/// The file that is read where no other is named.
const DEFAULT: &str = "obsctl.toml";

/// Which configuration counts.
#[derive(Debug, Args)]
pub(super) struct Config {
    /// Configuration to read; by default `obsctl.toml`, if it is there
    #[arg(long, value_name = "FILE")]
    config: Option<String>,
    /// Read no configuration
    #[arg(long, conflicts_with = "config")]
    no_config: bool,
}

impl Config {
    /// Reads it.
    pub(super) fn read(&self, workspace: &Workspace) -> Result<Policy, CommandError> {
        if self.no_config {
            return Ok(Policy::default());
        }
        let path = self.config.as_deref().unwrap_or(DEFAULT);
        let text = match workspace.read(path)? {
            Some(text) => text,
            None if self.config.is_none() => return Ok(Policy::default()),
            None => {
                return Err(CommandError::Missing {
                    path: path.to_owned(),
                    hint: "`docs/configuration.md` shows what it can say; without `--config`, `obsctl.toml` is read if it is there",
                });
            }
        };
        let policy = Policy::parse(&text, &check::names());
        let policy = policy.map_err(|problem| CommandError::Unusable {
            path: path.to_owned(),
            problem,
        })?;
        // Findings about it name the file for as long as the process lives: it is one.
        Ok(policy.written_in(path.to_owned().leak(), &text))
    }
}

/// A project with what the configuration knows of the world around it.
pub(super) fn inform(project: Project, policy: &Policy, workspace: &Workspace) -> Project {
    let check = &policy.check;
    let mut knowledge = project.knows().clone();
    if let Some(labels) = &check.target_labels {
        knowledge.target_labels = Some(labels.iter().map(ToString::to_string).collect());
    }
    let paths = check.rules.iter().flat_map(|rule| &rule.paths);
    if let Some(files) = &mut knowledge.files {
        let written = paths.clone();
        let written = written.filter_map(|path| path.get_ref().origin.location());
        files.extend(written.map(|(file, ..)| file));
    }
    let folders = paths.map(|path| path.get_ref().folder());
    let missing = folders.filter(|folder| !folder.is_empty() && !workspace.is_folder(folder));
    knowledge.folders.extend(missing.map(str::to_owned));
    project.knowing(knowledge)
}

/// Which checks run.
#[derive(Debug, Args)]
pub(super) struct Selection {
    /// Run only these checks
    #[arg(long, value_name = "CHECK", value_delimiter = ',')]
    only: Vec<String>,
    /// Do not run these checks
    #[arg(long, value_name = "CHECK", value_delimiter = ',')]
    skip: Vec<String>,
}

impl Selection {
    /// Restricts a policy to what is selected.
    pub(super) fn restrict(&self, policy: Policy) -> Result<Policy, CommandError> {
        let known = check::names();
        for name in self.only.iter().chain(&self.skip) {
            if !known.contains(&name.as_str()) {
                return Err(CommandError::unknown("check", name, known.iter().copied()));
            }
        }
        let policy = policy.skip(self.skip.iter().cloned());
        Ok(if self.only.is_empty() {
            policy
        } else {
            policy.only(self.only.iter().cloned())
        })
    }
}
