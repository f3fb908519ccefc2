//! Metrics and the types of their labels.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use obsctl_model::{Domain, Exposer, LabelName, MetricDef, MetricKind, MetricName, Unit};

use super::super::Imported;
use super::literal::text;
use super::names::{Names, camel, field};

pub(super) fn declare(imported: &Imported, out: &mut String, notes: &mut Vec<String>) {
    let families = &imported.catalog.metrics;
    let mut names = Names::default();
    let mut types: BTreeMap<(String, String), String> = BTreeMap::new();
    let mut declared = String::new();
    let mut labels = String::new();
    let mut seen = BTreeSet::new();
    let mut beyond = vec![];
    for metric in families.iter().flat_map(|family| &family.metrics) {
        if !seen.insert(metric.name.as_str()) {
            notes.push(format!(
                "metric `{}` is there twice: the first is kept",
                metric.name
            ));
            continue;
        }
        if let Some(name) = undeclarable(metric) {
            beyond.push(name);
            continue;
        }
        let Some(head) = head(metric, notes) else {
            continue;
        };
        if let Some(label) = metric
            .labels
            .iter()
            .find(|label| ["self", "super", "crate", "Self"].contains(&label.name.as_str()))
        {
            notes.push(format!(
                "metric `{}`: Rust has no name for its label `{}`; declare it by hand",
                metric.name, label.name
            ));
            continue;
        }
        for line in docs(&metric.help, "Nobody said what it measures.") {
            let _ = writeln!(declared, "    /// {line}");
        }
        let fields: Vec<_> = metric
            .labels
            .iter()
            .map(|label| {
                let name = label.name.as_str();
                let key = (name.to_owned(), format!("{:?}", label.domain));
                let of = types.entry(key).or_insert_with(|| {
                    let of = names.taken(camel(name), "Label");
                    domain(&mut labels, &of, name, &label.domain);
                    of
                });
                format!("{}: {of}", field(name))
            })
            .collect();
        let fields = match fields.is_empty() {
            true => "{}".to_owned(),
            false => format!("{{ {} }}", fields.join(", ")),
        };
        let name = names.taken(camel(metric.name.as_str()), "Metric");
        let (kind, rest) = head;
        let _ = write!(
            declared,
            "    pub {kind} {name}({}{rest}) {fields}",
            text(metric.name.as_str())
        );
        for allow in &metric.allow {
            let _ = write!(
                declared,
                " allow({}, {})",
                text(&allow.check),
                text(&allow.reason)
            );
        }
        declared.push('\n');
    }
    notes.extend(left_out(&beyond));
    if declared.is_empty() {
        return;
    }
    let title = families.first().map_or("Imported", |family| &family.title);
    let first = families.iter().flat_map(|family| &family.metrics).next();
    let owner = first.map_or("", |metric| &metric.owner);
    let exposer = match first.map(|metric| &metric.exposed_by) {
        Some(Exposer::Service(name)) => format!("Exposer::Service({}.into())", text(name)),
        Some(Exposer::Exporter(name)) => format!("Exposer::Exporter({}.into())", text(name)),
        None => "Exposer::Service(\"imported\".into())".to_owned(),
    };
    if !labels.is_empty() {
        let _ = write!(out, "\nlabels! {{\n{labels}}}\n");
    }
    let _ = write!(
        out,
        "\nmetrics! {{\n    family {}, owner {}, exposed_by {exposer};\n\n{declared}}}\n",
        text(title),
        text(owner)
    );
}

/// What of a metric's names only Prometheus 3 knows, in words: a library that declares it in Rust could not expose it to
/// every Prometheus.
fn undeclarable(metric: &MetricDef) -> Option<String> {
    let name = &metric.name;
    if !MetricName::is_valid(name.as_str()) {
        return Some(format!("`{name}`"));
    }
    let mut labels = metric.labels.iter();
    let label = labels.find(|label| !LabelName::is_valid(label.name.as_str()))?;
    Some(format!("`{name}` with label `{}`", label.name))
}

/// Says once which metrics Rust cannot declare.
fn left_out(beyond: &[String]) -> Option<String> {
    const SHOWN: usize = 12;
    let shown = beyond.get(..SHOWN).unwrap_or(beyond).join(", ");
    let more = match beyond.len() {
        0 => return None,
        all if all > SHOWN => format!(", … ({all} in all)"),
        _ => String::new(),
    };
    Some(format!(
        "not kept: {shown}{more}: definitions in Rust have names of letters, digits and `_`; a catalog as text keeps all names"
    ))
}

/// The kind of a declaration, and what follows the name.
fn head(metric: &MetricDef, notes: &mut Vec<String>) -> Option<(&'static str, String)> {
    let numbers = |numbers: &[f64]| {
        let numbers: Vec<_> = numbers.iter().map(|one| format!("{one:?}")).collect();
        format!(", [{}]", numbers.join(", "))
    };
    let (kind, list) = match &metric.kind {
        MetricKind::Counter => ("counter", String::new()),
        MetricKind::Gauge => ("gauge", String::new()),
        MetricKind::Unknown => {
            notes.push(format!(
                "metric `{}` says no type: it is declared as a gauge",
                metric.name
            ));
            ("gauge", String::new())
        }
        MetricKind::Histogram { buckets, native } => match (buckets.is_empty(), native) {
            (true, _) => ("native_histogram", String::new()),
            (false, false) => ("histogram", numbers(buckets)),
            (false, true) => ("dual_histogram", numbers(buckets)),
        },
        MetricKind::Summary { quantiles } if quantiles.is_empty() => {
            notes.push(format!(
                "metric `{}` is a summary without quantiles, which Rust cannot declare: it is left out",
                metric.name
            ));
            return None;
        }
        MetricKind::Summary { quantiles } => ("summary", numbers(quantiles)),
    };
    let unit = match metric.unit {
        Unit::None => String::new(),
        unit => format!(", {unit:?}"),
    };
    Some((kind, format!("{unit}{list}")))
}

fn domain(out: &mut String, of: &str, label: &str, domain: &Domain) {
    let line = match domain {
        Domain::Values(values) => {
            let mut names = Names::default();
            let variants: Vec<_> = values
                .iter()
                .map(|value| format!("{} = {}", names.taken(camel(value), "Value"), text(value)))
                .collect();
            format!(
                "    /// Values of `{label}`.\n    pub enum {of} {{ {} }}\n",
                variants.join(", ")
            )
        }
        Domain::Pattern {
            regex,
            at_most,
            example,
        } => format!(
            "    /// Values of `{label}`.\n    pub pattern {of} = {}, at_most {at_most}, like {};\n",
            text(regex),
            text(example)
        ),
        Domain::Bounded { at_most, example } => format!(
            "    /// Values of `{label}`.\n    pub bounded {of}, at_most {at_most}, like {};\n",
            text(example)
        ),
        Domain::Unbounded { budget, example } => format!(
            "    /// Values of `{label}`.\n    pub unbounded {of}, budget {budget}, like {};\n",
            text(example)
        ),
        Domain::Unknown => format!(
            "    /// Values of `{label}`: how many there are nobody said, so this is to be corrected.\n    pub bounded {of}, at_most 100, like \"\";\n"
        ),
    };
    out.push_str(&line);
}

fn docs(help: &str, otherwise: &str) -> Vec<String> {
    let lines: Vec<_> = help
        .lines()
        .map(|line| line.trim().to_owned())
        .filter(|line| !line.is_empty())
        .collect();
    match lines.is_empty() {
        true => vec![otherwise.to_owned()],
        false => lines,
    }
}
