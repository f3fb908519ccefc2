//! Links into Grafana's Explore, which take a query along.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{Expression, TimeRange};
use crate::{LogQl, Promql, TraceQl};

/// A query opened in Explore. Grafana's variables in it are filled in when the link is followed:
/// `${__field.labels.path}`, `$tenant`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Explore {
    /// What is asked.
    pub expression: Expression,
    /// The time it shows; that of the dashboard without one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time: Option<TimeRange>,
}

impl Explore {
    /// A query of any language.
    #[must_use]
    pub fn new(expression: impl Into<Expression>) -> Self {
        Self {
            expression: expression.into(),
            time: None,
        }
    }

    /// Log lines.
    #[must_use]
    pub fn logs(query: LogQl) -> Self {
        Self::new(query)
    }

    /// Traces, or one trace by its id.
    #[must_use]
    pub fn traces(query: TraceQl) -> Self {
        Self::new(query)
    }

    /// Metrics.
    #[must_use]
    pub fn metrics(query: impl Into<Promql>) -> Self {
        Self::new(query.into())
    }

    /// Shows this time instead of the dashboard's: `now-1h` to `now`.
    #[must_use]
    pub fn time(mut self, from: impl Into<String>, to: impl Into<String>) -> Self {
        self.time = Some(TimeRange {
            from: from.into(),
            to: to.into(),
        });
        self
    }

    /// The address, relative to Grafana's root.
    #[must_use]
    pub fn href(&self) -> String {
        let (plugin, uid) = self.expression.datasource();
        let datasource = json!({ "type": plugin, "uid": uid });
        let text = self.expression.as_str();
        let query = match &self.expression {
            Expression::Promql(_) => {
                json!({ "refId": "A", "datasource": datasource, "expr": text, "range": true })
            }
            Expression::Logql(_) => {
                json!({ "refId": "A", "datasource": datasource, "expr": text, "queryType": "range" })
            }
            Expression::Traceql(_) => {
                json!({ "refId": "A", "datasource": datasource, "query": text, "queryType": "traceql" })
            }
            Expression::ServiceMap { .. } => {
                json!({ "refId": "A", "datasource": datasource, "serviceMapQuery": text, "queryType": "serviceMap" })
            }
            Expression::Other(other) => {
                let mut query = other.json.clone();
                query.insert("refId".to_owned(), "A".into());
                query.insert("datasource".to_owned(), datasource);
                query.into()
            }
        };
        let (from, to) = match &self.time {
            Some(time) => (time.from.as_str(), time.to.as_str()),
            None => ("${__from}", "${__to}"),
        };
        let panes = json!({ "a": {
            "datasource": uid,
            "queries": [query],
            "range": { "from": from, "to": to },
        } });
        format!(
            "/explore?schemaVersion=1&panes={}",
            encode(&panes.to_string(), Chosen::Several)
        )
    }
}

/// How many values of a dashboard's variable the place of a variable takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Chosen {
    /// One, which is encoded.
    One,
    /// All that are chosen, as alternatives of a regular expression. Grafana cannot encode these in turn: the
    /// ends of addresses they break on (`&`, `#`) are rare in the values of labels.
    Several,
}

/// Percent-encodes a text for the query part of an address. Variables stay readable for Grafana.
pub(crate) fn encode(text: &str, chosen: Chosen) -> String {
    let mut encoded = String::with_capacity(text.len() * 2);
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        if let Some((name, length)) = variable(rest) {
            encoded.push_str(&formatted(name, chosen));
            rest = &rest[length..];
            continue;
        }
        let (head, tail) = rest.split_at(c.len_utf8());
        if c.is_ascii_alphanumeric() || "-_.~".contains(c) {
            encoded.push(c);
        } else {
            for byte in head.bytes() {
                encoded.push_str(&format!("%{byte:02X}"));
            }
        }
        rest = tail;
    }
    encoded
}

/// The name of the variable the text begins with, and the length of both in the text. `$1` and `$` alone are
/// no variables: they are common in regular expressions.
fn variable(text: &str) -> Option<(&str, usize)> {
    let rest = text.strip_prefix('$')?;
    let (name, length) = match rest.strip_prefix('{') {
        Some(inner) => {
            let end = inner.find('}')?;
            (&inner[..end], end + 3)
        }
        None => {
            let end = rest
                .find(|c: char| !(c.is_ascii_alphanumeric() || c == '_'))
                .unwrap_or(rest.len());
            (&rest[..end], end + 1)
        }
    };
    let valid = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    (valid && !ASKED_WITH.contains(&name)).then_some((name, length))
}

/// Variables that have a value only where a query is asked: Explore fills them in itself.
const ASKED_WITH: &[&str] = &[
    "__auto",
    "__interval",
    "__interval_ms",
    "__range",
    "__range_ms",
    "__range_s",
    "__rate_interval",
    "__rate_interval_ms",
];

/// A format of the author's own stays, and the ends of the time shown are numbers.
fn formatted(name: &str, chosen: Chosen) -> String {
    if name.contains(':') || matches!(name, "__from" | "__to") {
        format!("${{{name}}}")
    } else if chosen == Chosen::Several && !name.starts_with("__") {
        format!("${{{name}:pipe}}")
    } else {
        format!("${{{name}:percentencode}}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::query::{logql, promql};

    #[test]
    fn carries_query_and_time() {
        let url = Explore::logs(logql(
            r#"{service_name="api"} | path="${__field.labels.path}""#,
        ))
        .href();
        assert_eq!(
            url,
            "/explore?schemaVersion=1&panes=%7B%22a%22%3A%7B%22datasource%22%3A%22loki%22%2C%22queries%22%3A%5B%7B\
             %22refId%22%3A%22A%22%2C%22datasource%22%3A%7B%22type%22%3A%22loki%22%2C%22uid%22%3A%22loki%22%7D%2C\
             %22expr%22%3A%22%7Bservice_name%3D%5C%22api%5C%22%7D%20%7C%20path%3D%5C%22\
             ${__field.labels.path:percentencode}%5C%22%22%2C%22queryType%22%3A%22range%22%7D%5D%2C\
             %22range%22%3A%7B%22from%22%3A%22${__from}%22%2C%22to%22%3A%22${__to}%22%7D%7D%7D"
        );
    }

    #[test]
    fn a_fixed_time_replaces_the_dashboards() {
        let url = Explore::metrics(promql("up")).time("now-6h", "now").href();
        assert!(
            url.contains("%22from%22%3A%22now-6h%22%2C%22to%22%3A%22now%22"),
            "{url}"
        );
    }

    #[test]
    fn only_variables_stay_as_they_are() {
        let encode = |text| encode(text, Chosen::One);
        assert_eq!(encode("a b$"), "a%20b%24");
        assert_eq!(encode("$1-${tenant:raw}"), "%241-${tenant:raw}");
        assert_eq!(encode("/$tenant/ä"), "%2F${tenant:percentencode}%2F%C3%A4");
    }

    #[test]
    fn the_width_of_a_range_is_left_to_explore() {
        let url = Explore::metrics(promql("rate(x[$__rate_interval])")).href();
        assert!(url.contains("rate%28x%5B%24__rate_interval%5D%29"), "{url}");
    }

    #[test]
    fn several_values_are_alternatives() {
        let url = Explore::logs(logql("{path=~\"$path\"}")).href();
        assert!(
            url.contains("%7Bpath%3D~%5C%22${path:pipe}%5C%22%7D"),
            "{url}"
        );
    }
}
