//! Alertmanager's route tree: who is told of an alert. Nothing else of its configuration is read.

use obsctl_model::{LabelMatch, LabelMatchOp, Route};

use super::Reader;
use super::node::Node;

/// Whether a map is Alertmanager's configuration.
pub(super) fn is_config(node: &Node<'_>) -> bool {
    node.path(&["route", "receiver"]).is_some() && node.get("receivers").is_some()
}

/// Reads the tree.
pub(super) fn routes(reader: &mut Reader<'_>, node: &Node<'_>) {
    if let Some(root) = node.get("route") {
        let root = route(reader, root, "");
        reader.found.routes.push(root);
    }
}

/// A route without a receiver has that of the route around it.
fn route(reader: &mut Reader<'_>, node: &Node<'_>, outer: &str) -> Route {
    let receiver = match node.text(&["receiver"]) {
        "" => outer,
        own => own,
    };
    let mut matchers = vec![];
    for one in node.get("matchers").map_or(&[][..], Node::items) {
        for text in parts(one.as_text().unwrap_or_default()) {
            match matcher(text) {
                Some(matcher) => matchers.push(matcher),
                None => reader.trouble(one.at, format!("`{text}` is no matcher")),
            }
        }
    }
    // The form before Alertmanager 0.22.
    for (key, op) in [
        ("match", LabelMatchOp::Equal),
        ("match_re", LabelMatchOp::Regex),
    ] {
        for (label, value) in node.get(key).map_or(&[][..], Node::entries) {
            matchers.push(LabelMatch {
                label: label.text.to_string(),
                op,
                value: value.as_text().unwrap_or_default().to_owned(),
            });
        }
    }
    let children = node.get("routes").map_or(&[][..], Node::items).iter();
    let routes = children.map(|child| route(reader, child, receiver));
    let routes = routes.collect();
    Route {
        matchers,
        continues: node.get("continue").and_then(Node::as_bool) == Some(true),
        routes,
        origin: reader.source.origin(node.at),
        ..Route::to(receiver)
    }
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
