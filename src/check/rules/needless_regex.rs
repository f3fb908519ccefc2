//! `needless-regex`

use std::collections::BTreeMap;

use obsctl_model::query::promql;
use obsctl_promql::ast::{MatchOp, Matcher};

use crate::check::{Check, Findings, Input, Patterns, Run, example, rewrite};
use crate::diagnostic::Severity;
use crate::project::expression::has_variable;

/// A regular expression, or a part of one, that says nothing.
pub static CHECK: Check = Check {
    name: "needless-regex",
    severity: Severity::Note,
    docs: "\
A matcher is a regular expression without need, or a part of its expression changes nothing.

## Why it matters

Regular expressions are tried value by value, and readers look for what is special in them. Matching is anchored on both
sides: `^` and `$` add nothing. `.*` matches every series, those without the label too. `a||b` matches the empty text,
which is seldom meant.

## How to fix it

Compare with `=` or `!=`, and leave out what changes nothing.
",
    run: Run::Once(run),
    fires: || example::alert(promql(r#"rate(api_requests_total{method=~"^POST$"}[5m]) > 1"#)),
    silent: || example::alert(promql(r#"rate(api_requests_total{method="POST"}[5m]) > 1"#)),
};

fn run(input: &Input<'_>, findings: &mut Findings) {
    let mut known = BTreeMap::new();
    input.per_text(&input.texts, findings, |query, findings| {
        // Where values of a variable are looked up, `.*` is a place for a variable to come.
        if query.is_minor() {
            return;
        }
        let text = query.at.query.as_str();
        for used in &query.selectors {
            for matcher in &used.selector.matchers {
                let regex = matcher.value.value.as_str();
                if !matcher.op.is_regex() || has_variable(regex) || !Patterns::is_valid(regex) {
                    continue;
                }
                let key = (regex, &matcher.name.text, matcher.op.is_negative());
                let found = known.entry(key);
                let found = found.or_insert_with(|| needless(&input.patterns, matcher));
                let Some(needless) = found else {
                    continue;
                };
                let finding = query.at.finding(matcher.span, &needless.message, "");
                // Whoever writes one in every panel is told once.
                let key = format!("{} {} {regex}", query.at.site.around(), matcher.name.text);
                let finding = finding.help(&needless.help).once_per(key);
                let instead = match &needless.instead {
                    Some(Instead::Matcher(op, value)) => {
                        rewrite::matcher(text, matcher, *op, value)
                    }
                    Some(Instead::Nothing) => rewrite::without(text, used.selector, matcher.span)
                        .map(|range| (range, String::new())),
                    None => None,
                };
                findings.push(match instead {
                    Some((range, with)) => finding.fix(needless.title, range, with),
                    None => finding,
                });
            }
        }
    });
}

/// What is wrong with a matcher.
struct Needless {
    message: String,
    help: String,
    /// What a fix does.
    title: &'static str,
    instead: Option<Instead>,
}

/// What means the same.
enum Instead {
    Nothing,
    /// An operator and a value.
    Matcher(MatchOp, String),
}

impl Instead {
    /// The same operator with another expression, as long as that is one.
    fn regex(op: MatchOp, regex: &str) -> Option<Self> {
        // What repeated the anchor would repeat nothing, or be taken as text.
        let sound = !regex.starts_with(['*', '+', '?', '{']) && Patterns::is_valid(regex);
        sound.then(|| Self::Matcher(op, regex.to_owned()))
    }
}

fn needless(patterns: &Patterns, matcher: &Matcher) -> Option<Needless> {
    let (label, regex) = (&matcher.name.text, matcher.value.value.as_str());
    let plain = if matcher.op.is_negative() {
        MatchOp::NotEqual
    } else {
        MatchOp::Equal
    };
    let compare = "compare with the text";
    if let Some(text) = literal(regex) {
        return (!text.is_empty()).then(|| Needless {
            message: format!("`{regex}` is no pattern"),
            help: format!("write `{label}{plain}{text:?}`"),
            title: compare,
            instead: Some(Instead::Matcher(plain, text)),
        });
    }
    let inner = regex.strip_prefix('^').unwrap_or(regex);
    let anchored = inner.strip_suffix('$').filter(|rest| !rest.ends_with('\\'));
    let inner = anchored.unwrap_or(inner);
    if inner.len() != regex.len() && !inner.contains(['^', '$']) {
        let message = format!("`{regex}` is anchored twice");
        return Some(match literal(inner).filter(|text| !text.is_empty()) {
            Some(text) => Needless {
                message,
                help: format!("write `{label}{plain}{text:?}`"),
                title: compare,
                instead: Some(Instead::Matcher(plain, text)),
            },
            None => Needless {
                message,
                help: format!("write `{inner}`"),
                title: "leave the anchors out",
                instead: Instead::regex(matcher.op, inner),
            },
        });
    }
    if regex == ".*" && !matcher.op.is_negative() && label != "__name__" {
        return Some(Needless {
            message: format!("`{label}=~\".*\"` matches everything"),
            help: format!("leave it out, or write `{label}!=\"\"` for series that have the label"),
            title: "leave the matcher out",
            instead: Some(Instead::Nothing),
        });
    }
    if regex.contains("||") && !regex.contains(['[', '\\']) {
        return Some(Needless {
            message: format!("an alternative of `{regex}` is empty"),
            help:
                "write one `|`; for series without the label, put the empty alternative at the end"
                    .to_owned(),
            title: "",
            instead: None,
        });
    }
    let Covered { one, other, rest } = covered(patterns, regex)?;
    Some(Needless {
        message: format!("`{one}` is matched by `{other}` already"),
        help: format!("leave `{one}` out"),
        title: "leave the alternative out",
        instead: Instead::regex(matcher.op, &rest),
    })
}

/// The text that an expression stands for, if it is but one.
fn literal(regex: &str) -> Option<String> {
    let mut text = String::new();
    let mut chars = regex.chars();
    while let Some(char) = chars.next() {
        match char {
            '\\' => text.push(chars.next().filter(char::is_ascii_punctuation)?),
            '.' | '+' | '*' | '?' | '(' | ')' | '|' | '[' | ']' | '{' | '}' | '^' | '$' => {
                return None;
            }
            other => text.push(other),
        }
    }
    Some(text)
}

/// An alternative that another one matches.
struct Covered<'a> {
    one: &'a str,
    other: &'a str,
    /// The expression without it.
    rest: String,
}

fn covered<'a>(patterns: &Patterns, regex: &'a str) -> Option<Covered<'a>> {
    let inner = regex
        .strip_prefix('(')
        .and_then(|rest| rest.strip_suffix(')'))
        .unwrap_or(regex);
    if inner.contains(['(', ')', '[', ']', '{', '}', '\\']) {
        return None;
    }
    let all: Vec<&str> = inner.split('|').collect();
    for (index, one) in all.iter().enumerate() {
        // A dot in a name is mostly meant as one.
        let Some(text) = literal(&one.replace('.', "\\.")) else {
            continue;
        };
        for (other_index, other) in all.iter().enumerate() {
            let covers = if literal(&other.replace('.', "\\.")).is_some() {
                other_index < index && one == other
            } else {
                other_index != index && patterns.matches(other, &text) == Some(true)
            };
            if covers {
                let mut left = all.clone();
                left.remove(index);
                let rest = match left.join("|") {
                    rest if left.len() > 1 && inner.len() < regex.len() => format!("({rest})"),
                    rest => rest,
                };
                return Some(Covered { one, other, rest });
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::testing::{findings, mended, report};

    #[test]
    fn says_what_to_write() {
        insta::assert_snapshot!(report(&CHECK, (CHECK.fires)()), @r#"
        note[needless-regex]: `^POST$` is anchored twice
         --> definitions.rs:1:25
          |
        1 | rate(api_requests_total{method=~"^POST$"}[5m]) > 1
          |                         ^^^^^^^^^^^^^^^^
          |
          = in: alert `HighLatency` of group `api`
          = help: write `method="POST"`
        "#);
    }

    #[test]
    fn parts_that_say_nothing_are_found() {
        for (matcher, message) in [
            (r#"path=~"/api""#, Some("`/api` is no pattern")),
            (r#"path!~"/api\\.v1""#, Some("`/api\\.v1` is no pattern")),
            (r#"path=~".*""#, Some("`path=~\".*\"` matches everything")),
            (
                r#"path=~"/a||/b""#,
                Some("an alternative of `/a||/b` is empty"),
            ),
            (
                r#"path=~"/a.*|/about""#,
                Some("`/about` is matched by `/a.*` already"),
            ),
            (
                r#"path=~"/a|/b|/a""#,
                Some("`/a` is matched by `/a` already"),
            ),
            (r#"path=~"/a.+|/b""#, None),
            (r#"path=~"/a|""#, None),
            (r#"path=~"$path""#, None),
            (r#"path=~"^/a|/b$""#, Some("`^/a|/b$` is anchored twice")),
            (r#"path=~".+""#, None),
        ] {
            let query = format!("count(connections{{{matcher}}}) > 1");
            let found = findings(example::alert(promql(&query)));
            let found: Vec<_> = found
                .iter()
                .filter(|one| one.check == CHECK.name)
                .map(|one| one.message.as_str())
                .collect();
            assert_eq!(found, Vec::from_iter(message), "{matcher}");
        }
    }

    #[test]
    fn fixes_mean_the_same() {
        for (before, after) in [
            (r#"{path=~"/api"}"#, r#"{path="/api"}"#),
            (r#"{path !~ '/api\\.v1'}"#, r#"{path != '/api.v1'}"#),
            (r#"{path=~`^/api\.v1$`}"#, r#"{path=`/api.v1`}"#),
            (r#"{path=~"^/a.*"}"#, r#"{path=~"/a.*"}"#),
            (r#"{path!~"^/\\d+$",job="a"}"#, r#"{path!~"/\\d+",job="a"}"#),
            (r#"{path=~"a\"b"}"#, r#"{path="a\"b"}"#),
            (r#"{path=~".*"}"#, ""),
            (r#"{path=~".*", job="a"}"#, r#"{job="a"}"#),
            (r#"{job="a" , path=~".*" }"#, r#"{job="a" }"#),
            (r#"{path=~"/a|/b|/a"}"#, r#"{path=~"/a|/b"}"#),
            (r#"{path=~"(/a.*|/about)"}"#, r#"{path=~"/a.*"}"#),
            // What would mean something else, or lose a comment, stays.
            (r#"{path=~"/a||/b"}"#, r#"{path=~"/a||/b"}"#),
            (r#"{path=~"^*a.b"}"#, r#"{path=~"^*a.b"}"#),
            ("{path=~ # why\n\"/a\"}", "{path=~ # why\n\"/a\"}"),
            (
                "{path=~\".*\", # why\njob=\"a\"}",
                "{path=~\".*\", # why\njob=\"a\"}",
            ),
            (r#"{__name__=~".+", path=~".*"}"#, r#"{__name__=~".+"}"#),
        ] {
            let query = |matchers: &str| format!("count(connections{matchers}) > 1");
            assert_eq!(mended(&CHECK, &query(before)), query(after));
        }
    }
}
