//! The tools.

use std::time::Duration;

use obsctl_model::LabelValue;
use obsctl_stack::labels::ObjectType;
use serde_json::{Value, json};

use super::Mcp;
use crate::domain::Permission;
use crate::scenario::Scenario;
use crate::store::StoreError;

/// A tool.
#[derive(Clone, Copy, Debug)]
pub(super) struct Tool {
    pub(super) name: &'static str,
    description: &'static str,
    /// What it reads.
    object: ObjectType,
    /// How long it usually takes.
    typical: Duration,
    /// What a user must be allowed to.
    pub(super) permission: Permission,
    /// Calls per simulated second that a tenant may make.
    pub(super) limit: f64,
}

const ALL: [Tool; 4] = [
    Tool {
        name: "netsuite_suiteql",
        description: "Asks NetSuite's copy for invoices",
        object: ObjectType::Invoices,
        typical: Duration::from_millis(800),
        permission: Permission::CallTools,
        limit: 0.5,
    },
    Tool {
        name: "orders_search",
        description: "Finds orders",
        object: ObjectType::Orders,
        typical: Duration::from_millis(150),
        permission: Permission::ReadData,
        limit: 0.5,
    },
    Tool {
        name: "payments_search",
        description: "Finds payments",
        object: ObjectType::Payments,
        typical: Duration::from_millis(150),
        permission: Permission::ReadData,
        limit: 0.5,
    },
    Tool {
        name: "audit_export",
        description: "Writes the audit trail into a file",
        object: ObjectType::Payouts,
        typical: Duration::from_secs(2),
        permission: Permission::ReadAudit,
        // It is expensive: once in ten minutes, and a little more at once.
        limit: 0.002,
    },
];

/// The names of all tools.
pub const NAMES: [&str; 4] = [ALL[0].name, ALL[1].name, ALL[2].name, ALL[3].name];

/// Why a tool ended in an error.
#[derive(Debug, thiserror::Error)]
pub(super) enum ToolError {
    /// NetSuite's copy.
    #[error("SuiteQL: invalid or unsupported search")]
    SuiteQl,
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl ToolError {
    /// Its class, as log lines name it.
    pub(super) fn kind(&self) -> &'static str {
        match self {
            Self::SuiteQl => "SuiteQLError",
            Self::Store(error) => error.kind(),
        }
    }
}

/// The tool of that name.
pub(super) fn named(name: &str) -> Option<Tool> {
    ALL.into_iter().find(|tool| tool.name == name)
}

/// All tools, as MCP lists them.
pub(super) fn list() -> Value {
    let tools = ALL.map(|tool| {
        json!({
            "name": tool.name,
            "description": tool.description,
            "inputSchema": { "type": "object", "properties": {} },
        })
    });
    json!({ "tools": tools })
}

impl Tool {
    /// Runs it: the rows of its answer.
    pub(super) async fn run(&self, mcp: &Mcp, tenant_id: &str) -> Result<Vec<Value>, ToolError> {
        let service = &mcp.service;
        let took = service.random.latency(self.typical);
        service.pace.sleep(took).await;
        let broken =
            self.name == "netsuite_suiteql" && service.switches.is_on(Scenario::ToolErrors);
        if broken && service.random.happens(0.8) {
            return Err(ToolError::SuiteQl);
        }
        let limit = i64::try_from(1 + service.random.below(80)).unwrap_or(1);
        let object = self.object.text();
        let rows = service.store.rows(tenant_id, &object, limit).await?;
        let rows = rows.into_iter().map(|row| json!(row));
        Ok(rows.collect())
    }
}
