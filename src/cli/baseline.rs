//! The file of known findings: read, and recorded anew.

use clap::Args;

use super::findings::counted;
use super::workspace::Batch;
use super::{CommandError, Workspace};
use crate::check;
use crate::diagnostic::Diagnostic;
use crate::policy::{Baseline, Policy};

/// Which findings are known.
#[derive(Debug, Args)]
pub(super) struct Known {
    /// File of known findings, which are left out; by default `baseline` of `[check]` in `obsctl.toml`
    #[arg(long, value_name = "FILE")]
    baseline: Option<String>,
    /// Record all findings of this run in FILE, which then are known; report nothing
    #[arg(long, value_name = "FILE", conflicts_with_all = ["baseline", "only", "skip"])]
    write_baseline: Option<String>,
}

/// Findings without the known ones.
pub(super) struct New {
    /// The findings, and those about the baseline.
    pub(super) findings: Vec<Diagnostic>,
    /// What was left out, in words.
    pub(super) left_out: Option<String>,
}

impl Known {
    /// Takes the known findings out. `looked_at` says whether a file was read in this run.
    pub(super) fn leave_out(
        &self,
        found: Vec<Diagnostic>,
        policy: &Policy,
        looked_at: impl Fn(Option<&str>) -> bool,
        workspace: &Workspace,
    ) -> Result<New, CommandError> {
        let configured = policy.check.baseline.as_deref();
        let Some(path) = self.baseline.as_deref().or(configured) else {
            return Ok(New {
                findings: found,
                left_out: None,
            });
        };
        let baseline = read(path, workspace)?.ok_or_else(|| CommandError::Missing {
            path: path.to_owned(),
            hint: "record the findings of today with `obsctl check --write-baseline FILE`",
        })?;
        // Findings about it name the file for as long as the process lives: it is one.
        let file: &'static str = path.to_owned().leak();
        let compared = check::compare(found, &baseline, file, policy, looked_at);
        let left_out = (compared.known > 0).then(|| {
            let known = counted(compared.known, "known finding");
            format!("{known} left out: see `{path}`")
        });
        Ok(New {
            findings: compared.new,
            left_out,
        })
    }

    /// Records all findings where that is asked for, and says what has changed.
    pub(super) fn record(
        &self,
        found: &[Diagnostic],
        workspace: &Workspace,
    ) -> Result<Option<String>, CommandError> {
        let Some(path) = self.write_baseline.as_deref() else {
            return Ok(None);
        };
        let before = read(path, workspace)?.unwrap_or_default();
        let now = Baseline::of(found);
        let text = now.to_string();
        if before != now || workspace.read(path)?.is_none() {
            workspace.apply(&Batch {
                write: vec![(path, &text)],
                ..Batch::default()
            })?;
        }
        let compared = before.compare(found.to_vec(), |_| true);
        let gone: usize = compared
            .unused
            .iter()
            .map(|entry| entry.recorded - entry.found)
            .sum();
        Ok(Some(format!(
            "{} recorded in `{path}`: {} new, {gone} no longer found",
            counted(found.len(), "finding"),
            compared.new.len(),
        )))
    }
}

fn read(path: &str, workspace: &Workspace) -> Result<Option<Baseline>, CommandError> {
    let Some(text) = workspace.read(path)? else {
        return Ok(None);
    };
    match Baseline::parse(&text) {
        Ok(baseline) => Ok(Some(baseline)),
        Err(problem) => Err(CommandError::Unusable {
            path: path.to_owned(),
            problem,
        }),
    }
}
