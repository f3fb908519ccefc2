//! What each query uses: metrics, labels and values, of every language, wherever it stands.

use std::collections::{BTreeMap, BTreeSet};

use obsctl_model::{LogQl, Origin, Promql, TraceQl};
use obsctl_promql::Expr;
use obsctl_promql::ast::Name;

use super::Project;
use super::expression::{has_variable, series_name};
use super::queries::{Placed, QueryRef};

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
    /// What every query uses.
    #[must_use]
    pub fn usages(&self) -> Vec<Usage<'_>> {
        self.queries().into_iter().map(Usage::of).collect()
    }
}

impl<'a> Usage<'a> {
    /// What a query uses.
    #[must_use]
    pub fn of(placed: Placed<'a>) -> Self {
        let mut usage = Self {
            language: "",
            text: "",
            metrics: BTreeMap::new(),
            labels: placed.wanted_label.map(str::to_owned).into_iter().collect(),
            errors: vec![],
            subject: placed.subject,
            origin: placed.origin,
        };
        match placed.query {
            QueryRef::Promql(query) => usage.promql(query),
            QueryRef::Logql(query) => usage.logql(query),
            QueryRef::Traceql(query) => usage.traceql(query),
            QueryRef::ServiceMap(selector) => {
                (usage.language, usage.text) = ("service map", selector);
            }
            QueryRef::Other(other) if other.plugin.is_empty() => usage.language = "unknown",
            QueryRef::Other(other) => usage.language = &other.plugin,
        }
        usage
    }

    fn logql(&mut self, query: &'a LogQl) {
        (self.language, self.text) = ("logql", query.as_str());
        let errors = query.errors().iter();
        self.errors = errors.map(|error| error.message.clone()).collect();
        let uses = query.expr().label_uses();
        let names = uses.iter().map(|used| &used.name.text);
        let names = names.filter(|name| !has_variable(name));
        self.labels.extend(names.cloned());
    }

    fn traceql(&mut self, query: &'a TraceQl) {
        (self.language, self.text) = ("traceql", query.as_str());
        let errors = query.errors().iter();
        self.errors = errors.map(|error| error.message.clone()).collect();
        let attributes = query.expr().attributes();
        self.labels.extend(attributes.map(ToString::to_string));
    }
    fn promql(&mut self, query: &'a Promql) {
        let usage = self;
        (usage.language, usage.text) = ("promql", query.as_str());
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
    }
}
