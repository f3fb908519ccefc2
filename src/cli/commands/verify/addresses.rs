//! Where things are: what the command line says, else the local stack.

use std::collections::BTreeMap;

use clap::Args;

use crate::cli::compose::{self, Values};
use crate::cli::{CommandError, Workspace, credentials};
use crate::live::{Address, Peer};
use crate::project::Project;

/// One option for each.
#[derive(Debug, Args)]
pub(super) struct Addresses {
    /// Where Prometheus is
    #[arg(long, value_name = "URL")]
    prometheus: Option<String>,
    /// Where Alertmanager is
    #[arg(long, value_name = "URL")]
    alertmanager: Option<String>,
    /// Where Loki is
    #[arg(long, value_name = "URL")]
    loki: Option<String>,
    /// Where Tempo is
    #[arg(long, value_name = "URL")]
    tempo: Option<String>,
    /// Where Grafana is: queries are asked through it
    #[arg(long, value_name = "URL")]
    grafana: Option<String>,
    /// Where alerts are delivered to
    #[arg(long, value_name = "URL")]
    alert_receiver: Option<String>,
    /// Where the demo's API is
    #[arg(long, value_name = "URL")]
    demo: Option<String>,
}

impl Addresses {
    /// The addresses, with credentials.
    pub(super) fn read(
        &self,
        project: &Project,
        workspace: &Workspace,
    ) -> Result<BTreeMap<Peer, Address>, CommandError> {
        let mut urls: BTreeMap<Peer, String> = Peer::ALL
            .into_iter()
            .filter_map(|peer| Some((peer, self.of(peer)?.clone())))
            .collect();
        if urls.is_empty() {
            urls = local(project, workspace)?;
        }
        urls.into_iter()
            .map(|(peer, url)| Ok((peer, credentials::address(peer, peer.word(), &url)?)))
            .collect()
    }

    fn of(&self, peer: Peer) -> Option<&String> {
        match peer {
            Peer::AlertReceiver => self.alert_receiver.as_ref(),
            Peer::Alertmanager => self.alertmanager.as_ref(),
            Peer::Demo => self.demo.as_ref(),
            Peer::Grafana => self.grafana.as_ref(),
            Peer::Loki => self.loki.as_ref(),
            Peer::Page => None,
            Peer::Prometheus => self.prometheus.as_ref(),
            Peer::Tempo => self.tempo.as_ref(),
        }
    }
}

/// What the local stack has, on the ports that compose publishes.
fn local(project: &Project, workspace: &Workspace) -> Result<BTreeMap<Peer, String>, CommandError> {
    let published = compose::addresses(project, &Values::read(workspace)?)?;
    let url = |peer: Peer| {
        let container = match peer {
            Peer::Demo => compose::DEMO,
            other => other.word(),
        };
        let found = published.iter().find(|one| one.container == container)?;
        Some((peer, found.url.clone()))
    };
    Ok(Peer::ALL.into_iter().filter_map(url).collect())
}
