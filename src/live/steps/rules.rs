//! Every rule is loaded and healthy.

use std::time::Duration;

use obsctl_model::Engine;

use crate::generate::rule_file;
use crate::live::{Job, Peer, Run, clock, loki, prometheus, unasked};
use crate::verify::{Group, Step, rules, targets};

pub(crate) fn jobs<'a>(run: &'a Run<'a>) -> Vec<Job<'a>> {
    [Engine::Prometheus, Engine::Loki]
        .into_iter()
        .filter(|engine| rule_file::has_rules(run.project.groups(), *engine))
        .map(|engine| Box::new(move || of(run, engine)) as Job<'a>)
        .collect()
}

fn of(run: &Run<'_>, engine: Engine) -> Vec<Step> {
    let (peer, prefix) = match engine {
        Engine::Prometheus => (Peer::Prometheus, ""),
        Engine::Loki => (Peer::Loki, loki::RULER),
    };
    let client = match run.client(peer) {
        None => return vec![],
        Some(Err(outcome)) => return vec![Group::Rules.step(peer.word(), outcome)],
        Some(Ok(client)) => client,
    };
    // An engine that just started evaluates every group once in its interval.
    let patience = Duration::from_millis(rules::longest_interval(run.project).as_millis());
    let patience = patience.min(Duration::from_mins(2)) + Duration::from_secs(5);
    let loaded = clock::until(patience, Duration::from_secs(1), || {
        let loaded = prometheus::rules(client, prefix);
        let pending = loaded.as_ref().is_ok_and(|loaded| rules::pending(loaded));
        (!pending, loaded)
    });
    match loaded {
        Ok(loaded) if loaded.is_empty() && peer == Peer::Prometheus && run.only_stores(client) => {
            vec![Group::Rules.step(peer.word(), targets::only_stores())]
        }
        Ok(loaded) => rules::judge(run.project, engine, &loaded),
        Err(trouble) => vec![Group::Rules.step(peer.word(), unasked(&trouble))],
    }
}
