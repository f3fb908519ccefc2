//! `inhibition-never-applies`

use obsctl_model::query::promql;
use obsctl_model::{
    Alert, Inhibition, LabelMatch, Receiver, Route, Routing, RuleGroup, Severity as Level, Stack,
};

use crate::check::routing::{Asked, Labels, alerts};
use crate::check::{Check, Findings, Input, Run, example};
use crate::diagnostic::{Diagnostic, Severity};
use crate::routing::{Known, Matcher, holds};

/// An inhibition that keeps nothing silent.
pub static CHECK: Check = Check {
    name: "inhibition-never-applies",
    severity: Severity::Warning,
    docs: "\
No alert of the stack is the source of an inhibition, none is its target, or no pair can agree on its labels. Of files
alone nobody knows all alerts: there is found what no alert can meet.

## Why it matters

Everything that is wrong because of one cause is told of, beside the cause.

## How to fix it

Match labels that alerts have, and let source and target agree on labels that both have.
",
    run: Run::Once(run),
    fires: || inhibited("warning", &["path"]),
    silent: || inhibited("warning", &["team"]),
};

fn run(input: &Input<'_>, findings: &mut Findings) {
    let project = input.project;
    // With files of others nobody knows which other alerts there are.
    let alerts = if project.knows().ours {
        alerts(input)
    } else {
        vec![]
    };
    let inhibitions = project.routes().iter().flat_map(|it| &it.inhibitions);
    for inhibition in inhibitions {
        let found = by_itself(inhibition).or_else(|| among(inhibition, &alerts));
        findings.extend(found.map(|(message, help)| {
            Diagnostic::new("inhibition", inhibition.origin, message).help(help)
        }));
    }
}

/// Why it never applies, whatever the alerts are; and what to do about it.
fn by_itself(inhibition: &Inhibition) -> Option<(String, &'static str)> {
    let (source, target) = (Asked::of(&inhibition.source), Asked::of(&inhibition.target));
    for (side, asked) in [("source", &source), ("target", &target)] {
        if !asked.is_possible() {
            let message = format!("no alert can be the {side} of the inhibition");
            return Some((
                message,
                "its matchers ask for two values of one label: ask for one",
            ));
        }
    }
    if source.implies(&inhibition.target) && target.implies(&inhibition.source) {
        let message = "every source of the inhibition is its target as well".to_owned();
        let help = "Alertmanager silences no alert that is both by another that is both: match what sets them apart";
        return Some((message, help));
    }
    let apart = inhibition.equal.iter().find(|label| {
        let both = source.value(label).zip(target.value(label));
        both.is_some_and(|(source, target)| source != target)
    })?;
    let message = format!("no source and target of the inhibition agree on `{apart}`");
    Some((
        message,
        "the matchers ask for different values of it: leave it out of `equal`",
    ))
}

/// Why it never applies to these alerts.
fn among(
    inhibition: &Inhibition,
    alerts: &[(&RuleGroup, &Alert, Labels)],
) -> Option<(String, &'static str)> {
    if alerts.is_empty() {
        return None;
    }
    let matching = |matchers: &[LabelMatch]| -> Vec<&Labels> {
        let matchers = Matcher::all(matchers);
        let labels = alerts.iter().map(|(.., labels)| labels);
        labels
            .filter(|labels| holds(&matchers, *labels) != Some(false))
            .collect()
    };
    let (sources, targets) = (matching(&inhibition.source), matching(&inhibition.target));
    let message = if sources.is_empty() {
        "no alert is the source of the inhibition".to_owned()
    } else if targets.is_empty() {
        "no alert is the target of the inhibition".to_owned()
    } else {
        let apart = inhibition.equal.iter().find(|label| {
            let mut pairs = sources
                .iter()
                .flat_map(|source| targets.iter().map(move |target| (source, target)));
            !pairs.any(|(source, target)| source.can_agree(target, label))
        })?;
        format!("no source and target of the inhibition agree on `{apart}`")
    };
    Some((
        message,
        "match labels that alerts have, and agree on labels that both have",
    ))
}

/// Two alerts, of which the critical one keeps the other silent.
fn inhibited(target: &str, equal: &[&'static str]) -> Stack {
    let warning = example::high_latency(promql("connections > 100"));
    let critical = Alert {
        name: "Down".to_owned(),
        severity: Some(Level::Critical),
        ..example::high_latency(promql("sum(connections) == 0"))
    };
    let routing = Routing {
        root: Route::to("ops"),
        receivers: vec![
            Receiver::new("ops").channel(obsctl_model::Channel::Webhook {
                url: "http://localhost/".to_owned(),
            }),
        ],
        inhibitions: vec![Inhibition::new(
            LabelMatch::is("severity", "critical"),
            LabelMatch::is("severity", target),
            equal.iter().copied(),
        )],
        mute_times: vec![],
    };
    example::stack()
        .rule_group(RuleGroup::new("api").alert(warning).alert(critical))
        .runbook(example::runbook())
        .routing(routing)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::testing::report;

    #[test]
    fn says_what_is_missing() {
        insta::assert_snapshot!(report(&CHECK, (CHECK.fires)()), @"
        warning[inhibition-never-applies]: no source and target of the inhibition agree on `path`
        --> definitions.rs
         = in: inhibition
         = help: match labels that alerts have, and agree on labels that both have
        ");
        assert!(report(&CHECK, inhibited("info", &[])).contains("no alert is the target"));
    }
    #[test]
    fn what_is_both_sides_is_silenced_by_nothing() {
        let report = report(&CHECK, inhibited("critical", &["team"]));
        assert!(
            report.contains("every source of the inhibition is its target as well"),
            "{report}"
        );
    }

    #[test]
    fn labels_that_both_sides_fix_have_to_agree() {
        let report = report(&CHECK, inhibited("warning", &["severity"]));
        assert!(report.contains("agree on `severity`"), "{report}");
        assert!(report.contains("leave it out of `equal`"), "{report}");
    }
}
