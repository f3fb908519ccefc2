//! Floats as Go's `strconv.FormatFloat` writes them.

/// A float in the form of a verb (`e`, `E`, `f`, `g`, `G`, `b`, `x`, `X`), with so many digits; the
/// fewest that are exact without a precision. Infinities and positive numbers have no sign but `+Inf`.
pub(crate) fn float(value: f64, verb: char, precision: Option<usize>) -> String {
    if value.is_nan() {
        return "NaN".to_owned();
    }
    if value.is_infinite() {
        return if value > 0.0 { "+Inf" } else { "-Inf" }.to_owned();
    }
    let sign = if value.is_sign_negative() { "-" } else { "" };
    let value = value.abs();
    let body = match verb {
        'f' => match precision {
            Some(precision) => format!("{value:.precision$}"),
            None => format!("{value}"),
        },
        'e' | 'E' => exponential(&Digits::of(value, precision.map(|n| n + 1)), precision, verb),
        'b' => binary(value),
        'x' | 'X' => hexadecimal(value, precision, verb),
        _ => general(value, precision, verb),
    };
    format!("{sign}{body}")
}

/// The decimal digits of a number, without trailing zeros: `0.d1 d2 … × 10^point`.
struct Digits {
    digits: String,
    point: i32,
}

impl Digits {
    /// As many digits as asked for, or the fewest that are exact.
    fn of(value: f64, count: Option<usize>) -> Self {
        let text = match count {
            Some(count) => format!("{value:.*e}", count.saturating_sub(1)),
            None => format!("{value:e}"),
        };
        let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
        let digits: String = mantissa.chars().filter(|c| *c != '.').collect();
        let digits = digits.trim_end_matches('0').to_owned();
        let exponent: i32 = exponent.parse().unwrap_or(0);
        Self {
            // Zero has no digits, and its point stands before them.
            point: if digits.is_empty() { 0 } else { exponent + 1 },
            digits,
        }
    }
}

fn exponential(digits: &Digits, precision: Option<usize>, verb: char) -> String {
    let own = &digits.digits;
    let first = own.get(..1).unwrap_or("0");
    let rest = own.get(1..).unwrap_or("");
    let count = precision.unwrap_or(rest.len());
    let exponent = if own.is_empty() { 0 } else { digits.point - 1 };
    let sign = if exponent < 0 { '-' } else { '+' };
    let dot = if count > 0 { "." } else { "" };
    format!("{first}{dot}{rest:0<count$}{verb}{sign}{:02}", exponent.abs())
}

fn general(value: f64, precision: Option<usize>, verb: char) -> String {
    let precision = precision.map(|n| n.max(1));
    let digits = Digits::of(value, precision);
    let count = i32::try_from(digits.digits.len()).unwrap_or(i32::MAX);
    let limit = match precision {
        None => 6,
        Some(precision) => {
            let precision = i32::try_from(precision).unwrap_or(i32::MAX);
            if precision > count && count >= digits.point {
                count
            } else {
                precision
            }
        }
    };
    let exponent = digits.point - 1;
    if exponent < -4 || exponent >= limit {
        let verb = if verb == 'G' { 'E' } else { 'e' };
        return exponential(&digits, None, verb);
    }
    let decimals = usize::try_from(count - digits.point).unwrap_or(0);
    fixed(&digits, decimals)
}

/// The digits, written out with so many behind the point.
fn fixed(digits: &Digits, decimals: usize) -> String {
    let own = &digits.digits;
    let point = usize::try_from(digits.point).unwrap_or(0);
    let mut whole: String = own.chars().take(point).collect();
    while whole.len() < point {
        whole.push('0');
    }
    if whole.is_empty() {
        whole.push('0');
    }
    if decimals == 0 {
        return whole;
    }
    let zeros = usize::try_from(-digits.point).unwrap_or(0);
    let fraction: String = "0".repeat(zeros) + own.get(point..).unwrap_or("");
    format!("{whole}.{fraction:0<decimals$}")
}

const MANTISSA: u32 = 52;
const BIAS: i32 = 1023;

/// The mantissa as an integer, and the power of two that it is multiplied with.
fn parts(value: f64) -> (u64, i32) {
    let bits = value.to_bits();
    let mantissa = bits & ((1 << MANTISSA) - 1);
    let exponent = i32::try_from((bits >> MANTISSA) & 0x7ff).unwrap_or(0);
    let shift = BIAS + 52;
    if exponent == 0 {
        (mantissa, 1 - shift)
    } else {
        (mantissa | 1 << MANTISSA, exponent - shift)
    }
}

fn binary(value: f64) -> String {
    let (mantissa, exponent) = parts(value);
    format!("{mantissa}p{exponent:+}")
}

fn hexadecimal(value: f64, precision: Option<usize>, verb: char) -> String {
    let (mut mantissa, exponent) = parts(value);
    let mut exponent = if mantissa == 0 { 0 } else { exponent + 52 };
    while mantissa != 0 && mantissa < 1 << MANTISSA {
        mantissa <<= 1;
        exponent -= 1;
    }
    // Four bits for each digit, of which thirteen stand behind the point.
    let mut mantissa = u128::from(mantissa) << 8;
    if let Some(precision) = precision.filter(|n| *n < 15) {
        let drop = 60 - 4 * u32::try_from(precision).unwrap_or(0);
        let (half, rest) = (1_u128 << (drop - 1), mantissa & ((1 << drop) - 1));
        mantissa >>= drop;
        if rest > half || rest == half && mantissa & 1 == 1 {
            mantissa += 1;
        }
        mantissa <<= drop;
        if mantissa >= 1 << 61 {
            mantissa >>= 1;
            exponent += 1;
        }
    }
    let digits = format!("{:015x}", mantissa & ((1 << 60) - 1));
    let fraction = match precision {
        None => digits.trim_end_matches('0').to_owned(),
        Some(precision) => {
            let kept = &digits[..precision.min(15)];
            format!("{kept:0<precision$}")
        }
    };
    let dot = if fraction.is_empty() { "" } else { "." };
    let sign = if exponent < 0 { '-' } else { '+' };
    let whole = mantissa >> 60;
    let text = format!("0x{whole:x}{dot}{fraction}p{sign}{:02}", exponent.abs());
    if verb == 'X' { text.to_uppercase() } else { text }
}
