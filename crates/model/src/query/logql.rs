//! A LogQL query as text and tree.

use obsctl_logql::{Expr, Parsed, SyntaxError};

use super::written::{Language, QueryText};
use crate::Origin;
use crate::text::dedent;

/// A LogQL query, as Loki takes it; Grafana variables are allowed in panels.
pub type LogQl = QueryText<LogqlLanguage>;

/// The language of Loki.
#[derive(Clone, Copy, Debug)]
pub enum LogqlLanguage {}

impl Language for LogqlLanguage {
    type Parsed = Parsed;
    const NAME: &'static str = "LogQl";
    const ABOUT: &'static str = "A LogQL query; Grafana variables are allowed in panels.";

    fn parse(text: &str) -> Parsed {
        obsctl_logql::parse(text)
    }
}

/// A LogQL query written as text.
#[track_caller]
#[must_use]
pub fn logql(text: &str) -> LogQl {
    LogQl::written(dedent(text), Origin::here())
}

impl LogQl {
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
