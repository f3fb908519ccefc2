//! Accepted findings: an `allow` on a definition takes the findings of one check about it out of the report.

use std::collections::{BTreeMap, BTreeSet};

use obsctl_model::Allow;

use super::rules::{expired_suppression, unused_suppression};
use super::{Check, Findings};
use crate::diagnostic::Diagnostic;
use crate::policy::Policy;
use crate::project::{Project, subject};

/// An `allow`, and the definition that carries it.
#[derive(Clone, Debug)]
pub(super) struct Accepted<'a> {
    /// The definition, as findings name it.
    pub subject: String,
    /// What is accepted.
    pub allow: &'a Allow,
}

impl<'a> Accepted<'a> {
    /// An SLO hands its `allow`s to all rules made from it: they are one.
    fn identity(&self) -> impl Ord + use<'a> {
        let allow = self.allow;
        (
            allow.origin.location(),
            &allow.check,
            &allow.reason,
            &allow.until,
        )
    }

    fn expired(&self, today: Option<&str>) -> bool {
        let until = self.allow.until.as_deref();
        until.zip(today).is_some_and(|(until, today)| until < today)
    }
}

/// Every `allow` of a project.
pub(super) fn accepted(project: &Project) -> Vec<Accepted<'_>> {
    let mut found = vec![];
    let stack = project.stack();
    for metric in stack.metrics.iter().flat_map(|family| &family.metrics) {
        extend(&mut found, &metric.allow, || subject::metric(metric));
    }
    for span in &stack.spans.spans {
        extend(&mut found, &span.allow, || format!("span `{}`", span.name));
    }
    for event in &stack.logs.events {
        extend(&mut found, &event.allow, || {
            format!("log event `{}`", event.name)
        });
    }
    for slo in &stack.slos {
        extend(&mut found, &slo.allow, || subject::slo(slo));
    }
    for test in &stack.tests {
        extend(&mut found, &test.allow, || subject::rule_test(test));
    }
    for group in project.groups() {
        extend(&mut found, &group.allow, || subject::group(group));
        for rule in &group.rules {
            extend(&mut found, rule.allows(), || subject::rule(group, rule));
        }
    }
    for dashboard in project.dashboards() {
        extend(&mut found, &dashboard.allow, || {
            subject::dashboard(dashboard)
        });
        for panel in dashboard.panels() {
            extend(&mut found, &panel.allow, || {
                subject::panel(dashboard, panel)
            });
        }
        for variable in &dashboard.variables {
            extend(&mut found, &variable.allow, || {
                subject::variable(dashboard, variable)
            });
        }
    }
    for runbook in &stack.runbooks {
        extend(&mut found, &runbook.allow, || subject::runbook(runbook));
    }
    found.retain(|one| project.knows().looks_at(one.allow.origin));
    found
}

fn extend<'a>(found: &mut Vec<Accepted<'a>>, allows: &'a [Allow], subject: impl Fn() -> String) {
    found.extend(allows.iter().map(|allow| Accepted {
        subject: subject(),
        allow,
    }));
}

/// Takes out what is accepted, and adds what is wrong with the `allow`s themselves.
pub(super) fn apply(
    accepted: &[Accepted<'_>],
    policy: &Policy,
    found: impl Iterator<Item = Diagnostic>,
    today: Option<&str>,
) -> Vec<Diagnostic> {
    let mut index: BTreeMap<(&str, &str), Vec<&Accepted<'_>>> = BTreeMap::new();
    for one in accepted {
        index
            .entry((&one.subject, &one.allow.check))
            .or_default()
            .push(one);
    }
    let mut used = BTreeSet::new();
    let mut kept = Vec::with_capacity(found.size_hint().0);
    for diagnostic in found {
        let hits = outward(&diagnostic.subject)
            .filter_map(|subject| index.get(&(subject, diagnostic.check)))
            .flatten();
        let mut suppressed = false;
        for hit in hits {
            used.insert(hit.identity());
            suppressed |= !hit.expired(today);
        }
        if !suppressed {
            kept.push(diagnostic);
        }
    }
    let mut said = BTreeSet::new();
    for one in accepted {
        let known = Check::find(&one.allow.check).is_some();
        if !known || !said.insert(one.identity()) {
            continue;
        }
        let (check, finding) = if one.expired(today) {
            (
                &expired_suppression::CHECK,
                expired_suppression::finding(one),
            )
        } else if !used.contains(&one.identity()) && policy.runs(&one.allow.check) {
            (&unused_suppression::CHECK, unused_suppression::finding(one))
        } else {
            continue;
        };
        let mut findings = Findings::default();
        findings.push(finding);
        kept.extend(findings.of(check));
    }
    kept
}

/// A definition and those around it: ``panel `A` of dashboard `b` ``, ``dashboard `b` ``.
fn outward(subject: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(subject), |inner| {
        inner.split_once("` of ").map(|(_, outer)| outer)
    })
}

#[cfg(test)]
mod tests {
    use obsctl_model::query::promql;
    use obsctl_model::{MetricName, RecordingRule, RuleGroup, mins};

    use crate::check::example;
    use crate::check::testing::findings;

    /// A group that is evaluated too seldom, and an alert without a condition.
    fn group() -> RuleGroup {
        let name = MetricName::from_static("job:connections:sum");
        RuleGroup::new("hourly")
            .every(mins(60))
            .record(RecordingRule::new(
                name,
                promql("sum by (job) (connections)"),
            ))
            .alert(example::high_latency(promql(
                "job:connections:sum > bool 100",
            )))
    }

    /// What is found about a group and its rules.
    fn about(group: RuleGroup) -> Vec<&'static str> {
        let stack = example::stack().rule_group(group);
        let found = findings(stack.runbook(example::runbook())).into_iter();
        let found = found.filter(|one| one.subject.ends_with("group `hourly`"));
        found.map(|one| one.check).collect()
    }

    #[test]
    fn what_a_group_accepts_is_accepted_of_its_rules() {
        assert_eq!(
            about(group()),
            ["interval-over-lookback", "alert-always-fires"]
        );
        let accepted = group()
            .allow("alert-always-fires", "a test")
            .allow("interval-over-lookback", "a test");
        assert_eq!(about(accepted.clone()), [""; 0]);
        let needless = accepted.allow("rate-of-gauge", "a test");
        assert_eq!(about(needless), ["unused-suppression"]);
    }
}
