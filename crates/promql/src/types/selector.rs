//! Selectors: they must select something in particular.

use super::{Checker, TypeError};
use crate::ast::{MatchOp, Matcher, Selector};
use crate::regex::matches_empty;
use crate::variable;

const NAME_LABEL: &str = "__name__";

impl Checker {
    pub(super) fn selector(&mut self, selector: &Selector) {
        let name = selector.name.as_ref().filter(|name| !name.text.is_empty());
        if let Some(name) = name {
            let again = selector
                .matchers
                .iter()
                .filter(|matcher| matcher.name.text == NAME_LABEL);
            for matcher in again {
                let message = format!(
                    "the metric name is set twice: `{}` and `{}`",
                    name.text, matcher.value.value
                );
                self.report(TypeError::new(matcher.span, message).help("keep one of them"));
            }
            return;
        }
        if selector.variables.is_empty() && !selector.matchers.iter().any(wants_a_value) {
            let message = if selector.matchers.is_empty() {
                "the selector selects everything"
            } else {
                "the selector selects everything: each matcher accepts a missing label"
            };
            self.report(
                TypeError::new(selector.span, message)
                    .help("add a metric name, or a matcher that asks for a value: `{job=\"api\"}`"),
            );
        }
    }
}

/// Whether a series without the label is left out.
fn wants_a_value(matcher: &Matcher) -> bool {
    let value = &matcher.value.value;
    if variable::contains(value) {
        return true;
    }
    match matcher.op {
        MatchOp::Equal => !value.is_empty(),
        MatchOp::NotEqual => value.is_empty(),
        MatchOp::Regex => matches_empty(value) != Some(true),
        MatchOp::NotRegex => matches_empty(value) != Some(false),
    }
}
