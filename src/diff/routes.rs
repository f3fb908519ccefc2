//! A route tree: which routes an alert reaches.

use std::collections::{BTreeMap, BTreeSet};

use obsctl_model::{LabelMatch, LabelMatchOp, Route};
use regex_automata::meta::Regex;

use super::change::Touch;

pub(super) type Labels = BTreeMap<String, String>;

/// The label in which Alertmanager has the name of an alert.
pub(super) const ALERT_NAME: &str = "alertname";

/// A route tree as a list: a route stands before its children.
#[derive(Debug)]
pub(super) struct Tree(pub(super) Vec<Stop>);

/// A route of a tree.
#[derive(Debug)]
pub(super) struct Stop {
    /// Its matchers behind those of the routes around it.
    pub(super) name: String,
    pub(super) route: Route,
    /// Its receiver, unless it is that of the route around it.
    pub(super) receiver: Option<String>,
    matchers: Vec<Matcher>,
    parent: Option<usize>,
    pub(super) children: Vec<usize>,
    /// The alerts that others are told of because of it.
    pub(super) affected: Vec<Touch>,
}

#[derive(Debug)]
struct Matcher {
    said: LabelMatch,
    /// None where it is no regular expression, or none that can be read.
    regex: Option<Regex>,
}

impl Tree {
    pub(super) fn of(root: &Route) -> Self {
        let mut tree = Self(vec![]);
        tree.add(root, None);
        tree
    }

    fn add(&mut self, route: &Route, parent: Option<usize>) -> usize {
        let outer = parent.map(|parent| &self.0[parent]);
        let own = format!("{{{}}}", matching(&route.matchers));
        let name = match outer {
            None => "default".to_owned(),
            Some(outer) if outer.parent.is_none() => own,
            Some(outer) => format!("{} {own}", outer.name),
        };
        let inherited = outer.is_some_and(|outer| outer.route.receiver == route.receiver);
        let at = self.0.len();
        self.0.push(Stop {
            name,
            receiver: (!inherited).then(|| route.receiver.clone()),
            matchers: route.matchers.iter().map(Matcher::of).collect(),
            route: Route {
                routes: vec![],
                ..route.clone()
            },
            parent,
            children: vec![],
            affected: vec![],
        });
        for child in &route.routes {
            let child = self.add(child, Some(at));
            self.0[at].children.push(child);
        }
        at
    }

    /// The routes at which an alert ends.
    pub(super) fn reached(&self, labels: &Labels) -> Vec<usize> {
        let mut found = vec![];
        self.collect(0, labels, &mut found);
        found
    }

    fn collect(&self, at: usize, labels: &Labels, found: &mut Vec<usize>) {
        let before = found.len();
        for child in &self.0[at].children {
            let stop = &self.0[*child];
            if stop.matchers.iter().all(|matcher| matcher.takes(labels)) {
                self.collect(*child, labels, found);
                if !stop.route.continues {
                    break;
                }
            }
        }
        if found.len() == before {
            found.push(at);
        }
    }

    /// The receivers of routes, each once, in order.
    pub(super) fn receivers(&self, stops: &[usize]) -> Vec<&str> {
        let mut seen = BTreeSet::new();
        let all = stops.iter().map(|at| self.0[*at].route.receiver.as_str());
        all.filter(|one| seen.insert(*one)).collect()
    }

    /// Routes, and those around each.
    pub(super) fn way(&self, stops: &[usize]) -> impl Iterator<Item = usize> {
        let up = |at: &usize| std::iter::successors(Some(*at), |at| self.0[*at].parent);
        let all: Vec<_> = stops.iter().flat_map(up).collect();
        all.into_iter()
    }
}

impl Stop {
    /// What of it decides who is told.
    pub(super) fn says(&self) -> (&str, Option<&String>, bool) {
        (&self.name, self.receiver.as_ref(), self.route.continues)
    }
}

/// Matchers as they are written.
pub(super) fn matching(matchers: &[LabelMatch]) -> String {
    let texts = matchers.iter().map(|LabelMatch { label, op, value }| {
        let op = match op {
            LabelMatchOp::Equal => "=",
            LabelMatchOp::NotEqual => "!=",
            LabelMatchOp::Regex => "=~",
            LabelMatchOp::NotRegex => "!~",
        };
        format!("{label}{op}\"{value}\"")
    });
    texts.collect::<Vec<_>>().join(", ")
}

impl Matcher {
    pub(super) fn of(said: &LabelMatch) -> Self {
        Self {
            said: said.clone(),
            regex: match said.op {
                LabelMatchOp::Regex | LabelMatchOp::NotRegex => {
                    Regex::new(&format!("^(?s:{})$", said.value)).ok()
                }
                LabelMatchOp::Equal | LabelMatchOp::NotEqual => None,
            },
        }
    }

    pub(super) fn takes(&self, labels: &Labels) -> bool {
        let value = labels.get(&self.said.label).map_or("", String::as_str);
        let matches = || {
            self.regex
                .as_ref()
                .is_some_and(|regex| regex.is_match(value))
        };
        match self.said.op {
            LabelMatchOp::Equal => value == self.said.value,
            LabelMatchOp::NotEqual => value != self.said.value,
            LabelMatchOp::Regex => matches(),
            LabelMatchOp::NotRegex => !matches(),
        }
    }
}
