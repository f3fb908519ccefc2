//! Grafana reaches the engines, and has the dashboards.

use obsctl_model::dashboard::{Dashboard, DatasourceKind};
use serde_json::Value;

use crate::live::client::Client;
use crate::live::{Job, Peer, Run, grafana, unasked};
use crate::verify::{Group, Outcome, dashboards};

/// One step for each datasource that is provisioned.
pub(crate) fn datasources<'a>(run: &'a Run<'a>) -> Vec<Job<'a>> {
    let client = match client(run, Group::Datasources) {
        Ok(client) => client,
        Err(jobs) => return jobs,
    };
    let kinds = [
        DatasourceKind::Prometheus,
        DatasourceKind::Loki,
        DatasourceKind::Tempo,
        DatasourceKind::Alertmanager,
    ];
    kinds
        .into_iter()
        .map(|kind| {
            Box::new(move || {
                let outcome = datasource(client, kind.plugin());
                vec![Group::Datasources.step(kind.plugin(), outcome)]
            }) as Job<'a>
        })
        .collect()
}

fn datasource(client: &Client, uid: &str) -> Outcome {
    match grafana::datasource(client, uid) {
        Ok(Ok(())) => Outcome::passed(),
        Ok(Err(message)) => Outcome::failed(
            format!("Grafana cannot reach it: {message}"),
            "start the engine, or correct its URL in the datasource",
        ),
        Err(trouble) if trouble.is_refusal() => Outcome::failed(
            trouble.to_string(),
            "deploy the generated datasources and restart Grafana",
        ),
        Err(trouble) => unasked(&trouble),
    }
}

/// One step for each dashboard.
pub(crate) fn jobs<'a>(run: &'a Run<'a>) -> Vec<Job<'a>> {
    let client = match client(run, Group::Dashboards) {
        Ok(client) => client,
        Err(jobs) => return jobs,
    };
    let dashboards = run.project.dashboards().iter();
    dashboards
        .map(|dashboard| {
            Box::new(move || {
                let outcome = judge(run, client, dashboard);
                vec![Group::Dashboards.step(&dashboard.uid, outcome)]
            }) as Job<'a>
        })
        .collect()
}

fn judge(run: &Run<'_>, client: &Client, dashboard: &Dashboard) -> Outcome {
    let generated = dashboard.to_json(&|query| run.project.unit_of(query));
    let generated: Value = serde_json::from_str(&generated).unwrap_or_default();
    match grafana::dashboard(client, dashboard.uid.as_str()) {
        Ok(Some(running)) => dashboards::judge(&generated, &running),
        Ok(None) => Outcome::failed(
            "Grafana has no dashboard of that uid",
            "deploy the generated dashboards and their providers; Grafana's log says which it refused",
        ),
        Err(trouble) => unasked(&trouble),
    }
}

/// Grafana; or what there is to do where it is not asked or not ready.
fn client<'a>(run: &'a Run<'a>, group: Group) -> Result<&'a Client, Vec<Job<'a>>> {
    match run.client(Peer::Grafana) {
        None => Err(vec![]),
        Some(Err(outcome)) => {
            let step = group.step(Peer::Grafana.word(), outcome);
            Err(vec![Box::new(move || vec![step.clone()])])
        }
        Some(Ok(client)) => Ok(client),
    }
}
