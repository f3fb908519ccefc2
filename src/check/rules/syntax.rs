//! `syntax`

use obsctl_model::query::promql;
use obsctl_promql::{Span, SyntaxError, TypeError, experimental};

use crate::check::{Check, Findings, Input, Patterns, Run, example};
use crate::diagnostic::{Diagnostic, Severity};
use crate::project::expression::has_variable;

/// Text that Prometheus would refuse.
pub static CHECK: Check = Check {
    name: "syntax",
    severity: Severity::Error,
    docs: "\
A query is not PromQL, LogQL or TraceQL, or the engine would refuse it: a wrong type, an unknown function, an invalid regular expression,
something experimental.

## Why it matters

Prometheus does not load a rule file with one such rule, and a panel shows an error instead of data.

## How to fix it

Correct the query at the underlined place. What is experimental works only on servers that were started with a feature
flag: write it with what every server knows.
",
    run: Run::Once(run),
    fires: || example::alert(promql("sum(rate(api_requests_total[5m]) > 10")),
    silent: || example::alert(promql("sum(rate(api_requests_total[5m])) > 10")),
};

fn run(input: &Input<'_>, findings: &mut Findings) {
    logs(input, findings);
    traces(input, findings);
    input.per_text(&input.unread, findings, |query, findings| {
        let place = |span, message: &str, note| query.at.finding(span, message, note);
        refused(query.at.query.errors(), Vec::new, place, findings);
    });
    input.per_text(&input.texts, findings, |query, findings| {
        let expr = query.at.query.expr();
        let place = |span, message: &str, note| query.at.finding(span, message, note);
        refused(&[], || query.types.clone(), place, findings);
        for matcher in query
            .selectors
            .iter()
            .flat_map(|used| &used.selector.matchers)
        {
            let regex = &matcher.value.value;
            if matcher.op.is_regex() && !has_variable(regex) && !Patterns::is_valid(regex) {
                let error = obsctl_promql::regex::read(regex).err();
                let reason = error.map_or("", |error| error.message);
                let message = format!("`{regex}` is not a regular expression");
                findings.push(query.at.finding(matcher.value.span, message, reason));
            }
        }
        for feature in experimental(expr) {
            let message = format!("`{}` is experimental", feature.name);
            let finding = query
                .at
                .finding(feature.span, message, "refused by default");
            findings.push(finding.help(format!(
                "Prometheus knows it only with `--enable-feature={}`",
                feature.feature.flag()
            )));
        }
    });
}

/// What Loki would refuse.
fn logs(input: &Input<'_>, findings: &mut Findings) {
    for placed in &input.logs {
        let query = placed.query;
        let types = || match placed.wanted_label {
            // Values of a label can be asked for of all streams.
            Some(_) => vec![],
            None => obsctl_logql::typecheck(query.expr()).1,
        };
        let place = |span: Span, message: &str, note| {
            placed.finding(query.as_str(), span.range(), message, note)
        };
        refused(query.errors(), types, place, findings);
    }
}

/// What Tempo would refuse.
fn traces(input: &Input<'_>, findings: &mut Findings) {
    for placed in &input.traces {
        let query = placed.query;
        let types = || obsctl_traceql::typecheck(query.expr()).1;
        let place = |span: Span, message: &str, note| {
            placed.finding(query.as_str(), span.range(), message, note)
        };
        refused(query.errors(), types, place, findings);
    }
}

/// Reports what could not be read of a query, or else what is wrong with its types.
fn refused(
    errors: &[SyntaxError],
    types: impl FnOnce() -> Vec<TypeError>,
    place: impl Fn(Span, &str, String) -> Diagnostic,
    findings: &mut Findings,
) {
    for error in errors {
        let note = error.expected.as_ref();
        let note = note.map_or_else(|| "here".to_owned(), |what| format!("expected {what}"));
        let finding = place(error.span, &error.message, note);
        findings.push(with_help(finding, error.help.as_deref()));
    }
    if errors.is_empty() {
        for error in types() {
            let finding = place(error.span, &error.message, String::new());
            findings.push(with_help(finding, error.help.as_deref()));
        }
    }
}

fn with_help(finding: Diagnostic, help: Option<&str>) -> Diagnostic {
    match help {
        Some(help) => finding.help(help),
        None => finding,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::testing::{report, underlined};

    #[test]
    fn shows_where_reading_stopped() {
        insta::assert_snapshot!(report(&CHECK, (CHECK.fires)()), @"
        error[syntax]: `(` is never closed
         --> definitions.rs:1:4
          |
        1 | sum(rate(api_requests_total[5m]) > 10
          |    ^ expected `)`
          |
          = in: alert `HighLatency` of group `api`
          = help: put `)` before the end
        ");
    }

    #[test]
    fn what_prometheus_refuses_is_found() {
        for query in [
            "rate(up) > 1",
            "nosuchfunction(up) > 1",
            r#"up{job=~"("} > 1"#,
            "sort_by_label(up, \"job\") > 1",
            "sum(\"a\") > 1",
        ] {
            let found = underlined(&CHECK, example::alert(promql(query)));
            assert_eq!(found.len(), 1, "{query}: {found:?}");
        }
    }
}
