//! Which rules and which parts of them a test exercises.

use std::collections::BTreeSet;

use obsctl_promql::Expr;
use obsctl_promql::eval::{Data, Engine, Storage};

use super::Test;
use crate::RuleSet;
use crate::coverage::{Item, probes};
use crate::group::{Action, Member};
use crate::run::{Results, Steps};

impl Test {
    /// What the test exercises: the number of each rule in [`RuleSet::coverable`], and the item. Nothing where a
    /// rule fails.
    #[must_use]
    pub fn covers(&self, rules: &RuleSet) -> BTreeSet<(usize, Item)> {
        let engine = self.engine();
        let input = self.samples();
        let results = self.evaluate(
            rules,
            |question| rules.sight.seen(question),
            &engine,
            &input,
        );
        let mut covered = BTreeSet::new();
        if results.failure.is_some() {
            return covered;
        }
        let alerts = self.alerts.iter().map(|case| case.alert.as_str()).collect();
        let exprs: Vec<_> = self.queries.iter().map(|case| &case.expr).collect();
        let reached = rules.sight.reached(&alerts, &exprs);
        for (at, member) in rules
            .members()
            .enumerate()
            .filter(|(at, _)| reached.contains(at))
        {
            let view = View {
                engine: &engine,
                storage: &results.storage,
                steps: self.steps(),
                member,
            };
            let items = match member.rule.action {
                Action::Record => view
                    .gives(&member.rule.expr)
                    .then_some(Item::Gives)
                    .into_iter()
                    .collect(),
                Action::Alert(_) => self.states(&member.rule.name, &results),
            };
            let probed = probes(&member.rule.expr).into_iter();
            let probed = probed.filter(|probe| view.gives(&probe.expr));
            covered.extend(
                items
                    .into_iter()
                    .chain(probed.map(|probe| probe.item))
                    .map(|item| (at, item)),
            );
        }
        covered
    }

    /// How the test finds the alerts of a name.
    fn states(&self, name: &str, results: &Results) -> BTreeSet<Item> {
        let cases = self.alerts.iter().filter(|case| case.alert == name);
        let firing = cases.map(|case| {
            let time = self.start + self.evaluated(case);
            results
                .firing
                .get(&(time, name.to_owned()))
                .is_some_and(|it| !it.is_empty())
        });
        firing
            .map(|firing| if firing { Item::Fires } else { Item::Silent })
            .collect()
    }
}

/// The series of a test, as a rule sees them.
struct View<'a> {
    engine: &'a Engine,
    storage: &'a Storage,
    steps: Steps,
    member: Member<'a>,
}

impl View<'_> {
    /// Whether a query gives something at some step.
    fn gives(&self, expr: &Expr) -> bool {
        let offset = self.member.group.query_offset;
        let (start, end) = (self.steps.start - offset, self.steps.end() - offset);
        let output = self
            .engine
            .range(self.storage, expr, start, end, self.steps.step);
        output.is_ok_and(|output| matches!(output.data, Data::Matrix(series) if !series.is_empty()))
    }
}

#[cfg(test)]
mod tests;
