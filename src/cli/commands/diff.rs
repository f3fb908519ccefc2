//! `obsctl diff`

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use obsctl_model::Stack;

use crate::cli::findings::{self, counted};
use crate::cli::sides::{self, plain};
use crate::cli::{CLEAN, CommandError, FINDINGS, Obstacle, Terminal, Workspace};
use crate::diff::{self, Class, Side, render};
use crate::generate;

const EXAMPLES: &str = "\
Examples:
  obsctl diff                                 what generating would change of what is committed
  obsctl diff --base origin/main...           what this branch changes
  obsctl diff --base v1.4 rules/ dashboards/  the same of files that are not generated
  obsctl diff old.json new.json               two files, or two folders
  obsctl diff --base origin/main... --format markdown --fail-on breaking

Changes are breaking (what is built on it no longer works), of behaviour (other alerts, other numbers), \
additive or cosmetic. Each names what it touches, through recording rules too. Metrics, SLOs, alerts, \
routes and dashboards are compared; how queries are written and what Grafana adds when it saves is no change.

Exit status:
  0  no changes, or none that `--fail-on` names
  1  changes
  2  could not run";

/// Say what changed and what it breaks: metrics, alerts, rules, dashboards
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Diff {
    /// Two files or folders; with `--base`, those to compare instead of what is generated
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Compare the files as they are with those of this revision; of `main...`, where the branch left it
    #[arg(long, value_name = "REV")]
    base: Option<String>,
    /// How changes are shown
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t = Format::Human)]
    format: Format,
    /// Which changes make the exit status 1
    #[arg(long, value_enum, value_name = "CHANGES", default_value_t = FailOn::Any)]
    fail_on: FailOn,
}

/// How changes are shown.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Format {
    /// For people at a terminal
    Human,
    /// For a comment on a pull request
    Markdown,
    /// One JSON document
    Json,
}

/// Which changes make the exit status 1.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum FailOn {
    /// All of them
    Any,
    /// Breaking ones
    Breaking,
    /// None
    Never,
}

impl Diff {
    pub(super) fn run(
        &self,
        stack: Stack,
        workspace: &Workspace,
        terminal: &mut Terminal<'_>,
    ) -> Result<u8, CommandError> {
        let (before, after) = self.sides(stack, workspace)?;
        if before.files.is_empty() && after.files.is_empty() {
            let what = format!(
                "there is nothing to compare: neither {} nor {} has rules, dashboards or a catalog",
                before.name, after.name
            );
            let help = "name files or folders: `obsctl diff --base REV rules/ dashboards/`, or `obsctl diff OLD NEW`";
            return Err(Obstacle::new(what, help).into());
        }
        let report = diff::compare(before, after);
        if !report.unread.is_empty() {
            findings::show(&report.unread, workspace, terminal.err)?;
        }
        let text = match self.format {
            Format::Human => render::human(&report),
            Format::Markdown => render::markdown(&report),
            Format::Json => render::json(&report),
        };
        write!(terminal.out, "{text}")?;
        let fails = match self.fail_on {
            FailOn::Any => report.worst().is_some(),
            FailOn::Breaking => report.worst() == Some(Class::Breaking),
            FailOn::Never => false,
        };
        Ok(if fails { FINDINGS } else { CLEAN })
    }

    fn sides(&self, stack: Stack, workspace: &Workspace) -> Result<(Side, Side), CommandError> {
        let paths: Vec<_> = self.paths.iter().map(|path| plain(path)).collect();
        let generated = || generate::FOLDERS.map(str::to_owned).to_vec();
        match (&self.base, paths.as_slice()) {
            (Some(base), paths) => {
                let paths = match paths {
                    [] => generated(),
                    paths => paths.to_vec(),
                };
                let before = sides::of_revision(base, &paths, workspace)?;
                Ok((before, sides::of_now(&paths, workspace)?))
            }
            (None, []) => {
                let before = sides::of_revision("HEAD", &generated(), workspace)?;
                Ok((before, sides::of_definitions(stack)))
            }
            (None, [before, after]) => Ok((
                sides::of_path(before, workspace)?,
                sides::of_path(after, workspace)?,
            )),
            (None, paths) => Err(Obstacle::new(
                format!("{} given, but two are compared", counted(paths.len(), "path")),
                "`obsctl diff OLD NEW` compares two files or folders, `obsctl diff --base REV PATH…` one with its past",
            )
            .into()),
        }
    }
}
