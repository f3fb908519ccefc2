//! Traces: the spans that are made and the attributes they carry.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Allow, Origin};

/// The span catalog of a stack.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SpanCatalog {
    /// Attributes of every span's resource.
    #[serde(default)]
    pub resource: Vec<Attribute>,
    /// The spans.
    #[serde(default)]
    pub spans: Vec<SpanDef>,
}

/// A span that an instrumentation point makes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SpanDef {
    /// The span name, or its template: `{method} {path}`.
    pub name: String,
    /// The OpenTelemetry kind.
    pub kind: SpanKind,
    /// The service that makes it.
    pub service: String,
    /// What makes it: `SQLAlchemy`, `httpx`.
    pub instrumentation: String,
    /// How early it is wanted.
    pub priority: Priority,
    /// What it measures.
    pub description: String,
    /// Its attributes.
    #[serde(default)]
    pub attributes: Vec<Attribute>,
    /// Accepted findings.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub allow: Vec<Allow>,
    /// Where it is declared.
    #[serde(skip)]
    pub origin: Origin,
}

impl SpanDef {
    /// A span of `service`, made by `instrumentation`.
    #[track_caller]
    #[must_use]
    pub fn new(
        name: impl Into<String>,
        kind: SpanKind,
        service: impl Into<String>,
        instrumentation: impl Into<String>,
        description: impl Into<String>,
    ) -> Self {
        Self {
            name: name.into(),
            kind,
            service: service.into(),
            instrumentation: instrumentation.into(),
            priority: Priority::P1,
            description: description.into(),
            attributes: vec![],
            allow: vec![],
            origin: Origin::here(),
        }
    }

    /// How early it is wanted.
    #[must_use]
    pub fn priority(mut self, priority: Priority) -> Self {
        self.priority = priority;
        self
    }

    /// It carries this attribute.
    #[must_use]
    pub fn attribute(mut self, attribute: Attribute) -> Self {
        self.attributes.push(attribute);
        self
    }
}

/// OpenTelemetry's span kinds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "OpenTelemetry's own words")]
pub enum SpanKind {
    Internal,
    Server,
    Client,
    Producer,
    Consumer,
}

/// How early an instrumentation point is wanted: P0 first.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[allow(missing_docs, reason = "the words say it")]
pub enum Priority {
    P0,
    P1,
    P2,
}

/// An attribute of a span or a resource.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Attribute {
    /// Its key: `tenant_id`, `service.name`.
    pub name: String,
    /// What it says.
    pub description: String,
    /// A value.
    pub example: String,
}

impl Attribute {
    /// An attribute with a sample value.
    #[must_use]
    pub fn new(
        name: impl Into<String>,
        description: impl Into<String>,
        example: impl Into<String>,
    ) -> Self {
        Self {
            name: name.into(),
            description: description.into(),
            example: example.into(),
        }
    }
}
