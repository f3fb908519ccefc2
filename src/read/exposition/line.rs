//! One line of a page: a comment that says something of a family, or what a series has.

use obsctl_promql::{is_legacy_label_name, is_legacy_metric_name};

/// What a line has to be.
pub(super) const HELP: &str =
    "a line is `name{label=\"value\"} number`, or a comment that begins with `#`";

/// A line.
#[derive(Debug, PartialEq)]
pub(super) enum Line<'a> {
    /// Nothing, or words for readers.
    Nothing,
    /// `# TYPE name counter`
    Kind(String, &'a str),
    /// `# HELP name What it measures.`
    Help(String, String),
    /// `# UNIT name seconds`
    Unit(String, &'a str),
    /// Everything else.
    Point(Point),
}

/// What a line says of a series.
#[derive(Debug, PartialEq)]
pub(super) struct Point {
    /// One sample, or those that a value of several parts stands for.
    pub(super) samples: Vec<Sample>,
    /// Whether it has the buckets of a native histogram, which are in no sample.
    pub(super) native: bool,
}

/// A sample of a scrape.
#[derive(Clone, Debug, PartialEq)]
pub struct Sample {
    /// The name of its series.
    pub name: String,
    /// Its labels.
    pub labels: Vec<(String, String)>,
    /// Its value.
    pub value: f64,
    /// When it was taken, in milliseconds since 1970; nothing where it is the time of the scrape.
    pub time: Option<i64>,
}

impl<'a> Line<'a> {
    /// Reads a line. OpenMetrics counts time in seconds, Prometheus' text format in milliseconds.
    pub(super) fn parse(text: &'a str, open_metrics: bool) -> Result<Self, String> {
        let text = text.trim();
        match text.strip_prefix('#') {
            _ if text.is_empty() => Ok(Self::Nothing),
            Some(comment) => Self::comment(comment.trim_start()),
            None => Ok(Self::Point(point(text, open_metrics)?)),
        }
    }

    fn comment(text: &'a str) -> Result<Self, String> {
        let (word, rest) = text.split_once([' ', '\t']).unwrap_or((text, ""));
        let rest = rest.trim_start();
        if !["HELP", "TYPE", "UNIT"].contains(&word) || rest.is_empty() {
            return Ok(Self::Nothing);
        }
        let (name, rest) = if rest.starts_with('"') {
            quoted(rest)?
        } else {
            let (name, rest) = rest.split_once([' ', '\t']).unwrap_or((rest, ""));
            if !is_legacy_metric_name(name) {
                return Err(format!("the name `{name}` has to stand in quotes"));
            }
            (name.to_owned(), rest)
        };
        if name.is_empty() {
            return Err(format!("`# {word}` needs the name of a metric"));
        }
        let rest = rest.trim();
        Ok(match word {
            "TYPE" => Self::Kind(name, rest),
            "UNIT" => Self::Unit(name, rest),
            _ => Self::Help(name, unescaped(rest)),
        })
    }
}

/// A help text on one line.
fn unescaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => match chars.next() {
                Some('n') => out.push(' '),
                Some(other @ ('\\' | '"')) => out.push(other),
                other => out.extend(['\\'].into_iter().chain(other)),
            },
            c => out.push(c),
        }
    }
    out
}

/// `name{label="value",…} value [timestamp] [st@start] [# exemplar]`; a name in quotes stands among the labels.
fn point(text: &str, open_metrics: bool) -> Result<Point, String> {
    let end = text
        .find(['{', ' ', '\t'])
        .ok_or_else(|| format!("`{text}` has no value"))?;
    let (bare, mut rest) = text.split_at(end);
    if !bare.is_empty() && !is_legacy_metric_name(bare) {
        let inside = bare.trim_matches('"');
        return Err(format!(
            "the name `{bare}` has to stand in quotes between the braces: `{{\"{inside}\"}}`"
        ));
    }
    let mut name = bare.to_owned();
    let mut labels = vec![];
    if let Some(inside) = rest.strip_prefix('{') {
        let mut scan = inside;
        loop {
            scan = scan.trim_start_matches([' ', ',', '\t']);
            if let Some(after) = scan.strip_prefix('}') {
                rest = after;
                break;
            }
            let is_quoted = scan.starts_with('"');
            let (key, after) = token(scan)?;
            scan = after.trim_start();
            match scan.strip_prefix('=') {
                Some(_) if !is_quoted && !is_legacy_label_name(&key) => {
                    return Err(format!("the label `{key}` has to stand in quotes"));
                }
                Some(value) => {
                    let (value, after) = quoted(value.trim_start())?;
                    labels.push((key, value));
                    scan = after;
                }
                None if is_quoted && name.is_empty() => name = key,
                None if is_quoted => {
                    return Err(format!("`{name}` and `{key}` are two names of one sample"));
                }
                None => return Err(format!("the label `{key}` has no value")),
            }
        }
    }
    if name.is_empty() {
        return Err("a sample needs a name".to_owned());
    }
    let rest = rest.trim_start();
    // OpenMetrics 2 has all of a histogram or summary in one value.
    let (whole, after) = match rest.strip_prefix('{') {
        Some(inside) => {
            let (whole, after) = inside
                .split_once('}')
                .ok_or_else(|| format!("the value of `{name}` is never closed"))?;
            (Some(whole), after)
        }
        None => (None, rest),
    };
    let mut words = after.split_whitespace();
    let number_of = |words: &mut std::str::SplitWhitespace<'_>| {
        let value = words
            .next()
            .ok_or_else(|| format!("`{name}` has no value"))?;
        number(value).ok_or_else(|| format!("the value of `{name}`, `{value}`, is no number"))
    };
    let value = match whole {
        Some(_) => None,
        None => Some(number_of(&mut words)?),
    };
    let time = words
        .next()
        .filter(|word| *word != "#" && !word.starts_with("st@"));
    let time = time.map(|word| {
        let unit = if open_metrics { 1_000.0 } else { 1.0 };
        let time = word.parse::<f64>().ok().map(|time| time * unit);
        time.filter(|time| time.abs() < LAST_TIME)
            .ok_or_else(|| format!("the time of `{name}`, `{word}`, is none"))
    });
    #[expect(clippy::cast_possible_truncation, reason = "within the bounds of time")]
    let time = time.transpose()?.map(|time| time as i64);
    let sample = Sample {
        name,
        labels,
        value: value.unwrap_or_default(),
        time,
    };
    match whole {
        Some(whole) => parts(whole, &sample),
        None => Ok(Point {
            samples: vec![sample],
            native: false,
        }),
    }
}

/// The samples that `count:2,sum:3,bucket:[0.1:1,+Inf:2]` or `count:2,sum:3,quantile:[0.5:1]` stands for.
///
/// Format: `CompositeValue` of OpenMetrics 2.0.
fn parts(whole: &str, series: &Sample) -> Result<Point, String> {
    let value = |text: &str| {
        number(text)
            .ok_or_else(|| format!("the value of `{}` has `{text}`, no number", series.name))
    };
    let sample = |end: &str, label: Option<(&str, &str)>, text: &str| {
        let label = label.map(|(name, value)| (name.to_owned(), value.to_owned()));
        Ok::<_, String>(Sample {
            name: format!("{}{end}", series.name),
            labels: series.labels.iter().cloned().chain(label).collect(),
            value: value(text)?,
            time: series.time,
        })
    };
    let mut point = Point {
        samples: vec![],
        native: false,
    };
    let mut rest = whole;
    while !rest.is_empty() {
        let (key, after) = rest.split_once(':').ok_or_else(|| {
            let name = &series.name;
            format!("the value of `{name}` has `{rest}` where `count:` or such is due")
        })?;
        let list = after
            .strip_prefix('[')
            .and_then(|list| list.split_once(']'));
        let (value, after) = match list {
            Some((list, after)) => (list, after.strip_prefix(',').unwrap_or(after)),
            None => after.split_once(',').unwrap_or((after, "")),
        };
        rest = after;
        match key.trim() {
            "count" => point.samples.push(sample("_count", None, value)?),
            "sum" => point.samples.push(sample("_sum", None, value)?),
            "schema" => point.native = true,
            key @ ("bucket" | "quantile") => {
                let (end, label) = match key {
                    "bucket" => ("_bucket", "le"),
                    _ => ("", "quantile"),
                };
                for one in value.split(',').filter(|one| !one.trim().is_empty()) {
                    let (at, value) = one.split_once(':').ok_or_else(|| {
                        format!("`{one}` of `{}` is no `bound:number`", series.name)
                    })?;
                    let sample = sample(end, Some((label, at.trim())), value.trim())?;
                    point.samples.push(sample);
                }
            }
            // Where the buckets of a native histogram are.
            _ => {}
        }
    }
    Ok(point)
}

/// No time in milliseconds is as late as this: the year 100,000.
const LAST_TIME: f64 = 3.1e15;

/// A number as pages write it.
pub(super) fn number(text: &str) -> Option<f64> {
    match text {
        "+Inf" | "Inf" => Some(f64::INFINITY),
        "-Inf" => Some(f64::NEG_INFINITY),
        "NaN" => Some(f64::NAN),
        text => text.parse().ok(),
    }
}

/// A label's name, or a text in quotes.
fn token(text: &str) -> Result<(String, &str), String> {
    if text.starts_with('"') {
        return quoted(text);
    }
    let end = text.find(['=', ',', '}', ' ']).unwrap_or(text.len());
    if end == 0 || end == text.len() {
        return Err("the labels are never closed".to_owned());
    }
    Ok((text[..end].to_owned(), &text[end..]))
}

/// A text in quotes, and what follows it.
fn quoted(text: &str) -> Result<(String, &str), String> {
    let inside = text
        .strip_prefix('"')
        .ok_or("a label's value stands in double quotes")?;
    let mut value = String::new();
    let mut chars = inside.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => return Ok((value, &inside[at + 1..])),
            '\\' => match chars.next() {
                Some((_, 'n')) => value.push('\n'),
                Some((_, other)) => value.push(other),
                None => break,
            },
            c => value.push(c),
        }
    }
    Err("a text in quotes is never closed".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn samples(text: &str) -> Vec<String> {
        let Line::Point(point) = Line::parse(text, true).unwrap() else {
            panic!("{text} is a comment");
        };
        let shown = |one: &Sample| {
            let labels = one.labels.iter();
            let labels: Vec<_> = labels.map(|(name, of)| format!("{name}={of}")).collect();
            let time = one.time.map_or(String::new(), |time| format!(" at {time}"));
            format!("{} [{}] {}{time}", one.name, labels.join(","), one.value)
        };
        point.samples.iter().map(shown).collect()
    }

    #[test]
    fn names_in_quotes_are_read() {
        for (text, sample) in [
            (
                r#"{"my.metric","my.label"="x"} 1"#,
                "my.metric [my.label=x] 1",
            ),
            (r#"{ "a b" , c = "d" , } 2 3.5"#, "a b [c=d] 2 at 3500"),
            (
                r#"plain{"my.label"="a\"b"} 1 st@0.5"#,
                "plain [my.label=a\"b] 1",
            ),
            (r#"{"a\"\\b"} 1 # {trace_id="x"} 1"#, r#"a"\b [] 1"#),
        ] {
            assert_eq!(samples(text), [sample], "{text}");
        }
        let kind = Line::parse(r#"# TYPE "a b" counter"#, false);
        assert_eq!(kind, Ok(Line::Kind("a b".to_owned(), "counter")));
        let help = Line::parse(r#"# HELP "my.metric" a\nb \\ \"c\" \d"#, false);
        let text = r#"a b \ "c" \d"#.to_owned();
        assert_eq!(help, Ok(Line::Help("my.metric".to_owned(), text)));
    }

    #[test]
    fn values_of_several_parts_are_the_samples_of_the_older_form() {
        assert_eq!(
            samples(r#"foo{a="b"} {count:2,sum:1.5,bucket:[0.1:1,+Inf:2]} 1.0 st@0.5"#),
            [
                "foo_count [a=b] 2 at 1000",
                "foo_sum [a=b] 1.5 at 1000",
                "foo_bucket [a=b,le=0.1] 1 at 1000",
                "foo_bucket [a=b,le=+Inf] 2 at 1000",
            ]
        );
        assert_eq!(
            samples("bar {count:2,sum:3,quantile:[0.5:1]}"),
            ["bar_count [] 2", "bar_sum [] 3", "bar [quantile=0.5] 1"]
        );
        let native = "foo {count:2,sum:1,schema:3,zero_threshold:1e-5,zero_count:0,positive_spans:[0:2],positive_buckets:[1,1]}";
        assert_eq!(samples(native), ["foo_count [] 2", "foo_sum [] 1"]);
        let Ok(Line::Point(point)) = Line::parse(native, true) else {
            panic!("{native}");
        };
        assert!(point.native);
    }

    #[test]
    fn what_prometheus_would_not_read_is_said() {
        for (text, said) in [
            (
                "my.metric 1",
                "the name `my.metric` has to stand in quotes between the braces: `{\"my.metric\"}`",
            ),
            (
                "\"my.metric\" 1",
                "the name `\"my.metric\"` has to stand in quotes between the braces: `{\"my.metric\"}`",
            ),
            ("a{b.c=\"d\"} 1", "the label `b.c` has to stand in quotes"),
            ("a{b} 1", "the label `b` has no value"),
            ("a{\"b\"} 1", "`a` and `b` are two names of one sample"),
            ("{a=\"b\"} 1", "a sample needs a name"),
            (
                "# TYPE my.metric gauge",
                "the name `my.metric` has to stand in quotes",
            ),
            ("# HELP \"\" x", "`# HELP` needs the name of a metric"),
            ("foo {count:2", "the value of `foo` is never closed"),
            ("foo {count:x}", "the value of `foo` has `x`, no number"),
            (
                "foo {2}",
                "the value of `foo` has `2` where `count:` or such is due",
            ),
            ("foo {bucket:[1]}", "`1` of `foo` is no `bound:number`"),
        ] {
            assert_eq!(Line::parse(text, true), Err(said.to_owned()), "{text}");
        }
    }
}
