//! Who is told of an alert, by the labels that its rule says.

use std::collections::BTreeMap;

use obsctl_model::{LabelMatch, LabelMatchOp, Route};
use regex_automata::meta::Regex;

use crate::project::Project;

/// A route tree whose regular expressions are compiled.
#[derive(Debug)]
pub(super) struct Routes<'a> {
    receiver: &'a str,
    matchers: Vec<Matcher<'a>>,
    continues: bool,
    children: Vec<Self>,
}

#[derive(Debug)]
struct Matcher<'a> {
    said: &'a LabelMatch,
    /// None where it is no regular expression, or none that can be read.
    regex: Option<Regex>,
}

impl<'a> Routes<'a> {
    /// The tree, where the side has one.
    pub(super) fn of(project: &'a Project) -> Option<Self> {
        let routing = project.stack().routing.as_ref()?;
        Some(Self::node(&routing.root))
    }

    fn node(route: &'a Route) -> Self {
        let compile = |said: &'a LabelMatch| Matcher {
            said,
            regex: match said.op {
                LabelMatchOp::Regex | LabelMatchOp::NotRegex => {
                    Regex::new(&format!("^(?s:{})$", said.value)).ok()
                }
                LabelMatchOp::Equal | LabelMatchOp::NotEqual => None,
            },
        };
        Self {
            receiver: &route.receiver,
            matchers: route.matchers.iter().map(compile).collect(),
            continues: route.continues,
            children: route.routes.iter().map(Self::node).collect(),
        }
    }

    /// The receivers of an alert, each once, in order.
    pub(super) fn receivers(&self, labels: &BTreeMap<String, String>) -> Vec<&'a str> {
        let mut found = vec![];
        self.collect(labels, &mut found);
        let mut seen = std::collections::BTreeSet::new();
        found.retain(|one| seen.insert(*one));
        found
    }

    fn collect(&self, labels: &BTreeMap<String, String>, found: &mut Vec<&'a str>) {
        let before = found.len();
        for child in &self.children {
            if child.matchers.iter().all(|matcher| matcher.takes(labels)) {
                child.collect(labels, found);
                if !child.continues {
                    break;
                }
            }
        }
        if found.len() == before {
            found.push(self.receiver);
        }
    }
}

impl Matcher<'_> {
    fn takes(&self, labels: &BTreeMap<String, String>) -> bool {
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
