//! Powers: fdlibm's `e_exp.c` for those of two, SLEEF's method for those of e.

use std::f64::consts::LOG2_E;

use super::{LN_2, ln, parts, polynomial, scale};

/// Two to the power of `value`.
pub(crate) fn exp2(value: f64) -> f64 {
    const SERIES: [f64; 5] = [
        f64::from_bits(0x3e66_3769_72be_a4d0),
        f64::from_bits(0xbebb_bd41_c5d2_6bf1),
        f64::from_bits(0x3f11_566a_af25_de2c),
        f64::from_bits(0xbf66_c16c_16be_bd93),
        f64::from_bits(0x3fc5_5555_5555_5555),
    ];
    if value.is_nan() {
        return value;
    }
    if value >= 1024.0 {
        return f64::INFINITY;
    }
    if value < -1074.0 {
        return 0.0;
    }
    let exponent = if value == 0.0 {
        0.0
    } else {
        (value + 0.5_f64.copysign(value)).trunc()
    };
    let rest = value - exponent;
    let (high, low) = (rest * LN_2.0, -rest * LN_2.1);
    let r = high - low;
    let t = r * r;
    let c = r - t * polynomial(t, &SERIES);
    let power = 1.0 - ((low - (r * c) / (2.0 - c)) - high);
    let (fraction, shift) = parts(power);
    #[expect(clippy::cast_possible_truncation, reason = "from -1075 to 1026")]
    scale(fraction, (exponent + shift) as i64)
}

/// e to the power of `value`, with fused multiplications, as processors have had them since 2013.
pub(crate) fn exp(value: f64) -> f64 {
    /// The upper bits of the logarithm of two, and the rest.
    const LN_2: (f64, f64) = (0.693_147_180_559_663, 2.823_529_056_303_157_7e-13);
    /// The inverses of the factorials from 8 down to 1.
    const TAYLOR: [f64; 8] = [
        1.0 / 40_320.0,
        1.0 / 5_040.0,
        1.0 / 720.0,
        1.0 / 120.0,
        1.0 / 24.0,
        1.0 / 6.0,
        0.5,
        1.0,
    ];
    if value.is_nan() {
        return value;
    }
    if value > 709.782_712_893_384 {
        return f64::INFINITY;
    }
    if value < -800.0 {
        return 0.0;
    }
    let exponent = (LOG2_E * value).round_ties_even();
    let rest = exponent.mul_add(-LN_2.1, exponent.mul_add(-LN_2.0, value)) * 0.0625;
    let series = TAYLOR[1..].iter();
    let series = series.fold(TAYLOR[0], |sum, next| rest.mul_add(sum, *next));
    // Of e^x - 1 follows that of twice x: four times, for the sixteenth above.
    let mut power = rest * series;
    for _ in 0..3 {
        power *= power + 2.0;
    }
    let power = (power + 2.0).mul_add(power, 1.0);
    let (fraction, shift) = parts(power);
    #[expect(clippy::cast_possible_truncation, reason = "from -1155 to 1025")]
    scale(fraction, (exponent + shift) as i64)
}

/// `base` to the power of `exponent`: squares of the base for the whole part of the exponent, and the
/// exponential function for the rest.
pub(crate) fn pow(base: f64, exponent: f64) -> f64 {
    if let Some(value) = special_power(base, exponent) {
        return value;
    }
    let (mut whole, mut rest) = (exponent.abs().trunc(), exponent.abs().fract());
    if rest != 0.0 && base < 0.0 {
        return f64::NAN;
    }
    if whole >= 2f64.powi(63) {
        return if base == -1.0 {
            1.0
        } else if (base.abs() < 1.0) == (exponent > 0.0) {
            0.0
        } else {
            f64::INFINITY
        };
    }
    let mut result = 1.0;
    if rest != 0.0 {
        if rest > 0.5 {
            rest -= 1.0;
            whole += 1.0;
        }
        result = exp(rest * ln(base));
    }
    // `result` times 2^`shift`; `square` times 2^`square_shift` is base^(2^n) for the n-th bit.
    #[expect(clippy::cast_possible_truncation, reason = "from -1074 to 1024")]
    let (mut square, mut square_shift) = {
        let (fraction, exponent) = parts(base.abs());
        (fraction.copysign(base), exponent as i64)
    };
    let mut shift = 0;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "from 0 to 2^63"
    )]
    let mut bits = whole as u64;
    while bits != 0 {
        if square_shift.abs() > 1 << 12 {
            // The result is beyond the floats already.
            shift += square_shift;
            break;
        }
        if bits & 1 == 1 {
            result *= square;
            shift += square_shift;
        }
        square *= square;
        square_shift *= 2;
        if square < 0.5 {
            square += square;
            square_shift -= 1;
        }
        bits >>= 1;
    }
    if exponent < 0.0 {
        (result, shift) = (1.0 / result, -shift);
    }
    if result == 0.0 || !result.is_finite() {
        return result;
    }
    let (fraction, own) = parts(result.abs());
    #[expect(clippy::cast_possible_truncation, reason = "from -1074 to 1024")]
    scale(fraction, shift + own as i64).copysign(result)
}

/// The powers that are known without calculation (IEEE 754 has the same).
fn special_power(base: f64, exponent: f64) -> Option<f64> {
    #[expect(clippy::float_cmp, reason = "these exponents alone are special")]
    let known = exponent == 0.0
        || base == 1.0
        || exponent == 1.0
        || base == 0.0
        || !base.is_finite()
        || !exponent.is_finite();
    if known {
        return Some(base.powf(exponent));
    }
    if exponent == 0.5 {
        Some(base.sqrt())
    } else {
        (exponent == -0.5).then(|| 1.0 / base.sqrt())
    }
}
