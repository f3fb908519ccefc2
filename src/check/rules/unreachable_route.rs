//! `unreachable-route`

use obsctl_model::{Alert, LabelMatch, Route, RuleGroup, Stack};

use crate::check::routing::{Asked, Labels, alerts};
use crate::check::{Check, Findings, Input, Run, example};
use crate::diagnostic::{Diagnostic, Severity};
use crate::routing::{Matcher, holds};

/// A route that no alert takes.
pub static CHECK: Check = Check {
    name: "unreachable-route",
    severity: Severity::Warning,
    docs: "\
No alert of the stack matches a route, a route before it takes all that it would, or it asks for what the routes around
it exclude. Of files alone nobody knows all alerts: there the first is not looked for.

## Why it matters

The receiver is never told. Mostly a label or a value was renamed, and the alerts go to the default receiver instead.

## How to fix it

Match labels that alerts have: `severity` and `team`, their own, and those of their query. Put the narrower route first,
or let the wider one go on: `.and_on()`, in Alertmanager's file `continue: true`.
",
    run: Run::Once(run),
    fires: || routed(LabelMatch::is("team", "plattform")),
    silent: || routed(LabelMatch::is("team", "platform")),
};

fn run(input: &Input<'_>, findings: &mut Findings) {
    let project = input.project;
    // With files of others nobody knows which other alerts there are.
    let alerts = if project.knows().ours {
        alerts(input)
    } else {
        vec![]
    };
    for routes in project.routes() {
        let mut pending = vec![(&routes.root, Asked::of(&routes.root.matchers))];
        while let Some((route, around)) = pending.pop() {
            for (index, child) in route.routes.iter().enumerate() {
                let asked = around.and(&child.matchers);
                match unreachable(&route.routes[..index], child, &asked, &alerts) {
                    Some(finding) => findings.push(finding),
                    None => pending.push((child, asked)),
                }
            }
        }
    }
}

/// Why nothing takes a route after these; `asked` is what it and the routes around it ask.
fn unreachable(
    before: &[Route],
    route: &Route,
    asked: &Asked<'_>,
    alerts: &[(&RuleGroup, &Alert, Labels)],
) -> Option<Diagnostic> {
    let finding = |message: String| {
        let subject = format!("route to `{}`", route.receiver);
        Diagnostic::new(subject, route.origin, message)
    };
    let receiver = &route.receiver;
    if !asked.is_possible() {
        let message = format!("no alert can match the route to `{receiver}`");
        let help = "it and the routes around it ask for two values of one label: ask for one";
        return Some(finding(message).help(help));
    }
    let wider = before
        .iter()
        .find(|before| !before.continues && asked.implies(&before.matchers));
    if let Some(wider) = wider {
        let first = &wider.receiver;
        let message = format!("the route to `{first}` takes what the one to `{receiver}` would");
        let help = "put the narrower route first, or let the wider one go on: `continue`";
        return Some(
            finding(message)
                .also(wider.origin, "stands before it")
                .help(help),
        );
    }
    let matchers = Matcher::all(&route.matchers);
    let mut labels = alerts.iter().map(|(.., labels)| labels);
    let possible = labels.any(|labels| holds(&matchers, labels) != Some(false));
    (!possible && !alerts.is_empty()).then(|| {
        let message = format!("no alert matches the route to `{receiver}`");
        finding(message).help("match labels and values that alerts have")
    })
}

/// The example's alert, and a route with this matcher.
fn routed(matcher: LabelMatch) -> Stack {
    example::routed(matcher, example::told("platform"))
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
