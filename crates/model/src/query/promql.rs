//! A PromQL query as text and tree.

use obsctl_promql::ast::{Name, Selector};
use obsctl_promql::{Expr, Parsed, SyntaxError};

use super::written::{Language, QueryText};
use crate::text::dedent;
use crate::{MetricName, Origin};

/// A PromQL query: its text, its tree with spans into that text, and where it was written.
///
/// Built queries ([`Vector`](crate::query::Vector)) and text ([`promql`]) both end up here, so that both are checked
/// alike.
pub type Promql = QueryText<PromqlLanguage>;

/// The language of Prometheus.
#[derive(Clone, Copy, Debug)]
pub enum PromqlLanguage {}

impl Language for PromqlLanguage {
    type Parsed = Parsed;
    const NAME: &'static str = "Promql";
    const ABOUT: &'static str = "A PromQL expression; Grafana variables are allowed in panels.";

    fn parse(text: &str) -> Parsed {
        obsctl_promql::parse(text)
    }
}

/// A query written as text.
#[track_caller]
#[must_use]
pub fn promql(text: &str) -> Promql {
    Promql::parse(&dedent(text), Origin::here())
}

/// The series of a recording rule. That the rule exists is checked.
#[track_caller]
#[must_use]
pub fn record(name: &MetricName) -> Promql {
    let selector = Selector {
        name: Some(Name {
            text: name.to_string(),
            ..Name::default()
        }),
        ..Selector::default()
    };
    Promql::from_tree(&Expr::from(selector), Origin::here())
}

impl Promql {
    /// A query from text written at `origin`.
    #[must_use]
    pub fn parse(text: &str, origin: Origin) -> Self {
        Self::written(text, origin)
    }

    /// A query from a tree. It is printed and read again, so that the spans fit the text.
    #[must_use]
    pub fn from_tree(expr: &Expr, origin: Origin) -> Self {
        Self::parse(&expr.to_string(), origin)
    }

    /// The tree; its spans are bytes of the text.
    #[must_use]
    pub fn expr(&self) -> &Expr {
        &self.parsed().expr
    }

    /// What could not be read.
    #[must_use]
    pub fn errors(&self) -> &[SyntaxError] {
        &self.parsed().errors
    }
}
