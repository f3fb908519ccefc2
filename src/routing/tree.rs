//! The route tree: which routes an alert reaches.

use std::collections::BTreeSet;

use obsctl_model::Route;

use super::matcher::{Known, Matcher, holds};

/// A route tree as a list: a route stands before its children.
#[derive(Debug, Default)]
pub struct Tree(Vec<Stop>);

/// A route of a tree.
#[derive(Debug)]
pub struct Stop {
    /// The route, without its children.
    pub route: Route,
    /// Its matchers.
    pub matchers: Vec<Matcher>,
    /// The route around it.
    pub parent: Option<usize>,
    /// The routes in it.
    pub children: Vec<usize>,
}

impl Tree {
    /// The tree below a route.
    #[must_use]
    pub fn of(root: &Route) -> Self {
        let mut tree = Self(vec![]);
        tree.add(root, None);
        tree
    }

    fn add(&mut self, route: &Route, parent: Option<usize>) -> usize {
        let at = self.0.len();
        self.0.push(Stop {
            matchers: Matcher::all(&route.matchers),
            route: Route {
                routes: vec![],
                ..route.clone()
            },
            parent,
            children: vec![],
        });
        for child in &route.routes {
            let child = self.add(child, Some(at));
            self.0[at].children.push(child);
        }
        at
    }

    /// The routes, each before its children.
    #[must_use]
    pub fn stops(&self) -> &[Stop] {
        &self.0
    }

    /// The routes at which an alert ends, in order: depth first, the first of the children that match, and those
    /// after it as long as they continue; the route itself where no child matches. Where it is not known whether a
    /// route matches, those that are reached if it does are among them, and those that are reached if not.
    #[must_use]
    pub fn reached(&self, labels: &impl Known) -> Vec<usize> {
        let mut found = vec![];
        if !self.0.is_empty() {
            self.collect(0, labels, &mut found);
        }
        found
    }

    /// Adds the routes below one; whether it surely matches.
    fn collect(&self, at: usize, labels: &impl Known, found: &mut Vec<usize>) -> bool {
        let stop = &self.0[at];
        let matches = holds(&stop.matchers, labels);
        if matches == Some(false) {
            return false;
        }
        let mut surely = false;
        for child in &stop.children {
            let matched = self.collect(*child, labels, found);
            surely |= matched;
            if matched && !self.0[*child].route.continues {
                break;
            }
        }
        if !surely {
            found.push(at);
        }
        matches == Some(true)
    }

    /// The receivers of routes, each once, in order.
    #[must_use]
    pub fn receivers(&self, stops: &[usize]) -> Vec<&str> {
        let mut seen = BTreeSet::new();
        let all = stops.iter().map(|at| self.0[*at].route.receiver.as_str());
        all.filter(|one| seen.insert(*one)).collect()
    }

    /// A route and those around it, from within.
    pub fn outwards(&self, at: usize) -> impl Iterator<Item = usize> {
        std::iter::successors(Some(at), |at| self.0[*at].parent)
    }

    /// The labels by which a route groups: its own, or those of the closest route around it that has any.
    #[must_use]
    pub fn group_by(&self, at: usize) -> &[String] {
        let mut ways = self
            .outwards(at)
            .map(|at| self.0[at].route.group_by.as_slice());
        ways.find(|labels| !labels.is_empty()).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use obsctl_model::LabelMatch;

    use super::*;
    use crate::routing::Labels;

    fn reached(tree: &Tree, labels: &[(&str, &str)]) -> String {
        let labels = labels
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let labels: Labels = labels.collect();
        tree.receivers(&tree.reached(&labels)).join(",")
    }

    #[test]
    fn an_alert_goes_to_the_first_that_matches_and_on_where_it_continues() {
        let when = |receiver: &str, label: &str, value: &str| {
            Route::to(receiver).when(LabelMatch::is(label, value))
        };
        let root = Route::to("default")
            .child(when("log", "severity", "info").and_on())
            .child(
                when("team", "team", "a")
                    .child(when("team-page", "severity", "page"))
                    .child(Route::to("team-quiet").when(LabelMatch::is_not("env", ""))),
            )
            .child(when("late", "team", "a"));
        let tree = Tree::of(&root);
        for (labels, receivers) in [
            (&[][..], "default"),
            (&[("severity", "info")], "log"),
            (&[("severity", "info"), ("team", "a")], "log,team"),
            (&[("severity", "page"), ("team", "a")], "team-page"),
            (&[("env", "dev"), ("team", "a")], "team-quiet"),
            (&[("team", "b")], "default"),
        ] {
            assert_eq!(reached(&tree, labels), receivers, "{labels:?}");
        }
    }
}
