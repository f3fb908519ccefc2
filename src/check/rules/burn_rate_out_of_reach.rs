//! `burn-rate-out-of-reach`

use obsctl_model::query::promql;
use obsctl_model::{Indicator, Slo, Stack};

use crate::check::{Check, Findings, Input, Run, example};
use crate::diagnostic::{Diagnostic, Severity};
use crate::project::slo::{self, BurnWindow, Urgency, percent, rounded};
use crate::project::subject;

/// An alert on a burn rate that its budget cannot reach.
pub static CHECK: Check = Check {
    name: "burn-rate-out-of-reach",
    severity: Severity::Warning,
    docs: "\
An SLO's budget is so large that it cannot burn as fast as an alert asks for, even when everything fails.

## Why it matters

An alert fires above an error ratio: the burn rate times the budget. A burn rate of 14.4 is 144 % of a budget of 10 %, and
no more than 100 % can fail. The alert is made without that condition: what is left of it fires later, and where nothing
is left, nobody is paged whatever happens.

## How to fix it

Promise more. Or accept the finding where that is enough: `.allow(\"burn-rate-out-of-reach\", \"…\")`.
",
    run: Run::Once(run),
    fires: || promising(90.0),
    silent: || promising(95.0),
};

fn run(input: &Input<'_>, findings: &mut Findings) {
    for slo in &input.project.stack().slos {
        for urgency in [Urgency::Page, Urgency::Ticket] {
            let of = |window: &BurnWindow| window.urgency == urgency;
            let missed = slo::out_of_reach(slo);
            let missed: Vec<_> = missed.iter().filter(|window| of(window)).collect();
            let Some(fastest) = missed.first() else {
                continue;
            };
            let left = slo::conditions(slo, urgency);
            let what = match left.first() {
                None => format!("nothing fires its {}", urgency.word()),
                Some(next) => format!(
                    "its {} fires after {} at the earliest",
                    urgency.word(),
                    detection(slo, next)
                ),
            };
            let budget = slo.objective.budget();
            let message = format!(
                "a budget of {} cannot burn {} times as fast as it may: {what}",
                percent(budget),
                rounded(fastest.factor()),
            );
            let lowest = 100.0 - 100.0 / fastest.factor();
            let help = format!(
                "that is an error ratio of {}: promise more than {}% to be told after {}, or accept it",
                percent(fastest.threshold(slo.objective)),
                // Rounded up: an objective that high is enough.
                (lowest * 100.0).ceil() / 100.0,
                fastest.long,
            );
            findings.push(Diagnostic::new(subject::slo(slo), slo.origin, message).help(help));
        }
    }
}

/// When everything fails.
fn detection(slo: &Slo, window: &BurnWindow) -> String {
    let seconds = window.long.as_secs_f64() * window.threshold(slo.objective);
    obsctl_model::mins(seconds_to_minutes(seconds)).to_string()
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a part of a window of at most 90 days"
)]
fn seconds_to_minutes(seconds: f64) -> u64 {
    (seconds / 60.0).ceil().max(0.0) as u64
}

/// A stack that promises so many percent of its requests.
fn promising(percent: f64) -> Stack {
    let indicator = Indicator::bad(
        promql("api_requests_total{status_code=~\"5..\"}"),
        promql("api_requests_total"),
    );
    example::slo("api-requests", percent, indicator)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::testing::report;

    #[test]
    fn says_what_is_left() {
        insta::assert_snapshot!(report(&CHECK, promising(90.0)), @"
        warning[burn-rate-out-of-reach]: a budget of 10% cannot burn 14.4 times as fast as it may: its page fires after 3h36m at the earliest
        --> definitions.rs
         = in: SLO `api-requests`
         = help: that is an error ratio of 144%: promise more than 93.06% to be told after 1h, or accept it
        ");
        let without_page = report(&CHECK, promising(80.0));
        assert!(
            without_page
                .contains("cannot burn 14.4 times as fast as it may: nothing fires its page"),
            "{without_page}"
        );
    }
}
