//! A TraceQL query as text and tree.

use obsctl_traceql::{Dialect, Expr, Parsed, SyntaxError};

use super::written::{Language, QueryText};
use crate::Origin;
use crate::text::dedent;

/// A TraceQL query, as Tempo takes it; Grafana variables are allowed in panels.
pub type TraceQl = QueryText<TraceqlLanguage>;

/// The language of Tempo.
#[derive(Clone, Copy, Debug)]
pub enum TraceqlLanguage {}

impl Language for TraceqlLanguage {
    type Parsed = Parsed;
    const NAME: &'static str = "TraceQl";
    const ABOUT: &'static str = "A TraceQL query; Grafana variables are allowed in panels.";

    fn parse(text: &str) -> Parsed {
        obsctl_traceql::parse_with(text, Dialect::Grafana)
    }
}

/// A TraceQL query written as text.
#[track_caller]
#[must_use]
pub fn traceql(text: &str) -> TraceQl {
    TraceQl::written(dedent(text), Origin::here())
}

impl TraceQl {
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
