//! `unreachable-route`

use obsctl_model::query::promql;
use obsctl_model::{LabelMatch, LabelMatchOp, Receiver, Route, Routing, Rule, Stack};

use crate::check::routing::Labels;
use crate::check::{Check, Findings, Input, example};
use crate::diagnostic::{Diagnostic, Severity};
use crate::routing::{Matcher, holds};

/// A route that no alert takes.
pub static CHECK: Check = Check {
    name: "unreachable-route",
    severity: Severity::Warning,
    docs: "\
No alert of the stack matches a route, or a route before it takes all that it would.

## Why it matters

The receiver is never told. Mostly a label or a value was renamed, and the alerts go to the default receiver instead.

## How to fix it

Match labels that alerts have: `severity` and `team`, their own, and those of their query. Put the narrower route first,
or let the wider one go on: `.and_on()`.
",
    run,
    fires: || routed(LabelMatch::is("team", "plattform")),
    silent: || routed(LabelMatch::is("team", "platform")),
};

fn run(input: &Input<'_>, findings: &mut Findings) {
    let Some(routing) = &input.project.stack().routing else {
        return;
    };
    let alerts: Vec<Labels> = input
        .project
        .groups()
        .iter()
        .flat_map(|group| group.rules.iter().map(move |rule| (group, rule)))
        .filter_map(|(group, rule)| match rule {
            Rule::Alert(alert) => Some(Labels::of(input, group, alert)),
            Rule::Record(_) => None,
        })
        .collect();
    let mut pending: Vec<&Route> = vec![&routing.root];
    while let Some(route) = pending.pop() {
        for (index, child) in route.routes.iter().enumerate() {
            let before = route.routes[..index]
                .iter()
                .find(|before| !before.continues && wider(before, child));
            if let Some(before) = before {
                let message = format!(
                    "the route to `{}` takes what the one to `{}` would",
                    before.receiver, child.receiver
                );
                findings.push(
                    Diagnostic::new(
                        format!("route to `{}`", child.receiver),
                        child.origin,
                        message,
                    )
                    .also(before.origin, "stands before it")
                    .help(
                        "put the narrower route first, or let the wider one go on with `.and_on()`",
                    ),
                );
                continue;
            }
            let matchers = Matcher::all(&child.matchers);
            let possible = alerts
                .iter()
                .any(|labels| holds(&matchers, labels) != Some(false));
            if !possible && !alerts.is_empty() {
                let message = format!("no alert matches the route to `{}`", child.receiver);
                findings.push(
                    Diagnostic::new(
                        format!("route to `{}`", child.receiver),
                        child.origin,
                        message,
                    )
                    .help("match labels and values that alerts have"),
                );
                continue;
            }
            pending.push(child);
        }
    }
}

/// Whether a route takes everything that another would: its matchers are among the other's.
fn wider(route: &Route, other: &Route) -> bool {
    let same = |a: &LabelMatch, b: &LabelMatch| {
        a == b || a.op == LabelMatchOp::Regex && a.value == ".*" && a.label == b.label
    };
    route
        .matchers
        .iter()
        .all(|matcher| other.matchers.iter().any(|theirs| same(matcher, theirs)))
}

/// The example's alert, and a route with this matcher.
fn routed(matcher: LabelMatch) -> Stack {
    let routing = Routing {
        root: Route::to("ops").child(Route::to("platform").when(matcher)),
        receivers: vec![
            Receiver::new("ops").channel(obsctl_model::Channel::Webhook {
                url: "http://localhost/".to_owned(),
            }),
            Receiver::new("platform").channel(obsctl_model::Channel::Webhook {
                url: "http://localhost/".to_owned(),
            }),
        ],
        inhibitions: vec![],
        mute_times: vec![],
    };
    example::alert(promql("sum(connections) > 100")).routing(routing)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::testing::report;

    #[test]
    fn names_the_receiver() {
        insta::assert_snapshot!(report(&CHECK, (CHECK.fires)()), @"
        warning[unreachable-route]: no alert matches the route to `platform`
        --> definitions.rs
         = in: route to `platform`
         = help: match labels and values that alerts have
        ");
    }

    #[test]
    fn a_wider_route_before_it_takes_everything() {
        let mut stack = routed(LabelMatch::is("team", "platform"));
        let routes = &mut stack.routing.as_mut().unwrap().root.routes;
        routes.insert(0, Route::to("ops"));
        assert!(
            report(&CHECK, stack)
                .contains("the route to `ops` takes what the one to `platform` would")
        );
    }
}
