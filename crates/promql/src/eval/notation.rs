//! The notation of series in test files: `up{job="api"} 1 1+2x3 _ stale {{count:3 sum:4}}x2`.
//!
//! Scripts of queries and unit tests of rules write samples at regular times like this:
//!
//! - `5`, `-1.5e3`, `Inf`, `NaN`: a number;
//! - `1+2x3`, `1-2x3`: a number and three more, each larger or smaller by 2; `7x3`: the same number 4 times;
//! - `_`, `_x3`: no sample, once or three times;
//! - `stale`: the end of the series;
//! - `{{…}}`, `{{…}}x3`, `{{…}}+{{…}}x3`: native histograms, see [`crate::histogram::Sequence`].

use super::labels::{Labels, METRIC_NAME};
use super::value::{STALE, Value};
use crate::ast::{Expr, MatchOp};
use crate::histogram::{NotationError, Sequence};
use crate::{Dialect, literal, parse_with};

/// How many points one series may have.
pub const MAX_POINTS: usize = 10_000_000;

/// A series as it is written down.
#[derive(Clone, Debug)]
pub struct WrittenSeries {
    /// Its labels.
    pub labels: Labels,
    /// Its points, at regular times.
    pub points: Vec<Point>,
}

/// What is written for one time.
#[derive(Clone, Debug, PartialEq)]
pub enum Point {
    /// `_`
    Missing,
    /// A sample.
    Value {
        /// Its value; [`STALE`] for `stale`.
        value: Value,
        /// Whether the counter reset hint of a histogram was written: expectations compare it only then.
        names_hint: bool,
    },
}

impl Point {
    /// A number.
    #[must_use]
    pub const fn float(value: f64) -> Self {
        Self::Value {
            value: Value::Float(value),
            names_hint: false,
        }
    }

    /// The sample's value.
    #[must_use]
    pub const fn value(&self) -> Option<&Value> {
        match self {
            Self::Missing => None,
            Self::Value { value, .. } => Some(value),
        }
    }
}

/// Reads a series: labels, then points.
///
/// # Errors
/// The place that cannot be read.
pub fn series(text: &str) -> Result<WrittenSeries, NotationError> {
    let end = metric_end(text);
    Ok(WrittenSeries {
        labels: metric(&text[..end])?,
        points: points(&text[end..]).map_err(|error| NotationError {
            at: error.at + end,
            ..error
        })?,
    })
}

/// Where the labels of a series end: at the first space outside of braces.
pub(super) fn metric_end(text: &str) -> usize {
    let start = text.len() - text.trim_start().len();
    let mut braces = 0_usize;
    let mut quote = None;
    let mut escaped = false;
    for (at, char) in text.char_indices().skip_while(|(at, _)| *at < start) {
        match quote {
            Some(_) if escaped => escaped = false,
            Some('"' | '\'') if char == '\\' => escaped = true,
            Some(open) if open == char => quote = None,
            Some(_) => {}
            None => match char {
                '"' | '\'' | '`' => quote = Some(char),
                '{' => braces += 1,
                '}' => braces = braces.saturating_sub(1),
                char if char.is_whitespace() && braces == 0 => return at,
                _ => {}
            },
        }
    }
    text.len()
}

/// Reads labels: `up`, `up{job="api"}`, `{__name__="up"}`, `{"up"}`, `{}`.
///
/// # Errors
/// The place that cannot be read.
pub fn metric(text: &str) -> Result<Labels, NotationError> {
    let error = |at: usize, message: &str| NotationError {
        at,
        message: message.to_owned(),
        help: "write a metric as in `up{job=\"api\"}`",
    };
    let parsed = parse_with(text, Dialect::Prometheus);
    if let Some(wrong) = parsed.errors.first() {
        return Err(error(wrong.span.start as usize, &wrong.message));
    }
    let Expr::Selector(selector) = parsed.expr else {
        return Err(error(0, "this is no metric"));
    };
    let modifiers = &selector.modifiers;
    if modifiers.at.is_some() || modifiers.offset.is_some() || selector.extended.is_some() {
        return Err(error(0, "a series has neither offset nor time"));
    }
    if let Some(matcher) = selector.matchers.iter().find(|it| it.op != MatchOp::Equal) {
        return Err(error(
            matcher.span.start as usize,
            "a series has labels only with `=`",
        ));
    }
    let name = selector
        .name
        .iter()
        .map(|name| (METRIC_NAME, name.text.as_str()));
    let labels = selector.matchers.iter();
    let labels = labels.map(|it| (it.name.text.as_str(), it.value.value.as_str()));
    Ok(name.chain(labels).collect())
}

/// Reads points, separated by spaces.
///
/// # Errors
/// The place that cannot be read, or more than [`MAX_POINTS`] of them.
pub fn points(text: &str) -> Result<Vec<Point>, NotationError> {
    let mut points = Vec::new();
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        let at = text.len() - rest.len();
        let length = if rest.starts_with("{{") {
            let (sequence, length) = Sequence::read(rest).map_err(|error| NotationError {
                at: error.at + at,
                ..error
            })?;
            let count = usize::try_from(sequence.count()).unwrap_or(usize::MAX);
            room(&points, count, at)?;
            points.extend(sequence.histograms().map(|histogram| Point::Value {
                value: histogram.into(),
                names_hint: sequence.names_hint,
            }));
            length
        } else {
            let word = rest.split(char::is_whitespace).next().unwrap_or(rest);
            read_word(word, at, &mut points)?;
            word.len()
        };
        let behind = &rest[length..];
        rest = behind.trim_start();
        if !rest.is_empty() && rest.len() == behind.len() {
            return Err(wrong(
                text.len() - rest.len(),
                "a space is missing before this point",
            ));
        }
    }
    Ok(points)
}

/// Reads one native histogram: `{{schema:0 count:3 sum:4 buckets:[1 2]}}`.
///
/// # Errors
/// The place that cannot be read; the whole text where it is not one histogram.
pub fn histogram(text: &str) -> Result<Value, NotationError> {
    match points(text)?.as_slice() {
        [
            Point::Value {
                value: value @ Value::Histogram(_),
                ..
            },
        ] => Ok(value.clone()),
        _ => Err(NotationError {
            at: 0,
            message: "not one histogram".to_owned(),
            help: "write a histogram as in `{{schema:0 count:3 sum:4 buckets:[1 2]}}`",
        }),
    }
}

fn wrong(at: usize, message: impl Into<String>) -> NotationError {
    NotationError {
        at,
        message: message.into(),
        help: "write points as in `1 1+2x3 7x4 _ _x2 stale {{count:3}}`",
    }
}

fn room(points: &[Point], more: usize, at: usize) -> Result<(), NotationError> {
    if points.len().saturating_add(more) > MAX_POINTS {
        return Err(wrong(
            at,
            format!("the series has more than {MAX_POINTS} points"),
        ));
    }
    Ok(())
}

fn read_word(word: &str, at: usize, points: &mut Vec<Point>) -> Result<(), NotationError> {
    let unreadable = || wrong(at, format!("`{word}` is no point"));
    // `x` is in no number but hexadecimal ones, which series do not have.
    let (value, times) = match word.split_once('x') {
        Some((value, times)) => {
            let times = times.parse::<usize>().map_err(|_| unreadable())?;
            (value, Some(times))
        }
        None => (word, None),
    };
    if value == "_" {
        let count = times.unwrap_or(1);
        room(points, count, at)?;
        points.extend(std::iter::repeat_n(Point::Missing, count));
        return Ok(());
    }
    let count = times.unwrap_or(0).saturating_add(1);
    room(points, count, at)?;
    if value == "stale" {
        points.extend(std::iter::repeat_n(Point::float(STALE), count));
        return Ok(());
    }
    let (first, step) = value.split_at(number_end(value));
    let mut value = number(first).ok_or_else(unreadable)?;
    let step = match (step, times) {
        ("", _) => None,
        (_, None) => return Err(unreadable()),
        (step, Some(_)) => Some(number(step).ok_or_else(unreadable)?),
    };
    for _ in 0..count {
        points.push(Point::float(value));
        if let Some(step) = step {
            value += step;
        }
    }
    Ok(())
}

/// Where the first number ends: at the next sign that does not belong to its exponent.
fn number_end(text: &str) -> usize {
    let bytes = text.as_bytes();
    let sign = |at: &usize| {
        matches!(bytes[*at], b'+' | b'-') && !matches!(bytes[*at - 1], b'e' | b'E' | b'+' | b'-')
    };
    (1..bytes.len()).find(sign).unwrap_or(bytes.len())
}

/// A number with a sign or without.
fn number(text: &str) -> Option<f64> {
    let (negative, digits) = match text.as_bytes().first()? {
        b'-' => (true, &text[1..]),
        b'+' => (false, &text[1..]),
        _ => (false, text),
    };
    let (value, duration) = literal::number(digits).ok()?;
    (!duration).then_some(if negative { -value } else { value })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> Result<String, String> {
        let points = points(text).map_err(|error| error.to_string())?;
        let shown = points.iter().map(|point| match point {
            Point::Missing => "_".to_owned(),
            Point::Value {
                value: Value::Float(value),
                ..
            } if super::super::is_stale(*value) => "stale".to_owned(),
            Point::Value {
                value: Value::Float(value),
                ..
            } => value.to_string(),
            Point::Value {
                value: Value::Histogram(histogram),
                ..
            } => histogram.notation().to_string(),
        });
        Ok(shown.collect::<Vec<_>>().join(" "))
    }

    #[test]
    fn points_are_expanded() {
        let cases = [
            ("1 2.5 -3", "1 2.5 -3"),
            ("1+2x3", "1 3 5 7"),
            ("10-2.5x2", "10 7.5 5"),
            ("-1+-1x1", "-1 -2"),
            ("7x2", "7 7 7"),
            ("_ _x2 stale", "_ _ _ stale"),
            ("1e3+1e-1x1", "1000 1000.1"),
            ("Inf -Inf NaN", "inf -inf NaN"),
            ("{{count:1}}x1 5", "{{count:1}} {{count:1}} 5"),
            ("", ""),
        ];
        for (text, expanded) in cases {
            assert_eq!(shown(text).as_deref(), Ok(expanded), "{text}");
        }
        for bad in [
            "1+2",
            "x3",
            "1x",
            "5m",
            "1x99999999999",
            "{{count:1}}5",
            "1+x3",
        ] {
            assert!(shown(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn labels_are_read_like_selectors() {
        for text in [
            "up{job=\"a b\"} 1 2",
            "{__name__=\"up\", job=\"a b\"} 1 2",
            "{\"up\",job='a b'} 1 2",
        ] {
            let written = series(text).unwrap();
            assert_eq!(
                written.labels.to_string(),
                "{__name__=\"up\", job=\"a b\"}",
                "{text}"
            );
            assert_eq!(written.points.len(), 2);
        }
        assert!(series("{} 5").unwrap().labels.is_empty());
        assert_eq!(series("up{job!=\"a\"} 1").unwrap_err().at, 3);
        assert_eq!(series("up 1 y").unwrap_err().at, 5);
    }
}
