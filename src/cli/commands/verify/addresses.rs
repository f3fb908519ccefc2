//! Where things are: what the command line says, else the local stack; and what proves who is asking.
#![expect(
    clippy::disallowed_methods,
    reason = "credentials come from the environment"
)]

use std::collections::BTreeMap;
use std::env;

use clap::Args;

use crate::cli::{CommandError, Workspace};
use crate::generate::Component;
use crate::live::{Address, Peer};

/// Where compose reads what a person set.
const DOTENV: &str = "compose/.env";

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
        workspace: &Workspace,
    ) -> Result<BTreeMap<Peer, Address>, CommandError> {
        let mut urls: BTreeMap<Peer, String> = Peer::ALL
            .into_iter()
            .filter_map(|peer| Some((peer, self.of(peer)?.clone())))
            .collect();
        if urls.is_empty() {
            let dotenv = workspace.read(DOTENV)?.unwrap_or_default();
            urls = Peer::ALL.map(|peer| (peer, local(peer, &dotenv))).into();
        }
        urls.into_iter()
            .map(|(peer, url)| {
                let address = Address::parse(&url).map_err(|reason| CommandError::Address {
                    flag: peer.word(),
                    reason,
                })?;
                Ok((peer, proven(address, peer)))
            })
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

/// The address in the local stack, on the port that compose publishes.
fn local(peer: Peer, dotenv: &str) -> String {
    let (variable, port) = match peer {
        Peer::AlertReceiver => ("ALERT_RECEIVER_PORT", 8080),
        Peer::Alertmanager => ("ALERTMANAGER_PORT", Component::Alertmanager.port()),
        Peer::Demo | Peer::Page => ("API_PORT", 8000),
        Peer::Grafana => ("GRAFANA_PORT", Component::Grafana.port()),
        Peer::Loki => ("LOKI_PORT", Component::Loki.port()),
        Peer::Prometheus => ("PROMETHEUS_PORT", Component::Prometheus.port()),
        Peer::Tempo => ("TEMPO_PORT", Component::Tempo.port()),
    };
    let set = variable_of(variable).or_else(|| in_file(dotenv, variable));
    let port = set.unwrap_or_else(|| port.to_string());
    format!("http://localhost:{port}")
}

/// A variable of the environment, which counts before the file.
fn variable_of(name: &str) -> Option<String> {
    env::var(name).ok().filter(|value| !value.is_empty())
}

/// A variable of a file of variables.
fn in_file(dotenv: &str, name: &str) -> Option<String> {
    let lines = dotenv
        .lines()
        .filter(|line| !line.trim_start().starts_with('#'));
    let mut pairs = lines.filter_map(|line| line.split_once('='));
    let (_, value) = pairs.rfind(|(key, _)| key.trim().trim_start_matches("export ") == name)?;
    let value = value.split(" #").next()?.trim().trim_matches(['"', '\'']);
    (!value.is_empty()).then(|| value.to_owned())
}

/// With what proves who is asking.
fn proven(mut address: Address, peer: Peer) -> Address {
    let variable = |suffix: &str| variable_of(&format!("{}_{suffix}", peer.variable()));
    if let Some(token) = variable("TOKEN") {
        address = address.bearer(&token);
    } else if let Some(user) = variable("USER") {
        address = address.basic(&user, &variable("PASSWORD").unwrap_or_default());
    }
    match variable("TENANT") {
        Some(tenant) => address.tenant(&tenant),
        None => address,
    }
}

#[cfg(test)]
mod tests {
    use super::in_file;

    #[test]
    fn variables_are_read_as_compose_reads_them() {
        let file = "# LOKI_PORT=1\nLOKI_PORT=3101\nexport TEMPO_PORT='3201' # moved\nGRAFANA_PORT=\nLOKI_PORT=3102\n";
        assert_eq!(in_file(file, "LOKI_PORT").as_deref(), Some("3102"));
        assert_eq!(in_file(file, "TEMPO_PORT").as_deref(), Some("3201"));
        assert_eq!(in_file(file, "GRAFANA_PORT"), None);
        assert_eq!(in_file(file, "API_PORT"), None);
    }
}
