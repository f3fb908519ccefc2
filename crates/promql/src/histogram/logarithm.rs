//! Logarithms and powers of two that are the same on every machine, and the same as those of Prometheus:
//! the algorithms of fdlibm (`e_log.c`, `e_exp.c`; Sun Microsystems, 1993), which Go's library uses too.

use std::f64::consts::{FRAC_1_SQRT_2, LOG2_E};

use super::bounds::scale;

/// The upper bits of the logarithm of two, and the rest.
const LN_2: (f64, f64) = (6.931_471_803_691_238e-1, 1.908_214_929_270_587_7e-10);

/// The binary logarithm of `value`, which is not negative; exact for powers of two.
pub(super) fn log2(value: f64) -> f64 {
    if value == 0.0 {
        return f64::NEG_INFINITY;
    }
    if !value.is_finite() {
        return value;
    }
    let (fraction, exponent) = parts(value);
    if fraction == 0.5 {
        return exponent - 1.0;
    }
    ln(fraction) * LOG2_E + exponent
}

/// A positive float as a fraction from 0.5 to below 1, and the exponent of two it is multiplied with.
fn parts(value: f64) -> (f64, f64) {
    let (value, shift) = if value < f64::MIN_POSITIVE {
        (value * 2f64.powi(52), -52.0)
    } else {
        (value, 0.0)
    };
    let bits = value.to_bits();
    let exponent = ((bits >> 52) & 0x7ff) as f64 - 1022.0;
    let fraction = f64::from_bits((bits & !(0x7ff << 52)) | (1022 << 52));
    (fraction, exponent + shift)
}

/// The natural logarithm of a fraction from 0.5 to below 1.
fn ln(fraction: f64) -> f64 {
    const EVEN: [f64; 3] = [
        f64::from_bits(0x3fd9_9999_9997_fa04),
        f64::from_bits(0x3fcc_71c5_1d8e_78af),
        f64::from_bits(0x3fc3_9a09_d078_c69f),
    ];
    const ODD: [f64; 4] = [
        f64::from_bits(0x3fe5_5555_5555_5593),
        f64::from_bits(0x3fd2_4924_9422_9359),
        f64::from_bits(0x3fc7_4664_96cb_03de),
        f64::from_bits(0x3fc2_f112_df3e_5244),
    ];
    let (fraction, exponent) = if fraction < FRAC_1_SQRT_2 {
        (fraction * 2.0, -1.0)
    } else {
        (fraction, 0.0)
    };
    let f = fraction - 1.0;
    let s = f / (2.0 + f);
    let s2 = s * s;
    let s4 = s2 * s2;
    let odd = s2 * (ODD[0] + s4 * (ODD[1] + s4 * (ODD[2] + s4 * ODD[3])));
    let even = s4 * (EVEN[0] + s4 * (EVEN[1] + s4 * EVEN[2]));
    let half = 0.5 * f * f;
    exponent * LN_2.0 - ((half - (s * (half + (odd + even)) + exponent * LN_2.1)) - f)
}

/// Two to the power of `value`.
pub(super) fn exp2(value: f64) -> f64 {
    const P: [f64; 5] = [
        f64::from_bits(0x3fc5_5555_5555_5555),
        f64::from_bits(0xbf66_c16c_16be_bd93),
        f64::from_bits(0x3f11_566a_af25_de2c),
        f64::from_bits(0xbebb_bd41_c5d2_6bf1),
        f64::from_bits(0x3e66_3769_72be_a4d0),
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
    let c = r - t * (P[0] + t * (P[1] + t * (P[2] + t * (P[3] + t * P[4]))));
    let power = 1.0 - ((low - (r * c) / (2.0 - c)) - high);
    let (fraction, shift) = parts(power);
    #[expect(clippy::cast_possible_truncation, reason = "from -1075 to 1026")]
    scale(fraction, (exponent + shift) as i64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn powers_of_two_are_exact() {
        for exponent in -1074..1024 {
            let power = scale(0.5, i64::from(exponent) + 1);
            assert_eq!(log2(power), f64::from(exponent));
            assert_eq!(exp2(f64::from(exponent)), power);
        }
    }

    #[test]
    fn logarithms_and_powers_undo_each_other() {
        for step in 1..2000 {
            let value = f64::from(step) * 0.37;
            assert!((exp2(log2(value)) / value - 1.0).abs() < 1e-14, "{value}");
            assert!((log2(value) - value.log2()).abs() < 1e-14, "{value}");
        }
    }

    #[test]
    fn the_ends_are_those_of_the_floats() {
        assert_eq!(log2(0.0), f64::NEG_INFINITY);
        assert_eq!(log2(f64::INFINITY), f64::INFINITY);
        assert_eq!(exp2(f64::INFINITY), f64::INFINITY);
        assert_eq!(exp2(f64::NEG_INFINITY), 0.0);
        assert!(exp2(f64::NAN).is_nan());
    }
}
