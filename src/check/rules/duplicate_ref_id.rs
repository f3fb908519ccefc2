//! `duplicate-ref-id`

use std::collections::BTreeMap;

use obsctl_model::Stack;
use obsctl_model::dashboard::{Dashboard, Panel, Query};
use obsctl_model::prelude::timeseries;
use obsctl_model::query::promql;

use crate::check::{Check, Findings, Input, Run, example};
use crate::diagnostic::{Diagnostic, Severity};
use crate::project::subject;

/// Queries with one ref id.
pub static CHECK: Check = Check {
    name: "duplicate-ref-id",
    severity: Severity::Error,
    docs: "\
Two queries that a panel sends to the same datasource have the same ref id.

## Why it matters

Answers come back by ref id. Grafana refuses to ask (`Multiple queries using the same RefId is not allowed`), and older versions
draw the answer of one of the two.

## How to fix it

Give each query of a panel a `refId` of its own, by custom the letters `A`, `B`, `C`. Hidden queries are not sent, and those
without a ref id get one that is free.
",
    run: Run::PerDashboard(run),
    fires: || called("A"),
    silent: || called("B"),
};

fn run(_: &Input<'_>, dashboard: &Dashboard, findings: &mut Findings) {
    for panel in dashboard.panels() {
        let mut sent = BTreeMap::new();
        for (query, id) in sent_by(panel) {
            let to = query.datasource.as_ref().map(|one| &*one.uid);
            let kind = query.expression.kind();
            let Some(first) = sent.insert((id.clone(), kind, to), query) else {
                continue;
            };
            let message = format!(
                "two queries of panel `{}` have the ref id `{id}`",
                panel.title
            );
            let origin = |query: &Query| match query.expression.origin() {
                own if own.location().is_some() => own,
                _ => panel.origin,
            };
            findings.push(
                Diagnostic::new(subject::panel(dashboard, panel), origin(query), message)
                    .also(origin(first), "the other one")
                    .help("give each a `refId` of its own"),
            );
        }
    }
}

/// The queries that are sent to engines, with their ref ids.
fn sent_by(panel: &Panel) -> impl Iterator<Item = (&Query, String)> {
    // Grafana numbers those that a file leaves without one.
    let is_read = panel.written.get().is_some();
    let all = panel.queries.iter().zip(panel.ref_ids());
    all.filter(move |(query, _)| {
        let called = query.ref_id.is_some() || !is_read;
        called && !query.hidden && query.expression.kind().is_some()
    })
    .map(|(query, id)| (query, id.into_owned()))
}

/// A stack with a panel whose second query has this ref id.
fn called(id: &str) -> Stack {
    let of = |id: &str| Query {
        ref_id: Some(id.to_owned()),
        ..promql("sum(connections)").into()
    };
    example::panels(timeseries("Connections").query(of("A")).query(of(id)))
}

#[cfg(test)]
mod tests {
    use obsctl_model::dashboard::written::WrittenPanel;
    use obsctl_model::dashboard::{Datasource, DatasourceKind};

    use super::*;
    use crate::check::testing::report;

    #[test]
    fn names_the_panel_and_the_id() {
        insta::assert_snapshot!(report(&CHECK, (CHECK.fires)()), @"
        error[duplicate-ref-id]: two queries of panel `Connections` have the ref id `A`
        --> definitions.rs
        ::: definitions.rs
         = note: the other one
         = in: panel `Connections` of dashboard `api`
         = help: give each a `refId` of its own
        ");
    }

    /// What is found after a change of the panel whose queries are both called `A`.
    fn after(change: impl Fn(&mut Panel)) -> String {
        let mut stack = called("A");
        change(&mut stack.dashboards[0].rows[0].panels[0]);
        report(&CHECK, stack)
    }

    #[test]
    fn only_what_is_sent_to_one_datasource_is_found() {
        assert_ne!(after(|_| {}), "");
        assert_eq!(after(|panel| panel.queries[0].hidden = true), "");
        let elsewhere = |panel: &mut Panel| {
            panel.queries[0].datasource = Some(Datasource {
                kind: DatasourceKind::Prometheus,
                uid: "other".into(),
            });
        };
        assert_eq!(after(elsewhere), "");
    }

    #[test]
    fn a_file_may_leave_the_letters_to_grafana() {
        let letters = |panel: &mut Panel| {
            panel.queries[0].ref_id = Some("B".to_owned());
            panel.queries[1].ref_id = None;
        };
        assert_ne!(after(letters), "");
        let read = |panel: &mut Panel| {
            letters(panel);
            panel.written = WrittenPanel::default().into();
        };
        assert_eq!(after(read), "");
    }
}
