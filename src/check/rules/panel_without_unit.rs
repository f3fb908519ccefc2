//! `panel-without-unit`

use obsctl_model::dashboard::Visualization;
use obsctl_model::dashboard::panel::Panel;
use obsctl_model::prelude::timeseries;
use obsctl_model::query::promql;

use crate::check::{Check, Findings, Input, example};
use crate::diagnostic::Severity;
use crate::project::Site;
use crate::project::labels::is_scalar;

/// Numbers nobody can read.
pub static CHECK: Check = Check {
    name: "panel-without-unit",
    severity: Severity::Note,
    docs: "\
A panel says no unit, and none follows from its query.

## Why it matters

`0.05` can be a ratio, seconds or requests per second. Who reads the panel at night has to guess.

## How to fix it

Say the unit: `.unit(Unit::Seconds)`. Or write the query so that one follows: `* 100` makes a ratio a number without a
unit, Grafana shows a ratio in percent by itself.
",
    run,
    fires: || {
        example::panels(timeseries("Errors").query(promql(
            "100 * sum(rate(api_requests_total[5m])) / sum(rate(api_requests_total[5m]))",
        )))
    },
    silent: || {
        example::panels(timeseries("Errors").query(promql(
            "sum(rate(api_requests_total[5m])) / sum(rate(api_requests_total[5m]))",
        )))
    },
};

fn run(input: &Input<'_>, findings: &mut Findings) {
    for query in input.queries.iter().filter(|query| !query.at.derived) {
        let Site::Panel { panel, ref_id, .. } = &query.at.site else {
            continue;
        };
        let said = panel.unit.is_some() || panel.grafana_unit.is_some();
        // The panel's unit is that of its first query.
        let first = panel.ref_ids().next().as_ref() == Some(ref_id);
        let overridden = !panel.overrides.is_empty();
        if said || !first || overridden || !shows_numbers(panel) {
            continue;
        }
        let text = query.at.query;
        let readable = text.errors().is_empty() && !is_scalar(text.expr());
        if readable && input.project.unit_of(text).is_none() {
            let message = format!("panel `{}` has no unit", panel.title);
            findings.push(
                query
                    .at
                    .finding(text.expr().span(), message, "no unit follows from it")
                    .help("say it: `.unit(…)`"),
            );
        }
    }
}

/// Whether a panel shows numbers, whose unit matters. The columns of a table each have their own.
pub(super) fn shows_numbers(panel: &Panel) -> bool {
    matches!(
        panel.visualization,
        Visualization::Timeseries(_)
            | Visualization::Stat(_)
            | Visualization::Gauge(_)
            | Visualization::BarGauge(_)
    ) && panel.mappings.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::testing::report;

    #[test]
    fn underlines_the_query() {
        insta::assert_snapshot!(report(&CHECK, (CHECK.fires)()), @"
        note[panel-without-unit]: panel `Errors` has no unit
         --> definitions.rs:1:1
          |
        1 | 100 * sum(rate(api_requests_total[5m])) / sum(rate(api_requests_total[5m]))
          | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ no unit follows from it
          |
          = in: panel `Errors` of dashboard `api`
          = help: say it: `.unit(…)`
        ");
    }
}
