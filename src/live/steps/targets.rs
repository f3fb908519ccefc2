//! Every target is up.

use std::time::Duration;

use crate::live::{Job, Peer, Run, clock, prometheus, unasked};
use crate::verify::{Group, Step, targets};

pub(crate) fn jobs<'a>(run: &'a Run<'a>) -> Vec<Job<'a>> {
    vec![Box::new(move || all(run))]
}

fn all(run: &Run<'_>) -> Vec<Step> {
    if run.project.stack().scrape_jobs.is_empty() {
        return vec![];
    }
    let client = match run.client(Peer::Prometheus) {
        None => return vec![],
        Some(Err(outcome)) => return vec![Group::Targets.step(Peer::Prometheus.word(), outcome)],
        Some(Ok(client)) => client,
    };
    // Prometheus spreads the first scrapes over the interval.
    let patience = Duration::from_millis(run.project.stack().scrape_interval.as_millis());
    let found = clock::until(
        patience + Duration::from_secs(5),
        Duration::from_secs(1),
        || {
            let found = prometheus::targets(client);
            let known = found.as_ref().ok().and_then(Option::as_deref);
            (!known.is_some_and(targets::pending), found)
        },
    );
    match found {
        Ok(found) if found.as_ref().is_none_or(Vec::is_empty) && run.only_stores(client) => {
            vec![Group::Targets.step(Peer::Prometheus.word(), targets::only_stores())]
        }
        Ok(None) => {
            vec![Group::Targets.step(Peer::Prometheus.word(), targets::scraped_by_others())]
        }
        Ok(Some(found)) => targets::judge(run.project, &found),
        Err(trouble) => vec![Group::Targets.step(Peer::Prometheus.word(), unasked(&trouble))],
    }
}
