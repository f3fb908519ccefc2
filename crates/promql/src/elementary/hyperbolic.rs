//! Hyperbolic functions: those of Cephes and Hart & Cheney, their inverses by logarithms.

use std::f64::consts::LN_2;

use super::exponential::exp;
use super::logarithm::{ln, ln_1p};
use super::polynomial;

/// 2^28: from here on squares swallow ones.
const LARGE: f64 = (1_u32 << 28) as f64;

pub(crate) fn sinh(x: f64) -> f64 {
    // Hart & Cheney, number 2029.
    const OVER: [f64; 4] = [
        -26.305_632_133_974_97,
        -2_894.211_355_989_564,
        -89_912.720_220_395_09,
        -630_767.364_049_771_7,
    ];
    const UNDER: [f64; 4] = [
        1.0,
        -173.678_953_558_233_7,
        15_215.173_787_900_19,
        -630_767.364_049_771_7,
    ];
    let size = x.abs();
    let value = if size > 21.0 {
        exp(size) * 0.5
    } else if size > 0.5 {
        let power = exp(size);
        (power - 1.0 / power) * 0.5
    } else {
        let square = size * size;
        polynomial(square, &OVER) * size / polynomial(square, &UNDER)
    };
    value.copysign(x)
}

pub(crate) fn cosh(x: f64) -> f64 {
    let power = exp(x.abs());
    if x.abs() > 21.0 {
        power * 0.5
    } else {
        (power + 1.0 / power) * 0.5
    }
}

pub(crate) fn tanh(x: f64) -> f64 {
    const OVER: [f64; 3] = [
        -0.964_399_179_425_052_3,
        -99.287_723_100_191_85,
        -1_614.687_684_417_084_5,
    ];
    const UNDER: [f64; 4] = [
        1.0,
        112.811_678_491_632_93,
        2_235.488_390_601_004_5,
        4_844.063_053_251_255,
    ];
    let size = x.abs();
    if size > 44.014_845_965_556_525 {
        1_f64.copysign(x)
    } else if size >= 0.625 {
        (1.0 - 2.0 / (exp(2.0 * size) + 1.0)).copysign(x)
    } else if x == 0.0 {
        x
    } else {
        let square = x * x;
        x + x * square * polynomial(square, &OVER) / polynomial(square, &UNDER)
    }
}

pub(crate) fn asinh(x: f64) -> f64 {
    let size = x.abs();
    let value = if !x.is_finite() || size < 1.0 / LARGE {
        size
    } else if size > LARGE {
        ln(size) + LN_2
    } else if size > 2.0 {
        ln(2.0 * size + 1.0 / ((size * size + 1.0).sqrt() + size))
    } else {
        ln_1p(size + size * size / (1.0 + (1.0 + size * size).sqrt()))
    };
    value.copysign(x)
}

pub(crate) fn acosh(x: f64) -> f64 {
    if x >= LARGE {
        ln(x) + LN_2
    } else if x > 2.0 {
        ln(2.0 * x - 1.0 / (x + (x * x - 1.0).sqrt()))
    } else if x < 1.0 {
        f64::NAN
    } else {
        let above = x - 1.0;
        ln_1p(above + (2.0 * above + above * above).sqrt())
    }
}

pub(crate) fn atanh(x: f64) -> f64 {
    let size = x.abs();
    let value = if size < 1.0 / LARGE {
        size
    } else if size < 0.5 {
        let twice = size + size;
        0.5 * ln_1p(twice + twice * size / (1.0 - size))
    } else {
        // Beyond 1 the logarithm is that of a negative number, NaN.
        0.5 * ln_1p((size + size) / (1.0 - size))
    };
    value.copysign(x)
}
