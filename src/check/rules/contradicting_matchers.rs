//! `contradicting-matchers`

use obsctl_model::Origin;
use obsctl_model::query::promql;
use obsctl_promql::Span;
use obsctl_promql::ast::{MatchOp, Matcher};

use crate::check::{Check, Findings, Input, Patterns, Run, example};
use crate::diagnostic::{Diagnostic, Severity};
use crate::project::expression::has_variable;

/// Matchers that no value can meet together.
pub static CHECK: Check = Check {
    name: "contradicting-matchers",
    severity: Severity::Error,
    docs: "\
The matchers of a selector cannot all be true of one value.

## Why it matters

The selector selects nothing, whatever series there are: the panel is empty, the alert never fires.

## How to fix it

Matchers are joined by \"and\". For one value or another write alternatives: `job=~\"api|worker\"`.
",
    run: Run::Once(run),
    fires: || example::alert(promql(r#"count(connections{path="/a", path="/b"}) > 1"#)),
    silent: || example::alert(promql(r#"count(connections{path=~"/a|/b"}) > 1"#)),
};

fn run(input: &Input<'_>, findings: &mut Findings) {
    input.per_text(&input.texts, findings, |query, findings| {
        let at = (query.at.origin, query.at.query.as_str());
        for used in &query.selectors {
            let matchers = &used.selector.matchers;
            findings.extend(contradiction(
                &input.patterns,
                matchers,
                at,
                |span, message, note| query.at.finding(span, message, note),
            ));
        }
    });
    for placed in &input.logs {
        // What cannot be read is said by `syntax`: the rest would be a guess.
        if !placed.query.errors().is_empty() {
            continue;
        }
        let text = placed.query.as_str();
        for used in placed.query.expr().log_queries() {
            let matchers = &used.query.selector.matchers;
            let at = (placed.origin, text);
            findings.extend(contradiction(
                &input.patterns,
                matchers,
                at,
                |span, message, note| placed.finding(text, span.range(), message, note),
            ));
        }
    }
}

/// What is wrong with the matchers of a selector in the text that stands `at` a place; `say` makes a finding about bytes of
/// it of a headline and a note.
fn contradiction(
    patterns: &Patterns,
    matchers: &[Matcher],
    at: (Origin, &str),
    say: impl Fn(Span, String, &'static str) -> Diagnostic,
) -> Vec<Diagnostic> {
    let mut found = vec![];
    let known: Vec<&Matcher> = matchers
        .iter()
        .filter(|one| !has_variable(&one.value.value) && !has_variable(&one.name.text))
        .collect();
    for (index, one) in known.iter().enumerate() {
        let label = &one.name.text;
        if one.op == MatchOp::NotRegex && everything(&one.value.value) {
            let message = format!("`{}` matches no series", text(one));
            let help = format!("for series without the label, write `{label}=\"\"`");
            found.push(say(one.span, message, "leaves out everything").help(help));
            continue;
        }
        let other = known[index + 1..]
            .iter()
            .find(|other| other.name.text == *label && contradict(patterns, one, other));
        if let Some(other) = other {
            let message = format!("no value of `{label}` meets both matchers");
            let finding = say(other.span, message, "selects nothing");
            let (origin, whole) = at;
            let finding = finding.also_in(origin, whole, one.span.range(), "together with this");
            found.push(finding.help("for one or the other, write alternatives: `=~\"a|b\"`"));
            break;
        }
    }
    found
}

fn text(matcher: &Matcher) -> String {
    format!(
        "{}{}{:?}",
        matcher.name.text, matcher.op, matcher.value.value
    )
}

fn everything(regex: &str) -> bool {
    matches!(regex, ".*" | "(.*)" | "^.*$" | "^.*" | ".*$")
}

fn contradict(patterns: &Patterns, one: &Matcher, other: &Matcher) -> bool {
    let (a, b) = (one.value.value.as_str(), other.value.value.as_str());
    match (one.op, other.op) {
        (MatchOp::Equal, MatchOp::Equal) => a != b,
        (MatchOp::Equal, MatchOp::NotEqual) | (MatchOp::NotEqual, MatchOp::Equal) => a == b,
        (MatchOp::Equal, MatchOp::Regex) => patterns.matches(b, a) == Some(false),
        (MatchOp::Regex, MatchOp::Equal) => patterns.matches(a, b) == Some(false),
        (MatchOp::Equal, MatchOp::NotRegex) => patterns.matches(b, a) == Some(true),
        (MatchOp::NotRegex, MatchOp::Equal) => patterns.matches(a, b) == Some(true),
        (MatchOp::Regex, MatchOp::NotRegex) | (MatchOp::NotRegex, MatchOp::Regex) => a == b,
        (MatchOp::Regex, MatchOp::Regex) => a != b && patterns.overlap(a, b) == Some(false),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::rules::unknown_log_field::logging;
    use crate::check::testing::{report, underlined};

    #[test]
    fn selectors_of_logs_contradict_themselves_too() {
        let stack = logging(r#"sum(rate({job="a", job="b"}[5m])) > 1"#);
        insta::assert_snapshot!(report(&CHECK, stack), @r#"
        error[contradicting-matchers]: no value of `job` meets both matchers
         --> definitions.rs:1:20
          |
        1 | sum(rate({job="a", job="b"}[5m])) > 1
          |           -------  ^^^^^^^ selects nothing
          |           |
          |           together with this
          |
          = in: alert `HighLatency` of group `api`
          = help: for one or the other, write alternatives: `=~"a|b"`
        "#);
        let alternatives = logging(r#"sum(rate({job=~"a|b", job!="b"}[5m])) > 1"#);
        assert_eq!(report(&CHECK, alternatives), "");
    }

    #[test]
    fn contradictions_are_found() {
        for (matchers, found) in [
            (r#"path="/a", path!="/a""#, 1),
            (r#"path="/a", path=~"/b.*""#, 1),
            (r#"path=~"/a.*", path=~"/b.*""#, 1),
            (r#"path="/a", path!~"/.*""#, 1),
            (r#"path!~".*""#, 1),
            (r#"path=~"/.*", path!="/a""#, 0),
            (r#"path=~"/.*", path!~"/a.*""#, 0),
            (r#"path="$path", path="/a""#, 0),
            (r#"path!="/a", path!="/b""#, 0),
        ] {
            let query = format!("count(connections{{{matchers}}}) > 1");
            assert_eq!(
                underlined(&CHECK, example::alert(promql(&query))).len(),
                found,
                "{matchers}"
            );
        }
    }
}
