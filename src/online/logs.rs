//! Whether the streams that queries of logs name are there.

use std::collections::{BTreeMap, BTreeSet};

use obsctl_promql::ast::{MatchOp, Matcher};

use super::{Answer, Check, Judged, with_known, with_values};
use crate::check::Patterns;
use crate::diagnostic::Severity;
use crate::project::expression::has_variable;
use crate::project::{Project, QueryRef};

/// Its page.
pub static CHECK: Check = Check {
    name: "stream-missing",
    severity: Severity::Warning,
    docs: "\
A query of logs selects streams by a label or a value that Loki does not have within the look-back (`--loki URL`).

## Why it matters

It finds nothing: the label has another name at the collector, or is structured metadata, which is filtered behind `|`.

## How to fix it

Correct the label or the value. A value that may still come is a note.
",
};

/// Said once, where every query would be a finding.
const NO_STREAMS: &str =
    "Loki has no streams at all: look at the address, `--look-back`, and the tenant: `LOKI_TENANT`";

/// Who has streams: Loki.
pub trait Streams {
    /// The names of all labels of streams.
    ///
    /// # Errors
    /// When there is no answer that can be used.
    fn labels(&self) -> Answer<Vec<String>>;
    /// The values of a label.
    ///
    /// # Errors
    /// When there is no answer that can be used.
    fn values(&self, label: &str) -> Answer<Vec<String>>;
}

/// Asks for the labels and values of every stream selector.
#[must_use]
pub fn judge(project: &Project, engine: &dyn Streams, doing: &dyn Fn(String)) -> Judged {
    doing("labels of streams".to_owned());
    let mut judged = Judged::default();
    let Some(labels) = judged.answered(engine.labels()) else {
        return judged;
    };
    if labels.is_empty() {
        judged.unanswered(NO_STREAMS.to_owned());
        return judged;
    }
    let labels: BTreeSet<_> = labels.into_iter().collect();
    let mut values: BTreeMap<String, Option<Vec<String>>> = BTreeMap::new();
    let patterns = Patterns::default();
    for placed in project.queries() {
        let QueryRef::Logql(query) = placed.query else {
            continue;
        };
        for used in query.expr().log_queries() {
            for matcher in &used.query.selector.matchers {
                let label = &matcher.name.text;
                if has_variable(&matcher.value.value)
                    || has_variable(label)
                    || !demands(matcher, &patterns)
                {
                    continue;
                }
                let range = matcher.span.range();
                let found = |message: String, note: &str| {
                    placed.finding(query.as_str(), range.clone(), message, note)
                };
                if !labels.contains(label) {
                    let message = format!("no stream has the label `{label}`");
                    let found = found(message, "selects nothing");
                    let labels: Vec<_> = labels.iter().cloned().collect();
                    let found = with_known(found, label, "labels", &labels);
                    judged
                        .findings
                        .push(CHECK.finding(Severity::Warning, found));
                    continue;
                }
                let known = values
                    .entry(label.clone())
                    .or_insert_with(|| judged.answered(engine.values(label)));
                let Some(known) = known else { continue };
                let wanted = &matcher.value.value;
                let there = match matcher.op {
                    MatchOp::Equal => known.contains(wanted),
                    _ => known
                        .iter()
                        .any(|value| patterns.matches(wanted, value) != Some(false)),
                };
                if !there {
                    let message = format!("no stream has `{matcher}`");
                    let found = with_values(found(message, "selects nothing"), wanted, known);
                    let near = found
                        .help
                        .iter()
                        .any(|help| help.starts_with("did you mean"));
                    let severity = if near {
                        Severity::Warning
                    } else {
                        Severity::Note
                    };
                    judged.findings.push(CHECK.finding(severity, found));
                }
            }
        }
    }
    judged
}

/// Whether a matcher leaves streams out that lack its label.
fn demands(matcher: &Matcher, patterns: &Patterns) -> bool {
    match matcher.op {
        MatchOp::Equal => !matcher.value.value.is_empty(),
        MatchOp::Regex => patterns.matches(&matcher.value.value, "") == Some(false),
        MatchOp::NotEqual | MatchOp::NotRegex => false,
    }
}

#[cfg(test)]
mod tests {
    use obsctl_model::prelude::*;

    use super::*;
    use crate::online::testing::report;

    struct Played;

    /// A tenant without data, or the wrong one.
    struct Empty;

    impl Streams for Empty {
        fn labels(&self) -> Answer<Vec<String>> {
            Ok(vec![])
        }

        fn values(&self, _: &str) -> Answer<Vec<String>> {
            Ok(vec![])
        }
    }

    #[test]
    fn an_empty_engine_is_said_once() {
        let panel = logs("L").query(logql(r#"{job="api"}"#));
        let stack = Stack::new(Slug::from_static("t"))
            .dashboard(Dashboard::new("d", "D").row("R", (panel.clone(), panel)));
        let judged = judge(&Project::link(stack), &Empty, &|_| {});
        assert_eq!(report(&judged), format!("not answered: {NO_STREAMS} (1)"));
    }

    impl Streams for Played {
        fn labels(&self) -> Answer<Vec<String>> {
            Ok(vec!["job".to_owned(), "level".to_owned()])
        }

        fn values(&self, label: &str) -> Answer<Vec<String>> {
            Ok(match label {
                "job" => vec!["api".to_owned(), "worker".to_owned()],
                _ => vec!["error".to_owned()],
            })
        }
    }

    #[test]
    fn labels_and_values_of_streams_are_looked_up() {
        for (query, said) in [
            (r#"{job="api", level=~"err.*"} |= "x""#, ""),
            (r#"{job="$job", level!="info"}"#, ""),
            (
                r#"{app="api"}"#,
                "warning: no stream has the label `app` [selects nothing]",
            ),
            (
                r#"{job="apj"}"#,
                "warning: no stream has `job=\"apj\"` [selects nothing]",
            ),
            (
                r#"{job=~"batch.*"}"#,
                "note: no stream has `job=~\"batch.*\"` [selects nothing]",
            ),
        ] {
            let stack = Stack::new(Slug::from_static("t"))
                .dashboard(Dashboard::new("d", "D").row("R", (logs("L").query(logql(query)),)));
            let judged = judge(&Project::link(stack), &Played, &|_| {});
            assert_eq!(report(&judged), said, "{query}");
            if said.contains("the label") {
                let help = &judged.findings[0].help;
                assert_eq!(help.last().unwrap(), "the labels are `job`, `level`");
            }
        }
    }
}
