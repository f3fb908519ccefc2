//! `docs/reference/metrics.md`: every metric, what its labels can be, what it costs, and who uses it.

use std::collections::{BTreeMap, BTreeSet};

use obsctl_model::{Domain, Exposer, MetricDef, MetricFamily, MetricKind, Stability, Unit};

use crate::generate::markdown::{Markdown, code, codes, prose};
use crate::generate::{Artifact, Component, Environment, Target};
use crate::project::expression::{Site, series_name};
use crate::project::{Project, Series, slo};

/// The metric reference.
pub static METRIC_DOCS: Target = Target {
    name: "metric-docs",
    summary: "The metric reference: types, units, labels with their values, series, and users of each metric",
    generate,
};

fn generate(project: &Project, environment: Environment) -> Vec<Artifact> {
    if environment == Environment::Host {
        return vec![];
    }
    let users = users(project, environment);
    let mut page = Markdown::page("Metrics");
    page.paragraph("What the stack exposes to Prometheus. Series are counted for each target, at most: every combination of label values.");
    for family in &project.stack().metrics {
        self::family(&mut page, family, &users);
    }
    vec![Artifact::new("docs/reference/metrics.md", page.finish())]
}

fn family(page: &mut Markdown, family: &MetricFamily, users: &Users) {
    page.heading(2, &prose(&family.title));
    page.table(
        &["Metric", "Type", "Unit", "Series", "What it is"],
        family.metrics.iter().map(|metric| {
            vec![
                format!(
                    "[{}](#{})",
                    code(metric.name.as_str()),
                    anchor(metric.name.as_str())
                ),
                metric.kind.word().to_owned(),
                unit(metric.unit).to_owned(),
                grouped(series(metric)),
                prose(&metric.help),
            ]
        }),
    );
    for metric in &family.metrics {
        self::metric(page, metric, users);
    }
}

fn metric(page: &mut Markdown, metric: &MetricDef, users: &Users) {
    page.heading(3, &code(metric.name.as_str()));
    page.paragraph(&prose(&metric.help));
    page.paragraph(&format!(
        "{} Exposed by {}, owned by {}.",
        kind(metric),
        exposer(&metric.exposed_by),
        code(&metric.owner)
    ));
    match metric.stability {
        Stability::Stable => {}
        Stability::Development => page.paragraph("It may change."),
        Stability::Deprecated => page.paragraph("It goes away: do not build on it."),
    }
    page.table(
        &["Label", "Values"],
        metric
            .labels
            .iter()
            .map(|label| vec![code(label.name.as_str()), domain(&label.domain)]),
    );
    match users.get(metric.name.as_str()) {
        Some(users) => {
            let users: Vec<_> = users.iter().map(User::markdown).collect();
            page.paragraph(&format!("Used by {}.", users.join(", ")));
        }
        None => page.paragraph("Nothing uses it."),
    }
}

/// The type in a sentence.
fn kind(metric: &MetricDef) -> String {
    let unit = match metric.unit {
        Unit::None => String::new(),
        Unit::Boolean => " of 0 and 1".to_owned(),
        of => format!(" in {}", unit(of)),
    };
    match &metric.kind {
        MetricKind::Counter => format!("A counter{unit}."),
        MetricKind::Gauge => format!("A gauge{unit}."),
        MetricKind::Unknown => format!("Of unknown type{unit}."),
        MetricKind::Summary { quantiles } => {
            format!("A summary{unit} with the quantiles {}.", numbers(quantiles))
        }
        MetricKind::Histogram { buckets, native } => match (buckets.is_empty(), native) {
            (true, _) => format!("A native histogram{unit}."),
            (false, false) => format!("A histogram{unit} with the buckets {}.", numbers(buckets)),
            (false, true) => format!(
                "A histogram{unit}, native and with the buckets {}.",
                numbers(buckets)
            ),
        },
    }
}

fn numbers(numbers: &[f64]) -> String {
    codes(numbers.iter().map(f64::to_string))
}

fn exposer(exposer: &Exposer) -> String {
    match exposer {
        Exposer::Service(name) => format!("the service {}", code(name)),
        Exposer::Exporter(name) => format!("the exporter {}", code(name)),
    }
}

/// The unit in words; nothing for a plain count.
pub(super) const fn unit(unit: Unit) -> &'static str {
    match unit {
        Unit::None => "",
        Unit::Seconds => "seconds",
        Unit::Timestamp => "seconds since 1970",
        Unit::Bytes => "bytes",
        Unit::Ratio => "parts of 1",
        Unit::Celsius => "degrees Celsius",
        Unit::Volts => "volts",
        Unit::Amperes => "amperes",
        Unit::Joules => "joules",
        Unit::Grams => "grams",
        Unit::Meters => "metres",
        Unit::Watts => "watts",
        Unit::PerSecond => "per second",
        Unit::RequestsPerSecond => "requests per second",
        Unit::BytesPerSecond => "bytes per second",
        Unit::Milliseconds => "milliseconds",
        Unit::Boolean => "0 or 1",
    }
}

/// What the values of a label can be.
pub(super) fn domain(domain: &Domain) -> String {
    match domain {
        Domain::Values(values) => codes(values),
        Domain::Pattern {
            regex,
            at_most,
            example,
        } => format!(
            "what matches {}, at most {at_most}, such as {}",
            code(regex),
            code(example)
        ),
        Domain::Bounded { at_most, example } => {
            format!("at most {at_most}, such as {}", code(example))
        }
        Domain::Unbounded { budget, example } => {
            format!(
                "grows with the business, {budget} are affordable, such as {}",
                code(example)
            )
        }
        Domain::Unknown => "unknown".to_owned(),
    }
}

/// How many series one target can expose of a metric.
fn series(metric: &MetricDef) -> u64 {
    let combinations = metric
        .labels
        .iter()
        .map(|label| u64::from(label.domain.size()))
        .fold(1, u64::saturating_mul);
    let each = match &metric.kind {
        MetricKind::Counter | MetricKind::Gauge | MetricKind::Unknown => 1,
        // Quantiles, sum and count.
        MetricKind::Summary { quantiles } => quantiles.len() + 2,
        // Buckets, the one without a bound, sum and count; a native histogram is one series.
        MetricKind::Histogram { buckets, native } => {
            let classic = if buckets.is_empty() {
                0
            } else {
                buckets.len() + 3
            };
            classic + usize::from(*native || buckets.is_empty())
        }
    };
    combinations.saturating_mul(each as u64)
}

/// `12,345`
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// The anchor GitHub gives a heading that is only a name.
fn anchor(name: &str) -> String {
    name.to_lowercase().replace(':', "")
}

/// Who uses each metric, by its name.
type Users = BTreeMap<String, BTreeSet<User>>;

/// Who uses a metric. Panels count as their dashboard, recording rules as their group.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum User {
    Alert(String),
    Group(String),
    Slo(String),
    Dashboard { title: String, url: String },
    Runbook { title: String, path: String },
}

impl User {
    fn markdown(&self) -> String {
        match self {
            Self::Alert(name) => format!("alert {}", code(name)),
            Self::Group(name) => format!("recording rules of {}", code(name)),
            Self::Slo(name) => format!("SLO [{name}](slos.md#{name})"),
            Self::Dashboard { title, url } => format!("dashboard [{}]({url})", prose(title)),
            Self::Runbook { title, path } => format!("runbook [{}]({path})", prose(title)),
        }
    }
}

fn users(project: &Project, environment: Environment) -> Users {
    let slos: BTreeMap<_, _> = project
        .stack()
        .slos
        .iter()
        .flat_map(|slo| slo::group_names(slo).map(|group| (group, &slo.name)))
        .collect();
    let mut users = Users::new();
    for expression in project.expressions() {
        let user = match expression.site {
            Site::Alert { alert, .. } | Site::Template { alert, .. } => {
                User::Alert(alert.name.clone())
            }
            Site::Record { group, .. } => match slos.get(&group.name) {
                Some(slo) => User::Slo(slo.to_string()),
                None => User::Group(group.name.clone()),
            },
            // A runbook's page shows what the runbook says: it is named once.
            Site::Panel { dashboard, .. }
            | Site::Link { dashboard, .. }
            | Site::Variable { dashboard, .. }
            | Site::Annotation { dashboard, .. } => {
                if dashboard.tags.iter().any(|tag| tag == "runbook") {
                    continue;
                }
                User::Dashboard {
                    title: dashboard.title.clone(),
                    url: format!(
                        "{}/d/{}",
                        environment.browser_url(Component::Grafana),
                        dashboard.uid
                    ),
                }
            }
            Site::Step { runbook } => User::Runbook {
                title: runbook.title.clone(),
                path: format!("../runbooks/{}.md", runbook.id),
            },
            // Nobody looks at it: it is asked when somebody follows a link.
            Site::Datasource { .. } => continue,
        };
        for selector in expression.query.expr().selectors() {
            let series =
                series_name(selector.selector).and_then(|(name, _)| project.catalog().get(name));
            if let Some(Series::Exposed { metric, .. }) = series {
                users
                    .entry(metric.name.to_string())
                    .or_default()
                    .insert(user.clone());
            }
        }
    }
    users
}

#[cfg(test)]
mod tests {
    use obsctl_model::dashboard::Dashboard;
    use obsctl_model::dashboard::panel::timeseries;
    use obsctl_model::prelude::*;

    use super::*;

    labels! {
        enum Method { Get = "GET", Post = "POST" }
        unbounded Tenant, budget 500, like "acme";
    }

    metrics! {
        family "API", owner "platform", exposed_by Exposer::Service("api".into());
        /// Time to serve a request.
        pub histogram Latency("latency_seconds", Seconds, [0.1, 0.5]) { method: Method }
        /// Requests of a <tenant>.
        pub counter Requests("requests_total") { method: Method, tenant: Tenant }
    }

    fn page() -> String {
        let stack = Stack::new(Slug::from_static("test"))
            .metric_family(family())
            .dashboard(Dashboard::new("api", "API").row(
                "R",
                [timeseries("P").query(Latency::observations().rate(mins(5)))],
            ));
        generate(&Project::link(stack), Environment::Compose)
            .remove(0)
            .text
    }

    #[test]
    fn a_metric_says_what_it_is_and_costs() {
        let page = page();
        assert!(page.contains("| [`latency_seconds`](#latency_seconds) | histogram | seconds | 10 | Time to serve a request. |"), "{page}");
        assert!(page.contains("| [`requests_total`](#requests_total) | counter |  | 1,000 | Requests of a &lt;tenant>. |"), "{page}");
        assert!(page.contains("| `method` | `GET`, `POST` |"));
        assert!(page.contains("A histogram in seconds with the buckets `0.1`, `0.5`."));
    }

    #[test]
    fn a_metric_says_who_uses_it() {
        let page = page();
        assert!(
            page.contains("Used by dashboard [API](http://localhost:3000/d/api)."),
            "{page}"
        );
        assert!(page.contains("Nothing uses it."));
    }
}
