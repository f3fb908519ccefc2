//! The variables of the compose file: what a person can set, in one list.

use std::fmt::Write as _;

use crate::generate::{header, secret};
use crate::project::Project;

/// A variable with its default and what it is for.
#[derive(Clone, Copy, Debug)]
pub struct Variable {
    /// Its name.
    pub name: &'static str,
    /// Its value where it is not set.
    pub default: &'static str,
    /// What it is for.
    pub meaning: &'static str,
}

impl Variable {
    /// How the compose file refers to it: `${NAME:-default}`.
    #[must_use]
    pub fn reference(self) -> String {
        format!("${{{}:-{}}}", self.name, self.default)
    }
}

macro_rules! variables {
    ($($name:ident = $default:literal, $meaning:literal;)+) => {
        $(
            #[doc = concat!($meaning, ".")]
            pub const $name: Variable = Variable { name: stringify!($name), default: $default, meaning: $meaning };
        )+

        /// All of them.
        pub const ALL: &[Variable] = &[$($name),+];
    };
}

variables! {
    GRAFANA_PORT = "3000", "Port of Grafana on 127.0.0.1";
    PROMETHEUS_PORT = "9090", "Port of Prometheus on 127.0.0.1";
    ALERTMANAGER_PORT = "9093", "Port of Alertmanager on 127.0.0.1";
    LOKI_PORT = "3100", "Port of Loki on 127.0.0.1";
    TEMPO_PORT = "3200", "Port of Tempo on 127.0.0.1";
    ALLOY_PORT = "12345", "Port of Alloy's own pages on 127.0.0.1";
    OTLP_GRPC_PORT = "4317", "Port for OTLP over gRPC on 127.0.0.1";
    OTLP_HTTP_PORT = "4318", "Port for OTLP over HTTP on 127.0.0.1";
    GRAFANA_ADMIN_PASSWORD = "admin", "Password of Grafana's user `admin`, set at the first start";
    GRAFANA_ANONYMOUS_ROLE = "Viewer", "What people without a login may do in Grafana: Viewer, Editor or Admin";
    GRAFANA_OFFLINE = "false", "Set to true on machines without a way to grafana.com: no plugins are fetched";
}

/// The variables that hold secrets of receivers, and what they are until they are set.
pub const UNSET: &str = "unset";

/// How the compose file refers to a secret variable: a start never fails because one is missing.
#[must_use]
pub fn secret_reference(name: &str) -> String {
    format!("${{{name}:-{UNSET}}}")
}

/// `.env.example`: every variable with its default.
#[must_use]
pub fn example(project: &Project) -> String {
    let mut text = header::HASH.to_owned();
    text.push_str("# Copy to `.env` beside the compose file and change what you need.\n");
    for variable in ALL {
        let _ = write!(
            text,
            "\n# {}.\n{}={}\n",
            variable.meaning, variable.name, variable.default
        );
    }
    let (_, secrets) = secret::names(project);
    for name in secrets {
        let _ = write!(
            text,
            "\n# A secret of a receiver; until it is set, its notifications fail.\n# {name}=\n"
        );
    }
    text
}
