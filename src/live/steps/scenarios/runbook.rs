//! The page that an alert leads to.

use crate::generate::{Component, Environment};
use crate::live::client::Client;
use crate::live::{Address, Peer, Run, grafana};
use crate::verify::Outcome;

/// Whether the page that an alert leads to is there.
pub(super) fn runbook(run: &Run<'_>, url: &str) -> Outcome {
    let Some(client) = run.ready(Peer::Grafana) else {
        return Outcome::seen(format!(
            "{url} (not opened: `--grafana` is not given, or not ready)"
        ));
    };
    // Rules know Grafana by its address in the browser of whoever runs the stack.
    let local = Environment::Compose.browser_url(Component::Grafana);
    let path = [client.url(), &local]
        .into_iter()
        .find_map(|base| url.strip_prefix(base));
    let fix = "deploy the generated dashboards: a runbook is one of them";
    if let Some(path) = path {
        let rest = path.strip_prefix("/d/").unwrap_or_default();
        let uid = rest.split(['?', '/']).next().unwrap_or_default();
        // Grafana shows a page for every address: whether the dashboard is there, only its API says.
        return match client
            .text(path)
            .and_then(|_| grafana::dashboard(client, uid))
        {
            Ok(Some(_)) => Outcome::seen(url),
            Ok(None) => Outcome::failed(format!("it leads to {url}, where no dashboard is"), fix),
            Err(trouble) => Outcome::failed(format!("it leads to {url}: {trouble}"), fix),
        };
    }
    let opened = Address::parse(url.split('?').next().unwrap_or_default())
        .map(|address| Client::new(Peer::Page, address, run.settings.request_limit))
        .map_err(|reason| format!("it leads to `{url}`: {reason}"))
        .and_then(|client| {
            client
                .text("")
                .map_err(|trouble| format!("it leads to {url}: {trouble}"))
        });
    match opened {
        Ok(_) => Outcome::seen(url),
        Err(reason) => Outcome::failed(
            client.clean(&reason),
            "correct the link, or put a page there",
        ),
    }
}
