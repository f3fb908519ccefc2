//! `alert-cannot-fire`

use std::collections::BTreeMap;

use obsctl_model::query::promql;
use obsctl_witness::contradiction;

use crate::check::{Check, Findings, Input, Metrics, Run, example};
use crate::diagnostic::Severity;
use crate::project::Site;

/// An alert whose condition nothing can meet.
pub static CHECK: Check = Check {
    name: "alert-cannot-fire",
    severity: Severity::Error,
    docs: "\
Parts of an alert's condition exclude each other: nothing can meet all of them, whatever the data are.

## Why it matters

The alert looks like a guard and is none: it stays silent through the trouble that it was written for.

## How to fix it

Ask what the series would have to do for the alert to fire, and write that. Two thresholds on one value leave room
between them: `x > 3 and x < 5`. If it should fire on either of two conditions, join them with `or`. To count the series
that are 0, write `count(x == 0) > 0`: their sum is 0.
",
    run: Run::Once(run),
    fires: || example::alert(promql("connections > 100 and connections < 50")),
    silent: || example::alert(promql("connections > 100 or connections < 50")),
};

fn run(input: &Input<'_>, findings: &mut Findings) {
    let metrics = Metrics::new(input.project);
    // Alerts repeat each other: each text is looked at once.
    let mut known = BTreeMap::new();
    for query in &input.queries {
        let Site::Alert { .. } = query.at.site else {
            continue;
        };
        if !query.at.query.errors().is_empty() {
            continue;
        }
        let text = query.at.query.as_str();
        let found = known
            .entry(text)
            .or_insert_with(|| contradiction(query.at.query.expr(), &metrics));
        // What is impossible by itself other checks tell, of any query.
        if let Some(found) = found.as_ref().filter(|found| found.parts) {
            let finding = query.at.finding(
                found.span,
                "the alert can never fire",
                found.message.clone(),
            );
            findings.push(finding.help("write what the series would have to do for it to fire"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::testing::{report, underlined};

    #[test]
    fn says_what_excludes_each_other() {
        insta::assert_snapshot!(report(&CHECK, (CHECK.fires)()), @"
        error[alert-cannot-fire]: the alert can never fire
         --> definitions.rs:1:23
          |
        1 | connections > 100 and connections < 50
          |                       ^^^^^^^^^^^ `connections` would have to be above 100 and below 50
          |
          = in: alert `HighLatency` of group `api`
          = help: write what the series would have to do for it to fire
        ");
    }

    #[test]
    fn what_can_be_met_is_silent() {
        for query in [
            "connections > 100 and connections < 500",
            "connections > 100 unless connections > 500",
            "connections > 100 and on (path) connections < 50",
            "absent(up)",
            r#"rate(api_requests_total{method=~"GET|PUT"}[5m]) > 1"#,
            "up == 0",
        ] {
            assert_eq!(
                underlined(&CHECK, example::alert(promql(query))),
                [""; 0],
                "{query}"
            );
        }
    }

    #[test]
    fn parts_that_exclude_each_other_are_found() {
        for query in [
            "connections > 100 unless connections > 50",
            "connections > 1 unless connections",
            "sum(connections == 0) > 0",
            "(connections > 9 and connections < 5) or (connections > 5 unless connections > 2)",
        ] {
            assert_eq!(
                underlined(&CHECK, example::alert(promql(query))).len(),
                1,
                "{query}"
            );
        }
    }
}
