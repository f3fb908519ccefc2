//! What a service exposes, as a catalog: Prometheus' text format and OpenMetrics, one or many scrapes.
//!
//! Formats: <https://prometheus.io/docs/instrumenting/exposition_formats/>, OpenMetrics 1.0 and 2.0.

mod line;

use std::collections::{BTreeMap, BTreeSet};

use obsctl_model::{
    Domain, ExposedName, Exposer, LabelDef, MetricDef, MetricFamily, MetricKind, Origin, Stability,
    Unit,
};

use super::File;
use super::source::Source;
use crate::diagnostic::Diagnostic;
use line::{Line, number};

pub use line::Sample;

/// Whether a file is a scrape: it begins with what is said of a metric, which YAML and JSON take for a comment or refuse.
pub(super) fn is_one(path: &str, text: &str) -> bool {
    let end = path.rsplit('.').next().unwrap_or_default();
    let first = text.trim_start();
    !["yml", "yaml", "json"].contains(&end)
        && (first.starts_with("# HELP ") || first.starts_with("# TYPE "))
}

/// The metrics of a scrape, and what could not be read of it.
#[must_use]
pub fn exposition(file: File<'_>) -> (MetricFamily, Vec<Diagnostic>) {
    let mut scrape = Scrape::default();
    let problems = lines(file, |line, origin| scrape.line(line, origin));
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
    /// Whether buckets of a native histogram are among its values.
    native: bool,
    origin: Origin,
}

/// The types of families, in all versions of the formats.
const KINDS: [&str; 9] = [
    "counter",
    "gauge",
    "histogram",
    "gaugehistogram",
    "summary",
    "info",
    "stateset",
    "unknown",
    "untyped",
];

impl Family {
    fn sample(&mut self, sample: Sample) {
        self.series.insert(sample.name);
        for (label, value) in sample.labels {
            match (label.as_str(), self.kind.as_deref()) {
                ("le", Some("histogram" | "gaugehistogram")) => self.bounds.extend(number(&value)),
                ("quantile", Some("summary")) => self.quantiles.extend(number(&value)),
                _ => {
                    self.labels.insert(label);
                }
            }
        }
    }
}

/// Suffixes of the series of one family, by the family's type.
const SUFFIXES: [&str; 8] = [
    "_bucket", "_sum", "_count", "_total", "_created", "_gsum", "_gcount", "_info",
];

impl Scrape {
    fn line(&mut self, line: Line<'_>, origin: Origin) -> Result<(), String> {
        match line {
            Line::Nothing => {}
            Line::Help(name, help) => self.family(&name, origin).help = help,
            Line::Unit(name, unit) => unit.clone_into(&mut self.family(&name, origin).unit),
            Line::Kind(name, kind) => {
                if !KINDS.contains(&kind) {
                    let all = KINDS.join("`, `");
                    return Err(format!("`{name}` is a `{kind}`, which is none of `{all}`"));
                }
                self.family(&name, origin).kind = Some(kind.to_owned());
            }
            Line::Point(point) => {
                for sample in point.samples {
                    let name = self.of_sample(&sample.name);
                    let family = self.family(&name, origin);
                    family.native |= point.native;
                    family.sample(sample);
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
            let labels = family.labels.into_iter();
            let labels = labels.filter_map(|label| ExposedName::new(label).ok());
            let unit = unit(&name, &family.unit);
            // No name is empty: a line without one is told.
            let Ok(name) = ExposedName::new(name) else {
                continue;
            };
            found.push(MetricDef {
                kind: kind_of(kind, family.bounds, family.quantiles, family.native),
                unit,
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

fn kind_of(word: &str, mut bounds: Vec<f64>, mut quantiles: Vec<f64>, native: bool) -> MetricKind {
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
            native: native || bounds.is_empty(),
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

/// The samples of a scrape, and what could not be read of it.
#[must_use]
pub fn samples(file: File<'_>) -> (Vec<Sample>, Vec<Diagnostic>) {
    let mut found = vec![];
    let problems = lines(file, |line, _| {
        if let Line::Point(point) = line {
            let has_buckets = point
                .samples
                .iter()
                .any(|one| one.name.ends_with("_bucket"));
            if point.native && !has_buckets {
                return Err("a native histogram on a page of text is not evaluated".to_owned());
            }
            found.extend(point.samples);
        }
        Ok(())
    });
    (found, problems)
}

/// What a text is that is no page of metrics at all, and what to do then: once, and not for each of its lines.
fn other(text: &str) -> Option<(&'static str, &'static str)> {
    let begin = text.trim_start();
    Some(if begin.starts_with('<') {
        (
            "this is a web page and not metrics",
            "look at the address: metrics are mostly at `/metrics`, and may ask for a login",
        )
    } else if begin.chars().take(16).any(|c| c == '\u{fffd}') {
        // What is no text was replaced by this sign.
        (
            "this is no text: it may be compressed",
            "unpack it first, as with `gunzip`",
        )
    } else if begin.starts_with(['{', '['])
        && serde_json::from_str::<serde::de::IgnoredAny>(begin).is_ok()
    {
        (
            "this is JSON and not a page of metrics",
            "a catalog is in a file that ends in `.json` or `.yml`",
        )
    } else {
        return None;
    })
}

/// Reads a page line by line. Gives what could not be read.
fn lines(
    file: File<'_>,
    mut each: impl FnMut(Line<'_>, Origin) -> Result<(), String>,
) -> Vec<Diagnostic> {
    let text = file.text.trim_start_matches('\u{feff}');
    let source = Source::new(file.path, text);
    if let Some((message, help)) = other(text) {
        return vec![source.unreadable(0, message).help(help)];
    }
    // OpenMetrics ends in this line, and counts time in seconds. More pages may follow in one file.
    let open_metrics = text.lines().any(|line| line.trim_end() == "# EOF");
    let mut problems = vec![];
    let mut at = 0;
    for text in text.split_inclusive('\n') {
        let read = Line::parse(text, open_metrics).and_then(|line| match line {
            Line::Nothing => Ok(()),
            line => each(line, source.origin(at)),
        });
        if let Err(message) = read {
            problems.push(source.unreadable(at, message).help(line::HELP));
        }
        at += text.len();
    }
    problems
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
                // Pages that were put one after the other are all read.
                "unknown after {}",
                "gauge build_info {version}",
                "counter jobs_total {queue}",
                "gauge size_bytes {}"
            ]
        );
        assert_eq!(family.metrics[3].unit, Unit::Bytes);
    }

    #[test]
    fn what_cannot_be_read_is_said_with_its_line() {
        let (family, problems) =
            read("ok 1\nbroken{a=\"b 1\nno_value\nword abc\n{\"utf.8\",a=\"b\"} 1\n");
        assert_eq!(names(&family), ["unknown ok {}", "unknown utf.8 {a}"]);
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
    fn openmetrics_2_has_a_histogram_in_one_line() {
        let (family, problems) = read(
            "# TYPE \"rpc.time\" histogram\n{\"rpc.time\",\"rpc.method\"=\"get\"} {count:2,sum:1,schema:3,bucket:[0.1:1,+Inf:2]} st@1.5\n\
             # TYPE rest summary\nrest {count:2,sum:1,quantile:[0.9:1]}\n# TYPE \"a.b\" counter\n{\"a.b\"} 1\n\
             # TYPE odd number\n# EOF\n",
        );
        assert_eq!(
            names(&family),
            [
                "counter a.b {}",
                "summary rest {}",
                "histogram rpc.time {rpc.method}"
            ]
        );
        let buckets = vec![0.1];
        let native = true;
        assert_eq!(
            family.metrics[2].kind,
            MetricKind::Histogram { buckets, native }
        );
        let said: Vec<_> = problems.iter().map(|one| one.message.as_str()).collect();
        assert_eq!(
            said,
            [
                "`odd` is a `number`, which is none of `counter`, `gauge`, `histogram`, `gaugehistogram`, `summary`, `info`, \
                 `stateset`, `unknown`, `untyped`"
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
