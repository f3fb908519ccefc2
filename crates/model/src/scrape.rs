//! Services and how their metrics are collected.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Duration, Exposer, Origin};

/// A service of the stack.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Service {
    /// Its name, as in `service.name`, log lines and metrics' `exposed_by`.
    pub name: String,
    /// What it does.
    pub description: String,
    /// The team that answers.
    pub owner: String,
    /// Where it is defined.
    #[serde(skip)]
    pub origin: Origin,
}

impl Service {
    /// A service and the team that answers for it.
    #[track_caller]
    #[must_use]
    pub fn new(
        name: impl Into<String>,
        owner: impl Into<String>,
        description: impl Into<String>,
    ) -> Self {
        Self {
            name: name.into(),
            owner: owner.into(),
            description: description.into(),
            origin: Origin::here(),
        }
    }
}

/// A scrape job: where Prometheus collects metrics.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ScrapeJob {
    /// The `job` label.
    pub job: String,
    /// Whose metrics it collects.
    pub exposes: Exposer,
    /// Host name in the compose network; on one machine every host is loopback.
    pub host: String,
    /// TCP port.
    pub port: u16,
    /// Path of the exposition.
    pub path: String,
    /// How often; the stack's interval where it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interval: Option<Duration>,
    /// Labels put on every series.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub labels: BTreeMap<String, String>,
    /// Where it is defined.
    #[serde(skip)]
    pub origin: Origin,
}

impl ScrapeJob {
    /// Collects `/metrics` of `host:port`.
    #[track_caller]
    #[must_use]
    pub fn new(
        job: impl Into<String>,
        exposes: Exposer,
        host: impl Into<String>,
        port: u16,
    ) -> Self {
        Self {
            job: job.into(),
            exposes,
            host: host.into(),
            port,
            path: "/metrics".to_owned(),
            interval: None,
            labels: BTreeMap::new(),
            origin: Origin::here(),
        }
    }

    /// The exposition is at another path.
    #[must_use]
    pub fn path(mut self, path: impl Into<String>) -> Self {
        self.path = path.into();
        self
    }

    /// Collects this often.
    #[must_use]
    pub fn every(mut self, interval: Duration) -> Self {
        self.interval = Some(interval);
        self
    }

    /// Puts a label on every series.
    #[must_use]
    pub fn label(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.labels.insert(name.into(), value.into());
        self
    }
}
