//! Where panels stand on the grid, and which ids they have.
//!
//! Panels flow from left to right and wrap; the panels of one line get one height, since Grafana moves panels
//! up into every hole, and a line that is not full is widened where panels say no size of their own.

use std::collections::BTreeSet;

use super::grafana::GridPos;
use super::panel::At;
use super::{Panel, hash};

/// Columns of the grid.
const COLUMNS: u32 = 24;

/// The places of `panels`, the first at height `y`, and the height below the last.
pub(super) fn flow(panels: &[Panel], mut y: u32) -> (Vec<GridPos>, u32) {
    let mut places = Vec::with_capacity(panels.len());
    let mut rest = panels;
    let (from, mut lowest) = (y, y);
    while let [first, others @ ..] = rest {
        if let Some(at) = first.at {
            let place = exact(first, at, from);
            lowest = lowest.max(place.y + place.h);
            places.push(place);
            rest = others;
            continue;
        }
        let (line, after) = rest.split_at(line_length(rest));
        let mut widths: Vec<u32> = line.iter().map(width).collect();
        widen(line, &mut widths);
        let height = line.iter().map(height).max().unwrap_or(1);
        let mut x = 0;
        for width in widths {
            places.push(GridPos {
                h: height,
                w: width,
                x,
                y,
            });
            x += width;
        }
        y += height;
        rest = after;
    }
    (places, y.max(lowest))
}

/// Where a panel stands that says it, below the height `from`.
fn exact(panel: &Panel, at: At, from: u32) -> GridPos {
    let size = panel.effective_size();
    let x = u32::from(at.x).min(COLUMNS - 1);
    GridPos {
        h: u32::from(size.height).max(1),
        w: u32::from(size.width).clamp(1, COLUMNS - x),
        x,
        y: from + u32::from(at.y),
    }
}

/// How many of the panels fit into one line: at least one.
fn line_length(panels: &[Panel]) -> usize {
    let mut used = 0;
    panels
        .iter()
        .take_while(|panel| panel.at.is_none())
        .take_while(|panel| {
            used += width(panel);
            used <= COLUMNS
        })
        .count()
        .max(1)
}

/// A repeated panel has the line for itself: Grafana fills it with the repetitions.
fn width(panel: &Panel) -> u32 {
    if panel.repeat.is_some() {
        COLUMNS
    } else {
        u32::from(panel.effective_size().width).clamp(1, COLUMNS)
    }
}

fn height(panel: &Panel) -> u32 {
    u32::from(panel.effective_size().height).max(1)
}

/// Gives what is left of a line to the panels without a size of their own, in proportion to their widths.
fn widen(line: &[Panel], widths: &mut [u32]) {
    let used: u32 = widths.iter().sum();
    let flexible: Vec<usize> = (0..line.len())
        .filter(|&i| line[i].size.is_none())
        .collect();
    let total: u32 = flexible.iter().map(|&i| widths[i]).sum();
    let left = COLUMNS.saturating_sub(used);
    let (mut seen, mut given) = (0, 0);
    for i in flexible {
        // Rounds the running sum, not each share, so that exactly all of it is given away.
        seen += widths[i];
        let share = left * seen / total - given;
        given += share;
        widths[i] += share;
    }
}

/// Ids that stay the same when other panels come and go: made from the panel's title, and for the second
/// panel of that title from both. Links to a panel (`viewPanel=`) survive that way.
#[derive(Debug, Default)]
pub(super) struct Ids {
    used: BTreeSet<u32>,
}

impl Ids {
    /// The next id for a panel or row of this title.
    pub(super) fn next(&mut self, title: &str) -> u32 {
        // Six digits are enough to keep some dozens of titles apart, and short enough to read.
        const LARGEST: u32 = 999_983;
        let mut attempt = 0;
        loop {
            let id = if attempt == 0 {
                hash(title)
            } else {
                hash(&format!("{title}#{attempt}"))
            } % LARGEST
                + 1;
            if self.used.insert(id) {
                return id;
            }
            attempt += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dashboard::panel::{logs, stat, text, timeseries};

    fn overlap(a: &GridPos, b: &GridPos) -> bool {
        a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h
    }

    #[test]
    fn panels_flow_and_wrap() {
        let panels = [
            timeseries("a").any(),
            timeseries("b").any(),
            stat("c").any(),
            stat("d").any(),
            stat("e").any(),
            logs("f").any(),
        ];
        let (places, end) = flow(&panels, 3);
        let places: Vec<_> = places.iter().map(|p| (p.x, p.y, p.w, p.h)).collect();
        assert_eq!(
            places,
            [
                (0, 3, 12, 8),
                (12, 3, 12, 8),
                (0, 11, 8, 4),
                (8, 11, 8, 4),
                (16, 11, 8, 4),
                (0, 15, 24, 10),
            ]
        );
        assert_eq!(end, 25);
    }

    #[test]
    fn a_size_that_was_asked_for_is_kept() {
        let panels = [stat("a").width(4).height(4).any(), timeseries("b").any()];
        let (places, _) = flow(&panels, 0);
        assert_eq!((places[0].w, places[1].w), (4, 20));
        // Heights of a line are one.
        assert_eq!((places[0].h, places[1].h), (8, 8));
    }

    #[test]
    fn a_place_that_was_asked_for_is_kept() {
        let panels = [
            stat("a").width(4).height(3).at(20, 5).any(),
            timeseries("b").any(),
            stat("c").width(30).at(30, 0).any(),
        ];
        let (places, end) = flow(&panels, 10);
        let places: Vec<_> = places.iter().map(|p| (p.x, p.y, p.w, p.h)).collect();
        assert_eq!(places, [(20, 15, 4, 3), (0, 10, 24, 8), (23, 10, 1, 4)]);
        assert_eq!(end, 18);
        assert_eq!(flow(&panels[..1], 20).1, 28);
    }

    #[test]
    fn nothing_overlaps_or_leaves_the_grid() {
        // A small generator of its own: the same panels in every run.
        let mut seed: u32 = 7;
        let mut random = move |below: u32| {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (seed >> 16) % below
        };
        for _ in 0..300 {
            let panels: Vec<Panel> = (0..random(14))
                .map(|i| {
                    let width = u8::try_from(random(30)).unwrap();
                    let height = u8::try_from(random(12)).unwrap();
                    let panel = match random(5) {
                        0 => timeseries("t").any(),
                        1 => stat("s").any(),
                        2 => text("x", "y").any(),
                        3 => stat("r").repeat("tenant", 4).any(),
                        _ => timeseries("sized").width(width).height(height).any(),
                    };
                    Panel {
                        title: format!("{i}"),
                        ..panel
                    }
                })
                .collect();
            let (places, end) = flow(&panels, 1);
            assert_eq!(places, flow(&panels, 1).0);
            assert_eq!(places.len(), panels.len());
            for (i, a) in places.iter().enumerate() {
                assert!(a.w >= 1 && a.h >= 1 && a.x + a.w <= COLUMNS, "{a:?}");
                assert!(a.y >= 1 && a.y + a.h <= end, "{a:?}");
                assert!(!places[i + 1..].iter().any(|b| overlap(a, b)), "{places:?}");
            }
        }
    }

    #[test]
    fn ids_do_not_depend_on_other_panels() {
        let mut ids = Ids::default();
        let before: Vec<_> = ["Rate", "Errors", "Rate"].map(|t| ids.next(t)).to_vec();
        let mut ids = Ids::default();
        let after: Vec<_> = ["New", "Rate", "Errors", "Rate"]
            .map(|t| ids.next(t))
            .to_vec();
        assert_eq!(before, after[1..]);
        assert_ne!(before[0], before[2]);
        assert!(after.iter().all(|&id| id > 0));
    }
}
