//! Alertmanager: whether it runs the project's route tree.

use std::collections::BTreeSet;

use obsctl_model::Duration;
use serde_json::Value;

use super::Outcome;
use crate::generate::targets::alertmanager_config::ALERTMANAGER_CONFIG;
use crate::generate::{Environment, yaml};
use crate::project::Project;

const FIX: &str =
    "deploy the generated provisioning/alertmanager/alertmanager.yml and reload Alertmanager";

/// Judges the configuration that Alertmanager says it runs, as YAML.
#[must_use]
pub fn judge(project: &Project, running: &str) -> Outcome {
    let running: Value = match yaml::read(running) {
        Ok(config) => config,
        Err(error) => return Outcome::not_run(format!("its configuration is no YAML: {error}")),
    };
    let files = (ALERTMANAGER_CONFIG.generate)(project, Environment::Compose);
    let described = files.first().and_then(|file| yaml::read(&file.text).ok());
    let described: Value = described.unwrap_or_default();
    let here = receivers(&running);
    let lacking: Vec<_> = receivers(&described)
        .into_iter()
        .filter(|name| !here.contains(name))
        .map(|name| format!("`{name}`"))
        .collect();
    if !lacking.is_empty() {
        let reason = format!("it has no receiver {}", lacking.join(", "));
        return Outcome::failed(reason, FIX);
    }
    let (mut have, mut want) = (vec![], vec![]);
    routes(&running["route"], 0, &mut have);
    routes(&described["route"], 0, &mut want);
    for index in 0..have.len().max(want.len()) {
        let (have, want) = (have.get(index), want.get(index));
        if have != want {
            let or = |route: Option<&String>| {
                route.map_or("no further route".to_owned(), |route| format!("`{route}`"))
            };
            let reason = format!(
                "its route {} is {}, and {} is described",
                index + 1,
                or(have),
                or(want)
            );
            return Outcome::failed(reason, FIX);
        }
    }
    Outcome::seen(format!("{} routes", want.len()))
}

fn receivers(config: &Value) -> BTreeSet<String> {
    let receivers = config["receivers"].as_array().into_iter().flatten();
    receivers
        .filter_map(|receiver| receiver["name"].as_str())
        .map(str::to_owned)
        .collect()
}

/// Each route of the tree on one line, as it reads whoever wrote it down.
fn routes(route: &Value, depth: usize, lines: &mut Vec<String>) {
    let list = |key: &str| -> Vec<String> {
        let items = route[key].as_array().into_iter().flatten();
        items
            .filter_map(Value::as_str)
            .map(|item| item.split_whitespace().collect())
            .collect()
    };
    let mut line = format!(
        "{}{}",
        "> ".repeat(depth),
        route["receiver"].as_str().unwrap_or_default()
    );
    let mut add = |word: &str, text: String| {
        if !text.is_empty() {
            line.push_str(&format!(" {word} {text}"));
        }
    };
    add("for", sorted(list("matchers")).join(" "));
    add("by", sorted(list("group_by")).join(","));
    for (key, word) in [
        ("group_wait", "after"),
        ("group_interval", "every"),
        ("repeat_interval", "again after"),
    ] {
        if let Some(text) = route[key].as_str() {
            // `300s` and `5m` are the same.
            let time = Duration::parse(text).map(|time| time.to_string());
            add(word, time.unwrap_or_else(|_| text.to_owned()));
        }
    }
    add("silent in", list("mute_time_intervals").join(","));
    if route["continue"].as_bool() == Some(true) {
        line.push_str(" and on");
    }
    lines.push(line);
    for child in route["routes"].as_array().into_iter().flatten() {
        routes(child, depth + 1, lines);
    }
}

fn sorted(mut items: Vec<String>) -> Vec<String> {
    items.sort();
    items
}

#[cfg(test)]
mod tests {
    use obsctl_model::prelude::*;
    use obsctl_model::{LabelMatch, Receiver, Route, Routing, Slug};

    use super::*;

    fn project() -> Project {
        let root = Route::to("inbox")
            .group_by(["team", "alertname"])
            .timing(secs(30), mins(5), hours(4))
            .child(
                Route::to("pager")
                    .when(LabelMatch::is("severity", "critical"))
                    .and_on(),
            );
        Project::link(Stack::new(Slug::from_static("test")).routing(Routing {
            root,
            receivers: vec![Receiver::new("inbox"), Receiver::new("pager")],
            inhibitions: vec![],
            mute_times: vec![],
        }))
    }

    /// As Alertmanager prints it: with its defaults, in its own order.
    const RUNNING: &str = r#"
global: { resolve_timeout: 5m, slack_api_url: <secret> }
route:
  receiver: inbox
  group_by: [alertname, team]
  continue: false
  group_wait: 30s
  group_interval: 300s
  repeat_interval: 4h
  routes:
  - receiver: pager
    matchers: ['severity = "critical"']
    continue: true
receivers: [{ name: inbox }, { name: pager }, { name: more }]
templates: []
"#;

    #[test]
    fn the_same_tree_passes_in_alertmanagers_own_words() {
        assert_eq!(judge(&project(), RUNNING), Outcome::seen("2 routes"));
    }

    #[test]
    fn another_tree_is_shown_beside_ours() {
        let reason = |running: &str| match judge(&project(), running) {
            Outcome::Failed { reason, .. } | Outcome::NotRun { reason } => reason,
            other => panic!("{other:?}"),
        };
        assert_eq!(
            reason(&RUNNING.replace("critical", "warning")),
            "its route 2 is `> pager for severity=\"warning\" and on`, \
             and `> pager for severity=\"critical\" and on` is described"
        );
        assert_eq!(
            reason(&RUNNING.replace("group_wait: 30s", "group_wait: 10s")),
            "its route 1 is `inbox by alertname,team after 10s every 5m again after 4h`, \
             and `inbox by alertname,team after 30s every 5m again after 4h` is described"
        );
        assert_eq!(
            reason(&RUNNING.replace("{ name: pager }, ", "")),
            "it has no receiver `pager`"
        );
        assert_eq!(reason("<html>"), "it has no receiver `inbox`, `pager`");
        assert!(reason("a: [").starts_with("its configuration is no YAML"));
    }
}
