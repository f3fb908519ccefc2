//! `variable-undefined`

use std::collections::BTreeSet;
use std::ops::Range;

use obsctl_model::dashboard::{Dashboard, ExpressionRef, Place, PlacedQuery, TextKind};
use obsctl_model::prelude::timeseries;
use obsctl_model::query::promql;
use obsctl_model::{Origin, Stack};
use obsctl_promql::variable::{is_builtin, names};

use crate::check::{Check, Findings, Input, Run, example, template};
use crate::diagnostic::{Diagnostic, Severity};
use crate::project::{Site, runbook_pages, subject};

/// A variable that nothing fills in.
pub static CHECK: Check = Check {
    name: "variable-undefined",
    severity: Severity::Error,
    docs: "\
A dashboard uses a variable that it does not define, or a rule uses one at all.

## Why it matters

Grafana leaves the name as it is: the query asks for series whose label is literally `$tenant`. Prometheus knows no
variables; it refuses the rule, or looks for the literal text.

## How to fix it

Correct the name or define the variable. In rules, write what is meant: `[5m]` instead of `[$__rate_interval]`.
",
    run: Run::Once(run),
    fires: || using("$route"),
    silent: || using("$path"),
};

fn run(input: &Input<'_>, findings: &mut Findings) {
    for query in &input.queries {
        let template = matches!(query.at.site, Site::Template { .. });
        if query.at.site.is_rule() && !template {
            for (range, _) in used(query.at.query.as_str()) {
                let text = query.at.query.as_str();
                let written = &text[range.clone()];
                let message = format!("`{written}` in a rule: Prometheus knows no variables");
                findings.push(
                    Diagnostic::new(query.at.site.subject(), query.at.origin, message)
                        .underline(text, range, "nothing fills it in")
                        .help("write what is meant, such as `5m`"),
                );
            }
        }
    }
    // A runbook's page defines every variable that its steps use.
    let runbooks = input.project.stack().runbooks.iter();
    let pages: BTreeSet<_> = runbooks.map(|one| runbook_pages::uid(&one.id)).collect();
    for dashboard in input.project.dashboards() {
        if pages.contains(&dashboard.uid) {
            continue;
        }
        check(dashboard, input.project.is_written(dashboard), findings);
    }
}

fn check(dashboard: &Dashboard, written: bool, findings: &mut Findings) {
    let defined = dashboard.variables.iter();
    let defined: Vec<_> = defined.map(|variable| variable.name.as_str()).collect();
    for placed in dashboard.queries() {
        report(
            dashboard,
            &defined,
            text_of(&placed),
            &[],
            placed.origin,
            &placed.place,
            findings,
        );
    }
    for placed in dashboard.texts() {
        // Markdown can show shell commands, and what is derived repeats templates of alerts.
        if placed.kind == TextKind::Content || !written {
            continue;
        }
        // A description can show an alert's text: what stands in braces is Prometheus' there.
        let templates = match placed.kind {
            TextKind::Title => template::actions(&placed.text).collect(),
            _ => vec![],
        };
        report(
            dashboard,
            &defined,
            &placed.text,
            &templates,
            dashboard.origin,
            &placed.place,
            findings,
        );
    }
}

fn report(
    dashboard: &Dashboard,
    defined: &[&str],
    text: &str,
    templates: &[Range<usize>],
    origin: Origin,
    place: &Place<'_>,
    findings: &mut Findings,
) {
    for (range, variable) in used(text) {
        let inside = templates.iter().any(|one| one.contains(&range.start));
        if inside || defined.contains(&variable) || is_builtin(variable) {
            continue;
        }
        let of = subject::dashboard(dashboard);
        let place = place.describe();
        let subject = if place == "the dashboard" {
            of.clone()
        } else {
            format!("{place} of {of}")
        };
        let message = format!("{of} defines no variable `{variable}`");
        findings.push(
            Diagnostic::new(subject, origin, message)
                .underline(text, range, "nothing fills it in")
                .did_you_mean(variable, defined.iter().copied()),
        );
    }
}

/// The text of a query in any language.
pub(super) fn text_of<'a>(placed: &PlacedQuery<'a>) -> &'a str {
    match placed.expression {
        ExpressionRef::Promql(query) => query.as_str(),
        ExpressionRef::Logql(query) => query.as_str(),
        ExpressionRef::Traceql(query) => query.as_str(),
        ExpressionRef::ServiceMap(selector) => selector,
        ExpressionRef::Other(_) => "",
    }
}

/// The variables of a text, by name. `$1` is a group of a regular expression, and `\$x` in one is a dollar sign.
pub(super) fn used(text: &str) -> impl Iterator<Item = (Range<usize>, &str)> {
    names(text).filter(|(range, variable)| {
        let digit = variable.starts_with(|c: char| c.is_ascii_digit());
        !digit && !text[..range.start].ends_with('\\')
    })
}

/// A stack with a dashboard that defines `path` and uses this variable.
fn using(variable: &str) -> Stack {
    let query = format!("sum(rate(api_requests_total{{path=\"{variable}\"}}[$__rate_interval]))");
    let panel = timeseries("Requests to $path").query(promql(&query));
    let choice = obsctl_model::dashboard::variable::textbox("path");
    example::stack().dashboard(example::dashboard().variable(choice).row("Traffic", panel))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::testing::{report as shown, underlined};

    #[test]
    fn names_the_variable_and_the_dashboard() {
        insta::assert_snapshot!(shown(&CHECK, (CHECK.fires)()), @r#"
        error[variable-undefined]: dashboard `api` defines no variable `route`
         --> definitions.rs:1:35
          |
        1 | sum(rate(api_requests_total{path="$route"}[$__rate_interval]))
          |                                   ^^^^^^ nothing fills it in
          |
          = in: panel `Requests to $path`, query `A` of dashboard `api`
        "#);
    }

    #[test]
    fn rules_have_no_variables() {
        let query = promql("rate(api_requests_total[$__rate_interval]) > 1");
        assert_eq!(
            underlined(&CHECK, example::alert(query)),
            ["$__rate_interval"]
        );
    }

    #[test]
    fn groups_of_regular_expressions_are_no_variables() {
        let query = promql(r#"label_replace(connections, "a", "$1", "path", "(.*)") > 1"#);
        assert_eq!(underlined(&CHECK, example::alert(query)), [""; 0]);
    }

    #[test]
    fn a_dollar_sign_of_a_regular_expression_is_none() {
        let query = promql(r#"connections{topic!~"\\$SYS.*"}"#);
        let stack = example::panels(timeseries("x").query(query));
        assert_eq!(underlined(&CHECK, stack), [""; 0]);
    }

    #[test]
    fn texts_of_alerts_are_shown_as_they_are() {
        let described = |text: &str| {
            let panel = timeseries("x").query(promql("connections"));
            underlined(&CHECK, example::panels(panel.description(text)))
        };
        let text = "{{ $value | humanize }} of {{ $labels.path }} fail";
        assert_eq!(described(text), [""; 0]);
        assert_eq!(described(&format!("{text} at $nobody")), ["$nobody"]);
    }

    #[test]
    fn headings_are_read_too() {
        let panel = timeseries("of $nobody").query(promql("connections"));
        assert_eq!(underlined(&CHECK, example::panels(panel)), ["$nobody"]);
    }
}
