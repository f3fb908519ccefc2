//! Reads one histogram.

use obsctl_syntax::nearest;

use super::items::{Items, KEYS, Placed};
use super::{NotationError, Read, Written};
use crate::histogram::CounterResetHint;
use crate::literal::number;

/// Not a number, as Prometheus makes it of the word: `==` compares bits.
const NAN: f64 = f64::from_bits(0x7ff8_0000_0000_0001);

/// A text and how far it was read.
pub(super) struct Reader<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Reader<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { text, at: 0 }
    }

    /// How many bytes were read.
    pub(super) fn at(&self) -> usize {
        self.at
    }

    pub(super) fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    pub(super) fn error(&self, message: impl Into<String>, help: &'static str) -> NotationError {
        self.error_at(self.at, message, help)
    }

    pub(super) fn error_at(
        &self,
        at: usize,
        message: impl Into<String>,
        help: &'static str,
    ) -> NotationError {
        NotationError {
            at,
            message: message.into(),
            help,
        }
    }

    pub(super) fn take(&mut self, token: &str) -> bool {
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

    pub(super) fn word(&mut self, belongs: impl Fn(char) -> bool) -> &'a str {
        let rest = self.rest();
        let length = rest.find(|char| !belongs(char)).unwrap_or(rest.len());
        self.at += length;
        &rest[..length]
    }

    pub(super) fn histogram(&mut self) -> Read<Written> {
        let start = self.at;
        if !self.take("{{") {
            return Err(self.error("a histogram is expected", "it begins with `{{`"));
        }
        self.space();
        let mut items = Items::default();
        let mut separated = true;
        while !self.take("}}") {
            if self.rest().is_empty() {
                return Err(self.error_at(
                    start,
                    "the histogram is never closed",
                    "it ends with `}}`",
                ));
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
            histogram: items.histogram(start)?,
            names_hint,
        })
    }

    fn item(&mut self, items: &mut Items) -> Read<()> {
        let start = self.at;
        let word = self.word(|char| char.is_ascii_alphabetic() || char == '_');
        let key = word.to_ascii_lowercase();
        if !KEYS.contains(&key.as_str()) {
            let message = match nearest(&key, KEYS.iter().copied()) {
                Some(known) => format!("unknown item `{word}`: did you mean `{known}`?"),
                None => format!("unknown item `{word}`"),
            };
            return Err(self.error_at(
                start,
                message,
                "a histogram is made of schema, count, sum, z_bucket, z_bucket_w, custom_values, \
                 counter_reset_hint, offset, buckets, n_offset and n_buckets",
            ));
        }
        if !self.take(":") {
            return Err(self.error(
                format!("`:` is missing after `{word}`"),
                "write the value right after it, as in `count:5`",
            ));
        }
        let at = self.at;
        let twice = match key.as_str() {
            "schema" => items.schema.replace(self.integer()?).is_some(),
            "count" => items.count.replace(self.number()?).is_some(),
            "sum" => items.sum.replace(self.number()?).is_some(),
            "z_bucket" => items.zero_count.replace(self.number()?).is_some(),
            "z_bucket_w" => items.zero_threshold.replace(self.number()?).is_some(),
            "custom_values" => {
                let value = self.list()?;
                items.custom_values.replace(Placed { value, at }).is_some()
            }
            "counter_reset_hint" => items.hint.replace(self.hint()?).is_some(),
            "offset" => {
                let value = self.integer()?;
                items.offset.replace(Placed { value, at }).is_some()
            }
            "n_offset" => {
                let value = self.integer()?;
                items
                    .negative_offset
                    .replace(Placed { value, at })
                    .is_some()
            }
            "buckets" => items.buckets.replace(self.list()?).is_some(),
            _ => items.negative_buckets.replace(self.list()?).is_some(),
        };
        if twice {
            let message = format!("`{word}` is there twice");
            return Err(self.error_at(start, message, "remove one of them"));
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
                self.error_at(
                    at,
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
            self.error_at(
                at,
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
            Ok((_, true)) | Err(_) => Err(self.error_at(
                at,
                format!("`{value}` is no number"),
                "write one like `3`, `-0.5`, `1e6`, `Inf` or `NaN`",
            )),
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
}
