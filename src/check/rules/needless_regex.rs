//! `needless-regex`

use std::collections::BTreeSet;

use obsctl_model::query::promql;
use obsctl_promql::ast::Matcher;

use crate::check::{Check, Findings, Input, Patterns, example};
use crate::diagnostic::Severity;
use crate::project::Site;
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
    run,
    fires: || example::alert(promql(r#"rate(api_requests_total{method=~"^POST$"}[5m]) > 1"#)),
    silent: || example::alert(promql(r#"rate(api_requests_total{method="POST"}[5m]) > 1"#)),
};

fn run(input: &Input<'_>, findings: &mut Findings) {
    // Whoever writes one in every panel is told once.
    let mut told = BTreeSet::new();
    for query in &input.queries {
        // Where values of a variable are looked up, `.*` is a place for a variable to come.
        if query.at.site.is_lookup() || query.at.derived {
            continue;
        }
        for used in &query.selectors {
            for matcher in &used.selector.matchers {
                let regex = matcher.value.value.as_str();
                if !matcher.op.is_regex() || has_variable(regex) || !input.patterns.is_valid(regex)
                {
                    continue;
                }
                if let Some((message, help)) = needless(&input.patterns, matcher)
                    && told.insert((around(&query.at.site), &matcher.name.text, regex))
                {
                    let finding = query.at.finding(matcher.span, message, "");
                    findings.push(finding.help(help));
                }
            }
        }
    }
}

/// What a query is a part of: a group of rules, a dashboard, a runbook.
fn around<'a>(site: &Site<'a>) -> &'a str {
    match site {
        Site::Alert { group, .. } | Site::Template { group, .. } | Site::Record { group, .. } => {
            &group.name
        }
        Site::Panel { dashboard, .. }
        | Site::Link { dashboard, .. }
        | Site::Variable { dashboard, .. }
        | Site::Annotation { dashboard, .. } => dashboard.uid.as_str(),
        Site::Step { runbook } => runbook.id.as_str(),
        Site::Datasource { datasource, .. } => &datasource.name,
    }
}

fn needless(patterns: &Patterns, matcher: &Matcher) -> Option<(String, String)> {
    let (label, regex) = (&matcher.name.text, matcher.value.value.as_str());
    let plain = if matcher.op.is_negative() { "!=" } else { "=" };
    if let Some(text) = literal(regex) {
        let (message, help) = if text.is_empty() {
            return None;
        } else {
            (
                format!("`{regex}` is no pattern"),
                format!("write `{label}{plain}{text:?}`"),
            )
        };
        return Some((message, help));
    }
    let inner = regex.strip_prefix('^').unwrap_or(regex);
    let anchored = inner.strip_suffix('$').filter(|rest| !rest.ends_with('\\'));
    let inner = anchored.unwrap_or(inner);
    if inner.len() != regex.len() && !inner.contains(['^', '$']) {
        let help = match literal(inner) {
            Some(text) => format!("write `{label}{plain}{text:?}`"),
            None => format!("write `{inner}`"),
        };
        return Some((format!("`{regex}` is anchored twice"), help));
    }
    if regex == ".*" && !matcher.op.is_negative() && label != "__name__" {
        return Some((
            format!("`{label}=~\".*\"` matches everything"),
            format!("leave it out, or write `{label}!=\"\"` for series that have the label"),
        ));
    }
    if regex.contains("||") && !regex.contains(['[', '\\']) {
        return Some((
            format!("an alternative of `{regex}` is empty"),
            "write one `|`; for series without the label, put the empty alternative at the end"
                .to_owned(),
        ));
    }
    covered(patterns, regex).map(|(one, other)| {
        (
            format!("`{one}` is matched by `{other}` already"),
            format!("leave `{one}` out"),
        )
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
fn covered<'a>(patterns: &Patterns, regex: &'a str) -> Option<(&'a str, &'a str)> {
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
                return Some((one, other));
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::testing::{findings, report};

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
}
