//! Alertmanager's configuration: who is told of an alert, and when.

use obsctl_model::{Duration, Inhibition, LabelMatch, LabelMatchOp, Origin, Route};
use serde_json::Value;

use super::Reader;
use super::node::Node;

/// Alertmanager's configuration.
#[derive(Clone, Debug)]
pub struct Alertmanager {
    /// The route tree.
    pub root: Route,
    /// The inhibitions.
    pub inhibitions: Vec<Inhibition>,
    /// The receivers, and what all of them have in common as `global`.
    pub receivers: Vec<Settings>,
    /// The times in which routes are silent.
    pub mute_times: Vec<Settings>,
}

impl Alertmanager {
    /// The receivers without what they have in common.
    pub fn named_receivers(&self) -> impl Iterator<Item = &Settings> {
        let all = self.receivers.iter();
        all.filter(|one| one.settings.get("name").is_some())
    }
}

/// What has a name, and settings that are Alertmanager's to judge. They may hold secrets.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Its name.
    pub name: String,
    /// All of it.
    pub settings: Value,
    /// Where it stands.
    pub origin: Origin,
}

/// Whether a map is Alertmanager's configuration.
pub(super) fn is_config(node: &Node<'_>) -> bool {
    node.path(&["route", "receiver"]).is_some() && node.get("receivers").is_some()
}

/// Reads it.
pub(super) fn config(reader: &mut Reader<'_>, node: &Node<'_>) {
    let Some(root) = node.get("route") else {
        return;
    };
    let root = route(reader, root, "");
    let inhibitions = items(node, "inhibit_rules").iter().map(|one| Inhibition {
        source: matchers(
            reader,
            one,
            ["source_matchers", "source_match", "source_match_re"],
        ),
        target: matchers(
            reader,
            one,
            ["target_matchers", "target_match", "target_match_re"],
        ),
        equal: texts(one, "equal"),
        origin: reader.source.origin(one.at),
    });
    let inhibitions = inhibitions.collect();
    let settings = |name: &str, one: &Node<'_>| Settings {
        name: name.to_owned(),
        settings: one.json(),
        origin: reader.source.origin(one.at),
    };
    let named = |key| {
        items(node, key)
            .iter()
            .map(|one| settings(one.text(&["name"]), one))
    };
    let global = node.get("global").map(|one| settings("global", one));
    let alertmanager = Alertmanager {
        root,
        inhibitions,
        receivers: named("receivers").chain(global).collect(),
        // The second key is that before Alertmanager 0.24.
        mute_times: named("time_intervals")
            .chain(named("mute_time_intervals"))
            .collect(),
    };
    reader.found.alertmanagers.push(alertmanager);
}

fn items<'n, 'a>(node: &'n Node<'a>, key: &str) -> &'n [Node<'a>] {
    node.get(key).map_or(&[], Node::items)
}

fn texts(node: &Node<'_>, key: &str) -> Vec<String> {
    let texts = items(node, key).iter().filter_map(Node::as_text);
    texts.map(str::to_owned).collect()
}

/// A route without a receiver has that of the route around it.
fn route(reader: &mut Reader<'_>, node: &Node<'_>, outer: &str) -> Route {
    let receiver = match node.text(&["receiver"]) {
        "" => outer,
        own => own,
    };
    let matchers = matchers(reader, node, ["matchers", "match", "match_re"]);
    let children = items(node, "routes").iter();
    let routes = children.map(|child| route(reader, child, receiver));
    let routes = routes.collect();
    Route {
        matchers,
        group_by: texts(node, "group_by"),
        group_wait: duration(reader, node, "group_wait"),
        group_interval: duration(reader, node, "group_interval"),
        repeat_interval: duration(reader, node, "repeat_interval"),
        continues: node.get("continue").and_then(Node::as_bool) == Some(true),
        muted: texts(node, "mute_time_intervals"),
        active: texts(node, "active_time_intervals"),
        routes,
        origin: reader.source.origin(node.at),
        ..Route::to(receiver)
    }
}

fn duration(reader: &mut Reader<'_>, node: &Node<'_>, key: &str) -> Option<Duration> {
    let node = node.get(key)?;
    match Duration::parse(node.as_text().unwrap_or_default()) {
        Ok(duration) => Some(duration),
        Err(error) => {
            reader.trouble(node.at, format!("`{key}`: {error}"));
            None
        }
    }
}

/// The matchers under these keys: as a list, and the two forms of before Alertmanager 0.22.
fn matchers(reader: &mut Reader<'_>, node: &Node<'_>, keys: [&str; 3]) -> Vec<LabelMatch> {
    let mut matchers = vec![];
    for one in items(node, keys[0]) {
        for text in parts(one.as_text().unwrap_or_default()) {
            match matcher(text) {
                Some(matcher) => matchers.push(matcher),
                None => reader.trouble(one.at, format!("`{text}` is no matcher")),
            }
        }
    }
    for (key, op) in [
        (keys[1], LabelMatchOp::Equal),
        (keys[2], LabelMatchOp::Regex),
    ] {
        for (label, value) in node.get(key).map_or(&[][..], Node::entries) {
            matchers.push(LabelMatch {
                label: label.text.to_string(),
                op,
                value: value.as_text().unwrap_or_default().to_owned(),
            });
        }
    }
    matchers
}

/// The matchers of `{a="b", c=~"d,e"}`: commas in quotes are part of a value.
fn parts(text: &str) -> Vec<&str> {
    let text = text.trim();
    let inside = text
        .strip_prefix('{')
        .and_then(|text| text.strip_suffix('}'));
    let text = inside.unwrap_or(text);
    let (mut quoted, mut escaped) = (false, false);
    let parts = text.split(move |c| {
        let ends = c == ',' && !quoted;
        quoted ^= c == '"' && !escaped;
        escaped = c == '\\' && !escaped;
        ends
    });
    let parts = parts.map(str::trim);
    parts.filter(|part| !part.is_empty()).collect()
}

fn matcher(text: &str) -> Option<LabelMatch> {
    let at = text.find(['=', '!'])?;
    let (label, rest) = text.split_at(at);
    let operators = [
        ("=~", LabelMatchOp::Regex),
        ("!~", LabelMatchOp::NotRegex),
        ("!=", LabelMatchOp::NotEqual),
        ("=", LabelMatchOp::Equal),
    ];
    let (op, value) = operators
        .into_iter()
        .find_map(|(sign, op)| Some((op, rest.strip_prefix(sign)?.trim())))?;
    let unquoted = value
        .strip_prefix('"')
        .and_then(|value| value.strip_suffix('"'));
    let value = match unquoted {
        Some(inside) => inside.replace("\\\"", "\"").replace("\\\\", "\\"),
        None => value.to_owned(),
    };
    let label = label.trim().trim_matches('"').to_owned();
    (!label.is_empty()).then_some(LabelMatch { label, op, value })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn matchers_are_read_in_all_their_forms() {
        let read = |text| -> Vec<String> {
            let matchers = parts(text).into_iter().filter_map(matcher);
            matchers
                .map(|one| format!("{} {:?} {}", one.label, one.op, one.value))
                .collect()
        };
        assert_eq!(read("severity=critical"), ["severity Equal critical"]);
        assert_eq!(read("team =~ \"a,b|c\""), ["team Regex a,b|c"]);
        assert_eq!(
            read("{a!=\"x\\\"y\", b!~z}"),
            ["a NotEqual x\"y", "b NotRegex z"]
        );
        assert_eq!(read("nothing"), [""; 0]);
    }
}
