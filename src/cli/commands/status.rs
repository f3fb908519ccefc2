//! `obsctl status`

use clap::{Args, ValueEnum};
use obsctl_model::Stack;
use serde::Serialize;

use crate::cli::compose::{self, Address, Docker, Health, Values};
use crate::cli::{CLEAN, CommandError, FINDINGS, Terminal, Workspace};
use crate::generate::targets::compose::containers;
use crate::project::Project;

const EXAMPLES: &str = "\
Examples:
  obsctl status
  obsctl status --format json | jq '.containers[] | select(.healthy | not)'

Exit status:
  0  every container is healthy
  1  one is not, or is not there
  2  could not run";

/// Show how the containers of the local stack do, and where they are
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Status {
    /// How it is shown
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t = Format::Human)]
    format: Format,
}

/// How it is shown.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Format {
    /// For people
    Human,
    /// One JSON document
    Json,
}

/// The report.
#[derive(Debug, Serialize)]
struct Report {
    stack: String,
    healthy: bool,
    containers: Vec<Row>,
}

/// A container, or several copies of one.
#[derive(Debug, Serialize)]
struct Row {
    name: String,
    state: String,
    healthy: bool,
    addresses: Vec<Address>,
}

impl Status {
    pub(super) fn run(
        &self,
        stack: Stack,
        workspace: &Workspace,
        terminal: &mut Terminal<'_>,
    ) -> Result<u8, CommandError> {
        let project = Project::link(stack);
        let docker = Docker::find(workspace)?;
        let report = report(&project, &docker, &Values::read(workspace)?)?;
        match self.format {
            Format::Human => show(&report, terminal)?,
            Format::Json => writeln!(terminal.out, "{:#}", serde_json::json!(report))?,
        }
        Ok(if report.healthy { CLEAN } else { FINDINGS })
    }
}

fn report(project: &Project, docker: &Docker, values: &Values) -> Result<Report, CommandError> {
    let addresses = compose::addresses(project, values)?;
    let expected = containers(project);
    let running = docker.containers()?;
    let states = compose::states(&expected, &running);
    let rows = states.into_iter().map(|(name, health)| Row {
        name: name.to_owned(),
        state: health.to_string(),
        healthy: health == Health::Healthy,
        addresses: addresses
            .iter()
            .filter(|one| one.container == name)
            .cloned()
            .collect(),
    });
    let containers: Vec<_> = rows.collect();
    Ok(Report {
        stack: project.stack().name.to_string(),
        healthy: containers.iter().all(|row| row.healthy),
        containers,
    })
}

fn show(report: &Report, terminal: &mut Terminal<'_>) -> Result<(), CommandError> {
    let width = |text: fn(&Row) -> &str| {
        let lengths = report.containers.iter().map(|row| text(row).len());
        lengths.max().unwrap_or(0)
    };
    let (name, state) = (width(|row| &row.name), width(|row| &row.state));
    for row in &report.containers {
        let urls: Vec<_> = row.addresses.iter().map(|one| one.url.as_str()).collect();
        let color = if row.healthy { "\x1b[32m" } else { "\x1b[31m" };
        let line = format!(
            "{:name$}  {color}{:state$}\x1b[0m  {}",
            row.name,
            row.state,
            urls.join(" ")
        );
        writeln!(terminal.out, "{}", line.trim_end())?;
    }
    let healthy = report.containers.iter().filter(|row| row.healthy).count();
    writeln!(
        terminal.out,
        "{healthy} of {} healthy",
        report.containers.len()
    )?;
    if healthy == 0 {
        writeln!(terminal.err, "help: `obsctl up` starts the stack")?;
    }
    Ok(())
}
