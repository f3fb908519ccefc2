//! From an alert to its runbook, its dashboard and the people who are told.

use std::collections::{BTreeMap, BTreeSet};

use obsctl_model::{
    Action, Alert, Engine, Indicator, MetricKind, Promql, Route, Rule, Runbook, Stack,
};
use obsctl_stack::{stack, uids};

fn alerts(stack: &Stack) -> Vec<&Alert> {
    stack
        .rule_groups
        .iter()
        .flat_map(|group| &group.rules)
        .filter_map(|rule| match rule {
            Rule::Alert(alert) => Some(alert),
            Rule::Record(_) => None,
        })
        .collect()
}

fn runbook(id: &str) -> Runbook {
    let found = stack()
        .runbooks
        .into_iter()
        .find(|book| book.id.as_str() == id);
    found.expect(id)
}

#[test]
fn alerts_and_objectives_lead_to_runbooks_and_no_runbook_is_left() {
    let stack = stack();
    let known: BTreeSet<_> = stack.runbooks.iter().map(|book| book.id.clone()).collect();
    assert_eq!(known.len(), stack.runbooks.len());
    let used: BTreeSet<_> = alerts(&stack)
        .iter()
        .filter_map(|alert| alert.runbook.clone())
        .chain(stack.slos.iter().filter_map(|slo| slo.runbook.clone()))
        .collect();
    assert_eq!(used, known);
}

#[test]
fn alerts_have_names_of_their_own_and_say_what_they_mean() {
    let stack = stack();
    let mut names = BTreeSet::new();
    for alert in alerts(&stack) {
        assert!(names.insert(&alert.name), "{}", alert.name);
        assert!(alert.description.is_some(), "{}", alert.name);
        assert!(alert.dashboard.is_some(), "{}", alert.name);
        assert!(alert.labels.contains_key("service"), "{}", alert.name);
    }
}

#[test]
fn a_group_is_evaluated_by_one_engine() {
    for group in stack().rule_groups {
        let engines: BTreeSet<Engine> = group
            .rules
            .iter()
            .map(|rule| rule.query().engine())
            .collect();
        assert_eq!(engines.len(), 1, "{}", group.name);
    }
}

#[test]
fn what_only_logs_show_is_evaluated_by_loki() {
    let stack = stack();
    let by_loki: Vec<_> = alerts(&stack)
        .into_iter()
        .filter(|alert| alert.query.engine() == Engine::Loki)
        .map(|alert| alert.name.as_str())
        .collect();
    assert_eq!(
        by_loki,
        [
            "TenantIsolationBreach",
            "TenantContextMissing",
            "EncryptionKeyErrors"
        ]
    );
}

#[test]
fn links_go_to_dashboards_that_have_a_uid() {
    let declared = [
        uids::OVERVIEW,
        uids::TENANT,
        uids::WORKER,
        uids::MCP_TOOLS,
        uids::EXTERNAL_APIS,
        uids::LOGS,
        uids::TRACES,
        uids::PIPELINE,
    ];
    let stack = stack();
    let linked = alerts(&stack)
        .into_iter()
        .filter_map(|alert| alert.dashboard.clone())
        .chain(
            stack
                .runbooks
                .iter()
                .flat_map(|book| book.dashboards.clone()),
        );
    for uid in linked {
        assert!(declared.contains(&uid), "{uid}");
    }
}

/// Every query in rules, objectives and runbooks.
fn queries(stack: &Stack) -> Vec<(String, Promql)> {
    let mut queries = vec![];
    for rule in stack.rule_groups.iter().flat_map(|group| &group.rules) {
        if let Some(query) = rule.query().promql() {
            queries.push((rule.name().to_owned(), query.clone()));
        }
    }
    for slo in &stack.slos {
        let parts = slo.indicator.queries().into_iter();
        queries.extend(parts.map(|q| (slo.name.to_string(), q.clone())));
    }
    for book in &stack.runbooks {
        for action in book.steps.iter().flat_map(|step| &step.actions) {
            if let Action::Promql(query) = action {
                queries.push((book.id.to_string(), query.clone()));
            }
        }
    }
    queries
}

#[test]
fn every_query_parses_and_has_the_right_types() {
    let stack = stack();
    for (place, query) in queries(&stack) {
        assert!(query.errors().is_empty(), "{place}: {:?}", query.errors());
        let (_, errors) = obsctl_promql::typecheck(query.expr());
        assert!(errors.is_empty(), "{place}: {errors:?}");
    }
}

#[test]
fn a_latency_objective_is_one_of_the_buckets() {
    let stack = stack();
    let buckets: BTreeMap<String, Vec<f64>> = stack
        .metrics
        .iter()
        .flat_map(|family| &family.metrics)
        .filter_map(|metric| match &metric.kind {
            MetricKind::Histogram { buckets, .. } => {
                Some((format!("{}_bucket", metric.name), buckets.clone()))
            }
            _ => None,
        })
        .collect();
    let mut found = 0;
    for slo in &stack.slos {
        if let Indicator::Latency {
            histogram,
            threshold,
        } = &slo.indicator
        {
            let name = histogram.as_str().split('{').next().unwrap();
            assert!(buckets[name].contains(threshold), "{}", slo.name);
            found += 1;
        }
    }
    assert_eq!(found, 2);
}

/// Symptoms, resolutions, and the commands and statements of the documented runbooks.
#[test]
fn documented_runbooks_are_complete() {
    for (id, symptoms, resolutions, commands) in [
        ("connection-auth-failure", 3, 3, 3),
        ("worker-queue-backlog", 3, 4, 4),
        ("external-api-rate-limiting", 3, 4, 1),
        ("high-api-latency", 3, 4, 3),
        ("tenant-isolation", 2, 3, 3),
        ("encryption-key-issues", 3, 3, 2),
    ] {
        let book = runbook(id);
        assert_eq!(book.symptoms.len(), symptoms, "{id}");
        assert_eq!(book.resolutions.len(), resolutions, "{id}");
        let run = book
            .steps
            .iter()
            .flat_map(|step| &step.actions)
            .filter(|action| matches!(action, Action::Sql(_) | Action::Shell(_) | Action::Http(_)));
        assert_eq!(run.count(), commands, "{id}");
    }
}

#[test]
fn everybody_knows_whom_to_call_next() {
    for book in stack().runbooks {
        assert!(!book.symptoms.is_empty(), "{}", book.id);
        assert!(!book.resolutions.is_empty(), "{}", book.id);
        assert!(!book.escalation.is_empty(), "{}", book.id);
    }
}

#[test]
fn routes_lead_to_receivers_and_mute_times_that_exist() {
    fn walk<'a>(route: &'a Route, visit: &mut impl FnMut(&'a Route)) {
        visit(route);
        for child in &route.routes {
            walk(child, visit);
        }
    }
    let routing = stack().routing.expect("the stack routes its alerts");
    let receivers: BTreeSet<_> = routing.receivers.iter().map(|r| &r.name).collect();
    let mute_times: BTreeSet<_> = routing.mute_times.iter().map(|m| &m.name).collect();
    let mut used = BTreeSet::new();
    walk(&routing.root, &mut |route| {
        used.insert(&route.receiver);
        assert!(route.muted.iter().all(|name| mute_times.contains(name)));
    });
    assert_eq!(used, receivers);
}
