//! Numbers that add up: plain floats, and floats that carry what rounding lost.

/// What buckets and totals of a histogram can be made of.
pub trait Number: Copy + Default + From<f64> + From<Kahan> {
    /// The number without what rounding lost.
    fn value(self) -> f64;

    /// What rounding lost.
    fn lost(self) -> f64;

    /// Adds a float.
    fn add(&mut self, term: f64);

    /// Begins again at `start`, without forgetting what rounding lost since.
    fn restart(&mut self, start: Self);

    /// Adds another number with what it lost.
    fn absorb(&mut self, other: Self) {
        self.add(other.value());
        if other.lost() != 0.0 {
            self.add(other.lost());
        }
    }

    /// Whether nothing is in it.
    fn is_zero(self) -> bool {
        self.value() == 0.0 && self.lost() == 0.0
    }
}

impl Number for f64 {
    fn value(self) -> f64 {
        self
    }

    fn lost(self) -> f64 {
        0.0
    }

    fn add(&mut self, term: f64) {
        *self += term;
    }

    fn restart(&mut self, start: Self) {
        *self = start;
    }
}

/// A sum and what rounding lost of it: Kahan's summation in Neumaier's variant.
///
/// A. Neumaier, "Rundungsfehleranalyse einiger Verfahren zur Summation endlicher Summen", 1974.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Kahan {
    /// The sum of the terms.
    pub sum: f64,
    /// What is to be added to it.
    pub lost: f64,
}

impl Kahan {
    /// The sum with what rounding lost.
    pub(crate) fn total(self) -> f64 {
        self.sum + self.lost
    }
}

impl From<f64> for Kahan {
    fn from(sum: f64) -> Self {
        Self { sum, lost: 0.0 }
    }
}

impl From<Kahan> for f64 {
    fn from(number: Kahan) -> Self {
        number.sum
    }
}

impl Number for Kahan {
    fn value(self) -> f64 {
        self.sum
    }

    fn lost(self) -> f64 {
        self.lost
    }

    fn add(&mut self, term: f64) {
        let total = self.sum + term;
        if total.is_infinite() {
            self.lost = 0.0;
        } else if self.sum.abs() >= term.abs() {
            self.lost += (self.sum - total) + term;
        } else {
            self.lost += (term - total) + self.sum;
        }
        self.sum = total;
    }

    fn restart(&mut self, start: Self) {
        self.sum = start.sum;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_rounding_loses_is_kept() {
        let mut sum = Kahan::from(1.0);
        for term in [1e100, 1.0, -1e100] {
            sum.add(term);
        }
        assert_eq!((sum.sum, sum.lost), (0.0, 2.0));
        assert!(!sum.is_zero());
        let mut total = Kahan::default();
        total.absorb(sum);
        assert_eq!(total.sum + total.lost, 2.0);
    }

    #[test]
    fn infinity_has_lost_nothing() {
        let mut sum = Kahan {
            sum: f64::MAX,
            lost: 3.0,
        };
        sum.add(f64::MAX);
        assert_eq!((sum.sum, sum.lost), (f64::INFINITY, 0.0));
    }
}
