//! What a whole condition mentions: its selectors, those of the rules it reads, and one value for each label, so
//! that series meet where they are joined.

use std::collections::{BTreeMap, BTreeSet};

use obsctl_promql::Expr;
use obsctl_promql::ast::{BinaryOp, DurationExpr, MatchOp, Modifiers, Selector};
use obsctl_promql::eval::Matcher;
use obsctl_promql::eval::labels::{BUCKET, METRIC_NAME};

use crate::{Facts, metric_name, sample};

/// Recording rules on recording rules on … as deep as this are followed.
pub(crate) const DEEPEST: u32 = 16;

/// Labels that every scraped series has.
const TARGET: [&str; 2] = ["job", "instance"];

/// A selector with its matchers compiled.
#[derive(Debug)]
pub(crate) struct Chosen<'a> {
    pub selector: &'a Selector,
    pub matchers: Vec<Matcher>,
}

/// What a condition is about.
pub(crate) struct Scene<'a> {
    pub facts: &'a dyn Facts,
    /// The selectors of input series.
    pub chosen: Vec<Chosen<'a>>,
    /// The longest time that anything looks back, in milliseconds: all on the way to one selector summed.
    pub horizon: i64,
    /// The shortest range.
    pub shortest: Option<i64>,
    /// The value of each label, wherever a selector accepts it.
    values: BTreeMap<String, String>,
}

impl<'a> Scene<'a> {
    pub fn new(expr: &'a Expr, facts: &'a dyn Facts, labels: &BTreeSet<String>) -> Self {
        let mut scene = Self {
            facts,
            chosen: vec![],
            horizon: 0,
            shortest: None,
            values: BTreeMap::new(),
        };
        let mut names = labels.clone();
        let mut recorded = BTreeMap::new();
        scene.visit(expr, 0, 0, &mut names, &mut recorded);
        for name in names {
            if name != METRIC_NAME && name != BUCKET {
                let value = recorded.remove(&name);
                let value = value.unwrap_or_else(|| scene.common(&name));
                scene.values.insert(name, value);
            }
        }
        scene.derive_replaced(expr);
        scene
    }

    /// Notes what an expression selects and how far it looks back, the labels that it names, and the values that the
    /// rules it reads give to labels.
    fn visit(
        &mut self,
        expr: &'a Expr,
        back: i64,
        depth: u32,
        names: &mut BTreeSet<String>,
        values: &mut BTreeMap<String, String>,
    ) {
        let mut back = back;
        match expr {
            Expr::Selector(_) | Expr::Range(_) => {
                let Some(used) = expr.as_selector() else {
                    return;
                };
                back += delay(&used.selector.modifiers);
                if let Some(range) = used.range.and_then(DurationExpr::constant_millis) {
                    back += range;
                    self.note_range(range);
                }
                self.horizon = self.horizon.max(back);
                let matched = used.selector.matchers.iter();
                names.extend(matched.map(|it| it.name.text.clone()));
                let recorded = metric_name(used.selector).map(|name| self.facts.recorded(name));
                let recorded = recorded.unwrap_or_default();
                if recorded.is_empty() {
                    if let Some(matchers) = compile(used.selector) {
                        let selector = used.selector;
                        self.chosen.push(Chosen { selector, matchers });
                    }
                } else if depth < DEEPEST {
                    for rule in recorded {
                        for (name, value) in rule.labels {
                            names.insert(name.clone());
                            values.insert(name.clone(), value.clone());
                        }
                        self.visit(rule.expr, back, depth + 1, names, values);
                    }
                }
                return;
            }
            Expr::Subquery(node) => {
                back += delay(&node.modifiers);
                let range = node.range.constant_millis().unwrap_or(0);
                back += range;
                self.note_range(range);
            }
            Expr::Aggregate(node) => {
                let grouped = node.grouping.iter().filter(|it| !it.without);
                names.extend(grouped.flat_map(|it| &it.labels).map(|it| it.text.clone()));
            }
            Expr::Binary(node) => {
                if let Some(matching) = &node.matching {
                    let on = matching.labels.iter().filter(|it| it.on);
                    names.extend(on.flat_map(|it| &it.labels).map(|it| it.text.clone()));
                    let taken = matching.group.iter().flat_map(|it| &it.include);
                    names.extend(taken.map(|it| it.text.clone()));
                }
            }
            _ => {}
        }
        for child in expr.children() {
            self.visit(child, back, depth, names, values);
        }
    }

    fn note_range(&mut self, range: i64) {
        let shortest = self.shortest.map_or(range, |known| known.min(range));
        self.shortest = Some(shortest);
    }

    /// The value that most selectors accept.
    fn common(&self, label: &str) -> String {
        let mut candidates = self.asked(label);
        for name in self.chosen.iter().filter_map(|it| metric_name(it.selector)) {
            candidates.extend(self.facts.values(name, label).known);
        }
        candidates.extend(["a", "b"].map(str::to_owned));
        candidates.retain(|value| !value.is_empty());
        let votes = |value: &str| {
            let asked = self.chosen.iter().map(|it| of_label(&it.matchers, label));
            asked
                .filter(|asked| asked.iter().all(|it| it.matches(value)))
                .count()
        };
        // Of equals the first.
        let mut best: Option<(usize, String)> = None;
        for candidate in candidates {
            let votes = votes(&candidate);
            if best.as_ref().is_none_or(|(most, _)| votes > *most) {
                best = Some((votes, candidate));
            }
        }
        best.map_or_else(|| "a".to_owned(), |(_, value)| value)
    }

    /// The values of a label that selectors ask for.
    fn asked(&self, label: &str) -> Vec<String> {
        let matchers = self.chosen.iter().flat_map(|it| &it.selector.matchers);
        let of_label = matchers.filter(|it| it.name.text == label);
        let values = of_label.map(|it| match it.op {
            MatchOp::Equal => vec![it.value.value.clone()],
            MatchOp::Regex => sample::samples(&it.value.value),
            MatchOp::NotEqual | MatchOp::NotRegex => vec![],
        });
        values.flatten().collect()
    }

    /// The value of a label that `label_replace` makes follows from the one it is made of.
    fn derive_replaced(&mut self, expr: &'a Expr) {
        for call in expr.descendants().filter_map(|it| match it {
            Expr::Call(call) if call.func.text == "label_replace" => Some(call),
            _ => None,
        }) {
            let texts: Vec<_> = call.args.iter().skip(1).map(text).collect();
            let [Some(to), Some(replacement), Some(from), Some(regex)] = texts.as_slice() else {
                continue;
            };
            let known = self.values.get(*from).cloned();
            let candidates = known.into_iter().chain(sample::samples(regex));
            let Ok(compiled) = obsctl_promql::eval::compile_anchored(regex) else {
                continue;
            };
            for value in candidates.filter(|value| !value.is_empty()) {
                if let Some(captures) = compiled.captures(&value) {
                    let mut made = String::new();
                    captures.expand(replacement, &mut made);
                    self.values.insert((*from).to_owned(), value);
                    if !made.is_empty() {
                        self.values.insert((*to).to_owned(), made);
                    }
                    break;
                }
            }
        }
    }

    /// The value of a label that a series of `metric` has, which these matchers select.
    pub fn value(&self, metric: &str, label: &str, matchers: &[&Matcher]) -> Option<String> {
        self.candidates(metric, label, matchers).into_iter().next()
    }

    /// The values of a label that these matchers accept, the likeliest first; the empty one is no label.
    pub fn candidates(&self, metric: &str, label: &str, matchers: &[&Matcher]) -> Vec<String> {
        let values = self.facts.values(metric, label);
        let mut all: Vec<_> = self.values.get(label).cloned().into_iter().collect();
        if values.all {
            all.retain(|value| values.known.contains(value));
        }
        all.extend(values.known);
        if !values.all {
            all.extend(self.asked(label));
            all.extend(["a", "b", "c"].map(str::to_owned));
        }
        all.push(String::new());
        all.retain(|value| matchers.iter().all(|it| it.matches(value)));
        all
    }

    /// Whether series of a metric can have a label.
    pub fn can_have(&self, metric: &str, label: &str) -> bool {
        TARGET.contains(&label)
            || self
                .facts
                .labels(metric)
                .is_none_or(|labels| labels.iter().any(|it| it == label))
    }

    /// Whether all that is selected of a metric is of one time, now or so much earlier: what happens then is only seen
    /// later.
    pub fn is_delayed_as_one(&self, selector: &Selector) -> bool {
        let delay = |selector: &Selector| match &selector.modifiers.offset {
            None => Some(0),
            Some(offset) => offset.constant_millis().filter(|delay| *delay >= 0),
        };
        let own = delay(selector);
        let mut same = self.chosen.iter();
        own == Some(0)
            || own.is_some()
                && metric_name(selector).is_some()
                && same.all(|it| {
                    metric_name(it.selector) != metric_name(selector) || delay(it.selector) == own
                })
    }

    /// The labels that one knows the series of an expression to have: its matchers and its groups.
    pub fn labels(&self, expr: &Expr, depth: u32) -> BTreeSet<String> {
        let of = |expr: &Expr| self.labels(expr, depth);
        match expr {
            Expr::Selector(_) | Expr::Range(_) => {
                let Some(used) = expr.as_selector() else {
                    return BTreeSet::new();
                };
                let matchers = used.selector.matchers.iter();
                let positive = matchers.filter(|it| !it.op.is_negative());
                let mut labels: BTreeSet<_> = positive.map(|it| it.name.text.clone()).collect();
                labels.remove(METRIC_NAME);
                let recorded = metric_name(used.selector).filter(|_| depth < DEEPEST);
                for rule in recorded
                    .map(|it| self.facts.recorded(it))
                    .unwrap_or_default()
                {
                    labels.extend(rule.labels.keys().cloned());
                    labels.extend(self.labels(rule.expr, depth + 1));
                }
                labels
            }
            Expr::Aggregate(node) => match &node.grouping {
                None => BTreeSet::new(),
                Some(grouping) => {
                    let named = grouping.labels.iter().map(|it| it.text.clone());
                    if grouping.without {
                        let dropped: BTreeSet<_> = named.collect();
                        &of(&node.expr) - &dropped
                    } else {
                        named.collect()
                    }
                }
            },
            Expr::Call(call) => {
                let mut labels: BTreeSet<_> = call.args.iter().flat_map(of).collect();
                if call.func.text.starts_with("histogram_") {
                    labels.remove(BUCKET);
                }
                labels
            }
            Expr::Binary(node) => {
                let left = of(&node.lhs);
                if matches!(node.op, BinaryOp::And | BinaryOp::Unless | BinaryOp::Or) {
                    return left;
                }
                let matching = node.matching.as_ref();
                let group = matching.and_then(|it| it.group.as_ref());
                match (matching.and_then(|it| it.labels.as_ref()), group) {
                    (Some(on), None) if on.on => {
                        on.labels.iter().map(|it| it.text.clone()).collect()
                    }
                    (Some(ignored), None) => {
                        let ignored: BTreeSet<_> =
                            ignored.labels.iter().map(|it| it.text.clone()).collect();
                        &left - &ignored
                    }
                    (_, Some(group)) => {
                        let mut many = if group.left { left } else { of(&node.rhs) };
                        many.extend(group.include.iter().map(|it| it.text.clone()));
                        many
                    }
                    (None, None) => &left | &of(&node.rhs),
                }
            }
            Expr::Paren(node) => of(&node.expr),
            Expr::Unary(node) => of(&node.expr),
            Expr::Subquery(node) => of(&node.expr),
            _ => BTreeSet::new(),
        }
    }
}

/// How far in the past series are asked for, in milliseconds; 0 where it is not known, or the future.
fn delay(modifiers: &Modifiers) -> i64 {
    let offset = modifiers.offset.as_ref();
    let millis = offset.and_then(DurationExpr::constant_millis);
    millis.unwrap_or(0).max(0)
}

/// The matchers of a selector, its name included; nothing where one cannot be compiled.
pub(crate) fn compile(selector: &Selector) -> Option<Vec<Matcher>> {
    let name = selector.name.iter();
    let name = name.map(|name| Ok(Matcher::equal(METRIC_NAME, &name.text)));
    let matchers = selector.matchers.iter();
    let matchers = matchers.map(|it| Matcher::new(&it.name.text, it.op, &it.value.value));
    name.chain(matchers).collect::<Result<_, _>>().ok()
}

/// The matchers on a label.
pub(crate) fn of_label<'a>(matchers: &'a [Matcher], label: &str) -> Vec<&'a Matcher> {
    matchers.iter().filter(|it| it.name == label).collect()
}

/// The text that an expression is.
pub(crate) fn text(expr: &Expr) -> Option<&str> {
    match expr {
        Expr::String(text) => Some(&text.value),
        _ => None,
    }
}
