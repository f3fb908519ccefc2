//! What a witness is looked for: a team's own alerts, by the check and by generated tests alike.

use std::collections::BTreeSet;

use obsctl_model::{Alert, Duration, Rule, RuleGroup, RuleQuery};
use obsctl_witness::step;

use super::Metrics;
use crate::project::{Project, slo};

/// The groups whose alerts are tried with witnesses: all but those of SLOs, which have proofs of their own.
pub fn tried(project: &Project) -> impl Iterator<Item = &RuleGroup> {
    let slos = project.stack().slos.iter();
    let proven: BTreeSet<_> = slos.flat_map(slo::group_names).collect();
    let groups = project.groups().iter();
    groups.filter(move |group| !proven.contains(&group.name))
}

/// The alerts of Prometheus in a group that can be read, and what is asked of their witnesses. All have the same
/// step.
#[must_use]
pub fn wanted<'a>(
    group: &'a RuleGroup,
    metrics: &Metrics<'_>,
) -> Vec<(&'a Alert, obsctl_witness::Alert<'a>)> {
    let alerts = group.rules.iter().filter_map(|rule| match rule {
        Rule::Alert(alert) => match &alert.query {
            RuleQuery::Promql(query) if query.errors().is_empty() => Some((alert, query.expr())),
            _ => None,
        },
        Rule::Record(_) => None,
    });
    let alerts: Vec<_> = alerts.collect();
    let step = alerts.iter().map(|(_, expr)| step(expr, metrics)).min();
    let alerts = alerts.into_iter();
    let wanted = alerts.map(|(alert, expr)| {
        let wanted = obsctl_witness::Alert {
            keep_firing: alert.keep_firing.map_or(0, milliseconds),
            labels: labels_in_texts(alert),
            step,
            ..obsctl_witness::Alert::new(&alert.name, expr)
        };
        (alert, wanted.lasting(milliseconds(alert.lasting)))
    });
    wanted.collect()
}

/// The labels of the series that the texts of an alert show.
fn labels_in_texts(alert: &Alert) -> BTreeSet<String> {
    let own = [Some(&alert.summary), alert.description.as_ref()];
    let own = own.into_iter().flatten();
    let all = own
        .chain(alert.labels.values())
        .chain(alert.annotations.values());
    let names = all.flat_map(|text| text.split("$labels.").skip(1));
    let names = names.map(|rest| {
        let end = rest.find(|char: char| !(char.is_ascii_alphanumeric() || char == '_'));
        rest[..end.unwrap_or(rest.len())].to_owned()
    });
    names.filter(|name| !name.is_empty()).collect()
}

/// A length of time in milliseconds.
#[must_use]
pub fn milliseconds(time: Duration) -> i64 {
    i64::try_from(time.as_millis()).unwrap_or(i64::MAX / 4)
}
