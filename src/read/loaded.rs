//! Rules as engines have them: what Prometheus, Mimir, Thanos and Loki's ruler answer at `/api/v1/rules`. Beside what a rule
//! file has, it says what became of each rule, which is not read.

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
fn in_order(mut rules: Vec<Rule>) -> Vec<Rule> {
    let mut ordered = vec![];
    while !rules.is_empty() {
        let waits = |rule: &Rule| rules.iter().any(|other| uses(rule, other));
        let next = rules.iter().position(|rule| !waits(rule));
        // Rules that use each other have no order.
        ordered.push(rules.remove(next.unwrap_or(0)));
    }
    ordered
}

/// Whether a rule uses what another one records.
fn uses(rule: &Rule, other: &Rule) -> bool {
    let (Rule::Record(other), Some(query)) = (other, rule.query().promql()) else {
        return false;
    };
    let recorded = other.record.as_str();
    let mut names = query
        .expr()
        .selectors()
        .filter_map(|used| used.selector.name.as_ref());
    rule.name() != recorded && names.any(|name| name.text == recorded)
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
