//! Selectors: which series are made up, and which are there already.

use std::collections::BTreeMap;

use obsctl_promql::Expr;
use obsctl_promql::ast::{MatchOp, Selector};
use obsctl_promql::eval::labels::{BUCKET, METRIC_NAME};
use obsctl_promql::eval::{Labels, Matcher};

use super::{Need, Solved, Solver};
use crate::interval::Interval;
use crate::plan::{Mode, Shape};
use crate::scene::{compile, of_label};
use crate::{Obstacle, Recorded, metric_name, sample};

impl Solver<'_> {
    pub(super) fn selector(
        &mut self,
        expr: &Expr,
        selector: &Selector,
        want: Interval,
        need: &Need,
    ) -> Solved {
        if let Some(name) = metric_name(selector) {
            let recorded = self.scene.facts.recorded(name);
            if !recorded.is_empty() {
                return self.recorded(expr, selector, &recorded, need, |solver, rule, need| {
                    solver.solve(rule.expr, want, need)
                });
            }
        }
        if selector.modifiers.at.is_some() || !self.scene.is_delayed_as_one(selector) {
            let message = "what a series did at another time (`offset`, `@`) is not derived";
            return Err(Obstacle::new(expr, message));
        }
        let Some(matchers) = compile(selector).filter(|_| selector.variables.is_empty()) else {
            return Err(Obstacle::new(expr, "the selector cannot be evaluated"));
        };
        let there = self.there(&matchers, need);
        let mut numbers = vec![];
        for labels in &there {
            match self.plan.get(labels).and_then(|it| it.number(need.mode)) {
                Some(number) => numbers.push((labels.clone(), number)),
                None if self.remake(labels, want, need) => return Ok(()),
                None => return Err(conflict(expr, labels)),
            }
        }
        if need.copy == 0 && need.bucket.is_none() && !numbers.is_empty() {
            let total: f64 = numbers.iter().map(|(_, number)| number).sum();
            if !need.sum {
                let wrong = numbers.iter().find(|(_, number)| !want.contains(*number));
                return match wrong {
                    None => Ok(()),
                    Some((labels, _)) => Err(conflict(expr, labels)),
                };
            }
            if want.contains(total) {
                return Ok(());
            }
            let wanted = want.pick(self.attempt).filter(|wanted| *wanted > total);
            let Some(wanted) = wanted else {
                return Err(conflict(expr, &there[0]));
            };
            let labels = self.labels(expr, selector, &matchers, need)?;
            let shape = Shape::new(need.mode, wanted - total);
            return self.put(expr, labels, shape);
        }
        let Some(number) = want.pick(self.attempt) else {
            return Err(Obstacle::new(expr, "no number is what is asked for"));
        };
        let labels = self.labels(expr, selector, &matchers, need)?;
        let Some(bucket) = &need.bucket else {
            return self.put(expr, labels, Shape::new(need.mode, number));
        };
        for bound in bucket.bounds.iter().copied().chain([f64::INFINITY]) {
            let le = if bound == f64::INFINITY {
                "+Inf".to_owned()
            } else {
                bound.to_string()
            };
            let counted = if bound >= bucket.upper { number } else { 0.0 };
            let shape = Shape::new(need.mode, counted);
            self.put(expr, labels.with(BUCKET, &le), shape)?;
        }
        Ok(())
    }

    /// A level becomes the start of a trend, or a point in time, where one is asked for.
    fn remake(&mut self, labels: &Labels, want: Interval, need: &Need) -> bool {
        let shape = match (self.plan.get(labels), need.mode) {
            (Some(Shape::Level(from)), Mode::Trend(later)) => {
                let to = want.pick(self.attempt);
                to.map(|to| Shape::trend(*from, to, later))
            }
            (Some(Shape::Level(value)), Mode::Age(unit)) if *value > 0.0 => {
                let ago = want.pick(self.attempt);
                ago.map(|ago| Shape::Age(ago, unit))
            }
            // Which number a point in time is the samples say: none is too large for any of them.
            (Some(shape @ Shape::Age(..)), Mode::Level) => {
                want.contains(f64::MAX).then_some(*shape)
            }
            _ => None,
        };
        let Some(shape) = shape else { return false };
        self.plan.insert(labels.clone(), shape);
        true
    }

    /// The series of the plan that are selected and have the labels that are asked for.
    fn there(&self, matchers: &[Matcher], need: &Need) -> Vec<Labels> {
        let fits = |labels: &&Labels| {
            let mut fixed = need.fixed.iter();
            selected(matchers, labels)
                && fixed.all(|(name, value)| labels.get(name).is_none_or(|it| it == value))
        };
        self.plan.keys().filter(fits).cloned().collect()
    }

    /// Lets a series go on as it does there.
    fn put(&mut self, expr: &Expr, labels: Labels, shape: Shape) -> Solved {
        match self.plan.get(&labels) {
            Some(known) if *known != shape => Err(conflict(expr, &labels)),
            _ => {
                self.plan.insert(labels, shape);
                Ok(())
            }
        }
    }

    /// The labels of a new series that is selected.
    fn labels(
        &self,
        expr: &Expr,
        selector: &Selector,
        matchers: &[Matcher],
        need: &Need,
    ) -> Result<Labels, Obstacle> {
        let metric = self.metric(expr, selector, matchers)?;
        let mut labels = BTreeMap::from([(METRIC_NAME.to_owned(), metric.clone())]);
        let asked = need.names.iter().chain(need.fixed.keys());
        let asked = asked.filter(|name| self.scene.can_have(&metric, name));
        let matched = matchers.iter().map(|it| &it.name);
        let bucket = need.bucket.is_some();
        for name in matched
            .chain(asked)
            .filter(|name| !(*name == METRIC_NAME || bucket && *name == BUCKET))
            .collect::<std::collections::BTreeSet<_>>()
        {
            let own = of_label(matchers, name);
            let value = match need.fixed.get(name) {
                Some(fixed) => own
                    .iter()
                    .all(|it| it.matches(fixed))
                    .then(|| fixed.clone()),
                None => self.scene.value(&metric, name, &own),
            };
            let Some(value) = value else {
                let message = format!("no value of `{name}` is found that is asked for");
                return Err(Obstacle::new(expr, message));
            };
            labels.insert(name.clone(), value);
        }
        self.keep_apart(&metric, matchers, need, &mut labels);
        let mut made: Labels = labels.clone().into_iter().collect();
        let mut copy = need.copy;
        while copy > 0 || need.bucket.is_none() && self.plan.contains_key(&made) && need.sum {
            let Some(name) = self.varying(&metric, matchers, need) else {
                let message = "two series are needed, and no label tells them apart";
                return Err(Obstacle::new(expr, message));
            };
            copy = copy.max(1);
            let value = format!("{}-{copy}", labels.get(&name).map_or("a", String::as_str));
            made = made.with(&name, &value);
            if !self.plan.contains_key(&made) || need.copy > 0 {
                break;
            }
            copy += 1;
        }
        Ok(made)
    }

    /// Keeps a series out of the selectors that ask for something else of the same metric.
    fn keep_apart(
        &self,
        metric: &str,
        own: &[Matcher],
        need: &Need,
        labels: &mut BTreeMap<String, String>,
    ) {
        for other in &self.scene.chosen {
            let now: Labels = labels.clone().into_iter().collect();
            if !selected(&other.matchers, &now) {
                continue;
            }
            let free = other.matchers.iter().filter(|matcher| {
                let name = &matcher.name;
                let equal = of_label(own, name)
                    .iter()
                    .any(|it| it.equal_value().is_some());
                let asked = need.names.contains(name) || need.fixed.contains_key(name);
                !(*name == METRIC_NAME || name == BUCKET || equal || asked)
                    && self.scene.can_have(metric, name)
            });
            for matcher in free {
                let accepted =
                    self.scene
                        .candidates(metric, &matcher.name, &of_label(own, &matcher.name));
                let apart = accepted.into_iter().find(|value| !matcher.matches(value));
                if let Some(value) = apart {
                    labels.insert(matcher.name.clone(), value);
                    break;
                }
            }
        }
    }

    /// A label that may have another value.
    fn varying(&self, metric: &str, matchers: &[Matcher], need: &Need) -> Option<String> {
        let own = self.scene.facts.labels(metric).unwrap_or_default();
        let common = ["instance", "pod", "job"].map(str::to_owned);
        let mut names = common.into_iter().chain(own);
        names.find(|name| {
            !need.names.contains(name)
                && !need.fixed.contains_key(name)
                && self.scene.can_have(metric, name)
                && of_label(matchers, name).iter().all(|it| it.matches("a-1"))
                && !self.scene.facts.values(metric, name).all
        })
    }

    /// The name of the metric: the one that is asked for, or one that a pattern matches.
    fn metric(
        &self,
        expr: &Expr,
        selector: &Selector,
        matchers: &[Matcher],
    ) -> Result<String, Obstacle> {
        if let Some(name) = metric_name(selector) {
            return Ok(name.to_owned());
        }
        let own = of_label(matchers, METRIC_NAME);
        let patterns = selector.matchers.iter();
        let patterns = patterns.filter(|it| it.name.text == METRIC_NAME && it.op == MatchOp::Regex);
        let mut names = patterns.flat_map(|it| sample::samples(&it.value.value));
        let name = names.find(|name| !name.is_empty() && own.iter().all(|it| it.matches(name)));
        name.ok_or_else(|| Obstacle::new(expr, "the selector names no metric"))
    }

    /// Does something with the first rule for which it can be done that records what is selected.
    fn recorded(
        &mut self,
        expr: &Expr,
        selector: &Selector,
        rules: &[Recorded<'_>],
        need: &Need,
        make: impl Fn(&mut Self, &Recorded<'_>, &Need) -> Solved,
    ) -> Solved {
        let Some(matchers) = compile(selector).filter(|_| !self.too_deep()) else {
            return Err(Obstacle::new(
                expr,
                "the recording rules cannot be followed",
            ));
        };
        let mut first = None;
        for rule in rules {
            let refuses = |(name, value): (&String, &String)| {
                of_label(&matchers, name)
                    .iter()
                    .any(|it| !it.matches(value))
            };
            if rule.labels.iter().any(refuses) {
                continue;
            }
            let mut inner = need.clone();
            for matcher in matchers.iter().filter(|it| it.name != METRIC_NAME) {
                if let Some(value) =
                    self.scene
                        .value("", &matcher.name, &of_label(&matchers, &matcher.name))
                    && !value.is_empty()
                {
                    inner.names.insert(matcher.name.clone());
                    inner.fixed.insert(matcher.name.clone(), value);
                }
            }
            inner.names.retain(|name| !rule.labels.contains_key(name));
            inner
                .fixed
                .retain(|name, _| !rule.labels.contains_key(name));
            inner.sum = false;
            let (plan, missing) = (self.plan.clone(), self.missing.clone());
            self.depth += 1;
            let made = make(self, rule, &inner);
            self.depth -= 1;
            match made {
                Ok(()) => return Ok(()),
                Err(obstacle) => {
                    (self.plan, self.missing) = (plan, missing);
                    let span = expr.span();
                    first.get_or_insert(Obstacle { span, ..obstacle });
                }
            }
        }
        let none = || Obstacle::new(expr, "no rule records what is selected");
        Err(first.unwrap_or_else(none))
    }

    pub(super) fn silence_selector(
        &mut self,
        expr: &Expr,
        selector: &Selector,
        need: &Need,
    ) -> Solved {
        if let Some(name) = metric_name(selector) {
            let recorded = self.scene.facts.recorded(name);
            if !recorded.is_empty() {
                return self.recorded(expr, selector, &recorded, need, |solver, rule, need| {
                    solver.silence(rule.expr, need)
                });
            }
        }
        let Some(matchers) = compile(selector) else {
            return Err(Obstacle::new(expr, "the selector cannot be evaluated"));
        };
        if let Some(labels) = self.there(&matchers, need).first() {
            return Err(conflict(expr, labels));
        }
        self.missing.push(matchers);
        Ok(())
    }
}

/// Whether all matchers accept a series.
pub(crate) fn selected(matchers: &[Matcher], labels: &Labels) -> bool {
    matchers.iter().all(|it| it.matches(labels.value(&it.name)))
}

fn conflict(expr: &Expr, labels: &Labels) -> Obstacle {
    let message = format!("parts of the condition ask different things of {labels}");
    Obstacle::new(expr, message)
}
