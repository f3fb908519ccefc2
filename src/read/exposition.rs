//! What a service exposes, as a catalog: Prometheus' text format and OpenMetrics, one or many scrapes.
//!
//! Formats: <https://prometheus.io/docs/instrumenting/exposition_formats/> and OpenMetrics 1.0.

use std::collections::{BTreeMap, BTreeSet};

use obsctl_model::{
    Domain, Exposer, LabelDef, LabelName, MetricDef, MetricFamily, MetricKind, MetricName, Origin,
    Stability, Unit,
};

use super::File;
use super::source::Source;
use crate::diagnostic::Diagnostic;

/// The metrics of a scrape, and what could not be read of it.
#[must_use]
pub fn exposition(file: File<'_>) -> (MetricFamily, Vec<Diagnostic>) {
    let source = Source::new(file.path, file.text);
    let mut scrape = Scrape::default();
    let mut problems = vec![];
    let mut at = 0;
    for line in file.text.split_inclusive('\n') {
        let text = line.trim();
        if text == "# EOF" {
            break;
        }
        if let Err(message) = scrape.line(text, source.origin(at)) {
            problems.push(source.unreadable(at, message).help(LINE));
        }
        at += line.len();
    }
    let family = MetricFamily {
        title: file.path.to_owned(),
        metrics: scrape.metrics(file.path),
    };
    (family, problems)
}

#[derive(Debug, Default)]
struct Scrape {
    families: BTreeMap<String, Family>,
}

/// What is known of a family so far.
#[derive(Debug, Default)]
struct Family {
    kind: Option<String>,
    help: String,
    unit: String,
    labels: BTreeSet<String>,
    bounds: Vec<f64>,
    quantiles: Vec<f64>,
    /// Names of series: an `OpenMetrics` counter has another name than its family.
    series: BTreeSet<String>,
    origin: Origin,
}

/// Suffixes of the series of one family, by the family's type.
const SUFFIXES: [&str; 8] = [
    "_bucket", "_sum", "_count", "_total", "_created", "_gsum", "_gcount", "_info",
];

impl Scrape {
    fn line(&mut self, text: &str, origin: Origin) -> Result<(), String> {
        if text.is_empty() {
            return Ok(());
        }
        if let Some(comment) = text.strip_prefix('#') {
            let mut words = comment.trim_start().splitn(3, [' ', '\t']);
            let (Some(word), Some(name)) = (words.next(), words.next()) else {
                return Ok(());
            };
            let rest = words.next().unwrap_or_default().trim();
            let name = unquoted(name);
            match word {
                "HELP" => {
                    self.family(&name, origin).help =
                        rest.replace("\\n", " ").replace("\\\\", "\\");
                }
                "TYPE" => self.family(&name, origin).kind = Some(rest.to_owned()),
                "UNIT" => self.family(&name, origin).unit = rest.to_owned(),
                _ => {}
            }
            return Ok(());
        }
        let sample = sample(text, false)?;
        let name = self.of_sample(&sample.name);
        let family = self.family(&name, origin);
        family.series.insert(sample.name.clone());
        for (label, value) in sample.labels {
            match (label.as_str(), family.kind.as_deref()) {
                ("le", Some("histogram" | "gaugehistogram")) => {
                    family.bounds.extend(number(&value));
                }
                ("quantile", Some("summary")) => family.quantiles.extend(number(&value)),
                _ => {
                    family.labels.insert(label);
                }
            }
        }
        Ok(())
    }

    fn family(&mut self, name: &str, origin: Origin) -> &mut Family {
        self.families
            .entry(name.to_owned())
            .or_insert_with(|| Family {
                origin,
                ..Family::default()
            })
    }

    /// The family a sample belongs to.
    fn of_sample(&self, name: &str) -> String {
        if self.families.contains_key(name) {
            return name.to_owned();
        }
        let typed = |base: &str| {
            self.families
                .get(base)
                .is_some_and(|family| family.kind.is_some())
        };
        let base = SUFFIXES
            .iter()
            .find_map(|suffix| name.strip_suffix(suffix).filter(|base| typed(base)));
        base.unwrap_or(name).to_owned()
    }

    fn metrics(self, exposer: &str) -> Vec<MetricDef> {
        let mut found = vec![];
        for (name, family) in self.families {
            let kind = family.kind.as_deref().unwrap_or("unknown");
            let total = format!("{name}_total");
            let name = match kind {
                "counter" if family.series.contains(&total) => total,
                "info" if !name.ends_with("_info") => format!("{name}_info"),
                _ => name,
            };
            // Names beyond the classic rule can be queried, not declared.
            let Ok(name) = MetricName::new(name) else {
                continue;
            };
            let labels = family
                .labels
                .into_iter()
                .filter_map(|label| LabelName::new(label).ok());
            found.push(MetricDef {
                kind: kind_of(kind, family.bounds, family.quantiles),
                unit: unit(name.as_str(), &family.unit),
                help: family.help,
                labels: labels
                    .map(|name| LabelDef {
                        name,
                        domain: Domain::Unknown,
                    })
                    .collect(),
                owner: String::new(),
                stability: Stability::Stable,
                exposed_by: Exposer::Exporter(exposer.to_owned()),
                allow: vec![],
                origin: family.origin,
                name,
            });
        }
        found
    }
}

fn kind_of(word: &str, mut bounds: Vec<f64>, mut quantiles: Vec<f64>) -> MetricKind {
    bounds.retain(|bound| bound.is_finite());
    for values in [&mut bounds, &mut quantiles] {
        values.sort_by(f64::total_cmp);
        values.dedup();
    }
    match word {
        "counter" => MetricKind::Counter,
        "gauge" | "info" | "stateset" => MetricKind::Gauge,
        // Without finite bounds it is native, or its only bucket is the one without a bound.
        "histogram" | "gaugehistogram" => MetricKind::Histogram {
            native: bounds.is_empty(),
            buckets: bounds,
        },
        "summary" => MetricKind::Summary { quantiles },
        _ => MetricKind::Unknown,
    }
}

/// The unit that is said, or that the name ends in.
#[must_use]
pub fn unit(name: &str, said: &str) -> Unit {
    let base = name.strip_suffix("_total").unwrap_or(name);
    if base.ends_with("_timestamp_seconds")
        || base.ends_with("_time_seconds") && base.contains("start")
    {
        return Unit::Timestamp;
    }
    let mut all = Unit::ALL.iter().copied();
    all.find(|unit| {
        unit.suffix().is_some_and(|suffix| {
            said == suffix
                || base
                    .strip_suffix(suffix)
                    .is_some_and(|rest| rest.ends_with('_'))
        })
    })
    .unwrap_or(Unit::None)
}

/// A name without its quotes.
fn unquoted(name: &str) -> String {
    name.trim_matches('"').to_owned()
}

/// A sample of a scrape.
#[derive(Clone, Debug, PartialEq)]
pub struct Sample {
    /// The name of its series.
    pub name: String,
    /// Its labels.
    pub labels: Vec<(String, String)>,
    /// Its value; nothing of a native histogram, which only the protobuf format carries whole.
    pub value: Option<f64>,
    /// When it was taken, in milliseconds since 1970; nothing where it is the time of the scrape.
    pub time: Option<i64>,
}

/// The samples of a scrape, and what could not be read of it.
#[must_use]
pub fn samples(file: File<'_>) -> (Vec<Sample>, Vec<Diagnostic>) {
    let source = Source::new(file.path, file.text);
    // OpenMetrics ends in this line, and counts time in seconds.
    let open_metrics = file.text.lines().any(|line| line.trim_end() == "# EOF");
    let (mut found, mut problems) = (vec![], vec![]);
    let mut at = 0;
    for line in file.text.split_inclusive('\n') {
        let text = line.trim();
        if text == "# EOF" {
            break;
        }
        if !text.is_empty() && !text.starts_with('#') {
            match sample(text, open_metrics) {
                Ok(sample) => found.push(sample),
                Err(message) => problems.push(source.unreadable(at, message).help(LINE)),
            }
        }
        at += line.len();
    }
    (found, problems)
}

const LINE: &str = "a line is `name{label=\"value\"} number`, or a comment that begins with `#`";

/// `name{label="value",…} number [timestamp] [# exemplar]`; a name in quotes stands among the labels.
fn sample(text: &str, open_metrics: bool) -> Result<Sample, String> {
    let end = text
        .find(['{', ' ', '\t'])
        .ok_or_else(|| format!("`{text}` has no value"))?;
    let mut name = text[..end].to_owned();
    let mut rest = &text[end..];
    let mut labels = vec![];
    if let Some(inside) = rest.strip_prefix('{') {
        let mut scan = inside;
        loop {
            scan = scan.trim_start_matches([' ', ',', '\t']);
            if let Some(after) = scan.strip_prefix('}') {
                rest = after;
                break;
            }
            let (key, after) = token(scan)?;
            scan = after.trim_start();
            match scan.strip_prefix('=') {
                Some(value) => {
                    let (value, after) = quoted(value.trim_start())?;
                    labels.push((key, value));
                    scan = after;
                }
                None => name = key,
            }
        }
    }
    if name.is_empty() {
        return Err("a sample needs a name".to_owned());
    }
    let mut words = rest.split_whitespace();
    let value = words
        .next()
        .ok_or_else(|| format!("`{name}` has no value"))?;
    // A native histogram of the text format is a structure in braces.
    if value.starts_with('{') {
        return Ok(Sample {
            name,
            labels,
            value: None,
            time: None,
        });
    }
    let number =
        number(value).ok_or_else(|| format!("the value of `{name}`, `{value}`, is no number"))?;
    let time = words.next().filter(|word| *word != "#");
    let time = time.map(|word| {
        let unit = if open_metrics { 1_000.0 } else { 1.0 };
        let time = word.parse::<f64>().ok().map(|time| time * unit);
        time.filter(|time| time.abs() < LAST_TIME)
            .ok_or_else(|| format!("the time of `{name}`, `{word}`, is none"))
    });
    #[expect(clippy::cast_possible_truncation, reason = "within the bounds of time")]
    let time = time.transpose()?.map(|time| time as i64);
    Ok(Sample {
        name,
        labels,
        value: Some(number),
        time,
    })
}

/// No time in milliseconds is as late as this: the year 100,000.
const LAST_TIME: f64 = 3.1e15;

fn number(text: &str) -> Option<f64> {
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

    fn read(text: &str) -> (MetricFamily, Vec<Diagnostic>) {
        exposition(File {
            path: "metrics.txt",
            text,
        })
    }

    fn names(family: &MetricFamily) -> Vec<String> {
        let shown = |metric: &MetricDef| {
            let labels: Vec<_> = metric
                .labels
                .iter()
                .map(|label| label.name.as_str())
                .collect();
            format!(
                "{} {} {{{}}}",
                metric.kind.word(),
                metric.name,
                labels.join(",")
            )
        };
        family.metrics.iter().map(shown).collect()
    }

    const TEXT: &str = "\
# HELP http_requests_total Requests.
# TYPE http_requests_total counter
http_requests_total{method=\"post\",path=\"C:\\\\x \\\"y\\\"\"} 3 1395066363000
http_requests_total{method=\"get\"} 1
# TYPE latency_seconds histogram
latency_seconds_bucket{path=\"/\",le=\"0.1\"} 1
latency_seconds_bucket{path=\"/\",le=\"+Inf\"} 2
latency_seconds_sum{path=\"/\"} 1.5
latency_seconds_count{path=\"/\"} 2
# TYPE rpc_seconds summary
rpc_seconds{quantile=\"0.5\"} 4
rpc_seconds_sum 17
rpc_seconds_count 2
something_without_type{a=\"b\"} +Inf
";

    #[test]
    fn the_text_format_gives_metrics_with_their_types_and_labels() {
        let (family, problems) = read(TEXT);
        assert_eq!(problems, []);
        assert_eq!(
            names(&family),
            [
                "counter http_requests_total {method,path}",
                "histogram latency_seconds {path}",
                "summary rpc_seconds {}",
                "unknown something_without_type {a}",
            ]
        );
        let kind = |index: usize| family.metrics[index].kind.clone();
        assert_eq!(
            kind(1),
            MetricKind::Histogram {
                buckets: vec![0.1],
                native: false
            }
        );
        assert_eq!(
            kind(2),
            MetricKind::Summary {
                quantiles: vec![0.5]
            }
        );
        assert_eq!(family.metrics[1].unit, Unit::Seconds);
        assert_eq!(family.metrics[0].help, "Requests.");
    }

    #[test]
    fn openmetrics_names_a_counter_without_its_suffix() {
        let (family, problems) = read(
            "# TYPE jobs counter\n# UNIT jobs jobs\njobs_total{queue=\"a\"} 1 # {trace_id=\"x\"} 1\njobs_created 1.0\n\
             # TYPE build info\nbuild_info{version=\"1\"} 1\n# TYPE size_bytes gauge\n# UNIT size_bytes bytes\nsize_bytes 1\n\
             # EOF\nafter 1\n",
        );
        assert_eq!(problems, []);
        assert_eq!(
            names(&family),
            [
                "gauge build_info {version}",
                "counter jobs_total {queue}",
                "gauge size_bytes {}"
            ]
        );
        assert_eq!(family.metrics[2].unit, Unit::Bytes);
    }

    #[test]
    fn what_cannot_be_read_is_said_with_its_line() {
        let (family, problems) =
            read("ok 1\nbroken{a=\"b 1\nno_value\nword abc\n{\"utf.8\",a=\"b\"} 1\n");
        assert_eq!(names(&family), ["unknown ok {}"]);
        let said: Vec<_> = problems
            .iter()
            .map(|problem| {
                (
                    problem.places[0].origin.location().unwrap().1,
                    problem.message.as_str(),
                )
            })
            .collect();
        assert_eq!(
            said,
            [
                (2, "a text in quotes is never closed"),
                (3, "`no_value` has no value"),
                (4, "the value of `word`, `abc`, is no number"),
            ]
        );
    }

    #[test]
    fn the_library_reads_the_same_series() {
        let lines = TEXT.lines().map(|line| Ok(line.to_owned()));
        let scrape = prometheus_parse::Scrape::parse(lines).unwrap();
        let (family, _) = read(TEXT);
        let own: BTreeSet<_> = family
            .metrics
            .iter()
            .flat_map(MetricDef::series_names)
            .collect();
        for sample in scrape.samples {
            // The library gathers the series of a histogram or summary under its own name.
            let whole = family
                .metrics
                .iter()
                .find(|metric| metric.name.as_str() == sample.metric);
            assert!(
                whole.is_some() || own.contains(&sample.metric),
                "{}",
                sample.metric
            );
            for label in sample
                .labels
                .keys()
                .filter(|label| !["le", "quantile"].contains(&label.as_str()))
            {
                let metric = whole.or_else(|| {
                    let mut all = family.metrics.iter();
                    all.find(|metric| metric.series_names().contains(&sample.metric))
                });
                assert!(metric.unwrap().label(label).is_some(), "{label}");
            }
        }
    }
}
