//! What each query uses: metrics, labels and values, of every language, wherever it stands.

use std::collections::{BTreeMap, BTreeSet};

use obsctl_model::dashboard::ExpressionRef;
use obsctl_model::{Action, LogQl, Origin, Promql, RuleQuery};
use obsctl_promql::Expr;
use obsctl_promql::ast::Name;

use super::expression::{has_variable, series_name, subject};
use super::{Project, runbook_pages};

/// A query and what it uses.
#[derive(Clone, Debug)]
pub struct Usage<'a> {
    /// Whose it is: ``panel `Errors` of dashboard `api` ``.
    pub subject: String,
    /// Where it was written.
    pub origin: Origin,
    /// The language, or the plugin of a datasource that obsctl does not know.
    pub language: &'a str,
    /// The text; empty of other datasources.
    pub text: &'a str,
    /// The metrics, with the labels their selectors compare and how (`=~"5.."`).
    pub metrics: BTreeMap<String, BTreeMap<String, BTreeSet<String>>>,
    /// Further labels it names: in groupings, in matchings, of series without a name.
    pub labels: BTreeSet<String>,
    /// What could not be read of it.
    pub errors: Vec<String>,
}

impl Project {
    /// Every query of rules, dashboards and runbooks, in a fixed order.
    #[must_use]
    pub fn usages(&self) -> Vec<Usage<'_>> {
        let mut found = vec![];
        for group in self.groups() {
            for rule in &group.rules {
                let subject = subject::rule(group, rule);
                found.push(match rule.query() {
                    RuleQuery::Promql(query) => promql(subject, query, rule.origin()),
                    RuleQuery::Logql(query) => logql(subject, query, rule.origin()),
                });
            }
        }
        let runbooks = self.stack().runbooks.iter();
        let pages: BTreeSet<_> = runbooks.map(|one| runbook_pages::uid(&one.id)).collect();
        for dashboard in self.dashboards() {
            if pages.contains(&dashboard.uid) {
                continue;
            }
            for placed in dashboard.queries() {
                let of = subject::dashboard(dashboard);
                let subject = format!("{} of {of}", placed.place.describe());
                let mut usage = match placed.expression {
                    ExpressionRef::Promql(query) => promql(subject, query, placed.origin),
                    ExpressionRef::Logql(query) => logql(subject, query, placed.origin),
                    ExpressionRef::Traceql(query) => {
                        plain(subject, "traceql", query.as_str(), placed.origin)
                    }
                    ExpressionRef::ServiceMap(selector) => {
                        plain(subject, "service map", selector, placed.origin)
                    }
                    ExpressionRef::Other(other) => {
                        let plugin = if other.plugin.is_empty() {
                            "unknown"
                        } else {
                            &other.plugin
                        };
                        plain(subject, plugin, "", placed.origin)
                    }
                };
                usage.labels.extend(placed.wanted_label.map(str::to_owned));
                found.push(usage);
            }
        }
        for runbook in &self.stack().runbooks {
            for action in runbook.steps.iter().flat_map(|step| &step.actions) {
                let subject = subject::runbook(runbook);
                match action {
                    Action::Promql(query) => found.push(promql(subject, query, runbook.origin)),
                    Action::Logql(query) => found.push(logql(subject, query, runbook.origin)),
                    _ => {}
                }
            }
        }
        found
    }
}

fn plain<'a>(subject: String, language: &'a str, text: &'a str, origin: Origin) -> Usage<'a> {
    Usage {
        subject,
        origin,
        language,
        text,
        metrics: BTreeMap::new(),
        labels: BTreeSet::new(),
        errors: vec![],
    }
}

fn logql(subject: String, query: &LogQl, outer: Origin) -> Usage<'_> {
    plain(subject, "logql", query.as_str(), or(query.origin(), outer))
}

fn or(own: Origin, outer: Origin) -> Origin {
    if own.location().is_some() { own } else { outer }
}

fn promql(subject: String, query: &Promql, outer: Origin) -> Usage<'_> {
    let mut usage = plain(subject, "promql", query.as_str(), or(query.origin(), outer));
    usage.errors = query
        .errors()
        .iter()
        .map(|error| error.message.clone())
        .collect();
    let mut labels: Vec<&Name> = vec![];
    query.expr().walk(|expr| {
        match expr {
            Expr::Aggregate(node) => {
                labels.extend(node.grouping.iter().flat_map(|grouping| &grouping.labels));
            }
            Expr::Binary(node) => {
                let matching = node.matching.iter();
                let clauses = matching.filter_map(|matching| matching.labels.as_ref());
                labels.extend(clauses.flat_map(|clause| &clause.labels));
            }
            _ => {}
        }
        let Some(used) = expr.as_selector() else {
            return;
        };
        let name = series_name(used.selector).map(|(name, _)| name);
        let compared = used.selector.matchers.iter();
        let compared = compared.filter(|matcher| matcher.name.text != "__name__");
        match name {
            Some(name) => {
                let known = usage.metrics.entry(name.to_owned()).or_default();
                for matcher in compared {
                    let how = format!("{}\"{}\"", matcher.op, matcher.value.value);
                    known
                        .entry(matcher.name.text.clone())
                        .or_default()
                        .insert(how);
                }
            }
            None => usage
                .labels
                .extend(compared.map(|matcher| matcher.name.text.clone())),
        }
    });
    let named = labels
        .into_iter()
        .filter(|label| !has_variable(&label.text));
    usage.labels.extend(named.map(|label| label.text.clone()));
    usage
}
