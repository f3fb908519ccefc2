//! Histograms as text: what they hold, and the notation of test files.

use std::fmt;

use super::{Bucket, Buckets, CounterResetHint, FloatHistogram, Layout};

/// A float in the shortest way that reads back, with an exponent below 1e-4 and from 1e6 on: `0.5`, `1e+06`,
/// `+Inf`, `NaN` (Go's `%g`).
pub(crate) struct Short(pub(crate) f64);

impl fmt::Display for Short {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let value = self.0;
        if value.is_nan() {
            return f.write_str("NaN");
        }
        if value.is_infinite() {
            return f.write_str(if value > 0.0 { "+Inf" } else { "-Inf" });
        }
        let scientific = shortest(value);
        let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
        let (sign, mantissa) = match mantissa.strip_prefix('-') {
            Some(mantissa) => ("-", mantissa),
            None => ("", mantissa),
        };
        let digits = mantissa.replace('.', "");
        match exponent.parse().unwrap_or(0) {
            exponent @ 0..6_i16 => {
                let whole = usize::try_from(exponent).map_or(1, |exponent| exponent + 1);
                let digits = format!("{digits:0<whole$}");
                let (whole, rest) = digits.split_at(whole);
                let point = if rest.is_empty() { "" } else { "." };
                write!(f, "{sign}{whole}{point}{rest}")
            }
            exponent @ -4..0 => {
                let zeros = usize::from(exponent.unsigned_abs()) - 1;
                write!(f, "{sign}0.{:0<zeros$}{digits}", "")
            }
            exponent => {
                let direction = if exponent < 0 { '-' } else { '+' };
                write!(f, "{sign}{mantissa}e{direction}{:02}", exponent.abs())
            }
        }
    }
}

/// The shortest digits that read back as `value`, with an exponent. Of two texts that are equally near Go
/// takes the one with the even last digit, and Rust the larger one.
fn shortest(value: f64) -> String {
    let shortest = format!("{value:e}");
    let digits = shortest.bytes().take_while(|byte| *byte != b'e');
    let digits = digits.filter(u8::is_ascii_digit).count();
    let even = format!("{value:.*e}", digits.saturating_sub(1));
    if even.parse() == Ok(value) {
        even
    } else {
        shortest
    }
}

/// Floats between brackets: `[1 2.5]`.
struct List<I>(I);

impl<I: Iterator<Item = f64> + Clone> fmt::Display for List<I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[")?;
        for (at, value) in self.0.clone().enumerate() {
            let separator = if at == 0 { "" } else { " " };
            write!(f, "{separator}{}", Short(value))?;
        }
        f.write_str("]")
    }
}

/// `(1,2]:5`: brackets tell whether a bound is in the bucket.
impl fmt::Display for Bucket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let open = if self.lower_inclusive { '[' } else { '(' };
        let close = if self.upper_inclusive { ']' } else { ')' };
        let (lower, upper) = (Short(self.lower), Short(self.upper));
        write!(f, "{open}{lower},{upper}{close}:{}", Short(self.count))
    }
}

/// The text that Prometheus shows for a histogram: `{count:3, sum:4.5, (0.5,1]:1, (1,2]:2}`.
impl fmt::Display for FloatHistogram {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{{count:{}, sum:{}", Short(self.count), Short(self.sum))?;
        let zero = (!self.has_custom_bounds()).then(|| self.zero_bucket());
        self.negative_buckets()
            .rev()
            .chain(zero)
            .chain(self.positive_buckets())
            .filter(|bucket| bucket.count != 0.0)
            .try_for_each(|bucket| write!(f, ", {bucket}"))?;
        f.write_str("}")
    }
}

/// A histogram in the notation of test files: see [`FloatHistogram::notation`].
#[derive(Clone, Copy, Debug)]
pub struct Notation<'a>(&'a FloatHistogram);

impl FloatHistogram {
    /// Displays the histogram in the notation of series in test files: `{{count:3 sum:4.5 buckets:[1 2]}}`.
    #[must_use]
    pub fn notation(&self) -> Notation<'_> {
        Notation(self)
    }
}

impl fmt::Display for Notation<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(histogram) = self;
        let mut items = Vec::new();
        if histogram.schema() != 0 {
            items.push(format!("schema:{}", histogram.schema()));
        }
        for (key, value) in [
            ("count", histogram.count),
            ("sum", histogram.sum),
            ("z_bucket", histogram.zero_count),
            ("z_bucket_w", histogram.zero_threshold),
        ] {
            if value != 0.0 {
                items.push(format!("{key}:{}", Short(value)));
            }
        }
        if let Layout::Custom(bounds) = &histogram.layout {
            items.push(format!("custom_values:{}", List(bounds.iter().copied())));
        }
        if histogram.hint != CounterResetHint::Unknown {
            items.push(format!("counter_reset_hint:{}", histogram.hint.name()));
        }
        for (prefix, buckets) in [("", &histogram.positive), ("n_", &histogram.negative)] {
            let mut buckets: Buckets = buckets.clone();
            buckets.compact(u32::MAX);
            let Some(first) = buckets.as_slice().first() else {
                continue;
            };
            if first.index != 0 {
                items.push(format!("{prefix}offset:{}", first.index));
            }
            let counts = buckets.as_slice().iter().map(|bucket| bucket.count);
            items.push(format!("{prefix}buckets:{}", List(counts)));
        }
        write!(f, "{{{{{}}}}}", items.join(" "))
    }
}

impl CounterResetHint {
    /// All hints.
    pub(super) const ALL: [Self; 4] = [Self::Unknown, Self::Reset, Self::NotReset, Self::Gauge];

    /// What the notation of test files calls it.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Reset => "reset",
            Self::NotReset => "not_reset",
            Self::Gauge => "gauge",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn floats_are_written_as_go_writes_them() {
        for (value, text) in [
            (0.0, "0"),
            (-0.0, "-0"),
            (12.0, "12"),
            (-1.5, "-1.5"),
            (100_000.0, "100000"),
            (123_456.75, "123456.75"),
            (1e6, "1e+06"),
            (-1_234_567.0, "-1.234567e+06"),
            (1e21, "1e+21"),
            (0.0001, "0.0001"),
            (0.0123, "0.0123"),
            (0.000_012_34, "1.234e-05"),
            (5e-324, "5e-324"),
            (f64::INFINITY, "+Inf"),
            (f64::NEG_INFINITY, "-Inf"),
            (f64::NAN, "NaN"),
            // Halfway between two texts of 16 digits.
            (1_271_619_032_463_364.2, "1.2716190324633642e+15"),
        ] {
            assert_eq!(Short(value).to_string(), text);
        }
    }

    #[test]
    fn buckets_are_shown_from_the_lowest_to_the_highest() {
        let text = "{{count:16 sum:5 z_bucket:2 z_bucket_w:0.5 buckets:[1 0 2] n_offset:1 n_buckets:[4 7]}}";
        let histogram: FloatHistogram = text.parse().unwrap();
        assert_eq!(
            histogram.to_string(),
            "{count:16, sum:5, [-4,-2):7, [-2,-1):4, [-0.5,0.5]:2, (0.5,1]:1, (2,4]:2}"
        );
        let text = "{{schema:-53 count:3 sum:5 custom_values:[2 5] buckets:[1 1 1]}}";
        let histogram: FloatHistogram = text.parse().unwrap();
        assert_eq!(
            histogram.to_string(),
            "{count:3, sum:5, [-Inf,2]:1, (2,5]:1, (5,+Inf]:1}"
        );
        assert_eq!(FloatHistogram::default().to_string(), "{count:0, sum:0}");
    }
}
