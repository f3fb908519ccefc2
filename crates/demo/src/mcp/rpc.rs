//! The messages: JSON-RPC 2.0, as far as tools need it.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// A request.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Request {
    jsonrpc: String,
    id: Value,
    /// What is asked for.
    pub method: String,
    /// With what.
    #[serde(default)]
    pub params: Value,
}

impl Request {
    /// A call of a tool, for a tenant, by somebody with a role.
    #[must_use]
    pub fn call(tool: &str, tenant_id: &str, role: &str) -> Self {
        Self {
            jsonrpc: "2.0".to_owned(),
            id: 1.into(),
            method: "tools/call".to_owned(),
            params: json!({
                "name": tool,
                "arguments": {},
                "_meta": { "tenant_id": tenant_id, "role": role },
            }),
        }
    }

    /// A text among the parameters; empty where there is none.
    #[must_use]
    pub fn text(&self, pointer: &str) -> &str {
        let found = self.params.pointer(pointer);
        found.and_then(Value::as_str).unwrap_or_default()
    }
}

/// An answer: a result or an error.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Answer {
    jsonrpc: String,
    id: Value,
    /// What was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub result: Option<Value>,
    /// Why it was not done.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<Value>,
}

/// JSON-RPC's own number.
const METHOD_NOT_FOUND: i32 = -32601;
/// A number that servers may choose.
pub const TOOL_ERROR: i32 = -32000;

impl Answer {
    /// What was asked for.
    #[must_use]
    pub fn to(request: &Request, result: Value) -> Self {
        Self {
            jsonrpc: "2.0".to_owned(),
            id: request.id.clone(),
            result: Some(result),
            error: None,
        }
    }

    /// Why it was not done.
    #[must_use]
    pub fn error(request: &Request, code: i32, message: &str) -> Self {
        Self {
            jsonrpc: "2.0".to_owned(),
            id: request.id.clone(),
            result: None,
            error: Some(json!({ "code": code, "message": message })),
        }
    }

    /// There is no such method.
    #[must_use]
    pub fn unknown(request: &Request) -> Self {
        Self::error(request, METHOD_NOT_FOUND, "unknown method")
    }
}
