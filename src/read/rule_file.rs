//! Rule files as Prometheus reads them, to be evaluated: every key known, every query right.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use bumpalo::Bump;
use obsctl_promql::eval::labels::METRIC_NAME;
use obsctl_rules::{Action, Alerting, Expression, Group, Rule, Text};

use super::fields::Fields;
use super::node::Node;
use super::source::Source;
use super::{File, Keep, Queries, Reader, yaml};
use crate::diagnostic::Diagnostic;

/// Who evaluates a rule file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ruler {
    Prometheus,
    Loki,
}

/// Whether a text may be a rule file: other files of a folder are left alone.
#[must_use]
pub fn has_rules(text: &str) -> bool {
    text.lines().any(|line| line.starts_with("groups:"))
}

/// Reads the groups of a rule file, and says what Prometheus would refuse.
#[must_use]
pub fn rule_file(file: File<'_>) -> (Vec<Arc<Group>>, Vec<Diagnostic>) {
    groups(file, Ruler::Prometheus)
}

/// Reads the groups of a rule file of Loki, and says what its ruler would refuse.
#[must_use]
pub fn log_rule_file(file: File<'_>) -> (Vec<Arc<Group>>, Vec<Diagnostic>) {
    groups(file, Ruler::Loki)
}

fn groups(file: File<'_>, ruler: Ruler) -> (Vec<Arc<Group>>, Vec<Diagnostic>) {
    let queries = Queries::default();
    let source = Source::new(file.path, file.text);
    let mut reader = Reader::new(source, Keep::Outline, &queries);
    let arena = Bump::new();
    let read = yaml::read(file.text, &arena);
    let mut groups = vec![];
    if let Some(trouble) = read.trouble {
        reader.refuse(trouble);
    } else if let Some(node) = reader.document(&read.documents) {
        groups = all(&mut reader, node, ruler);
    }
    (groups, reader.found.problems)
}

fn all(reader: &mut Reader<'_>, node: &Node<'_>, ruler: Ruler) -> Vec<Arc<Group>> {
    let Some(mut fields) = Fields::of(reader, node, "a rule file") else {
        return vec![];
    };
    let nodes = fields.list("groups");
    fields.end();
    let mut names = BTreeSet::new();
    let mut groups = vec![];
    for node in nodes {
        let Some(group) = group(reader, node, ruler) else {
            continue;
        };
        if !names.insert(group.name.clone()) {
            let message = format!("two groups of one file are named `{}`", group.name);
            reader.trouble(node.at, message);
        }
        groups.push(Arc::new(group));
    }
    groups
}

fn group(reader: &mut Reader<'_>, node: &Node<'_>, ruler: Ruler) -> Option<Group> {
    let mut fields = Fields::of(reader, node, "a rule group")?;
    let name = fields.required("name").filter(|name| !name.is_empty());
    // How often a group is evaluated does not matter here: tests have their own interval.
    fields.millis("interval");
    let query_offset = fields.millis("query_offset").unwrap_or_default();
    let limit = fields.whole("limit").unwrap_or_default();
    let labels = fields.texts("labels");
    let nodes = fields.list("rules");
    fields.end();
    let rules = nodes.iter().filter_map(|node| {
        let mut rule = rule(reader, node, ruler)?;
        for (name, value) in &labels {
            rule.labels
                .entry(name.clone())
                .or_insert_with(|| match rule.action {
                    Action::Alert(_) => Text::template(value),
                    Action::Record => Text::plain(value),
                });
        }
        Some(rule)
    });
    Some(Group {
        rules: rules.collect(),
        name: name?.to_owned(),
        file: reader.source.path.into(),
        query_offset,
        limit: limit as usize,
    })
}

fn rule(reader: &mut Reader<'_>, node: &Node<'_>, ruler: Ruler) -> Option<Rule> {
    let mut fields = Fields::of(reader, node, "a rule")?;
    let alert = fields.text("alert").filter(|name| !name.is_empty());
    let record = fields.text("record").filter(|name| !name.is_empty());
    let expr = fields.get("expr");
    let labels = fields.texts("labels");
    let hold = fields.millis("for");
    let keep_firing = fields.millis("keep_firing_for");
    let annotations = fields.texts("annotations");
    fields.end();
    for name in labels.keys().chain(annotations.keys()) {
        if name.is_empty() || (name == METRIC_NAME && labels.contains_key(name)) {
            reader.trouble(node.at, format!("a rule cannot set the label `{name}`"));
        }
    }
    let place = reader.place(node);
    let (name, action) = match (alert, record) {
        (Some(name), None) => {
            let alerting = Alerting {
                hold: hold.unwrap_or_default(),
                keep_firing: keep_firing.unwrap_or_default(),
                annotations: templates(reader, node, "annotations", &annotations),
            };
            (name, Action::Alert(alerting))
        }
        (None, Some(name)) => {
            for (key, said) in [
                ("for", hold.is_some_and(|it| it != 0)),
                ("keep_firing_for", keep_firing.is_some_and(|it| it != 0)),
                ("annotations", !annotations.is_empty()),
            ] {
                if said {
                    let message = format!("only alerts have `{key}`: this rule records `{name}`");
                    reader.trouble(node.at, message);
                }
            }
            if name.contains(['{', '}']) {
                let message = format!("`{name}` is no metric name: braces belong into `expr`");
                reader.trouble(node.at, message);
            }
            (name, Action::Record)
        }
        (Some(_), Some(_)) => {
            reader.trouble(node.at, "a rule has either `alert` or `record`, not both");
            return None;
        }
        (None, None) => {
            reader.trouble(node.at, "a rule needs `alert` or `record`");
            return None;
        }
    };
    let Some((expr, text)) = expr.and_then(|node| Some((node, node.as_text()?))) else {
        reader.trouble(node.at, "a rule needs `expr`, a query as text");
        return None;
    };
    let labels = match action {
        Action::Alert(_) => templates(reader, node, "labels", &labels),
        Action::Record => labels
            .into_iter()
            .map(|(name, text)| (name, Text::plain(&text)))
            .collect(),
    };
    Some(Rule {
        expr: expression(reader, expr, text, ruler)?,
        name: name.to_owned(),
        action,
        labels,
        place,
    })
}

fn expression(
    reader: &mut Reader<'_>,
    node: &Node<'_>,
    text: &str,
    ruler: Ruler,
) -> Option<Expression> {
    let expr = match ruler {
        Ruler::Prometheus => return reader.promql(node, text).map(Expression::Promql),
        Ruler::Loki => reader.logql(node, text)?,
    };
    if let obsctl_logql::Expr::Log(_) = expr.without_parens() {
        // Loki loads such a rule, and then it fails at every evaluation.
        let message =
            "a rule's query gives series, not lines: count them, as in `count_over_time(… [5m])`";
        reader.trouble(node.at, message);
        return None;
    }
    Some(Expression::Logql(expr))
}

/// Labels or annotations as templates, which have to be right.
fn templates(
    reader: &mut Reader<'_>,
    rule: &Node<'_>,
    key: &str,
    texts: &BTreeMap<String, String>,
) -> BTreeMap<String, Text> {
    let mut templates = BTreeMap::new();
    for (name, text) in texts {
        let template = Text::template(text);
        if let Some(error) = template.errors().first() {
            let node = rule.path(&[key, name]).unwrap_or(rule);
            let at = node.at;
            let message = format!("`{name}` is not a template: {}", error.message);
            let problem = reader.source.unreadable(at, message);
            let mut problem = problem.underline(text, error.span.range(), "here");
            problem.help.extend(error.help.clone());
            reader.found.problems.push(problem);
        }
        templates.insert(name.clone(), template);
    }
    templates
}
