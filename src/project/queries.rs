//! Every query of a project in any language, with the place it stands at.

use std::collections::BTreeSet;

use obsctl_model::dashboard::{Expression, ExpressionRef, OtherQuery, Place};
use obsctl_model::{Action, LogQl, Origin, Promql, RuleQuery, TraceQl};

use super::expression::subject;
use super::{Project, runbook_pages};
use crate::diagnostic::Diagnostic;

/// A query by its language.
#[derive(Clone, Copy, Debug)]
#[allow(missing_docs, reason = "the languages' own names")]
pub enum QueryRef<'a> {
    Promql(&'a Promql),
    Logql(&'a LogQl),
    Traceql(&'a TraceQl),
    /// The service graph, narrowed by a selector.
    ServiceMap(&'a str),
    /// Of another datasource.
    Other(&'a OtherQuery),
}

/// A query where it stands.
#[derive(Clone, Debug)]
pub struct Placed<'a, Q = QueryRef<'a>> {
    /// The query.
    pub query: Q,
    /// Whose it is: ``panel `Errors` of dashboard `api` ``.
    pub subject: String,
    /// Where it was written; the owner's place where it has none of its own.
    pub origin: Origin,
    /// The label whose values are wanted, of a variable's query.
    pub wanted_label: Option<&'a str>,
    /// Whether a rule asks it: Grafana's variables exist everywhere else.
    pub in_rule: bool,
}

impl<'a, Q> Placed<'a, Q> {
    /// The same place with another query.
    pub fn with<R>(self, query: R) -> Placed<'a, R> {
        Placed {
            query,
            subject: self.subject,
            origin: self.origin,
            wanted_label: self.wanted_label,
            in_rule: self.in_rule,
        }
    }

    /// A finding about the query: `range` of its text is underlined.
    pub fn finding(
        &self,
        text: &str,
        range: std::ops::Range<usize>,
        message: impl Into<String>,
        note: impl Into<String>,
    ) -> Diagnostic {
        Diagnostic::new(self.subject.clone(), self.origin, message).underline(text, range, note)
    }
}

impl Project {
    /// Every query of rules, dashboards and runbooks, in a fixed order.
    #[must_use]
    pub fn queries<'a>(&'a self) -> Vec<Placed<'a>> {
        let mut found = vec![];
        let mut add = |query: QueryRef<'a>, subject: String, outer: Origin, wanted, in_rule| {
            let own = match query {
                QueryRef::Promql(query) => query.origin(),
                QueryRef::Logql(query) => query.origin(),
                QueryRef::Traceql(query) => query.origin(),
                QueryRef::ServiceMap(_) | QueryRef::Other(_) => Origin::none(),
            };
            found.push(Placed {
                origin: if own.location().is_some() { own } else { outer },
                query,
                subject,
                wanted_label: wanted,
                in_rule,
            });
        };
        for group in self.groups() {
            for rule in &group.rules {
                let query = match rule.query() {
                    RuleQuery::Promql(query) => QueryRef::Promql(query),
                    RuleQuery::Logql(query) => QueryRef::Logql(query),
                };
                add(query, subject::rule(group, rule), rule.origin(), None, true);
            }
        }
        let runbooks = self.stack().runbooks.iter();
        // A runbook's page shows queries of its alerts and steps, which are here in their own right.
        let pages: BTreeSet<_> = runbooks.map(|one| runbook_pages::uid(&one.id)).collect();
        for dashboard in self.dashboards() {
            if pages.contains(&dashboard.uid) {
                continue;
            }
            for placed in dashboard.queries() {
                let subject = match placed.place {
                    Place::Query(panel, _) | Place::Panel(panel) => {
                        subject::panel(dashboard, panel)
                    }
                    other => format!("{} of {}", other.describe(), subject::dashboard(dashboard)),
                };
                let query = match placed.expression {
                    ExpressionRef::Promql(query) => QueryRef::Promql(query),
                    ExpressionRef::Logql(query) => QueryRef::Logql(query),
                    ExpressionRef::Traceql(query) => QueryRef::Traceql(query),
                    ExpressionRef::ServiceMap(selector) => QueryRef::ServiceMap(selector),
                    ExpressionRef::Other(other) => QueryRef::Other(other),
                };
                add(query, subject, placed.origin, placed.wanted_label, false);
            }
        }
        for datasource in &self.stack().datasources {
            for link in &datasource.links {
                let query = match &link.asks {
                    Some(Expression::Promql(query)) => QueryRef::Promql(query),
                    Some(Expression::Logql(query)) => QueryRef::Logql(query),
                    _ => continue,
                };
                let subject = subject::link(datasource, link);
                add(query, subject, link.origin, None, false);
            }
        }
        for runbook in &self.stack().runbooks {
            for action in runbook.steps.iter().flat_map(|step| &step.actions) {
                let query = match action {
                    Action::Promql(query) => QueryRef::Promql(query),
                    Action::Logql(query) => QueryRef::Logql(query),
                    Action::Traceql(query) => QueryRef::Traceql(query),
                    _ => continue,
                };
                add(
                    query,
                    subject::runbook(runbook),
                    runbook.origin,
                    None,
                    false,
                );
            }
        }
        found
    }
}
