//! The files that Grafana is provisioned with datasources from: uids, and the links between signals.
//!
//! <https://grafana.com/docs/grafana/latest/administration/provisioning/#data-sources>

use obsctl_model::dashboard::Expression;
use obsctl_model::{LogQl, Origin, Promql, ProvisionedDatasource, SignalLink, Taken};

use super::Reader;
use super::node::Node;

/// Whether a map is such a file.
pub(super) fn is_provisioning(node: &Node<'_>) -> bool {
    let list = node.get("datasources").map_or(&[][..], Node::items);
    node.get("apiVersion").is_some()
        && list
            .iter()
            .any(|one| one.get("name").is_some() && one.get("type").is_some())
}

/// Reads a file.
pub(super) fn datasources(reader: &mut Reader<'_>, node: &Node<'_>) {
    for one in node.get("datasources").map_or(&[][..], Node::items) {
        for key in ["name", "type"] {
            if one.text(&[key]).is_empty() {
                reader.trouble(one.at, format!("a datasource needs `{key}`"));
            }
        }
        let settings = one.get("jsonData");
        let links = settings.map(|settings| links(reader, settings));
        reader.found.datasources.push(ProvisionedDatasource {
            name: unescaped(one.text(&["name"])),
            uid: unescaped(one.text(&["uid"])),
            plugin: one.text(&["type"]).to_owned(),
            links: links.unwrap_or_default(),
            origin: reader.source.origin(one.at),
        });
    }
}

/// A text as Grafana has it: `$$` in the file is `$`.
fn unescaped(text: &str) -> String {
    text.replace("$$", "$")
}

fn links(reader: &Reader<'_>, settings: &Node<'_>) -> Vec<SignalLink> {
    let mut links = vec![];
    let origin = |node: &Node<'_>| reader.source.origin(node.at);
    for field in items(settings, "derivedFields") {
        let regex = unescaped(field.text(&["matcherRegex"]));
        links.push(SignalLink {
            what: format!("derived field `{}`", field.text(&["name"])),
            to: unescaped(field.text(&["datasourceUid"])),
            takes: match field.text(&["matcherType"]) {
                "label" => Taken::LogField(regex),
                _ => Taken::LogText(regex),
            },
            asks: None,
            origin: origin(field),
        });
    }
    for exemplar in items(settings, "exemplarTraceIdDestinations") {
        links.push(SignalLink {
            what: format!("exemplar label `{}`", exemplar.text(&["name"])),
            to: unescaped(exemplar.text(&["datasourceUid"])),
            takes: Taken::Nothing,
            asks: None,
            origin: origin(exemplar),
        });
    }
    for (key, what) in [
        ("tracesToLogs", "traces to logs"),
        ("tracesToLogsV2", "traces to logs"),
        ("tracesToMetrics", "traces to metrics"),
        ("tracesToProfiles", "traces to profiles"),
        ("serviceMap", "service map"),
        ("lokiSearch", "search of logs"),
    ] {
        let Some(node) = settings.get(key) else {
            continue;
        };
        let own = node.get("customQuery").and_then(Node::as_bool) == Some(true);
        let asked = node.get("query").filter(|_| own);
        links.push(SignalLink {
            what: what.to_owned(),
            to: unescaped(node.text(&["datasourceUid"])),
            takes: Taken::Attributes(tags(node)),
            asks: asked.map(|query| {
                Expression::Logql(LogQl::written(unescaped(text(query)), at(reader, query)))
            }),
            origin: origin(node),
        });
        for query in items(node, "queries") {
            let Some(asked) = query.get("query") else {
                continue;
            };
            links.push(SignalLink {
                what: format!("{what}, query `{}`", query.text(&["name"])),
                to: String::new(),
                takes: Taken::Nothing,
                asks: Some(Expression::Promql(Promql::parse(
                    &unescaped(text(asked)),
                    at(reader, asked),
                ))),
                origin: origin(query),
            });
        }
    }
    links
}

fn items<'n, 'a>(node: &'n Node<'a>, key: &str) -> &'n [Node<'a>] {
    node.get(key).map_or(&[][..], Node::items)
}

fn text<'n>(node: &'n Node<'_>) -> &'n str {
    node.as_text().unwrap_or_default()
}

fn at(reader: &Reader<'_>, node: &Node<'_>) -> Origin {
    reader.source.origin(node.text_at(reader.source.text))
}

/// The attributes of spans and the labels they become: the same name, unless another is given. The form before
/// Grafana 9 lists names, or pairs under `mappedTags`.
fn tags(node: &Node<'_>) -> Vec<(String, String)> {
    let mapped = node.get("mapTagNamesEnabled").and_then(Node::as_bool) == Some(true);
    let list = items(node, if mapped { "mappedTags" } else { "tags" });
    let tags = list.iter().map(|tag| match tag.as_text() {
        Some(name) => (name.to_owned(), name.to_owned()),
        None => {
            let key = tag.text(&["key"]);
            let label = tag.text(&["value"]);
            let label = if label.is_empty() { key } else { label };
            (key.to_owned(), label.to_owned())
        }
    });
    tags.filter(|(key, _)| !key.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use crate::read::{File, file};

    #[test]
    fn links_between_signals_are_read() {
        let text = r#"
apiVersion: 1
datasources:
- name: Logs
  type: loki
  uid: logs
  jsonData:
    derivedFields:
    - {name: Trace, matcherType: label, matcherRegex: trace_id, datasourceUid: traces, url: "$${__value.raw}"}
    - {name: Order, matcherRegex: 'order=(\w+)$$', url: 'https://example.com/$${__value.raw}'}
- name: Traces
  type: tempo
  jsonData:
    tracesToLogsV2:
      datasourceUid: logs
      tags: [{key: service.name, value: service}, {key: pod}]
      customQuery: true
      query: '{$${__tags}} |= "$${__trace.traceId}"'
    tracesToLogs: {datasourceUid: logs, tags: [job]}
    tracesToMetrics:
      datasourceUid: metrics
      queries: [{name: Rate, query: 'sum(rate(calls_total{$$__tags}[5m]))'}]
- uid: nameless
"#;
        let found = file(File {
            path: "datasources.yml",
            text,
        });
        insta::assert_debug_snapshot!(found.datasources, @r#"
        [
            ProvisionedDatasource {
                name: "Logs",
                uid: "logs",
                plugin: "loki",
                links: [
                    SignalLink {
                        what: "derived field `Trace`",
                        to: "traces",
                        takes: LogField(
                            "trace_id",
                        ),
                        asks: None,
                        origin: datasources.yml:9,
                    },
                    SignalLink {
                        what: "derived field `Order`",
                        to: "",
                        takes: LogText(
                            "order=(\\w+)$",
                        ),
                        asks: None,
                        origin: datasources.yml:10,
                    },
                ],
                origin: datasources.yml:4,
            },
            ProvisionedDatasource {
                name: "Traces",
                uid: "",
                plugin: "tempo",
                links: [
                    SignalLink {
                        what: "traces to logs",
                        to: "logs",
                        takes: Attributes(
                            [
                                (
                                    "job",
                                    "job",
                                ),
                            ],
                        ),
                        asks: None,
                        origin: datasources.yml:19,
                    },
                    SignalLink {
                        what: "traces to logs",
                        to: "logs",
                        takes: Attributes(
                            [
                                (
                                    "service.name",
                                    "service",
                                ),
                                (
                                    "pod",
                                    "pod",
                                ),
                            ],
                        ),
                        asks: Some(
                            Logql(
                                logql("{${__tags}} |= \"${__trace.traceId}\""),
                            ),
                        ),
                        origin: datasources.yml:15,
                    },
                    SignalLink {
                        what: "traces to metrics",
                        to: "metrics",
                        takes: Attributes(
                            [],
                        ),
                        asks: None,
                        origin: datasources.yml:21,
                    },
                    SignalLink {
                        what: "traces to metrics, query `Rate`",
                        to: "",
                        takes: Nothing,
                        asks: Some(
                            Promql(
                                promql("sum(rate(calls_total{$__tags}[5m]))"),
                            ),
                        ),
                        origin: datasources.yml:22,
                    },
                ],
                origin: datasources.yml:11,
            },
            ProvisionedDatasource {
                name: "",
                uid: "nameless",
                plugin: "",
                links: [],
                origin: datasources.yml:23,
            },
        ]
        "#);
        let problems: Vec<_> = found.problems.iter().map(|one| &one.message).collect();
        assert_eq!(
            problems,
            ["a datasource needs `name`", "a datasource needs `type`"]
        );
    }
}
