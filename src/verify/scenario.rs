//! What a scenario sets off: the alerts that must fire, arrive and end, and how long that can take.

use std::collections::BTreeMap;

use obsctl_model::{
    Alert, Duration, Engine, LabelMatch, LabelMatchOp, Route, Rule, RuleQuery, millis, mins, secs,
};
use obsctl_promql::Expr;
use obsctl_promql::ast::DurationExpr;
use regex_automata::meta::Regex;

use crate::project::Project;

/// An alert that a scenario sets off.
#[derive(Clone, Debug, PartialEq)]
pub struct Expected {
    /// Its name.
    pub name: String,
    /// What evaluates it.
    pub engine: Engine,
    /// The labels its rule sets, without those that are templates.
    pub labels: BTreeMap<String, String>,
    /// The longest time until it arrives.
    pub arrives_within: Duration,
    /// The longest time from the scenario's end until its end arrives.
    pub resolves_within: Duration,
}

/// What an alert looks like when it has arrived.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Arrived {
    /// Its labels.
    pub labels: BTreeMap<String, String>,
    /// Its annotations.
    pub annotations: BTreeMap<String, String>,
}

/// The time the demo needs to do and undo something, and engines to hear of it.
const SLACK: Duration = secs(30);
/// How long Alertmanager waits where no route says it: its own defaults.
const GROUP_WAIT: Duration = secs(30);
const GROUP_INTERVAL: Duration = mins(5);

/// The alerts of that name: several rules can share one, at several severities.
#[must_use]
pub fn expected(project: &Project, name: &str) -> Vec<Expected> {
    let stack = project.stack();
    let rules = project.groups().iter().flat_map(|group| {
        let interval = group.interval.unwrap_or(stack.evaluation_interval);
        let alerts = group.rules.iter().filter_map(|rule| match rule {
            Rule::Alert(alert) if alert.name == name => Some(alert),
            _ => None,
        });
        alerts.map(move |alert| of(project, alert, interval))
    });
    rules.collect()
}

fn of(project: &Project, alert: &Alert, interval: Duration) -> Expected {
    let stack = project.stack();
    let labels: BTreeMap<_, _> = alert
        .all_labels()
        .into_iter()
        .filter(|(_, value)| !value.contains("{{"))
        .collect();
    let mut known = labels.clone();
    known.insert("alertname".to_owned(), alert.name.clone());
    let (wait, group_interval) = match &stack.routing {
        Some(routing) => timing(&routing.root, &known),
        None => (GROUP_WAIT, GROUP_INTERVAL),
    };
    // A sample is scraped, the rule sees it, and what it looks back over has to fill.
    let seen = sum([
        stack.scrape_interval,
        interval,
        interval,
        longest_range(alert),
    ]);
    Expected {
        name: alert.name.clone(),
        engine: alert.query.engine(),
        labels,
        // An alert of a group that was told of already waits for the group's interval.
        arrives_within: sum([seen, alert.lasting, wait.max(group_interval), SLACK]),
        resolves_within: sum([
            seen,
            alert.keep_firing.unwrap_or_default(),
            group_interval,
            SLACK,
        ]),
    }
}

fn sum<const N: usize>(times: [Duration; N]) -> Duration {
    millis(times.into_iter().map(Duration::as_millis).sum())
}

/// The longest time the alert's query looks back over.
fn longest_range(alert: &Alert) -> Duration {
    let longest = match &alert.query {
        RuleQuery::Promql(query) => longest_in(query.expr()),
        RuleQuery::Logql(query) => ranges(query.as_str()),
    };
    millis(longest)
}

fn longest_in(expr: &Expr) -> u64 {
    let lookback = |range: &DurationExpr| range.constant_millis().unwrap_or_default();
    let ranges = expr.descendants().map(|expr| match expr {
        Expr::Range(range) => lookback(&range.range),
        Expr::Subquery(subquery) => lookback(&subquery.range),
        _ => 0,
    });
    ranges
        .max()
        .unwrap_or_default()
        .try_into()
        .unwrap_or_default()
}

/// The longest `[5m]` of a LogQL query.
fn ranges(query: &str) -> u64 {
    let after_bracket = query.split('[').skip(1);
    let texts = after_bracket.filter_map(|rest| rest.split(']').next());
    let times = texts.filter_map(|text| Duration::parse(text.trim()).ok());
    times.map(Duration::as_millis).max().unwrap_or_default()
}

/// The longest waits of the routes an alert with these labels can take.
fn timing(root: &Route, labels: &BTreeMap<String, String>) -> (Duration, Duration) {
    fn visit(
        route: &Route,
        labels: &BTreeMap<String, String>,
        inherited: (Duration, Duration),
        longest: &mut (Duration, Duration),
    ) {
        let own = (
            route.group_wait.unwrap_or(inherited.0),
            route.group_interval.unwrap_or(inherited.1),
        );
        let mut taken = false;
        for child in &route.routes {
            if child
                .matchers
                .iter()
                .all(|matcher| may_match(matcher, labels))
            {
                visit(child, labels, own, longest);
                taken = true;
                if !child.continues {
                    break;
                }
            }
        }
        if !taken {
            *longest = (longest.0.max(own.0), longest.1.max(own.1));
        }
    }
    let mut longest = (Duration::ZERO, Duration::ZERO);
    visit(root, labels, (GROUP_WAIT, GROUP_INTERVAL), &mut longest);
    longest
}

/// Whether a matcher can hold: a label that only the query knows can have any value.
fn may_match(matcher: &LabelMatch, labels: &BTreeMap<String, String>) -> bool {
    let Some(value) = labels.get(&matcher.label) else {
        return true;
    };
    let pattern = || {
        let anchored = format!("^(?:{})$", matcher.value);
        Regex::new(&anchored).is_ok_and(|regex| regex.is_match(value))
    };
    match matcher.op {
        LabelMatchOp::Equal => *value == matcher.value,
        LabelMatchOp::NotEqual => *value != matcher.value,
        LabelMatchOp::Regex => pattern(),
        LabelMatchOp::NotRegex => !pattern(),
    }
}

/// What an alert that arrived lacks to be one of these.
#[must_use]
pub fn lacks(expected: &[Expected], arrived: &Arrived) -> Option<String> {
    let lacking: Option<Vec<_>> = expected.iter().map(|one| lacks_of(one, arrived)).collect();
    lacking?.into_iter().next()
}

fn lacks_of(expected: &Expected, arrived: &Arrived) -> Option<String> {
    for (name, value) in &expected.labels {
        match arrived.labels.get(name) {
            Some(found) if found == value => {}
            Some(found) => {
                return Some(format!(
                    "its label `{name}` is `{found}`, and `{value}` is described"
                ));
            }
            None => return Some(format!("it has no label `{name}`")),
        }
    }
    for name in ["summary", "runbook_url"] {
        let text = arrived.annotations.get(name).map_or("", |text| text.trim());
        if text.is_empty() {
            return Some(format!("it has no annotation `{name}`"));
        }
        // What a template could not do, Prometheus writes into the text.
        if text.contains("<error expanding template") || text.contains("<no value>") {
            return Some(format!(
                "its annotation `{name}` could not be made: `{text}`"
            ));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use obsctl_model::prelude::*;
    use obsctl_model::{Routing, hours};

    use super::*;

    fn project(alert: Alert) -> Project {
        let root = Route::to("inbox")
            .timing(secs(30), mins(5), hours(4))
            .child(
                Route::to("inbox")
                    .when(LabelMatch::matches("severity", "critical|warning"))
                    .timing(secs(10), mins(1), hours(1))
                    .and_on(),
            )
            .child(Route::to("pager").when(LabelMatch::is("severity", "critical")));
        Project::link(
            Stack::new(Slug::from_static("test"))
                .rule_group(RuleGroup::new("g").every(secs(30)).alert(alert))
                .routing(Routing {
                    root,
                    receivers: vec![],
                    inhibitions: vec![],
                    mute_times: vec![],
                }),
        )
    }

    fn alert(severity: Severity) -> Alert {
        Alert::new("Slow")
            .when(promql(
                "rate(x_total[5m]) > 1 and max_over_time(y[10m:1m]) > 2",
            ))
            .lasting(mins(2))
            .severity(severity)
            .owner("platform")
            .summary("slow")
            .runbook(Slug::from_static("slow"))
            .label("service", "{{ $labels.job }}")
    }

    #[test]
    fn the_time_limits_are_sums_of_everything_that_waits() {
        let project = project(alert(Severity::Warning).keep_firing(mins(3)));
        let expected = expected(&project, "Slow");
        // 15 s until scraped, twice 30 s until evaluated, 10 min of range, 2 min, 1 min of group, 30 s.
        assert_eq!(
            expected[0].arrives_within,
            secs(15 + 60 + 600 + 120 + 60 + 30)
        );
        assert_eq!(
            expected[0].resolves_within,
            secs(15 + 60 + 600 + 180 + 60 + 30)
        );
        let labels: Vec<_> = expected[0].labels.keys().map(String::as_str).collect();
        assert_eq!(labels, ["severity", "team"]);
        assert_eq!(super::expected(&project, "Fast"), []);
    }

    #[test]
    fn the_slowest_of_the_routes_counts() {
        let within = |severity| {
            let project = project(alert(severity));
            expected(&project, "Slow")[0].arrives_within
        };
        let rest = secs(15 + 60 + 600 + 120 + 30);
        let waits = |severity| within(severity).as_millis() - rest.as_millis();
        assert_eq!(waits(Severity::Warning), mins(1).as_millis());
        assert_eq!(waits(Severity::Critical), mins(5).as_millis());
        assert_eq!(waits(Severity::Info), mins(5).as_millis());
    }

    #[test]
    fn logql_looks_back_over_its_brackets() {
        assert_eq!(
            ranges("sum(rate({a=\"b\"}[5m])) / sum(rate({a=\"b\"} [ 1h ]))"),
            3_600_000
        );
        assert_eq!(ranges("{a=\"b\"}"), 0);
    }

    #[test]
    fn what_arrived_has_labels_summary_and_runbook() {
        let project = project(alert(Severity::Warning));
        let expected = expected(&project, "Slow");
        let pairs = |pairs: &[(&str, &str)]| -> BTreeMap<String, String> {
            pairs
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect()
        };
        let mut arrived = Arrived {
            labels: pairs(&[
                ("severity", "warning"),
                ("team", "platform"),
                ("job", "api"),
            ]),
            annotations: pairs(&[("summary", "slow"), ("runbook_url", "http://x")]),
        };
        assert_eq!(lacks(&expected, &arrived), None);
        arrived.annotations.remove("runbook_url");
        assert_eq!(
            lacks(&expected, &arrived).as_deref(),
            Some("it has no annotation `runbook_url`")
        );
        arrived
            .annotations
            .insert("runbook_url".to_owned(), "http://<no value>".to_owned());
        assert!(lacks(&expected, &arrived).is_some());
        arrived.labels.insert("team".to_owned(), "other".to_owned());
        assert_eq!(
            lacks(&expected, &arrived).as_deref(),
            Some("its label `team` is `other`, and `platform` is described")
        );
    }
}
