//! What routes and inhibitions can know of an alert: its labels, as far as they are certain, and what matchers ask
//! for.

use std::collections::BTreeMap;

use obsctl_model::{Alert, LabelMatch, LabelMatchOp, Rule, RuleGroup};

use super::Input;
use crate::routing::{ALERT_NAME, Known, Matcher, holds};

/// The labels of an alert's notifications.
#[derive(Clone, Debug)]
pub(super) struct Labels {
    /// Labels with the one value they have; none where it is not known.
    known: BTreeMap<String, Option<String>>,
    /// Whether there can be labels beside these.
    open: bool,
}

/// All alerts, and what is known of their labels.
pub(super) fn alerts<'a>(input: &Input<'a>) -> Vec<(&'a RuleGroup, &'a Alert, Labels)> {
    let mut all = vec![];
    for group in input.project.groups() {
        for rule in &group.rules {
            if let Rule::Alert(alert) = rule {
                all.push((group, alert, Labels::of(input, group, alert)));
            }
        }
    }
    all
}

/// What is known of an alert that meets matchers: the values that they leave no choice of.
#[derive(Clone, Debug, Default)]
pub(super) struct Asked<'a>(Vec<&'a LabelMatch>);

impl<'a> Asked<'a> {
    pub(super) fn of(matchers: &'a [LabelMatch]) -> Self {
        Self::default().and(matchers)
    }

    /// These matchers too.
    pub(super) fn and(&self, matchers: &'a [LabelMatch]) -> Self {
        Self(self.0.iter().copied().chain(matchers).collect())
    }

    /// Whether an alert can meet all of them.
    pub(super) fn is_possible(&self) -> bool {
        let matchers: Vec<_> = self.0.iter().map(|it| Matcher::of(it)).collect();
        holds(&matchers, self) != Some(false)
    }

    /// Whether what meets all of them surely meets these as well.
    pub(super) fn implies(&self, others: &[LabelMatch]) -> bool {
        others.iter().all(|other| {
            // An alert without the label matches as well: for Alertmanager it has an empty one.
            other.op == LabelMatchOp::Regex && other.value == ".*"
                || self.0.contains(&other)
                || Matcher::of(other).takes(self) == Some(true)
        })
    }
}

impl Known for Asked<'_> {
    fn value(&self, label: &str) -> Option<&str> {
        let mut said = self.0.iter();
        let said = said.find(|it| it.label == label && it.op == LabelMatchOp::Equal);
        said.map(|it| it.value.as_str())
    }
}

impl Labels {
    fn of(input: &Input<'_>, group: &RuleGroup, alert: &Alert) -> Self {
        let mut known = BTreeMap::new();
        let mut open = true;
        // Of files nobody knows the labels that Prometheus adds to all of its alerts.
        let closes = input.project.knows().ours;
        if let Some(query) = alert.query.promql() {
            let flow = input.flows.of(query.expr());
            open = flow.labels.is_open() || !closes;
            known.extend(flow.labels.names().map(|name| (name.to_owned(), None)));
        }
        let own = alert.all_labels();
        for (label, value) in group.labels.clone().into_iter().chain(own) {
            let certain = !value.contains("{{");
            known.insert(label, certain.then_some(value));
        }
        known.insert(ALERT_NAME.to_owned(), Some(alert.name.clone()));
        Self { known, open }
    }

    /// Whether both can have the same value of a label that both have.
    pub(super) fn can_agree(&self, other: &Self, label: &str) -> bool {
        match (self.value(label), other.value(label)) {
            (Some(one), Some(other)) => one == other,
            // Missing on one side only agrees with an empty value on the other.
            (Some(""), None) => !other.known.contains_key(label),
            (None, Some("")) => !self.known.contains_key(label),
            _ => true,
        }
    }
}

impl Known for Labels {
    fn value(&self, label: &str) -> Option<&str> {
        match self.known.get(label) {
            Some(value) => value.as_deref(),
            None if self.open => None,
            None => Some(""),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_without_a_choice_decide() {
        let is = LabelMatch::is;
        let matches = LabelMatch::matches;
        let of = |asked: &[LabelMatch], other: LabelMatch| {
            let asked = Asked::of(asked);
            (asked.is_possible(), asked.implies(&[other]))
        };
        for (asked, other, possible, implied) in [
            (vec![is("a", "x")], matches("a", "x|y"), true, true),
            (vec![is("a", "z")], matches("a", "x|y"), true, false),
            (vec![is("a", "z")], LabelMatch::is_not("a", "x"), true, true),
            (vec![matches("a", "x|y")], is("a", "x"), true, false),
            (vec![matches("a", "x|y")], matches("a", "x|y"), true, true),
            (vec![], matches("a", ".*"), true, true),
            (vec![], matches("a", ".+"), true, false),
            (vec![is("a", "x")], matches("a", "("), true, false),
            (vec![is("a", "x"), is("a", "y")], is("b", ""), false, false),
            (
                vec![is("a", "x"), matches("a", "y.*")],
                is("b", ""),
                false,
                false,
            ),
            (
                vec![matches("a", "x"), matches("a", "y")],
                is("b", ""),
                true,
                false,
            ),
        ] {
            let shown = format!("{asked:?} {other:?}");
            assert_eq!(of(&asked, other), (possible, implied), "{shown}");
        }
    }
}
