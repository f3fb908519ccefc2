//! The datasources, by their fixed uids.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What a datasource speaks.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum DatasourceKind {
    /// PromQL.
    Prometheus,
    /// LogQL.
    Loki,
    /// TraceQL.
    Tempo,
    /// Alerts that were sent.
    Alertmanager,
}

impl DatasourceKind {
    /// Grafana's plugin id; also the uid of the stack's own datasource of the kind.
    #[must_use]
    pub const fn plugin(self) -> &'static str {
        match self {
            Self::Prometheus => "prometheus",
            Self::Loki => "loki",
            Self::Tempo => "tempo",
            Self::Alertmanager => "alertmanager",
        }
    }

    /// The name people see; also the name the stack's own datasource of the kind is provisioned with.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Prometheus => "Prometheus",
            Self::Loki => "Loki",
            Self::Tempo => "Tempo",
            Self::Alertmanager => "Alertmanager",
        }
    }
}

/// A datasource, always referred to by uid: names change and are not unique.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Datasource {
    /// What it speaks.
    pub kind: DatasourceKind,
    /// Its uid, or a datasource variable: `${source}`.
    pub uid: std::borrow::Cow<'static, str>,
}

/// The stack's Prometheus.
pub const PROMETHEUS: Datasource = Datasource::of(DatasourceKind::Prometheus);
/// The stack's Loki.
pub const LOKI: Datasource = Datasource::of(DatasourceKind::Loki);
/// The stack's Tempo.
pub const TEMPO: Datasource = Datasource::of(DatasourceKind::Tempo);
/// The stack's Alertmanager.
pub const ALERTMANAGER: Datasource = Datasource::of(DatasourceKind::Alertmanager);

impl Datasource {
    /// The stack's own datasource of the kind.
    #[must_use]
    pub const fn of(kind: DatasourceKind) -> Self {
        Self {
            kind,
            uid: std::borrow::Cow::Borrowed(kind.plugin()),
        }
    }

    /// The one the reader chose with a datasource variable.
    #[must_use]
    pub fn chosen(kind: DatasourceKind, variable: &str) -> Self {
        Self {
            kind,
            uid: format!("${{{variable}}}").into(),
        }
    }
}
