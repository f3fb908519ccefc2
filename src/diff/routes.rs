//! Route trees with what is compared of them.

use obsctl_model::{LabelMatch, LabelMatchOp, Route};

use super::change::Touch;
use crate::routing;
pub(super) use crate::routing::{ALERT_NAME, Labels};

/// A route tree as a list: a route stands before its children.
#[derive(Debug)]
pub(super) struct Tree {
    pub(super) stops: Vec<Stop>,
    /// The same routes, to be asked.
    ways: routing::Tree,
}

/// A route of a tree.
#[derive(Debug)]
pub(super) struct Stop {
    /// Its matchers behind those of the routes around it.
    pub(super) name: String,
    pub(super) route: Route,
    /// Its receiver, unless it is that of the route around it.
    pub(super) receiver: Option<String>,
    /// How many routes are in it.
    pub(super) children: usize,
    /// The alerts that others are told of because of it.
    pub(super) affected: Vec<Touch>,
}

impl Tree {
    pub(super) fn of(root: &Route) -> Self {
        let ways = routing::Tree::of(root);
        let mut stops: Vec<Stop> = vec![];
        for way in ways.stops() {
            let own = format!("{{{}}}", matching(&way.route.matchers));
            let outer = way.parent.map(|outer| (outer, &stops[outer]));
            let name = match outer {
                None => "default".to_owned(),
                Some((0, _)) => own,
                Some((_, outer)) => format!("{} {own}", outer.name),
            };
            let inherited =
                outer.is_some_and(|(_, outer)| outer.route.receiver == way.route.receiver);
            stops.push(Stop {
                name,
                receiver: (!inherited).then(|| way.route.receiver.clone()),
                route: way.route.clone(),
                children: way.children.len(),
                affected: vec![],
            });
        }
        Self { stops, ways }
    }

    /// The routes at which an alert ends.
    pub(super) fn reached(&self, labels: &Labels) -> Vec<usize> {
        self.ways.reached(labels)
    }

    /// The receivers of routes, each once, in order.
    pub(super) fn receivers(&self, stops: &[usize]) -> Vec<&str> {
        self.ways.receivers(stops)
    }

    /// Routes, and those around each.
    pub(super) fn way(&self, stops: &[usize]) -> impl Iterator<Item = usize> {
        stops.iter().flat_map(|at| self.ways.outwards(*at))
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
