//! The team's own containers in the local stack.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Origin, Slug};

/// A container that runs beside the engines in the local stack: a service, a load generator, a receiver.
///
/// ```
/// use obsctl_model::{Image, Setting, Slug, Workload};
///
/// Workload::new(Slug::from_static("shop"), "Sells things", Image::built("shop", "Dockerfile"))
///     .publishes(8080, Setting::new("SHOP_PORT", "8080", "Port of the shop on 127.0.0.1"))
///     .health(["/shop", "health"]);
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Workload {
    /// Its name, which is its host name in the network.
    pub name: Slug,
    /// What it does.
    pub description: String,
    /// What it runs.
    pub image: Image,
    /// Arguments of the image's program.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub command: Vec<String>,
    /// Environment variables of fixed value.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub environment: BTreeMap<String, String>,
    /// Environment variables that whoever runs the stack can set, passed on under their own names.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub settings: Vec<Setting>,
    /// Where it listens.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ports: Vec<Port>,
    /// What it keeps.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub volumes: Vec<Volume>,
    /// The command, found in the image, that succeeds while it works; without, running is enough.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub health: Vec<String>,
    /// How much memory each copy gets, in MiB.
    pub memory: u32,
    /// The workloads that must be healthy before it starts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub after: Vec<Slug>,
    /// How many copies run.
    pub replicas: u32,
    /// Whether it can write outside of its volumes.
    pub writable: bool,
    /// Where it is defined.
    #[serde(skip)]
    pub origin: Origin,
}

/// What a container runs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Image {
    /// An image of a registry, with its tag.
    Ready(String),
    /// An image that is built from the repository.
    Built {
        /// The name it gets.
        name: String,
        /// The Dockerfile's path, from the repository's root, which is what it can copy from.
        dockerfile: String,
    },
}

impl Image {
    /// An image of a registry: `redis:8.2.1`.
    #[must_use]
    pub fn ready(reference: impl Into<String>) -> Self {
        Self::Ready(reference.into())
    }

    /// An image that is built from a Dockerfile of the repository.
    #[must_use]
    pub fn built(name: impl Into<String>, dockerfile: impl Into<String>) -> Self {
        Self::Built {
            name: name.into(),
            dockerfile: dockerfile.into(),
        }
    }

    /// The name it has where it runs.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Ready(name) | Self::Built { name, .. } => name,
        }
    }
}

/// A variable that whoever runs the local stack can set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Setting {
    /// Its name.
    pub name: String,
    /// Its value where it is not set.
    pub default: String,
    /// What it is for: a sentence without its full stop.
    pub meaning: String,
}

impl Setting {
    /// A variable with its default and what it is for.
    #[must_use]
    pub fn new(
        name: impl Into<String>,
        default: impl Into<String>,
        meaning: impl Into<String>,
    ) -> Self {
        Self {
            name: name.into(),
            default: default.into(),
            meaning: meaning.into(),
        }
    }
}

/// A TCP port of a container.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Port {
    /// Its number in the network.
    pub number: u16,
    /// The variable that says under which number the machine reaches it; without, only the network does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub published: Option<Setting>,
}

/// A named volume in a container; workloads that name the same share it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Volume {
    /// Its name.
    pub name: Slug,
    /// Where it is in the container. A new volume gets the owner of the image's folder of that path.
    pub path: String,
}

impl Workload {
    /// One copy with 64 MiB of memory that listens nowhere and writes nowhere but to its volumes.
    #[track_caller]
    #[must_use]
    pub fn new(name: Slug, description: impl Into<String>, image: Image) -> Self {
        Self {
            name,
            description: description.into(),
            image,
            command: vec![],
            environment: BTreeMap::new(),
            settings: vec![],
            ports: vec![],
            volumes: vec![],
            health: vec![],
            memory: 64,
            after: vec![],
            replicas: 1,
            writable: false,
            origin: Origin::here(),
        }
    }

    /// Sets the arguments of the image's program.
    #[must_use]
    pub fn command<T: Into<String>>(mut self, arguments: impl IntoIterator<Item = T>) -> Self {
        self.command = arguments.into_iter().map(Into::into).collect();
        self
    }

    /// Sets an environment variable.
    #[must_use]
    pub fn env(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.environment.insert(name.into(), value.into());
        self
    }

    /// Passes on a variable that whoever runs the stack can set.
    #[must_use]
    pub fn setting(mut self, setting: Setting) -> Self {
        self.settings.push(setting);
        self
    }

    /// Listens on a port that only the network reaches.
    #[must_use]
    pub fn listens(mut self, number: u16) -> Self {
        self.ports.push(Port {
            number,
            published: None,
        });
        self
    }

    /// Listens on a port that the machine reaches under the number a variable says.
    #[must_use]
    pub fn publishes(mut self, number: u16, published: Setting) -> Self {
        self.ports.push(Port {
            number,
            published: Some(published),
        });
        self
    }

    /// Keeps a folder in a named volume.
    #[must_use]
    pub fn volume(mut self, name: Slug, path: impl Into<String>) -> Self {
        self.volumes.push(Volume {
            name,
            path: path.into(),
        });
        self
    }

    /// Works while this command, found in the image, succeeds.
    #[must_use]
    pub fn health<T: Into<String>>(mut self, command: impl IntoIterator<Item = T>) -> Self {
        self.health = command.into_iter().map(Into::into).collect();
        self
    }

    /// Gets this much memory, in MiB.
    #[must_use]
    pub fn memory(mut self, mebibytes: u32) -> Self {
        self.memory = mebibytes;
        self
    }

    /// Starts when another workload is healthy.
    #[must_use]
    pub fn after(mut self, workload: Slug) -> Self {
        self.after.push(workload);
        self
    }

    /// Runs in several copies, all scraped. None of them can publish a port.
    #[must_use]
    pub fn replicas(mut self, copies: u32) -> Self {
        self.replicas = copies;
        self
    }

    /// Can write outside of its volumes, for images that need it.
    #[must_use]
    pub fn writable(mut self) -> Self {
        self.writable = true;
        self
    }
}
