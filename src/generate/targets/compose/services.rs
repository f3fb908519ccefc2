//! The containers, one function each.

use std::collections::BTreeMap;

use obsctl_model::{Engine, days};

use super::schema::{
    BindOptions, Condition, ConfigUse, Dependency, Healthcheck, Logging, Mount, Service,
};
use super::variables::{self, Variable};
use crate::generate::{Component, Environment, images, rule_file, secret};
use crate::generate::{OTLP_PORTS, targets};
use crate::project::Project;

/// Where the output folders are in containers.
const ROOT: &str = Environment::Compose.root();

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

/// What all containers have in common.
fn base(component: Component, memory: &str) -> Service {
    Service {
        image: images::image(component).to_owned(),
        mem_limit: memory.to_owned(),
        restart: "unless-stopped".to_owned(),
        security_opt: vec!["no-new-privileges:true".to_owned()],
        logging: Logging {
            driver: "json-file".to_owned(),
            options: [("max-file", "3"), ("max-size", "10m")]
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .into(),
        },
        ..Service::default()
    }
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
            external_url(variables::ALERTMANAGER_PORT),
        ],
        ports: vec![publish(
            variables::ALERTMANAGER_PORT,
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
        healthcheck: Some(wget(Component::Alertmanager, "/-/ready", "10s")),
        ..base(Component::Alertmanager, "128m")
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
            publish(variables::ALLOY_PORT, port),
            publish(variables::OTLP_GRPC_PORT, grpc),
            publish(variables::OTLP_HTTP_PORT, http),
        ],
        volumes: vec![
            output("provisioning/alloy"),
            machine("/var/run/docker.sock", "/var/run/docker.sock"),
            volume(Component::Alloy, "/var/lib/alloy/data"),
        ],
        depends_on: after([
            (Component::Loki, Condition::ServiceHealthy),
            (Component::Prometheus, Condition::ServiceHealthy),
            (Component::Tempo, Condition::ServiceHealthy),
        ]),
        // The image has a shell that opens connections, and nothing else that speaks HTTP.
        healthcheck: Some(healthcheck(
            &[
                "bash",
                "-c",
                &format!(
                    "exec 3<>/dev/tcp/127.0.0.1/{port} && printf 'GET /-/ready HTTP/1.0\\r\\n\\r\\n' >&3 && grep -q '200 OK' <&3"
                ),
            ],
            "10s",
        )),
        ..base(Component::Alloy, "512m")
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
            &variables::GRAFANA_ANONYMOUS_ROLE.reference(),
        ),
        own("NEWS_NEWS_FEED_ENABLED", "false"),
        // Datasources are plugins in the image since Grafana 13: an update at the start can lose them.
        own("PLUGINS_PREINSTALL_AUTO_UPDATE", "false"),
        own(
            "PLUGINS_PREINSTALL_DISABLED",
            &variables::GRAFANA_OFFLINE.reference(),
        ),
        own(
            "SECURITY_ADMIN_PASSWORD",
            &variables::GRAFANA_ADMIN_PASSWORD.reference(),
        ),
        own(
            "SERVER_ROOT_URL",
            &format!("http://localhost:{}/", variables::GRAFANA_PORT.reference()),
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
        ports: vec![publish(variables::GRAFANA_PORT, Component::Grafana.port())],
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
        depends_on: after([
            (Component::Alertmanager, Condition::ServiceStarted),
            (Component::Loki, Condition::ServiceHealthy),
            (Component::Prometheus, Condition::ServiceHealthy),
            (Component::Tempo, Condition::ServiceHealthy),
        ]),
        healthcheck: Some(wget(Component::Grafana, "/api/health", "60s")),
        ..base(Component::Grafana, "1g")
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
        command: vec![config_flag("-", targets::loki_config::PATH)],
        ports: vec![publish(variables::LOKI_PORT, Component::Loki.port())],
        volumes,
        healthcheck: Some(healthcheck(&["/usr/bin/loki", "-health"], "45s")),
        ..base(Component::Loki, "1g")
    }
}

/// It sees the machine through `/host`. It shares no network with it, so that its network figures are the
/// container's own.
fn node_exporter() -> Service {
    Service {
        command: vec!["--path.rootfs=/host".to_owned()],
        volumes: vec![machine("/", "/host")],
        pid: Some("host".to_owned()),
        healthcheck: Some(wget(Component::NodeExporter, "/", "10s")),
        ..base(Component::NodeExporter, "128m")
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
            format!("--storage.tsdb.retention.time={}d", retention_days(project)),
            "--web.enable-remote-write-receiver".to_owned(),
            "--web.enable-lifecycle".to_owned(),
            "--enable-feature=exemplar-storage".to_owned(),
            external_url(variables::PROMETHEUS_PORT),
        ]
        .into_iter()
        .chain(targets::prometheus_config::pace(project.speed()))
        .collect(),
        ports: vec![publish(
            variables::PROMETHEUS_PORT,
            Component::Prometheus.port(),
        )],
        volumes,
        healthcheck: Some(wget(Component::Prometheus, "/-/ready", "30s")),
        ..base(Component::Prometheus, "1g")
    }
}

/// Two weeks, or as long as the longest error budget looks back and a little more.
fn retention_days(project: &Project) -> u64 {
    let day = days(1).as_millis();
    let longest = project
        .stack()
        .slos
        .iter()
        .map(|slo| slo.window.as_millis().div_ceil(day) + 5);
    longest.max().unwrap_or(0).max(15)
}

/// It needs half a minute to end: what it holds is written before.
fn tempo() -> Service {
    Service {
        command: vec![config_flag("-", targets::tempo_config::PATH)],
        ports: vec![publish(variables::TEMPO_PORT, Component::Tempo.port())],
        volumes: vec![
            output("provisioning/tempo"),
            volume(Component::Tempo, "/var/tempo"),
        ],
        stop_grace_period: Some("40s".to_owned()),
        healthcheck: Some(healthcheck(&["/tempo", "-health"], "30s")),
        ..base(Component::Tempo, "1g")
    }
}

fn config_flag(dashes: &str, path: &str) -> String {
    format!("{dashes}config.file={ROOT}/{path}")
}

fn external_url(port: Variable) -> String {
    format!("--web.external-url=http://localhost:{}/", port.reference())
}

/// A port on loopback only: nothing here asks for a login.
fn publish(port: Variable, inside: u16) -> String {
    format!("127.0.0.1:{}:{inside}", port.reference())
}

/// An output folder at the same place as in the repository.
fn output(path: &str) -> Mount {
    folder(path, &format!("{ROOT}/{path}"))
}

fn folder(path: &str, target: &str) -> Mount {
    Mount::Bind {
        source: format!("../{path}"),
        target: target.to_owned(),
        read_only: true,
        bind: BindOptions {
            create_host_path: false,
        },
    }
}

/// Something of the machine itself, or beside the compose file.
fn machine(path: &str, target: &str) -> Mount {
    Mount::Bind {
        source: path.to_owned(),
        target: target.to_owned(),
        read_only: true,
        bind: BindOptions {
            create_host_path: false,
        },
    }
}

fn volume(component: Component, target: &str) -> Mount {
    Mount::Volume {
        source: component.name().to_owned(),
        target: target.to_owned(),
    }
}

fn after<const N: usize>(services: [(Component, Condition); N]) -> BTreeMap<String, Dependency> {
    services
        .into_iter()
        .map(|(component, condition)| (component.name().to_owned(), Dependency { condition }))
        .collect()
}

/// For images with busybox; the output goes nowhere because the working folder cannot be written.
fn wget(component: Component, path: &str, start_period: &str) -> Healthcheck {
    let url = format!("http://localhost:{}{path}", component.port());
    healthcheck(&["wget", "-q", "-O", "/dev/null", &url], start_period)
}

fn healthcheck(command: &[&str], start_period: &str) -> Healthcheck {
    Healthcheck {
        test: std::iter::once("CMD")
            .chain(command.iter().copied())
            .map(str::to_owned)
            .collect(),
        interval: "10s".to_owned(),
        timeout: "5s".to_owned(),
        retries: 12,
        start_period: start_period.to_owned(),
    }
}
