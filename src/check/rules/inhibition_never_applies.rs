//! `inhibition-never-applies`

use obsctl_model::query::promql;
use obsctl_model::{
    Alert, Inhibition, LabelMatch, Receiver, Route, Routing, Rule, RuleGroup, Severity as Level,
    Stack,
};

use crate::check::routing::Labels;
use crate::check::{Check, Findings, Input, example};
use crate::diagnostic::{Diagnostic, Severity};
use crate::routing::{Matcher, holds};

/// An inhibition that keeps nothing silent.
pub static CHECK: Check = Check {
    name: "inhibition-never-applies",
    severity: Severity::Warning,
    docs: "\
No alert of the stack is the source of an inhibition, none is its target, or no pair can agree on its labels.

## Why it matters

Everything that is wrong because of one cause is told of, beside the cause.

## How to fix it

Match labels that alerts have, and let source and target agree on labels that both have.
",
    run,
    fires: || inhibited("warning", &["path"]),
    silent: || inhibited("warning", &["team"]),
};

fn run(input: &Input<'_>, findings: &mut Findings) {
    let Some(routing) = &input.project.stack().routing else {
        return;
    };
    let mut alerts: Vec<(&str, Labels)> = vec![];
    for group in input.project.groups() {
        for rule in &group.rules {
            if let Rule::Alert(alert) = rule {
                alerts.push((&alert.name, Labels::of(input, group, alert)));
            }
        }
    }
    if alerts.is_empty() {
        return;
    }
    for inhibition in &routing.inhibitions {
        let matching = |matchers: &[LabelMatch]| -> Vec<&(&str, Labels)> {
            let matchers = Matcher::all(matchers);
            let fits = |one: &&(&str, Labels)| holds(&matchers, &one.1) != Some(false);
            alerts.iter().filter(fits).collect()
        };
        let (sources, targets) = (matching(&inhibition.source), matching(&inhibition.target));
        let message = if sources.is_empty() {
            "no alert is the source of the inhibition".to_owned()
        } else if targets.is_empty() {
            "no alert is the target of the inhibition".to_owned()
        } else {
            let apart = inhibition.equal.iter().find(|label| {
                !sources.iter().any(|source| {
                    targets
                        .iter()
                        .any(|target| source.1.can_agree(&target.1, label))
                })
            });
            match apart {
                Some(label) => format!("no source and target of the inhibition agree on `{label}`"),
                None => continue,
            }
        };
        findings.push(
            Diagnostic::new("inhibition", inhibition.origin, message)
                .help("match labels that alerts have, and agree on labels that both have"),
        );
    }
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
}
