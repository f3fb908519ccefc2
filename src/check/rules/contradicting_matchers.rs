//! `contradicting-matchers`

use obsctl_model::query::promql;
use obsctl_promql::ast::{MatchOp, Matcher};

use crate::check::{Check, Findings, Input, Patterns, Query, Run, example};
use crate::diagnostic::Severity;
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
    run: Run::PerText(run),
    fires: || example::alert(promql(r#"count(connections{path="/a", path="/b"}) > 1"#)),
    silent: || example::alert(promql(r#"count(connections{path=~"/a|/b"}) > 1"#)),
};

fn run(input: &Input<'_>, query: &Query<'_>, findings: &mut Findings) {
    for used in &query.selectors {
        let known: Vec<&Matcher> = used
            .selector
            .matchers
            .iter()
            .filter(|one| !has_variable(&one.value.value) && !has_variable(&one.name.text))
            .collect();
        for (index, one) in known.iter().enumerate() {
            if one.op == MatchOp::NotRegex && everything(&one.value.value) {
                let message = format!("`{}` matches no series", text(one));
                findings.push(
                    query
                        .at
                        .finding(one.span, message, "leaves out everything")
                        .help(format!(
                            "for series without the label, write `{}=\"\"`",
                            one.name.text
                        )),
                );
                continue;
            }
            let other = known[index + 1..].iter().find(|other| {
                other.name.text == one.name.text && contradict(&input.patterns, one, other)
            });
            if let Some(other) = other {
                let message = format!("no value of `{}` meets both matchers", one.name.text);
                findings.push(
                    query
                        .at
                        .finding(other.span, message, "selects nothing")
                        .also_in(
                            query.at.origin,
                            query.at.query.as_str(),
                            one.span.range(),
                            "together with this",
                        )
                        .help("for one or the other, write alternatives: `=~\"a|b\"`"),
                );
                break;
            }
        }
    }
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
    use crate::check::testing::underlined;

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
