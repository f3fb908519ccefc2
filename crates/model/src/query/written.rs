//! A query as text and tree, in any language.

use std::fmt;
use std::sync::{Arc, OnceLock};

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::Origin;

/// A query language.
pub trait Language: 'static {
    /// What reading a text gives.
    type Parsed: Send + Sync;
    /// Its name in JSON Schemas, and the function that writes a query.
    const NAME: &'static str;
    /// What a query of it is, for JSON Schemas.
    const ABOUT: &'static str;

    /// Reads a text. Never fails: what cannot be read is part of the result.
    fn parse(text: &str) -> Self::Parsed;
}

/// A query: its text, its tree with spans into that text, and where it was written.
///
/// Text that does not parse is kept: the `syntax` check reports it.
pub struct QueryText<L: Language> {
    query: Arc<Query<L>>,
    origin: Origin,
}

/// The tree is made when somebody first asks for it: many queries are only written down.
struct Query<L: Language> {
    text: Box<str>,
    parsed: OnceLock<L::Parsed>,
}

impl<L: Language> QueryText<L> {
    /// A query from text written at `origin`.
    #[must_use]
    pub fn written(text: impl Into<Box<str>>, origin: Origin) -> Self {
        let query = Arc::new(Query {
            text: text.into(),
            parsed: OnceLock::new(),
        });
        Self { query, origin }
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.query.text
    }

    /// Equal for queries that share text and tree, and only for them, as long as one of them lives: those that are equal
    /// otherwise are told by comparing.
    #[must_use]
    pub fn address(&self) -> usize {
        Arc::as_ptr(&self.query).addr()
    }

    /// What reading the text gave.
    #[must_use]
    pub fn parsed(&self) -> &L::Parsed {
        let query = &self.query;
        query.parsed.get_or_init(|| L::parse(&query.text))
    }

    /// Where it was written.
    #[must_use]
    pub fn origin(&self) -> Origin {
        self.origin
    }

    /// The same query, said to be written at this place.
    #[must_use]
    pub fn at(mut self, origin: Origin) -> Self {
        self.origin = origin;
        self
    }
}

impl<L: Language> Clone for QueryText<L> {
    fn clone(&self) -> Self {
        Self {
            query: Arc::clone(&self.query),
            origin: self.origin,
        }
    }
}

impl<L: Language> PartialEq for QueryText<L> {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.query, &other.query) || self.query.text == other.query.text
    }
}

impl<L: Language> Eq for QueryText<L> {}

impl<L: Language> fmt::Display for QueryText<L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.query.text)
    }
}

impl<L: Language> fmt::Debug for QueryText<L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let function = L::NAME.to_ascii_lowercase();
        write!(f, "{function}({:?})", self.as_str())
    }
}

impl<L: Language> Serialize for QueryText<L> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de, L: Language> Deserialize<'de> for QueryText<L> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Ok(Self::written(text, Origin::none()))
    }
}

impl<L: Language> JsonSchema for QueryText<L> {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        L::NAME.into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "description": L::ABOUT })
    }
}
