//! For people: each SLO on a line, and under it each condition of its alerts.

use std::fmt::Write as _;

use obsctl_model::Duration;

use super::{Case, Condition, Errors, Report, Seen};
use crate::project::slo::{EVERY, percent, rounded};

/// The report, with ANSI colours.
#[must_use]
pub fn human(reports: &[Report<'_>]) -> String {
    let mut text = String::new();
    for report in reports {
        of(&mut text, report);
    }
    let _ = writeln!(
        text,
        "Errors begin after none, and end: `fires` counts from the first, `stops` from the last one. `2x` and `10x` are\n\
         times the error ratio above which the condition holds. Rules are evaluated every {EVERY}. Confirmed: evaluated over such\n\
         series, they fire and stop at those times, give or take one evaluation."
    );
    text
}

fn of(text: &mut String, report: &Report<'_>) {
    let figures = &report.figures;
    let slo = figures.slo;
    let _ = writeln!(
        text,
        "\x1b[1m{}\x1b[0m of {}: {}% of {} over {}; budget {}, {} of complete outage",
        slo.name,
        slo.service,
        slo.objective.as_percent(),
        figures.noun,
        slo.window.phrase(),
        percent(slo.objective.budget()),
        figures.outage
    );
    let mut rows = vec![
        [
            "alert", "burns", "errors", "windows", "all fail", "", "10x", "", "2x", "", "",
        ]
        .map(str::to_owned),
        [
            "",
            "",
            "above",
            "long/short",
            "fires",
            "stops",
            "fires",
            "stops",
            "fires",
            "stops",
            "",
        ]
        .map(str::to_owned),
    ];
    rows.extend(report.conditions.iter().map(row));
    for line in aligned(&rows) {
        let _ = writeln!(text, "  {line}");
    }
    for condition in &report.conditions {
        for case in &condition.cases {
            if let Some(difference) = difference(case) {
                let alert = &condition.burn.alert;
                let long = condition.burn.window.long;
                let _ = writeln!(
                    text,
                    "  \x1b[1;31mdiffers\x1b[0m: {alert} over {long}, {}: {difference}",
                    word(case.errors)
                );
            }
        }
    }
    for window in &report.out_of_reach {
        let _ = writeln!(
            text,
            "  out of reach: a burn rate of {}x over {} is an error ratio of {}",
            rounded(window.factor()),
            window.long,
            percent(window.threshold(slo.objective))
        );
    }
    if let Some(lasting) = slo.absent_for {
        let name = crate::project::slo::absent_name(slo);
        let _ = writeln!(
            text,
            "  {name} fires when nothing is measured for {lasting}"
        );
    }
    text.push('\n');
}

fn row(condition: &Condition) -> [String; 11] {
    let burn = &condition.burn;
    let case = |errors: Errors| condition.cases.iter().find(|case| case.errors == errors);
    let [all, ten, two] = Errors::ALL.map(|errors| match case(errors) {
        Some(case) => [case.fires.to_string(), case.stops.to_string()],
        None => ["-".to_owned(), "-".to_owned()],
    });
    let [all_fires, all_stops] = all;
    let [ten_fires, ten_stops] = ten;
    let [two_fires, two_stops] = two;
    [
        burn.alert.clone(),
        format!("{}x", rounded(burn.window.factor())),
        percent(burn.threshold),
        format!("{}/{}", burn.window.long, burn.window.short),
        all_fires,
        all_stops,
        ten_fires,
        ten_stops,
        two_fires,
        two_stops,
        verdict(condition).to_owned(),
    ]
}

fn verdict(condition: &Condition) -> &'static str {
    if condition.cases.iter().all(|case| case.seen.is_none()) {
        return "";
    }
    let mut verdicts = condition.cases.iter().map(Case::is_confirmed);
    if verdicts.clone().any(|verdict| verdict == Some(false)) {
        "\x1b[1;31mdiffers\x1b[0m"
    } else if verdicts.clone().all(|verdict| verdict == Some(true)) {
        "\x1b[32mconfirmed\x1b[0m"
    } else if verdicts.any(|verdict| verdict == Some(true)) {
        "confirmed in part: not every error ratio can be made up"
    } else {
        "not simulated: no series can be made up"
    }
}

/// What the rules did instead.
fn difference(case: &Case) -> Option<String> {
    if case.is_confirmed() != Some(false) {
        return None;
    }
    let time = |time: &Option<Duration>| {
        time.map_or_else(|| "never".to_owned(), |time| format!("after {time}"))
    };
    Some(match case.seen.as_ref()? {
        Seen::Nothing => return None,
        Seen::Failed(message) => format!("the rules cannot be evaluated: {message}"),
        Seen::Times { fires, stops } => format!(
            "fires {} where {} was computed, stops {} where {} was",
            time(fires),
            case.fires,
            time(stops),
            case.stops
        ),
    })
}

/// The word of a number of errors.
pub(super) fn word(errors: Errors) -> String {
    match errors {
        Errors::All => "all fail".to_owned(),
        Errors::Times(times) => format!("{times}x"),
    }
}

/// Rows with their columns below each other; the last is as wide as it is.
fn aligned<const N: usize>(rows: &[[String; N]]) -> Vec<String> {
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max();
    let widths: Vec<_> = (0..N - 1)
        .map(|column| width(column).unwrap_or(0))
        .collect();
    let line = |row: &[String; N]| {
        let cells = row.iter().zip(&widths);
        let cells: String = cells
            .map(|(cell, width)| format!("{cell:width$}  "))
            .collect();
        format!("{cells}{}", row[N - 1]).trim_end().to_owned()
    };
    rows.iter().map(line).collect()
}
