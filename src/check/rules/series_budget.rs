//! `series-budget`

use obsctl_model::Exposer;
use obsctl_model::dashboard::Visualization;
use obsctl_model::prelude::timeseries;
use obsctl_model::query::promql;

use crate::check::{Check, Findings, Input, Run, example, size};
use crate::diagnostic::{Diagnostic, Severity};
use crate::project::{Site, subject};

/// More series than anybody can pay for, or look at.
pub static CHECK: Check = Check {
    name: "series-budget",
    severity: Severity::Warning,
    docs: "\
A metric, a recorded series or a graph can have more series than are affordable: ten million per target of a metric, a
hundred thousand of a recording rule, a thousand lines in a graph, or more than the group's `limit`.

## Why it matters

Every series costs some kilobytes of memory in Prometheus and time at every query. A graph of thousands of lines takes
seconds to draw, and shows a carpet. A rule that gives more series than its group's `limit` fails, and records none.

## How to fix it

Leave out a label, or aggregate it away. In graphs, show the highest: `topk(10, …)`. Numbers follow from the values
that labels are declared to have: where most combinations never occur, say so: `allow(\"series-budget\", \"…\")`.
",
    run: Run::Once(run),
    fires: || {
        example::panels(timeseries("Requests").query(promql(
            "sum by (path, status_code) (rate(api_requests_total[5m]))",
        )))
    },
    silent: || {
        example::panels(timeseries("Requests").query(promql(
            "sum by (path) (rate(api_requests_total[5m]))",
        )))
    },
};

/// Series of a metric, for each target.
const METRIC: u64 = 10_000_000;
/// Series of a recording rule.
const RECORDED: u64 = 100_000;
/// Lines of a graph.
const LINES: u64 = 1_000;

fn run(input: &Input<'_>, findings: &mut Findings) {
    let families = &input.project.stack().metrics;
    for metric in families.iter().flat_map(|family| &family.metrics) {
        // What an exporter exposes cannot be chosen.
        if matches!(metric.exposed_by, Exposer::Exporter(_)) || !input.project.knows().ours {
            continue;
        }
        if let Some(series) = size::of_metric(metric)
            && series > METRIC
        {
            let message = format!("`{}` can have {series} series for each target", metric.name);
            let labels = metric
                .labels
                .iter()
                .map(|label| format!("`{}` {}", label.name, label.domain.size()));
            findings.push(
                Diagnostic::new(subject::metric(metric), metric.origin, message).help(format!(
                    "leave out a label: {}",
                    labels.collect::<Vec<_>>().join(", ")
                )),
            );
        }
    }
    for query in input.queries.iter().filter(|query| !query.at.derived) {
        let (most, what) = match &query.at.site {
            Site::Record { group, .. } => match group.limit {
                Some(limit) => (u64::from(limit).min(RECORDED), "series"),
                None => (RECORDED, "series"),
            },
            Site::Panel { panel, .. }
                if matches!(panel.visualization, Visualization::Timeseries(_)) =>
            {
                (LINES, "lines")
            }
            _ => continue,
        };
        // What grows with the business is told by another check.
        if query.flow.labels.known().any(|(_, known)| known.unbounded) {
            continue;
        }
        let expr = query.at.query.expr();
        if let Some(series) = size::of_result(input.project, expr)
            && series > most
        {
            let message = format!("the result can have {series} {what}");
            findings.push(
                query
                    .at
                    .finding(
                        expr.span(),
                        message,
                        format!("at most {most} are affordable"),
                    )
                    .help("aggregate a label away, or keep the highest with `topk`"),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::testing::{report, underlined};
    use obsctl_model::Rule;

    #[test]
    fn says_how_many() {
        insta::assert_snapshot!(report(&CHECK, (CHECK.fires)()), @"
        warning[series-budget]: the result can have 2400 lines
         --> definitions.rs:1:1
          |
        1 | sum by (path, status_code) (rate(api_requests_total[5m]))
          | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ at most 1000 are affordable
          |
          = in: panel `Requests` of dashboard `api`
          = help: aggregate a label away, or keep the highest with `topk`
        ");
    }

    #[test]
    fn limits_of_groups_count() {
        let query = "sum by (path) (connections)";
        let mut stack = example::record(promql(query));
        stack.rule_groups[0].limit = Some(10);
        assert!(matches!(stack.rule_groups[0].rules[0], Rule::Record(_)));
        assert_eq!(underlined(&CHECK, stack), [query]);
        assert_eq!(underlined(&CHECK, example::record(promql(query))), [""; 0]);
    }

    #[test]
    fn metrics_with_too_many_labels_are_found() {
        let mut stack = example::stack();
        let metrics = &mut stack.metrics[0].metrics;
        let tenant = metrics[0].labels[3].clone();
        metrics[0].labels.push(obsctl_model::LabelDef {
            name: obsctl_model::ExposedName::from_static("other_tenant"),
            ..tenant
        });
        assert!(report(&CHECK, stack).contains("`api_requests_total` can have 1800000000 series"));
    }
}
