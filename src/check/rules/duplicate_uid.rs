//! `duplicate-uid`

use std::collections::BTreeMap;

use obsctl_model::Origin;

use crate::check::{Check, Findings, Input, Run, example};
use crate::diagnostic::{Diagnostic, Severity};
use crate::project::subject;

/// Two definitions with one identity.
pub static CHECK: Check = Check {
    name: "duplicate-uid",
    severity: Severity::Error,
    docs: "\
Two dashboards have the same uid, or two runbooks, services, scrape jobs or receivers the same name.

## Why it matters

Links and references by that name lead to one of them only. Grafana shows one of two dashboards, and Prometheus and
Alertmanager do not start.

## How to fix it

Rename one. A uid that was published is kept: links and bookmarks point to it.
",
    run: Run::Once(run),
    fires: || {
        example::stack()
            .dashboard(example::dashboard())
            .dashboard(example::dashboard())
    },
    silent: || example::stack().dashboard(example::dashboard()),
};

fn run(input: &Input<'_>, findings: &mut Findings) {
    let stack = input.project.stack();
    let mut named: Vec<(String, Origin)> = vec![];
    for dashboard in input.project.dashboards() {
        named.push((subject::dashboard(dashboard), dashboard.origin));
    }
    for runbook in &stack.runbooks {
        named.push((subject::runbook(runbook), runbook.origin));
    }
    for service in &stack.services {
        named.push((format!("service `{}`", service.name), service.origin));
    }
    for job in &stack.scrape_jobs {
        named.push((format!("scrape job `{}`", job.job), job.origin));
    }
    twice(named, findings);
    // Each configuration of Alertmanager has receivers of its own.
    for routes in input.project.routes() {
        let receivers = routes.receivers.iter();
        let named = receivers.map(|one| (format!("receiver `{}`", one.name), one.origin));
        twice(named.collect(), findings);
    }
}

fn twice(named: Vec<(String, Origin)>, findings: &mut Findings) {
    let mut seen: BTreeMap<String, Origin> = BTreeMap::new();
    for (name, origin) in named {
        if let Some(first) = seen.get(&name) {
            findings.push(
                Diagnostic::new(&name, origin, format!("{name} is defined twice"))
                    .also(*first, "the other one"),
            );
        }
        seen.insert(name, origin);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::testing::{findings, report};
    use obsctl_model::{Exposer, ScrapeJob};

    #[test]
    fn names_what_is_there_twice() {
        insta::assert_snapshot!(report(&CHECK, (CHECK.fires)()), @"
        error[duplicate-uid]: dashboard `api` is defined twice
        --> definitions.rs
        ::: definitions.rs
         = note: the other one
         = in: dashboard `api`
        ");
    }

    #[test]
    fn prometheus_wants_every_job_once() {
        let exposer = Exposer::Exporter("node_exporter".to_owned());
        let stack = example::stack().scrape_job(ScrapeJob::new("api", exposer, "node", 9100));
        let found = findings(stack);
        assert!(
            found
                .iter()
                .any(|finding| finding.message == "scrape job `api` is defined twice")
        );
    }
}
