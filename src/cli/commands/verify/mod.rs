//! `obsctl verify`

mod addresses;
mod show;

use std::time::Duration;

use clap::{Args, ValueEnum};
use obsctl_model::Stack;

use crate::cli::{
    CLEAN, CommandError, FAILED, FINDINGS, INTERRUPTED, Terminal, Workspace, findings, interrupt,
    progress, speed,
};
use crate::live::{self, Settings, Stop};
use crate::project::{Project, Speed};
use crate::verify::Report;

const EXAMPLES: &str = "\
Examples:
  obsctl verify                               the local stack
  obsctl verify --prometheus https://prometheus.staging.example.com
  obsctl verify --skip targets/node           whatever its id begins with
  obsctl verify --only scenarios --scenario provider-401

Without a URL, the local stack is asked, on the ports that compose publishes; with any, only what has one.

Who is asking is proven by the environment: `GRAFANA_TOKEN`, or `GRAFANA_USER` and `GRAFANA_PASSWORD`, and \
`LOKI_TENANT` for the header X-Scope-OrgID; likewise for the others.

Exit status:
  0  everything is as it should be; queries that rightly have no data do not count
  1  something is not
  2  could not run, or could not say of something
  130  ended by Ctrl-C, with the scenario that was on";

/// Ask running engines whether everything is there and works
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Verify {
    #[command(flatten)]
    addresses: addresses::Addresses,
    /// A scenario of the demo whose alerts must arrive and end; `all` for every one
    #[arg(long = "scenario", value_name = "NAME")]
    scenarios: Vec<String>,
    /// Only steps whose ids begin so
    #[arg(long, value_name = "ID")]
    only: Vec<String>,
    /// No steps whose ids begin so
    #[arg(long, value_name = "ID")]
    skip: Vec<String>,
    /// How long a scenario's alerts may take to arrive, and then to end [default: what their rules need]
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    timeout: Option<Duration>,
    /// How long one request may take
    #[arg(long, value_name = "DURATION", default_value = "10s", value_parser = duration)]
    request_timeout: Duration,
    /// The speed that the files were generated for, if not for real time
    #[arg(long, value_name = "TIMES", default_value = "1", value_parser = speed::parser())]
    speed: Speed,
    /// How the results are shown
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t = Format::Human)]
    format: Format,
}

/// How results are shown.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Format {
    /// For people: what is wrong first
    Human,
    /// One JSON document; `obsctl schema verify` describes it
    Json,
}

fn duration(text: &str) -> Result<Duration, String> {
    let time = obsctl_model::Duration::parse(text).map_err(|error| error.to_string())?;
    if time.is_zero() {
        return Err("no time at all".to_owned());
    }
    Ok(Duration::from_millis(time.as_millis()))
}

impl Verify {
    pub(super) fn run(
        self,
        stack: Stack,
        workspace: &Workspace,
        terminal: &mut Terminal<'_>,
    ) -> Result<u8, CommandError> {
        let project = match Project::link(stack).at_speed(self.speed) {
            Ok(project) => project,
            Err(too_short) => {
                findings::show(&too_short, workspace, terminal.err)?;
                return Ok(FAILED);
            }
        };
        let settings = Settings {
            addresses: self.addresses.read(&project, workspace)?,
            stop: match self.scenarios.is_empty() {
                true => Stop::default(),
                false => interrupt::catch()?,
            },
            scenarios: self.scenarios,
            only: self.only,
            skip: self.skip,
            request_limit: self.request_timeout,
            timeout: self.timeout,
        };
        let report = verify(&project, &settings, terminal)?;
        if report.steps.is_empty() {
            return Err(CommandError::NothingVerified);
        }
        match self.format {
            Format::Human => show::human(&report, terminal.out)?,
            Format::Json => {
                let json = serde_json::to_string_pretty(&report).expect("keys are strings");
                writeln!(terminal.out, "{json}")?;
            }
        }
        Ok(match settings.stop.is_wanted() {
            true => INTERRUPTED,
            false => status(&report),
        })
    }
}

/// Verifies, and shows its progress meanwhile.
fn verify(
    project: &Project,
    settings: &Settings,
    terminal: &mut Terminal<'_>,
) -> Result<Report, CommandError> {
    Ok(progress::during(terminal, |tell| {
        live::verify(project, settings, tell)
    })?)
}

fn status(report: &Report) -> u8 {
    let counts = report.summary;
    match (counts.failed, counts.not_run) {
        (0, 0) => CLEAN,
        (0, _) => FAILED,
        _ => FINDINGS,
    }
}
