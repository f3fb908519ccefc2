//! `unit-mismatch`

use obsctl_model::Unit;
use obsctl_model::prelude::timeseries;
use obsctl_model::query::promql;
use obsctl_promql::Expr;
use obsctl_promql::ast::Binary;

use super::panel_without_unit::shows_numbers;
use crate::check::{Check, Findings, Input, Query, Run, example};
use crate::diagnostic::Severity;
use crate::project::expression::series_name;
use crate::project::units::compatible;
use crate::project::{Project, Series, Site};

/// A value shown or compared in a unit it is not in.
pub static CHECK: Check = Check {
    name: "unit-mismatch",
    severity: Severity::Warning,
    docs: "\
A panel shows values in another unit than its query gives, a query adds or compares different units, or compares a point
in time with a duration.

## Why it matters

Seconds shown as bytes are read as bytes; a comparison of seconds with a ratio is true or false by accident.

## How to fix it

Leave the panel's unit out: it follows from the query. How long ago something was is `time() - x`. If the unit that
follows is wrong, correct it where the metric is declared. In Grafana, choose the unit that the finding names.

Metrics that nothing declares are taken by their names: `_seconds`, `_bytes`, `_celsius`.
",
    run: Run::PerQuery(run),
    fires: || {
        example::panels(
            timeseries("Memory")
                .query(promql("memory_used_bytes"))
                .unit(Unit::Seconds),
        )
    },
    silent: || example::panels(timeseries("Memory").query(promql("memory_used_bytes"))),
};

fn run(input: &Input<'_>, query: &Query<'_>, findings: &mut Findings) {
    let text = query.at.query;
    for clash in &query.clashes {
        let (left, right) = (word(clash.left), word(clash.right));
        let message = format!("{left} and {right} cannot be added or compared");
        let note = format!("{left} on the left, {right} on the right");
        findings.push(query.at.finding(clash.span, message, note));
    }
    for (node, number) in moments(input.project, query) {
        let message = format!("a point in time is compared with {number} seconds");
        findings.push(
            query
                .at
                .finding(node.op_span, message, "seconds since 1970 on the left")
                .help(format!("write `time() - … {} {number}`", node.op)),
        );
    }
    let Site::Panel { panel, ref_id, .. } = &query.at.site else {
        return;
    };
    if let Some(finding) = grafana::finding(input, query, panel, ref_id) {
        findings.push(finding);
    }
    // An override can give each query its own unit.
    let plain = panel.overrides.is_empty() && panel.transformations.is_empty();
    if let (Some(shown), true, true) = (panel.unit, plain, shows_numbers(panel))
        && panel.grafana_unit.is_none()
        && let Some(given) = query.unit
        && !fits(shown, given)
    {
        let (shown, given) = (word(shown), word(given));
        let message = format!("panel `{}` shows {given} as {shown}", panel.title);
        let note = format!("gives {given}");
        findings.push(
            query
                .at
                .finding(text.expr().span(), message, note)
                .help("leave the panel's unit out: it follows from the query"),
        );
    }
}

/// Units by the ids that Grafana has for them.
mod grafana {
    use super::{Input, Unit, word};
    use crate::check::Query;
    use crate::check::rules::panel_without_unit::{likely, plain};
    use crate::check::value::is_share;
    use crate::diagnostic::Diagnostic;
    use obsctl_model::Promql;
    use obsctl_model::dashboard::{Expression, Panel};

    /// What is measured, and how many base units one of it is.
    #[derive(Clone, Copy, PartialEq)]
    enum Scale {
        Time(f64),
        Data(f64),
        DataPerSecond(f64),
        Part(f64),
        Temperature,
    }

    fn shown(id: &str) -> Option<Scale> {
        Some(match id {
            "s" | "dtdurations" | "clocks" => Scale::Time(1.0),
            "ms" | "dtdurationms" | "clockms" => Scale::Time(1e-3),
            "µs" | "us" => Scale::Time(1e-6),
            "ns" => Scale::Time(1e-9),
            "m" => Scale::Time(60.0),
            "h" => Scale::Time(3600.0),
            "d" => Scale::Time(86400.0),
            "bytes" | "decbytes" => Scale::Data(1.0),
            "bits" | "decbits" => Scale::Data(0.125),
            "kbytes" | "deckbytes" => Scale::Data(1e3),
            "mbytes" | "decmbytes" => Scale::Data(1e6),
            "gbytes" | "decgbytes" => Scale::Data(1e9),
            "Bps" | "binBps" => Scale::DataPerSecond(1.0),
            "bps" | "binbps" => Scale::DataPerSecond(0.125),
            "KBs" | "KiBs" => Scale::DataPerSecond(1e3),
            "MBs" | "MiBs" => Scale::DataPerSecond(1e6),
            "percentunit" => Scale::Part(1.0),
            "percent" => Scale::Part(0.01),
            "celsius" => Scale::Temperature,
            _ => return None,
        })
    }

    fn given(unit: Unit) -> Option<Scale> {
        Some(match unit {
            Unit::Seconds => Scale::Time(1.0),
            Unit::Milliseconds => Scale::Time(1e-3),
            Unit::Bytes => Scale::Data(1.0),
            Unit::BytesPerSecond => Scale::DataPerSecond(1.0),
            Unit::Ratio => Scale::Part(1.0),
            Unit::Celsius => Scale::Temperature,
            _ => return None,
        })
    }

    /// Whether a number of one unit is read as another number, or as something else.
    fn misleads(shown: Scale, given: Scale) -> bool {
        match (shown, given) {
            // Seconds of work per second: a part of the time, or so much time.
            (Scale::Time(1.0), Scale::Part(_)) => false,
            (shown, given) => shown != given,
        }
    }

    /// The unit of a query; of metrics that nobody declares, a part of a whole has one all the same.
    fn of(input: &Input<'_>, query: &Promql) -> Option<Unit> {
        likely(input, query)
            .or_else(|| is_share(input.project, query.expr()).then_some(Unit::Ratio))
    }

    /// A panel whose unit contradicts all of its queries, at the first.
    pub(super) fn finding(
        input: &Input<'_>,
        query: &Query<'_>,
        panel: &Panel,
        ref_id: &str,
    ) -> Option<Diagnostic> {
        let id = panel.grafana_unit.as_deref()?;
        let seen = shown(id)?;
        if !plain(panel) || panel.ref_ids().next().as_deref() != Some(ref_id) {
            return None;
        }
        let unit = of(input, query.at.query)?;
        let contradicted = |scale: Scale| misleads(seen, scale);
        let all = panel.queries.iter().all(|query| match &query.expression {
            Expression::Promql(query) => of(input, query).and_then(given).is_some_and(contradicted),
            _ => false,
        });
        if !all {
            return None;
        }
        let message = format!("panel `{}` shows {} as `{id}`", panel.title, word(unit));
        let note = format!("gives {}", word(unit));
        let finding = query
            .at
            .finding(query.at.query.expr().span(), message, note);
        Some(finding.help(format!("Grafana's unit of it is `{}`", unit.grafana())))
    }
}

/// Comparisons of points in time with numbers that are no such points, and no marks such as 0 either.
fn moments<'a>(project: &Project, query: &Query<'a>) -> Vec<(&'a Binary, f64)> {
    let mut found = vec![];
    for node in query.binaries.iter().copied() {
        let Some(number) = node.rhs.constant() else {
            continue;
        };
        if !node.op.is_comparison() || !(2.0..1e8).contains(&number) {
            continue;
        }
        let moment = match node.lhs.without_parens() {
            Expr::Selector(selector) => {
                let name = series_name(selector).map(|(name, _)| name);
                name.is_some_and(|name| match project.catalog().get(name) {
                    Some(Series::Exposed { metric, .. }) => metric.unit == Unit::Timestamp,
                    Some(_) => false,
                    None => name.ends_with("_timestamp_seconds"),
                })
            }
            Expr::Call(call) => call.func.text == "time",
            _ => false,
        };
        if moment {
            found.push((node, number));
        }
    }
    found
}

/// Whether a panel may show values of the unit `given` as `shown`.
fn fits(shown: Unit, given: Unit) -> bool {
    match (shown, given) {
        (Unit::None, Unit::None | Unit::Boolean) => true,
        (Unit::None, _) => false,
        _ => compatible(shown, given),
    }
}

/// A unit in words.
fn word(unit: Unit) -> &'static str {
    match unit {
        Unit::None => "a plain number",
        Unit::PerSecond => "a number per second",
        Unit::RequestsPerSecond => "requests per second",
        Unit::BytesPerSecond => "bytes per second",
        Unit::Timestamp => "a point in time",
        Unit::Ratio => "a ratio",
        Unit::Watts => "watts",
        Unit::Milliseconds => "milliseconds",
        Unit::Boolean => "yes or no",
        other => other.suffix().unwrap_or("a number"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::testing::{report, underlined};
    use obsctl_model::prelude::stat;

    #[test]
    fn names_both_units() {
        insta::assert_snapshot!(report(&CHECK, (CHECK.fires)()), @"
        warning[unit-mismatch]: panel `Memory` shows bytes as seconds
         --> definitions.rs:1:1
          |
        1 | memory_used_bytes
          | ^^^^^^^^^^^^^^^^^ gives bytes
          |
          = in: panel `Memory` of dashboard `api`
          = help: leave the panel's unit out: it follows from the query
        ");
    }

    #[test]
    fn ids_of_grafana_are_known() {
        let shown = |query: &str, id: &str| {
            let mut panel = stat("x").query(promql(query)).any();
            panel.grafana_unit = Some(id.to_owned());
            !report(
                &CHECK,
                example::stack().dashboard(example::dashboard().top(vec![panel])),
            )
            .is_empty()
        };
        let latency =
            "histogram_quantile(0.9, sum by (le) (rate(api_request_duration_seconds_bucket[5m])))";
        for (query, id, found) in [
            (latency, "s", false),
            (latency, "dtdurations", false),
            (latency, "ms", true),
            (latency, "bytes", true),
            ("1000 * memory_used_bytes", "s", false),
            ("memory_used_bytes", "decbytes", false),
            ("memory_used_bytes", "bits", true),
            ("memory_used_bytes", "currencyUSD", false),
            ("rate(other_bytes_total[5m])", "Bps", false),
            ("rate(other_bytes_total[5m])", "s", true),
            ("rate(other_seconds_total[5m])", "s", false),
            ("rate(other_seconds_total[5m])", "percent", true),
            ("time() - process_start_time_seconds", "s", false),
            ("connections", "ms", false),
            (
                r#"sum(rate(theirs_total{code="500"}[5m])) / sum(rate(theirs_total[5m]))"#,
                "percent",
                true,
            ),
            (
                r#"1 - sum(rate(theirs_total{code="500"}[5m])) / sum(rate(theirs_total[5m]))"#,
                "percent",
                true,
            ),
            (
                r#"100 * sum(rate(theirs_total{code="500"}[5m])) / sum(rate(theirs_total[5m]))"#,
                "percent",
                false,
            ),
            (
                r#"sum(rate(theirs_total{code="500"}[5m])) / sum(rate(theirs_total[5m]))"#,
                "percentunit",
                false,
            ),
            ("sum(theirs) / sum(others)", "percent", false),
            ("theirs == bool 1", "percent", false),
        ] {
            assert_eq!(shown(query, id), found, "{query} as {id}");
        }
    }

    #[test]
    fn comparing_different_units_is_found() {
        for (query, found) in [
            ("memory_used_bytes > on () vector(time())", vec![">"]),
            (
                "memory_used_bytes + on () sum(rate(api_request_duration_seconds_sum[5m]))",
                vec!["+"],
            ),
            ("time() - sync_last_success_timestamp_seconds > 60", vec![]),
        ] {
            let stack = example::panels(stat("x").query(promql(query)));
            assert_eq!(underlined(&CHECK, stack), found, "{query}");
        }
    }

    #[test]
    fn points_in_time_are_no_durations() {
        for (query, found) in [
            (
                "max(connections) and on () sync_last_success_timestamp_seconds > 3600",
                vec![">"],
            ),
            ("time() > 3600", vec![">"]),
            ("theirs_start_timestamp_seconds < 60", vec!["<"]),
            ("sync_last_success_timestamp_seconds > 0", vec![]),
            ("sync_last_success_timestamp_seconds > 1.6e9", vec![]),
            (
                "time() - sync_last_success_timestamp_seconds > 3600",
                vec![],
            ),
        ] {
            assert_eq!(
                underlined(&CHECK, example::alert(promql(query))),
                found,
                "{query}"
            );
        }
    }
}
