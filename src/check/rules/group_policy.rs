//! `group-policy`

use obsctl_model::query::promql;
use obsctl_model::{Duration, RuleGroup, Stack, mins, secs};

use crate::check::demand::Demanded;
use crate::check::{Check, Findings, Input, Query, Run, example};
use crate::diagnostic::Severity;
use crate::policy::SourceTenant;
use crate::project::{Site, subject};

/// A group of rules that is not as the team wants its groups.
pub static CHECK: Check = Check {
    name: "group-policy",
    severity: Severity::Warning,
    docs: "\
A group of rules is not as the policy of the team wants it: its name, its interval, its size or its source tenants.

## Why it matters

Rules of a group are evaluated one after another. A group that is too large misses evaluations, one that is evaluated too
often costs more than it tells, and one that is evaluated too seldom leaves gaps in graphs: after 5 minutes a sample is stale.
Mimir lets the rules of a group see no metrics of tenants that it does not name: they record nothing and never fire.

## How to fix it

Split the group or change its interval, or change what is asked for in `obsctl.toml`:

```toml
[policy.groups]
name = \"[a-z][a-z0-9-]*\"
min_interval = \"15s\"
max_interval = \"5m\"
max_rules = 20
# Groups whose rules ask for these metrics name their tenant. One of several tenants with a metric is enough.
source_tenants = [
  { metrics = \"kube_.*\", tenant = \"infrastructure\" },
]
```

Only an interval that a group sets itself is compared. Metrics of the tenant that the rules belong to need no entry.
",
    run: Run::Once(run),
    fires: || grouped("API alerts", mins(10)),
    silent: || grouped("api", secs(30)),
};

fn grouped(name: &str, interval: Duration) -> Stack {
    let alert = example::high_latency(promql("connections > 100"));
    let group = RuleGroup::new(name).every(interval).alert(alert);
    example::stack()
        .rule_group(group)
        .runbook(example::runbook())
}

fn run(input: &Input<'_>, findings: &mut Findings) {
    let asked = &input.policy.demands.groups;
    for group in input.project.groups() {
        let groups = Demanded {
            subject: subject::group(group),
            what: subject::group(group),
            origin: group.origin,
            section: "policy.groups",
            input,
        };
        groups.name("name", &group.name, asked.name.as_ref(), findings);
        if let Some(interval) = group.interval {
            groups.bounds(
                "is evaluated every",
                interval,
                ("min_interval", asked.min_interval),
                ("max_interval", asked.max_interval),
                findings,
            );
        }
        let rules = group.rules.len();
        if let Some(most) = asked.max_rules.filter(|most| rules > *most) {
            let message = format!("{} has {rules} rules, more than {most}", groups.what);
            findings.push(groups.finding("max_rules", message));
        }
    }
    for query in input
        .queries
        .iter()
        .filter(|_| !asked.source_tenants.is_empty())
    {
        source_tenants(query, &asked.source_tenants, findings);
    }
}

/// Metrics of tenants that the group of a rule does not name.
fn source_tenants(query: &Query<'_>, asked: &[SourceTenant], findings: &mut Findings) {
    let (Site::Alert { group, .. } | Site::Record { group, .. }) = &query.at.site else {
        return;
    };
    for named in &query.named {
        let owners = asked.iter().filter(|one| one.metrics.matches(named.name));
        let owners: Vec<_> = owners.map(|one| &one.tenant).collect();
        if owners.is_empty() || owners.iter().any(|one| group.source_tenants.contains(one)) {
            continue;
        }
        let names: Vec<_> = owners.iter().map(|one| format!("`{one}`")).collect();
        let message = format!(
            "`{}` is a metric of the tenant {}, which {} does not name",
            named.name,
            names.join(" or "),
            subject::group(group)
        );
        findings.push(
            query
                .at
                .finding(named.span, message, "")
                .help("name the tenant in `source_tenants` of the group")
                .help("see `policy.groups.source_tenants` in `obsctl.toml`"),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::testing::report;

    #[test]
    fn names_and_intervals() {
        insta::assert_snapshot!(report(&CHECK, (CHECK.fires)()), @"
        warning[group-policy]: group `API alerts` is evaluated every 10m, more than 5m
        --> definitions.rs
         = in: group `API alerts`
         = help: see `policy.groups.max_interval` in `obsctl.toml`

        warning[group-policy]: the name of group `API alerts` does not match `[a-z][a-z0-9-]*`
        --> definitions.rs
         = in: group `API alerts`
         = help: see `policy.groups.name` in `obsctl.toml`
        ");
    }

    #[test]
    fn groups_name_the_tenants_of_their_metrics() {
        let of = |tenants: &[&str]| {
            let alert = example::high_latency(promql("kube_pod_info > up"));
            let mut group = RuleGroup::new("api").alert(alert);
            group.source_tenants = tenants.iter().map(|&one| one.to_owned()).collect();
            report(&CHECK, example::stack().rule_group(group))
        };
        insta::assert_snapshot!(of(&["platform"]), @"
        warning[group-policy]: `kube_pod_info` is a metric of the tenant `infrastructure`, which group `api` does not name
         --> definitions.rs:1:1
          |
        1 | kube_pod_info > up
          | ^^^^^^^^^^^^^
          |
          = in: alert `HighLatency` of group `api`
          = help: name the tenant in `source_tenants` of the group
          = help: see `policy.groups.source_tenants` in `obsctl.toml`
        ");
        assert_ne!(of(&[]), "");
        assert_eq!(of(&["platform", "infrastructure"]), "");
    }

    #[test]
    fn rules_are_counted() {
        let mut stack = (CHECK.silent)();
        let rule = stack.rule_groups[0].rules[0].clone();
        stack.rule_groups[0].rules = vec![rule; 21];
        let report = report(&CHECK, stack);
        assert!(
            report.contains("group `api` has 21 rules, more than 20"),
            "{report}"
        );
    }
}
