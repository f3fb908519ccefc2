//! For programs. The form is stable: fields are only added. Times are in seconds.

use obsctl_model::Duration;
use serde_json::{Value, json};

use super::{Case, Condition, Errors, Report, Seen};
use crate::project::slo::BurnWindow;

/// The report as JSON, with its line end.
#[must_use]
pub fn json(reports: &[Report<'_>]) -> String {
    let report = json!({
        "version": 1,
        "slos": reports.iter().map(slo).collect::<Vec<_>>(),
    });
    format!("{report:#}\n")
}

fn slo(report: &Report<'_>) -> Value {
    let figures = &report.figures;
    let slo = figures.slo;
    let unreached = report.out_of_reach.iter().map(|window| {
        let mut of = windows(window);
        of["error_ratio_above"] = json!(window.threshold(slo.objective));
        of
    });
    json!({
        "name": slo.name,
        "service": slo.service,
        "owner": slo.owner,
        "description": slo.description,
        "counts": if figures.counts_events { "events" } else { "time_slices" },
        "by": slo.by,
        "objective_percent": slo.objective.as_percent(),
        "window": slo.window.to_string(),
        "budget": {
            "ratio": slo.objective.budget(),
            "outage_seconds": figures.outage.as_secs_f64(),
        },
        "min_bad_events": slo.min_bad_events,
        "alerts": slo.alerts,
        "alert_when_absent_seconds": slo.absent_for.map(Duration::as_secs_f64),
        "conditions": report.conditions.iter().map(condition).collect::<Vec<_>>(),
        "out_of_reach": unreached.collect::<Vec<_>>(),
    })
}

fn condition(condition: &Condition) -> Value {
    let burn = &condition.burn;
    let mut of = windows(&burn.window);
    of["alert"] = json!(burn.alert);
    of["error_ratio_above"] = json!(burn.threshold);
    of["cases"] = condition.cases.iter().map(case).collect();
    of
}

fn windows(window: &BurnWindow) -> Value {
    json!({
        "urgency": window.urgency.word(),
        "severity": window.urgency.severity().word(),
        "burn_rate": window.factor(),
        "budget_consumed_percent": window.consumed_percent,
        "long_seconds": window.long.as_secs_f64(),
        "short_seconds": window.short.as_secs_f64(),
    })
}

fn case(case: &Case) -> Value {
    let simulated = match &case.seen {
        None | Some(Seen::Nothing) => Value::Null,
        Some(Seen::Failed(message)) => json!({ "error": message }),
        Some(Seen::Times { fires, stops }) => json!({
            "fires_after_seconds": fires.map(Duration::as_secs_f64),
            "stops_after_seconds": stops.map(Duration::as_secs_f64),
        }),
    };
    json!({
        "times_threshold": match case.errors {
            Errors::All => None,
            Errors::Times(times) => Some(times),
        },
        "error_ratio": case.ratio,
        "fires_after_seconds": case.fires.as_secs_f64(),
        "stops_after_seconds": case.stops.as_secs_f64(),
        "simulated": simulated,
        "confirmed": case.is_confirmed(),
    })
}
