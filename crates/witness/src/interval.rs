//! Sets of numbers that a value has to be in: one stretch, each end of which belongs to it or not.

use std::fmt;

use obsctl_promql::ast::BinaryOp;

/// The numbers between two others.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Interval {
    pub min: End,
    pub max: End,
}

/// An end of an interval.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct End {
    pub at: f64,
    /// Whether the number itself belongs to the interval.
    pub within: bool,
}

const fn end(at: f64, within: bool) -> End {
    End { at, within }
}

impl Interval {
    pub const ANY: Self = Self::new(f64::NEG_INFINITY, f64::INFINITY);
    /// What grows, or stands still.
    pub const POSITIVE: Self = Self::new(0.0, f64::INFINITY);

    /// From one number to another, both included.
    pub const fn new(min: f64, max: f64) -> Self {
        Self {
            min: end(min, true),
            max: end(max, true),
        }
    }

    pub const fn exactly(value: f64) -> Self {
        Self::new(value, value)
    }

    /// The numbers `x` for which `x op value` is true; two intervals for `!=`, the upper one first. Nothing
    /// where the operator compares nothing.
    pub fn compared(op: BinaryOp, value: f64) -> Vec<Self> {
        let above = |within| Self {
            min: end(value, within),
            ..Self::ANY
        };
        let below = |within| Self {
            max: end(value, within),
            ..Self::ANY
        };
        match op {
            BinaryOp::Greater => vec![above(false)],
            BinaryOp::GreaterEqual => vec![above(true)],
            BinaryOp::Less => vec![below(false)],
            BinaryOp::LessEqual => vec![below(true)],
            BinaryOp::Equal => vec![Self::exactly(value)],
            BinaryOp::NotEqual => vec![above(false), below(false)],
            _ => vec![],
        }
    }

    pub fn contains(self, value: f64) -> bool {
        let above = value > self.min.at || value == self.min.at && self.min.within;
        let below = value < self.max.at || value == self.max.at && self.max.within;
        above && below
    }

    pub fn is_empty(self) -> bool {
        let open = !(self.min.within && self.max.within);
        self.min.at > self.max.at || self.min.at == self.max.at && open
    }

    pub fn and(self, other: Self) -> Self {
        let min = match self.min.at.total_cmp(&other.min.at) {
            _ if self.min.at == other.min.at => {
                end(self.min.at, self.min.within && other.min.within)
            }
            std::cmp::Ordering::Less => other.min,
            _ => self.min,
        };
        let max = match self.max.at.total_cmp(&other.max.at) {
            _ if self.max.at == other.max.at => {
                end(self.max.at, self.max.within && other.max.within)
            }
            std::cmp::Ordering::Less => self.max,
            _ => other.max,
        };
        Self { min, max }
    }

    /// The numbers that a rising function takes into this interval, given its inverse.
    pub fn rising(self, inverse: impl Fn(f64) -> f64) -> Self {
        let of = |one: End| End {
            at: inverse(one.at),
            ..one
        };
        Self {
            min: of(self.min),
            max: of(self.max),
        }
    }

    /// The numbers that a falling function takes into this interval, given its inverse.
    pub fn falling(self, inverse: impl Fn(f64) -> f64) -> Self {
        let Self { min, max } = self.rising(inverse);
        Self { min: max, max: min }
    }

    /// The numbers that, times `factor`, are in this interval; nothing where the factor is no use.
    pub fn divided(self, factor: f64) -> Option<Self> {
        match factor {
            _ if !factor.is_finite() || factor == 0.0 => None,
            _ if factor > 0.0 => Some(self.rising(|value| value / factor)),
            _ => Some(self.falling(|value| value / factor)),
        }
    }

    /// A round number of the interval that is clearly inside of it. `attempt` counts from 0: each gives another
    /// number where there is one.
    pub fn pick(self, attempt: u32) -> Option<f64> {
        if self.is_empty() {
            return None;
        }
        let factor = [2.0, 10.0, 1.1, 1000.0][attempt as usize % 4];
        let (low, high) = (self.min.at, self.max.at);
        let mut candidates = vec![];
        // Below one: most of what is compared so is counted.
        if high == 1.0 && !self.max.within {
            candidates.push(0.0);
        }
        match (low.is_finite(), high.is_finite()) {
            (false, false) => candidates.push(if attempt == 0 { 1.0 } else { 10.0 * factor }),
            (true, _) if low > 0.0 => candidates.push(round_up(low * factor)),
            (true, _) if low == 0.0 => {
                candidates.push(if factor > 2.0 { factor } else { 1.0 });
            }
            (true, _) => candidates.extend([0.0, 1.0, low / factor]),
            (false, true) if high > 0.0 => candidates.push(round_down(high / factor)),
            (false, true) if high == 0.0 && self.max.within => candidates.push(0.0),
            (false, true) => candidates.extend([-round_up(-high * factor), high - 1.0]),
        }
        if low >= 0.0 && high.is_finite() && low < high {
            candidates.push(round_down(high / 2.0));
        }
        candidates.push(tidy(f64::midpoint(low.max(-1e15), high.min(1e15))));
        candidates.extend([low, high]);
        candidates
            .into_iter()
            .find(|value| value.is_finite() && self.contains(*value))
    }
}

impl fmt::Display for Interval {
    /// As what a value has to be: `above 5`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (low, high) = (self.min, self.max);
        match (low.at.is_finite(), high.at.is_finite()) {
            (true, true) if low.at == high.at => write!(f, "exactly {}", low.at),
            (true, true) => write!(f, "between {} and {}", low.at, high.at),
            (true, false) if low.within => write!(f, "at least {}", low.at),
            (true, false) => write!(f, "above {}", low.at),
            (false, true) if high.within => write!(f, "at most {}", high.at),
            (false, true) => write!(f, "below {}", high.at),
            (false, false) => f.write_str("any number"),
        }
    }
}

/// The next number of 1, 2, 5, 10, 20, 50 … from here, upwards. Zero stays.
fn round_up(value: f64) -> f64 {
    let (digit, power) = leading(value);
    let steps = [1.0, 2.0, 5.0, 10.0];
    let step = steps.iter().find(|step| **step >= digit - 1e-9);
    tidy(step.copied().unwrap_or(10.0) * power)
}

/// The same, downwards.
fn round_down(value: f64) -> f64 {
    let (digit, power) = leading(value);
    let steps = [5.0, 2.0, 1.0];
    let step = steps.iter().find(|step| **step <= digit + 1e-9);
    tidy(step.copied().unwrap_or(1.0) * power)
}

fn leading(value: f64) -> (f64, f64) {
    if value <= 0.0 || !value.is_finite() {
        return (1.0, 0.0);
    }
    let power = 10_f64.powf(value.log10().floor());
    (value / power, power)
}

/// The number without the noise of arithmetic: twelve digits.
pub(crate) fn tidy(value: f64) -> f64 {
    format!("{value:.11e}").parse().unwrap_or(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_round_and_inside() {
        for (op, value, expected) in [
            (BinaryOp::Greater, 0.05, 0.1),
            (BinaryOp::Greater, 0.0, 1.0),
            (BinaryOp::GreaterEqual, 100.0, 200.0),
            (BinaryOp::Less, 0.1, 0.05),
            (BinaryOp::Less, 1.0, 0.0),
            (BinaryOp::Less, 0.0, -1.0),
            (BinaryOp::Equal, 0.0, 0.0),
            (BinaryOp::NotEqual, 3.0, 10.0),
            (BinaryOp::Greater, -5.0, 0.0),
        ] {
            let interval = Interval::compared(op, value)[0];
            let picked = interval.pick(0);
            assert_eq!(picked, Some(expected), "{op:?} {value}");
            for attempt in 0..6 {
                let picked = interval.pick(attempt).unwrap();
                assert!(interval.contains(picked), "{op:?} {value}: {picked}");
            }
        }
    }

    #[test]
    fn nothing_is_above_and_below() {
        let above = Interval::compared(BinaryOp::Greater, 5.0)[0];
        let below = Interval::compared(BinaryOp::Less, 3.0)[0];
        assert!(above.and(below).is_empty());
        let at_least = Interval::compared(BinaryOp::GreaterEqual, 5.0)[0];
        let at_most = Interval::compared(BinaryOp::LessEqual, 5.0)[0];
        assert_eq!(at_least.and(at_most), Interval::exactly(5.0));
        assert!(above.and(at_most).is_empty());
        assert_eq!(above.and(at_most).pick(0), None);
    }

    #[test]
    fn factors_turn_intervals_around() {
        let above = Interval::compared(BinaryOp::Greater, 10.0)[0];
        assert_eq!(above.divided(2.0).unwrap().min, end(5.0, false));
        assert_eq!(above.divided(-2.0).unwrap().max, end(-5.0, false));
        assert_eq!(above.divided(0.0), None);
    }
}
