//! `external-label-overridden`

use obsctl_model::query::promql;
use obsctl_model::{Alert, Rule, Stack};

use crate::check::demand::labels;
use crate::check::{Check, Findings, Input, Run, example};
use crate::diagnostic::{Diagnostic, Severity};
use crate::project::subject;

/// A rule that goes out under the name of another server.
pub static CHECK: Check = Check {
    name: "external-label-overridden",
    severity: Severity::Warning,
    docs: "\
A rule sets a label to another value than the server's `external_labels` do.

## Why it matters

Prometheus adds its external labels to what it sends to Alertmanager, to remote storage and to other servers, but only where
there is no label of that name. What this rule makes goes out as if another server had made it: routes, silences and queries
by that label look for it in the wrong place, and series of two servers can become one.

## How to fix it

Give the label another name, or leave it to the server. Rules are compared with the external labels of the server that
`--prometheus` names, where it shows its configuration, or with those that `obsctl.toml` says:

```toml
[check]
external_labels = { cluster = \"eu-1\" }
```

Values that a template makes, and rules of Loki, are not compared.
",
    run: Run::Once(run),
    fires: || labelled("cluster"),
    silent: || labelled("tested_cluster"),
};

fn run(input: &Input<'_>, findings: &mut Findings) {
    let Some(external) = input.external_labels() else {
        return;
    };
    for group in input.project.groups() {
        for rule in &group.rules {
            if rule.query().promql().is_none() {
                continue;
            }
            let own = match rule {
                Rule::Alert(alert) => &alert.all_labels(),
                Rule::Record(record) => &record.labels,
            };
            for (name, value) in labels(&group.labels, own) {
                let theirs = external.get(name);
                let differs = |theirs: &&String| {
                    value.is_some_and(|value| value != *theirs && !value.contains("{{"))
                };
                if let Some(theirs) = theirs.filter(differs) {
                    let value = value.unwrap_or_default();
                    let message =
                        format!("label `{name}` is `{value}`, and the server's own is `{theirs}`");
                    findings.push(
                        Diagnostic::new(subject::rule(group, rule), rule.origin(), message)
                            .help("give it another name, or leave it to `external_labels`"),
                    );
                }
            }
        }
    }
}

/// A stack with an alert that sets this label.
fn labelled(name: &str) -> Stack {
    example::with_alert(Alert {
        labels: [(name.to_owned(), "us-2".to_owned())].into(),
        ..example::high_latency(promql("connections > 100"))
    })
}

#[cfg(test)]
mod tests {
    use obsctl_model::query::logql;

    use super::*;
    use crate::check::testing::report;

    #[test]
    fn says_both_values() {
        insta::assert_snapshot!(report(&CHECK, (CHECK.fires)()), @"
        warning[external-label-overridden]: label `cluster` is `us-2`, and the server's own is `eu-1`
        --> definitions.rs
         = in: alert `HighLatency` of group `api`
         = help: give it another name, or leave it to `external_labels`
        ");
    }

    #[test]
    fn only_what_certainly_differs_is_found() {
        for (value, found) in [("us-2", 1), ("eu-1", 0), ("{{ $labels.cluster }}", 0)] {
            let mut stack = example::record(promql("sum(connections)"));
            let group = &mut stack.rule_groups[0];
            group.labels.insert("cluster".to_owned(), value.to_owned());
            let report = report(&CHECK, stack);
            assert_eq!(
                report.matches("warning[").count(),
                found,
                "{value}: {report}"
            );
        }
    }

    #[test]
    fn rules_of_loki_are_evaluated_by_another_server() {
        let mut stack = labelled("cluster");
        if let Rule::Alert(alert) = &mut stack.rule_groups[0].rules[0] {
            alert.query = logql("sum(rate({job=\"api\"}[5m])) > 1").into();
        }
        assert_eq!(report(&CHECK, stack), "");
    }
}
