//! `interval-over-lookback`

use obsctl_model::query::promql;
use obsctl_model::{Duration, MetricName, RecordingRule, Rule, RuleGroup, Stack, mins};

use crate::check::{Check, Findings, Input, Run, example};
use crate::diagnostic::{Diagnostic, Severity};
use crate::project::subject;

/// Recorded series with gaps.
pub static CHECK: Check = Check {
    name: "interval-over-lookback",
    severity: Severity::Warning,
    docs: "\
A group records series less often than every five minutes.

## Why it matters

A query takes the last sample of each series, if it is not older than five minutes. Series that are recorded less often
are there for five minutes and then gone until the next evaluation: graphs have gaps, and alerts on them resolve and
fire again.

## How to fix it

Evaluate the group every five minutes at most; what is expensive can be read over a range: `last_over_time(x[1h])`.
",
    run: Run::Once(run),
    fires: || recorded(mins(10)),
    silent: || recorded(mins(4)),
};

/// How far back a query looks for a sample; Prometheus' default.
const LOOKBACK: Duration = mins(5);

fn run(input: &Input<'_>, findings: &mut Findings) {
    let project = input.project;
    let usual = project
        .knows()
        .intervals
        .then_some(project.stack().evaluation_interval);
    for group in project.groups() {
        let Some(interval) = group.interval.or(usual) else {
            continue;
        };
        let recorded = group.rules.iter().find_map(|rule| match rule {
            Rule::Record(rule) if rule.query.promql().is_some() => Some(&rule.record),
            _ => None,
        });
        if let Some(name) = recorded
            && interval > LOOKBACK
        {
            let message =
                format!("`{name}` is recorded every {interval}, and queries look back {LOOKBACK}");
            findings.push(
                Diagnostic::new(subject::group(group), group.origin, message).help(
                    "evaluate every five minutes at most, or read it with `last_over_time(…)`",
                ),
            );
        }
    }
}

/// A group with a recording rule that is evaluated this often.
fn recorded(interval: Duration) -> Stack {
    let rule = RecordingRule::new(
        MetricName::from_static("job:up:sum"),
        promql("sum by (job) (up)"),
    );
    example::alert(promql("job:up:sum < 1"))
        .rule_group(RuleGroup::new("hourly").every(interval).record(rule))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::testing::report;

    #[test]
    fn names_the_series_and_both_times() {
        insta::assert_snapshot!(report(&CHECK, (CHECK.fires)()), @"
        warning[interval-over-lookback]: `job:up:sum` is recorded every 10m, and queries look back 5m
        --> definitions.rs
         = in: group `hourly`
         = help: evaluate every five minutes at most, or read it with `last_over_time(…)`
        ");
    }
}
