//! `unformatted-query`

use std::ops::Range;

use obsctl_model::Origin;
use obsctl_model::query::promql;

use crate::check::{Check, Findings, Input, Run, example};
use crate::diagnostic::{Diagnostic, Severity};

/// A query that is laid out otherwise than obsctl would.
pub static CHECK: Check = Check {
    name: "unformatted-query",
    severity: Severity::Note,
    docs: "\
A query is laid out otherwise than obsctl prints it.

## Why it matters

Queries that all look the same are read faster, and a diff shows what changed in them, not who typed it. How a query looks is a
matter of taste: the check is run only where it is asked for.

```toml
[check.levels]
unformatted-query = \"note\"
```

Queries longer than 100 characters are put on several lines, as `promtool promql format` does. One with a comment in it, and one
that cannot be read, is left as it is.

## How to fix it

`obsctl check PATHS --only unformatted-query --fix` shows how the files would look, `--write` writes them.
",
    run: Run::Once(run),
    fires: || example::alert(promql("sum(rate( api_requests_total[5m] ))>1")),
    silent: || example::alert(promql("sum(rate(api_requests_total[5m])) > 1")),
};

fn run(input: &Input<'_>, findings: &mut Findings) {
    for query in &input.queries {
        let at = &query.at;
        // What a variable looks up is an argument of Grafana's function.
        if at.derived || at.site.is_lookup() || !at.query.errors().is_empty() {
            continue;
        }
        let tree = at.query.expr();
        let pretty = tree.pretty();
        if obsctl_promql::parse(&pretty).expr == *tree {
            let place = (at.site.subject(), at.origin);
            findings.extend(finding(place, at.query.as_str(), &pretty, &["#"]));
        }
    }
    for one in input.logs.iter().filter(|one| one.wanted_label.is_none()) {
        let parsed = one.query.parsed();
        let pretty = parsed.expr.pretty();
        if parsed.errors.is_empty() && obsctl_logql::parse(&pretty).expr == parsed.expr {
            let place = (one.subject.clone(), one.origin);
            findings.extend(finding(place, one.query.as_str(), &pretty, &["#"]));
        }
    }
    for one in &input.traces {
        let parsed = one.query.parsed();
        let pretty = parsed.expr.pretty();
        if parsed.errors.is_empty() && obsctl_traceql::parse(&pretty).expr == parsed.expr {
            let place = (one.subject.clone(), one.origin);
            findings.extend(finding(place, one.query.as_str(), &pretty, &["//", "/*"]));
        }
    }
}

/// A finding, where the text is laid out otherwise; `marks` begin comments.
fn finding(
    (subject, origin): (String, Origin),
    text: &str,
    pretty: &str,
    marks: &[&str],
) -> Option<Diagnostic> {
    let written = text.trim_end();
    // Of a panel's query the blanks before it are not read.
    if written == pretty
        || written == pretty.trim_start()
        || marks.iter().any(|mark| may_lose(mark, text, pretty))
    {
        return None;
    }
    let (differs, other) = difference(written, pretty);
    let (range, with) = if pretty.contains('\n') {
        (0..written.len(), pretty)
    } else {
        (differs.clone(), &pretty[other])
    };
    let found = Diagnostic::new(
        subject,
        origin,
        "the query is laid out otherwise than obsctl prints it",
    );
    let found = found.underline(text, differs, "differs here");
    Some(found.fix("lay the query out", range, with))
}

/// Whether a comment can be in the text that is not in what is printed. Inside of a string an escape can stand for
/// a mark: then nobody counts.
fn may_lose(mark: &str, text: &str, pretty: &str) -> bool {
    let count = |text: &str| text.matches(mark).count();
    count(text) > 0 && (text.contains('\\') || count(text) != count(pretty))
}

/// The bytes of each text that are not the same at the beginning or the end of both.
fn difference(one: &str, other: &str) -> (Range<usize>, Range<usize>) {
    let pairs = one.char_indices().zip(other.chars());
    let same = pairs
        .take_while(|((_, a), b)| a == b)
        .map(|((at, char), _)| at + char.len_utf8());
    let start = same.last().unwrap_or(0);
    let (one_rest, other_rest) = (&one[start..], &other[start..]);
    let pairs = one_rest.chars().rev().zip(other_rest.chars().rev());
    let same = pairs
        .take_while(|(a, b)| a == b)
        .map(|(char, _)| char.len_utf8());
    let end: usize = same.sum();
    (start..one.len() - end, start..other.len() - end)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::testing::report;

    #[test]
    fn shows_where_it_begins_to_differ() {
        insta::assert_snapshot!(report(&CHECK, (CHECK.fires)()), @"
        note[unformatted-query]: the query is laid out otherwise than obsctl prints it
         --> definitions.rs:1:10
          |
        1 | sum(rate( api_requests_total[5m] ))>1
          |          ^^^^^^^^^^^^^^^^^^^^^^^^^^^ differs here
          |
          = in: alert `HighLatency` of group `api`
        ");
    }

    #[test]
    fn the_difference_is_the_smallest() {
        for (one, other, expected) in [
            ("a  b", "a b", (2..3, 2..2)),
            ("a b", "a  b", (2..2, 2..3)),
            ("é>1", "é > 1", (2..3, 2..5)),
            ("aa", "a", (1..2, 1..1)),
            ("", "a", (0..0, 0..1)),
        ] {
            assert_eq!(difference(one, other), expected, "{one} {other}");
        }
    }

    #[test]
    fn comments_are_never_lost() {
        let lost = |text: &str| {
            finding((String::new(), Origin::none()), text, "a", &["#", "//"]).is_none()
        };
        assert!(lost("a # why"));
        assert!(lost("a // why"));
        assert!(lost("a  {b=\"\\x23\"} # why"));
        assert!(!lost("( a )"));
    }
}
