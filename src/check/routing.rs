//! What routes and inhibitions can know of an alert: its labels, as far as they are certain.

use std::collections::BTreeMap;

use obsctl_model::{Alert, RuleGroup};

use super::Input;
use crate::routing::{ALERT_NAME, Known};

/// The labels of an alert's notifications.
#[derive(Clone, Debug)]
pub(super) struct Labels {
    /// Labels with the one value they have; none where it is not known.
    known: BTreeMap<String, Option<String>>,
    /// Whether there can be labels beside these.
    open: bool,
}

impl Labels {
    pub(super) fn of(input: &Input<'_>, group: &RuleGroup, alert: &Alert) -> Self {
        let mut known = BTreeMap::new();
        let mut open = true;
        if let Some(query) = alert.query.promql() {
            let flow = input.flows.of(query.expr());
            open = flow.labels.is_open();
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
