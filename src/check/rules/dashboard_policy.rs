//! `dashboard-policy`

use obsctl_model::dashboard::Dashboard;

use crate::check::demand::Demanded;
use crate::check::{Check, Findings, Input, Run, example};
use crate::diagnostic::Severity;
use crate::project::subject;

/// A dashboard that is not as the team wants its dashboards.
pub static CHECK: Check = Check {
    name: "dashboard-policy",
    severity: Severity::Warning,
    docs: "\
A dashboard is not as the policy of the team wants it: its tags or its title.

## Why it matters

Dashboards are found by their tags, and lists of links are made of them. One without the tag is one that nobody finds.

## How to fix it

Add the tag or change the title, or change what is asked for in `obsctl.toml`:

```toml
[policy.dashboards]
required_tags = [\"api\"]
title = \"[A-Z].{3,40}\"
```

Dashboards that obsctl makes of SLOs and runbooks are left out.
",
    run: Run::Once(run),
    fires: || example::stack().dashboard(example::dashboard()),
    silent: || {
        example::stack().dashboard(Dashboard {
            title: "API overview".to_owned(),
            tags: vec!["api".to_owned()],
            ..example::dashboard()
        })
    },
};

fn run(input: &Input<'_>, findings: &mut Findings) {
    let asked = &input.policy.demands.dashboards;
    let project = input.project;
    let all = project.dashboards().iter();
    for dashboard in all.filter(|dashboard| project.is_written(dashboard)) {
        let dashboards = Demanded {
            subject: subject::dashboard(dashboard),
            what: subject::dashboard(dashboard),
            origin: dashboard.origin,
            section: "policy.dashboards",
            input,
        };
        for tag in &asked.required_tags {
            if !dashboard.tags.contains(tag) {
                let message = format!("{} has no tag `{tag}`", dashboards.what);
                findings.push(dashboards.finding("required_tags", message));
            }
        }
        dashboards.name("title", &dashboard.title, asked.title.as_ref(), findings);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::testing::report;

    #[test]
    fn tags_and_titles() {
        insta::assert_snapshot!(report(&CHECK, (CHECK.fires)()), @"
        warning[dashboard-policy]: dashboard `api` has no tag `api`
        --> definitions.rs
         = in: dashboard `api`
         = help: see `policy.dashboards.required_tags` in `obsctl.toml`

        warning[dashboard-policy]: title `API` of dashboard `api` does not match `[A-Z].{3,40}`
        --> definitions.rs
         = in: dashboard `api`
         = help: see `policy.dashboards.title` in `obsctl.toml`
        ");
    }
}
