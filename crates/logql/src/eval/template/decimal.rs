//! Decimal arithmetic, in which 0.1 and 0.2 make 0.3.

use obsctl_gotemplate::Value;

use super::number;

/// How many digits behind the point a quotient has.
const QUOTIENT_DIGITS: u32 = 16;

/// A number of the value `digits / 10^scale`.
#[derive(Clone, Copy)]
struct Decimal {
    digits: i128,
    scale: u32,
}

impl Decimal {
    /// The shortest decimal number that stands for a float; nothing where it has too many digits.
    fn of(value: f64) -> Option<Self> {
        let text = value.to_string();
        let (whole, part) = text.split_once('.').unwrap_or((&text, ""));
        let digits = format!("{whole}{part}").parse().ok()?;
        let scale = u32::try_from(part.len()).ok()?;
        Some(Self { digits, scale })
    }

    fn float(self) -> Option<f64> {
        let negative = if self.digits < 0 { "-" } else { "" };
        let scale = usize::try_from(self.scale).ok()?;
        let digits = format!("{:0width$}", self.digits.unsigned_abs(), width = scale + 1);
        let (whole, part) = digits.split_at(digits.len() - scale);
        format!("{negative}{whole}.{part}").parse().ok()
    }

    fn at_scale(self, scale: u32) -> Option<i128> {
        self.digits
            .checked_mul(10_i128.checked_pow(scale - self.scale)?)
    }

    fn add(self, other: Self) -> Option<Self> {
        let scale = self.scale.max(other.scale);
        let digits = self.at_scale(scale)?.checked_add(other.at_scale(scale)?)?;
        Some(Self { digits, scale })
    }

    fn multiply(self, other: Self) -> Option<Self> {
        Some(Self {
            digits: self.digits.checked_mul(other.digits)?,
            scale: self.scale + other.scale,
        })
    }

    /// The quotient, its last digit rounded away from zero from the half on.
    fn divide(self, other: Self) -> Option<Self> {
        let scale = QUOTIENT_DIGITS + other.scale;
        let (shift, raises) = (scale.abs_diff(self.scale), scale >= self.scale);
        let power = 10_i128.checked_pow(shift)?;
        let dividend = if raises {
            self.digits.checked_mul(power)?
        } else {
            self.digits / power
        };
        let (quotient, rest) = (dividend.checked_div(other.digits)?, dividend % other.digits);
        let half = rest.unsigned_abs().checked_mul(2)? >= other.digits.unsigned_abs();
        let away = if (dividend < 0) == (other.digits < 0) {
            1
        } else {
            -1
        };
        Some(Self {
            digits: quotient + if half { away } else { 0 },
            scale: QUOTIENT_DIGITS,
        })
    }
}

/// An operation on decimal numbers; on floats where these have too many digits.
fn compute(
    a: f64,
    b: f64,
    exact: fn(Decimal, Decimal) -> Option<Decimal>,
    rough: fn(f64, f64) -> f64,
) -> f64 {
    let exact = || exact(Decimal::of(a)?, Decimal::of(b)?)?.float();
    exact().unwrap_or_else(|| rough(a, b))
}

pub(super) fn add(a: f64, b: f64) -> f64 {
    compute(a, b, Decimal::add, |a, b| a + b)
}

pub(super) fn subtract(a: f64, b: f64) -> f64 {
    add(a, -b)
}

pub(super) fn multiply(a: f64, b: f64) -> f64 {
    compute(a, b, Decimal::multiply, |a, b| a * b)
}

/// All values one after the other, behind `first`.
pub(super) fn fold(first: Option<f64>, values: &[Value], by: fn(f64, f64) -> f64) -> f64 {
    first
        .into_iter()
        .chain(values.iter().map(number::float))
        .reduce(by)
        .unwrap_or_default()
}

/// The first value divided by all others.
pub(super) fn divide_all(values: &[Value]) -> Result<f64, String> {
    if values
        .iter()
        .skip(1)
        .any(|value| number::float(value) == 0.0)
    {
        return Err("decimal division by 0".to_owned());
    }
    Ok(fold(None, values, |a, b| {
        compute(a, b, Decimal::divide, |a, b| a / b)
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_are_exact() {
        assert_eq!(add(0.1, 0.2), 0.3);
        assert_eq!(subtract(0.3, 0.1), 0.2);
        assert_eq!(multiply(1.1, 1.1), 1.21);
        assert_eq!(add(1e300, 1.0), 1e300);
        let divide = |a: f64, b: f64| divide_all(&[a.into(), b.into()]);
        assert_eq!(divide(1.0, -8.0), Ok(-0.125));
        assert_eq!(divide(2.0, 3.0), Ok(0.666_666_666_666_666_7));
        assert!(divide(1.0, 0.0).is_err());
        assert!(add(f64::NAN, 1.0).is_nan());
    }
}
