//! Which rules and which parts of them a test exercises.

use std::collections::BTreeSet;

use super::Test;
use crate::RuleSet;
use crate::ask::{Asked, Expression, Lines};
use crate::coverage::{Item, probes};
use crate::group::Action;
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
        let asked = Asked {
            engine: &engine,
            lines: Lines::new(&self.lines),
        };
        for (at, member) in rules.members().enumerate() {
            if !reached.contains(&at) {
                continue;
            }
            let steps = self.steps();
            let steps = Steps {
                start: steps.start - member.group.query_offset,
                ..steps
            };
            let gives = |expr: &Expression| {
                let series = asked.range(&results.storage, expr, steps);
                series.is_some_and(|series| !series.is_empty())
            };
            match member.rule.action {
                Action::Record if gives(&member.rule.expr) => {
                    covered.insert((at, Item::Gives));
                }
                Action::Record => {}
                Action::Alert(_) => {
                    let states = self.states(&member.rule.name, &results);
                    covered.extend(states.into_iter().map(|state| (at, state)));
                }
            }
            let probed = probes(&member.rule.expr).into_iter();
            let probed = probed.filter(|probe| gives(&probe.expr));
            covered.extend(probed.map(|probe| (at, probe.item)));
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

#[cfg(test)]
mod tests;
