//! Functions of real numbers that are the same on every machine and, to the bit, those of Prometheus on amd64.
//!
//! Where Go and the system's mathematical library differ in the last bit, queries would too. The methods are
//! public: those of fdlibm (Sun Microsystems, 1993), of Cephes (Stephen Moshier, 1989) and, for the exponential,
//! that of SLEEF (Naoki Shibata, 2010). The coefficients and the order of operations decide the last bit.
//!
//! Go's amd64 assembly has two faults that are not repeated here: `exp` is infinite from 709.44 on, where floats
//! end at 709.78, and `ln` of numbers below 2.2e-308 is that of a larger one.

mod circular;
mod exponential;
mod hyperbolic;
mod logarithm;
#[cfg(test)]
mod tests;

pub(crate) use circular::{acos, asin, atan, atan2, cos, sin, tan};
pub(crate) use exponential::{exp, exp2, pow};
pub(crate) use hyperbolic::{acosh, asinh, atanh, cosh, sinh, tanh};
pub(crate) use logarithm::{ln, log2, log10};

/// The upper bits of the logarithm of two, and the rest.
const LN_2: (f64, f64) = (6.931_471_803_691_238e-1, 1.908_214_929_270_587_7e-10);

/// A polynomial by Horner's rule, the coefficient of the highest power first.
fn polynomial(x: f64, coefficients: &[f64]) -> f64 {
    let mut coefficients = coefficients.iter();
    let first = coefficients.next().copied().unwrap_or_default();
    coefficients.fold(first, |value, next| value * x + next)
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

/// `fraction`, which is in [0.5, 1), times 2^`exponent`, rounded once.
pub(crate) fn scale(fraction: f64, exponent: i64) -> f64 {
    // Powers of two from 2^-1022 to 2^1023 are normal floats.
    let power = |exponent: i64| f64::from_bits(((exponent + 1023) as u64) << 52);
    match exponent {
        1025.. => f64::INFINITY,
        -1021..1025 => fraction * 2.0 * power(exponent - 1),
        -1080..-1021 => fraction * power(exponent + 64) * power(-64),
        _ => 0.0,
    }
}
