//! `provisioning/tempo/tempo.yaml`: Tempo 3.0 in one process, in a form that 2.10 starts with too.

use obsctl_model::{Duration, secs};
use serde::{Deserialize, Serialize};

use crate::generate::targets::compose::settings;
use crate::generate::{Artifact, Component, Environment, Target, yaml};
use crate::project::{Project, Speed};

/// Tempo's configuration.
pub static TEMPO_CONFIG: Target = Target {
    name: "tempo-config",
    summary: "Tempo's configuration: OTLP in, storage, and metrics made from spans",
    generate,
};

/// Where the file is written.
pub const PATH: &str = "provisioning/tempo/tempo.yaml";

/// The configuration file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The HTTP and gRPC servers.
    pub server: Server,
    /// The part that takes spans.
    pub distributor: Distributor,
    /// Where traces are.
    pub storage: Storage,
    /// The part that keeps what came last.
    pub live_store: LiveStore,
    /// The part that plans work on what is stored.
    pub backend_scheduler: BackendScheduler,
    /// The part that makes metrics of spans.
    pub metrics_generator: MetricsGenerator,
    /// What tenants may do.
    pub overrides: Overrides,
    /// How members of a cluster find each other; written only where other programs share the machine.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub memberlist: Option<Memberlist>,
    /// What is reported to the makers.
    pub usage_report: UsageReport,
}

/// The HTTP and gRPC servers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Server {
    /// The address of the HTTP server.
    pub http_listen_address: String,
    /// The port of the HTTP server.
    pub http_listen_port: u16,
    /// The address of the gRPC server.
    pub grpc_listen_address: String,
    /// The port of the gRPC server.
    pub grpc_listen_port: u16,
}

/// The part that takes spans.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Distributor {
    /// What it takes.
    pub receivers: Receivers,
}

/// What is taken.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Receivers {
    /// OTLP.
    pub otlp: Otlp,
}

/// OTLP.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Otlp {
    /// Its transports.
    pub protocols: Protocols,
}

/// OTLP's transports.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Protocols {
    /// gRPC.
    pub grpc: Endpoint,
    /// HTTP.
    pub http: Endpoint,
}

/// A listening address. It must be said: the default is loopback, which no other container reaches.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Endpoint {
    /// `host:port`
    pub endpoint: String,
}

/// Where traces are.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Storage {
    /// The traces.
    pub trace: TraceStorage,
}

/// Where traces are.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TraceStorage {
    /// The kind of store.
    pub backend: String,
    /// What was taken and is not stored yet.
    pub wal: Folder,
    /// What is stored.
    pub local: Folder,
}

/// A folder.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Folder {
    /// Its path.
    pub path: String,
}

/// The part that keeps what came last. Folders are said: those of the default all processes of a machine share.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LiveStore {
    /// What came last.
    pub wal: Folder,
    /// Whether it ended in an orderly way.
    pub shutdown_marker_dir: String,
}

/// The part that plans work on what is stored.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BackendScheduler {
    /// Its plans.
    pub local_work_path: String,
}

/// The part that makes metrics of spans.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MetricsGenerator {
    /// How often metrics are sent, where time runs faster.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub registry: Option<Registry>,
    /// Where metrics are and go.
    pub storage: GeneratorStorage,
}

/// The metrics made of spans.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Registry {
    /// How often they are sent.
    pub collection_interval: Duration,
}

/// Where metrics are and go.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GeneratorStorage {
    /// Those that are not sent yet.
    pub path: String,
    /// Who gets them.
    pub remote_write: Vec<RemoteWrite>,
}

/// A receiver of remote write.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RemoteWrite {
    /// Its URL.
    pub url: String,
    /// Whether it gets the traces that samples come from.
    pub send_exemplars: bool,
}

/// What tenants may do.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Overrides {
    /// All tenants.
    pub defaults: Defaults,
}

/// What all tenants may do.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Defaults {
    /// How traces are kept.
    pub compaction: Compaction,
    /// Which metrics are made.
    pub metrics_generator: Processors,
}

/// How traces are kept.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Compaction {
    /// How long.
    pub block_retention: String,
}

/// Which metrics are made.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Processors {
    /// By the names of what makes them.
    pub processors: Vec<String>,
}

/// How members of a cluster find each other.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Memberlist {
    /// Addresses to listen on.
    pub bind_addr: Vec<String>,
    /// The port.
    pub bind_port: u16,
}

/// What is reported to the makers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UsageReport {
    /// Nothing.
    pub reporting_enabled: bool,
}

fn generate(project: &Project, environment: Environment) -> Vec<Artifact> {
    vec![Artifact::new(
        PATH,
        yaml::document(&config(project.speed(), environment)),
    )]
}

/// Tempo sends every 15 seconds where nothing is said.
fn registry(speed: Speed) -> Option<Registry> {
    let collection_interval = speed.duration(secs(15))?;
    (speed != Speed::REAL).then_some(Registry {
        collection_interval,
    })
}

fn config(speed: Speed, environment: Environment) -> Config {
    let listen = environment.listen();
    let data = match environment {
        Environment::Compose => "/var/tempo",
        Environment::Host => "./data/tempo",
    };
    let (grpc, http) = environment.tempo_otlp_ports();
    let endpoint = |port| Endpoint {
        endpoint: format!("{listen}:{port}"),
    };
    let folder = |name: &str| Folder {
        path: format!("{data}/{name}"),
    };
    Config {
        server: Server {
            http_listen_address: listen.to_owned(),
            http_listen_port: Component::Tempo.port(),
            grpc_listen_address: listen.to_owned(),
            grpc_listen_port: environment.tempo_grpc_port(),
        },
        distributor: Distributor {
            receivers: Receivers {
                otlp: Otlp {
                    protocols: Protocols {
                        grpc: endpoint(grpc),
                        http: endpoint(http),
                    },
                },
            },
        },
        storage: Storage {
            trace: TraceStorage {
                backend: "local".to_owned(),
                wal: folder("wal"),
                local: folder("blocks"),
            },
        },
        live_store: LiveStore {
            wal: folder("live-store/traces"),
            shutdown_marker_dir: format!("{data}/live-store/shutdown-marker"),
        },
        backend_scheduler: BackendScheduler {
            local_work_path: data.to_owned(),
        },
        metrics_generator: MetricsGenerator {
            registry: registry(speed),
            storage: GeneratorStorage {
                path: format!("{data}/generator/wal"),
                remote_write: vec![RemoteWrite {
                    url: environment.remote_write_url(),
                    send_exemplars: true,
                }],
            },
        },
        overrides: Overrides {
            defaults: Defaults {
                compaction: Compaction {
                    block_retention: environment.setting(&settings::tempo_retention()),
                },
                metrics_generator: Processors {
                    processors: vec!["service-graphs".to_owned(), "span-metrics".to_owned()],
                },
            },
        },
        memberlist: match environment {
            Environment::Compose => None,
            Environment::Host => Some(Memberlist {
                bind_addr: vec![listen.to_owned()],
                bind_port: 7946,
            }),
        },
        usage_report: UsageReport {
            reporting_enabled: false,
        },
    }
}

#[cfg(test)]
mod tests {
    use obsctl_model::{Slug, Stack};

    use super::*;

    #[test]
    fn what_is_written_reads_back_equal() {
        let project = Project::link(Stack::new(Slug::from_static("test")));
        for environment in Environment::ALL {
            let text = &generate(&project, environment)[0].text;
            assert_eq!(
                yaml::read::<Config>(text).unwrap(),
                config(Speed::REAL, environment)
            );
        }
    }

    #[test]
    fn on_one_machine_everything_is_in_the_data_folder() {
        let project = Project::link(Stack::new(Slug::from_static("test")));
        let text = &generate(&project, Environment::Host)[0].text;
        let paths = text.lines().filter(|line| line.contains('/'));
        let elsewhere =
            paths.filter(|line| !line.contains(" ./data/tempo") && !line.contains("http"));
        assert_eq!(elsewhere.collect::<Vec<_>>(), [""; 0]);
    }

    #[test]
    fn on_one_machine_the_collector_keeps_the_usual_otlp_ports() {
        let protocols = config(Speed::REAL, Environment::Host)
            .distributor
            .receivers
            .otlp
            .protocols;
        assert_eq!(protocols.grpc.endpoint, "127.0.0.1:14317");
        assert_eq!(protocols.http.endpoint, "127.0.0.1:14318");
    }
}
