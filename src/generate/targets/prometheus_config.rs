//! `provisioning/prometheus/prometheus.yml`, in the form that Prometheus 2.42 and 3.x both read.

use std::collections::BTreeMap;

use obsctl_model::{Duration, Engine, MetricKind, ScrapeJob, Stack, Workload, mins};
use serde::{Deserialize, Serialize};

use crate::generate::{Artifact, Component, Environment, Target, rule_file, yaml};
use crate::project::{Project, Speed};

/// Prometheus' configuration.
pub static PROMETHEUS_CONFIG: Target = Target {
    name: "prometheus-config",
    summary: "Prometheus' configuration: scrape jobs, rule files, and where alerts go",
    generate,
};

/// Where the file is written.
pub const PATH: &str = "provisioning/prometheus/prometheus.yml";

/// The configuration file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Defaults of all jobs.
    pub global: Global,
    /// Patterns of rule files, relative to this file.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rule_files: Vec<String>,
    /// Where alerts go.
    pub alerting: Alerting,
    /// How samples are kept.
    pub storage: Storage,
    /// What is scraped.
    pub scrape_configs: Vec<ScrapeConfig>,
}

/// Defaults of all jobs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Global {
    /// How often targets are scraped.
    pub scrape_interval: Duration,
    /// How often rules are evaluated.
    pub evaluation_interval: Duration,
    /// Whether native histograms are kept. Prometheus 2.42 does not know the key: it is there only when the
    /// catalog declares a native histogram.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scrape_native_histograms: Option<bool>,
}

/// Where alerts go.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Alerting {
    /// The Alertmanagers.
    pub alertmanagers: Vec<AlertmanagerConfig>,
}

/// A set of Alertmanagers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AlertmanagerConfig {
    /// Their addresses.
    pub static_configs: Vec<StaticConfig>,
}

/// Targets that are known by their addresses.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StaticConfig {
    /// `host:port`
    pub targets: Vec<String>,
    /// Labels of all series.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub labels: BTreeMap<String, String>,
}

/// How samples are kept.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Storage {
    /// The database.
    pub tsdb: Tsdb,
}

/// The database.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tsdb {
    /// How late a sample can come: those that are pushed come in no strict order.
    pub out_of_order_time_window: Duration,
}

/// A scrape job.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScrapeConfig {
    /// The `job` label.
    pub job_name: String,
    /// How often, where it differs from the default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scrape_interval: Option<Duration>,
    /// Where it differs from `/metrics`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub metrics_path: Option<String>,
    /// The targets.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub static_configs: Vec<StaticConfig>,
    /// Names under which there are several targets.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub dns_sd_configs: Vec<DnsConfig>,
    /// Labels of those.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub relabel_configs: Vec<Relabel>,
}

/// Targets that are looked up by a name.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DnsConfig {
    /// The name.
    pub names: Vec<String>,
    /// The kind of record.
    #[serde(rename = "type")]
    pub record: String,
    /// The port of all of them.
    pub port: u16,
}

/// A label that a target gets.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Relabel {
    /// The labels that are looked at.
    pub source_labels: Vec<String>,
    /// What they must be.
    pub regex: String,
    /// The label's name.
    pub target_label: String,
    /// Its value.
    pub replacement: String,
}

/// The flags that go with a speed: how long a series that has ended is seen, and how soon alerts are sent again.
#[must_use]
pub fn pace(speed: Speed) -> Vec<String> {
    if speed == Speed::REAL {
        return vec![];
    }
    [
        ("query.lookback-delta", mins(5)),
        ("rules.alert.resend-delay", mins(1)),
    ]
    .into_iter()
    .filter_map(|(flag, usual)| Some(format!("--{flag}={}", speed.duration(usual)?)))
    .collect()
}

fn generate(project: &Project, environment: Environment) -> Vec<Artifact> {
    let stack = project.stack();
    let native = stack
        .metrics
        .iter()
        .flat_map(|family| &family.metrics)
        .any(|metric| matches!(metric.kind, MetricKind::Histogram { native: true, .. }));
    let config = Config {
        global: Global {
            scrape_interval: stack.scrape_interval,
            evaluation_interval: stack.evaluation_interval,
            scrape_native_histograms: native.then_some(true),
        },
        rule_files: if rule_file::has_rules(project.groups(), Engine::Prometheus) {
            vec!["../../alerts/prometheus/*.yml".to_owned()]
        } else {
            vec![]
        },
        alerting: Alerting {
            alertmanagers: vec![AlertmanagerConfig {
                static_configs: vec![StaticConfig {
                    targets: vec![environment.api(Component::Alertmanager)],
                    labels: BTreeMap::new(),
                }],
            }],
        },
        storage: Storage {
            tsdb: Tsdb {
                out_of_order_time_window: mins(10),
            },
        },
        scrape_configs: scrape_configs(stack, environment),
    };
    vec![Artifact::new(PATH, yaml::document(&config))]
}

/// One entry for each job name: Prometheus takes no two of the same, so hosts that are scraped alike share it.
fn scrape_configs(stack: &Stack, environment: Environment) -> Vec<ScrapeConfig> {
    let mut configs: Vec<ScrapeConfig> = Vec::new();
    for job in &stack.scrape_jobs {
        let entry = ScrapeConfig {
            job_name: job.job.clone(),
            scrape_interval: job.interval,
            metrics_path: (job.path != "/metrics").then(|| job.path.clone()),
            static_configs: vec![],
            dns_sd_configs: vec![],
            relabel_configs: vec![],
        };
        let same = configs.iter().position(|config| {
            config.job_name == entry.job_name
                && config.scrape_interval == entry.scrape_interval
                && config.metrics_path == entry.metrics_path
        });
        let at = same.unwrap_or_else(|| {
            configs.push(entry);
            configs.len() - 1
        });
        add_targets(
            &mut configs[at],
            job,
            has_copies(stack, job, environment),
            environment,
        );
    }
    configs
}

/// Whether one name leads to several containers: a connection to it would reach now one, now another.
fn has_copies(stack: &Stack, job: &ScrapeJob, environment: Environment) -> bool {
    let host = |workload: &&Workload| workload.name.as_str() == job.host;
    environment == Environment::Compose
        && stack
            .workloads
            .iter()
            .find(host)
            .is_some_and(|workload| workload.replicas > 1)
}

fn add_targets(config: &mut ScrapeConfig, job: &ScrapeJob, copies: bool, environment: Environment) {
    if !copies {
        config.static_configs.push(StaticConfig {
            targets: vec![environment.address(&job.host, job.port)],
            labels: job.labels.clone(),
        });
        return;
    }
    config.dns_sd_configs.push(DnsConfig {
        names: vec![job.host.clone()],
        record: "A".to_owned(),
        port: job.port,
    });
    let labels = job.labels.iter().map(|(name, value)| Relabel {
        source_labels: vec!["__meta_dns_name".to_owned()],
        regex: job.host.clone(),
        target_label: name.clone(),
        replacement: value.replace('$', "$$"),
    });
    config.relabel_configs.extend(labels);
}

#[cfg(test)]
mod tests {
    use obsctl_model::prelude::*;
    use obsctl_model::{ScrapeJob, Slug};

    use super::*;

    fn config(stack: Stack, environment: Environment) -> Config {
        let artifacts = generate(&Project::link(stack), environment);
        let config = yaml::read(&artifacts[0].text).unwrap();
        assert_eq!(yaml::document(&config), artifacts[0].text);
        config
    }

    fn stack() -> Stack {
        let api = || Exposer::Service("api".to_owned());
        Stack::new(Slug::from_static("test"))
            .scrape_job(ScrapeJob::new("api", api(), "api", 8000))
            .scrape_job(ScrapeJob::new("api", api(), "api-2", 8000).label("zone", "b"))
            .scrape_job(
                ScrapeJob::new("worker", api(), "worker", 9000)
                    .path("/m")
                    .every(secs(30)),
            )
    }

    #[test]
    fn hosts_of_one_job_share_its_entry() {
        let config = config(stack(), Environment::Compose);
        let names: Vec<_> = config
            .scrape_configs
            .iter()
            .map(|c| c.job_name.as_str())
            .collect();
        assert_eq!(names, ["api", "worker"]);
        let targets: Vec<_> = config.scrape_configs[0]
            .static_configs
            .iter()
            .flat_map(|targets| &targets.targets)
            .collect();
        assert_eq!(targets, ["api:8000", "api-2:8000"]);
        assert_eq!(config.scrape_configs[1].metrics_path.as_deref(), Some("/m"));
        assert_eq!(config.scrape_configs[1].scrape_interval, Some(secs(30)));
        assert_eq!(config.rule_files, Vec::<String>::new());
    }

    #[test]
    fn copies_are_scraped_one_by_one() {
        let name = Slug::from_static("api-2");
        let api = Workload::new(name, "", obsctl_model::Image::ready("api:1")).replicas(3);
        let with_copies = || stack().workload(api.clone());
        let job = &config(with_copies(), Environment::Compose).scrape_configs[0];
        assert_eq!(job.static_configs[0].targets, ["api:8000"]);
        let looked_up = DnsConfig {
            names: vec!["api-2".to_owned()],
            record: "A".to_owned(),
            port: 8000,
        };
        assert_eq!(job.dns_sd_configs, [looked_up]);
        let label = &job.relabel_configs[0];
        assert_eq!(
            (label.target_label.as_str(), label.replacement.as_str()),
            ("zone", "b")
        );
        let job = &config(with_copies(), Environment::Host).scrape_configs[0];
        assert_eq!(job.static_configs.len(), 2);
        assert!(job.dns_sd_configs.is_empty());
    }

    #[test]
    fn on_one_machine_everything_is_loopback() {
        let config = config(stack(), Environment::Host);
        let alertmanagers = &config.alerting.alertmanagers[0].static_configs;
        let scraped = config
            .scrape_configs
            .iter()
            .flat_map(|job| &job.static_configs);
        for target in scraped
            .chain(alertmanagers)
            .flat_map(|targets| &targets.targets)
        {
            assert!(target.starts_with("127.0.0.1:"), "{target}");
        }
    }

    #[test]
    fn the_key_that_old_servers_refuse_is_there_only_when_it_is_needed() {
        assert_eq!(
            config(stack(), Environment::Compose)
                .global
                .scrape_native_histograms,
            None
        );
        mod native {
            use obsctl_model::prelude::*;
            metrics! {
                family "N", owner "x", exposed_by Exposer::Service("api".into());
                /// Time.
                pub native_histogram Time("time_seconds", Seconds) {}
            }
        }
        let config = config(
            stack().metric_family(native::family()),
            Environment::Compose,
        );
        assert_eq!(config.global.scrape_native_histograms, Some(true));
    }
}
