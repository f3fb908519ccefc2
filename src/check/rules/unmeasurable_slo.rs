//! `unmeasurable-slo`

use obsctl_model::query::promql;
use obsctl_model::{Indicator, Stack};

use crate::check::{Check, Findings, Input, Run, example};
use crate::diagnostic::Severity;

/// An SLO that cannot become rules.
pub static CHECK: Check = Check {
    name: "unmeasurable-slo",
    severity: Severity::Error,
    docs: "\
An SLO cannot become rules: what it measures is not there, or not in the form its indicator needs.

## Why it matters

Nothing is recorded and nothing is alerted on: the promise is not watched.

## How to fix it

The finding says what the indicator needs. The threshold of a latency SLO on a classic histogram must be one of its
buckets: between two buckets nothing is counted.
",
    run: Run::Once(run),
    fires: || latency(0.3),
    silent: || latency(0.5),
};

fn run(input: &Input<'_>, findings: &mut Findings) {
    for problem in input.project.problems() {
        findings.push(problem.clone());
    }
}

/// A stack that promises requests in this many seconds.
fn latency(threshold: f64) -> Stack {
    let indicator = Indicator::latency(promql("api_request_duration_seconds_bucket"), threshold);
    example::slo("api-latency", 99.0, indicator)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::testing::report;

    #[test]
    fn names_the_nearest_bucket() {
        insta::assert_snapshot!(report(&CHECK, (CHECK.fires)()), @r#"
        error[unmeasurable-slo]: the threshold `0.3` is no bucket bound of histogram `api_request_duration_seconds`: the nearest is `0.1` or `0.5`
         --> definitions.rs:1:1
          |
        1 | api_request_duration_seconds_bucket
          | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ its buckets do not divide there
          |
         ::: metrics.rs:1:1
          |
        1 | "api_request_duration_seconds"
          | ------------------------------ declared with its buckets here
          |
          = in: SLO `api-latency`
          = help: use `0.1` or `0.5` as threshold, or give the histogram a bucket at `0.3`
        "#);
    }
}
