//! The command line.

use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::client::{CallError, Client};
use crate::scenario::Scenario;
use crate::service::ServiceError;
use crate::settings::{FIRST_PORT, Role, Settings, SettingsError};
use crate::{api, load, mcp, providers, receiver, supervisor, worker};

const AFTER: &str = "\
Examples:
  obsctl-demo all                        everything, as processes of this machine
  obsctl-demo all --speed 60             an hour in a minute
  obsctl-demo scenario slow-api          set trouble off
  obsctl-demo scenario slow-api --end    and end it

Settings are environment variables: DATABASE_URL, DEMO_LISTEN, DEMO_API_URL, DEMO_MCP_URL, DEMO_PROVIDERS_URL,
DEMO_SPEED, DEMO_SEED, DEMO_START_HOUR, DEMO_SCHEDULE (slow-api@10m+20m), DEMO_WORKER_ID, ENCRYPTION_KEY,
LOG_LEVEL, LOG_FORMAT, OTEL_EXPORTER_OTLP_ENDPOINT.";

/// A small, real system to observe: API, workers, MCP tools, providers, load, scenarios
#[derive(Debug, Parser)]
#[command(name = "obsctl-demo", version, after_help = AFTER, max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run everything as processes of this machine, until Ctrl-C
    All(All),
    /// Run the API
    Api,
    /// Run a worker process
    Worker,
    /// Run the MCP server
    Mcp,
    /// Run the simulated providers
    Providers,
    /// Run the load
    Load,
    /// Run the receiver of alerts
    AlertReceiver,
    /// Ask the service that listens on `DEMO_LISTEN` whether it is well; exit 1 if not
    Health {
        /// The service, where `DEMO_LISTEN` is not set: its usual port is asked
        #[arg(value_parser = role)]
        service: Option<Role>,
    },
    /// List scenarios, set one off, or end it
    Scenario {
        /// Which; without a name they are listed
        name: Option<String>,
        /// End it
        #[arg(long, requires = "name")]
        end: bool,
    },
}

/// What `all` takes.
#[derive(Clone, Debug, clap::Args)]
pub struct All {
    /// Simulated seconds in one
    #[arg(long, env = "DEMO_SPEED", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=60))]
    pub speed: u32,
    /// The API's port; the others follow it (worker +1, mcp +2, providers +10, load +11, alert receiver +80)
    #[arg(long, default_value_t = FIRST_PORT, value_parser = clap::value_parser!(u16).range(1..=65000))]
    pub first_port: u16,
    /// A scenario to set off from the start; can be given several times
    #[arg(long = "scenario", value_name = "NAME", value_parser = scenario)]
    pub scenarios: Vec<Scenario>,
    /// Keep the database of an earlier run
    #[arg(long)]
    pub keep: bool,
    /// Run without users
    #[arg(long)]
    pub no_load: bool,
}

/// Why a command was not done.
#[derive(Debug, thiserror::Error)]
pub enum CommandError {
    /// A variable means nothing.
    #[error(transparent)]
    Settings(#[from] SettingsError),
    /// A service does not run.
    #[error(transparent)]
    Service(#[from] ServiceError),
    /// No folder for the database.
    #[error("no folder for the database `{0}`")]
    Folder(String, #[source] io::Error),
    /// Processes did not start, or ended.
    #[error("{0}")]
    Process(String),
    /// The demo does not answer.
    #[error(
        "the demo does not answer at {url}: start it with `obsctl-demo all`, or set `DEMO_API_URL`"
    )]
    NotThere {
        /// Where it was asked.
        url: String,
        /// How it failed.
        source: CallError,
    },
    /// Unknown.
    #[error("{0}")]
    Unknown(String),
    /// The runtime did not start.
    #[error("cannot start")]
    Runtime(#[source] io::Error),
    /// Nobody reads.
    #[error("cannot print")]
    Print(#[source] io::Error),
}

fn role(name: &str) -> Result<Role, String> {
    let known = Role::ALL.into_iter().find(|role| role.name() == name);
    known.ok_or_else(|| {
        let names = Role::ALL.map(Role::name).join(", ");
        format!("no service is called `{name}`: there are {names}")
    })
}

fn scenario(name: &str) -> Result<Scenario, String> {
    Scenario::named(name).ok_or_else(|| {
        let names = Scenario::ALL.map(Scenario::name).join(", ");
        format!("no scenario is called `{name}`: there are {names}")
    })
}

/// Runs what the arguments say. Exit status: 0 done, 1 not well, 2 could not run.
#[must_use]
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    match run(cli.command) {
        Ok(code) => code,
        Err(error) => {
            let mut text = format!("error: {error}");
            let mut cause = std::error::Error::source(&error);
            while let Some(next) = cause {
                // Writing to a string does not fail.
                let _ = write!(text, "\n  because: {next}");
                cause = next.source();
            }
            let _ = writeln!(io::stderr(), "{text}");
            ExitCode::from(2)
        }
    }
}

fn run(command: Command) -> Result<ExitCode, CommandError> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(CommandError::Runtime)?;
    runtime.block_on(async {
        match command {
            Command::All(all) => supervisor::run(&all).await?,
            Command::Api => api::main(settings(Role::Api)?).await?,
            Command::Worker => worker::main(settings(Role::Worker)?).await?,
            Command::Mcp => mcp::main(settings(Role::Mcp)?).await?,
            Command::Providers => providers::main(settings(Role::Providers)?).await?,
            Command::Load => load::main(settings(Role::Load)?).await?,
            Command::AlertReceiver => receiver::main(settings(Role::AlertReceiver)?).await?,
            Command::Health { service } => return health(service).await,
            Command::Scenario { name, end } => switch(name, end).await?,
        }
        Ok(ExitCode::SUCCESS)
    })
}

fn settings(role: Role) -> Result<Settings, CommandError> {
    let settings = Settings::read(role)?;
    settings
        .make_folder()
        .map_err(|error| CommandError::Folder(settings.database_url.clone(), error))?;
    Ok(settings)
}

async fn health(service: Option<Role>) -> Result<ExitCode, CommandError> {
    let settings = Settings::read(service.unwrap_or(Role::Api))?;
    // Who listens on all addresses listens on loopback as well.
    let address = settings.listen.replace("0.0.0.0", "127.0.0.1");
    let client = Client::new().map_err(ServiceError::Client)?;
    let url = format!("http://{address}/health");
    Ok(match client.probe(&url).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(io::stderr(), "{url}: {error}");
            ExitCode::from(1)
        }
    })
}

async fn switch(name: Option<String>, end: bool) -> Result<(), CommandError> {
    let settings = Settings::read(Role::Api)?;
    let Some(name) = name else {
        let mut text = String::new();
        for scenario in Scenario::ALL {
            let it = scenario.description();
            let alerts = it.alerts.join(", ");
            let _ = writeln!(
                text,
                "{:<20} {}\n{:<20} alerts: {alerts}",
                it.name, it.summary, ""
            );
        }
        return io::stdout()
            .write_all(text.as_bytes())
            .map_err(CommandError::Print);
    };
    let scenario = scenario(&name).map_err(CommandError::Unknown)?;
    let client = Client::new().map_err(ServiceError::Client)?;
    let url = format!("{}/demo/scenarios/{}", settings.api_url, scenario.name());
    let method = if end {
        http::Method::DELETE
    } else {
        http::Method::PUT
    };
    let done = client.command(method, &url).await;
    done.map_err(|source| CommandError::NotThere {
        url: settings.api_url,
        source,
    })
}
