//! `panel-without-unit`

use obsctl_model::dashboard::Visualization;
use obsctl_model::dashboard::panel::Panel;
use obsctl_model::dashboard::written::WrittenPanel;
use obsctl_model::prelude::timeseries;
use obsctl_model::query::promql;
use obsctl_model::{Promql, Unit};

use crate::check::{Check, Findings, Input, Query, Run, example};
use crate::diagnostic::{Diagnostic, Severity};
use crate::project::Site;
use crate::project::labels::is_scalar;

/// Numbers nobody can read.
pub static CHECK: Check = Check {
    name: "panel-without-unit",
    severity: Severity::Note,
    docs: "\
A panel says no unit, and none follows from its query; or its file says none, and one would follow.

## Why it matters

`0.05` can be a ratio, seconds or requests per second. Who reads the panel at night has to guess.

## How to fix it

Say the unit: `.unit(Unit::Seconds)`. Or write the query so that one follows: `* 100` makes a ratio a number without a
unit, Grafana shows a ratio in percent by itself. In Grafana, choose the unit of the panel's values.
",
    run: Run::PerQuery(run),
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

fn run(input: &Input<'_>, query: &Query<'_>, findings: &mut Findings) {
    if query.at.derived {
        return;
    }
    let Site::Panel { panel, ref_id, .. } = &query.at.site else {
        return;
    };
    if let Some(finding) = unsaid(input, query) {
        findings.push(finding);
    }
    let said = panel.unit.is_some() || panel.grafana_unit.is_some();
    // The panel's unit is that of its first query.
    let first = panel.ref_ids().next().as_ref() == Some(ref_id);
    let overridden = !panel.overrides.is_empty();
    if said || !first || overridden || !shows_numbers(panel) {
        return;
    }
    let text = query.at.query;
    let readable = text.errors().is_empty() && !is_scalar(text.expr());
    if readable && query.unit.is_none() {
        let message = format!("panel `{}` has no unit", panel.title);
        findings.push(
            query
                .at
                .finding(text.expr().span(), message, "no unit follows from it")
                .help("say it: `.unit(…)`"),
        );
    }
}

/// A panel of a file that shows time or bytes as plain numbers.
fn unsaid(input: &Input<'_>, query: &Query<'_>) -> Option<Diagnostic> {
    let Site::Panel { panel, ref_id, .. } = &query.at.site else {
        return None;
    };
    panel.written.get()?;
    let id = panel.grafana_unit.as_deref().unwrap_or_default();
    let first = panel.ref_ids().next().as_ref() == Some(ref_id);
    if !["", "none", "short"].contains(&id) || !first || !plain(panel) {
        return None;
    }
    let unit = likely(input, query.at.query)?;
    if ![Unit::Seconds, Unit::Bytes, Unit::BytesPerSecond].contains(&unit) {
        return None;
    }
    let what = unit.suffix().unwrap_or("bytes per second");
    // A heading can say it too.
    let word = unit.suffix().unwrap_or("bytes");
    if panel.title.to_lowercase().contains(word) {
        return None;
    }
    let message = format!("panel `{}` shows {what} without a unit", panel.title);
    let note = format!("gives {what}");
    let finding = query
        .at
        .finding(query.at.query.expr().span(), message, note);
    Some(finding.help(format!("Grafana's unit of it is `{}`", unit.grafana())))
}

/// The unit of a query; of metrics that nobody declares, what their names say.
pub(super) fn likely(input: &Input<'_>, query: &Promql) -> Option<Unit> {
    let project = input.project;
    project
        .unit_of(query)
        .or_else(|| project.likely_unit_of(query))
}

/// Whether a panel of any plugin shows the values of its queries as numbers of one unit.
pub(super) fn plain(panel: &Panel) -> bool {
    const NUMBERS: &[&str] = &[
        "bargauge",
        "gauge",
        "graph",
        "singlestat",
        "stat",
        "timeseries",
    ];
    let differs =
        |written: &WrittenPanel| written.units_differ || written.transformed || written.mapped;
    let own =
        panel.overrides.is_empty() && panel.transformations.is_empty() && panel.mappings.is_empty();
    NUMBERS.contains(&panel.visualization.plugin())
        && own
        && !panel.written.get().is_some_and(differs)
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
    fn files_that_say_no_unit() {
        let shown = |query: &str, id: &str| {
            let mut panel = timeseries("x").query(promql(query)).any();
            panel.grafana_unit = Some(id.to_owned());
            panel.written = WrittenPanel::default().into();
            report(
                &CHECK,
                example::stack().dashboard(example::dashboard().top(vec![panel])),
            )
        };
        insta::assert_snapshot!(shown("memory_used_bytes", "short"), @"
        note[panel-without-unit]: panel `x` shows bytes without a unit
         --> definitions.rs:1:1
          |
        1 | memory_used_bytes
          | ^^^^^^^^^^^^^^^^^ gives bytes
          |
          = in: panel `x` of dashboard `api`
          = help: Grafana's unit of it is `bytes`
        ");
        assert_eq!(shown("memory_used_bytes", "bytes"), "");
        assert_eq!(shown("connections", "none"), "");
        assert_eq!(shown("connections", ""), "");
        assert_eq!(shown("memory_used_bytes / memory_used_bytes", "none"), "");
    }

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
