//! Matchers of routes and inhibitions.

use std::collections::BTreeMap;

use obsctl_model::{LabelMatch, LabelMatchOp};
use obsctl_promql::eval::translate;
use regex_automata::meta::Regex;

/// The labels of an alert, all of them.
pub type Labels = BTreeMap<String, String>;

/// What is known of an alert's labels.
pub trait Known {
    /// The value of a label, empty where the alert has none; nothing where that is not known.
    fn value(&self, label: &str) -> Option<&str>;
}

impl Known for Labels {
    fn value(&self, label: &str) -> Option<&str> {
        Some(self.get(label).map_or("", String::as_str))
    }
}

/// A matcher that is ready to be asked.
#[derive(Debug)]
pub struct Matcher {
    said: LabelMatch,
    /// None where there is no regular expression, or none that can be read.
    regex: Option<Regex>,
}

impl Matcher {
    /// Makes a matcher ready.
    #[must_use]
    pub fn of(said: &LabelMatch) -> Self {
        let regex = match said.op {
            LabelMatchOp::Regex | LabelMatchOp::NotRegex => {
                // Other than in Prometheus, `.` is no line end.
                Regex::new(&format!("^(?:{})$", translate(&said.value))).ok()
            }
            LabelMatchOp::Equal | LabelMatchOp::NotEqual => None,
        };
        Self {
            said: said.clone(),
            regex,
        }
    }

    /// Makes all of them ready.
    #[must_use]
    pub fn all(said: &[LabelMatch]) -> Vec<Self> {
        said.iter().map(Self::of).collect()
    }

    /// Whether an alert meets it; nothing where that is not known.
    pub fn takes(&self, labels: &impl Known) -> Option<bool> {
        let value = labels.value(&self.said.label)?;
        let matches = || Some(self.regex.as_ref()?.is_match(value));
        match self.said.op {
            LabelMatchOp::Equal => Some(value == self.said.value),
            LabelMatchOp::NotEqual => Some(value != self.said.value),
            LabelMatchOp::Regex => matches(),
            LabelMatchOp::NotRegex => matches().map(|met| !met),
        }
    }

    /// What is wrong with it.
    pub(super) fn error(&self) -> Option<String> {
        let LabelMatch { label, op, value } = &self.said;
        let regex = matches!(op, LabelMatchOp::Regex | LabelMatchOp::NotRegex);
        (regex && self.regex.is_none()).then(|| {
            format!("`{value}`, which `{label}` has to match, is not a regular expression")
        })
    }
}

/// Whether an alert meets all matchers; nothing where that is not known.
pub fn holds(matchers: &[Matcher], labels: &impl Known) -> Option<bool> {
    let mut certain = true;
    for matcher in matchers {
        match matcher.takes(labels) {
            Some(false) => return Some(false),
            Some(true) => {}
            None => certain = false,
        }
    }
    certain.then_some(true)
}
