//! Reading scripts.

use super::{Annotated, Command, Eval, Expected, Load, LoadedSeries, Text, When};
use crate::eval::notation::{self, Point};
use crate::eval::regex::compile_search;
use crate::{duration, literal};

/// A command that cannot be read: its line, counted from 1, and why.
pub(super) type Wrong = (usize, String);

/// The commands of a script, in their order.
pub(super) fn commands(script: &str) -> Vec<Result<Command, Wrong>> {
    let mut lines = Lines {
        lines: script.lines().collect(),
        at: 0,
    };
    let mut commands = Vec::new();
    while let Some((number, line)) = lines.next_command() {
        let word = line.split_whitespace().next().unwrap_or_default();
        let word = word.to_ascii_lowercase();
        let block = if word == "clear" {
            Vec::new()
        } else {
            lines.block()
        };
        let command = match word.as_str() {
            "clear" => Ok(Command::Clear),
            "load" | "load_with_nhcb" => load(number, line, &block).map(Command::Load),
            command if command.starts_with("eval") => {
                eval(number, line, &block).map(|eval| Command::Eval(Box::new(eval)))
            }
            _ => Err((number, format!("`{word}` is no command"))),
        };
        commands.push(
            command.map_err(|(line, reason)| (if line == 0 { number } else { line }, reason)),
        );
    }
    commands
}

struct Lines<'a> {
    lines: Vec<&'a str>,
    at: usize,
}

impl<'a> Lines<'a> {
    /// The next line that is neither empty nor a comment.
    fn next_command(&mut self) -> Option<(usize, &'a str)> {
        while let Some(line) = self.lines.get(self.at) {
            self.at += 1;
            let line = line.trim();
            if !line.is_empty() && !line.starts_with('#') {
                return Some((self.at, line));
            }
        }
        None
    }

    /// The lines up to the next empty line or comment, with their numbers.
    fn block(&mut self) -> Vec<(usize, &'a str)> {
        let mut block = Vec::new();
        while let Some(line) = self.lines.get(self.at) {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                break;
            }
            self.at += 1;
            block.push((self.at, line));
        }
        block
    }
}

fn millis(text: &str) -> Result<i64, Wrong> {
    duration::parse(text).map_err(|error| (0, format!("`{text}` is no duration: {error}")))
}

fn load(number: usize, line: &str, block: &[(usize, &str)]) -> Result<Load, Wrong> {
    let (command, step) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
    let mut load = Load {
        line: number,
        step: millis(step.trim())?,
        convert: command.eq_ignore_ascii_case("load_with_nhcb"),
        series: Vec::new(),
    };
    let mut starts = None;
    for (number, line) in block {
        let wrong = |reason: String| (*number, reason);
        let metric = &line[..notation::metric_end(line)];
        if let Some(metric) = metric.strip_suffix("@st") {
            let labels = notation::metric(metric).map_err(|error| wrong(error.to_string()))?;
            let text = &line[metric.len() + 3..];
            starts = Some((labels, start_offsets(text).map_err(wrong)?));
            continue;
        }
        let written = notation::series(line).map_err(|error| wrong(error.to_string()))?;
        let starts = match starts.take() {
            None => Vec::new(),
            Some((labels, starts)) if labels == written.labels => starts,
            Some((labels, _)) => {
                return Err(wrong(format!(
                    "the start timestamps of {labels} stand before another series"
                )));
            }
        };
        if !starts.is_empty() && starts.len() != written.points.len() {
            let message = format!(
                "{} start timestamps for {} points",
                starts.len(),
                written.points.len()
            );
            return Err(wrong(message));
        }
        load.series.push(LoadedSeries {
            labels: written.labels,
            points: written.points,
            starts,
        });
    }
    Ok(load)
}

/// `-1m`, `-1mx3`, `-30s-1mx2`, `_`, `_x2`: start timestamps relative to samples.
fn start_offsets(text: &str) -> Result<Vec<Option<i64>>, String> {
    let mut offsets = Vec::new();
    for word in text.split_whitespace() {
        let unreadable = || format!("`{word}` is no start timestamp");
        let (value, times) = match word.split_once('x') {
            Some((value, times)) => (
                value,
                Some(times.parse::<usize>().map_err(|_| unreadable())?),
            ),
            None => (word, None),
        };
        let count = times.unwrap_or(0).saturating_add(1);
        if offsets.len().saturating_add(count) > notation::MAX_POINTS {
            return Err("there are too many start timestamps".to_owned());
        }
        if value == "_" {
            offsets.extend(std::iter::repeat_n(None, times.unwrap_or(1)));
            continue;
        }
        let end = value[1..].find(['+', '-']).map_or(value.len(), |at| at + 1);
        let (first, step) = value.split_at(end);
        let mut offset = signed(first).ok_or_else(unreadable)?;
        let step = if step.is_empty() {
            0
        } else {
            signed(step).ok_or_else(unreadable)?
        };
        for _ in 0..count {
            offsets.push(Some(offset));
            offset = offset.saturating_add(step);
        }
    }
    Ok(offsets)
}

fn signed(text: &str) -> Option<i64> {
    match text.as_bytes().first()? {
        b'-' => duration::parse(&text[1..]).ok().map(|millis| -millis),
        b'+' => duration::parse(&text[1..]).ok(),
        _ => duration::parse(text).ok(),
    }
}

fn eval(line: usize, text: &str, block: &[(usize, &str)]) -> Result<Eval, Wrong> {
    let mut words = Words(text);
    let command = words.next();
    let instant = match words.next() {
        "instant" => true,
        "range" => false,
        other => {
            return Err((
                line,
                format!("`eval {other}` is neither `instant` nor `range`"),
            ));
        }
    };
    let when = if instant {
        words.expect("at")?;
        When::At(millis(words.next())?)
    } else {
        let (start, end, step) = words.range()?;
        When::Range { start, end, step }
    };
    let mut eval = Eval {
        line,
        query: words.0.trim().to_owned(),
        when,
        ordered: command == "eval_ordered",
        fail: (command == "eval_fail").then_some(Text::Any),
        warn: Annotated::default(),
        info: Annotated::default(),
        expected: Expected::Series(Vec::new()),
        range_vector: None,
    };
    if command == "eval_warn" {
        eval.warn.wanted.push(Text::Any);
    }
    if command == "eval_info" {
        eval.info.wanted.push(Text::Any);
    }
    for (number, line) in block {
        expectation(&mut eval, line).map_err(|reason| (*number, reason))?;
    }
    Ok(eval)
}

/// Words of a line, one after the other.
struct Words<'a>(&'a str);

impl<'a> Words<'a> {
    fn next(&mut self) -> &'a str {
        let rest = self.0.trim_start();
        let (word, rest) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
        self.0 = rest;
        word
    }

    fn expect(&mut self, wanted: &str) -> Result<(), Wrong> {
        match self.next() {
            word if word == wanted => Ok(()),
            word => Err((0, format!("`{wanted}` is expected instead of `{word}`"))),
        }
    }

    /// `from <time> to <time> step <step>`
    fn range(&mut self) -> Result<(i64, i64, i64), Wrong> {
        self.expect("from")?;
        let start = millis(self.next())?;
        self.expect("to")?;
        let end = millis(self.next())?;
        self.expect("step")?;
        Ok((start, end, millis(self.next())?))
    }
}

fn expectation(eval: &mut Eval, line: &str) -> Result<(), String> {
    if let Some(message) = line.strip_prefix("expected_fail_message") {
        eval.fail = Some(Text::Exactly(message.trim().to_owned()));
        return Ok(());
    }
    if let Some(pattern) = line.strip_prefix("expected_fail_regexp") {
        eval.fail = Some(Text::Matching(compile_search(pattern.trim())?));
        return Ok(());
    }
    let expected = line
        .strip_prefix("expect")
        .filter(|rest| rest.starts_with([' ', '\t']));
    if let Some(rest) = expected {
        return expect(eval, rest.trim());
    }
    if let Some(number) = plain_number(line) {
        eval.expected = Expected::Scalar(number);
        return Ok(());
    }
    let written = notation::series(line).map_err(|error| error.to_string())?;
    if let Expected::Series(series) = &mut eval.expected {
        series.push((written.labels, written.points));
    }
    Ok(())
}

fn expect(eval: &mut Eval, rest: &str) -> Result<(), String> {
    let mut words = Words(rest);
    match words.next() {
        "string" => {
            let text = words.0.trim();
            let closed = text.len() > 1 && text.ends_with(&text[..1]);
            if !text.starts_with(['"', '\'', '`']) || !closed {
                return Err(format!("`{text}` is no string"));
            }
            eval.expected = Expected::String(literal::unquote(text, true).0);
        }
        "range" => {
            words.expect("vector").map_err(|(_, reason)| reason)?;
            let (start, _, step) = words.range().map_err(|(_, reason)| reason)?;
            eval.range_vector = Some((start, step));
        }
        "ordered" => eval.ordered = true,
        "fail" => eval.fail = Some(text(words.0)?),
        "warn" => eval.warn.wanted.push(text(words.0)?),
        "info" => eval.info.wanted.push(text(words.0)?),
        "no_warn" => eval.warn.none = true,
        "no_info" => eval.info.none = true,
        other => return Err(format!("`expect {other}` is not known")),
    }
    Ok(())
}

/// Nothing, `msg: <text>` or `regex: <pattern>`
fn text(rest: &str) -> Result<Text, String> {
    let rest = rest.trim();
    if rest.is_empty() {
        return Ok(Text::Any);
    }
    match rest.split_once(':') {
        Some(("msg", text)) => Ok(Text::Exactly(text.trim().to_owned())),
        Some(("regex", pattern)) => Ok(Text::Matching(compile_search(pattern.trim())?)),
        _ => Err(format!(
            "`msg:` or `regex:` is expected instead of `{rest}`"
        )),
    }
}

/// A line that is one number.
fn plain_number(line: &str) -> Option<f64> {
    match notation::points(line).ok()?.as_slice() {
        [Point::Value { value, .. }] if !line.contains(['x', '{']) => value.float(),
        _ => None,
    }
}
