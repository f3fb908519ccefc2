//! `unknown-reference`

use std::collections::BTreeSet;

use obsctl_model::dashboard::{Dashboard, DashboardLinkTarget, LinkTarget};
use obsctl_model::query::promql;
use obsctl_model::{Alert, Exposer, Origin, Rule, Uid};

use crate::check::{Check, Findings, Input, Run, example};
use crate::diagnostic::{Diagnostic, Severity};
use crate::project::expression::has_variable;
use crate::project::subject;

/// A name of a definition that does not exist.
pub static CHECK: Check = Check {
    name: "unknown-reference",
    severity: Severity::Error,
    docs: "\
A dashboard, runbook, service, workload or datasource is named that the stack does not define,
also in the address of a link (`/d/uid`). Of files alone, only what differs from an existing name in case and separators is
reported, and library panels that an export does not bring along; datasources where the files that Grafana is provisioned with
are among them. What the layout of a dashboard shows has to be among its elements: Grafana does not open it otherwise.

## Why it matters

Links lead to an error page. A workload that waits for one that does not exist keeps the local stack from starting.

## How to fix it

Correct the name, or define what is missing.
",
    run: Run::Once(run),
    fires: || {
        example::stack()
            .dashboard(example::dashboard())
            .rule_group(obsctl_model::RuleGroup::new("api").alert(Alert {
                dashboard: Some(Uid::from_static("apj")),
                ..example::high_latency(promql("connections > 100"))
            }))
            .runbook(example::runbook())
    },
    silent: || {
        example::stack()
            .dashboard(example::dashboard())
            .rule_group(obsctl_model::RuleGroup::new("api").alert(Alert {
                dashboard: Some(Uid::from_static("api")),
                ..example::high_latency(promql("connections > 100"))
            }))
            .runbook(example::runbook())
    },
};

/// Everything that can be named.
struct Names<'a> {
    dashboards: BTreeSet<&'a str>,
    runbooks: BTreeSet<&'a str>,
    services: BTreeSet<&'a str>,
}

fn run(input: &Input<'_>, findings: &mut Findings) {
    let project = input.project;
    let stack = project.stack();
    let names = Names {
        dashboards: project
            .dashboards()
            .iter()
            .map(|one| one.uid.as_str())
            .collect(),
        runbooks: stack.runbooks.iter().map(|one| one.id.as_str()).collect(),
        services: stack.services.iter().map(|one| one.name.as_str()).collect(),
    };
    let mut known = |subject: &dyn Fn() -> String,
                     origin: Origin,
                     what: &str,
                     name: &str,
                     all: &BTreeSet<&str>| {
        if !all.contains(name) {
            findings.push(
                Diagnostic::new(subject(), origin, format!("{what} `{name}` does not exist"))
                    .did_you_mean(name, all.iter().copied()),
            );
        }
    };
    for group in project.groups() {
        for rule in &group.rules {
            if let Rule::Alert(alert) = rule
                && let Some(uid) = &alert.dashboard
            {
                let subject = || subject::alert(group, alert);
                known(
                    &subject,
                    alert.origin,
                    "dashboard",
                    uid.as_str(),
                    &names.dashboards,
                );
            }
        }
    }
    for runbook in &stack.runbooks {
        for uid in &runbook.dashboards {
            let subject = || subject::runbook(runbook);
            known(
                &subject,
                runbook.origin,
                "dashboard",
                uid.as_str(),
                &names.dashboards,
            );
        }
    }
    let dashboards: BTreeSet<_> = names.dashboards.iter().map(|uid| letters(uid)).collect();
    for dashboard in project.dashboards() {
        for panel in dashboard.panels() {
            for link in panel.all_links() {
                if let LinkTarget::Dashboard { uid, .. } = &link.to {
                    let subject = || subject::panel(dashboard, panel);
                    known(
                        &subject,
                        panel.origin,
                        "dashboard",
                        uid.as_str(),
                        &names.dashboards,
                    );
                }
            }
        }
        for (uid, subject, origin) in addresses(dashboard) {
            let nearly = dashboards.contains(&letters(uid));
            // Of files alone nobody knows which other dashboards there are.
            if project.knows().ours || nearly {
                known(
                    &|| subject.clone(),
                    origin,
                    "dashboard",
                    uid,
                    &names.dashboards,
                );
            }
        }
        // An exported dashboard brings its library panels along.
        let elements = dashboard.written.get().map(|one| one.elements.iter());
        let elements: BTreeSet<_> = elements.into_iter().flatten().map(String::as_str).collect();
        for panel in dashboard.panels().filter(|_| !elements.is_empty()) {
            let library = panel.written.get().and_then(|one| one.library.as_deref());
            if let Some(uid) = library.filter(|uid| !names.dashboards.contains(uid)) {
                let subject = || subject::panel(dashboard, panel);
                known(&subject, panel.origin, "library panel", uid, &elements);
            }
        }
        let missing = dashboard.written.get().map(|one| &one.missing);
        for (missing, (name, at)) in missing
            .iter()
            .flat_map(|one| one.named.iter().map(move |named| (one, named)))
        {
            let subject = || subject::dashboard(dashboard);
            let elements = missing.known.iter().map(String::as_str).collect();
            known(&subject, *at, "element", name, &elements);
        }
        for link in &dashboard.links {
            if let DashboardLinkTarget::Dashboard(uid) = &link.to {
                let subject = || subject::dashboard(dashboard);
                known(
                    &subject,
                    dashboard.origin,
                    "dashboard",
                    uid.as_str(),
                    &names.dashboards,
                );
            }
        }
    }
    for slo in &stack.slos {
        if let Some(runbook) = &slo.runbook {
            known(
                &|| subject::slo(slo),
                slo.origin,
                "runbook",
                runbook.as_str(),
                &names.runbooks,
            );
        }
    }
    for metric in stack.metrics.iter().flat_map(|family| &family.metrics) {
        if let Exposer::Service(name) = &metric.exposed_by {
            known(
                &|| subject::metric(metric),
                metric.origin,
                "service",
                name,
                &names.services,
            );
        }
    }
    for job in &stack.scrape_jobs {
        if let Exposer::Service(name) = &job.exposes {
            let subject = || format!("scrape job `{}`", job.job);
            known(&subject, job.origin, "service", name, &names.services);
        }
    }
    // Where datasources are made by hand, nobody knows which there are.
    let datasources = stack.datasources.iter();
    let uids: BTreeSet<_> = datasources
        .flat_map(|one| [one.uid.as_str(), one.name.as_str()])
        .filter(|name| !name.is_empty())
        .collect();
    let of_others = |uid: &str| uids.is_empty() || is_of_grafana(uid);
    for datasource in &stack.datasources {
        for link in datasource.links.iter().filter(|link| !of_others(&link.to)) {
            let subject = || subject::link(datasource, link);
            known(&subject, link.origin, "datasource", &link.to, &uids);
        }
    }
    for dashboard in project.dashboards().iter().filter(|_| !uids.is_empty()) {
        for panel in dashboard.panels() {
            let asked = panel
                .queries
                .iter()
                .filter_map(|query| query.datasource.as_ref());
            let named: BTreeSet<_> = asked.map(|one| one.uid.as_ref()).collect();
            for uid in named.into_iter().filter(|uid| !of_others(uid)) {
                let subject = || subject::panel(dashboard, panel);
                known(&subject, panel.origin, "datasource", uid, &uids);
            }
        }
    }
    let workloads: BTreeSet<_> = stack
        .workloads
        .iter()
        .map(|one| one.name.as_str())
        .collect();
    for workload in &stack.workloads {
        for name in &workload.after {
            let subject = || subject::workload(workload);
            known(
                &subject,
                workload.origin,
                "workload",
                name.as_str(),
                &workloads,
            );
        }
    }
    for span in &stack.spans.spans {
        let subject = || format!("span `{}`", span.name);
        known(
            &subject,
            span.origin,
            "service",
            &span.service,
            &names.services,
        );
    }
    let contexts: BTreeSet<_> = stack
        .logs
        .contexts
        .iter()
        .map(|one| one.name.as_str())
        .collect();
    for event in &stack.logs.events {
        let subject = || format!("log event `{}`", event.name);
        known(
            &subject,
            event.origin,
            "service",
            &event.service,
            &names.services,
        );
        for context in &event.contexts {
            known(&subject, event.origin, "log context", context, &contexts);
        }
    }
}

/// The dashboards that addresses in a dashboard lead to, and what has each: `/d/uid/title?…` without a host.
fn addresses(dashboard: &Dashboard) -> Vec<(&str, String, Origin)> {
    let mut found = vec![];
    for link in &dashboard.links {
        if let DashboardLinkTarget::Url(url) = &link.to {
            let subject = || subject::dashboard(dashboard);
            found.extend(uid_in(url).map(|uid| (uid, subject(), dashboard.origin)));
        }
    }
    for panel in dashboard.panels() {
        for link in panel.all_links() {
            if let LinkTarget::Url(url) = &link.to {
                let subject = || subject::panel(dashboard, panel);
                found.extend(uid_in(url).map(|uid| (uid, subject(), panel.origin)));
            }
        }
    }
    found
}

/// Whether a name of a datasource is Grafana's own, or not known before the dashboard is open.
fn is_of_grafana(uid: &str) -> bool {
    matches!(uid, "" | "default" | "grafana") || uid.starts_with("--") || has_variable(uid)
}

/// The uid in the address of a dashboard of the same Grafana.
fn uid_in(url: &str) -> Option<&str> {
    let rest = url.strip_prefix('/').unwrap_or(url).strip_prefix("d/")?;
    let uid = rest.split(['/', '?', '#', '&']).next()?;
    (!uid.is_empty() && !has_variable(uid)).then_some(uid)
}

/// A name without case and separators: where only those differ, one was meant for the other.
pub(super) fn letters(uid: &str) -> String {
    uid.replace(['-', '_', '.'], "").to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::testing::report;
    use obsctl_model::{Image, Slug, Workload};

    #[test]
    fn suggests_the_nearest_dashboard() {
        insta::assert_snapshot!(report(&CHECK, (CHECK.fires)()), @"
        error[unknown-reference]: dashboard `apj` does not exist
        --> definitions.rs
         = in: alert `HighLatency` of group `api`
         = help: did you mean `api`?
        ");
    }

    #[test]
    fn addresses_of_dashboards_are_read() {
        use crate::check::run;
        use crate::policy::Policy;
        use crate::project::{Knowledge, Project};
        use obsctl_model::dashboard::panel::stat;
        use obsctl_model::dashboard::{DashboardLink, Link};
        for (url, of_files, of_a_stack) in [
            ("/d/api/title?var-x=1", false, false),
            ("d/api", false, false),
            ("/d/API?orgId=1", true, true),
            ("/d/other", false, true),
            ("/d/${__dashboard.uid}", false, false),
            ("https://example.com/d/other", false, false),
            ("/explore", false, false),
        ] {
            let panel = stat("x")
                .query(promql("connections"))
                .link(Link::url("x", url));
            let dashboard = example::dashboard()
                .link(DashboardLink::url("x", url))
                .row("x", panel);
            let project = Project::link(example::stack().dashboard(dashboard));
            let count = |project: &Project| {
                let all = run(project, &Policy::default(), None).into_iter();
                all.filter(|one| one.check == CHECK.name).count()
            };
            assert_eq!(count(&project) > 0, of_a_stack, "{url}");
            let files = project.knowing(Knowledge::FILES);
            assert_eq!(count(&files) > 0, of_files, "{url}");
        }
    }

    #[test]
    fn datasources_are_among_those_of_the_provisioning_files() {
        use obsctl_model::ProvisionedDatasource;
        use obsctl_model::dashboard::{Datasource, DatasourceKind, Query, panel::stat};
        let asking = |uid: &str| {
            let query = Query {
                datasource: Some(Datasource {
                    kind: DatasourceKind::Prometheus,
                    uid: uid.to_owned().into(),
                }),
                ..promql("connections").into()
            };
            example::panels(stat("x").query(query))
        };
        let provisioned = |uid: &str| {
            asking(uid).datasource(ProvisionedDatasource {
                name: "Production".to_owned(),
                uid: "prod".to_owned(),
                plugin: "prometheus".to_owned(),
                links: vec![],
                origin: Origin::none(),
            })
        };
        for known in [
            "prod",
            "Production",
            "$datasource",
            "-- Mixed --",
            "default",
        ] {
            assert_eq!(report(&CHECK, provisioned(known)), "", "{known}");
        }
        assert_eq!(
            report(&CHECK, asking("prd")),
            "",
            "nobody says which there are"
        );
        insta::assert_snapshot!(report(&CHECK, provisioned("prd")), @"
        error[unknown-reference]: datasource `prd` does not exist
        --> definitions.rs
         = in: panel `x` of dashboard `api`
         = help: did you mean `prod`?
        ");
    }

    #[test]
    fn exports_bring_their_library_panels_along() {
        use obsctl_model::dashboard::written::{WrittenDashboard, WrittenPanel};
        let showing = |uid: &str| {
            let mut stack = example::written([(
                "Shared",
                WrittenPanel {
                    library: Some(uid.to_owned()),
                    ..WrittenPanel::default()
                },
            )]);
            stack.dashboards[0].written = WrittenDashboard {
                elements: vec!["shared".to_owned()],
                ..WrittenDashboard::default()
            }
            .into();
            stack
        };
        assert_eq!(report(&CHECK, showing("shared")), "");
        insta::assert_snapshot!(report(&CHECK, showing("sharde")), @"
        error[unknown-reference]: library panel `sharde` does not exist
        --> definitions.rs
         = in: panel `Shared` of dashboard `api`
         = help: did you mean `shared`?
        ");
    }

    #[test]
    fn layouts_show_the_elements_there_are() {
        use obsctl_model::dashboard::written::{Missing, WrittenDashboard, WrittenPanel};
        let mut stack = example::written([("A", WrittenPanel::default())]);
        stack.dashboards[0].written = WrittenDashboard {
            missing: Missing {
                named: vec![("panel-11".to_owned(), Origin::none())],
                known: vec!["panel-1".to_owned()],
            },
            ..WrittenDashboard::default()
        }
        .into();
        insta::assert_snapshot!(report(&CHECK, stack), @"
        error[unknown-reference]: element `panel-11` does not exist
         |
         = in: dashboard `api`
         = help: did you mean `panel-1`?
        ");
    }

    #[test]
    fn workloads_wait_for_workloads() {
        let shop = |name| Workload::new(Slug::new(name).unwrap(), "", Image::ready("shop:1"));
        let stack = example::stack()
            .workload(shop("shop"))
            .workload(shop("till").after(Slug::from_static("shpo")));
        insta::assert_snapshot!(report(&CHECK, stack), @"
        error[unknown-reference]: workload `shpo` does not exist
        --> definitions.rs
         = in: workload `till`
         = help: did you mean `shop`?
        ");
    }
}
