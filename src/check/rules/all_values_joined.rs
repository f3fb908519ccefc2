//! `all-values-joined`

use obsctl_model::Stack;
use obsctl_model::dashboard::Variable;
use obsctl_model::dashboard::variable::{self, series_label_values};
use obsctl_model::prelude::timeseries;
use obsctl_model::query::promql;

use crate::check::{Check, Findings, Input, Query, Run, example};
use crate::diagnostic::{Diagnostic, Severity};
use crate::project::Site;

/// A pattern that grows with the business.
pub static CHECK: Check = Check {
    name: "all-values-joined",
    severity: Severity::Note,
    docs: "\
A variable offers \"All\" over a label that grows with the business, and does not say what \"All\" stands for.

## Why it matters

Grafana then joins every known value by `|`. With a thousand customers each query carries a pattern of a thousand names:
it is slow, and at some length Prometheus or a proxy before it refuses the request.

## How to fix it

Say what \"All\" stands for: `.*`, or `.+` to leave out series without the label. In Grafana it is the variable's custom
all value.
",
    run: Run::PerQuery(run),
    fires: || offered(None),
    silent: || offered(Some(".*")),
};

fn run(_: &Input<'_>, query: &Query<'_>, findings: &mut Findings) {
    let Site::Variable {
        variable,
        label: Some(label),
        ..
    } = &query.at.site
    else {
        return;
    };
    let mut labels = query.flow.labels.known();
    let unbounded = labels.any(|(name, known)| name == *label && known.unbounded);
    if variable.include_all && variable.all_value.is_none() && unbounded {
        let message = format!("\"All\" of `{}` is every `{label}`, joined", variable.name);
        findings.push(
            Diagnostic::new(query.at.site.subject(), variable.origin, message)
                .help("say what \"All\" stands for: `.all_value(\".*\")`"),
        );
    }
}

fn offered(all: Option<&str>) -> Stack {
    let of = promql("sync_last_success_timestamp_seconds");
    let choice = Variable {
        include_all: true,
        all_value: all.map(str::to_owned),
        ..variable::query("tenant", series_label_values("tenant_id", of)).multi()
    };
    let panel = timeseries("Requests").query(promql(
        "sum(rate(api_requests_total{tenant_id=~\"$tenant\"}[$__rate_interval]))",
    ));
    example::stack().dashboard(example::dashboard().variable(choice).row("Traffic", panel))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::testing::report;

    #[test]
    fn names_the_label() {
        insta::assert_snapshot!(report(&CHECK, (CHECK.fires)()), @r#"
        note[all-values-joined]: "All" of `tenant` is every `tenant_id`, joined
        --> definitions.rs
         = in: variable `tenant` of dashboard `api`
         = help: say what "All" stands for: `.all_value(".*")`
        "#);
    }
}
