//! `obsctl slo`

use std::rc::Rc;

use clap::{Args, ValueEnum};
use obsctl_model::{Slo, Stack};

use crate::cli::{CLEAN, CommandError, FINDINGS, Terminal, Workspace};
use crate::diagnostic::{nearest, render};
use crate::project::{Project, slo};
use crate::sloreport;

const EXAMPLES: &str = "\
Examples:
  obsctl slo
  obsctl slo api-availability --confirm
  obsctl slo --format json | jq '.slos[].conditions[] | {alert, error_ratio_above}'

Exit status:
  0  listed; with --confirm: all times are confirmed
  1  the rules fire or stop at other times, or an SLO cannot be measured
  2  nothing has that name";

/// Say what sets each SLO's alerts off and when, and confirm it by evaluating its rules
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct SloCommand {
    /// Its name, or its service and name as in `api-requests`; without any, all SLOs
    #[arg(value_name = "NAME")]
    names: Vec<String>,

    /// Evaluate the generated rules over made-up series, and say whether they keep to the computed times
    #[arg(long)]
    confirm: bool,

    /// How they are listed
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t = Format::Table)]
    format: Format,
}

/// How SLOs are listed.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Format {
    /// For people
    Table,
    /// One JSON document
    Json,
}

impl SloCommand {
    pub(super) fn run(
        &self,
        stack: Stack,
        workspace: &Workspace,
        terminal: &mut Terminal<'_>,
    ) -> Result<u8, CommandError> {
        let project = Project::link(stack);
        let slos = self.chosen(&project)?;
        let reports = sloreport::reports(&project, &slos, self.confirm);
        let text = match self.format {
            Format::Table => sloreport::human(&reports),
            Format::Json => sloreport::json(&reports),
        };
        write!(terminal.out, "{text}")?;
        let problems = project.problems().iter();
        let problems: Vec<_> = problems
            .filter(|problem| {
                slos.iter()
                    .any(|slo| problem.subject == format!("SLO `{}`", slo.name))
            })
            .cloned()
            .collect();
        if !problems.is_empty() {
            let source = |path: &str| workspace.source(path).map(Rc::new);
            let style = render::Style {
                color: true,
                ..render::Style::default()
            };
            writeln!(terminal.err, "{}", render::human(&problems, &source, style))?;
        }
        let differs = reports.iter().any(sloreport::Report::differs);
        Ok(if differs || !problems.is_empty() {
            FINDINGS
        } else {
            CLEAN
        })
    }

    /// The SLOs that are named, in the order of the project.
    fn chosen<'p>(&self, project: &'p Project) -> Result<Vec<&'p Slo>, CommandError> {
        let slos = &project.stack().slos;
        let is = |slo: &Slo, name: &str| slo.name.as_str() == name || slo::id(slo) == name;
        for name in &self.names {
            if !slos.iter().any(|slo| is(slo, name)) {
                return Err(CommandError::UnknownName {
                    what: "SLO".to_owned(),
                    name: name.clone(),
                    hint: match nearest(name, slos.iter().map(|slo| slo.name.as_str())) {
                        Some(near) => format!("did you mean `{near}`?"),
                        None => "`obsctl slo` lists all".to_owned(),
                    },
                });
            }
        }
        let wanted =
            |slo: &&Slo| self.names.is_empty() || self.names.iter().any(|name| is(slo, name));
        Ok(slos.iter().filter(wanted).collect())
    }
}
