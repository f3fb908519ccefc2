//! Log queries: they must select something in particular.

use obsctl_promql::{regex, variable};

use super::Checker;
use crate::ast::{LogQuery, MatchOp, Matcher, Selector};

impl Checker {
    pub(super) fn log_query(&mut self, query: &LogQuery, ranged: bool) {
        self.selector(&query.selector);
        self.stages(query, ranged);
    }

    fn selector(&mut self, selector: &Selector) {
        for matcher in selector.matchers.iter().filter(|it| it.op.is_regex()) {
            self.regex(&matcher.value);
        }
        let open = selector.whole.is_some() || !selector.variables.is_empty();
        if open || selector.matchers.iter().any(wants_a_value) {
            return;
        }
        let message = if selector.matchers.is_empty() {
            "the selector selects every stream"
        } else {
            "the selector selects every stream: each matcher accepts a missing label"
        };
        self.refuse(
            selector.span,
            message,
            "Loki wants a matcher that asks for a value: `{job=\"api\"}` or `{job=~\".+\"}`",
        );
    }
}

/// Whether a stream without the label is left out.
fn wants_a_value(matcher: &Matcher) -> bool {
    let value = &matcher.value.value;
    if variable::contains(value) {
        return true;
    }
    match matcher.op {
        MatchOp::Equal => !value.is_empty(),
        MatchOp::NotEqual => value.is_empty(),
        MatchOp::Regex => regex::matches_empty(value) != Some(true),
        MatchOp::NotRegex => regex::matches_empty(value) != Some(false),
    }
}
