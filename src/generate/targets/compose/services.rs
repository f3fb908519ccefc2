//! The engines' containers, one function each. None waits for another: each tries again until the others
//! are there, so that all start at once.

use std::collections::BTreeMap;

use obsctl_model::{Engine, Setting};

use super::parts::{
    ROOT, base, config_flag, external_url, folder, healthcheck, machine, output, publish, volume,
    wget,
};
use super::schema::{ConfigUse, Service};
use super::settings::{self, reference};
use crate::generate::{Component, images, rule_file, secret};
use crate::generate::{OTLP_PORTS, targets};
use crate::project::Project;

/// All containers, by name.
pub fn all(project: &Project) -> BTreeMap<String, Service> {
    let service = |component: Component| match component {
        Component::Alertmanager => alertmanager(project),
        Component::Alloy => alloy(project),
        Component::Grafana => grafana(project),
        Component::Loki => loki(project),
        Component::NodeExporter => node_exporter(),
        Component::Prometheus => prometheus(project),
        Component::Tempo => tempo(),
    };
    Component::ALL
        .into_iter()
        .map(|component| (component.name().to_owned(), service(component)))
        .collect()
}

fn engine(component: Component) -> Service {
    let image = images::image(component).repository;
    let version = reference(&settings::version(component));
    Service {
        image: format!("{image}:{version}"),
        ..base(&memory(component))
    }
}

fn memory(component: Component) -> Setting {
    settings::memory(component.name(), settings::engine_memory(component))
}

/// Where Go's collector begins to work harder: at as many megabytes as the container has mebibytes, which
/// leaves a twentieth for what is not on its heap. Alloy and Prometheus see to it themselves.
fn go_memory_limit(component: Component) -> (String, String) {
    let limit = format!("{}000000", reference(&memory(component)));
    ("GOMEMLIMIT".to_owned(), limit)
}

/// A setting that a configuration file reads from the environment.
fn environment(setting: &Setting) -> (String, String) {
    (setting.name.clone(), reference(setting))
}

fn alertmanager(project: &Project) -> Service {
    let (files, variables) = secret::names(project);
    let mut volumes = vec![
        output("provisioning/alertmanager"),
        volume(Component::Alertmanager, "/alertmanager"),
    ];
    if !files.is_empty() {
        // The folder, not its files: one that is missing fails a notification, not the start.
        volumes.push(machine("./secrets", secret::FILES));
    }
    Service {
        command: vec![
            config_flag("--", targets::alertmanager_config::PATH),
            "--storage.path=/alertmanager".to_owned(),
            "--cluster.listen-address=".to_owned(),
            external_url(&settings::alertmanager_port()),
        ],
        ports: vec![publish(
            &settings::alertmanager_port(),
            Component::Alertmanager.port(),
        )],
        volumes,
        configs: variables
            .iter()
            .map(|name| ConfigUse {
                source: config_name(name),
                target: format!("{}/{name}", secret::VARIABLES),
            })
            .collect(),
        healthcheck: Some(wget(Component::Alertmanager, "/-/ready")),
        ..engine(Component::Alertmanager)
    }
}

/// The name of the config that holds a variable: lower case, as Docker wants it.
pub fn config_name(variable: &str) -> String {
    variable.to_ascii_lowercase()
}

/// The socket is as good as root on the machine: read-only keeps it from being replaced, not from being used.
fn alloy(project: &Project) -> Service {
    let (grpc, http) = OTLP_PORTS;
    let port = Component::Alloy.port();
    Service {
        command: vec![
            "run".to_owned(),
            format!("{ROOT}/{}", targets::alloy_config::PATH),
            "--storage.path=/var/lib/alloy/data".to_owned(),
            format!("--server.http.listen-addr=0.0.0.0:{port}"),
            "--disable-reporting".to_owned(),
        ],
        // Compose knows the name it was started with: only this project's lines are collected.
        environment: BTreeMap::from([(
            targets::alloy_config::PROJECT.to_owned(),
            format!(
                "${{{}:-{}}}",
                targets::alloy_config::PROJECT,
                project.stack().name
            ),
        )]),
        ports: vec![
            publish(&settings::alloy_port(), port),
            publish(&settings::otlp_grpc_port(), grpc),
            publish(&settings::otlp_http_port(), http),
        ],
        volumes: vec![
            output("provisioning/alloy"),
            machine("/var/run/docker.sock", "/var/run/docker.sock"),
            volume(Component::Alloy, "/var/lib/alloy/data"),
        ],
        // The image has a shell that opens connections, and nothing else that speaks HTTP.
        healthcheck: Some(healthcheck(&[
            "bash",
            "-c",
            &format!(
                "exec 3<>/dev/tcp/127.0.0.1/{port} && printf 'GET /-/ready HTTP/1.0\\r\\n\\r\\n' >&3 && grep -q '200 OK' <&3"
            ),
        ])),
        ..engine(Component::Alloy)
    }
}

fn grafana(project: &Project) -> Service {
    let own = |name: &str, value: &str| (format!("GF_{name}"), value.to_owned());
    let mut environment: BTreeMap<String, String> = [
        own("ANALYTICS_CHECK_FOR_PLUGIN_UPDATES", "false"),
        own("ANALYTICS_CHECK_FOR_UPDATES", "false"),
        own("ANALYTICS_REPORTING_ENABLED", "false"),
        own("AUTH_ANONYMOUS_ENABLED", "true"),
        own(
            "AUTH_ANONYMOUS_ORG_ROLE",
            &reference(&settings::grafana_anonymous_role()),
        ),
        own("NEWS_NEWS_FEED_ENABLED", "false"),
        // Datasources are plugins in the image since Grafana 13: an update at the start can lose them.
        own("PLUGINS_PREINSTALL_AUTO_UPDATE", "false"),
        own(
            "PLUGINS_PREINSTALL_DISABLED",
            &reference(&settings::grafana_offline()),
        ),
        own(
            "SECURITY_ADMIN_PASSWORD",
            &reference(&settings::grafana_admin_password()),
        ),
        own(
            "SERVER_ROOT_URL",
            &format!("http://localhost:{}/", reference(&settings::grafana_port())),
        ),
        // Links from logs, traces and runbooks lead to Explore: viewers must be allowed there.
        own("USERS_VIEWERS_CAN_EDIT", "true"),
    ]
    .into();
    if let Some(home) = home(project) {
        environment.insert("GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH".to_owned(), home);
    }
    Service {
        environment,
        ports: vec![publish(
            &settings::grafana_port(),
            Component::Grafana.port(),
        )],
        volumes: vec![
            // Beside the image's own provisioning folders, which Grafana looks for too.
            folder(
                "provisioning/grafana/datasources",
                "/etc/grafana/provisioning/datasources",
            ),
            folder(
                "provisioning/grafana/dashboards",
                "/etc/grafana/provisioning/dashboards",
            ),
            output("dashboards"),
            volume(Component::Grafana, "/var/lib/grafana"),
        ],
        healthcheck: Some(wget(Component::Grafana, "/api/health")),
        ..engine(Component::Grafana)
    }
}

/// The file of the dashboard that opens first: the one whose uid is `overview`.
fn home(project: &Project) -> Option<String> {
    let dashboard = project
        .dashboards()
        .iter()
        .find(|dashboard| dashboard.uid.as_str() == "overview")?;
    Some(format!(
        "{ROOT}/dashboards/{}/{}.json",
        dashboard.folder.uid, dashboard.uid
    ))
}

fn loki(project: &Project) -> Service {
    let mut volumes = vec![
        output("provisioning/loki"),
        volume(Component::Loki, "/loki"),
    ];
    if rule_file::has_rules(project.groups(), Engine::Loki) {
        volumes.push(folder("alerts/loki", "/loki/rules/fake"));
    }
    Service {
        command: vec![
            config_flag("-", targets::loki_config::PATH),
            "-config.expand-env=true".to_owned(),
        ],
        environment: BTreeMap::from([
            environment(&settings::loki_retention()),
            go_memory_limit(Component::Loki),
        ]),
        ports: vec![publish(&settings::loki_port(), Component::Loki.port())],
        volumes,
        healthcheck: Some(healthcheck(&["/usr/bin/loki", "-health"])),
        ..engine(Component::Loki)
    }
}

/// It sees the machine through `/host`. It shares no network with it, so that its network figures are the
/// container's own.
fn node_exporter() -> Service {
    Service {
        command: vec!["--path.rootfs=/host".to_owned()],
        volumes: vec![machine("/", "/host")],
        pid: Some("host".to_owned()),
        healthcheck: Some(wget(Component::NodeExporter, "/")),
        ..engine(Component::NodeExporter)
    }
}

fn prometheus(project: &Project) -> Service {
    let mut volumes = vec![
        output("provisioning/prometheus"),
        volume(Component::Prometheus, "/prometheus"),
    ];
    if rule_file::has_rules(project.groups(), Engine::Prometheus) {
        volumes.push(output("alerts/prometheus"));
    }
    Service {
        command: vec![
            config_flag("--", targets::prometheus_config::PATH),
            "--storage.tsdb.path=/prometheus".to_owned(),
            format!(
                "--storage.tsdb.retention.time={}",
                reference(&settings::prometheus_retention(project))
            ),
            "--web.enable-remote-write-receiver".to_owned(),
            "--web.enable-lifecycle".to_owned(),
            "--enable-feature=exemplar-storage".to_owned(),
            external_url(&settings::prometheus_port()),
        ]
        .into_iter()
        .chain(targets::prometheus_config::pace(project.speed()))
        .collect(),
        ports: vec![publish(
            &settings::prometheus_port(),
            Component::Prometheus.port(),
        )],
        volumes,
        healthcheck: Some(wget(Component::Prometheus, "/-/ready")),
        ..engine(Component::Prometheus)
    }
}

/// It needs half a minute to end: what it holds is written before.
fn tempo() -> Service {
    Service {
        command: vec![
            config_flag("-", targets::tempo_config::PATH),
            "-config.expand-env=true".to_owned(),
        ],
        environment: BTreeMap::from([
            environment(&settings::tempo_retention()),
            go_memory_limit(Component::Tempo),
        ]),
        ports: vec![publish(&settings::tempo_port(), Component::Tempo.port())],
        volumes: vec![
            output("provisioning/tempo"),
            volume(Component::Tempo, "/var/tempo"),
        ],
        stop_grace_period: Some("40s".to_owned()),
        healthcheck: Some(healthcheck(&["/tempo", "-health"])),
        ..engine(Component::Tempo)
    }
}
