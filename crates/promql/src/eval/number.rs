//! Numbers as Go writes and computes them, where Rust does it differently.

use crate::histogram::Short;

/// `%g` of Go: the shortest digits, with an exponent below 1e-4 and from 1e6: `0.5`, `1e+06`, `+Inf`.
pub(super) fn short(value: f64) -> String {
    Short(value).to_string()
}

/// `%q` of Go: in quotes, with escapes.
pub(super) fn quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    // A string takes whatever is written to it.
    let _ = crate::literal::quote(&mut quoted, text);
    quoted
}

fn with_exponent(digits: &str, exponent: i32) -> String {
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{digits}e{sign}{:02}", exponent.abs())
}

/// `%.2g`: so many significant digits.
pub(super) fn digits(value: f64, count: usize) -> String {
    if !value.is_finite() || value == 0.0 {
        return short(value);
    }
    let scientific = format!("{value:.*e}", count - 1);
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or_default();
    let largest = i32::try_from(count).unwrap_or(i32::MAX);
    let rounded: f64 = scientific.parse().unwrap_or(value);
    if (-4..largest).contains(&exponent) {
        return rounded.to_string();
    }
    let mantissa = if mantissa.contains('.') {
        mantissa.trim_end_matches('0').trim_end_matches('.')
    } else {
        mantissa
    };
    with_exponent(mantissa, exponent)
}

/// A value as a label has it: all digits, no exponent.
pub(super) fn plain(value: f64) -> String {
    if value.is_finite() {
        value.to_string()
    } else {
        short(value)
    }
}

/// A bucket's bound or a quantile as OpenMetrics writes it: `1.0`, `0.5`, `1e+06`, `+Inf`.
pub(super) fn open_metrics(value: f64) -> String {
    let text = short(value);
    if value.is_finite() && !text.contains(['e', '.']) {
        format!("{text}.0")
    } else {
        text
    }
}

/// `math.Max` of Go: NaN unless one is positive infinity.
pub(super) fn max(a: f64, b: f64) -> f64 {
    if a == f64::INFINITY || b == f64::INFINITY {
        f64::INFINITY
    } else if a.is_nan() || b.is_nan() {
        f64::NAN
    } else if a == 0.0 && b == 0.0 {
        if a.is_sign_negative() { b } else { a }
    } else if a > b {
        a
    } else {
        b
    }
}

/// `math.Min` of Go: NaN unless one is negative infinity.
pub(super) fn min(a: f64, b: f64) -> f64 {
    -max(-a, -b)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_as_go_writes_them() {
        let cases = [
            (1.0, "1"),
            (0.5, "0.5"),
            (1e6, "1e+06"),
            (123_456_789.0, "1.23456789e+08"),
            (1e-5, "1e-05"),
            (f64::INFINITY, "+Inf"),
            (-1.1, "-1.1"),
        ];
        for (value, text) in cases {
            assert_eq!(short(value), text);
        }
        assert_eq!(digits(0.000_012_345, 2), "1.2e-05");
        assert_eq!(digits(12.345, 2), "12");
        assert_eq!(digits(100.0, 2), "1e+02");
        assert_eq!(plain(1e22), "10000000000000000000000");
        assert_eq!(open_metrics(1.0), "1.0");
    }

    #[test]
    fn extremes_are_those_of_go() {
        assert!(max(f64::NAN, 1.0).is_nan() && min(1.0, f64::NAN).is_nan());
        assert_eq!(max(f64::NAN, f64::INFINITY), f64::INFINITY);
        assert_eq!(min(f64::NAN, f64::NEG_INFINITY), f64::NEG_INFINITY);
        assert_eq!(max(-0.0, 0.0).to_bits(), 0.0_f64.to_bits());
        assert_eq!(min(0.0, -0.0).to_bits(), (-0.0_f64).to_bits());
    }
}
