//! Writes series as text, under the names the catalog declares.

use std::fmt::Write;
use std::sync::Arc;
use std::time::UNIX_EPOCH;

use obsctl_model::{Metric, MetricDef, MetricKind, Unit};

use super::accept::Format;
use super::family::{Family, Series};
use super::histogram::{Exemplar, Snapshot};
use super::own::LabelValuesFolded;

/// All families, and the count of what was folded.
pub(super) fn write(format: Format, families: &[Arc<Family>]) -> String {
    let mut page = Page {
        format,
        text: String::new(),
    };
    for family in families {
        // Counted where the values are folded, not in a series.
        if family.definition.name.as_str() != LabelValuesFolded::NAME {
            page.family(family);
        }
    }
    page.folded(families);
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
    fn family(&mut self, family: &Family) {
        let definition = &family.definition;
        self.head(definition);
        let names: Vec<_> = family.guards.iter().map(|guard| &*guard.label).collect();
        for (values, series) in family.snapshot() {
            let labels: Vec<_> = names
                .iter()
                .copied()
                .zip(values.iter().map(String::as_str))
                .collect();
            let name = definition.name.as_str();
            match series {
                Series::Counter(counter) => self.sample(name, "", &labels, &number(counter.get())),
                Series::Gauge(gauge) => self.sample(name, "", &labels, &number(gauge.get())),
                Series::Histogram(histogram) => {
                    self.histogram(name, &labels, &histogram.snapshot());
                }
            }
        }
    }

    fn histogram(&mut self, name: &str, labels: &[(&str, &str)], snapshot: &Snapshot) {
        let mut count = 0;
        for (bound, total, exemplar) in &snapshot.buckets {
            let bound = float(*bound);
            let mut with_bound = labels.to_vec();
            with_bound.push(("le", &bound));
            let mut value = total.to_string();
            if let Some(exemplar) = exemplar.filter(|_| self.format == Format::OpenMetrics) {
                value.push_str(&exemplar_text(exemplar));
            }
            self.sample(name, "_bucket", &with_bound, &value);
            count = *total;
        }
        self.sample(name, "_sum", labels, &number(snapshot.sum));
        self.sample(name, "_count", labels, &count.to_string());
    }

    fn folded(&mut self, families: &[Arc<Family>]) {
        let definition = LabelValuesFolded::definition();
        self.head(&definition);
        for family in families {
            for guard in &family.guards {
                // Listed values come from Rust types: folding them is rare enough to appear only when it happens.
                if guard.values().is_some() && guard.folded() == 0 {
                    continue;
                }
                let labels = [
                    ("metric", family.definition.name.as_str()),
                    ("label", &guard.label),
                ];
                self.sample(
                    definition.name.as_str(),
                    "",
                    &labels,
                    &guard.folded().to_string(),
                );
            }
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
        // OpenMetrics allows only a unit the name ends with.
        if self.format == Format::OpenMetrics
            && let Some(unit) = unit_word(definition.unit)
            && family
                .strip_suffix(unit)
                .is_some_and(|rest| rest.ends_with('_'))
        {
            self.line(format_args!("# UNIT {family} {unit}"));
        }
    }

    fn sample(&mut self, name: &str, suffix: &str, labels: &[(&str, &str)], value: &str) {
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

/// The word for the unit at the end of a metric's name.
fn unit_word(unit: Unit) -> Option<&'static str> {
    match unit {
        Unit::Timestamp => Some("seconds"),
        _ => unit.suffix(),
    }
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
