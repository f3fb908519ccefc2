//! Where panels stand: nothing is said of it where they flow to their places by themselves.

use obsctl_model::dashboard::panel::{At, Size};
use obsctl_model::dashboard::written::Place;
use obsctl_model::dashboard::{Dashboard, Panel, derived_uid};
use serde_json::{Map, Value};

use super::{generated, items, text};

/// Pixels that a row of the grid stands for, with the space below it.
const PIXELS: f64 = 38.0;
/// How high a row was that did not say it, in pixels.
const ROW: f64 = 250.0;
/// Columns of the time before the grid.
const SPANS: f64 = 12.0;

/// Gives panels sizes and places, as few as are needed.
pub(super) fn settle(read: &mut Dashboard, written: &Value) {
    for (row, json) in read.rows.iter_mut().zip(items(&written["rows"])) {
        let height = pixels(&json["height"]).unwrap_or(ROW);
        for panel in &mut row.panels {
            span(panel, height);
        }
    }
    let rows = read.rows.iter_mut().map(|row| &mut row.panels);
    for panels in std::iter::once(&mut read.top).chain(rows) {
        let places: Option<Vec<_>> = panels.iter().map(place).collect();
        if let Some(places) = places {
            settle_row(panels, &places);
        }
    }
}

fn place(panel: &Panel) -> Option<Place> {
    panel.written.get()?.place
}

/// The size of a panel of the time before the grid.
fn span(panel: &mut Panel, row: f64) {
    let json = panel.written.get().and_then(|one| one.json.as_ref());
    let Some(json) = json.filter(|_| place(panel).is_none()) else {
        return;
    };
    let span = json["span"].as_f64().unwrap_or(SPANS);
    let height = pixels(&json["height"]).unwrap_or(row);
    panel.size = Some(Size {
        width: (span * 2.0).clamp(1.0, 24.0) as u8,
        height: (height / PIXELS).ceil().clamp(1.0, 255.0) as u8,
    });
}

/// A height as a number or as `250px`.
fn pixels(height: &Value) -> Option<f64> {
    let written = || text(height).trim_end_matches("px").parse().ok();
    height.as_f64().or_else(written)
}

/// Panels that flow say nothing of their places, and sizes only where these do not follow from the type. Grafana leaves no hole
/// above panels, so that a row begins where its first panel does.
fn settle_row(panels: &mut [Panel], places: &[Place]) {
    let first = places.iter().map(|place| place.y).min().unwrap_or_default();
    let wanted: Vec<_> = places
        .iter()
        .map(|place| Place {
            y: place.y - first,
            ..*place
        })
        .collect();
    if flowing(panels) != wanted {
        for (panel, place) in panels.iter_mut().zip(&wanted) {
            panel.at = Some(At {
                x: u8::try_from(place.x).unwrap_or_default(),
                y: u16::try_from(place.y).unwrap_or_default(),
            });
        }
    }
    let reached = flowing(panels);
    for (panel, (reached, wanted)) in panels.iter_mut().zip(reached.iter().zip(&wanted)) {
        off_the_grid(panel, reached, wanted);
    }
    for index in 0..panels.len() {
        let size = panels[index].size.take();
        if flowing(panels) != reached {
            panels[index].size = size;
        }
    }
}

/// A panel that reaches out of the grid, or has no height, does so in Grafana's JSON alone.
fn off_the_grid(panel: &mut Panel, reached: &Place, wanted: &Place) {
    let sides = [
        ("h", reached.height, wanted.height),
        ("w", reached.width, wanted.width),
        ("x", reached.x, wanted.x),
    ];
    let differing = sides
        .iter()
        .filter(|(_, reached, wanted)| reached != wanted);
    let differing: Map<_, _> = differing
        .map(|(side, _, wanted)| ((*side).to_owned(), Value::from(*wanted)))
        .collect();
    if !differing.is_empty() {
        panel.json.0.insert("gridPos".to_owned(), differing.into());
    }
}

/// Where panels come to stand.
fn flowing(panels: &[Panel]) -> Vec<Place> {
    let mut alone = Dashboard::with_uid(derived_uid("x"), "");
    // Nothing but type, size and repetition has a say in it.
    let bare = panels.iter().map(|panel| Panel {
        queries: vec![],
        overrides: vec![],
        ..panel.clone()
    });
    alone.top = bare.collect();
    let side = |panel: &Value, side: &str| panel["gridPos"][side].as_i64().unwrap_or_default();
    let generated = generated(&alone);
    let places = items(&generated["panels"]).iter().map(|panel| Place {
        x: side(panel, "x"),
        y: side(panel, "y"),
        width: side(panel, "w"),
        height: side(panel, "h"),
    });
    places.collect()
}
