//! What whoever runs the stack can set: the variables of the compose file, in one list.

use std::fmt::Write as _;

use obsctl_model::{Setting, days};

use crate::generate::{header, images, secret};
use crate::project::{Component, Project, memory_variable, variable};

macro_rules! settings {
    ($($function:ident = $name:literal, $default:literal, $meaning:literal;)+) => {
        $(
            #[doc = concat!($meaning, ".")]
            #[must_use]
            pub fn $function() -> Setting {
                Setting::new($name, $default, $meaning)
            }
        )+

        /// Those of every stack that are the same in all of them.
        fn fixed() -> Vec<Setting> {
            vec![$($function()),+]
        }
    };
}

settings! {
    grafana_port = "GRAFANA_PORT", "3000", "Port of Grafana on 127.0.0.1";
    prometheus_port = "PROMETHEUS_PORT", "9090", "Port of Prometheus on 127.0.0.1";
    alertmanager_port = "ALERTMANAGER_PORT", "9093", "Port of Alertmanager on 127.0.0.1";
    loki_port = "LOKI_PORT", "3100", "Port of Loki on 127.0.0.1";
    tempo_port = "TEMPO_PORT", "3200", "Port of Tempo on 127.0.0.1";
    alloy_port = "ALLOY_PORT", "12345", "Port of Alloy's own pages on 127.0.0.1";
    otlp_grpc_port = "OTLP_GRPC_PORT", "4317", "Port for OTLP over gRPC on 127.0.0.1";
    otlp_http_port = "OTLP_HTTP_PORT", "4318", "Port for OTLP over HTTP on 127.0.0.1";
    grafana_admin_password = "GRAFANA_ADMIN_PASSWORD", "admin", "Password of Grafana's user `admin`, set at the first start";
    grafana_anonymous_role = "GRAFANA_ANONYMOUS_ROLE", "Viewer", "What people without a login may do in Grafana: Viewer, Editor or Admin";
    grafana_offline = "GRAFANA_OFFLINE", "false", "Set to true on machines without a way to grafana.com: no plugins are fetched";
    loki_retention = "LOKI_RETENTION", "168h", "How long Loki keeps lines: whole days, written in hours";
    tempo_retention = "TEMPO_RETENTION", "48h", "How long Tempo keeps traces";
}

/// How long Prometheus keeps samples: two weeks, or as long as the longest error budget looks back and a
/// little more.
#[must_use]
pub fn prometheus_retention(project: &Project) -> Setting {
    let day = days(1).as_millis();
    let slos = &project.stack().slos;
    let needed = slos
        .iter()
        .map(|slo| slo.window.longest().as_millis().div_ceil(day) + 5);
    let days = needed.max().unwrap_or(0).max(15);
    let meaning = "How long Prometheus keeps samples: at least as long as error budgets look back";
    Setting::new("PROMETHEUS_RETENTION", format!("{days}d"), meaning)
}

/// The version of an engine's image.
#[must_use]
pub fn version(component: Component) -> Setting {
    let image = images::image(component);
    let meaning = format!("Tag of the image `{}`", image.repository);
    Setting::new(
        variable(component.name(), "VERSION"),
        image.version,
        meaning,
    )
}

/// The memory of a container, in MiB.
#[must_use]
pub fn memory(container: &str, mebibytes: u32) -> Setting {
    let meaning = format!("Memory of `{container}` in MiB");
    Setting::new(memory_variable(container), mebibytes.to_string(), meaning)
}

/// The memory of an engine, in MiB. With the workloads of the reference stack they are within 3 GiB.
#[must_use]
pub const fn engine_memory(component: Component) -> u32 {
    match component {
        Component::Alertmanager => 96,
        Component::Alloy => 288,
        // Its datasources are processes of their own.
        Component::Grafana => 704,
        Component::Loki | Component::Prometheus => 512,
        Component::NodeExporter => 48,
        Component::Tempo => 448,
    }
}

/// All of a project, each once.
#[must_use]
pub fn all(project: &Project) -> Vec<Setting> {
    let workloads = &project.stack().workloads;
    let ports = workloads
        .iter()
        .flat_map(|workload| &workload.ports)
        .filter_map(|port| port.published.clone());
    let own = workloads
        .iter()
        .flat_map(|workload| workload.settings.clone());
    let engines = Component::ALL
        .into_iter()
        .map(|engine| memory(engine.name(), engine_memory(engine)));
    let memory = workloads
        .iter()
        .map(|workload| memory(workload.name.as_str(), workload.memory));
    let everything = fixed()
        .into_iter()
        .chain([prometheus_retention(project)])
        .chain(ports)
        .chain(own)
        .chain(Component::ALL.map(version))
        .chain(engines)
        .chain(memory);
    let mut all: Vec<Setting> = vec![];
    for setting in everything {
        if all.iter().all(|known| known.name != setting.name) {
            all.push(setting);
        }
    }
    all
}

/// How the compose file refers to a variable: `${NAME:-default}`.
#[must_use]
pub fn reference(setting: &Setting) -> String {
    format!(
        "${{{}:-{}}}",
        setting.name,
        setting.default.replace('$', "$$")
    )
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
    for setting in all(project) {
        let _ = write!(
            text,
            "\n# {}.\n{}={}\n",
            setting.meaning,
            setting.name,
            quoted(&setting.default)
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

/// A value as it is written in `.env`: in quotes where something in it would mean something else.
fn quoted(value: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:@%+,".contains(c);
    if value.chars().all(plain) {
        value.to_owned()
    } else {
        format!("'{value}'")
    }
}
