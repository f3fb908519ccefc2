//! What the containers of the stack do.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

/// A container, as `docker compose ps --format json` tells of it.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(in crate::cli) struct Container {
    /// The name in the compose file.
    pub(in crate::cli) service: String,
    state: String,
    #[serde(default)]
    health: String,
    #[serde(default)]
    exit_code: i32,
    #[serde(default)]
    publishers: Option<Vec<Publisher>>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Publisher {
    published_port: u16,
}

/// How a container, or the worst of several copies, does; better ones first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub(in crate::cli) enum Health {
    /// Its check passes, or it runs and has none.
    Healthy,
    /// Its check has not passed yet.
    Starting,
    /// It ended and is started again.
    Restarting,
    /// It is there and does not run yet, or is stopped by hand.
    Stopped,
    /// There is no such container.
    Missing,
    /// Its check fails.
    Unhealthy,
    /// It ended.
    Exited(i32),
}

impl fmt::Display for Health {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Healthy => f.write_str("healthy"),
            Self::Starting => f.write_str("starting"),
            Self::Restarting => f.write_str("restarting"),
            Self::Stopped => f.write_str("stopped"),
            Self::Missing => f.write_str("missing"),
            Self::Unhealthy => f.write_str("unhealthy"),
            Self::Exited(code) => write!(f, "exited ({code})"),
        }
    }
}

impl Health {
    /// Whether waiting longer is of no use.
    pub(in crate::cli) fn is_final(self) -> bool {
        matches!(self, Self::Unhealthy | Self::Exited(_))
    }
}

impl Container {
    fn health(&self) -> Health {
        match (self.state.as_str(), self.health.as_str()) {
            ("running", "" | "none" | "healthy") => Health::Healthy,
            ("running", "unhealthy") => Health::Unhealthy,
            ("running", _) => Health::Starting,
            ("restarting", _) => Health::Restarting,
            ("exited" | "dead", _) => Health::Exited(self.exit_code),
            _ => Health::Stopped,
        }
    }

    /// The ports of the machine that lead to it.
    pub(in crate::cli) fn ports(&self) -> impl Iterator<Item = u16> {
        let publishers = self.publishers.iter().flatten();
        publishers
            .map(|one| one.published_port)
            .filter(|port| *port > 0)
    }
}

/// Reads what Compose answers: one object on each line, or, before 2.21, one list.
pub(super) fn parse(text: &str) -> Result<Vec<Container>, serde_json::Error> {
    if text.trim_start().starts_with('[') {
        return serde_json::from_str(text);
    }
    serde_json::Deserializer::from_str(text)
        .into_iter()
        .collect()
}

/// How each container that should be there does, by name.
pub(in crate::cli) fn states<'a>(
    expected: &'a BTreeMap<String, u32>,
    containers: &[Container],
) -> BTreeMap<&'a str, Health> {
    let state = |(name, copies): (&'a String, &u32)| {
        let of_it = containers.iter().filter(|one| one.service == *name);
        let present = u32::try_from(of_it.clone().count()).unwrap_or(u32::MAX);
        let missing = (present < *copies).then_some(Health::Missing);
        let worst = of_it.map(Container::health).chain(missing).max();
        (name.as_str(), worst.unwrap_or(Health::Healthy))
    };
    expected.iter().map(state).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINES: &str = r#"
{"Service":"a","State":"running","Health":"healthy","ExitCode":0,"Publishers":[{"URL":"127.0.0.1","TargetPort":80,"PublishedPort":8000,"Protocol":"tcp"},{"URL":"","TargetPort":81,"PublishedPort":0}]}
{"Service":"b","State":"running","Health":"","ExitCode":0,"Publishers":null,"Name":"x-b-1"}
{"Service":"b","State":"exited","Health":"","ExitCode":137,"Publishers":[]}
"#;

    #[test]
    fn both_forms_are_read() {
        let list = format!("[{}]", LINES.trim().replace('\n', ","));
        for text in [LINES, &list] {
            let containers = parse(text).unwrap();
            assert_eq!(containers.len(), 3);
            assert_eq!(containers[0].ports().collect::<Vec<_>>(), [8000]);
        }
        assert!(parse("").unwrap().is_empty());
        assert!(parse("no container").is_err());
    }

    #[test]
    fn the_worst_copy_counts_and_none_is_forgotten() {
        let expected = [("a", 1), ("b", 2), ("c", 1), ("d", 0)];
        let expected = expected
            .map(|(name, copies)| (name.to_owned(), copies))
            .into();
        let states = states(&expected, &parse(LINES).unwrap());
        assert_eq!(states["a"], Health::Healthy);
        assert_eq!(states["b"], Health::Exited(137));
        assert_eq!(states["c"], Health::Missing);
        assert_eq!(states["d"], Health::Healthy);
    }

    #[test]
    fn every_state_of_docker_has_a_meaning() {
        for (state, health, expected) in [
            ("running", "starting", Health::Starting),
            ("running", "unhealthy", Health::Unhealthy),
            ("running", "", Health::Healthy),
            ("created", "", Health::Stopped),
            ("paused", "", Health::Stopped),
            ("restarting", "starting", Health::Restarting),
            ("dead", "", Health::Exited(0)),
        ] {
            let text = format!(r#"{{"Service":"a","State":"{state}","Health":"{health}"}}"#);
            assert_eq!(
                parse(&text).unwrap()[0].health(),
                expected,
                "{state} {health}"
            );
        }
    }
}
