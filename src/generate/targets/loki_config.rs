//! `provisioning/loki/config.yaml`: Loki 3.7 in one process, in a form that 4.0 starts with too.

use std::collections::BTreeMap;

use obsctl_model::{Duration, secs};
use serde::{Deserialize, Serialize};

use crate::generate::targets::compose::settings;
use crate::generate::{Artifact, Component, Environment, Target, yaml};
use crate::project::Project;

/// Loki's configuration.
pub static LOKI_CONFIG: Target = Target {
    name: "loki-config",
    summary: "Loki's configuration: storage, limits, and the ruler that evaluates alerts on logs",
    generate,
};

/// Where the file is written.
pub const PATH: &str = "provisioning/loki/config.yaml";

/// The configuration file. Loki refuses keys that it does not know: every one is written down here.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Whether requests must name a tenant; without, the only tenant is `fake`.
    pub auth_enabled: bool,
    /// The HTTP and gRPC servers.
    pub server: Server,
    /// What all parts share.
    pub common: Common,
    /// How data lies in storage.
    pub schema_config: SchemaConfig,
    /// What tenants may do.
    pub limits_config: Limits,
    /// The part that takes lines.
    pub ingester: Ingester,
    /// The part that finds patterns in lines.
    pub pattern_ingester: PatternIngester,
    /// The part that compacts and deletes.
    pub compactor: Compactor,
    /// The part that evaluates rules.
    pub ruler: Ruler,
    /// What is reported to the makers.
    pub analytics: Analytics,
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

/// What all parts share.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Common {
    /// The address other parts find this process at: itself.
    pub instance_addr: String,
    /// The data folder.
    pub path_prefix: String,
    /// How many copies there are of each line.
    pub replication_factor: u32,
    /// Where members of the ring find each other.
    pub ring: Ring,
    /// Where data is.
    pub storage: CommonStorage,
}

/// Where members of the ring find each other.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ring {
    /// The store of the ring.
    pub kvstore: KvStore,
}

/// The store of the ring.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KvStore {
    /// Its kind.
    pub store: String,
}

/// Where data is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CommonStorage {
    /// In files.
    pub filesystem: Filesystem,
}

/// Data in files.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Filesystem {
    /// The lines.
    pub chunks_directory: String,
    /// The rules: one folder for each tenant.
    pub rules_directory: String,
}

/// How data lies in storage.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SchemaConfig {
    /// One entry for each period.
    pub configs: Vec<Period>,
}

/// How data of a period lies in storage.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Period {
    /// The first day. It must never change once there is data.
    pub from: String,
    /// The kind of index.
    pub store: String,
    /// The kind of store.
    pub object_store: String,
    /// The version.
    pub schema: String,
    /// The index's files.
    pub index: Index,
}

/// The index's files.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Index {
    /// What their names start with.
    pub prefix: String,
    /// How long each covers; this kind of index takes nothing else.
    pub period: String,
}

/// What tenants may do.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    /// How long lines are kept.
    pub retention_period: String,
    /// Whether lines may carry fields that are no index labels.
    pub allow_structured_metadata: bool,
    /// Whether volumes can be asked for.
    pub volume_enabled: bool,
    /// What becomes of attributes of lines that come by OTLP.
    pub otlp_config: OtlpConfig,
}

/// What becomes of OTLP attributes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OtlpConfig {
    /// Of the resource.
    pub resource_attributes: ResourceAttributes,
}

/// What becomes of resource attributes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ResourceAttributes {
    /// Loki's own list makes index labels of attributes with many values, such as pods: not used.
    pub ignore_defaults: bool,
    /// Our list.
    pub attributes_config: Vec<AttributesConfig>,
}

/// What becomes of some attributes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AttributesConfig {
    /// `index_label`, `structured_metadata` or `drop`.
    pub action: String,
    /// The attributes.
    pub attributes: Vec<String>,
}

/// The part that takes lines.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ingester {
    /// How it joins the ring.
    pub lifecycler: Lifecycler,
}

/// The part that finds patterns in lines.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PatternIngester {
    /// Whether it runs: Grafana's Logs Drilldown shows what it finds.
    pub enabled: bool,
    /// How it joins the ring.
    pub lifecycler: Lifecycler,
}

/// How a part joins the ring.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lifecycler {
    /// How long it waits for others: alone, there is nobody to wait for.
    pub min_ready_duration: Duration,
}

/// The part that compacts and deletes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Compactor {
    /// Its files.
    pub working_directory: String,
    /// Whether old lines are deleted.
    pub retention_enabled: bool,
    /// Where requests to delete are kept.
    pub delete_request_store: String,
}

/// The part that evaluates rules.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ruler {
    /// Where alerts go.
    pub alertmanager_url: String,
    /// Whether rules can be read over HTTP.
    pub enable_api: bool,
    /// Where links in notifications lead.
    pub external_url: String,
    /// How often rules are evaluated.
    pub evaluation_interval: Duration,
    /// Where results of recording rules and the state of alerts go.
    pub remote_write: RemoteWrite,
}

/// Where results go.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RemoteWrite {
    /// Whether they go anywhere.
    pub enabled: bool,
    /// By name.
    pub clients: BTreeMap<String, RemoteWriteClient>,
}

/// A receiver of remote write.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RemoteWriteClient {
    /// Its URL.
    pub url: String,
}

/// What is reported to the makers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Analytics {
    /// Nothing.
    pub reporting_enabled: bool,
}

fn generate(project: &Project, environment: Environment) -> Vec<Artifact> {
    let config = config(project, environment);
    vec![Artifact::new(PATH, yaml::document(&config))]
}

fn config(project: &Project, environment: Environment) -> Config {
    // In the container both folders are the image's own: a volume there has the right owner, and the rule
    // files are mounted in the tenant's folder.
    let (data, rules) = match environment {
        Environment::Compose => ("/loki", "/loki/rules"),
        Environment::Host => ("./data/loki", "./alerts/loki"),
    };
    let alone = Lifecycler {
        min_ready_duration: secs(1),
    };
    Config {
        auth_enabled: false,
        server: Server {
            http_listen_address: environment.listen().to_owned(),
            http_listen_port: Component::Loki.port(),
            grpc_listen_address: environment.listen().to_owned(),
            grpc_listen_port: environment.loki_grpc_port(),
        },
        common: Common {
            instance_addr: "127.0.0.1".to_owned(),
            path_prefix: data.to_owned(),
            replication_factor: 1,
            ring: Ring {
                kvstore: KvStore {
                    store: "inmemory".to_owned(),
                },
            },
            storage: CommonStorage {
                filesystem: Filesystem {
                    chunks_directory: format!("{data}/chunks"),
                    rules_directory: rules.to_owned(),
                },
            },
        },
        schema_config: SchemaConfig {
            configs: vec![Period {
                from: "2024-04-01".to_owned(),
                store: "tsdb".to_owned(),
                object_store: "filesystem".to_owned(),
                schema: "v13".to_owned(),
                index: Index {
                    prefix: "index_".to_owned(),
                    period: "24h".to_owned(),
                },
            }],
        },
        limits_config: limits(environment),
        ingester: Ingester {
            lifecycler: alone.clone(),
        },
        pattern_ingester: PatternIngester {
            enabled: true,
            lifecycler: alone,
        },
        compactor: Compactor {
            working_directory: format!("{data}/compactor"),
            retention_enabled: true,
            delete_request_store: "filesystem".to_owned(),
        },
        ruler: ruler(project, environment),
        analytics: Analytics {
            reporting_enabled: false,
        },
    }
}

fn limits(environment: Environment) -> Limits {
    let index_labels = [
        "service.name",
        "service.namespace",
        "deployment.environment.name",
    ];
    Limits {
        retention_period: environment.setting(&settings::loki_retention()),
        allow_structured_metadata: true,
        volume_enabled: true,
        otlp_config: OtlpConfig {
            resource_attributes: ResourceAttributes {
                ignore_defaults: true,
                attributes_config: vec![AttributesConfig {
                    action: "index_label".to_owned(),
                    attributes: index_labels.map(str::to_owned).to_vec(),
                }],
            },
        },
    }
}

fn ruler(project: &Project, environment: Environment) -> Ruler {
    Ruler {
        alertmanager_url: environment.api_url(Component::Alertmanager),
        enable_api: true,
        external_url: environment.browser_url(Component::Grafana),
        evaluation_interval: project.stack().evaluation_interval,
        remote_write: RemoteWrite {
            enabled: true,
            clients: BTreeMap::from([(
                "prometheus".to_owned(),
                RemoteWriteClient {
                    url: environment.remote_write_url(),
                },
            )]),
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
                config(&project, environment)
            );
        }
    }

    #[test]
    fn on_one_machine_nothing_leaves_loopback_or_the_folder() {
        let project = Project::link(Stack::new(Slug::from_static("test")));
        let config = config(&project, Environment::Host);
        assert_eq!(config.server.http_listen_address, "127.0.0.1");
        assert_eq!(config.ruler.alertmanager_url, "http://127.0.0.1:9093");
        assert!(config.common.path_prefix.starts_with("./"));
        assert!(config.compactor.working_directory.starts_with("./"));
    }
}
