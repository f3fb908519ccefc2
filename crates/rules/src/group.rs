//! Rule groups, as they are evaluated.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::ask::Expression;
use crate::sight::Sight;
use crate::template::Text;

/// A place in a file, from 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The line.
    pub line: u32,
    /// The column, in characters.
    pub column: u32,
}

/// Rules that are evaluated one after the other.
#[derive(Clone, Debug)]
pub struct Group {
    /// Its name.
    pub name: String,
    /// The file it stands in, as messages show it.
    pub file: Arc<str>,
    /// How far before the time of evaluation its queries look, and its results are written: milliseconds.
    pub query_offset: i64,
    /// How many series or alerts a rule may give; 0 is any number.
    pub limit: usize,
    /// Its rules, in order.
    pub rules: Vec<Rule>,
}

/// A rule.
#[derive(Clone, Debug)]
pub struct Rule {
    /// The alert's name, or the metric that is recorded.
    pub name: String,
    /// What becomes of the query's result.
    pub action: Action,
    /// The query.
    pub expr: Expression,
    /// Labels of its own and of its group. Those of alerts are templates.
    pub labels: BTreeMap<String, Text>,
    /// Where it stands.
    pub place: Place,
}

impl Rule {
    /// A rule that records the result of a query with these labels, and stands nowhere.
    #[must_use]
    pub fn record(
        name: impl Into<String>,
        expr: impl Into<Expression>,
        labels: &BTreeMap<String, String>,
    ) -> Self {
        let labels = labels.iter();
        let labels = labels.map(|(name, value)| (name.clone(), Text::plain(value)));
        Self {
            name: name.into(),
            action: Action::Record,
            expr: expr.into(),
            labels: labels.collect(),
            place: Place::default(),
        }
    }
}

/// What a rule does with the result of its query.
#[derive(Clone, Debug)]
pub enum Action {
    /// It is written under the rule's name.
    Record,
    /// Each of its series is an alert.
    Alert(Alerting),
}

/// How a series becomes an alert.
#[derive(Clone, Debug, Default)]
pub struct Alerting {
    /// How long the series must be there before the alert fires (`for`): milliseconds.
    pub hold: i64,
    /// How long it fires on after the series is gone (`keep_firing_for`): milliseconds.
    pub keep_firing: i64,
    /// What is told with it: templates.
    pub annotations: BTreeMap<String, Text>,
}

/// Groups in the order of their evaluation, and what they read and write.
#[derive(Debug)]
pub struct RuleSet {
    pub(crate) groups: Vec<Arc<Group>>,
    pub(crate) sight: Sight,
}

/// A rule of a set, with its group.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Member<'a> {
    pub group: &'a Group,
    pub rule: &'a Rule,
}

impl RuleSet {
    /// The set of these groups. Those that `order` names are evaluated in its order; all others together
    /// with the first of them, as promtool does. Where groups of Loki stand before those of Prometheus, these
    /// see what those recorded at the same time.
    #[must_use]
    pub fn new(mut groups: Vec<Arc<Group>>, order: &[String]) -> Self {
        let place = |group: &Arc<Group>| {
            order
                .iter()
                .position(|name| *name == group.name)
                .unwrap_or(0)
        };
        groups.sort_by_key(place);
        let sight = Sight::new(&groups);
        Self { groups, sight }
    }

    /// Whether there is an alert of that name.
    #[must_use]
    pub fn has_alert(&self, name: &str) -> bool {
        let mut rules = self.members();
        rules.any(|it| it.rule.name == name && matches!(it.rule.action, Action::Alert(_)))
    }

    /// The names of all alerts.
    pub fn alerts(&self) -> impl Iterator<Item = &str> + Clone {
        let alerts = self
            .members()
            .filter(|it| matches!(it.rule.action, Action::Alert(_)));
        alerts.map(|it| it.rule.name.as_str())
    }

    /// All rules in the order of their evaluation.
    pub(crate) fn members(&self) -> impl Iterator<Item = Member<'_>> + Clone {
        self.groups
            .iter()
            .flat_map(|group| group.rules.iter().map(|rule| Member { group, rule }))
    }
}

impl<'a> Member<'a> {
    /// How it makes alerts, if it does.
    pub fn alerting(self) -> Option<&'a Alerting> {
        match &self.rule.action {
            Action::Alert(alerting) => Some(alerting),
            Action::Record => None,
        }
    }
}
