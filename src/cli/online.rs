//! Running engines that `check` asks: arguments, and what is made of the answers.

use std::collections::BTreeSet;
use std::time::Duration;

use clap::Args;
use obsctl_model::{Rule, RuleGroup};

use super::estate::Gathered;
use super::{CommandError, Obstacle, Terminal, credentials, progress};
use crate::live::{self, Address, Asking, Peer, Progress};
use crate::online::{Inventory, Judged, catalog, cost, history, links, logs, series, traces};
use crate::project::Project;

/// Engines that are asked
#[derive(Debug, Args)]
#[command(next_help_heading = "Running engines")]
pub(super) struct Online {
    /// Where Prometheus is, or what answers like it (Mimir, Thanos, VictoriaMetrics): its metrics are the catalog, and
    /// series that queries need have to be there
    #[arg(long, value_name = "URL")]
    prometheus: Option<String>,
    /// Where Loki is: streams that queries name have to be there
    #[arg(long, value_name = "URL")]
    loki: Option<String>,
    /// Where Tempo is: attributes that queries name have to be there
    #[arg(long, value_name = "URL")]
    tempo: Option<String>,
    /// Say how often each alert would have fired
    #[arg(long, requires = "prometheus")]
    history: bool,
    /// Say which queries touch too much
    #[arg(long, requires = "prometheus")]
    cost: bool,
    /// Follow the links in annotations of alerts
    #[arg(long)]
    links: bool,
    /// How far back series, alerts and streams are looked for
    #[arg(long, value_name = "DURATION", default_value = "1w", value_parser = look_back)]
    look_back: obsctl_model::Duration,
    /// How long all questions together may take
    #[arg(long, value_name = "DURATION", default_value = "2m", value_parser = duration)]
    timeout: Duration,
    /// How long one question may take
    #[arg(long, value_name = "DURATION", default_value = "20s", value_parser = duration)]
    request_timeout: Duration,
    /// How often an alert may fire within the look-back
    #[arg(long, value_name = "COUNT", default_value_t = 50)]
    max_firings: usize,
    /// How many samples a query may touch
    #[arg(long, value_name = "COUNT", default_value_t = 5_000_000)]
    max_samples: u64,
    /// How many series a query may touch, where the engine does not count samples
    #[arg(long, value_name = "COUNT", default_value_t = 50_000)]
    max_series: u64,
}

pub(super) fn duration(text: &str) -> Result<Duration, String> {
    Ok(Duration::from_millis(look_back(text)?.as_millis()))
}

fn look_back(text: &str) -> Result<obsctl_model::Duration, String> {
    let time = obsctl_model::Duration::parse(text).map_err(|error| error.to_string())?;
    match time.is_zero() {
        true => Err("no time at all".to_owned()),
        false => Ok(time),
    }
}

impl Online {
    /// Whether anything is to be asked.
    pub(super) fn is_given(&self) -> bool {
        self.prometheus.is_some() || self.loki.is_some() || self.tempo.is_some() || self.links
    }

    /// Links what was gathered and asks about it.
    pub(super) fn ask(
        &self,
        gathered: Gathered,
        terminal: &mut Terminal<'_>,
    ) -> Result<(Project, Judged), CommandError> {
        let address = |peer: Peer, url: &Option<String>| {
            let url = url.as_ref();
            url.map(|url| credentials::address(peer, peer.word(), url))
                .transpose()
        };
        let engines = Engines {
            prometheus: address(Peer::Prometheus, &self.prometheus)?,
            loki: address(Peer::Loki, &self.loki)?,
            tempo: address(Peer::Tempo, &self.tempo)?,
        };
        let asking = Asking::within(self.timeout, self.request_timeout, self.look_back);
        progress::during(terminal, |tell| {
            let doing = |what: String| tell(Progress::Doing(what));
            self.work(&engines, gathered, asking, &doing, tell)
        })?
    }

    fn work(
        &self,
        engines: &Engines,
        mut gathered: Gathered,
        asking: Asking,
        doing: &dyn Fn(String),
        tell: live::Tell<'_>,
    ) -> Result<(Project, Judged), CommandError> {
        let mut judged = Judged::default();
        let project = match &engines.prometheus {
            None => gathered.link(),
            Some(address) => {
                let engine = live::Prometheus::new(address, asking);
                let inventory = inventory(&gathered, address, &engine, doing)?;
                if let Some(why) = &inventory.without_metadata {
                    let text = format!("the types of metrics are not known: {why}");
                    tell(Progress::Said(text));
                }
                if gathered.asks_of_external_labels() {
                    match engine.external_labels() {
                        Ok(labels) => gathered.know_external_labels(labels),
                        Err(why) => *judged.unanswered.entry(why).or_default() += 1,
                    }
                }
                let compare = gathered.declares;
                gathered.know(&inventory, asking_of(address));
                for why in inventory.opaque.values() {
                    *judged.unanswered.entry(why.clone()).or_default() += 1;
                }
                let project = gathered.link();
                judged.append(series::judge(&project, &engine, doing));
                if compare {
                    judged.append(catalog::judge(&project, &inventory, &engine, doing));
                }
                if self.history {
                    judged.append(history::judge(&project, &engine, self.max_firings, doing));
                }
                if self.cost {
                    let limits = cost::Limits {
                        samples: self.max_samples,
                        series: self.max_series,
                    };
                    judged.append(cost::judge(&project, &engine, limits, doing));
                }
                project
            }
        };
        if let Some(address) = &engines.loki {
            judged.append(logs::judge(
                &project,
                &live::Loki::new(address, asking),
                doing,
            ));
        }
        if let Some(address) = &engines.tempo {
            doing("attributes of spans".to_owned());
            judged.append(traces::judge(&project, live::tags(address, asking)));
        }
        if self.links {
            let status = |url: &str| live::status(url, asking);
            judged.append(links::judge(&project, &status, doing));
        }
        let findings = std::mem::take(&mut judged.findings);
        let all = project.unread().iter().cloned().chain(findings).collect();
        Ok((project.with_unread(all), judged))
    }
}

struct Engines {
    prometheus: Option<Address>,
    loki: Option<Address>,
    tempo: Option<Address>,
}

fn asking_of(address: &Address) -> String {
    address.shown().to_owned()
}

/// Everything that Prometheus has, with the labels of what is used and declared.
fn inventory(
    gathered: &Gathered,
    address: &Address,
    engine: &live::Prometheus,
    doing: &dyn Fn(String),
) -> Result<Inventory, CommandError> {
    let project = gathered.clone().link();
    let used = project.usages().into_iter();
    let mut wanted: BTreeSet<String> = used.flat_map(|usage| usage.metrics.into_keys()).collect();
    if gathered.declares {
        wanted.extend(catalog::wanted(&project));
    }
    let inventory = Inventory::take(engine, &wanted, doing).map_err(|why| {
        Obstacle::new(
            why,
            "`--prometheus` is the address below which `/api/v1/query` answers; what stands behind it has to answer too",
        )
    })?;
    some(inventory, address, "`--look-back`")
}

/// An inventory that is not empty. `time` is what says how far back was looked.
pub(super) fn some(
    inventory: Inventory,
    address: &Address,
    time: &str,
) -> Result<Inventory, CommandError> {
    if !inventory.names.is_empty() {
        return Ok(inventory);
    }
    let url = address.shown();
    Err(Obstacle::new(
        format!("Prometheus at {url} has no series at all"),
        format!("look at the address, {time}, and the tenant: `PROMETHEUS_TENANT`"),
    )
    .into())
}

/// The series that rules record.
pub(super) fn recorded(groups: &[RuleGroup]) -> BTreeSet<String> {
    let rules = groups.iter().flat_map(|group| &group.rules);
    let recorded = rules.filter_map(|rule| match rule {
        Rule::Record(rule) => Some(rule.record.to_string()),
        Rule::Alert(_) => None,
    });
    recorded.collect()
}
