//! `all`: every service as a process of its own, as in containers; when one ends, all do.

use std::io::{self, Write as _};
use std::process::Stdio;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, ChildStdout, Command};

use crate::cli::{All, CommandError};
use crate::client::Client;
use crate::service::{ServiceError, told_to_end};
use crate::settings::{Role, Settings};

/// How long a service may take to be well, and to end.
const PATIENCE: Duration = Duration::from_secs(30);
const PAUSE: Duration = Duration::from_millis(100);

/// Starts everything, says where it is, and waits.
///
/// # Errors
/// When a process does not start, or ends by itself.
pub async fn run(all: &All) -> Result<(), CommandError> {
    let settings = Settings::read(Role::Api)?;
    prepare(&settings, all.keep)?;
    let client = Client::new().map_err(ServiceError::Client)?;
    let roles = Role::ALL
        .into_iter()
        .filter(|role| *role != Role::Load || !all.no_load);
    let mut children = vec![];
    for role in roles {
        let mut child = spawn(role, all)?;
        well(&client, role, all, &mut child).await?;
        children.push((role, child));
    }
    for scenario in &all.scenarios {
        let url = format!("{}/demo/scenarios/{}", url(Role::Api, all), scenario.name());
        let done = client.command(http::Method::PUT, &url).await;
        done.map_err(|source| CommandError::NotThere { url, source })?;
    }
    announce(&children, all);
    let ended = tokio::select! {
        () = told_to_end() => Ok(()),
        role = first_to_end(&mut children) => {
            Err(CommandError::Process(format!("`{}` ended by itself", role.name())))
        }
    };
    stop(children).await;
    ended
}

/// A fresh database, unless it is to be kept: scenarios of an earlier run would still be on.
#[expect(
    clippy::disallowed_methods,
    reason = "the demo's own database is removed here, nothing else"
)]
fn prepare(settings: &Settings, keep: bool) -> Result<(), CommandError> {
    let folder = |error| CommandError::Folder(settings.database_url.clone(), error);
    settings.make_folder().map_err(folder)?;
    let file = settings.database_url.strip_prefix("sqlite://");
    let Some(file) = file.and_then(|file| file.split('?').next()) else {
        return Ok(());
    };
    if keep {
        return Ok(());
    }
    for suffix in ["", "-wal", "-shm"] {
        match std::fs::remove_file(format!("{file}{suffix}")) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(folder(error)),
            _ => {}
        }
    }
    Ok(())
}

fn url(role: Role, all: &All) -> String {
    format!("http://127.0.0.1:{}", role.port(all.first_port))
}

fn spawn(role: Role, all: &All) -> Result<Child, CommandError> {
    let failed = |error: io::Error| {
        CommandError::Process(format!("`{}` did not start: {error}", role.name()))
    };
    let program = std::env::current_exe().map_err(failed)?;
    let listen = format!("127.0.0.1:{}", role.port(all.first_port));
    let mut child = Command::new(program)
        .arg(role.name())
        .env("DEMO_LISTEN", listen)
        .env("DEMO_API_URL", url(Role::Api, all))
        .env("DEMO_MCP_URL", url(Role::Mcp, all))
        .env("DEMO_PROVIDERS_URL", url(Role::Providers, all))
        .env("DEMO_SPEED", all.speed.to_string())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .map_err(failed)?;
    if let Some(out) = child.stdout.take() {
        tokio::spawn(forward(out));
    }
    Ok(child)
}

/// Passes on what a service logs, line by line: written by themselves, long lines of several would mix.
async fn forward(out: ChildStdout) {
    let mut lines = BufReader::new(out).lines();
    while let Ok(Some(mut line)) = lines.next_line().await {
        line.push('\n');
        // Nobody reads any more: the services go on.
        let _ = io::stdout().lock().write_all(line.as_bytes());
    }
}

async fn well(
    client: &Client,
    role: Role,
    all: &All,
    child: &mut Child,
) -> Result<(), CommandError> {
    let health = format!("{}/health", url(role, all));
    let waiting = async {
        loop {
            if let Ok(Some(status)) = child.try_wait() {
                let text = format!("`{}` ended at once: {status}", role.name());
                return Err(CommandError::Process(text));
            }
            if client.probe(&health).await.is_ok() {
                return Ok(());
            }
            tokio::time::sleep(PAUSE).await;
        }
    };
    let waited = tokio::time::timeout(PATIENCE, waiting).await;
    waited.unwrap_or_else(|_| {
        let text = format!("`{}` is not well after {PATIENCE:?}", role.name());
        Err(CommandError::Process(text))
    })
}

fn announce(children: &[(Role, Child)], all: &All) {
    let mut text = String::from("the demo runs; Ctrl-C ends it\n");
    for (role, _) in children {
        text.push_str(&format!("  {:<15} {}\n", role.name(), url(*role, all)));
    }
    // Log lines of the services go to standard output.
    let _ = io::stderr().write_all(text.as_bytes());
}

async fn first_to_end(children: &mut [(Role, Child)]) -> Role {
    loop {
        for (role, child) in children.iter_mut() {
            if !matches!(child.try_wait(), Ok(None)) {
                return *role;
            }
        }
        tokio::time::sleep(PAUSE).await;
    }
}

/// Asks all to end in an orderly way; who does not is ended.
async fn stop(children: Vec<(Role, Child)>) {
    for (_, child) in &children {
        if let Some(id) = child.id() {
            let kill = Command::new("kill").arg(id.to_string()).status();
            let _ = kill.await;
        }
    }
    for (_, mut child) in children {
        if tokio::time::timeout(PATIENCE, child.wait()).await.is_err() {
            let _ = child.kill().await;
        }
    }
}
