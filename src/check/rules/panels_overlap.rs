//! `panels-overlap`

use obsctl_model::Stack;
use obsctl_model::dashboard::written::{Place, WrittenPanel};
use obsctl_model::dashboard::{Dashboard, Panel};

use crate::check::{Check, Findings, Input, Run, example};
use crate::diagnostic::{Diagnostic, Severity};
use crate::project::subject;

/// Panels in one another's place.
pub static CHECK: Check = Check {
    name: "panels-overlap",
    severity: Severity::Note,
    docs: "\
A panel in a dashboard's file stands on another one, or reaches beyond the 24 columns of the grid.

## Why it matters

Grafana moves one of them down or makes it narrower: the dashboard looks different from what its file says, and the next
save changes the file in places that nobody touched.

## How to fix it

Open the dashboard, put the panels where they should be, and save. A dashboard that obsctl generates has no places to
get wrong: they follow from the order of panels.
",
    run: Run::PerDashboard(run),
    fires: || placed(0),
    silent: || placed(12),
};

/// Columns of the grid.
const COLUMNS: i64 = 24;

fn run(_: &Input<'_>, dashboard: &Dashboard, findings: &mut Findings) {
    let mut seen: Vec<(&WrittenPanel, Place, &str)> = vec![];
    let mut wrong: Vec<(&Panel, String)> = vec![];
    for panel in dashboard.panels() {
        let Some(written) = panel.written.get().filter(|written| !written.copy) else {
            continue;
        };
        let Some(place) = written.place else {
            continue;
        };
        let (left, right) = (place.x, place.x.saturating_add(place.width));
        let mut others = seen.iter();
        let on = others.find(|(other, at, _)| other.grid == written.grid && at.overlaps(&place));
        if left < 0 || right > COLUMNS {
            wrong.push((
                panel,
                format!("takes columns {left} to {right} of {COLUMNS}"),
            ));
        } else if let Some((_, _, title)) = on {
            wrong.push((panel, format!("stands on panel `{title}`")));
        }
        seen.push((written, place, &panel.title));
    }
    // One panel in the wrong place pushes others: the first says it.
    if let Some((panel, what)) = wrong.first() {
        let message = match wrong.len() - 1 {
            0 => format!("panel `{}` {what}", panel.title),
            1 => format!(
                "panel `{}` {what}, and another is in the way too",
                panel.title
            ),
            more => format!(
                "panel `{}` {what}, and {more} others are in the way too",
                panel.title
            ),
        };
        findings.push(
            Diagnostic::new(subject::panel(dashboard, panel), panel.origin, message)
                .help("put it where it should be in Grafana, and save"),
        );
    }
}

/// A dashboard read from a file, whose second panel stands at column `x`.
fn placed(x: i64) -> Stack {
    let at = |id, x| WrittenPanel {
        id: Some(id),
        place: Some(Place {
            x,
            y: 0,
            width: 12,
            height: 8,
        }),
        ..WrittenPanel::default()
    };
    example::written([("Rate", at(1, 0)), ("Errors", at(2, x))])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::testing::report;

    #[test]
    fn names_both_panels() {
        insta::assert_snapshot!(report(&CHECK, (CHECK.fires)()), @"
        note[panels-overlap]: panel `Errors` stands on panel `Rate`
        --> definitions.rs
         = in: panel `Errors` of dashboard `api`
         = help: put it where it should be in Grafana, and save
        ");
    }

    #[test]
    fn the_grid_has_24_columns() {
        for (x, found) in [(12, false), (13, true), (-1, true)] {
            assert_eq!(!report(&CHECK, placed(x)).is_empty(), found, "{x}");
        }
    }
}
