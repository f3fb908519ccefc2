//! Writes samples as text, under the names the catalog declares.

use std::fmt::Write;
use std::time::UNIX_EPOCH;

use obsctl_model::{MetricDef, MetricKind, Unit};

use super::accept::Format;
use super::exemplar::Exemplar;
use super::exposition::{Exposed, State};
use super::histogram::Snapshot;
use super::summary::Quantiles;

/// Label names and values.
type Labels<'a> = [(&'a str, &'a str)];

/// All samples.
pub(super) fn write(format: Format, exposed: &[Exposed]) -> String {
    let mut page = Page {
        format,
        text: String::new(),
    };
    for metric in exposed {
        page.metric(metric);
    }
    if format == Format::OpenMetrics {
        page.text.push_str("# EOF\n");
    }
    page.text
}

struct Page {
    format: Format,
    text: String,
}

impl Page {
    fn metric(&mut self, metric: &Exposed) {
        self.head(&metric.definition);
        let name = metric.definition.name.as_str();
        for sample in &metric.samples {
            let labels: Vec<_> = sample.labels(&metric.definition).collect();
            match &sample.state {
                State::Counter(value, exemplar) => {
                    let mut value = number(*value);
                    // To OpenMetrics a counter is one that ends in `_total`.
                    if name.ends_with("_total") {
                        self.exemplar(&mut value, *exemplar);
                    }
                    self.sample(name, "", &labels, &value);
                }
                State::Gauge(value) => self.sample(name, "", &labels, &number(*value)),
                State::Histogram(snapshot) => self.histogram(name, &labels, snapshot),
                State::Summary(quantiles) => self.summary(name, &labels, quantiles),
            }
        }
    }

    fn histogram(&mut self, name: &str, labels: &Labels<'_>, snapshot: &Snapshot) {
        for (bound, total, exemplar) in &snapshot.buckets {
            let mut value = total.to_string();
            self.exemplar(&mut value, *exemplar);
            self.sample(name, "_bucket", &with(labels, "le", &float(*bound)), &value);
        }
        self.sample(name, "_sum", labels, &number(snapshot.sum));
        self.sample(name, "_count", labels, &snapshot.count().to_string());
    }

    fn summary(&mut self, name: &str, labels: &Labels<'_>, summary: &Quantiles) {
        for (quantile, value) in &summary.values {
            let quantile = float(*quantile);
            self.sample(
                name,
                "",
                &with(labels, "quantile", &quantile),
                &number(*value),
            );
        }
        self.sample(name, "_sum", labels, &number(summary.sum));
        self.sample(name, "_count", labels, &summary.count.to_string());
    }

    fn exemplar(&self, value: &mut String, exemplar: Option<Exemplar>) {
        if let Some(exemplar) = exemplar.filter(|_| self.format == Format::OpenMetrics) {
            value.push_str(&exemplar_text(exemplar));
        }
    }

    fn head(&mut self, definition: &MetricDef) {
        let name = definition.name.as_str();
        let (family, kind) = match (self.format, &definition.kind) {
            // OpenMetrics names a counter's family without `_total`, and knows no counter without it.
            (Format::OpenMetrics, MetricKind::Counter) => match name.strip_suffix("_total") {
                Some(family) => (family, "counter"),
                None => (name, "unknown"),
            },
            (_, kind) => (name, kind.word()),
        };
        let help = escape(&definition.help, self.format == Format::OpenMetrics);
        self.line(format_args!("# HELP {family} {help}"));
        self.line(format_args!("# TYPE {family} {kind}"));
        if self.format == Format::OpenMetrics
            && let Some(unit) = unit_of(definition, family)
        {
            self.line(format_args!("# UNIT {family} {unit}"));
        }
    }

    fn sample(&mut self, name: &str, suffix: &str, labels: &Labels<'_>, value: &str) {
        self.text.push_str(name);
        self.text.push_str(suffix);
        for (index, (label, text)) in labels.iter().enumerate() {
            self.text.push(if index == 0 { '{' } else { ',' });
            self.text.push_str(label);
            self.text.push_str("=\"");
            self.text.push_str(&escape(text, true));
            self.text.push('"');
        }
        if !labels.is_empty() {
            self.text.push('}');
        }
        self.line(format_args!(" {value}"));
    }

    fn line(&mut self, line: std::fmt::Arguments<'_>) {
        writeln!(self.text, "{line}").expect("text grows in memory");
    }
}

/// The labels and one more.
fn with<'a>(labels: &Labels<'a>, name: &'a str, value: &'a str) -> Vec<(&'a str, &'a str)> {
    labels.iter().copied().chain([(name, value)]).collect()
}

/// The unit's word, where the name ends with it: others are not allowed.
pub(super) fn unit_of(definition: &MetricDef, name: &str) -> Option<&'static str> {
    let unit = match definition.unit {
        Unit::Timestamp => "seconds",
        unit => unit.suffix()?,
    };
    (name.strip_suffix(unit)?.ends_with('_')).then_some(unit)
}

fn exemplar_text(exemplar: Exemplar) -> String {
    let at = exemplar.at.duration_since(UNIX_EPOCH).unwrap_or_default();
    format!(
        " # {{trace_id=\"{}\"}} {} {}.{:03}",
        exemplar.trace,
        number(exemplar.value),
        at.as_secs(),
        at.subsec_millis()
    )
}

/// A value, as short as it is exact.
fn number(value: f64) -> String {
    match value {
        f64::INFINITY => "+Inf".to_owned(),
        f64::NEG_INFINITY => "-Inf".to_owned(),
        value => value.to_string(),
    }
}

/// A bucket's bound, always with a decimal point: so the series is the same in every form and every version of Prometheus.
fn float(value: f64) -> String {
    if value.is_finite() {
        format!("{value:?}")
    } else {
        number(value)
    }
}

fn escape(text: &str, quotes: bool) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\\' => escaped.push_str("\\\\"),
            '\n' => escaped.push_str("\\n"),
            '"' if quotes => escaped.push_str("\\\""),
            c => escaped.push(c),
        }
    }
    escaped
}
