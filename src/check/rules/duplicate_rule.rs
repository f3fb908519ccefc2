//! `duplicate-rule`

use std::collections::BTreeMap;

use obsctl_model::query::promql;
use obsctl_model::{Origin, Rule, RuleGroup, Stack};

use crate::check::{Check, Findings, Input, Run, example};
use crate::diagnostic::{Diagnostic, Severity};
use crate::project::subject;

/// Two rules that give the same series.
pub static CHECK: Check = Check {
    name: "duplicate-rule",
    severity: Severity::Error,
    docs: "\
Two rules have the same name and the same labels, or two groups have the same name.

## Why it matters

Both rules write the same series: Prometheus keeps one sample of the two, by chance, and for alerts a notification of
one resolves the other. Groups of one name would be written to the same file.

## How to fix it

Remove one, rename it, or give it a label that tells them apart.
",
    run: Run::Once(run),
    fires: || twice("api-2"),
    silent: || {
        let mut stack = twice("api-2");
        for rule in stack.rule_groups.iter_mut().skip(1).flat_map(|group| &mut group.rules) {
            if let Rule::Alert(alert) = rule {
                alert.severity = Some(obsctl_model::Severity::Critical);
            }
        }
        stack
    },
};

/// Whether it alerts, the name, the labels, and the query where that tells rules apart.
type Identity<'a> = (bool, &'a str, Vec<(&'a str, &'a str)>, &'a str);

fn run(input: &Input<'_>, findings: &mut Findings) {
    let mut groups: BTreeMap<&str, Origin> = BTreeMap::new();
    let mut rules: BTreeMap<Identity<'_>, Origin> = BTreeMap::new();
    for group in input.project.groups() {
        if let Some(first) = groups.insert(&group.name, group.origin)
            && input.project.knows().ours
        {
            let message = format!("group `{}` is defined twice", group.name);
            let name = format!("group `{}`", group.name);
            findings.push(
                Diagnostic::new(name, group.origin, message)
                    .also(first, "the other one")
                    .help("rename one of them, or put their rules into one"),
            );
        }
        for rule in &group.rules {
            let (alerts, mut labels): (_, Vec<(&str, &str)>) = match rule {
                Rule::Alert(alert) => {
                    let severity = alert.severity.map(|severity| ("severity", severity.word()));
                    let own = severity.into_iter().chain([("team", alert.owner.as_str())]);
                    let further = alert.labels.iter().map(|(k, v)| (k.as_str(), v.as_str()));
                    (true, own.chain(further).collect())
                }
                Rule::Record(rule) => (
                    false,
                    rule.labels
                        .iter()
                        .map(|(k, v)| (k.as_str(), v.as_str()))
                        .collect(),
                ),
            };
            labels.sort_unstable();
            let origin = rule.origin();
            // Several conditions under one name are a habit of many teams, and so are several parts of one series.
            let text = if input.project.knows().ours {
                ""
            } else {
                rule.query().as_str()
            };
            if let Some(first) = rules.insert((alerts, rule.name(), labels, text), origin) {
                let what = if alerts { "alert" } else { "recording rule" };
                let message = format!(
                    "{what} `{}` is defined twice with the same labels",
                    rule.name()
                );
                findings.push(
                    Diagnostic::new(subject::rule(group, rule), origin, message)
                        .also(first, "the other one")
                        .help("remove one, or tell them apart by name or label"),
                );
            }
        }
    }
}

/// The example alert in two groups.
fn twice(name: &str) -> Stack {
    let stack = example::alert(promql("connections > 100"));
    let alert = example::high_latency(promql("connections > 200"));
    stack.rule_group(RuleGroup::new(name).alert(alert))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::testing::{findings, report};

    #[test]
    fn names_both_rules() {
        insta::assert_snapshot!(report(&CHECK, (CHECK.fires)()), @"
        error[duplicate-rule]: alert `HighLatency` is defined twice with the same labels
        --> definitions.rs
        ::: definitions.rs
         = note: the other one
         = in: alert `HighLatency` of group `api-2`
         = help: remove one, or tell them apart by name or label
        ");
    }

    #[test]
    fn groups_of_one_name_are_found() {
        let found = findings(twice("api"));
        assert!(
            found
                .iter()
                .any(|finding| finding.message == "group `api` is defined twice")
        );
    }
}
