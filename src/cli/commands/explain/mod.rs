//! `obsctl explain`: one file for each kind of thing that has a name, one list.

mod alert;
mod check;
mod dashboard;
mod metric;
mod page;
mod rule;
mod runbook;
mod slo;

use std::rc::Rc;

use clap::Args;
use obsctl_model::{Origin, Stack};

use crate::cli::{CLEAN, CommandError, Terminal, Workspace};
use crate::diagnostic::{nearest, render};
use crate::project::Project;

const EXAMPLES: &str = "\
Examples:
  obsctl explain api_requests_total
  obsctl explain HighApiLatency
  obsctl explain unknown-label
  obsctl explain slo api-availability         where one name is of several kinds

Kinds: alert, check, dashboard (by uid), metric, rule (recording), runbook, slo.

Exit status:
  0  explained
  2  nothing has that name";

/// Say what a metric, alert, SLO or check is and where it is used
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Explain {
    /// Its name, with its kind in front where that is needed
    #[arg(value_name = "[KIND] NAME", required = true, num_args = 1..=2)]
    words: Vec<String>,
}

/// A kind of thing that has a name.
struct Kind {
    /// Its word on the command line.
    word: &'static str,
    /// All names, in any order.
    names: fn(&Project) -> Vec<String>,
    /// What is to be said about the thing of that name.
    explain: fn(&Definitions<'_>, &str) -> Option<String>,
}

/// All kinds, by word.
static KINDS: &[&Kind] = &[
    &alert::KIND,
    &check::KIND,
    &dashboard::KIND,
    &metric::KIND,
    &rule::KIND,
    &runbook::KIND,
    &slo::KIND,
];

/// What explanations are made from.
struct Definitions<'a> {
    project: &'a Project,
    source: render::Source<'a>,
}

impl Definitions<'_> {
    /// The file and line of a definition, ``src/metrics.rs:12``.
    fn place(&self, origin: Origin) -> Option<String> {
        render::place(origin, self.source)
    }
}

impl Explain {
    pub(crate) fn run(
        &self,
        stack: Stack,
        workspace: &Workspace,
        terminal: &mut Terminal<'_>,
    ) -> Result<u8, CommandError> {
        let project = Project::link(stack);
        let source = |path: &str| workspace.source(path).map(Rc::new);
        let definitions = Definitions {
            project: &project,
            source: &source,
        };
        let (kinds, name) = self.kinds_and_name()?;
        let explained: Vec<_> = kinds
            .iter()
            .filter_map(|kind| (kind.explain)(&definitions, name))
            .collect();
        if explained.is_empty() {
            return Err(unknown(&project, &kinds, name));
        }
        write!(terminal.out, "{}", explained.join("\n"))?;
        Ok(CLEAN)
    }

    fn kinds_and_name(&self) -> Result<(Vec<&'static Kind>, &str), CommandError> {
        match self.words.as_slice() {
            [kind, name] => match KINDS.iter().find(|known| known.word == kind) {
                Some(kind) => Ok((vec![kind], name)),
                None => Err(CommandError::UnknownName {
                    what: "kind".to_owned(),
                    name: kind.clone(),
                    hint: format!("kinds are {}", words(KINDS)),
                }),
            },
            words => Ok((KINDS.to_vec(), words.first().map_or("", String::as_str))),
        }
    }
}

fn words(kinds: &[&Kind]) -> String {
    let words: Vec<_> = kinds.iter().map(|kind| kind.word).collect();
    words.join(", ")
}

fn unknown(project: &Project, kinds: &[&Kind], name: &str) -> CommandError {
    let named = |kind: &&Kind| {
        let of_kind = (kind.names)(project).into_iter();
        of_kind.map(|name| (name, kind.word)).collect::<Vec<_>>()
    };
    let known: Vec<_> = kinds.iter().flat_map(named).collect();
    let hint = match nearest(name, known.iter().map(|(name, _)| name.as_str())) {
        Some(near) => {
            let kind = known
                .iter()
                .find(|(name, _)| name == near)
                .map_or("", |(_, kind)| *kind);
            format!("did you mean the {kind} `{near}`?")
        }
        None => format!(
            "`obsctl explain` knows {} names of {}",
            known.len(),
            words(kinds)
        ),
    };
    CommandError::UnknownName {
        what: match kinds {
            [kind] => kind.word.to_owned(),
            _ => "definition or check".to_owned(),
        },
        name: name.to_owned(),
        hint,
    }
}
