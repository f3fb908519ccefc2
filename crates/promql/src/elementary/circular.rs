//! Functions of angles: those of Cephes, with the reduction of large angles by Payne and Hanek (1983).

use std::f64::consts::{FRAC_PI_2, FRAC_PI_4, PI};

use super::polynomial;

/// An angle as whole eighths of a turn (an even number) and the rest of it.
struct Reduced {
    eighths: u64,
    rest: f64,
}

/// Reduces an angle that is not negative.
fn reduce(x: f64) -> Reduced {
    /// An eighth of a turn in three parts, of which the first two have few bits.
    const EIGHTH: [f64; 3] = [
        f64::from_bits(0x3fe9_21fb_4000_0000),
        f64::from_bits(0x3e64_442d_0000_0000),
        f64::from_bits(0x3ce8_4698_98cc_5170),
    ];
    if x >= 2f64.powi(29) {
        return reduce_large(x);
    }
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "from 0 to below 2^30"
    )]
    let eighths = (x * (4.0 / PI)) as u64;
    let eighths = eighths + eighths % 2;
    let turned = eighths as f64;
    Reduced {
        eighths: eighths % 8,
        rest: ((x - turned * EIGHTH[0]) - turned * EIGHTH[1]) - turned * EIGHTH[2],
    }
}

/// By the bits of 4/π that matter for the exponent.
fn reduce_large(x: f64) -> Reduced {
    /// 4/π: the whole part, and 1216 bits behind the point.
    const FOUR_BY_PI: [u64; 20] = [
        0x0000_0000_0000_0001,
        0x45f3_06dc_9c88_2a53,
        0xf84e_afa3_ea69_bb81,
        0xb6c5_2b32_7887_2083,
        0xfca2_c757_bd77_8ac3,
        0x6e48_dc74_849b_a5c0,
        0x0c92_5dd4_13a3_2439,
        0xfc3b_d639_6253_4e7d,
        0xd104_6bea_5d76_8909,
        0xd338_e04d_68be_fc82,
        0x7323_ac73_06a6_73e9,
        0x3908_bf17_7bf2_5076,
        0x3ff1_2fff_bc0b_301f,
        0xde5e_2316_b414_da3e,
        0xda6c_fd9e_4f96_136e,
        0x9e8c_7ecd_3cbf_d45a,
        0xea4f_758f_d7cb_e2f6,
        0x7a0e_73ef_14a5_25d4,
        0xd7f6_bf62_3f1a_ba10,
        0xac06_608d_f8f6_d757,
    ];
    const MANTISSA: u64 = (1 << 52) - 1;
    let bits = x.to_bits();
    let exponent = (bits >> 52) as usize - (1023 + 52 - 61);
    let mantissa = u128::from((bits & MANTISSA) | (1 << 52));
    let digit = |at: usize| {
        let pair = (u128::from(FOUR_BY_PI[at]) << 64) | u128::from(FOUR_BY_PI[at + 1]);
        (pair << (exponent % 64)) >> 64
    };
    let at = exponent / 64;
    // The product of mantissa and three digits, without what is whole turns and what is below.
    let product = ((mantissa * digit(at)) << 64)
        .wrapping_add(mantissa * digit(at + 1))
        .wrapping_add((mantissa * digit(at + 2)) >> 64);
    let eighths = (product >> 125) as u64;
    let rest = ((product << 3) >> 64) as u64;
    let zeros = rest.leading_zeros();
    // The fraction as a float: its highest bit is implicit, and what is too much is cut off. What moves in from
    // below is not shifted by the eighths, as in Go.
    let wide = (u128::from(rest) << 64 | product & u128::from(u64::MAX)) << zeros << 1;
    let fraction = (wide >> 76) as u64;
    let mut rest = f64::from_bits(fraction | (1022 - u64::from(zeros)) << 52);
    if eighths % 2 == 1 {
        rest -= 1.0;
    }
    Reduced {
        eighths: (eighths + eighths % 2) % 8,
        rest: rest * FRAC_PI_4,
    }
}

/// The sine of an angle up to an eighth of a turn.
fn small_sine(x: f64) -> f64 {
    const SERIES: [f64; 6] = [
        f64::from_bits(0x3de5_d8fd_1fd1_9ccd),
        f64::from_bits(0xbe5a_e5e5_a929_1f5d),
        f64::from_bits(0x3ec7_1de3_567d_48a1),
        f64::from_bits(0xbf2a_01a0_19bf_df03),
        f64::from_bits(0x3f81_1111_1110_f7d0),
        f64::from_bits(0xbfc5_5555_5555_5548),
    ];
    let square = x * x;
    x + x * square * polynomial(square, &SERIES)
}

/// The cosine of an angle up to an eighth of a turn.
fn small_cosine(x: f64) -> f64 {
    const SERIES: [f64; 6] = [
        f64::from_bits(0xbda8_fa49_a086_1a9b),
        f64::from_bits(0x3e21_ee9d_7b4e_3f05),
        f64::from_bits(0xbe92_7e4f_7eac_4bc6),
        f64::from_bits(0x3efa_01a0_19c8_44f5),
        f64::from_bits(0xbf56_c16c_16c1_4f91),
        f64::from_bits(0x3fa5_5555_5555_554b),
    ];
    let square = x * x;
    1.0 - 0.5 * square + square * square * polynomial(square, &SERIES)
}

pub(crate) fn sin(x: f64) -> f64 {
    if x == 0.0 {
        return x;
    }
    if !x.is_finite() {
        return f64::NAN;
    }
    let Reduced { eighths, rest } = reduce(x.abs());
    let value = if eighths % 4 == 2 {
        small_cosine(rest)
    } else {
        small_sine(rest)
    };
    if (x < 0.0) == (eighths >= 4) {
        value
    } else {
        -value
    }
}

pub(crate) fn cos(x: f64) -> f64 {
    if !x.is_finite() {
        return f64::NAN;
    }
    let Reduced { eighths, rest } = reduce(x.abs());
    let value = if eighths % 4 == 2 {
        small_sine(rest)
    } else {
        small_cosine(rest)
    };
    if matches!(eighths, 2 | 4) {
        -value
    } else {
        value
    }
}

pub(crate) fn tan(x: f64) -> f64 {
    const OVER: [f64; 3] = [
        f64::from_bits(0xc0c9_92d8_d24f_3f38),
        f64::from_bits(0x4131_99ec_a5fc_9ddd),
        f64::from_bits(0xc171_1fea_d329_9176),
    ];
    const UNDER: [f64; 5] = [
        1.0,
        f64::from_bits(0x40ca_b8a5_eeb3_6572),
        f64::from_bits(0xc134_27bc_582a_bc96),
        f64::from_bits(0x4177_d98f_c2ea_d8ef),
        f64::from_bits(0xc189_afe0_3cbe_5a31),
    ];
    if x == 0.0 {
        return x;
    }
    if !x.is_finite() {
        return f64::NAN;
    }
    let Reduced { eighths, rest } = reduce(x.abs());
    let square = rest * rest;
    let value = if square > 1e-14 {
        rest + rest * (square * polynomial(square, &OVER) / polynomial(square, &UNDER))
    } else {
        rest
    };
    let value = if eighths % 4 == 2 {
        -1.0 / value
    } else {
        value
    };
    if x < 0.0 { -value } else { value }
}

/// The angle of a tangent from 0 to 0.66.
fn small_atan(x: f64) -> f64 {
    const OVER: [f64; 5] = [
        -0.875_060_860_003_190_4,
        -16.157_537_187_333_652,
        -75.008_557_923_147_05,
        -122.886_668_449_013_61,
        -64.850_219_049_420_25,
    ];
    const UNDER: [f64; 6] = [
        1.0,
        24.858_464_901_423_062,
        165.027_009_831_698_85,
        432.881_060_491_290_27,
        485.390_399_635_913_7,
        194.550_657_148_261_4,
    ];
    let square = x * x;
    let rest = square * polynomial(square, &OVER) / polynomial(square, &UNDER);
    x * rest + x
}

pub(crate) fn atan(x: f64) -> f64 {
    /// What is missing in the float nearest to π/2.
    const MISSING: f64 = 6.123_233_995_736_766e-17;
    /// The tangent of three eighths of π.
    const THREE_EIGHTHS: f64 = 2.414_213_562_373_095;
    if x == 0.0 {
        return x;
    }
    let size = x.abs();
    let value = if size <= 0.66 {
        small_atan(size)
    } else if size > THREE_EIGHTHS {
        FRAC_PI_2 - small_atan(1.0 / size) + MISSING
    } else {
        FRAC_PI_4 + small_atan((size - 1.0) / (size + 1.0)) + 0.5 * MISSING
    };
    value.copysign(x)
}

pub(crate) fn asin(x: f64) -> f64 {
    let size = x.abs();
    if x == 0.0 || size > 1.0 {
        return if x == 0.0 { x } else { f64::NAN };
    }
    let other = (1.0 - size * size).sqrt();
    let value = if size > 0.7 {
        FRAC_PI_2 - atan(other / size)
    } else {
        atan(size / other)
    };
    value.copysign(x)
}

pub(crate) fn acos(x: f64) -> f64 {
    FRAC_PI_2 - asin(x)
}

pub(crate) fn atan2(y: f64, x: f64) -> f64 {
    let special = y == 0.0 || x == 0.0 || !x.is_finite() || !y.is_finite();
    if special {
        // Multiples of eighths of a turn (IEEE 754).
        return y.atan2(x);
    }
    let angle = atan(y / x);
    if x >= 0.0 {
        angle
    } else if angle <= 0.0 {
        angle + PI
    } else {
        angle - PI
    }
}
