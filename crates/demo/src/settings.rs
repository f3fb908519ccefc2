//! Settings, by environment: what a container is given, and what `all` gives its children.
//!
//! | Variable | Meaning | Default |
//! |---|---|---|
//! | `DATABASE_URL` | SQLite or PostgreSQL, shared by all services | `sqlite://data/obsctl-demo.db?mode=rwc` |
//! | `DEMO_LISTEN` | where the service listens | its usual port on loopback |
//! | `DEMO_API_URL`, `DEMO_MCP_URL`, `DEMO_PROVIDERS_URL` | where the others are | their usual ports on loopback |
//! | `DEMO_SPEED` | simulated seconds in one | `1` |
//! | `DEMO_SEED` | which sequence of choices | `1` |
//! | `DEMO_START_HOUR` | the hour of the day that the load begins at | `9` |
//! | `DEMO_SCHEDULE` | scenarios by a plan | none |
//! | `DEMO_WORKER_ID` | the name of a worker process | `celery@worker-1` |
//! | `ENCRYPTION_KEY` | 64 hexadecimal digits | a known one: for the demo only |
//!
//! `LOG_…` and `OTEL_…` as [`obsctl_telemetry::config`] says.
#![expect(
    clippy::disallowed_methods,
    reason = "services are set up by their environment, and that is read here"
)]

use std::fmt;
use std::path::Path;
use std::str::FromStr;

use crate::crypto::{self, Vault};
use crate::scenario::Schedule;

/// Faster than this, and what a call costs by itself would be most of what it takes.
const FASTEST: u32 = 60;

/// How a service is set up.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The database.
    pub database_url: String,
    /// Where the service listens.
    pub listen: String,
    /// Where the API is.
    pub api_url: String,
    /// Where the MCP server is.
    pub mcp_url: String,
    /// Where the providers are.
    pub providers_url: String,
    /// Simulated seconds in one.
    pub speed: u32,
    /// Which sequence of choices.
    pub seed: u64,
    /// The hour of the day that the load begins at.
    pub start_hour: u32,
    /// Scenarios by a plan.
    pub schedule: Schedule,
    /// The name of a worker process.
    pub worker_id: String,
    /// What credentials are encrypted with.
    pub vault: Vault,
}

/// A variable with a value that means nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("environment variable `{name}`: {reason}")]
pub struct SettingsError {
    name: &'static str,
    reason: String,
}

/// A process of the demo, with the port it usually has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the services' own names")]
pub enum Role {
    Api,
    Worker,
    Mcp,
    Providers,
    Load,
    AlertReceiver,
}

impl Role {
    /// All of them, in the order they are started in.
    pub const ALL: [Self; 6] = [
        Self::AlertReceiver,
        Self::Providers,
        Self::Api,
        Self::Mcp,
        Self::Worker,
        Self::Load,
    ];

    /// Its name on the command line.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Api => "api",
            Self::Worker => "worker",
            Self::Mcp => "mcp",
            Self::Providers => "providers",
            Self::Load => "load",
            Self::AlertReceiver => "alert-receiver",
        }
    }

    /// How far its port is from the first one, which is the API's.
    #[must_use]
    pub const fn port(self, first: u16) -> u16 {
        let further = match self {
            Self::Api => 0,
            Self::Worker => 1,
            Self::Mcp => 2,
            Self::Providers => 10,
            Self::Load => 11,
            Self::AlertReceiver => 80,
        };
        first.saturating_add(further)
    }
}

/// The first port, by custom.
pub const FIRST_PORT: u16 = 8000;

impl Settings {
    /// Reads them.
    ///
    /// # Errors
    /// When a variable has a value that means nothing.
    pub fn read(role: Role) -> Result<Self, SettingsError> {
        Self::from(role, &|name| std::env::var(name).ok())
    }

    fn from(role: Role, variable: &dyn Fn(&str) -> Option<String>) -> Result<Self, SettingsError> {
        let text = |name: &str, default: String| {
            let given = variable(name).filter(|value| !value.trim().is_empty());
            given.unwrap_or(default)
        };
        let at = |role: Role| format!("127.0.0.1:{}", role.port(FIRST_PORT));
        let url = |name, role| {
            let url = text(name, format!("http://{}", at(role)));
            url.trim_end_matches('/').to_owned()
        };
        let key = text("ENCRYPTION_KEY", "5eed".repeat(16));
        Ok(Self {
            database_url: text(
                "DATABASE_URL",
                "sqlite://data/obsctl-demo.db?mode=rwc".to_owned(),
            ),
            listen: text("DEMO_LISTEN", at(role)),
            api_url: url("DEMO_API_URL", Role::Api),
            mcp_url: url("DEMO_MCP_URL", Role::Mcp),
            providers_url: url("DEMO_PROVIDERS_URL", Role::Providers),
            speed: number(variable, "DEMO_SPEED", 1, 1..=FASTEST)?,
            seed: number(variable, "DEMO_SEED", 1, 0..=u64::MAX)?,
            start_hour: number(variable, "DEMO_START_HOUR", 9, 0..=23)?,
            schedule: text("DEMO_SCHEDULE", String::new())
                .parse()
                .map_err(|error| wrong("DEMO_SCHEDULE", &error))?,
            worker_id: text("DEMO_WORKER_ID", "celery@worker-1".to_owned()),
            // The value itself is a secret.
            vault: crypto::key(&key)
                .map(Vault::new)
                .ok_or_else(|| wrong("ENCRYPTION_KEY", &"it is not 64 hexadecimal digits"))?,
        })
    }

    /// Makes the folder of a SQLite file.
    ///
    /// # Errors
    /// The system's.
    pub fn make_folder(&self) -> std::io::Result<()> {
        let file = self.database_url.strip_prefix("sqlite://");
        let file = file.and_then(|file| file.split('?').next());
        match file.map(Path::new).and_then(Path::parent) {
            Some(folder) => std::fs::create_dir_all(folder),
            None => Ok(()),
        }
    }
}

fn number<T>(
    variable: &dyn Fn(&str) -> Option<String>,
    name: &'static str,
    default: T,
    range: std::ops::RangeInclusive<T>,
) -> Result<T, SettingsError>
where
    T: FromStr + PartialOrd + fmt::Display,
{
    let Some(text) = variable(name).filter(|value| !value.trim().is_empty()) else {
        return Ok(default);
    };
    let number = text.trim().parse().ok();
    number
        .filter(|number| range.contains(number))
        .ok_or_else(|| {
            let (least, most) = (range.start(), range.end());
            let reason = format!("`{text}` is not a whole number from {least} to {most}");
            wrong(name, &reason)
        })
}

fn wrong(name: &'static str, reason: &dyn fmt::Display) -> SettingsError {
    SettingsError {
        name,
        reason: reason.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(name: &str, value: &str) -> Result<Settings, String> {
        let variable = |asked: &str| (asked == name).then(|| value.to_owned());
        Settings::from(Role::Worker, &variable).map_err(|error| error.to_string())
    }

    #[test]
    fn without_an_environment_everything_is_on_loopback() {
        let settings = read("", "").expect("valid");
        assert_eq!(settings.listen, "127.0.0.1:8001");
        assert_eq!(settings.api_url, "http://127.0.0.1:8000");
        assert_eq!(settings.speed, 1);
    }

    #[test]
    fn what_means_nothing_is_said_with_what_would() {
        assert_eq!(
            read("DEMO_SPEED", "fast").expect_err("wrong"),
            "environment variable `DEMO_SPEED`: `fast` is not a whole number from 1 to 60"
        );
        assert_eq!(
            read("DEMO_SPEED", "61").expect_err("wrong"),
            "environment variable `DEMO_SPEED`: `61` is not a whole number from 1 to 60"
        );
        assert_eq!(
            read("DEMO_SCHEDULE", "x@1m+1m").expect_err("wrong"),
            "environment variable `DEMO_SCHEDULE`: no scenario is called `x`: `obsctl-demo scenario` lists them"
        );
        assert_eq!(
            read("ENCRYPTION_KEY", "hunter2").expect_err("wrong"),
            "environment variable `ENCRYPTION_KEY`: it is not 64 hexadecimal digits"
        );
    }

    #[test]
    fn no_two_services_share_a_port() {
        let mut ports = Role::ALL.map(|role| role.port(FIRST_PORT)).to_vec();
        ports.sort_unstable();
        ports.dedup();
        assert_eq!(ports.len(), Role::ALL.len());
    }
}
