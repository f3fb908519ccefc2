//! Logarithms: fdlibm's `e_log.c` and `s_log1p.c`.

use std::f64::consts::{FRAC_1_SQRT_2, LOG2_E, LOG10_E};

use super::{LN_2, parts, polynomial};

/// The binary logarithm; exact for powers of two.
pub(crate) fn log2(value: f64) -> f64 {
    if let Some(end) = end(value) {
        return end;
    }
    let (fraction, exponent) = parts(value);
    if fraction == 0.5 {
        return exponent - 1.0;
    }
    ln_of_parts(fraction, 0.0) * LOG2_E + exponent
}

pub(crate) fn log10(value: f64) -> f64 {
    ln(value) * LOG10_E
}

/// The natural logarithm.
pub(crate) fn ln(value: f64) -> f64 {
    end(value).unwrap_or_else(|| {
        let (fraction, exponent) = parts(value);
        ln_of_parts(fraction, exponent)
    })
}

/// The logarithm of what is no positive finite number.
fn end(value: f64) -> Option<f64> {
    if value == 0.0 {
        Some(f64::NEG_INFINITY)
    } else if value < 0.0 {
        Some(f64::NAN)
    } else {
        (!value.is_finite()).then_some(value)
    }
}

/// The natural logarithm of a fraction from 0.5 to below 1 times a power of two.
fn ln_of_parts(fraction: f64, exponent: f64) -> f64 {
    const EVEN: [f64; 3] = [
        f64::from_bits(0x3fc3_9a09_d078_c69f),
        f64::from_bits(0x3fcc_71c5_1d8e_78af),
        f64::from_bits(0x3fd9_9999_9997_fa04),
    ];
    const ODD: [f64; 4] = [
        f64::from_bits(0x3fc2_f112_df3e_5244),
        f64::from_bits(0x3fc7_4664_96cb_03de),
        f64::from_bits(0x3fd2_4924_9422_9359),
        f64::from_bits(0x3fe5_5555_5555_5593),
    ];
    let (fraction, exponent) = if fraction < FRAC_1_SQRT_2 {
        (fraction * 2.0, exponent - 1.0)
    } else {
        (fraction, exponent)
    };
    let f = fraction - 1.0;
    let s = f / (2.0 + f);
    let s2 = s * s;
    let s4 = s2 * s2;
    let series = s2 * polynomial(s4, &ODD) + s4 * polynomial(s4, &EVEN);
    let half = 0.5 * f * f;
    exponent * LN_2.0 - ((half - (s * (half + series) + exponent * LN_2.1)) - f)
}

/// The natural logarithm of one more than `x`, exact where `x` is small.
pub(super) fn ln_1p(x: f64) -> f64 {
    const SERIES: [f64; 7] = [
        f64::from_bits(0x3fc2_f112_df3e_5244),
        f64::from_bits(0x3fc3_9a09_d078_c69f),
        f64::from_bits(0x3fc7_4664_96cb_03de),
        f64::from_bits(0x3fcc_71c5_1d8e_78af),
        f64::from_bits(0x3fd2_4924_9422_9359),
        f64::from_bits(0x3fd9_9999_9997_fa04),
        f64::from_bits(0x3fe5_5555_5555_5593),
    ];
    /// The mantissa of the square root of two.
    const ROOT: u64 = 0x0006_a09e_667f_3bcd;
    const MANTISSA: u64 = (1 << 52) - 1;
    if x == -1.0 {
        return f64::NEG_INFINITY;
    }
    if x < -1.0 || !x.is_finite() {
        return if x > 0.0 { x } else { f64::NAN };
    }
    let small = x.abs() < std::f64::consts::SQRT_2 - 1.0;
    if small && x.abs() < 2f64.powi(-29) {
        return if x.abs() < 2f64.powi(-54) {
            x
        } else {
            x - x * x * 0.5
        };
    }
    // 1 + x is 2^exponent (1 + f) with f near 0; `lost` is what rounding 1 + x took away.
    let (mut exponent, mut f, mut lost, mut tiny) = (0.0, x, 0.0, false);
    if !small || x <= FRAC_1_SQRT_2 - 1.0 {
        let sum = if x < 2f64.powi(53) { 1.0 + x } else { x };
        exponent = ((sum.to_bits() >> 52) as f64) - 1023.0;
        if x < 2f64.powi(53) {
            let rest = if exponent > 0.0 {
                1.0 - (sum - x)
            } else {
                x - (sum - 1.0)
            };
            lost = rest / sum;
        }
        let mantissa = sum.to_bits() & MANTISSA;
        if mantissa < ROOT {
            f = f64::from_bits(mantissa | 1023 << 52) - 1.0;
            tiny = mantissa == 0;
        } else {
            exponent += 1.0;
            f = f64::from_bits(mantissa | 1022 << 52) - 1.0;
            tiny = (1 << 52) - mantissa < 4;
        }
    }
    let (high, low) = (exponent * LN_2.0, exponent * LN_2.1 + lost);
    let half = 0.5 * f * f;
    if tiny {
        if f == 0.0 {
            return high + low;
        }
        let rest = half * (1.0 - 2.0 / 3.0 * f);
        return high - ((rest - low) - f);
    }
    let s = f / (2.0 + f);
    let z = s * s;
    let series = z * polynomial(z, &SERIES);
    if exponent == 0.0 {
        return f - (half - s * (half + series));
    }
    high - ((half - (s * (half + series) + low)) - f)
}
