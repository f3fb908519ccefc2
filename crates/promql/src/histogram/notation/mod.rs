//! Histograms as series in test files are written: `{{schema:1 count:3 sum:4.5 buckets:[1 2]}}`.

mod items;
mod reader;

use std::fmt;
use std::str::FromStr;

use self::reader::Reader;
use super::FloatHistogram;

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
        let mut reader = Reader::new(text);
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
        let mut reader = Reader::new(text);
        Ok((reader.histogram()?, reader.at()))
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
        let mut reader = Reader::new(text);
        let sequence = reader.sequence()?;
        Ok((sequence, reader.at()))
    }
}

type Read<T> = Result<T, NotationError>;

impl Reader<'_> {
    fn sequence(&mut self) -> Read<Sequence> {
        let mut written = self.histogram()?;
        let first = written.histogram;
        let at = self.at();
        let subtract = self.rest().starts_with('-');
        let step = if self.take("+") || self.take("-") {
            written = self.histogram()?;
            let step = written.histogram;
            if first.has_custom_bounds() != step.has_custom_bounds()
                || first.schema() > step.schema()
            {
                return Err(self.error_at(
                    at,
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
        let at = self.at();
        let times = if self.take("x") {
            let digits = self.word(|char| char.is_ascii_digit());
            digits.parse().map_err(|_| {
                self.error_at(
                    at + 1,
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
