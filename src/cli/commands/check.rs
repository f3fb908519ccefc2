//! `obsctl check`

use clap::{Args, ValueEnum};
use obsctl_model::Stack;

use crate::check;
use crate::cli::estate::{Estate, Gathered};
use crate::cli::findings;
use crate::cli::online::Online;
use crate::cli::{CLEAN, CommandError, FAILED, FINDINGS, Terminal, Workspace};
use crate::diagnostic::{Severity, render};
use crate::online::Judged;

const EXAMPLES: &str = "\
Examples:
  obsctl check
  obsctl check rules/ dashboards/ --metrics http://localhost:8000/metrics
  obsctl check rules/ dashboards/ --prometheus https://mimir.example.com/prometheus --history
  obsctl check --prometheus http://localhost:9090 --loki http://localhost:3100
  obsctl check --format json | jq '.findings[].message'
  obsctl explain unknown-label                what a check is about

A server that is asked proves who is asking by the environment, as with `obsctl verify`: `PROMETHEUS_TOKEN`, or
`PROMETHEUS_USER` and `PROMETHEUS_PASSWORD`, and `PROMETHEUS_TENANT`; likewise for the others.

Exit status:
  0  no errors and no warnings (notes do not count)
  1  errors or warnings
  2  could not run, or a question has no answer";

/// Find what is wrong in the definitions, or in files you already have
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Check {
    /// How findings are shown
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t = Format::Human)]
    format: Format,

    #[command(flatten)]
    estate: Estate,

    #[command(flatten)]
    online: Online,
}

/// How findings are shown.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Format {
    /// For people, with the source underlined
    Human,
    /// One JSON document
    Json,
}

impl Check {
    pub(super) fn run(
        &self,
        stack: Stack,
        workspace: &Workspace,
        terminal: &mut Terminal<'_>,
    ) -> Result<u8, CommandError> {
        let gathered = if self.estate.is_given() {
            self.estate.gather(&stack, workspace)?
        } else {
            Gathered::own(stack)
        };
        let read = gathered.summary();
        let (project, asked) = if self.online.is_given() {
            self.online.ask(gathered, terminal)?
        } else {
            (gathered.link(), Judged::default())
        };
        let found = check::run(&project, Some(&terminal.today));
        // The process ends next: freeing a large stack piece by piece would take a tenth of the whole time.
        std::mem::forget(project);
        match self.format {
            Format::Human => {
                findings::show(&found, workspace, terminal.out)?;
                for line in read.iter().chain(&asked.said) {
                    writeln!(terminal.out, "{line}")?;
                }
            }
            Format::Json => {
                let source = |path: &str| workspace.source(path);
                write!(terminal.out, "{}", render::json(&found, &source))?;
            }
        }
        for (why, count) in &asked.unanswered {
            let questions = findings::counted(*count, "question");
            writeln!(terminal.err, "{questions} without an answer: {why}")?;
        }
        Ok(if findings::any(&found, Severity::Warning) {
            FINDINGS
        } else if asked.unanswered.is_empty() {
            CLEAN
        } else {
            FAILED
        })
    }
}
