//! What series do in a phase, and how phases become samples.

use std::collections::BTreeMap;

use obsctl_promql::eval::Labels;

use crate::interval::tidy;

/// What each series does while the phase lasts. Those that are not there have no samples.
pub(crate) type Plan = BTreeMap<Labels, Shape>;

/// How a series goes on, from one sample to the next.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Shape {
    /// The same value.
    Level(f64),
    /// More by this, at each sample.
    Growth(f64),
    /// A time this long ago: seconds, and what one second is in the unit of the series.
    Age(f64, f64),
    /// From a value on, more (or less) by this at each sample.
    Trend(f64, f64),
    /// 0 and this, in turns.
    Flip(f64),
}

/// How a selector's samples become the number that is asked for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Mode {
    /// The value itself.
    Level,
    /// What it grows by from sample to sample.
    Growth,
    /// How many seconds ago the time is that it says; what one second is in its unit.
    Age(f64),
    /// The value that it would have so many samples later.
    Trend(f64),
    /// How far it jumps.
    Flip,
}

impl Shape {
    /// The shape that gives this number.
    pub fn new(mode: Mode, number: f64) -> Self {
        match mode {
            Mode::Level => Self::Level(number),
            Mode::Growth => Self::Growth(tidy(number)),
            Mode::Age(unit) => Self::Age(number, unit),
            Mode::Flip => Self::Flip(number),
            Mode::Trend(later) => {
                let from = (number.abs() * 2.0).max(100.0);
                Self::trend(from, number, later)
            }
        }
    }

    /// From one number to another or a little further, which it would reach so many samples later.
    pub fn trend(from: f64, to: f64, later: f64) -> Self {
        let step = (to - from) / later;
        Self::Trend(from, format!("{:.1e}", step * 1.05).parse().unwrap_or(step))
    }

    /// The number that it gives; nothing where it was made for something else.
    pub fn number(self, mode: Mode) -> Option<f64> {
        match (self, mode) {
            (Self::Level(value) | Self::Trend(value, _), Mode::Level)
            | (Self::Growth(value), Mode::Growth)
            | (Self::Flip(value), Mode::Flip) => Some(value),
            (Self::Age(value, unit), Mode::Age(other)) if unit == other => Some(value),
            (Self::Trend(from, step), Mode::Trend(later)) => Some(from + step * later),
            (Self::Level(_), Mode::Growth) => Some(0.0),
            (Self::Trend(_, step), Mode::Growth) => Some(step),
            _ => None,
        }
    }

    /// Its samples: `count` of them, the first of which is number `first` of the whole series and follows on
    /// `last`.
    fn samples(self, first: u32, count: u32, last: Option<f64>, step: f64) -> Vec<f64> {
        (0..count)
            .map(|at| match self {
                Self::Level(value) => value,
                Self::Growth(by) => {
                    let from = last.unwrap_or(-by);
                    tidy(f64::from(at + 1).mul_add(by, from))
                }
                Self::Age(ago, unit) => tidy((f64::from(first + at) * step - ago) * unit),
                Self::Trend(from, by) => tidy(f64::from(at).mul_add(by, from)),
                Self::Flip(value) if at % 2 == 1 => value,
                Self::Flip(_) => 0.0,
            })
            .collect()
    }
}

/// The samples of a series through phases of so many samples; `step` is the time between two, in seconds.
pub(crate) fn samples(phases: &[(Option<Shape>, u32)], step: f64) -> Vec<Option<f64>> {
    let mut all: Vec<Option<f64>> = vec![];
    let mut first = 0;
    for (shape, count) in phases {
        let last = all.iter().rev().find_map(|it| *it);
        match shape {
            Some(shape) => {
                let made = shape.samples(first, *count, last, step);
                all.extend(made.into_iter().map(Some));
            }
            None => all.extend((0..*count).map(|_| None)),
        }
        first += count;
    }
    all
}

/// Samples in the notation of test files. Where a series stops it is said to have ended.
pub(crate) fn notation(samples: &[Option<f64>]) -> String {
    let mut parts: Vec<String> = vec![];
    let mut rest = samples;
    let mut ends = false;
    while let Some(first) = rest.first() {
        let Some(first) = first else {
            let mut missing = rest.iter().take_while(|it| it.is_none()).count();
            rest = &rest[missing..];
            if ends {
                parts.push("stale".to_owned());
                missing -= 1;
            }
            ends = false;
            match missing {
                0 => {}
                1 => parts.push("_".to_owned()),
                _ => parts.push(format!("_x{missing}")),
            }
            continue;
        };
        ends = true;
        let values: Vec<f64> = rest.iter().map_while(|it| *it).collect();
        let run = run(&values);
        rest = &rest[run..];
        let by = values.get(1).map_or(0.0, |second| tidy(second - first));
        let more = run - 1;
        parts.push(match () {
            () if run == 1 => format!("{first}"),
            () if by == 0.0 => format!("{first}x{more}"),
            () if by > 0.0 => format!("{first}+{by}x{more}"),
            () => format!("{first}-{}x{more}", -by),
        });
    }
    parts.join(" ")
}

/// How many values from the first on have the same distance from each other.
fn run(values: &[f64]) -> usize {
    let (Some(first), Some(second)) = (values.first(), values.get(1)) else {
        return values.len();
    };
    let by = tidy(second - first);
    let same = values.windows(2).take_while(|two| {
        let found = two[1] - two[0];
        (found - by).abs() <= 1e-9 * by.abs().max(two[1].abs() * 1e-4)
    });
    let same = same.count() + 1;
    // Any two numbers have a distance: that is no pattern.
    if same == 2 && by != 0.0 { 1 } else { same }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phases_are_written_as_short_as_they_are() {
        let text = |phases: &[(Option<Shape>, u32)]| notation(&samples(phases, 60.0));
        assert_eq!(text(&[(Some(Shape::Level(1.0)), 5)]), "1x4");
        assert_eq!(
            text(&[
                (Some(Shape::Growth(6.0)), 3),
                (Some(Shape::Growth(60.0)), 3)
            ]),
            "0+6x2 72+60x2"
        );
        assert_eq!(
            text(&[(Some(Shape::Growth(6.0)), 3), (Some(Shape::Growth(6.0)), 3)]),
            "0+6x5"
        );
        assert_eq!(
            text(&[
                (Some(Shape::Level(1.0)), 3),
                (None, 3),
                (Some(Shape::Level(0.0)), 1)
            ]),
            "1x2 stale _x2 0"
        );
        assert_eq!(text(&[(None, 2), (Some(Shape::Flip(1.0)), 3)]), "_x2 0 1 0");
        assert_eq!(text(&[(Some(Shape::Age(60.0, 1.0)), 3)]), "-60+60x2");
        assert_eq!(text(&[(Some(Shape::Trend(100.0, -5.0)), 3)]), "100-5x2");
        assert_eq!(text(&[(Some(Shape::Growth(0.1)), 4)]), "0+0.1x3");
    }
}
