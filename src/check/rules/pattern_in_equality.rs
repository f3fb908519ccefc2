//! `pattern-in-equality`

use obsctl_model::query::promql;
use obsctl_promql::ast::{MatchOp, Matcher};
use obsctl_promql::variable::contains;

use crate::check::{Check, Findings, Input, Run, example};
use crate::diagnostic::{Diagnostic, Severity};

/// A regular expression that is compared as a text.
pub static CHECK: Check = Check {
    name: "pattern-in-equality",
    severity: Severity::Warning,
    docs: "\
A matcher compares with `=` or `!=` what looks like a regular expression.

## Why it matters

`=` compares texts: `code=\"5..\"` asks for series whose code is two dots behind a five. It selects nothing, and an alert on it
never fires; with `!=` it leaves nothing out.

## How to fix it

Match with `=~` or `!~`.
",
    run: Run::Once(run),
    fires: || example::alert(promql(r#"rate(api_requests_total{path="/api/.*"}[5m]) > 1"#)),
    silent: || example::alert(promql(r#"rate(api_requests_total{path=~"/api/.*"}[5m]) > 1"#)),
};

fn run(input: &Input<'_>, findings: &mut Findings) {
    input.per_text(&input.texts, findings, |query, findings| {
        for matcher in query
            .selectors
            .iter()
            .flat_map(|used| &used.selector.matchers)
        {
            findings.extend(finding(matcher, |message, note| {
                query.at.finding(matcher.span, message, note)
            }));
        }
    });
    for placed in &input.logs {
        let queries = placed.query.expr().log_queries();
        for matcher in queries
            .iter()
            .flat_map(|used| &used.query.selector.matchers)
        {
            let text = placed.query.as_str();
            findings.extend(finding(matcher, |message, note| {
                placed.finding(text, matcher.span.range(), message, note)
            }));
        }
    }
}

fn finding(
    matcher: &Matcher,
    say: impl FnOnce(String, &'static str) -> Diagnostic,
) -> Option<Diagnostic> {
    let (instead, note) = match matcher.op {
        MatchOp::Equal => (MatchOp::Regex, "selects nothing"),
        MatchOp::NotEqual => (MatchOp::NotRegex, "leaves nothing out"),
        MatchOp::Regex | MatchOp::NotRegex => return None,
    };
    let value = matcher.value.value.as_str();
    if contains(value) || !is_pattern(value) {
        return None;
    }
    let found = say(format!("`{value}` is compared as a text"), note);
    Some(found.help(format!("write `{}{instead}{value:?}`", matcher.name.text)))
}

/// Whether a text is meant as a regular expression: it has what hardly any value has.
fn is_pattern(value: &str) -> bool {
    let any = [".*", ".+", "\\d", "\\w", "\\.", "[0-9]", "[a-z]", "[^"];
    any.iter().any(|part| value.contains(part)) || is_class_of_codes(value) || is_choice(value)
}

/// `5..`, `[45]..`, `5xx` is a value of its own.
fn is_class_of_codes(value: &str) -> bool {
    let first = value.strip_suffix("..").unwrap_or_default();
    matches!(first.as_bytes(), [b'1'..=b'5']) || first.starts_with('[') && first.ends_with(']')
}

/// `api|worker`, `(api|worker)`, `^(api|worker)$`. Names of Envoy's clusters have empty parts: `outbound|80||reviews`.
fn is_choice(value: &str) -> bool {
    let value = value.strip_prefix('^').unwrap_or(value);
    let value = value.strip_suffix('$').unwrap_or(value);
    let inner = value
        .strip_prefix('(')
        .and_then(|rest| rest.strip_suffix(')'));
    let word = |part: &str| {
        let plain = |c: char| c.is_ascii_alphanumeric() || "-_./: ".contains(c);
        !part.is_empty() && part.chars().all(plain)
    };
    let mut parts = inner.unwrap_or(value).split('|');
    value.contains('|') && parts.all(word)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::rules::unknown_log_field::logging;
    use crate::check::testing::{report, underlined};

    #[test]
    fn says_what_was_meant() {
        insta::assert_snapshot!(report(&CHECK, (CHECK.fires)()), @r#"
        warning[pattern-in-equality]: `/api/.*` is compared as a text
         --> definitions.rs:1:25
          |
        1 | rate(api_requests_total{path="/api/.*"}[5m]) > 1
          |                         ^^^^^^^^^^^^^^ selects nothing
          |
          = in: alert `HighLatency` of group `api`
          = help: write `path=~"/api/.*"`
        "#);
    }

    #[test]
    fn what_no_value_has_is_a_pattern() {
        for (value, found) in [
            ("5..", true),
            ("[45]..", true),
            ("api|worker", true),
            ("^(GET|POST)$", true),
            ("db-[0-9]", true),
            ("outbound|80||reviews.default", false),
            ("5xx", false),
            ("/api/v1/*", false),
            ("/a/{id}", false),
            ("10.0.0.1:9100", false),
            ("v1.2..3", false),
            ("rate[5m]", false),
            ("+Inf", false),
            ("a |b", true),
            ("$path.*", false),
        ] {
            let query = format!("count(connections{{path=\"{value}\"}}) > 1");
            let expected = usize::from(found);
            let stack = example::alert(promql(&query));
            assert_eq!(underlined(&CHECK, stack).len(), expected, "{value}");
        }
    }

    #[test]
    fn streams_are_read_too() {
        let query = r#"sum(rate({service!="api|worker"} [5m])) > 1"#;
        assert_eq!(
            underlined(&CHECK, logging(query)),
            [r#"service!="api|worker""#]
        );
    }
}
