//! Histograms as series in test files are written: `{{schema:1 count:3 sum:4.5 buckets:[1 2]}}`.

use std::fmt;
use std::str::FromStr;

use super::{
    Buckets, CUSTOM_SCHEMA, CounterResetHint, FloatHistogram, Layout, MAX_SCHEMA, MIN_SCHEMA,
};
use crate::literal::number;

/// Not a number, as Prometheus makes it of the word: `==` compares bits.
const NAN: f64 = f64::from_bits(0x7ff8_0000_0000_0001);

/// No float is in a bucket further from zero than this index, whatever the schema.
const INDEX_LIMIT: i64 = 1 << 20;

const KEYS: [&str; 11] = [
    "schema",
    "count",
    "sum",
    "z_bucket",
    "z_bucket_w",
    "custom_values",
    "counter_reset_hint",
    "offset",
    "buckets",
    "n_offset",
    "n_buckets",
];

/// Why a text is no histogram.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotationError {
    /// Where, in bytes from the beginning of the text.
    pub at: usize,
    /// What is wrong: a lowercase headline.
    pub message: String,
    /// How to put it right.
    pub help: &'static str,
}

impl fmt::Display for NotationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at byte {}: {}", self.message, self.at, self.help)
    }
}

impl std::error::Error for NotationError {}

/// A histogram that was written down.
#[derive(Clone, Debug)]
pub struct Written {
    /// The histogram.
    pub histogram: FloatHistogram,
    /// Whether `counter_reset_hint` was written: test expectations compare hints only then.
    pub names_hint: bool,
}

/// Histograms written as `{{…}}`, `{{…}}x3`, `{{…}}+{{…}}x3` or `{{…}}-{{…}}x3`.
#[derive(Clone, Debug)]
pub struct Sequence {
    first: FloatHistogram,
    /// What is added to get from one to the next; subtracted if the flag is set.
    step: Option<(FloatHistogram, bool)>,
    /// How many histograms follow the first one.
    times: u64,
    /// Whether `counter_reset_hint` was written, in the step if there is one.
    pub names_hint: bool,
}

impl Sequence {
    /// How many histograms there are.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.times.saturating_add(1)
    }

    /// The histograms.
    pub fn histograms(&self) -> impl Iterator<Item = FloatHistogram> {
        let mut next = self.first.clone();
        (0..self.count()).map(move |_| {
            let current = next.clone();
            if let Some((step, subtract)) = &self.step {
                // Reading the sequence made sure that the two fit.
                let _ = if *subtract {
                    next.sub(step)
                } else {
                    next.add(step)
                };
            }
            current
        })
    }
}

impl FromStr for FloatHistogram {
    type Err = NotationError;

    fn from_str(text: &str) -> Result<Self, NotationError> {
        let mut reader = Reader { text, at: 0 };
        let written = reader.histogram()?;
        if reader.rest().is_empty() {
            Ok(written.histogram)
        } else {
            Err(reader.error(
                "unexpected text after the histogram",
                "one histogram is expected here",
            ))
        }
    }
}

impl Written {
    /// Reads the histogram that `text` begins with, and tells how many bytes it takes.
    ///
    /// # Errors
    /// If the text does not begin with a histogram, or with one that cannot be.
    pub fn read(text: &str) -> Result<(Self, usize), NotationError> {
        let mut reader = Reader { text, at: 0 };
        Ok((reader.histogram()?, reader.at))
    }
}

impl Sequence {
    /// Reads the sequence that `text` begins with, and tells how many bytes it takes.
    ///
    /// # Errors
    /// If the text does not begin with a sequence of histograms, if one of them cannot be, or if they
    /// cannot be added because their bounds are of another kind or those of the step have a lower
    /// resolution.
    pub fn read(text: &str) -> Result<(Self, usize), NotationError> {
        let mut reader = Reader { text, at: 0 };
        let sequence = reader.sequence()?;
        Ok((sequence, reader.at))
    }
}

/// What was written between the braces.
#[derive(Default)]
struct Items {
    schema: Option<i64>,
    numbers: [Option<f64>; 4],
    custom_values: Option<(Vec<f64>, usize)>,
    hint: Option<CounterResetHint>,
    /// Offsets and counts of the positive and the negative buckets, with where they are.
    offsets: [Option<(i64, usize)>; 2],
    counts: [Option<(Vec<f64>, usize)>; 2],
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
}

type Read<T> = Result<T, NotationError>;

impl<'a> Reader<'a> {
    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    fn error(&self, message: impl Into<String>, help: &'static str) -> NotationError {
        NotationError {
            at: self.at,
            message: message.into(),
            help,
        }
    }

    fn take(&mut self, token: &str) -> bool {
        let found = self.rest().starts_with(token);
        self.at += if found { token.len() } else { 0 };
        found
    }

    /// Skips white space; tells whether there was any.
    fn space(&mut self) -> bool {
        let rest = self.rest();
        let length = rest.len() - rest.trim_start_matches([' ', '\t', '\n', '\r']).len();
        self.at += length;
        length > 0
    }

    fn word(&mut self, belongs: impl Fn(char) -> bool) -> &'a str {
        let rest = self.rest();
        let length = rest.find(|char| !belongs(char)).unwrap_or(rest.len());
        self.at += length;
        &rest[..length]
    }

    fn sequence(&mut self) -> Read<Sequence> {
        let mut written = self.histogram()?;
        let first = written.histogram;
        let at = self.at;
        let subtract = self.rest().starts_with('-');
        let step = if self.take("+") || self.take("-") {
            written = self.histogram()?;
            let step = written.histogram;
            if first.has_custom_bounds() != step.has_custom_bounds()
                || first.schema() > step.schema()
            {
                self.at = at;
                return Err(self.error(
                    format!(
                        "schema {} cannot be added to schema {}",
                        step.schema(),
                        first.schema()
                    ),
                    "give both the same schema, or the first one the lower one",
                ));
            }
            Some((step, subtract))
        } else {
            None
        };
        let at = self.at;
        let times = if self.take("x") {
            let digits = self.word(|char| char.is_ascii_digit());
            digits.parse().map_err(|_| {
                self.at = at + 1;
                self.error(
                    "a count of repetitions is expected",
                    "write how many histograms follow the first one, as in `x5`",
                )
            })?
        } else if step.is_some() {
            return Err(self.error(
                "the count of repetitions is missing",
                "write how often it is added, as in `{{count:1}}+{{count:1}}x5`",
            ));
        } else {
            0
        };
        Ok(Sequence {
            first,
            step,
            times,
            names_hint: written.names_hint,
        })
    }

    fn histogram(&mut self) -> Read<Written> {
        let start = self.at;
        if !self.take("{{") {
            return Err(self.error("a histogram is expected", "it begins with `{{`"));
        }
        self.space();
        let mut items = Items::default();
        let mut separated = true;
        while !self.take("}}") {
            if self.rest().is_empty() {
                self.at = start;
                return Err(self.error("the histogram is never closed", "it ends with `}}`"));
            }
            if !separated {
                return Err(self.error(
                    "a space is expected",
                    "items are separated by spaces, as in `{{count:1 sum:2}}`",
                ));
            }
            self.item(&mut items)?;
            separated = self.space();
        }
        let names_hint = items.hint.is_some();
        Ok(Written {
            histogram: self.build(items, start)?,
            names_hint,
        })
    }

    fn item(&mut self, items: &mut Items) -> Read<()> {
        let start = self.at;
        let key = self.word(|char| char.is_ascii_alphabetic() || char == '_');
        let place = KEYS
            .iter()
            .position(|known| known.eq_ignore_ascii_case(key));
        let Some(place) = place else {
            self.at = start;
            let message = match closest(key) {
                Some(known) => format!("unknown item `{key}`: did you mean `{known}`?"),
                None => format!("unknown item `{key}`"),
            };
            return Err(self.error(
                message,
                "a histogram is made of schema, count, sum, z_bucket, z_bucket_w, custom_values, \
                 counter_reset_hint, offset, buckets, n_offset and n_buckets",
            ));
        };
        if !self.take(":") {
            return Err(self.error(
                format!("`:` is missing after `{key}`"),
                "write the value right after it, as in `count:5`",
            ));
        }
        let at = self.at;
        let known = match place {
            0 => items.schema.replace(self.integer()?).is_some(),
            1..=4 => items.numbers[place - 1].replace(self.number()?).is_some(),
            5 => items.custom_values.replace((self.list()?, at)).is_some(),
            6 => items.hint.replace(self.hint()?).is_some(),
            7 | 9 => items.offsets[(place - 7) / 2]
                .replace((self.integer()?, at))
                .is_some(),
            _ => items.counts[(place - 8) / 2]
                .replace((self.list()?, at))
                .is_some(),
        };
        if known {
            self.at = start;
            return Err(self.error(format!("`{key}` is there twice"), "remove one of them"));
        }
        Ok(())
    }

    fn hint(&mut self) -> Read<CounterResetHint> {
        let at = self.at;
        let word = self.word(|char| char.is_ascii_alphabetic() || char == '_');
        let mut hints = CounterResetHint::ALL.into_iter();
        hints
            .find(|hint| hint.name().eq_ignore_ascii_case(word))
            .ok_or_else(|| {
                self.at = at;
                self.error(
                    format!("unknown counter reset hint `{word}`"),
                    "it is unknown, reset, not_reset or gauge",
                )
            })
    }

    fn value(&mut self) -> &'a str {
        self.word(|char| !char.is_ascii_whitespace() && !"[]{}".contains(char))
    }

    fn integer(&mut self) -> Read<i64> {
        let at = self.at;
        let value = self.value();
        let digits = value.strip_prefix('-').unwrap_or(value);
        let whole = digits.bytes().all(|byte| byte.is_ascii_digit());
        value.parse().ok().filter(|_| whole).ok_or_else(|| {
            self.at = at;
            self.error(
                format!("`{value}` is no whole number"),
                "write one like `3` or `-3`",
            )
        })
    }

    fn number(&mut self) -> Read<f64> {
        let at = self.at;
        let value = self.value();
        let (sign, digits) = match value.strip_prefix('-') {
            Some(digits) => (-1.0, digits),
            None => (1.0, value),
        };
        match number(digits) {
            Ok((number, false)) if number.is_nan() => Ok(NAN),
            Ok((number, false)) => Ok(sign * number),
            Ok((_, true)) | Err(_) => {
                self.at = at;
                Err(self.error(
                    format!("`{value}` is no number"),
                    "write one like `3`, `-0.5`, `1e6`, `Inf` or `NaN`",
                ))
            }
        }
    }

    fn list(&mut self) -> Read<Vec<f64>> {
        if !self.take("[") {
            return Err(self.error("a list is expected", "write one like `[5 10 7]`"));
        }
        self.space();
        let mut values = Vec::new();
        while !self.take("]") {
            values.push(self.number()?);
            if !self.space() && !self.rest().starts_with(']') {
                return Err(self.error(
                    "`]` is missing",
                    "numbers in a list are separated by spaces, as in `[5 10 7]`",
                ));
            }
        }
        Ok(values)
    }

    /// The histogram of what was written from `start` to here.
    fn build(&self, items: Items, start: usize) -> Read<FloatHistogram> {
        let error = |at: usize, message: String, help| Err(NotationError { at, message, help });
        let [count, sum, zero_count, zero_threshold] = items.numbers;
        let schema = items.schema.unwrap_or(0);
        let custom = schema == i64::from(CUSTOM_SCHEMA);
        let layout = match items.custom_values {
            Some((_, at)) if !custom => {
                return error(
                    at,
                    "custom_values without custom buckets".to_owned(),
                    "add `schema:-53`",
                );
            }
            Some((bounds, at)) => {
                let ascending = bounds.windows(2).all(|pair| pair[0] < pair[1]);
                if !ascending || !bounds.iter().all(|bound| bound.is_finite()) {
                    return error(
                        at,
                        "custom_values are not ascending and finite".to_owned(),
                        "sort them, and leave out +Inf: the last bucket reaches there anyway",
                    );
                }
                Layout::Custom(bounds.into())
            }
            None if custom => Layout::Custom([].into()),
            None => match i32::try_from(schema) {
                Ok(schema @ MIN_SCHEMA..=MAX_SCHEMA) => Layout::Exponential(schema),
                _ => {
                    return error(
                        start,
                        format!("there is no schema {schema}"),
                        "exponential schemas are -4 to 8; -53 is for custom buckets",
                    );
                }
            },
        };
        let zero_threshold = zero_threshold.unwrap_or(0.0);
        if !(zero_threshold >= 0.0) {
            return error(
                start,
                "z_bucket_w is negative or NaN".to_owned(),
                "write how far from zero the zero bucket reaches",
            );
        }
        let zero_count = zero_count.unwrap_or(0.0);
        let negative_written = items.counts[1].is_some();
        if custom && (zero_count != 0.0 || zero_threshold != 0.0 || negative_written) {
            return error(
                start,
                "a zero bucket or negative buckets beside custom ones".to_owned(),
                "custom buckets cover all values: remove z_bucket, z_bucket_w and n_buckets",
            );
        }
        let [positive, negative] = items.counts;
        let [offset, negative_offset] = items.offsets;
        let histogram = FloatHistogram {
            hint: items.hint.unwrap_or_default(),
            zero_threshold,
            zero_count,
            count: count.unwrap_or(0.0),
            sum: sum.unwrap_or(0.0),
            positive: buckets(positive, offset)?,
            negative: buckets(negative, negative_offset)?,
            layout,
        };
        if let Layout::Custom(bounds) = &histogram.layout {
            let ends = [
                histogram.positive.as_slice().first(),
                histogram.positive.as_slice().last(),
            ];
            let place = |index: i32| usize::try_from(index).is_ok_and(|at| at <= bounds.len());
            if !ends.into_iter().flatten().all(|end| place(end.index)) {
                return error(
                    start,
                    format!("buckets beyond the {} custom bounds", bounds.len()),
                    "there is one bucket more than custom_values; `offset` is not negative",
                );
            }
        }
        Ok(histogram)
    }
}

fn buckets(counts: Option<(Vec<f64>, usize)>, offset: Option<(i64, usize)>) -> Read<Buckets> {
    let (counts, _) = counts.unwrap_or_default();
    let (offset, at) = offset.unwrap_or_default();
    let last = i64::try_from(counts.len()).map_or(i64::MAX, |length| offset.saturating_add(length));
    match i32::try_from(offset) {
        Ok(offset) if i64::from(offset) >= -INDEX_LIMIT && last <= INDEX_LIMIT => {
            Ok(Buckets::dense(offset, counts))
        }
        _ => Err(NotationError {
            at,
            message: "buckets that no float is in".to_owned(),
            help: "their indexes are from -1048576 to 1048576, which is far more than schema 8 needs",
        }),
    }
}

/// The item that was probably meant.
fn closest(key: &str) -> Option<&'static str> {
    let key = key.to_ascii_lowercase();
    let near = KEYS
        .iter()
        .map(|known| (strsim::damerau_levenshtein(known, &key), *known));
    near.filter(|(distance, _)| *distance <= 2)
        .min()
        .map(|(_, known)| known)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn histogram(text: &str) -> FloatHistogram {
        text.parse().unwrap()
    }

    #[test]
    fn every_item_is_read() {
        let read = histogram(
            "{{ schema:1  sum:-1.5e2 count:Inf\tz_bucket:0x10 z_bucket_w:.5 offset:-2 buckets:[ 1 2.5 NaN ] \
             n_offset:3 n_buckets:[4] counter_reset_hint:NOT_reset }}",
        );
        assert_eq!(
            read.notation().to_string(),
            "{{schema:1 count:+Inf sum:-150 z_bucket:16 z_bucket_w:0.5 counter_reset_hint:not_reset \
             offset:-2 buckets:[1 2.5 NaN] n_offset:3 n_buckets:[4]}}"
        );
        assert_eq!(histogram("{{}}").notation().to_string(), "{{}}");
        let custom = "{{schema:-53 count:2 custom_values:[-1 2.5] offset:1 buckets:[1 1]}}";
        assert_eq!(histogram(custom).notation().to_string(), custom);
    }

    #[test]
    fn what_follows_is_left_to_the_caller() {
        let (written, length) = Written::read("{{count:1 counter_reset_hint:unknown}} 5").unwrap();
        assert_eq!((written.histogram.count, length), (1.0, 38));
        assert!(written.names_hint);
        assert!(!Written::read("{{}}").unwrap().0.names_hint);
    }

    #[test]
    fn sequences_are_unfolded() {
        let unfold = |text: &str| {
            let (sequence, length) = Sequence::read(text).unwrap();
            assert_eq!(length, text.len());
            let histograms = sequence.histograms();
            let texts: Vec<String> = histograms
                .map(|histogram| histogram.notation().to_string())
                .collect();
            assert_eq!(sequence.count(), texts.len() as u64);
            texts.join(" ")
        };
        assert_eq!(unfold("{{count:1}}"), "{{count:1}}");
        assert_eq!(
            unfold("{{count:1}}x2"),
            "{{count:1}} {{count:1}} {{count:1}}"
        );
        assert_eq!(
            unfold("{{schema:0 count:1 buckets:[1]}}+{{schema:1 count:2 buckets:[1 1]}}x2"),
            "{{count:1 buckets:[1]}} {{count:3 buckets:[2 1]}} {{count:5 buckets:[3 2]}}"
        );
        assert_eq!(
            unfold("{{count:5}}-{{count:2}}x1"),
            "{{count:5}} {{count:3}}"
        );
    }

    #[test]
    fn errors_say_where_and_why() {
        for (text, at, message) in [
            ("count:1", 0, "a histogram is expected"),
            ("{{count:1", 0, "the histogram is never closed"),
            ("{{count:1}} x", 11, "unexpected text after the histogram"),
            (
                "{{cuont:1}}",
                2,
                "unknown item `cuont`: did you mean `count`?",
            ),
            ("{{count 1}}", 7, "`:` is missing after `count`"),
            ("{{count:1 count:1}}", 10, "`count` is there twice"),
            ("{{count:x}}", 8, "`x` is no number"),
            ("{{count:5m}}", 8, "`5m` is no number"),
            ("{{schema:1.5}}", 9, "`1.5` is no whole number"),
            ("{{buckets:1}}", 10, "a list is expected"),
            ("{{buckets:[1,2]}}", 11, "`1,2` is no number"),
            ("{{buckets:[1 2}}", 14, "`]` is missing"),
            ("{{buckets:[1]count:1}}", 13, "a space is expected"),
            (
                "{{counter_reset_hint:maybe}}",
                21,
                "unknown counter reset hint `maybe`",
            ),
            ("{{schema:9}}", 0, "there is no schema 9"),
            (
                "{{custom_values:[1]}}",
                16,
                "custom_values without custom buckets",
            ),
            (
                "{{schema:-53 custom_values:[2 1]}}",
                27,
                "custom_values are not ascending and finite",
            ),
            (
                "{{schema:-53 custom_values:[1 Inf]}}",
                27,
                "custom_values are not ascending and finite",
            ),
            (
                "{{schema:-53 custom_values:[1] buckets:[1 1 1]}}",
                0,
                "buckets beyond the 1 custom bounds",
            ),
            (
                "{{schema:-53 z_bucket:1}}",
                0,
                "a zero bucket or negative buckets beside custom ones",
            ),
            ("{{z_bucket_w:NaN}}", 0, "z_bucket_w is negative or NaN"),
            (
                "{{offset:9000000000 buckets:[1]}}",
                9,
                "buckets that no float is in",
            ),
        ] {
            let error = text.parse::<FloatHistogram>().unwrap_err();
            assert_eq!((error.at, error.message.as_str()), (at, message), "{text}");
        }
        for (text, at, message) in [
            ("{{}}x", 5, "a count of repetitions is expected"),
            ("{{}}+{{}}", 9, "the count of repetitions is missing"),
            (
                "{{schema:1}}+{{}}x1",
                12,
                "schema 0 cannot be added to schema 1",
            ),
            (
                "{{}}-{{schema:-53}}x1",
                4,
                "schema -53 cannot be added to schema 0",
            ),
        ] {
            let error = Sequence::read(text).unwrap_err();
            assert_eq!((error.at, error.message.as_str()), (at, message), "{text}");
        }
    }
}
