//! A PromQL query as text and tree.

use std::fmt;
use std::sync::{Arc, OnceLock};

use obsctl_promql::ast::{Name, Selector};
use obsctl_promql::{Expr, Parsed, SyntaxError};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::text::dedent;
use crate::{MetricName, Origin};

/// A PromQL query: its text, its tree with spans into that text, and where it was written.
///
/// Built queries and text ([`promql`]) both end up here, so that both are checked
/// alike. Text that does not parse is kept: the `syntax` check reports it.
#[derive(Clone)]
pub struct Promql {
    query: Arc<Query>,
    origin: Origin,
}

/// The tree is made when somebody first asks for it: many queries are only written down.
struct Query {
    text: Box<str>,
    parsed: OnceLock<Parsed>,
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
        let query = Arc::new(Query {
            text: text.into(),
            parsed: OnceLock::new(),
        });
        Self { query, origin }
    }

    /// A query from a tree. It is printed and read again, so that the spans fit the text.
    #[must_use]
    pub fn from_tree(expr: &Expr, origin: Origin) -> Self {
        Self::parse(&expr.to_string(), origin)
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.query.text
    }

    fn parsed(&self) -> &Parsed {
        let query = &self.query;
        query
            .parsed
            .get_or_init(|| obsctl_promql::parse(&query.text))
    }

    /// The tree; its spans are bytes of [`Promql::as_str`].
    #[must_use]
    pub fn expr(&self) -> &Expr {
        &self.parsed().expr
    }

    /// What could not be read.
    #[must_use]
    pub fn errors(&self) -> &[SyntaxError] {
        &self.parsed().errors
    }

    /// Where it was written.
    #[must_use]
    pub fn origin(&self) -> Origin {
        self.origin
    }

    /// The same query, said to be written at the caller's place.
    #[must_use]
    pub fn at(mut self, origin: Origin) -> Self {
        self.origin = origin;
        self
    }
}

impl PartialEq for Promql {
    fn eq(&self, other: &Self) -> bool {
        self.query.text == other.query.text
    }
}

impl fmt::Display for Promql {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.query.text)
    }
}

impl fmt::Debug for Promql {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "promql({:?})", self.as_str())
    }
}

impl Serialize for Promql {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Promql {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self::parse(
            &String::deserialize(deserializer)?,
            Origin::none(),
        ))
    }
}

impl JsonSchema for Promql {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Promql".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "description": "A PromQL expression; Grafana variables are allowed in panels." })
    }
}
