//! Functions of one number.

use crate::elementary;

/// The function of that name.
pub(super) fn find(name: &str) -> Option<fn(f64) -> f64> {
    Some(match name {
        "abs" => f64::abs,
        "acos" => elementary::acos,
        "acosh" => elementary::acosh,
        "asin" => elementary::asin,
        "asinh" => elementary::asinh,
        "atan" => elementary::atan,
        "atanh" => elementary::atanh,
        "ceil" => f64::ceil,
        "cos" => elementary::cos,
        "cosh" => elementary::cosh,
        "deg" => |value| value * 180.0 / std::f64::consts::PI,
        "exp" => elementary::exp,
        "floor" => f64::floor,
        "ln" => elementary::ln,
        "log10" => elementary::log10,
        "log2" => elementary::log2,
        "rad" => |value| value * std::f64::consts::PI / 180.0,
        "sgn" => sign,
        "sin" => elementary::sin,
        "sinh" => elementary::sinh,
        "sqrt" => f64::sqrt,
        "tan" => elementary::tan,
        "tanh" => elementary::tanh,
        _ => return None,
    })
}

/// 1 or -1; zeros and NaN stay what they are.
fn sign(value: f64) -> f64 {
    if value > 0.0 {
        1.0
    } else if value < 0.0 {
        -1.0
    } else {
        value
    }
}
