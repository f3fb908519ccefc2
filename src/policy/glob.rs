//! Paths with wildcards.

use obsctl_model::Origin;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, de};

/// A path with wildcards: `*` and `?` within a folder, `**` for any folders, `[a-z]` for one of several characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Glob {
    pattern: glob::Pattern,
    /// Where it is written, if that is known.
    pub origin: Origin,
}

impl Glob {
    /// Whether a path with `/` is meant.
    #[must_use]
    pub fn matches(&self, path: &str) -> bool {
        let options = glob::MatchOptions {
            case_sensitive: true,
            require_literal_separator: true,
            require_literal_leading_dot: false,
        };
        self.pattern.matches_with(path, options)
    }

    /// The path as it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.pattern.as_str()
    }

    /// The folder that everything it can mean is in; empty where that is any.
    #[must_use]
    pub fn folder(&self) -> &str {
        let path = self.as_str();
        let plain = path.split(['*', '?', '[']).next().unwrap_or_default();
        plain.rsplit_once('/').map_or("", |(folder, _)| folder)
    }
}

impl<'de> Deserialize<'de> for Glob {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let text = text.strip_prefix("./").unwrap_or(&text);
        match glob::Pattern::new(text) {
            Ok(pattern) => Ok(Self {
                pattern,
                origin: Origin::none(),
            }),
            Err(error) => Err(de::Error::custom(format!(
                "`{text}` is no path with wildcards: {}",
                error.msg
            ))),
        }
    }
}

impl JsonSchema for Glob {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Glob".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "description": "A path with wildcards: `*` and `?` within a folder, `**` for any folders."
        })
    }
}
