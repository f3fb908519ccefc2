//! Every server answers, and says its version.

use std::time::Duration;

use serde::de::IgnoredAny;

use crate::live::answer::Trouble;
use crate::live::client::Client;
use crate::live::prometheus::Answer;
use crate::live::{Demo, Peer, Run, THREADS, alerts, clock, grafana, loki, prometheus, tempo};
use crate::parallel;
use crate::verify::{Group, Outcome, Step};

/// One step for each server; those that are ready are noted in the run.
pub(crate) fn all(run: &mut Run<'_>) -> Vec<Step> {
    run.doing("are the servers ready");
    let clients: Vec<_> = run.clients.values().cloned().collect();
    let answers = parallel::map_in(THREADS, &clients, version);
    let mut steps = vec![];
    for (client, answer) in clients.iter().zip(answers) {
        let outcome = match answer {
            Ok(version) => {
                run.ready.insert(client.peer);
                Outcome::seen(match version {
                    Some(version) => format!("version {}", client.clean(&version)),
                    None => client.url().to_owned(),
                })
            }
            Err(trouble) => Outcome::failed(trouble.to_string(), fix(client.peer, &trouble)),
        };
        steps.push(Group::Ready.step(client.peer.word(), outcome));
    }
    steps
}

fn version(client: &Client) -> Answer<Option<String>> {
    match client.peer {
        Peer::Prometheus => ready(client, "/-/ready").and_then(|()| prometheus::version(client)),
        Peer::Alertmanager => ready(client, "/-/ready").and_then(|()| alerts::version(client)),
        Peer::Loki => ready(client, "/ready").and_then(|()| loki::version(client)),
        Peer::Tempo => ready(client, "/ready").and_then(|()| tempo::version(client)),
        Peer::Grafana => grafana::version(client),
        Peer::Demo => return Demo(client.clone()).scenarios().map(|_| None),
        Peer::AlertReceiver => return alerts::delivered(client).map(|_| None),
        Peer::Page => return client.get::<IgnoredAny>("", &[]).map(|_| None),
    }
    // Who builds an engine without saying its version has one that says none.
    .map(|version| Some(version).filter(|version| !version.is_empty()))
}

/// Asks a server's own word for it. Behind a gateway only its API is there.
fn ready(client: &Client, path: &str) -> Answer<()> {
    clock::until(SETTLING, Duration::from_secs(1), || {
        match client.text(path) {
            Ok(_) | Err(Trouble::Refused { status: 404, .. }) => (true, Ok(())),
            Err(trouble) => (!is_settling(&trouble), Err(trouble)),
        }
    })
}

/// Loki, and Tempo before 3.0, wait before they say that they are ready, and begin when they are first asked, one part after
/// the other: 15 s each, unless they are told otherwise.
const SETTLING: Duration = Duration::from_secs(40);

fn is_settling(trouble: &Trouble) -> bool {
    matches!(trouble, Trouble::Refused { status: 503, text, .. } if text.contains("after being ready"))
}

fn fix(peer: Peer, trouble: &Trouble) -> String {
    let word = peer.word();
    match trouble {
        Trouble::Unreachable { .. } | Trouble::Slow { .. } | Trouble::Late { .. } => {
            format!("start it, or say where it is: `--{word} URL`")
        }
        Trouble::Refused {
            status: 401 | 403, ..
        } => "give it what proves who is asking".to_owned(),
        Trouble::Refused { .. } | Trouble::Partial { .. } => {
            "look at its log: it is starting, or ill".to_owned()
        }
        Trouble::Malformed { .. } => format!("`--{word}` leads to something else: correct the URL"),
    }
}
