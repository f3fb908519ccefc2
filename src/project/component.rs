//! The programs that every stack runs.

/// The field of log lines, and the label of exemplars, by which Grafana's datasources lead to traces.
pub const TRACE_ID: &str = "trace_id";

/// A program of the stack that is not a service of the team's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs, reason = "the programs' own names")]
pub enum Component {
    Alertmanager,
    Alloy,
    Grafana,
    Loki,
    NodeExporter,
    Prometheus,
    Tempo,
}

impl Component {
    /// All of them, by name.
    pub const ALL: [Self; 7] = [
        Self::Alertmanager,
        Self::Alloy,
        Self::Grafana,
        Self::Loki,
        Self::NodeExporter,
        Self::Prometheus,
        Self::Tempo,
    ];

    /// Its name in the compose file, which is its host name there, and on volumes and folders.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Alertmanager => "alertmanager",
            Self::Alloy => "alloy",
            Self::Grafana => "grafana",
            Self::Loki => "loki",
            Self::NodeExporter => "node-exporter",
            Self::Prometheus => "prometheus",
            Self::Tempo => "tempo",
        }
    }

    /// The port its HTTP API has by custom; the same in all environments.
    #[must_use]
    pub const fn port(self) -> u16 {
        match self {
            Self::Alertmanager => 9093,
            Self::Alloy => 12345,
            Self::Grafana => 3000,
            Self::Loki => 3100,
            Self::NodeExporter => 9100,
            Self::Prometheus => 9090,
            Self::Tempo => 3200,
        }
    }
}

/// Ports (gRPC, HTTP) on which the collector takes OTLP, everywhere: OpenTelemetry's own.
pub const OTLP_PORTS: (u16, u16) = (4317, 4318);

/// The variable that sets the memory of a container: `NODE_EXPORTER_MEMORY`.
#[must_use]
pub fn memory_variable(container: &str) -> String {
    variable(container, "MEMORY")
}

/// A variable about a container: its name in capitals, and what of it.
#[must_use]
pub fn variable(container: &str, what: &str) -> String {
    format!(
        "{}_{what}",
        container.replace('-', "_").to_ascii_uppercase()
    )
}
