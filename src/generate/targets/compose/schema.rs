//! The part of the Compose Specification that is written.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// A compose file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ComposeFile {
    /// The project's name.
    pub name: String,
    /// The containers.
    pub services: BTreeMap<String, Service>,
    /// Texts put into containers as files.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub configs: BTreeMap<String, Config>,
    /// Named volumes, all with defaults.
    pub volumes: BTreeMap<String, Volume>,
}

/// A container.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Service {
    /// What it runs.
    pub image: String,
    /// How the image is made, where it comes from no registry.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub build: Option<Build>,
    /// How many of it there are, where it is not one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scale: Option<u32>,
    /// Arguments of the image's program.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub command: Vec<String>,
    /// Environment variables.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub environment: BTreeMap<String, String>,
    /// Ports that are reached from outside of the project.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ports: Vec<String>,
    /// Files and folders.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub volumes: Vec<Mount>,
    /// Texts put into it as files.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub configs: Vec<ConfigUse>,
    /// Whose processes it sees.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pid: Option<String>,
    /// What must run before it.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub depends_on: BTreeMap<String, Dependency>,
    /// How one sees that it works.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub healthcheck: Option<Healthcheck>,
    /// How much memory it gets.
    pub mem_limit: String,
    /// When it is started again.
    pub restart: String,
    /// Whether only its volumes can be written.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub read_only: bool,
    /// Folders in memory.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tmpfs: Vec<String>,
    /// Rights of root that it has not.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cap_drop: Vec<String>,
    /// What it may not do.
    pub security_opt: Vec<String>,
    /// How long it has to end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stop_grace_period: Option<String>,
    /// Where its output goes.
    pub logging: Logging,
}

/// How an image is made.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Build {
    /// What the Dockerfile can copy from, relative to the compose file.
    pub context: String,
    /// The Dockerfile, relative to the context.
    pub dockerfile: String,
}

/// A file, folder or named volume in a container.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum Mount {
    /// Of the machine.
    Bind {
        /// Its path there, relative to the compose file.
        source: String,
        /// Its path in the container.
        target: String,
        /// Whether the container can change it.
        read_only: bool,
        /// Details.
        bind: BindOptions,
    },
    /// A named volume. Docker gives a new one the owner of the image's folder of that path.
    Volume {
        /// Its name.
        source: String,
        /// Its path in the container.
        target: String,
    },
}

/// Details of a bind mount.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BindOptions {
    /// Whether a missing path becomes an empty folder; without, it is an error that names the path.
    pub create_host_path: bool,
}

/// A text put into a container as a file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConfigUse {
    /// The config's name.
    pub source: String,
    /// The file's path.
    pub target: String,
}

/// A text.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The text; variables are put in.
    pub content: String,
}

/// A named volume with defaults.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Volume {}

/// What is waited for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Dependency {
    /// Until when.
    pub condition: Condition,
}

/// Until when one waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Condition {
    /// It runs.
    ServiceStarted,
    /// Its health check passes.
    ServiceHealthy,
}

/// How one sees that a container works.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Healthcheck {
    /// `CMD` and a command that the image has.
    pub test: Vec<String>,
    /// How often.
    pub interval: String,
    /// How long it may take.
    pub timeout: String,
    /// How many failures make it unhealthy.
    pub retries: u32,
    /// How long failures do not count after the start.
    pub start_period: String,
    /// How often until it is healthy for the first time.
    pub start_interval: String,
}

/// Where output goes.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Logging {
    /// The driver.
    pub driver: String,
    /// Its options.
    pub options: BTreeMap<String, String>,
}
