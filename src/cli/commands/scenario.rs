//! `obsctl scenario`

use std::io;
use std::time::Duration;

use clap::Args;
use obsctl_model::Stack;

use crate::cli::compose::{self, Values};
use crate::cli::{CLEAN, CommandError, Obstacle, Terminal, Workspace, credentials};
use crate::live::{Demo, Peer, Scenario, Trouble};
use crate::project::Project;

/// How long an answer may take.
const LIMIT: Duration = Duration::from_secs(10);

const EXAMPLES: &str = "\
Examples:
  obsctl scenario                        what there is, and what it sets off
  obsctl scenario provider-401           a provider refuses every login
  obsctl scenario provider-401 --end     and takes them again

Exit status:
  0  done
  2  could not run";

/// Let something go wrong in the demo, and make it stop again
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct ScenarioCommand {
    /// What goes wrong; all are listed without
    #[arg(value_name = "NAME")]
    name: Option<String>,
    /// Make it stop
    #[arg(long, requires = "name")]
    end: bool,
    /// List all
    #[arg(long, conflicts_with_all = ["name", "end"])]
    list: bool,
    /// Where the demo's API is [default: http://localhost, with API_PORT as for the local stack]
    #[arg(long, value_name = "URL")]
    url: Option<String>,
}

impl ScenarioCommand {
    pub(super) fn run(
        &self,
        stack: Stack,
        workspace: &Workspace,
        terminal: &mut Terminal<'_>,
    ) -> Result<u8, CommandError> {
        let url = match &self.url {
            Some(url) => url.clone(),
            None => local_url(stack, workspace)?,
        };
        let demo = Demo::at(credentials::address(Peer::Demo, "url", &url)?, LIMIT);
        let failed = |trouble| obstacle(&demo, trouble);
        let scenarios = demo.scenarios().map_err(failed)?;
        let Some(name) = &self.name else {
            show(&scenarios, terminal)?;
            return Ok(CLEAN);
        };
        let scenario = scenarios
            .iter()
            .find(|scenario| scenario.name == *name)
            .ok_or_else(|| unknown(name, &scenarios))?;
        if self.end {
            demo.end(name).map_err(failed)?;
            writeln!(terminal.out, "ended `{name}`")?;
        } else {
            demo.start(name).map_err(failed)?;
            writeln!(terminal.out, "started `{name}`: {}", scenario.summary)?;
            if !scenario.alerts.is_empty() {
                writeln!(terminal.out, "it sets off {}", scenario.alerts.join(", "))?;
            }
            writeln!(terminal.out, "`obsctl scenario {name} --end` ends it")?;
        }
        Ok(CLEAN)
    }
}

/// The API of the local stack; where it has none, that of a demo without containers.
fn local_url(stack: Stack, workspace: &Workspace) -> Result<String, CommandError> {
    let values = Values::read(workspace)?;
    let addresses = compose::addresses(&Project::link(stack), &values)?;
    let api = addresses
        .into_iter()
        .find(|one| one.container == compose::DEMO);
    Ok(api.map_or_else(|| "http://localhost:8000".to_owned(), |api| api.url))
}

/// What can be done about a demo that does not do what it is told.
fn obstacle(demo: &Demo, trouble: Trouble) -> Obstacle {
    match trouble {
        Trouble::Unreachable { .. } | Trouble::Slow { .. } | Trouble::Late { .. } => Obstacle::new(
            trouble.to_string(),
            "start the stack with `obsctl up`, or say with `--url` where the demo's API is",
        ),
        Trouble::Malformed { .. } | Trouble::Refused { status: 404, .. } => Obstacle::new(
            format!("{} is not the demo's API", demo.url()),
            "say with `--url` where it is, or change `API_PORT` in `compose/.env`",
        )
        .because(io::Error::other(trouble)),
        Trouble::Refused { .. } | Trouble::Partial { .. } => {
            Obstacle::new(trouble.to_string(), "`obsctl logs api` shows why")
        }
    }
}

fn show(scenarios: &[Scenario], terminal: &mut Terminal<'_>) -> Result<(), CommandError> {
    let name = scenarios
        .iter()
        .map(|one| one.name.len())
        .max()
        .unwrap_or(0);
    for one in scenarios {
        let mark = if one.active {
            "\x1b[1;33m*\x1b[0m"
        } else {
            " "
        };
        writeln!(terminal.out, "{mark} {:name$}  {}", one.name, one.summary)?;
        if !one.alerts.is_empty() {
            writeln!(
                terminal.out,
                "  {:name$}  sets off {}",
                "",
                one.alerts.join(", ")
            )?;
        }
    }
    if scenarios.iter().any(|one| one.active) {
        writeln!(terminal.out, "* goes on now")?;
    }
    Ok(())
}

fn unknown(name: &str, scenarios: &[Scenario]) -> CommandError {
    let known = scenarios.iter().map(|one| one.name.as_str());
    CommandError::unknown("scenario", name, known)
}
