//! What a metric is, and every query that asks for it.

use obsctl_model::{Domain, LabelDef, MetricDef, MetricKind, Unit};

use super::page::Page;
use super::{Definitions, Kind};
use crate::project::expression::series_name;
use crate::project::{Project, Series};

pub(super) static KIND: Kind = Kind {
    word: "metric",
    names: |project| {
        let exposed = |(name, series): (&str, &Series)| {
            matches!(series, Series::Exposed { .. }).then(|| name.to_owned())
        };
        let histograms = metrics(project).map(|metric| metric.name.to_string());
        project
            .catalog()
            .iter()
            .filter_map(exposed)
            .chain(histograms)
            .collect()
    },
    explain,
};

fn metrics(project: &Project) -> impl Iterator<Item = &MetricDef> {
    project
        .stack()
        .metrics
        .iter()
        .flat_map(|family| &family.metrics)
}

fn explain(definitions: &Definitions<'_>, name: &str) -> Option<String> {
    let project = definitions.project;
    let metric = metrics(project).find(|metric| {
        metric.name.as_str() == name || metric.series_names().iter().any(|series| series == name)
    })?;
    let series = metric.series_names();
    let page = Page::new(metric.kind.word(), &metric.name)
        .text(&metric.help)
        .facts(&[
            (
                "unit",
                (metric.unit != Unit::None).then(|| format!("{:?}", metric.unit).to_lowercase()),
            ),
            ("buckets", buckets(&metric.kind)),
            ("series", (series.len() > 1).then(|| series.join(", "))),
            (
                "at most",
                Some(format!("{} label combinations", combinations(metric))),
            ),
            ("exposed by", Some(metric.exposed_by.name().to_owned())),
            ("owner", Some(metric.owner.clone())),
            ("declared in", definitions.place(metric.origin)),
        ])
        .list("labels", metric.labels.iter().map(label))
        .list("used by", uses(definitions, &series));
    Some(page.finish())
}

/// The definitions with a query of one of these series, and the place of each query.
pub(super) fn uses(definitions: &Definitions<'_>, series: &[String]) -> Vec<String> {
    let expressions = definitions.project.expressions();
    let asking = expressions.iter().filter(|expression| {
        let mut names = expression
            .query
            .expr()
            .selectors()
            .filter_map(|used| series_name(used.selector));
        names.any(|(name, _)| series.iter().any(|series| series == name))
    });
    let mut uses: Vec<_> = asking
        .map(|expression| match definitions.place(expression.origin) {
            Some(place) => format!("{} ({place})", expression.site.subject()),
            None => expression.site.subject(),
        })
        .collect();
    uses.dedup();
    uses
}

fn buckets(kind: &MetricKind) -> Option<String> {
    let MetricKind::Histogram { buckets, native } = kind else {
        return None;
    };
    let mut bounds: Vec<_> = buckets.iter().map(f64::to_string).collect();
    if *native {
        bounds.push("native".to_owned());
    }
    Some(bounds.join(", "))
}

fn combinations(metric: &MetricDef) -> u64 {
    let sizes = metric
        .labels
        .iter()
        .map(|label| u64::from(label.domain.size()));
    sizes.fold(1, u64::saturating_mul)
}

fn label(label: &LabelDef) -> String {
    let values = match &label.domain {
        Domain::Values(values) => values.join(", "),
        Domain::Pattern { regex, at_most, .. } => {
            format!("matches {regex}, at most {at_most} values")
        }
        Domain::Bounded { at_most, example } => format!("at most {at_most} values, like {example}"),
        Domain::Unbounded { budget, example } => {
            format!("grows; budget {budget} values, like {example}")
        }
        Domain::Unknown => "unknown".to_owned(),
    };
    format!("{}: {values}", label.name)
}
