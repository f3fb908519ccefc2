//! Labels through an expression, from selectors to the result.

use obsctl_promql::ast::{Aggregate, AggregateOp, Binary, BinaryOp, Call, MatchOp, Name, Selector};
use obsctl_promql::{Expr, Span, ValueType, functions};

use super::{ALWAYS, Flows, Issue, Known, Labels, Loss, Use};
use crate::project::expression::{has_variable, series_name};

/// The way through one expression.
pub(super) struct Walk<'f, 'a> {
    flows: &'f Flows<'a>,
    pub(super) issues: Vec<Issue<'a>>,
}

impl<'f, 'a> Walk<'f, 'a> {
    pub(super) fn new(flows: &'f Flows<'a>) -> Self {
        Self {
            flows,
            issues: vec![],
        }
    }

    /// The labels of an expression's result.
    pub(super) fn labels(&mut self, expr: &'a Expr) -> Labels<'a> {
        match expr {
            Expr::Number(_) | Expr::String(_) => Labels::none(),
            Expr::Variable(_) | Expr::Error(_) => Labels::any(),
            Expr::Selector(selector) => self.selector(selector),
            Expr::Range(range) => self.selector(&range.selector),
            Expr::Subquery(node) => self.labels(&node.expr),
            Expr::Unary(node) => self.labels(&node.expr),
            Expr::Paren(node) => self.labels(&node.expr),
            Expr::Call(call) => self.call(call),
            Expr::Aggregate(node) => self.aggregate(node),
            Expr::Binary(node) => self.binary(node),
        }
    }

    fn selector(&mut self, selector: &'a Selector) -> Labels<'a> {
        let mut labels = match series_name(selector) {
            Some((name, _)) => self.flows.series(name),
            None => Labels::any(),
        };
        for matcher in &selector.matchers {
            let label = matcher.name.text.as_str();
            if label == "__name__" || has_variable(label) {
                continue;
            }
            if !labels.has(label) {
                self.issue(
                    label,
                    matcher.span,
                    Use::Matcher,
                    labels.loss(label),
                    &labels,
                );
                continue;
            }
            if matcher.op.is_negative() {
                continue;
            }
            let always = labels.always(label)
                || matcher.op == MatchOp::Equal
                    && !matcher.value.value.is_empty()
                    && !has_variable(&matcher.value.value);
            labels.add(
                label,
                Known {
                    always,
                    unbounded: false,
                },
            );
        }
        labels
    }

    fn call(&mut self, call: &'a Call) -> Labels<'a> {
        let name = call.func.text.as_str();
        let args: Vec<_> = call.args.iter().map(|arg| self.labels(arg)).collect();
        let Some(function) = functions::find(name) else {
            return Labels::any();
        };
        let vector = (0..args.len()).find(|index| {
            matches!(
                function.arg_type(*index),
                Some(ValueType::Vector | ValueType::Range)
            )
        });
        let Some(vector) = vector.filter(|_| function.returns == ValueType::Vector) else {
            return Labels::none();
        };
        let mut args = args;
        let mut labels = args.swap_remove(vector);
        match name {
            "absent" | "absent_over_time" => return absent(&call.args[vector]),
            "info" | "histogram_quantiles" => return Labels::any(),
            "histogram_quantile" | "histogram_fraction" => {
                let lost = labels.loss("le");
                if let Some(loss) = lost.filter(|_| self.has_buckets(&call.args[vector])) {
                    self.issue(
                        "le",
                        call.args[vector].span(),
                        Use::Quantile,
                        Some(loss),
                        &labels,
                    );
                }
                labels.remove("le", Loss::Here(call.span));
            }
            "label_replace" | "label_join" => self.relabel(call, &mut labels),
            _ => {}
        }
        labels
    }

    /// Whether some of the series can be buckets of a classic histogram. One of another name that no rule records is a native one.
    fn has_buckets(&self, histogram: &Expr) -> bool {
        histogram.selectors().any(|used| {
            series_name(used.selector).is_none_or(|(name, _)| {
                name.ends_with("_bucket") || name.contains(':') || self.flows.is_recorded(name)
            })
        })
    }

    /// `label_replace(v, target, replacement, source, regex)`, `label_join(v, target, separator, source…)`
    fn relabel(&mut self, call: &'a Call, labels: &mut Labels<'a>) {
        let text = |index: usize| match call.args.get(index) {
            Some(Expr::String(text)) => Some((text.value.as_str(), text.span)),
            _ => None,
        };
        let replace = call.func.text == "label_replace";
        let sources = if replace { 3..4 } else { 3..call.args.len() };
        for (source, span) in sources.filter_map(text) {
            // An empty source is allowed: the replacement is then a constant.
            if !source.is_empty() && !has_variable(source) && !labels.has(source) {
                self.issue(source, span, Use::Source, labels.loss(source), labels);
            }
        }
        match text(1) {
            Some((target, _)) if !has_variable(target) => {
                labels.add(target, Known::default());
            }
            _ => *labels = Labels::any(),
        }
    }

    fn aggregate(&mut self, node: &'a Aggregate) -> Labels<'a> {
        if let Some(param) = &node.param {
            self.labels(param);
        }
        let mut inner = self.labels(&node.expr);
        let grouping: &[Name] = node.grouping.as_ref().map_or(&[], |g| &g.labels);
        let without = node.grouping.as_ref().is_some_and(|g| g.without);
        let variable = grouping.iter().any(|label| has_variable(&label.text));
        for label in grouping {
            let name = label.text.as_str();
            if !has_variable(name) && !inner.has(name) {
                let loss = inner.loss(name);
                // Dropping what was dropped before changes nothing; a label that never was is a mistake.
                if !without || loss.is_none() {
                    self.issue(name, label.span, Use::Grouping, loss, &inner);
                }
            }
        }
        let loss = Loss::Here(node.span);
        let mut result = if node.op.keeps_series() {
            inner.known.values_mut().for_each(|k| k.unbounded = false);
            inner
        } else if variable {
            inner.known.values_mut().for_each(|k| k.always = false);
            inner
        } else if without {
            grouping.iter().for_each(|l| inner.remove(&l.text, loss));
            inner
        } else {
            let labels: Vec<&str> = grouping.iter().map(|l| l.text.as_str()).collect();
            let unknown = inner.is_open();
            let mut kept = inner.keep(&labels, loss);
            // Who groups series of which nothing is known by a label, knows that they have it.
            if unknown {
                labels.iter().for_each(|label| kept.add_always(label));
            }
            kept
        };
        if node.op == AggregateOp::CountValues {
            match node.param.as_deref() {
                Some(Expr::String(label)) => result.add(&label.value, ALWAYS),
                _ => return Labels::any(),
            }
        }
        result
    }

    fn binary(&mut self, node: &'a Binary) -> Labels<'a> {
        let (lhs, rhs) = (self.labels(&node.lhs), self.labels(&node.rhs));
        match (is_scalar(&node.lhs), is_scalar(&node.rhs)) {
            (true, true) => return Labels::none(),
            (true, false) => return rhs,
            (false, true) => return lhs,
            (false, false) => {}
        }
        let matching = node.matching.as_ref();
        let clause = matching.and_then(|matching| matching.labels.as_ref());
        let names: Vec<&str> = clause
            .iter()
            .flat_map(|c| c.labels.iter().map(|label| label.text.as_str()))
            .collect();
        if names.iter().any(|name| has_variable(name)) {
            return Labels::any();
        }
        let on = clause.is_some_and(|clause| clause.on);
        self.match_issues(node, &lhs, &rhs, on, &names);
        let loss = Loss::Here(node.op_span);
        match node.op {
            BinaryOp::And | BinaryOp::Unless => lhs,
            BinaryOp::Or => lhs.union(rhs),
            _ => match matching.and_then(|matching| matching.group.as_ref()) {
                Some(group) => {
                    let (mut many, one) = if group.left { (lhs, rhs) } else { (rhs, lhs) };
                    for label in &group.include {
                        let name = label.text.as_str();
                        if has_variable(name) {
                            return Labels::any();
                        }
                        if one.has(name) {
                            let known = one.known.get(name).copied().unwrap_or_default();
                            many.add(name, known);
                        } else {
                            self.issue(name, label.span, Use::Include, one.loss(name), &one);
                            many.remove(name, loss);
                        }
                    }
                    many
                }
                None if on => lhs.keep(&names, loss),
                None => {
                    let (mut lhs, mut rhs) = (lhs, rhs);
                    for name in &names {
                        lhs.remove(name, loss);
                        rhs.remove(name, loss);
                    }
                    lhs.meet(rhs)
                }
            },
        }
    }

    /// Labels that keep all pairs of series apart, or that no side has.
    fn match_issues(
        &mut self,
        node: &'a Binary,
        lhs: &Labels<'a>,
        rhs: &Labels<'a>,
        on: bool,
        names: &[&'a str],
    ) {
        let matching = node.matching.as_ref();
        if matching.is_some_and(|m| m.fill_left.is_some() || m.fill_right.is_some()) {
            return;
        }
        let clause = matching.and_then(|matching| matching.labels.as_ref());
        for label in clause.iter().flat_map(|clause| &clause.labels) {
            let name = label.text.as_str();
            let (left, right) = (lhs.has(name), rhs.has(name));
            let missing = match (left, right) {
                (false, false) => Some(if lhs.loss(name).is_some() { lhs } else { rhs }),
                (false, true) if on && rhs.always(name) => Some(lhs),
                (true, false) if on && lhs.always(name) => Some(rhs),
                _ => None,
            };
            if let Some(side) = missing {
                self.issue(name, label.span, Use::Matching, side.loss(name), side);
            }
        }
        if on || node.op == BinaryOp::Or {
            return;
        }
        for (has, lacks) in [(lhs, rhs), (rhs, lhs)] {
            let apart = has
                .known()
                .find(|(name, known)| known.always && !names.contains(name) && !lacks.has(name));
            if let Some((name, _)) = apart {
                self.issue(name, node.op_span, Use::Agreement, lacks.loss(name), lacks);
                return;
            }
        }
    }

    fn issue(
        &mut self,
        label: &'a str,
        span: Span,
        used: Use,
        loss: Option<Loss<'a>>,
        labels: &Labels<'a>,
    ) {
        self.issues.push(Issue {
            label,
            span,
            used,
            loss,
            instead: labels.names().collect(),
        });
    }
}

/// `absent` gives the labels that its argument asks for by equality, and only once.
fn absent(arg: &Expr) -> Labels<'_> {
    let mut labels = Labels::none();
    if let Some(used) = arg.without_parens().as_selector() {
        let matchers = &used.selector.matchers;
        for matcher in matchers {
            let name = matcher.name.text.as_str();
            let once = matchers.iter().filter(|m| m.name.text == name).count() == 1;
            if matcher.op == MatchOp::Equal && once && name != "__name__" {
                labels.add(name, ALWAYS);
            }
        }
    }
    labels
}

/// Whether an expression is one number rather than series. A variable of Grafana is taken for one.
#[must_use]
pub fn is_scalar(expr: &Expr) -> bool {
    match expr {
        Expr::Number(_) | Expr::Variable(_) => true,
        Expr::Paren(node) => is_scalar(&node.expr),
        Expr::Unary(node) => is_scalar(&node.expr),
        Expr::Binary(node) => is_scalar(&node.lhs) && is_scalar(&node.rhs),
        Expr::Call(call) => functions::find(&call.func.text)
            .is_some_and(|function| function.returns == ValueType::Scalar),
        _ => false,
    }
}
