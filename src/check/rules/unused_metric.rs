//! `unused-metric`

use std::collections::BTreeSet;

use obsctl_model::Exposer;
use obsctl_model::query::promql;

use crate::check::{Check, Findings, Input, Run, example};
use crate::diagnostic::{Diagnostic, Severity};
use crate::project::subject;

/// A metric nobody looks at.
pub static CHECK: Check = Check {
    name: "unused-metric",
    severity: Severity::Note,
    docs: "\
No rule, panel or runbook uses a metric of a service of the stack.

## Why it matters

Every series costs memory in Prometheus and time at every scrape. A metric that nothing shows and nothing watches is
seen by nobody when it matters.

## How to fix it

Put it on a dashboard, alert on it, or stop exposing it. Metrics of exporters are not reported: one cannot choose what
they expose.
",
    run: Run::Once(run),
    fires: || example::alert(promql("connections > 100")),
    silent: || {
        let mut stack = example::alert(promql("connections > 100"));
        for family in &mut stack.metrics {
            family.metrics.retain(|metric| metric.name.as_str() == "connections");
        }
        stack
    },
};

fn run(input: &Input<'_>, findings: &mut Findings) {
    if !input.project.knows().ours {
        return;
    }
    let used: BTreeSet<_> = input
        .queries
        .iter()
        .flat_map(|query| &query.named)
        .map(|used| used.name)
        .collect();
    let families = &input.project.stack().metrics;
    for metric in families.iter().flat_map(|family| &family.metrics) {
        let ours = matches!(metric.exposed_by, Exposer::Service(_));
        if ours
            && !metric
                .series_names()
                .iter()
                .any(|name| used.contains(name.as_str()))
        {
            let message = format!("metric `{}` is not used anywhere", metric.name);
            findings.push(
                Diagnostic::new(subject::metric(metric), metric.origin, message)
                    .help("show it on a dashboard, alert on it, or stop exposing it"),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::testing::findings;

    #[test]
    fn a_part_of_a_histogram_is_use_enough() {
        let query = "rate(api_request_duration_seconds_count[5m]) > 1";
        let unused: Vec<_> = findings(example::alert(promql(query)))
            .into_iter()
            .filter(|finding| finding.check == CHECK.name)
            .map(|finding| finding.subject)
            .collect();
        insta::assert_debug_snapshot!(unused, @r#"
        [
            "metric `api_requests_total`",
            "metric `connections`",
            "metric `memory_used_bytes`",
            "metric `sync_last_success_timestamp_seconds`",
        ]
        "#);
    }
}
