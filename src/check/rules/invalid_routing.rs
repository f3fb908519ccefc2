//! `invalid-routing`

use obsctl_model::{LabelMatch, Stack};

use crate::check::{Check, Findings, Input, Run, example};
use crate::diagnostic::Severity;
use crate::routing::{Configuration, Routing};

/// Routing that Alertmanager does not load.
pub static CHECK: Check = Check {
    name: "invalid-routing",
    severity: Severity::Error,
    docs: "\
A route names a receiver or a time interval that does not exist, the root asks for labels, a matcher is no regular
expression, or a time interval is not one.

## Why it matters

Alertmanager refuses the whole configuration. It does not start with it; one that runs keeps the one before, and nobody
sees that.

## How to fix it

Correct the name, or define what is missing. The root takes every alert: what it should not take has a route of its own.
",
    run: Run::Once(run),
    fires: || routed("(platform|data"),
    silent: || routed("platform|data"),
};

fn run(input: &Input<'_>, findings: &mut Findings) {
    for routes in input.project.routes() {
        let receivers = routes.receivers.iter().map(|one| one.name.as_str());
        let times = routes.times.iter();
        let times: Vec<_> = times
            .map(|(name, settings, origin)| (name.as_str(), settings, *origin))
            .collect();
        let (_, problems) = Routing::of(Configuration {
            root: &routes.root,
            inhibitions: &routes.inhibitions,
            receivers: &receivers.collect(),
            times: &times,
        });
        findings.extend(problems);
    }
}

/// The example's alert, and a route for the teams that match.
fn routed(teams: &str) -> Stack {
    example::routed(
        LabelMatch::matches("team", teams),
        example::told("platform"),
    )
}

#[cfg(test)]
mod tests {
    use obsctl_model::{MuteTime, Route};

    use super::*;
    use crate::check::testing::{findings, report};

    #[test]
    fn names_the_matcher() {
        insta::assert_snapshot!(report(&CHECK, (CHECK.fires)()), @"
        error[invalid-routing]: `(platform|data`, which `team` has to match, is not a regular expression
        --> definitions.rs
         = in: route to `platform`
        ");
    }

    #[test]
    fn routes_name_receivers_and_times_that_can_be_read() {
        let mut stack = routed("platform");
        let routing = stack.routing.as_mut().unwrap();
        let root = routing.root.clone();
        routing.root = root.child(Route::to("opps").muted_during("nights"));
        routing.mute_times.push(MuteTime {
            name: "weekend".to_owned(),
            weekdays: vec!["saturday".to_owned(), "funday".to_owned()],
            between: None,
            location: "UTC".to_owned(),
        });
        let found = findings(stack).into_iter();
        let found = found.filter(|finding| finding.check == CHECK.name);
        let found: Vec<_> = found.map(|finding| finding.message).collect();
        assert_eq!(found.len(), 3, "{found:?}");
        for part in ["no receiver `opps`", "no time interval `nights`", "funday"] {
            assert!(found.iter().any(|it| it.contains(part)), "{found:?}");
        }
    }
}
