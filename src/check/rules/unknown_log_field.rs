//! `unknown-log-field`

use std::collections::BTreeSet;

use obsctl_logql::ast::LogQuery;
use obsctl_logql::{LabelOrigin, LabelPlace, LabelUse};
use obsctl_model::prelude::*;
use obsctl_model::{ExposedName, FieldKind, LabelDef, LogCatalog, LogField};

use crate::check::{Check, Findings, Input, Run, example};
use crate::diagnostic::{Diagnostic, Severity};

/// A label of LogQL that no line has.
pub static CHECK: Check = Check {
    name: "unknown-log-field",
    severity: Severity::Error,
    docs: "\
A LogQL query uses a stream label or a field that the log catalog does not declare.

## Why it matters

Loki never says that a label does not exist: a filter on it keeps nothing, a grouping by it puts everything into one
group, and an alert on it never fires.

## How to fix it

Correct the name, or declare the field. Stream labels stand in `{…}`; fields of a JSON line exist behind `| json`.
",
    run: Run::Once(run),
    fires: || logging(r#"sum(rate({service="api"} | json | tenant="acme" [5m])) > 1"#),
    silent: || logging(r#"sum(rate({service="api"} | json | tenant_id="acme" [5m])) > 1"#),
};

fn run(input: &Input<'_>, findings: &mut Findings) {
    let catalog = &input.project.stack().logs;
    if catalog.stream_labels.is_empty() {
        return;
    }
    let labels: BTreeSet<&str> = catalog
        .stream_labels
        .iter()
        .map(|label| label.name.as_str())
        .collect();
    let fields: BTreeSet<String> = catalog
        .fields()
        .map(|field| as_label(&field.name))
        .collect();
    for placed in input
        .logs
        .iter()
        .filter(|placed| placed.query.errors().is_empty())
    {
        for used in placed.query.expr().label_uses() {
            let name = used.name.text.as_str();
            let (exists, message) = match used.origin() {
                _ if is_of_others(used.query, catalog) => continue,
                LabelOrigin::Stream if used.place == LabelPlace::Matcher => (
                    labels.contains(name),
                    format!("streams have no label `{name}`"),
                ),
                // Structured metadata has fields, too.
                LabelOrigin::Parsed(_) | LabelOrigin::Unparsed => {
                    let own = name.strip_suffix("_extracted").unwrap_or(name);
                    let known =
                        labels.contains(name) || fields.contains(own) || name == "detected_level";
                    (known, format!("no log line has the field `{name}`"))
                }
                _ => continue,
            };
            // What is dropped or renamed need not be there.
            if exists || matches!(used.place, LabelPlace::Dropped | LabelPlace::Kept) {
                continue;
            }
            findings.push(finding(
                placed.query.as_str(),
                placed,
                &used,
                message,
                &labels,
                &fields,
            ));
        }
    }
}

fn finding(
    text: &str,
    placed: &crate::project::Placed<'_, &LogQl>,
    used: &LabelUse<'_>,
    message: String,
    labels: &BTreeSet<&str>,
    fields: &BTreeSet<String>,
) -> Diagnostic {
    let found = placed.finding(
        text,
        used.name.span.range(),
        message,
        "not in the log catalog",
    );
    let names = labels.iter().copied();
    if used.place == LabelPlace::Matcher {
        let known = labels.iter().copied().collect::<Vec<_>>().join("`, `");
        return found
            .did_you_mean(&used.name.text, names)
            .help(format!("the stream labels are `{known}`"));
    }
    found.did_you_mean(
        &used.name.text,
        names.chain(fields.iter().map(String::as_str)),
    )
}

/// Whether a query asks for lines of something that is not the team's: an engine, a container of others. Their fields are
/// not in the catalog.
pub(super) fn is_of_others(query: &LogQuery, catalog: &LogCatalog) -> bool {
    query.selector.matchers.iter().any(|matcher| {
        let label = catalog.stream_labels.iter().find(|label| label.name.as_str() == matcher.name.text);
        let value = matcher.value.value.as_str();
        matches!(label.map(|label| &label.domain), Some(Domain::Values(known))
            if !obsctl_promql::variable::contains(value) && !known.iter().any(|one| one == value) && !matcher.op.is_regex())
    })
}

/// The label that `| json` makes of a field: `.` and `-` become `_`.
pub(super) fn as_label(field: &str) -> String {
    let kept = |c: char| if c.is_ascii_alphanumeric() { c } else { '_' };
    field.chars().map(kept).collect()
}

/// The example stack with a log catalog and an alert on this query.
pub(super) fn logging(query: &str) -> Stack {
    let stream_label = |name: &'static str, domain| LabelDef {
        name: ExposedName::from_static(name),
        domain,
    };
    let text = |name: &str| LogField::new(name, FieldKind::Text, "Of the example.", "acme");
    let catalog = LogCatalog {
        stream_labels: vec![stream_label(
            "service",
            Domain::Values(vec!["api".to_owned()]),
        )],
        standard_fields: vec![text("event"), text("tenant_id"), text("level")],
        ..LogCatalog::default()
    };
    example::alert(logql(query)).logs(catalog)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::testing::{report, underlined};

    #[test]
    fn says_what_is_meant() {
        insta::assert_snapshot!(report(&CHECK, (CHECK.fires)()), @r#"
        error[unknown-log-field]: no log line has the field `tenant`
         --> definitions.rs:1:35
          |
        1 | sum(rate({service="api"} | json | tenant="acme" [5m])) > 1
          |                                   ^^^^^^ not in the log catalog
          |
          = in: alert `HighLatency` of group `api`
          = help: did you mean `tenant_id`?
        "#);
    }

    #[test]
    fn knows_where_a_label_comes_from() {
        for (query, found) in [
            (r#"sum(rate({servise="api"} [5m])) > 1"#, vec!["servise"]),
            (
                r#"sum by (service) (rate({service="api"} | json | event="x" [5m])) > 1"#,
                vec![],
            ),
            (
                r#"sum by (tenant) (rate({service="api"} | json [5m])) > 1"#,
                vec!["tenant"],
            ),
            (
                r#"sum(rate({service="api"} | pattern "<method> <_>" | method="GET" [5m])) > 1"#,
                vec![],
            ),
            (
                r#"sum(rate({service="api"} | json who="user.name" | who="x" [5m])) > 1"#,
                vec![],
            ),
            (
                r#"sum(rate({service="loki"} | logfmt | caller="x" [5m])) > 1"#,
                vec![],
            ),
            (
                r#"sum(rate({service="api"} | json | __error__="" [5m])) > 1"#,
                vec![],
            ),
        ] {
            assert_eq!(underlined(&CHECK, logging(query)), found, "{query}");
        }
    }
}
