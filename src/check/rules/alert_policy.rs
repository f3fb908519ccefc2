//! `alert-policy`

use std::collections::BTreeMap;

use obsctl_model::query::promql;
use obsctl_model::{Alert, Rule};

use crate::check::demand::{Demanded, labels};
use crate::check::{Check, Findings, Input, Run, example};
use crate::diagnostic::Severity;
use crate::project::subject;

/// An alert that is not as the team wants its alerts.
pub static CHECK: Check = Check {
    name: "alert-policy",
    severity: Severity::Warning,
    docs: "\
An alert is not as the policy of the team wants it: its labels, annotations, name or `for`.

## Why it matters

Routes match on labels, messages show annotations, and people find alerts by their names. What is the same everywhere can
be relied on.

## How to fix it

Set what is asked for, or change what is asked for in `obsctl.toml`:

```toml
[policy.alerts]
required_labels = { severity = \"critical|warning|info\", team = \".+\" }
required_annotations = { summary = \".+\", runbook_url = \"https://.+\" }
forbidden_labels = [\"host\"]
forbidden_annotations = [\"runbook\"]
name = \"[A-Z][A-Za-z0-9]+\"
min_for = \"1m\"
max_for = \"1d\"
max_keep_firing_for = \"1h\"
```

Patterns are regular expressions that match the whole text. Labels are those that the rule or its group sets; what a
query brings along does not count. Templates can become any text. An alert's own runbook and dashboard become `runbook_url`
and `dashboard_url` when files are generated: then they are there, and their addresses are not compared.
",
    run: Run::Once(run),
    fires: || {
        example::with_alert(Alert {
            labels: BTreeMap::from([
                ("host".to_owned(), "db1".to_owned()),
                ("severity".to_owned(), "page".to_owned()),
            ]),
            severity: None,
            ..example::high_latency(promql("connections > 100"))
        })
    },
    silent: || {
        example::with_alert(Alert {
            lasting: obsctl_model::mins(5),
            ..example::high_latency(promql("connections > 100"))
        })
    },
};

fn run(input: &Input<'_>, findings: &mut Findings) {
    let asked = &input.policy.demands.alerts;
    if asked.is_empty() {
        return;
    }
    for group in input.project.groups() {
        for rule in &group.rules {
            let Rule::Alert(alert) = rule else { continue };
            let alerts = Demanded {
                subject: subject::alert(group, alert),
                what: format!("alert `{}`", alert.name),
                origin: alert.origin,
                section: "policy.alerts",
                input,
            };
            let own = alert.all_labels();
            let labels = labels(&group.labels, &own);
            let required = &asked.required_labels;
            alerts.texts("label", "required_labels", required, &labels, findings);
            alerts.without(
                "label",
                "forbidden_labels",
                &asked.forbidden_labels,
                &labels,
                findings,
            );
            let required = &asked.required_annotations;
            let present = annotations(alert);
            alerts.without(
                "annotation",
                "forbidden_annotations",
                &asked.forbidden_annotations,
                &present,
                findings,
            );
            alerts.texts(
                "annotation",
                "required_annotations",
                required,
                &present,
                findings,
            );
            alerts.name("name", &alert.name, asked.name.as_ref(), findings);
            alerts.bounds(
                "fires after",
                alert.lasting,
                ("min_for", asked.min_for),
                ("max_for", asked.max_for),
                findings,
            );
            if let Some(time) = alert.keep_firing {
                alerts.bounds(
                    "goes on firing for",
                    time,
                    ("", None),
                    ("max_keep_firing_for", asked.max_keep_firing_for),
                    findings,
                );
            }
        }
    }
}

/// The annotations that an alert will have; none for those whose text depends on where Grafana is.
fn annotations(alert: &Alert) -> BTreeMap<&str, Option<&str>> {
    let own = alert.annotations.iter();
    let mut all: BTreeMap<_, _> = own
        .map(|(name, text)| (name.as_str(), Some(text.as_str())))
        .collect();
    if !alert.summary.is_empty() {
        all.insert("summary", Some(&alert.summary));
    }
    if let Some(description) = &alert.description {
        all.insert("description", Some(description));
    }
    if alert.runbook.is_some() {
        all.insert("runbook_url", None);
    }
    if alert.dashboard.is_some() {
        all.insert("dashboard_url", None);
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::testing::report;

    #[test]
    fn says_what_is_asked_and_by_whom() {
        insta::assert_snapshot!(report(&CHECK, (CHECK.fires)()), @"
        warning[alert-policy]: alert `HighLatency` fires after 0s, less than 1m
        --> definitions.rs
         = in: alert `HighLatency` of group `api`
         = help: see `policy.alerts.min_for` in `obsctl.toml`

        warning[alert-policy]: alert `HighLatency` has the label `host`
        --> definitions.rs
         = in: alert `HighLatency` of group `api`
         = help: see `policy.alerts.forbidden_labels` in `obsctl.toml`

        warning[alert-policy]: label `severity` of alert `HighLatency` is `page`, which does not match `critical|warning|info`
        --> definitions.rs
         = in: alert `HighLatency` of group `api`
         = help: see `policy.alerts.required_labels.severity` in `obsctl.toml`
        ");
    }

    #[test]
    fn templates_differ_only_where_they_cannot_match() {
        let with = |url: &str| {
            let mut alert = example::high_latency(promql("connections > 100"));
            alert.lasting = obsctl_model::mins(5);
            alert.runbook = None;
            alert.annotations = BTreeMap::from([("runbook_url".to_owned(), url.to_owned())]);
            report(&CHECK, example::with_alert(alert))
        };
        assert_eq!(with("https://x/{{ $labels.path }}"), "");
        assert_eq!(with("{{ $externalURL }}/x"), "");
        assert!(with("http://x/{{ $labels.path }}").contains("does not match"));
        assert!(with("").contains("has no annotation `runbook_url`"));
    }

    #[test]
    fn annotations_and_long_waits_can_be_forbidden() {
        let alert = Alert {
            annotations: BTreeMap::from([("runbook".to_owned(), "x".to_owned())]),
            lasting: obsctl_model::mins(5),
            keep_firing: Some(obsctl_model::hours(2)),
            ..example::high_latency(promql("connections > 100"))
        };
        insta::assert_snapshot!(report(&CHECK, example::with_alert(alert)), @"
        warning[alert-policy]: alert `HighLatency` goes on firing for 2h, more than 1h
        --> definitions.rs
         = in: alert `HighLatency` of group `api`
         = help: see `policy.alerts.max_keep_firing_for` in `obsctl.toml`

        warning[alert-policy]: alert `HighLatency` has the annotation `runbook`
        --> definitions.rs
         = in: alert `HighLatency` of group `api`
         = help: see `policy.alerts.forbidden_annotations` in `obsctl.toml`
        ");
    }

    #[test]
    fn labels_of_the_group_count() {
        let mut stack = (CHECK.silent)();
        let Rule::Alert(alert) = &mut stack.rule_groups[0].rules[0] else {
            unreachable!("the group has one alert")
        };
        alert.owner = String::new();
        assert!(report(&CHECK, stack.clone()).contains("has no label `team`"));
        let labels = &mut stack.rule_groups[0].labels;
        labels.insert("team".to_owned(), "platform".to_owned());
        assert_eq!(report(&CHECK, stack), "");
    }
}
