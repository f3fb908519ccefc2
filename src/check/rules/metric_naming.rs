//! `metric-naming`

use obsctl_model::prelude::*;
use obsctl_model::{ExposedName, MetricDef, MetricFamily, MetricKind, Origin};

use crate::check::{Check, Findings, Input, Run, example};
use crate::diagnostic::{Diagnostic, Severity as Level};
use crate::project::subject;

/// A metric whose name says something else than it is.
pub static CHECK: Check = Check {
    name: "metric-naming",
    severity: Level::Warning,
    docs: "\
A metric's name, help or labels break Prometheus' and OpenMetrics' practice.

## Why it matters

Readers and tools take the name at its word: `_total` is a counter, `_seconds` are seconds, `_bucket` belongs to a
histogram. OpenMetrics refuses some names outright.

## How to fix it

Counters end in `_total`, nothing else does. The base unit stands at the end (before `_total`): `_seconds`, `_bytes`,
`_ratio`; never milliseconds or percent. The type is no part of the name. Words are small and joined by `_`. `le`,
`quantile`, `job` and `instance` are labels that Prometheus sets itself. Every metric has a help text. A name that is in use already can be kept:
`allow(\"metric-naming\", \"…\")` with the declaration.

A service in any language is asked for its page, and the page checked: `curl -s localhost:8000/metrics > page.prom` and
`obsctl check page.prom`. Metrics of known exporters and client libraries are left out.
",
    run: Run::Once(run),
    fires: || named("sync_duration_milliseconds_total"),
    silent: || named("sync_duration_seconds"),
};

fn run(input: &Input<'_>, findings: &mut Findings) {
    let (project, knows) = (input.project, input.project.knows());
    let families = &project.stack().metrics;
    for metric in families.iter().flat_map(|family| &family.metrics) {
        // What an exporter exposes is not ours to name, unless somebody asks what a page of it is like. What an engine says
        // that there is stands in no file.
        let file = metric.origin.location().map(|(file, ..)| file);
        let is_own = match &knows.files {
            Some(files) => {
                file.is_some_and(|file| files.contains(file))
                    && !project.catalog().is_of_others(metric.name.as_str())
            }
            None => knows.ours && !matches!(metric.exposed_by, Exposer::Exporter(_)),
        };
        if !is_own {
            continue;
        }
        for (message, help) in problems(metric) {
            findings
                .push(Diagnostic::new(subject::metric(metric), metric.origin, message).help(help));
        }
    }
}

/// Units that are no base units, and the base unit to use instead.
const NOT_BASE: &[(&str, &str)] = &[
    ("milliseconds", "seconds"),
    ("ms", "seconds"),
    ("microseconds", "seconds"),
    ("nanoseconds", "seconds"),
    ("minutes", "seconds"),
    ("hours", "seconds"),
    ("days", "seconds"),
    ("kilobytes", "bytes"),
    ("megabytes", "bytes"),
    ("gigabytes", "bytes"),
    ("kb", "bytes"),
    ("mb", "bytes"),
    ("gb", "bytes"),
    ("bits", "bytes"),
    ("percent", "ratio"),
    ("percentage", "ratio"),
    ("fahrenheit", "celsius"),
    ("sec", "seconds"),
    ("secs", "seconds"),
    ("msec", "seconds"),
    ("msecs", "seconds"),
    ("us", "seconds"),
    ("usec", "seconds"),
    ("ns", "seconds"),
    ("hrs", "seconds"),
    ("weeks", "seconds"),
    ("terabytes", "bytes"),
    ("kibibytes", "bytes"),
    ("mebibytes", "bytes"),
    ("gibibytes", "bytes"),
    ("tb", "bytes"),
    ("kib", "bytes"),
    ("mib", "bytes"),
    ("gib", "bytes"),
    ("kilometers", "meters"),
    ("centimeters", "meters"),
    ("millimeters", "meters"),
    ("kilograms", "grams"),
    ("milliamperes", "amperes"),
    ("millivolts", "volts"),
];

fn problems(metric: &MetricDef) -> Vec<(String, String)> {
    let name = metric.name.as_str();
    let is_typed = !matches!(metric.kind, MetricKind::Unknown);
    let kind = if is_typed {
        metric.kind.word()
    } else {
        "metric"
    };
    let mut found = vec![];
    let mut problem = |message: String, help: String| found.push((message, help));
    let counter = matches!(metric.kind, MetricKind::Counter);
    match (counter, name.strip_suffix("_total")) {
        _ if !is_typed => {}
        (true, None) => problem(
            format!("counter `{name}` does not end in `_total`"),
            format!("call it `{name}_total`"),
        ),
        (false, Some(base)) => problem(
            format!("{kind} `{name}` ends in `_total`, as counters do"),
            format!("call it `{base}`"),
        ),
        _ => {}
    }
    for reserved in ["_bucket", "_sum", "_count", "_created", "_info"] {
        let taken = match reserved {
            "_info" => is_typed && !matches!(metric.kind, MetricKind::Gauge),
            _ => is_typed,
        };
        if taken && let Some(base) = name.strip_suffix(reserved) {
            problem(
                format!("{kind} `{name}` ends in `{reserved}`, which means something else"),
                format!("call it `{base}`, or name what is counted"),
            );
        }
    }
    if name.contains(':') {
        problem(
            format!("{kind} `{name}` has a `:`, as recorded series do"),
            "use `_` between words".to_owned(),
        );
    }
    let base = name.strip_suffix("_total").unwrap_or(name);
    let words: Vec<&str> = base.split('_').collect();
    for (unit, instead) in NOT_BASE {
        if words.last() == Some(unit) {
            problem(
                format!("{kind} `{name}` is in {unit}, which is no base unit"),
                format!("measure in {instead} and end the name in `_{instead}`"),
            );
        }
    }
    if let Some(suffix) = metric.unit.suffix()
        && !base.ends_with(&format!("_{suffix}"))
        && !(metric.unit == Unit::Timestamp && base.ends_with("_seconds"))
    {
        problem(
            format!("{kind} `{name}` measures {suffix}, and its name does not say so"),
            format!("end the name in `_{suffix}`"),
        );
    }
    if metric.help.trim().is_empty() {
        problem(
            format!("{kind} `{name}` has no help text"),
            "say in a sentence what is measured".to_owned(),
        );
    }
    if camel_case(name) {
        problem(
            format!("{kind} `{name}` is written in camel case"),
            "write small words, joined by `_`".to_owned(),
        );
    }
    for label in &metric.labels {
        let label = label.name.as_str();
        if matches!(label, "le" | "quantile" | "job" | "instance") {
            problem(
                format!("{kind} `{name}` has a label `{label}`, which Prometheus sets itself"),
                "give the label another name".to_owned(),
            );
        }
        if camel_case(label) {
            problem(
                format!("label `{label}` of `{name}` is written in camel case"),
                "write small words, joined by `_`".to_owned(),
            );
        }
    }
    for word in ["counter", "gauge", "histogram", "summary"] {
        if words.contains(&word) {
            problem(
                format!("{kind} `{name}` has its type in its name"),
                format!("leave `{word}` out"),
            );
        }
    }
    found
}

/// Whether a small letter stands before a large one.
fn camel_case(name: &str) -> bool {
    name.as_bytes()
        .windows(2)
        .any(|pair| pair[0].is_ascii_lowercase() && pair[1].is_ascii_uppercase())
}

/// The example stack with one more metric, a gauge of this name.
fn named(name: &'static str) -> Stack {
    let mut metric = example::family().metrics.remove(2);
    metric.name = ExposedName::from_static(name);
    metric.origin = Origin::anchored(name);
    metric.unit = if name.ends_with("_seconds") {
        Unit::Seconds
    } else {
        Unit::None
    };
    example::stack().metric_family(MetricFamily {
        title: "Synchronisation".to_owned(),
        metrics: vec![metric],
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::testing::{findings, report};

    #[test]
    fn says_what_to_call_it() {
        insta::assert_snapshot!(report(&CHECK, (CHECK.fires)()), @r#"
        warning[metric-naming]: gauge `sync_duration_milliseconds_total` ends in `_total`, as counters do
         --> metrics.rs:1:1
          |
        1 | "sync_duration_milliseconds_total"
          | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
          |
          = in: metric `sync_duration_milliseconds_total`
          = help: call it `sync_duration_milliseconds`

        warning[metric-naming]: gauge `sync_duration_milliseconds_total` is in milliseconds, which is no base unit
         --> metrics.rs:1:1
          |
        1 | "sync_duration_milliseconds_total"
          | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
          |
          = in: metric `sync_duration_milliseconds_total`
          = help: measure in seconds and end the name in `_seconds`
        "#);
    }

    #[test]
    fn names_that_say_something_else_are_found() {
        for (name, message) in [
            (
                "queue_gauge",
                "gauge `queue_gauge` has its type in its name",
            ),
            (
                "queueLength",
                "gauge `queueLength` is written in camel case",
            ),
            (
                "sync_age_msec",
                "gauge `sync_age_msec` is in msec, which is no base unit",
            ),
            (
                "job:queue",
                "gauge `job:queue` has a `:`, as recorded series do",
            ),
            (
                "queue_count",
                "gauge `queue_count` ends in `_count`, which means something else",
            ),
            (
                "disk_percent",
                "gauge `disk_percent` is in percent, which is no base unit",
            ),
        ] {
            let found = findings(named(name));
            let found: Vec<_> = found.iter().filter(|one| one.check == CHECK.name).collect();
            assert_eq!(found.len(), 1, "{name}");
            assert_eq!(found[0].message, message);
        }
    }
    #[test]
    fn help_and_labels_are_looked_at() {
        let mut stack = named("queue_length");
        let metric = &mut stack.metrics[1].metrics[0];
        metric.help.clear();
        metric.labels[0].name = ExposedName::from_static("le");
        let found = findings(stack);
        let found = found.iter().filter(|one| one.check == CHECK.name);
        assert_eq!(
            found.map(|one| one.message.as_str()).collect::<Vec<_>>(),
            [
                "gauge `queue_length` has a label `le`, which Prometheus sets itself",
                "gauge `queue_length` has no help text"
            ]
        );
    }
}
