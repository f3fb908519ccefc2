//! `for-shorter-than-interval`

use obsctl_model::query::promql;
use obsctl_model::{Alert, Duration, RuleGroup, Stack, secs};

use crate::check::{Check, Findings, Input, Run, example};
use crate::diagnostic::{Diagnostic, Severity};
use crate::project::Site;

/// A time to wait that is shorter than one evaluation.
pub static CHECK: Check = Check {
    name: "for-shorter-than-interval",
    severity: Severity::Note,
    docs: "\
An alert waits, or goes on firing, for less time than passes between two evaluations.

## Why it matters

Time is seen at evaluations only. A `for` shorter than the interval waits for one interval all the same, and a
`keep_firing_for` shorter than it keeps nothing firing.

## How to fix it

Leave it out, make it a multiple of the interval, or evaluate the group more often.
",
    run: Run::Once(run),
    fires: || waiting(secs(10)),
    silent: || waiting(secs(120)),
};

fn run(input: &Input<'_>, findings: &mut Findings) {
    let project = input.project;
    let usual = project
        .knows()
        .intervals
        .then_some(project.stack().evaluation_interval);
    for query in &input.queries {
        let Site::Alert { group, alert } = &query.at.site else {
            continue;
        };
        let Some(interval) = group.interval.or(usual) else {
            continue;
        };
        let lasting = (alert.lasting > Duration::ZERO).then_some(("for", alert.lasting));
        let keep = alert.keep_firing.map(|time| ("keep_firing_for", time));
        for (what, time) in lasting.into_iter().chain(keep) {
            if time < interval {
                let message = format!(
                    "`{what}` of {time} is shorter than the {interval} between evaluations"
                );
                findings.push(
                    Diagnostic::new(query.at.site.subject(), alert.origin, message)
                        .help("leave it out, or make it a multiple of the interval"),
                );
            }
        }
    }
}

/// The example's alert, which waits this long and is evaluated every minute.
fn waiting(time: Duration) -> Stack {
    let alert = Alert {
        lasting: time,
        ..example::high_latency(promql("sum(connections) > 100"))
    };
    example::stack()
        .rule_group(RuleGroup::new("api").every(secs(60)).alert(alert))
        .runbook(example::runbook())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::testing::report;

    #[test]
    fn names_both_times() {
        insta::assert_snapshot!(report(&CHECK, (CHECK.fires)()), @"
        note[for-shorter-than-interval]: `for` of 10s is shorter than the 1m between evaluations
        --> definitions.rs
         = in: alert `HighLatency` of group `api`
         = help: leave it out, or make it a multiple of the interval
        ");
    }
}
