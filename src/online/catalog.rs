//! Whether what runs exposes what is declared, and nothing else.

use std::collections::{BTreeMap, BTreeSet};

use obsctl_model::{Domain, MetricDef, MetricKind};

use super::{Answer, Check, Inventory, Judged, Kind, Metrics, THREADS, with_values};
use crate::check::Patterns;
use crate::diagnostic::{Diagnostic, Severity};
use crate::parallel;
use crate::project::{Project, subject};

/// Its page.
pub static NOT_EXPOSED: Check = Check {
    name: "metric-not-exposed",
    severity: Severity::Note,
    docs: "\
A declared metric has no series within the look-back.

## Why it matters

What is built on it stays empty. It was never implemented, or is named otherwise in the code; or nothing has happened yet that
it counts, which is why it is a note.

## How to fix it

Record it in the service, correct the name, or take the declaration out.
",
};

/// Its page.
pub static UNDECLARED: Check = Check {
    name: "undeclared-metric",
    severity: Severity::Note,
    docs: "\
A job of the stack exposes metrics that the catalog does not declare.

## Why it matters

Nobody knows what they mean, who answers for them and how many series they may have; nothing is checked that uses them.

## How to fix it

Declare them (`obsctl import` writes the declarations), or stop exposing them.
",
};

/// Its page.
pub static DIFFERS: Check = Check {
    name: "metric-differs",
    severity: Severity::Warning,
    docs: "\
A metric has another type or other labels than it is declared with.

## Why it matters

Queries are checked against the declaration: what is right by it is wrong in reality. A label that is not declared also
multiplies series that nobody counted.

## How to fix it

Correct the declaration, or the service.
",
};

/// Its page.
pub static VALUES: Check = Check {
    name: "value-outside-domain",
    severity: Severity::Warning,
    docs: "\
A label has values outside its declared domain, or more values than it may have.

## Why it matters

Queries that name the declared values miss the others. More values than the budget mean more series than anybody planned
for.

## How to fix it

Declare the value, raise the budget, or correct the service: an identifier in a label that should be a template is the
usual cause.
",
};

/// Labels that come with every target, or with the parts of a histogram or summary.
const USUAL: [&str; 4] = ["job", "instance", "le", "quantile"];

/// Compares what is declared with what there is. `wanted` are all names of declared series.
#[must_use]
pub fn judge(
    project: &Project,
    inventory: &Inventory,
    engine: &dyn Metrics,
    doing: &dyn Fn(String),
) -> Judged {
    let stack = project.stack();
    let declared: Vec<_> = stack
        .metrics
        .iter()
        .flat_map(|family| &family.metrics)
        .collect();
    doing(format!("{} declared metrics", declared.len()));
    let jobs = stack.scrape_jobs.iter();
    let own_labels: BTreeSet<&str> = jobs
        .flat_map(|job| job.labels.keys().map(String::as_str))
        .chain(USUAL)
        .chain(inventory.target_labels.iter().map(String::as_str))
        .collect();
    let parts = parallel::map_in(THREADS, &declared, |metric| {
        one(metric, inventory, engine, &own_labels)
    });
    let mut judged = Judged::default();
    parts.into_iter().for_each(|part| judged.append(part));
    judged.append(undeclared(project, engine));
    judged
}

/// The names of all series that are declared.
#[must_use]
pub fn wanted(project: &Project) -> BTreeSet<String> {
    let families = project.stack().metrics.iter();
    let metrics = families.flat_map(|family| &family.metrics);
    metrics.flat_map(MetricDef::series_names).collect()
}

fn about(metric: &MetricDef, message: String) -> Diagnostic {
    Diagnostic::new(subject::metric(metric), metric.origin, message)
}

fn one(
    metric: &MetricDef,
    inventory: &Inventory,
    engine: &dyn Metrics,
    own_labels: &BTreeSet<&str>,
) -> Judged {
    let mut judged = Judged::default();
    let name = &metric.name;
    let series = inventory.series_of(metric);
    let Some(first) = series.first() else {
        let message = format!("metric `{name}` is declared and not exposed");
        judged
            .findings
            .push(NOT_EXPOSED.finding(Severity::Note, about(metric, message)));
        return judged;
    };
    let declared = match metric.kind {
        MetricKind::Counter => Some(Kind::Counter),
        MetricKind::Gauge => Some(Kind::Gauge),
        MetricKind::Histogram { .. } => Some(Kind::Histogram),
        MetricKind::Summary { .. } => Some(Kind::Summary),
        MetricKind::Unknown => None,
    };
    let base = name.as_str().strip_suffix("_total");
    let kind = inventory
        .kind(name.as_str())
        .or_else(|| base.and_then(|base| inventory.kind(base)));
    if let (Some(declared), Some(kind)) = (declared, kind)
        && declared != kind
    {
        let word = metric.kind.word();
        let is = format!("{kind:?}").to_lowercase();
        let message = format!("metric `{name}` is declared as a {word} and exposed as a {is}");
        judged
            .findings
            .push(DIFFERS.finding(Severity::Warning, about(metric, message)));
    }
    if let Some(why) = inventory.opaque.get(*first) {
        judged.unanswered(why.clone());
        return judged;
    }
    let labels = inventory.labels.get(*first).cloned().unwrap_or_default();
    let known: BTreeSet<_> = metric
        .labels
        .iter()
        .map(|label| label.name.as_str())
        .collect();
    for label in &labels {
        // What begins so is reserved: Tempo's generator marks with such a label which instance wrote a series.
        let reserved = label.starts_with("__");
        if !reserved && !known.contains(label.as_str()) && !own_labels.contains(label.as_str()) {
            let message = format!("metric `{name}` has the label `{label}`, which is not declared");
            let found = about(metric, message).did_you_mean(label, known.iter().copied());
            judged
                .findings
                .push(DIFFERS.finding(Severity::Warning, found));
        }
    }
    let missing: Vec<_> = known
        .iter()
        .filter(|label| !labels.contains(**label))
        .collect();
    for label in missing {
        let message = format!("no series of `{name}` has its label `{label}`");
        let found = about(metric, message).help("a label whose value is empty is not there");
        judged.findings.push(DIFFERS.finding(Severity::Note, found));
    }
    let patterns = Patterns::default();
    for label in &metric.labels {
        if !labels.contains(label.name.as_str()) || label.domain == Domain::Unknown {
            continue;
        }
        let selector = super::inventory::selector(first);
        let values = engine.values(label.name.as_str(), &selector);
        let Some(values) = judged.answered(values) else {
            continue;
        };
        if let Some(found) = domain(
            metric,
            label.name.as_str(),
            &label.domain,
            &values,
            &patterns,
        ) {
            judged
                .findings
                .push(VALUES.finding(Severity::Warning, found));
        }
    }
    judged
}

/// What is wrong with the values of a label.
fn domain(
    metric: &MetricDef,
    label: &str,
    domain: &Domain,
    values: &[String],
    patterns: &Patterns,
) -> Option<Diagnostic> {
    let name = &metric.name;
    let outside: Vec<&String> = match domain {
        Domain::Values(known) => values
            .iter()
            .filter(|value| !known.contains(value))
            .collect(),
        Domain::Pattern { regex, .. } => values
            .iter()
            .filter(|value| patterns.matches(regex, value) == Some(false))
            .collect(),
        _ => vec![],
    };
    if let Some(first) = outside.first() {
        let more = match outside.len() {
            1 => String::new(),
            n => format!(" and {} more", n - 1),
        };
        let message =
            format!("label `{label}` of `{name}` has the value `{first}`{more} outside its domain");
        let found = about(metric, message);
        return Some(match domain {
            Domain::Values(known) => with_values(found, first, known),
            Domain::Pattern { regex, .. } => found.help(format!("the values match `{regex}`")),
            _ => found,
        });
    }
    let most = match domain {
        Domain::Pattern { at_most, .. } | Domain::Bounded { at_most, .. } => *at_most,
        Domain::Unbounded { budget, .. } => *budget,
        Domain::Values(_) | Domain::Unknown => return None,
    };
    let count = values.len();
    (count > most as usize).then(|| {
        let message =
            format!("label `{label}` of `{name}` has {count} values, and {most} are its budget");
        about(metric, message).help("values that no longer come count too, within the look-back")
    })
}

/// What jobs of the stack expose beside what is declared.
fn undeclared(project: &Project, engine: &dyn Metrics) -> Judged {
    const SHOWN: usize = 12;
    let mut judged = Judged::default();
    let jobs = &project.stack().scrape_jobs;
    let answers = parallel::map_in(THREADS, jobs, |job| -> Answer<Vec<String>> {
        engine.names(Some(&format!("{{job=\"{}\"}}", job.job)))
    });
    let mut by_job = BTreeMap::new();
    for (job, answer) in jobs.iter().zip(answers) {
        let Some(names) = judged.answered(answer) else {
            continue;
        };
        let unknown = names
            .into_iter()
            // By custom, a colon is in the name of what a rule records.
            .filter(|name| !name.contains(':') && project.catalog().get(name).is_none());
        let unknown: BTreeSet<_> = unknown.collect();
        if !unknown.is_empty() {
            by_job.insert(&job.job, unknown);
        }
    }
    for (job, names) in by_job {
        let count = names.len();
        let message = match names.first() {
            Some(only) if count == 1 => {
                format!("job `{job}` exposes `{only}`, which is not declared")
            }
            _ => format!("job `{job}` exposes {count} series names that are not declared"),
        };
        let shown: Vec<_> = names
            .iter()
            .take(SHOWN)
            .map(|name| format!("`{name}`"))
            .collect();
        let more = if count > SHOWN { ", …" } else { "" };
        let found = Diagnostic::new(
            format!("scrape job `{job}`"),
            obsctl_model::Origin::none(),
            message,
        );
        let found = found.help(format!("they are {}{more}", shown.join(", ")));
        judged
            .findings
            .push(UNDECLARED.finding(Severity::Note, found));
    }
    judged
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::online::testing::{Played, report, stack};

    #[test]
    fn what_differs_from_the_declaration_is_named() {
        let project = Project::link(stack());
        let engine = Played::new();
        let inventory = Inventory::take(&engine, &wanted(&project), &|_| {}).unwrap();
        assert_eq!(
            report(&judge(&project, &inventory, &engine, &|_| {})),
            "warning: metric `requests_total` has the label `path`, which is not declared\n\
             note: no series of `requests_total` has its label `tenant`\n\
             warning: label `method` of `requests_total` has the value `POST` outside its domain\n\
             warning: metric `left` is declared as a counter and exposed as a gauge\n\
             note: metric `never` is declared and not exposed\n\
             note: job `api` exposes `surprise`, which is not declared"
        );
    }
}
