//! `| drop` and `| keep`.

use obsctl_promql::eval::{EvalError, Matcher};

use super::error;
use crate::ast::LabelChoice;
use crate::eval::record::Record;
use crate::eval::{ERROR, ERROR_DETAILS};

/// A label, or a label of certain values.
#[derive(Debug)]
pub(in crate::eval) enum Choice {
    Name(String),
    Match(Matcher),
}

pub(super) fn compile(list: &[LabelChoice]) -> Result<Vec<Choice>, EvalError> {
    let choices = list.iter().map(|choice| match choice {
        LabelChoice::Name(name) => Ok(Choice::Name(name.text.clone())),
        LabelChoice::Match(matcher) => crate::eval::matcher(matcher).map(Choice::Match),
        LabelChoice::Error(node) => Err(error(node.span, "this is no label")),
    });
    choices.collect()
}

/// Drops labels. The error labels can be dropped as others can.
pub(super) fn drop(choices: &[Choice], record: &mut Record<'_>) -> bool {
    for choice in choices {
        let (name, matcher) = match choice {
            Choice::Name(name) => (name, None),
            Choice::Match(matcher) => (&matcher.name, Some(matcher)),
        };
        let matches = |value: &str| matcher.is_none_or(|matcher| matcher.matches(value));
        match name.as_str() {
            ERROR if matches(&record.error) => record.error.clear(),
            ERROR_DETAILS if matches(&record.details) => record.details.clear(),
            ERROR | ERROR_DETAILS => {}
            _ => {
                let value = record.get(name);
                let there = matcher.is_some() || value.is_some();
                if there && matches(value.unwrap_or_default()) {
                    record.remove(name);
                }
            }
        }
    }
    true
}

/// Keeps labels, and the errors.
pub(super) fn keep(choices: &[Choice], record: &mut Record<'_>) -> bool {
    for (name, value) in record.names() {
        let kept = choices.iter().any(|choice| match choice {
            Choice::Name(wanted) => *wanted == name,
            Choice::Match(matcher) => matcher.name == name && matcher.matches(&value),
        });
        if !kept && !choices.is_empty() {
            record.remove(&name);
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use crate::eval::check::{after, labels_after};

    #[test]
    fn labels_are_dropped() {
        assert_eq!(
            after("| logfmt | drop a, b=\"2\", c=\"x\"", "a=1 b=2 c=3"),
            r#"{c="3"}"#
        );
        assert_eq!(labels_after("| drop job", "x"), "{}");
        let labels = after("| json | drop __error__, __error_details__", "x");
        assert_eq!(labels, "{}");
        assert_eq!(
            after(r#"| json | drop __error__="JSONParserErr""#, "x"),
            "{}"
        );
        assert!(after(r#"| json | drop __error__="other""#, "x").contains("JSONParserErr"));
    }

    #[test]
    fn labels_are_kept() {
        let stage = "| logfmt | keep a, b=~\"2|3\", c=\"x\"";
        assert_eq!(labels_after(stage, "a=1 b=2 c=3"), r#"{a="1", b="2"}"#);
        assert!(labels_after("| json | keep a", "x").contains("JSONParserErr"));
    }
}
