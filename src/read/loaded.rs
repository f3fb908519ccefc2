//! Rules as engines have them: what Prometheus, Mimir, Thanos and Loki's ruler answer at `/api/v1/rules`. Beside what a rule
//! file has, it says what became of each rule, which is not read.

use std::collections::{BTreeMap, BTreeSet};

use obsctl_model::{Alert, Duration, LogQl, Rule, RuleGroup, RuleQuery, millis};

use super::Reader;
use super::fields::Fields;
use super::node::Node;
use super::rules::{recording, speaks_logql, taken_apart};

/// The groups of such an answer.
pub(super) fn groups<'n, 'a>(node: &'n Node<'a>) -> Option<&'n [Node<'a>]> {
    let groups = node.path(&["data", "groups"])?.items();
    let is_one = |group: &Node<'_>| group.get("name").is_some() && group.get("rules").is_some();
    (node.text(&["status"]) == "success" && groups.iter().all(is_one)).then_some(groups)
}

/// Reads them.
pub(super) fn read(reader: &mut Reader<'_>, groups: &[Node<'_>]) {
    reader.found.has_rules = true;
    let loki = speaks_logql(reader, groups, "query");
    for node in groups {
        let interval = seconds(node, "interval");
        let rules = node.get("rules").map_or(&[][..], Node::items).iter();
        let rules: Vec<_> = rules.filter_map(|one| rule(reader, one, loki)).collect();
        let group = RuleGroup {
            interval: (!interval.is_zero()).then_some(interval),
            origin: reader.source.origin(node.at),
            rules: match node.get("partialResponseStrategy") {
                Some(_) => in_order(rules),
                None => rules,
            },
            ..RuleGroup::new(node.text(&["name"]))
        };
        reader.found.groups.push(group);
    }
}

fn rule(reader: &mut Reader<'_>, node: &Node<'_>, loki: bool) -> Option<Rule> {
    let mut fields = Fields::of(reader, node, "a rule")?;
    let (name, text) = (fields.required("name")?, fields.required("query")?);
    let (labels, annotations) = (fields.pairs("labels"), fields.pairs("annotations"));
    let written = fields.origin_of("query");
    let query = match loki {
        true => RuleQuery::Logql(LogQl::written(text, written)),
        false => RuleQuery::Promql(reader.queries.promql(text, written)),
    };
    if node.text(&["type"]) == "recording" {
        return recording(reader, node, name, query, labels).map(Rule::Record);
    }
    let keep_firing = seconds(node, "keepFiringFor");
    Some(Rule::Alert(Alert {
        lasting: seconds(node, "duration"),
        keep_firing: (!keep_firing.is_zero()).then_some(keep_firing),
        origin: reader.source.origin(node.at),
        ..taken_apart(name, query, labels, annotations)
    }))
}

/// Thanos tells rules in the order of their names, not in that of their file: what is recorded comes before what uses it.
/// Rules that use each other have no order.
fn in_order(rules: Vec<Rule>) -> Vec<Rule> {
    let used = before(&rules);
    let mut rules: Vec<_> = rules.into_iter().map(Some).collect();
    let mut seen = vec![false; rules.len()];
    let mut ordered = Vec::with_capacity(rules.len());
    let mut waiting: Vec<usize> = (0..rules.len()).rev().collect();
    while let Some(last) = waiting.last().copied() {
        if seen[last] {
            waiting.pop();
            ordered.extend(rules[last].take());
        } else {
            seen[last] = true;
            waiting.extend(used[last].iter().rev().filter(|index| !seen[**index]));
        }
    }
    ordered
}

/// For each rule where those stand that record what it uses.
fn before(rules: &[Rule]) -> Vec<Vec<usize>> {
    let mut recorded: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (index, rule) in rules.iter().enumerate() {
        if let Rule::Record(record) = rule {
            recorded
                .entry(record.record.as_str())
                .or_default()
                .push(index);
        }
    }
    let of = |rule: &Rule| {
        let names = rule.query().promql().into_iter().flat_map(|query| {
            let selectors = query.expr().selectors();
            selectors.filter_map(|used| used.selector.name.as_ref())
        });
        let names: BTreeSet<_> = names.map(|name| name.text.as_str()).collect();
        let others = names.into_iter().filter(|name| *name != rule.name());
        let of_others = others.filter_map(|name| recorded.get(name));
        let mut found: Vec<_> = of_others.flatten().copied().collect();
        found.sort_unstable();
        found
    };
    rules.iter().map(of).collect()
}

/// A length of time, which is none where it is not said.
fn seconds(node: &Node<'_>, key: &str) -> Duration {
    let seconds = node.get(key).and_then(Node::as_f64).unwrap_or_default();
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "negative and endless times are cut"
    )]
    let whole = (seconds * 1000.0).round() as u64;
    millis(whole)
}
