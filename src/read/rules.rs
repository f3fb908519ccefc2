//! Rule groups: of Prometheus, Mimir, Thanos and Loki, alone or inside a Kubernetes resource.

use obsctl_model::{Alert, LogQl, MetricName, RecordingRule, Rule, RuleGroup, RuleQuery, Severity};

use super::comments::Comments;
use super::fields::Fields;
use super::node::Node;
use super::{Engine, Reader};

/// Reads the list under `groups`.
pub(super) fn groups(reader: &mut Reader<'_>, node: &Node<'_>, engine: Engine) {
    if node.items().is_empty() && !matches!(node.value, super::node::Value::List(_)) {
        reader.trouble(node.at, format!("`groups` is a list, not {}", node.kind()));
    }
    let loki = match engine {
        Engine::Loki => true,
        Engine::Either => speaks_logql(reader, node),
    };
    let first = reader.found.groups.len();
    let items = node.items();
    for (index, one) in items.iter().enumerate() {
        let next = items.get(index + 1).map_or(usize::MAX, |next| next.at);
        if let Some(group) = group(reader, one, next, loki) {
            let clash = reader.found.groups[first..]
                .iter()
                .any(|own| own.name == group.name);
            if clash {
                let message = format!("two groups of one file are named `{}`", group.name);
                reader.trouble(one.at, message);
            }
            reader.found.groups.push(group);
        }
    }
}

/// Whether rules are written for Loki: one is LogQL and no PromQL.
fn speaks_logql(reader: &Reader<'_>, groups: &Node<'_>) -> bool {
    let rules = groups.items().iter().filter_map(|group| group.get("rules"));
    let mut texts = rules.flat_map(Node::items).map(|rule| rule.text(&["expr"]));
    texts.any(|text| reader.queries.is_logql(text.trim_end()))
}

fn group(reader: &mut Reader<'_>, node: &Node<'_>, next: usize, loki: bool) -> Option<RuleGroup> {
    let mut fields = Fields::of(reader, node, "a rule group")?;
    let name = fields.required("name");
    let interval = fields.duration("interval");
    let limit = fields.whole("limit");
    let offset = fields.duration("query_offset");
    let labels = fields.texts("labels");
    let rules = fields.get("rules");
    // What Mimir, Thanos and VictoriaMetrics add says where rules run, not what they are.
    for key in [
        "partial_response_strategy",
        "source_tenants",
        "evaluation_delay",
        "align_evaluation_time_on_interval",
        "concurrency",
        "remote_write",
        "type",
        "tenant",
        "params",
        "headers",
        "notifier_headers",
        "eval_offset",
        "eval_delay",
        "eval_alignment",
        "debug",
    ] {
        fields.get(key);
    }
    fields.end();
    let origin = reader.source.origin(node.at);
    let items = rules.map_or(&[][..], Node::items);
    let first = items.first().map_or(next, |first| first.at);
    let mut group = RuleGroup {
        interval,
        labels,
        limit,
        query_offset: offset,
        allow: Comments::of_group(reader, node.at, first),
        origin,
        ..RuleGroup::new(name.unwrap_or_default())
    };
    group.rules.reserve_exact(items.len());
    for (index, one) in items.iter().enumerate() {
        let next = items.get(index + 1).map_or(next, |next| next.at);
        group.rules.extend(rule(reader, one, next, loki));
    }
    name.map(|_| group)
}

fn rule(reader: &mut Reader<'_>, node: &Node<'_>, next: usize, loki: bool) -> Option<Rule> {
    let allow = Comments::of_rule(reader, node.at, next);
    let mut fields = Fields::of(reader, node, "a rule")?;
    let alert = fields.text("alert");
    let record = fields.text("record");
    let expr = fields.get("expr");
    let labels = fields.texts("labels");
    let lasting = fields.duration("for");
    let keep_firing = fields.duration("keep_firing_for");
    let annotations = fields.texts("annotations");
    for key in ["update_entries_limit", "debug"] {
        fields.get(key);
    }
    fields.end();
    let Some((expr, text)) = expr.and_then(|node| Some((node, node.as_text()?))) else {
        reader.trouble(node.at, "a rule needs `expr`, a query as text");
        return None;
    };
    let written = reader.source.origin(expr.at);
    let query = if loki {
        RuleQuery::Logql(LogQl::written(text, written))
    } else {
        RuleQuery::Promql(reader.queries.promql(text.trim_end(), written))
    };
    let origin = reader.source.origin(node.at);
    match (alert, record) {
        (Some(_), Some(_)) => {
            reader.trouble(node.at, "a rule has either `alert` or `record`, not both");
            None
        }
        (None, None) => {
            reader.trouble(node.at, "a rule needs `alert` or `record`");
            None
        }
        (Some(name), None) => Some(Rule::Alert(Alert {
            lasting: lasting.unwrap_or_default(),
            keep_firing,
            allow,
            origin,
            ..taken_apart(name, query, labels, annotations)
        })),
        (None, Some(name)) => {
            for (key, said) in [
                ("for", lasting.is_some()),
                ("keep_firing_for", keep_firing.is_some()),
                ("annotations", !annotations.is_empty()),
            ] {
                if said {
                    reader.trouble(
                        node.at,
                        format!("only alerts have `{key}`: this rule records `{name}`"),
                    );
                }
            }
            match MetricName::new(name) {
                Ok(record) => Some(Rule::Record(RecordingRule {
                    labels,
                    allow,
                    origin,
                    ..RecordingRule::new(record, query)
                })),
                Err(error) => {
                    reader.trouble(node.at, error.to_string());
                    None
                }
            }
        }
    }
}

type Texts = std::collections::BTreeMap<String, String>;

/// An alert with the labels and annotations that the model knows by name.
fn taken_apart(name: &str, query: RuleQuery, mut labels: Texts, mut annotations: Texts) -> Alert {
    let severities = [Severity::Critical, Severity::Warning, Severity::Info];
    let said = labels.get("severity");
    let severity = said.and_then(|said| severities.into_iter().find(|one| one.word() == said));
    if severity.is_some() {
        labels.remove("severity");
    }
    Alert {
        name: name.to_owned(),
        query,
        lasting: obsctl_model::Duration::ZERO,
        keep_firing: None,
        severity,
        owner: labels.remove("team").unwrap_or_default(),
        summary: annotations.remove("summary").unwrap_or_default(),
        description: annotations.remove("description"),
        runbook: None,
        dashboard: None,
        labels,
        annotations,
        allow: vec![],
        origin: obsctl_model::Origin::none(),
    }
}
