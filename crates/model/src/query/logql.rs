//! A LogQL query.

use super::written::{Language, Written};
use crate::Origin;
use crate::text::dedent;

/// A LogQL query, as Loki takes it; Grafana variables are allowed in panels.
pub type LogQl = Written<LogqlLanguage>;

/// The language of Loki.
#[derive(Clone, Copy, Debug)]
pub enum LogqlLanguage {}

impl Language for LogqlLanguage {
    type Parsed = ();
    const NAME: &'static str = "LogQl";
    const ABOUT: &'static str = "A LogQL query; Grafana variables are allowed in panels.";

    fn parse(_: &str) {}
}

/// A LogQL query written as text.
#[track_caller]
#[must_use]
pub fn logql(text: &str) -> LogQl {
    LogQl::written(dedent(text), Origin::here())
}
