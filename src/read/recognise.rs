//! What a document is.

use std::cell::Cell;

use bumpalo::Bump;

use super::comments::Comments;
use super::node::{Node, Value};
use super::slo::{openslo, pyrra, sloth};
use super::source::Source;
use super::{
    Engine, Reader, Trouble, catalog, dashboard, datasources, json, loaded, routes, rule_tests,
    rules, yaml,
};

thread_local! {
    /// The memory of the document that this thread read before: clearing new memory takes longer than filling it.
    static BEFORE: Cell<Bump> = Cell::default();
}

/// Reads a file of either notation.
pub(super) fn file(reader: &mut Reader<'_>) {
    let mut arena = BEFORE.take();
    documents(reader, &arena);
    arena.reset();
    BEFORE.set(arena);
}

fn documents(reader: &mut Reader<'_>, arena: &Bump) {
    let text = reader.source.text;
    if text.trim_start().starts_with(['{', '[']) && !templated(text) {
        match json::read(text, arena) {
            Ok(node) => {
                list(reader, &node);
                document(reader, &node);
            }
            Err(trouble) if json_of_ours(text) => reader.refuse(trouble),
            Err(trouble) => not_ours(reader, trouble),
        }
    } else {
        let read = yaml::read(text, arena);
        let all = read.comments.iter().map(|(at, text)| (*at, text.as_ref()));
        reader.comments = Comments::read(reader, all);
        for node in &read.documents {
            list(reader, node);
            document(reader, node);
        }
        if let Some(trouble) = read.trouble {
            if looks_like_ours(text) {
                reader.refuse(trouble);
            } else {
                return not_ours(reader, trouble);
            }
        }
    }
    let found = &reader.found;
    let nothing = !found.has_rules
        && found.dashboards.is_empty()
        && found.datasources.is_empty()
        && found.catalogs.is_empty()
        && !found.has_slos
        && found.alertmanagers.is_empty()
        && found.tests.is_empty();
    if nothing && found.problems.is_empty() && found.others.is_empty() {
        if text.trim().is_empty() {
            let message = "the file is empty".to_owned();
            return not_ours(reader, Trouble { at: 0, message });
        }
        reader.found.others.push(reader.source.path);
    }
}

/// A file that cannot be read, and that nothing says is one for us.
fn not_ours(reader: &mut Reader<'_>, trouble: Trouble) {
    let why = reader.refusal(trouble);
    reader.found.unread.push(why);
    reader.found.others.push(reader.source.path);
}

fn of_grafana(reader: &mut Reader<'_>, node: &Node<'_>) {
    let message =
        "these rules Grafana evaluates itself: only those of Prometheus and Loki are read";
    let trouble = Trouble {
        at: node.at,
        message: message.to_owned(),
    };
    not_ours(reader, trouble);
}

/// Lists the texts of a document, where that is asked for.
fn list(reader: &mut Reader<'_>, node: &Node<'_>) {
    if let Some(texts) = &mut reader.texts {
        texts.list(&reader.source, node);
    }
}

/// Whether a text is a template that becomes a document only later.
fn templated(text: &str) -> bool {
    text.trim_start().starts_with("{{")
}

/// Whether a text that cannot be read was meant for us.
fn looks_like_ours(text: &str) -> bool {
    let line = |word: &str| {
        text.lines()
            .any(|line| line.trim_start().trim_start_matches("- ").starts_with(word))
    };
    let version = |words: [&str; 3]| words.iter().any(|word| line(word));
    line("groups:") && (line("alert:") || line("record:"))
        || line("kind: PrometheusRule")
        || version([
            "apiVersion: sloth.slok.dev/",
            "apiVersion: pyrra.dev/",
            "apiVersion: openslo/",
        ])
        || version([
            "version: prometheus/v1",
            "version: \"prometheus/v1",
            "version: 'prometheus/v1",
        ])
}

/// The same of JSON.
fn json_of_ours(text: &str) -> bool {
    ["\"panels\"", "\"rows\"", "\"elements\"", "\"groups\""]
        .iter()
        .any(|word| text.contains(word))
}

/// A document, or one inside of another.
fn document(reader: &mut Reader<'_>, node: &Node<'_>) {
    let kind = node.text(&["kind"]);
    match node
        .text(&["apiVersion"])
        .split('/')
        .next()
        .unwrap_or_default()
    {
        "monitoring.coreos.com" | "operator.victoriametrics.com"
            if matches!(kind, "PrometheusRule" | "VMRule") =>
        {
            return resource(reader, node, Engine::Either);
        }
        "loki.grafana.com" if matches!(kind, "AlertingRule" | "RecordingRule") => {
            return resource(reader, node, Engine::Loki);
        }
        "sloth.slok.dev" if kind == "PrometheusServiceLevel" => {
            return sloth::resource(reader, node);
        }
        "pyrra.dev" if kind == "ServiceLevelObjective" => return pyrra::resource(reader, node),
        "openslo" => return openslo::object(reader, node),
        "dashboard.grafana.app" => return dashboard::resource(reader, node),
        "grafana.integreatly.org" if kind == "GrafanaDashboard" => {
            if let Some(json) = node.path(&["spec", "json"]) {
                inner(reader, json, true);
            }
            return;
        }
        "v1" | "sloth.slok.dev" | "pyrra.dev" | "monitoring.coreos.com"
            if kind.ends_with("List") =>
        {
            let items = node.get("items").map_or(&[][..], Node::items);
            return items.iter().for_each(|item| document(reader, item));
        }
        "v1" if kind == "ConfigMap" => {
            let data = node.get("data").map_or(&[][..], Node::entries);
            let files = data.iter().filter(|(name, _)| {
                let ends = |end: &str| name.text.ends_with(end);
                ends(".json") || ends(".yml") || ends(".yaml") || ends(".rules")
            });
            return files.for_each(|(_, text)| inner(reader, text, false));
        }
        _ => {}
    }
    if sloth::is_spec(node) {
        sloth::spec(reader, node);
    } else if node.items().iter().any(openslo::is_object) {
        for item in node.items().iter().filter(|item| openslo::is_object(item)) {
            openslo::object(reader, item);
        }
    } else if is_without_rules(node) {
        reader.found.has_rules = true;
    } else if rules::are_of_grafana(node) {
        of_grafana(reader, node);
    } else if let Some(groups) = node.get("groups")
        && is_rules(groups)
    {
        rules::groups(reader, groups, Engine::Either);
        for (key, _) in node.entries() {
            if !BESIDE_GROUPS.contains(&key.text) {
                let message = format!("a rule file has no key `{}`", key.text);
                let problem = reader.source.unreadable(key.at, message);
                let problem = problem.did_you_mean(key.text, BESIDE_GROUPS);
                reader.found.problems.push(problem);
            }
        }
    } else if dashboard::is_dashboard(node) {
        dashboard::classic(reader, node);
    } else if let Some(inside) = node
        .get("dashboard")
        .filter(|inside| dashboard::is_dashboard(inside))
    {
        dashboard::classic(reader, inside);
    } else if let Some(inside) = node.path(&["spec"]).filter(|spec| dashboard::is_v2(spec)) {
        dashboard::v2(reader, inside, node);
    } else if dashboard::is_v2(node) {
        dashboard::v2(reader, node, node);
    } else if dashboard::is_library_panel(node) {
        dashboard::library_panel(reader, node);
    } else if let Some(result) = node.get("result") {
        let found = result.get("elements").map_or(&[][..], Node::items).iter();
        let panels = found.chain([result]);
        panels
            .filter(|panel| dashboard::is_library_panel(panel))
            .for_each(|panel| dashboard::library_panel(reader, panel));
    } else if catalog::is_catalog(node) {
        catalog::catalog(reader, node);
    } else if catalog::is_slos(node) {
        catalog::slos(reader, node);
    } else if rule_tests::is_tests(node) {
        rule_tests::tests(reader, node);
    } else if datasources::is_provisioning(node) {
        datasources::datasources(reader, node);
    } else if routes::is_config(node) {
        routes::config(reader, node);
    } else if let Some(groups) = loaded::groups(node) {
        loaded::read(reader, groups);
    } else if !rules::answered(reader, node)
        && let Some((message, help)) = almost(node)
    {
        let why = reader.source.unreadable(node.at, message).help(help);
        reader.found.unread.push(why);
    }
}

/// What a document is that is none of ours, where somebody may have meant it to be.
fn almost(node: &Node<'_>) -> Option<(String, &'static str)> {
    let is_rule = |one: &Node<'_>| {
        let named = one.get("alert").is_some() || one.get("record").is_some();
        named && one.get("expr").is_some()
    };
    let rules = |list: &Node<'_>| list.items().iter().any(is_rule);
    let has = |key: &str| node.entries().iter().any(|(own, _)| own.text == key);
    Some(if rules(node) || is_rule(node) {
        (
            "rules stand in a group, and groups in `groups`".to_owned(),
            "write `groups:` above them, then `- name: …` and `rules:`",
        )
    } else if node.get("rules").is_some_and(rules) {
        (
            "a group of rules stands in `groups`".to_owned(),
            "write `groups:` above it, and a dash before its `name`",
        )
    } else if has("scrape_configs") || has("rule_files") {
        (
            "this is Prometheus' own configuration, which is not checked".to_owned(),
            "name the files of its `rule_files`",
        )
    } else if has("message")
        && ["statusCode", "status", "traceID", "dashboard"]
            .into_iter()
            .any(has)
    {
        (
            format!(
                "this is no dashboard, but what a server answered: {}",
                node.text(&["message"])
            ),
            "ask it again with a login that may see the dashboard",
        )
    } else {
        return None;
    })
}

/// The keys of a rule file.
const BESIDE_GROUPS: [&str; 2] = ["groups", "namespace"];

/// Whether a document is a rule file that says that there are no rules: engines take it.
fn is_without_rules(node: &Node<'_>) -> bool {
    let none = |groups: &Node<'_>| groups.is_null() || matches!(groups.value, Value::List([]));
    let mut entries = node.entries().iter();
    let known = entries
        .clone()
        .all(|(key, _)| BESIDE_GROUPS.contains(&key.text));
    known && entries.any(|(key, groups)| key.text == "groups" && none(groups))
}

/// Whether a list under `groups` has rules: other products have groups too.
fn is_rules(groups: &Node<'_>) -> bool {
    let items = groups.items();
    if !matches!(groups.value, Value::List(_)) {
        return groups.get("rules").is_some() || groups.get("name").is_some();
    }
    let rules = |group: &Node<'_>| {
        let rules = group.get("rules").map_or(&[][..], Node::items);
        rules.iter().any(|rule| {
            let has = |key| rule.get(key).is_some();
            has("expr") || has("alert") || has("record")
        })
    };
    let without = |group: &Node<'_>| {
        let rules = group.get("rules");
        group.get("name").is_some() && rules.is_none_or(|rules| rules.items().is_empty())
    };
    items.iter().any(rules) || !items.is_empty() && items.iter().all(without)
}

fn resource(reader: &mut Reader<'_>, node: &Node<'_>, engine: Engine) {
    match node.path(&["spec", "groups"]) {
        Some(groups) => rules::groups(reader, groups, engine),
        None => reader.trouble(node.at, "`spec` needs `groups`, a list of rule groups"),
    }
}

/// A text in a document that is a document itself.
fn inner(reader: &mut Reader<'_>, node: &Node<'_>, expected: bool) {
    let Some(source) = Source::inside(&reader.source, node) else {
        if expected {
            reader.trouble(
                node.at,
                format!("a document as text is expected here, not {}", node.kind()),
            );
        }
        return;
    };
    let texts = reader.texts.as_ref().map(|texts| texts.inside(node));
    let mut inside = Reader::new(source, reader.keep, reader.queries);
    inside.texts = texts;
    file(&mut inside);
    // What is no rule and no dashboard belongs to others.
    inside.found.others.clear();
    let (found, texts) = (inside.found, inside.texts);
    reader.found.append(found);
    if let (Some(all), Some(texts)) = (&mut reader.texts, texts) {
        all.append(texts);
    }
}
