//! `unit-mismatch`

use obsctl_model::Promql;
use obsctl_model::Unit;
use obsctl_model::prelude::timeseries;
use obsctl_model::query::promql;
use obsctl_promql::Expr;
use obsctl_promql::ast::Binary;

use super::panel_without_unit::shows_numbers;
use crate::check::value::constant;
use crate::check::{Check, Findings, Input, example};
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

Leave the panel's unit out: it follows from the query. How long ago something was is `time() - x`. If the unit that follows is wrong, correct it where the metric is
declared.
",
    run,
    fires: || {
        example::panels(
            timeseries("Memory")
                .query(promql("memory_used_bytes"))
                .unit(Unit::Seconds),
        )
    },
    silent: || example::panels(timeseries("Memory").query(promql("memory_used_bytes"))),
};

fn run(input: &Input<'_>, findings: &mut Findings) {
    for query in &input.queries {
        let text = query.at.query;
        for clash in input.project.unit_clashes(text) {
            let (left, right) = (word(clash.left), word(clash.right));
            let message = format!("{left} and {right} cannot be added or compared");
            let note = format!("{left} on the left, {right} on the right");
            findings.push(query.at.finding(clash.span, message, note));
        }
        for (node, number) in moments(input.project, text) {
            let message = format!("a point in time is compared with {number} seconds");
            findings.push(
                query
                    .at
                    .finding(node.op_span, message, "seconds since 1970 on the left")
                    .help(format!("write `time() - … {} {number}`", node.op)),
            );
        }
        let Site::Panel { panel, .. } = &query.at.site else {
            continue;
        };
        // An override can give each query its own unit.
        let plain = panel.overrides.is_empty() && panel.transformations.is_empty();
        if let (Some(shown), true, true) = (panel.unit, plain, shows_numbers(panel))
            && panel.grafana_unit.is_none()
            && let Some(given) = input.project.unit_of(text)
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
}

/// Comparisons of points in time with numbers that are no such points, and no marks such as 0 either.
fn moments<'a>(project: &Project, query: &'a Promql) -> Vec<(&'a Binary, f64)> {
    let mut found = vec![];
    for expr in query.expr().descendants() {
        let Expr::Binary(node) = expr else { continue };
        let Some(number) = constant(&node.rhs) else {
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
            found.push((&**node, number));
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
