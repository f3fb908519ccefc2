//! Rule groups: of Prometheus, Mimir, Thanos and Loki, alone or inside a Kubernetes resource.

use obsctl_model::{Alert, LogQl, MetricName, RecordingRule, Rule, RuleGroup, RuleQuery, Severity};

use super::comments::Comments;
use super::fields::{Fields, owned};
use super::node::Node;
use super::{Engine, Reader};

/// Reads the list under `groups`.
pub(super) fn groups(reader: &mut Reader<'_>, node: &Node<'_>, engine: Engine) {
    if !matches!(node.value, super::node::Value::List(_)) && !node.is_null() {
        let message = format!("`groups` is a list, not {}", node.kind());
        let found = reader.source.unreadable(node.at, message);
        let found = found.help("write a dash before each group: `- name: …`");
        reader.found.problems.push(found);
    }
    all(reader, node.items(), engine);
}

/// What rulers answer when they are asked for their rules: groups by namespace, or one group alone. Whether it was
/// that.
pub(super) fn answered(reader: &mut Reader<'_>, node: &Node<'_>) -> bool {
    if is_group(node) {
        all(reader, std::slice::from_ref(node), Engine::Either);
        return true;
    }
    let entries = node.entries();
    let namespaced = |groups: &Node<'_>| {
        !groups.items().is_empty()
            && groups
                .items()
                .iter()
                .all(|group| group.get("rules").is_some())
    };
    let is_rules = entries.iter().all(|(_, groups)| namespaced(groups))
        && entries
            .iter()
            .flat_map(|(_, groups)| groups.items())
            .any(is_group);
    if is_rules {
        for (_, groups) in entries {
            all(reader, groups.items(), Engine::Either);
        }
    }
    is_rules
}

/// Whether a document has rules that Grafana evaluates itself, as its API and its provisioning have them: what they ask
/// is a list of steps, not an expression.
pub(super) fn are_of_grafana(node: &Node<'_>) -> bool {
    let is_one = |rule: &Node<'_>| {
        let has = |key| rule.get(key).is_some();
        has("grafana_alert") || has("data") && (has("condition") || has("record"))
    };
    let rules = |group: &Node<'_>| {
        group
            .get("rules")
            .is_some_and(|all| all.items().iter().any(is_one))
    };
    node.items().iter().any(is_one)
        || rules(node)
        || node
            .entries()
            .iter()
            .any(|(_, groups)| groups.items().iter().any(rules))
}

/// Whether a map is a group of rules that engines evaluate.
fn is_group(node: &Node<'_>) -> bool {
    let rules = node.get("rules").map_or(&[][..], Node::items);
    let is_rule = |rule: &Node<'_>| {
        let has = |key| rule.get(key).is_some();
        has("expr") && (has("alert") || has("record"))
    };
    node.get("name").is_some() && rules.iter().any(is_rule)
}

fn all(reader: &mut Reader<'_>, items: &[Node<'_>], engine: Engine) {
    reader.found.has_rules = true;
    let loki = match engine {
        Engine::Loki => true,
        Engine::Either => speaks_logql(reader, items, "expr"),
    };
    let first = reader.found.groups.len();
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

/// Whether rules are written for Loki: one is LogQL and no PromQL. `key` is that of their expressions.
pub(super) fn speaks_logql(reader: &Reader<'_>, groups: &[Node<'_>], key: &str) -> bool {
    let rules = groups.iter().filter_map(|group| group.get("rules"));
    let mut texts = rules.flat_map(Node::items).map(|rule| rule.text(&[key]));
    texts.any(|text| reader.queries.is_logql(text.trim_end()))
}

fn group(reader: &mut Reader<'_>, node: &Node<'_>, next: usize, loki: bool) -> Option<RuleGroup> {
    let mut fields = Fields::of(reader, node, "a rule group")?;
    fields.misplaced(
        &[
            "alert",
            "record",
            "expr",
            "for",
            "keep_firing_for",
            "annotations",
        ],
        "it is a rule's: indent it as deep as `alert` or `record` of the rule, behind the dash",
    );
    let name = fields.required("name");
    let interval = fields.duration("interval");
    let limit = fields.whole("limit");
    let offset = fields.duration("query_offset");
    let labels = fields.texts("labels");
    let tenants = tenants(&mut fields);
    let items = fields.list("rules");
    // What Mimir, Thanos and VictoriaMetrics add says where rules run, not what they are.
    for key in [
        "partial_response_strategy",
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
    let first = items.first().map_or(next, |first| first.at);
    let mut group = RuleGroup {
        interval,
        labels,
        limit,
        query_offset: offset,
        source_tenants: tenants,
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

/// The tenants of Mimir whose series a group reads.
fn tenants(fields: &mut Fields<'_, '_, '_>) -> Vec<String> {
    let mut found = vec![];
    for node in fields.list("source_tenants") {
        match node.as_text() {
            Some(tenant) => found.push(tenant.to_owned()),
            None => fields.trouble(node, "`source_tenants` are texts".to_owned()),
        }
    }
    found
}

fn rule(reader: &mut Reader<'_>, node: &Node<'_>, next: usize, loki: bool) -> Option<Rule> {
    let allow = Comments::of_rule(reader, node.at, next);
    let mut fields = Fields::of(reader, node, "a rule")?;
    let alert = fields.text("alert");
    let record = fields.text("record");
    let expr = fields.get("expr");
    let labels = fields.pairs("labels");
    let lasting = fields.duration("for");
    let keep_firing = fields.duration("keep_firing_for");
    let annotations = fields.pairs("annotations");
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
            let record = recording(reader, node, name, query, labels)?;
            Some(Rule::Record(RecordingRule { allow, ..record }))
        }
    }
}

/// A rule that records, if its name can be one.
pub(super) fn recording(
    reader: &mut Reader<'_>,
    node: &Node<'_>,
    name: &str,
    query: RuleQuery,
    labels: Texts<'_>,
) -> Option<RecordingRule> {
    match MetricName::new(name) {
        Ok(record) => Some(RecordingRule {
            labels: owned(labels),
            origin: reader.source.origin(node.at),
            ..RecordingRule::new(record, query)
        }),
        Err(error) => {
            let found = reader.source.unreadable(node.at, error.to_string());
            let found =
                found.help("Prometheus 3 alone takes other names: `_` stands for every other sign");
            reader.found.problems.push(found);
            None
        }
    }
}

/// Names and their texts.
pub(super) type Texts<'n> = Vec<(&'n str, &'n str)>;

/// An alert with the labels and annotations that the model knows by name. Most alerts have no others: what is left is
/// made into maps only then.
pub(super) fn taken_apart(
    name: &str,
    query: RuleQuery,
    mut labels: Texts<'_>,
    mut annotations: Texts<'_>,
) -> Alert {
    let severities = [Severity::Critical, Severity::Warning, Severity::Info];
    let said = labels.iter().find(|(name, _)| *name == "severity");
    let severity =
        said.and_then(|(_, said)| severities.into_iter().find(|one| one.word() == *said));
    if severity.is_some() {
        take(&mut labels, "severity");
    }
    Alert {
        name: name.to_owned(),
        query,
        lasting: obsctl_model::Duration::ZERO,
        keep_firing: None,
        severity,
        owner: take(&mut labels, "team").unwrap_or_default(),
        summary: take(&mut annotations, "summary").unwrap_or_default(),
        description: take(&mut annotations, "description"),
        runbook: None,
        dashboard: None,
        labels: owned(labels),
        annotations: owned(annotations),
        allow: vec![],
        origin: obsctl_model::Origin::none(),
    }
}

/// The text of that name, which is no longer there then.
fn take(texts: &mut Texts<'_>, name: &str) -> Option<String> {
    let index = texts.iter().position(|(own, _)| *own == name)?;
    Some(texts.swap_remove(index).1.to_owned())
}
