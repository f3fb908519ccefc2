//! Names, validated once: at compile time where they are written in Rust, on reading otherwise.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// A name that breaks its rule.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{name}` is not a {what}: {rule}")]
pub struct NameError {
    /// What was written.
    pub name: String,
    /// What it should have been.
    pub what: &'static str,
    /// The rule it breaks.
    pub rule: &'static str,
}

macro_rules! names {
    ($( $(#[$doc:meta])+ $type:ident: $what:literal, $pattern:literal, $rule:literal, $valid:path; )+) => { $(
        $(#[$doc])+
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $type(Cow<'static, str>);

        impl $type {
            /// A name written in source. Refuses to compile in a constant when it breaks the rule.
            ///
            /// # Panics
            /// When the name breaks the rule and the call is not in a constant.
            #[must_use]
            pub const fn from_static(name: &'static str) -> Self {
                Self(Cow::Borrowed(Self::checked(name)))
            }

            /// A name from elsewhere.
            ///
            /// # Errors
            /// When it breaks the rule.
            pub fn new(name: impl Into<String>) -> Result<Self, NameError> {
                let name = name.into();
                if $valid(&name) {
                    Ok(Self(Cow::Owned(name)))
                } else {
                    Err(NameError { name, what: $what, rule: $rule })
                }
            }

            /// Whether a text keeps the rule.
            #[must_use]
            pub const fn is_valid(name: &str) -> bool {
                $valid(name)
            }

            /// The same text, refused at compile time in a constant when it breaks the rule.
            ///
            /// # Panics
            /// When the name breaks the rule and the call is not in a constant.
            #[must_use]
            pub const fn checked(name: &'static str) -> &'static str {
                assert!($valid(name), concat!("not a ", $what, ": ", $rule));
                name
            }

            /// The name as text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl AsRef<str> for $type {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl std::borrow::Borrow<str> for $type {
            fn borrow(&self) -> &str {
                &self.0
            }
        }

        impl Serialize for $type {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&self.0)
            }
        }

        impl<'de> Deserialize<'de> for $type {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                Self::new(String::deserialize(deserializer)?).map_err(de::Error::custom)
            }
        }

        impl JsonSchema for $type {
            fn schema_name() -> Cow<'static, str> {
                stringify!($type).into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!({ "type": "string", "pattern": $pattern, "description": $rule })
            }
        }
    )+ };
}

names! {
    /// A metric name: `api_requests_total`, `job:http_requests:rate5m`.
    ///
    /// The classic rule of Prometheus' data model, which every version and every tool accepts. What others expose can
    /// have other names: [`ExposedName`].
    MetricName: "metric name", "^[a-zA-Z_:][a-zA-Z0-9_:]*$",
        "letters, digits, `_` and `:`, not starting with a digit", is_metric_name;
    /// A label name: `status_code`. `__name__` and other reserved names start with two underscores.
    LabelName: "label name", "^[a-zA-Z_][a-zA-Z0-9_]*$",
        "letters, digits and `_`, not starting with a digit or with `__`", is_label_name;
    /// The name of a metric or label that somebody exposes: `http_requests_total`, `http.server.duration`.
    ///
    /// Prometheus takes any text since version 3; names beyond the classic rule stand in quotes in queries and on pages.
    ExposedName: "name of a metric or label", "^[\\s\\S]+$",
        "any text but the empty one", is_exposed_name;
    /// The uid of a dashboard or a datasource in Grafana: at most 40 characters.
    Uid: "Grafana uid", "^[a-zA-Z0-9_-]{1,40}$",
        "1 to 40 letters, digits, `-` and `_`", is_uid;
    /// A short name of ours, used in file names and links: `high-api-latency`.
    Slug: "slug", "^[a-z0-9]+(-[a-z0-9]+)*$",
        "lower-case letters and digits in words joined by single `-`", is_slug;
}

const fn is_metric_name(name: &str) -> bool {
    let bytes = name.as_bytes();
    let mut i = 0;
    while i < bytes.len() {
        let c = bytes[i];
        if !(c.is_ascii_alphabetic() || c == b'_' || c == b':' || (i > 0 && c.is_ascii_digit())) {
            return false;
        }
        i += 1;
    }
    i > 0
}

const fn is_label_name(name: &str) -> bool {
    let bytes = name.as_bytes();
    if bytes.len() >= 2 && bytes[0] == b'_' && bytes[1] == b'_' {
        return false;
    }
    let mut i = 0;
    while i < bytes.len() {
        if bytes[i] == b':' {
            return false;
        }
        i += 1;
    }
    is_metric_name(name)
}

const fn is_exposed_name(name: &str) -> bool {
    !name.is_empty()
}

const fn is_uid(name: &str) -> bool {
    let bytes = name.as_bytes();
    let mut i = 0;
    while i < bytes.len() {
        let c = bytes[i];
        if !(c.is_ascii_alphanumeric() || c == b'-' || c == b'_') {
            return false;
        }
        i += 1;
    }
    i > 0 && i <= 40
}

const fn is_slug(name: &str) -> bool {
    let bytes = name.as_bytes();
    let mut i = 0;
    let mut after_word = false;
    while i < bytes.len() {
        let c = bytes[i];
        if c.is_ascii_lowercase() || c.is_ascii_digit() {
            after_word = true;
        } else if c == b'-' && after_word {
            after_word = false;
        } else {
            return false;
        }
        i += 1;
    }
    after_word
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_hold() {
        assert!(MetricName::new("job:x:rate5m").is_ok());
        assert!(MetricName::new("5xx").is_err());
        assert!(MetricName::new("").is_err());
        assert!(LabelName::new("status_code").is_ok());
        assert!(LabelName::new("__name__").is_err());
        assert!(LabelName::new("a:b").is_err());
        assert!(ExposedName::new("http.server.duration").is_ok());
        assert!(ExposedName::new("").is_err());
        assert!(Uid::new("a".repeat(41)).is_err());
        assert!(Slug::new("high-api-latency").is_ok());
        for bad in ["", "-a", "a-", "a--b", "A", "a_b"] {
            assert!(Slug::new(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn the_error_names_the_rule() {
        assert_eq!(
            MetricName::new("5xx").unwrap_err().to_string(),
            "`5xx` is not a metric name: letters, digits, `_` and `:`, not starting with a digit"
        );
    }
}
