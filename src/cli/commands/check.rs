//! `obsctl check`

use std::cell::LazyCell;

use clap::Args;
use obsctl_model::Stack;

use crate::check;
use crate::cli::baseline::{Known, New};
use crate::cli::estate::{Estate, Gathered};
use crate::cli::findings::{self, FailOn, Format, counted};
use crate::cli::fixes::{Fixing, Repair};
use crate::cli::online::Online;
use crate::cli::settings::{self, Config, Selection};
use crate::cli::{CLEAN, CommandError, FAILED, FINDINGS, Obstacle, Terminal, Workspace};
use crate::diagnostic::Diagnostic;
use crate::online::Judged;
use crate::policy::Policy;
use crate::project::Project;

const EXAMPLES: &str = "\
Examples:
  obsctl check
  obsctl check rules/ dashboards/ --metrics http://localhost:8000/metrics
  obsctl check rules/ dashboards/ --prometheus https://mimir.example.com/prometheus --history
  obsctl check --prometheus http://localhost:9090 --loki http://localhost:3100
  obsctl check --format json | jq '.findings[].message'
  obsctl check --format sarif > obsctl.sarif  for code scanning
  obsctl check --only unknown-metric,unknown-label
  obsctl check --write-baseline known.jsonl   accept what is found today
  obsctl check --baseline known.jsonl         report what is new since then
  obsctl check rules/ --fix                   show what can be fixed mechanically, as a diff
  obsctl check rules/ --fix --write           write it, and report what is left
  obsctl check rules/ --only unformatted-query --fix
                                              lay out queries
  obsctl explain unknown-label                what a check is about

Levels of checks and the team's own policy are read from `obsctl.toml`.

A server that is asked proves who is asking by the environment, as with `obsctl verify`: `PROMETHEUS_TOKEN`, or \
`PROMETHEUS_USER` and `PROMETHEUS_PASSWORD`, and `PROMETHEUS_TENANT`; likewise for the others.

Exit status:
  0  nothing that `--fail-on` names; with --fix: nothing to change
  1  findings; with --fix and without --write: files would change
  2  could not run, or a question has no answer";

/// Find what is wrong in the definitions, or in files you already have
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Check {
    /// How findings are shown
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t = Format::Human)]
    format: Format,
    /// The least severity that makes the exit status 1
    #[arg(long, value_enum, value_name = "SEVERITY", default_value_t = FailOn::Warning)]
    fail_on: FailOn,
    #[command(flatten)]
    selection: Selection,
    #[command(flatten)]
    config: Config,
    #[command(flatten)]
    known: Known,
    #[command(flatten)]
    fixing: Fixing,
    #[command(flatten)]
    estate: Estate,

    #[command(flatten)]
    online: Online,
}

impl Check {
    pub(super) fn run(
        &self,
        stack: impl FnOnce() -> Stack,
        workspace: &Workspace,
        terminal: &mut Terminal<'_>,
    ) -> Result<u8, CommandError> {
        let policy = self.selection.restrict(self.config.read(workspace)?)?;
        if self.fixing.fix {
            return self.fix(&LazyCell::new(stack), &policy, workspace, terminal);
        }
        let gathered = if self.estate.is_given() {
            self.estate.gather(&LazyCell::new(stack), workspace)?
        } else {
            Gathered::own(stack())
        };
        let mut said = Vec::from_iter(gathered.summary());
        let (project, asked) = if self.online.is_given() {
            self.online.ask(gathered, terminal)?
        } else {
            (gathered.link(), Judged::default())
        };
        let found = find(project, &policy, workspace, terminal);
        if let Some(recorded) = self.known.record(&found, workspace)? {
            writeln!(terminal.out, "{recorded}")?;
            return Ok(CLEAN);
        }
        let new = self.unknown(found, &policy, workspace)?;
        said.extend_from_slice(&asked.said);
        if self.estate.is_given() {
            let fixable = new.findings.iter().filter(|one| one.fix.is_some()).count();
            said.extend((fixable > 0).then(|| format!("{fixable} can be fixed with `--fix`")));
        }
        self.report(&new, &said, &policy, workspace, terminal)?;
        for (why, count) in &asked.unanswered {
            let questions = counted(*count, "question");
            writeln!(terminal.err, "{questions} without an answer: {why}")?;
        }
        Ok(if self.fail_on.fails(&new.findings) {
            FINDINGS
        } else if asked.unanswered.is_empty() {
            CLEAN
        } else {
            FAILED
        })
    }

    /// Shows what can be fixed in files, or writes it.
    fn fix<S: FnOnce() -> Stack>(
        &self,
        stack: &LazyCell<Stack, S>,
        policy: &Policy,
        workspace: &Workspace,
        terminal: &mut Terminal<'_>,
    ) -> Result<u8, CommandError> {
        if !self.estate.is_given() {
            return Err(Obstacle::new(
                "`--fix` changes files, and the stack's own definitions are Rust",
                "name rule files, dashboards or folders of them; without `--fix`, findings say where definitions stand",
            )
            .into());
        }
        let look = |texts: &_| {
            let gathered = self.estate.gather_as(stack, workspace, texts)?;
            let summary = gathered.summary();
            let found = find(gathered.link(), policy, workspace, terminal);
            Ok((self.unknown(found, policy, workspace)?, summary))
        };
        let (repair, (new, summary)) = Repair::all(workspace, look, |(new, _)| &new.findings)?;
        if !self.fixing.write {
            write!(terminal.out, "{}", repair.diff())?;
        } else if !repair.is_empty() {
            repair.write(workspace)?;
        }
        for line in repair.refused() {
            writeln!(terminal.err, "{line}")?;
        }
        if self.fixing.write {
            let mut said = Vec::from_iter(summary);
            said.push(repair.summary(true));
            self.report(&new, &said, policy, workspace, terminal)?;
            let fails = self.fail_on.fails(&new.findings);
            return Ok(if fails { FINDINGS } else { CLEAN });
        }
        let left = counted(new.findings.len(), "finding");
        writeln!(terminal.err, "{}; {left} left", repair.summary(false))?;
        Ok(if repair.is_empty() { CLEAN } else { FINDINGS })
    }

    /// What is not known yet.
    fn unknown(
        &self,
        found: Vec<Diagnostic>,
        policy: &Policy,
        workspace: &Workspace,
    ) -> Result<New, CommandError> {
        let looked_at = |file: Option<&str>| self.estate.covers(file);
        self.known.leave_out(found, policy, looked_at, workspace)
    }

    /// Writes the report, and beside it what else is to be said to people.
    fn report(
        &self,
        new: &New,
        said: &[String],
        policy: &Policy,
        workspace: &Workspace,
        terminal: &mut Terminal<'_>,
    ) -> Result<(), CommandError> {
        let (format, fail_on) = (self.format, self.fail_on);
        findings::write(&new.findings, format, fail_on, policy, workspace, terminal)?;
        if format == Format::Human {
            for line in said {
                writeln!(terminal.out, "{line}")?;
            }
        }
        if let Some(left_out) = &new.left_out {
            let beside = format != Format::Human;
            let to = if beside {
                &mut terminal.err
            } else {
                &mut terminal.out
            };
            writeln!(to, "{left_out}")?;
        }
        Ok(())
    }
}

/// Runs the checks.
fn find(
    project: Project,
    policy: &Policy,
    workspace: &Workspace,
    terminal: &Terminal<'_>,
) -> Vec<Diagnostic> {
    let project = settings::inform(project, policy, workspace);
    let found = check::run(&project, policy, Some(&terminal.today));
    // The process mostly ends next: freeing a large stack piece by piece would take a tenth of the whole time.
    std::mem::forget(project);
    found
}
