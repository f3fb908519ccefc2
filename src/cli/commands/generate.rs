//! `obsctl generate`

use std::path::PathBuf;

use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use obsctl_model::Stack;

use crate::check;
use crate::cli::changes::Changes;
use crate::cli::findings::{self, counted};
use crate::cli::settings::{self, Config};
use crate::cli::{CLEAN, CommandError, FINDINGS, Terminal, Workspace, speed};
use crate::diagnostic::Severity;
use crate::generate::{self, Environment};
use crate::project::{Project, Speed};

const EXAMPLES: &str = "\
Examples:
  obsctl generate                             bring the committed files up to date
  obsctl generate --check                     show how they would change, and change nothing
  obsctl generate --env host --out /tmp/host  the files for engines run by hand on one machine
  obsctl generate --env host --speed 60 --out /tmp/fast
                                              the same with an hour in a minute

Files that are generated no longer are removed; files that obsctl did not make are named and kept.

Exit status:
  0  all files are current
  1  the checks found errors, and nothing was written; with --check: files are not current
  2  could not run; nothing was written";

/// Write dashboards, rules, configuration and docs from the definitions
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Generate {
    /// Write nothing; show a diff and exit 1 when a file is not current
    #[arg(long)]
    check: bool,
    /// Where the engines run: sets the addresses in configuration
    #[arg(
        long,
        value_name = "ENV",
        default_value = Environment::Compose.name(),
        value_parser = environment_parser()
    )]
    env: Environment,
    /// Folder to write to; an environment other than compose needs one of its own
    #[arg(long, value_name = "DIR", default_value = ".", required_if_eq("env", Environment::Host.name()))]
    out: PathBuf,
    /// Run time this many times as fast: durations of rules, scrapes and notifications are divided; thresholds stay
    #[arg(long, value_name = "TIMES", default_value = "1", value_parser = speed::parser(), requires = "out")]
    speed: Speed,
    #[command(flatten)]
    config: Config,
}

fn environment_parser() -> impl TypedValueParser<Value = Environment> {
    PossibleValuesParser::new(Environment::ALL.map(Environment::name)).map(|name| {
        Environment::ALL
            .into_iter()
            .find(|environment| environment.name() == name)
            .expect("the parser lets only these names through")
    })
}

impl Generate {
    pub(super) fn run(
        &self,
        stack: Stack,
        workspace: &Workspace,
        terminal: &mut Terminal<'_>,
    ) -> Result<u8, CommandError> {
        let policy = self.config.read(workspace)?;
        let project = settings::inform(Project::link(stack), &policy, workspace);
        let mut found = check::run(&project, &policy, Some(&terminal.today));
        found.retain(|finding| finding.severity != Severity::Note);
        if !found.is_empty() {
            findings::show(&found, workspace, terminal.err)?;
        }
        if findings::any(&found, Severity::Error) {
            writeln!(terminal.err, "nothing was generated: errors come first")?;
            return Ok(FINDINGS);
        }
        let project = match project.at_speed(self.speed) {
            Ok(project) => project,
            Err(too_short) => {
                findings::show(&too_short, workspace, terminal.err)?;
                writeln!(terminal.err, "nothing was generated: errors come first")?;
                return Ok(FINDINGS);
            }
        };
        let artifacts = generate::run(&project, self.env);
        let out = workspace.folder(&self.out);
        let changes = Changes::between(&out, &artifacts)?;
        if self.check {
            show_drift(&changes, terminal)
        } else {
            changes.apply(&out)?;
            show_written(&changes, terminal)
        }
    }
}

fn show_drift(changes: &Changes<'_>, terminal: &mut Terminal<'_>) -> Result<u8, CommandError> {
    for file in &changes.differing {
        write!(terminal.out, "{}", file.diff())?;
    }
    for (path, text) in &changes.missing {
        writeln!(
            terminal.out,
            "missing  {path} ({})",
            counted(text.lines().count(), "line")
        )?;
    }
    for path in &changes.orphans {
        writeln!(terminal.out, "orphan   {path}")?;
    }
    show_foreign(changes, terminal)?;
    if changes.is_empty() {
        writeln!(
            terminal.out,
            "{} current",
            counted(changes.unchanged, "file")
        )?;
        return Ok(CLEAN);
    }
    let parts = summary(&[
        (changes.differing.len(), "differing"),
        (changes.missing.len(), "missing"),
        (changes.orphans.len(), "no longer generated"),
        (usize::from(changes.manifest_differs()), "list of files"),
    ]);
    writeln!(
        terminal.out,
        "{} not current ({parts}); run `obsctl generate` and commit the result",
        counted(changes.count(), "file")
    )?;
    Ok(FINDINGS)
}

fn show_written(changes: &Changes<'_>, terminal: &mut Terminal<'_>) -> Result<u8, CommandError> {
    let written = changes
        .missing
        .iter()
        .map(|(path, _)| *path)
        .chain(changes.differing.iter().map(|file| file.path));
    for path in written {
        writeln!(terminal.out, "written  {path}")?;
    }
    for path in &changes.orphans {
        writeln!(terminal.out, "removed  {path}")?;
    }
    show_foreign(changes, terminal)?;
    let parts = summary(&[
        (changes.missing.len() + changes.differing.len(), "written"),
        (changes.orphans.len(), "removed"),
        (changes.unchanged, "unchanged"),
    ]);
    writeln!(terminal.out, "files: {parts}")?;
    Ok(CLEAN)
}

fn show_foreign(changes: &Changes<'_>, terminal: &mut Terminal<'_>) -> Result<(), CommandError> {
    for path in &changes.foreign {
        writeln!(
            terminal.out,
            "foreign  {path} (in a generated folder, not made by obsctl: kept)"
        )?;
    }
    Ok(())
}

/// `2 written, 61 unchanged`: what is zero is not said.
fn summary(parts: &[(usize, &str)]) -> String {
    let said: Vec<_> = parts
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, word)| format!("{count} {word}"))
        .collect();
    if said.is_empty() {
        "none".to_owned()
    } else {
        said.join(", ")
    }
}
