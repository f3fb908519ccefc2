//! Around every call of a tool: permission, rate limit, span, lines, metrics, an entry in the audit trail.

use std::time::Duration;

use obsctl_stack::labels::{AuditCategory, TenantId, ToolName, ToolStatus};
use obsctl_stack::logs::contexts::McpToolCall;
use obsctl_stack::logs::events::mcp::{ToolCalled, ToolDenied, ToolFailed, ToolRateLimited};
use obsctl_stack::metrics::mcp::{
    McpToolDuration, McpToolInvocations, McpToolRateLimited, McpToolRowsReturned,
};
use obsctl_telemetry::context::Context;
use obsctl_telemetry::event::EmitEvent;
use obsctl_telemetry::metrics::{RecordCounter, RecordHistogram};
use serde_json::json;
use tracing::field::Empty;
use tracing::{Span, info_span};

use super::Mcp;
use super::rpc::{Answer, Request, TOOL_ERROR};
use super::tools::{self, Tool};
use crate::domain::{ROLES, read};
use crate::report::{audit, failure};

/// Calls a tool within the caller's context.
pub(super) async fn call(mcp: &Mcp, request: &Request, context: Context) -> Answer {
    let Some(tool) = tools::named(request.text("/name")) else {
        return Answer::error(request, TOOL_ERROR, "unknown tool");
    };
    let tenant_id = request.text("/_meta/tenant_id");
    let correlation_id = context.correlation_id().unwrap_or_default().to_owned();
    let context = context.with("tenant_id", tenant_id);
    let span = || {
        info_span!(
            "tool",
            otel.kind = "server",
            otel.name = %format_args!("tool {}", tool.name),
            otel.status_code = Empty,
            tool_name = tool.name,
            rows_returned = Empty,
            tenant_id,
            correlation_id,
        )
    };
    context
        .traced(span, governed(mcp, request, tool, tenant_id))
        .await
}

async fn governed(mcp: &Mcp, request: &Request, tool: Tool, tenant_id: &str) -> Answer {
    let tool_name = ToolName::from(tool.name);
    let ended = |status| {
        let tool_name = tool_name.clone();
        McpToolInvocations { tool_name, status }.inc();
    };
    let line = |took: Option<Duration>, rows: Option<usize>| McpToolCall {
        tool_name: tool_name.clone(),
        execution_time_ms: took.map(Into::into),
        rows_returned: rows.map(Into::into),
    };
    let role = read(request.text("/_meta/role"), &ROLES);
    let allowed = role.is_some_and(|role| tool.permission.is_of(role)) && !tenant_id.is_empty();
    if !allowed {
        ended(ToolStatus::Denied);
        ToolDenied {}.within(line(None, None)).emit();
        return Answer::error(request, TOOL_ERROR, "your role does not allow this tool");
    }
    let key = (tool.name.to_owned(), tenant_id.to_owned());
    if !mcp.limiter.allows(&key, tool.limit) {
        McpToolRateLimited {
            tool_name: tool_name.clone(),
            tenant_id: TenantId::from(tenant_id),
        }
        .inc();
        ended(ToolStatus::Denied);
        ToolRateLimited {}.within(line(None, None)).emit();
        return Answer::error(request, TOOL_ERROR, "too many calls of this tool");
    }
    let (result, took) = mcp.service.pace.measure(tool.run(mcp, tenant_id)).await;
    McpToolDuration {
        tool_name: tool_name.clone(),
    }
    .observe(took.as_secs_f64());
    match result {
        Ok(rows) => {
            ended(ToolStatus::Success);
            Span::current().record("rows_returned", rows.len());
            #[expect(clippy::cast_precision_loss, reason = "at most a hundred rows")]
            McpToolRowsReturned {
                tool_name: tool_name.clone(),
            }
            .observe(rows.len() as f64);
            ToolCalled {}
                .within(line(Some(took), Some(rows.len())))
                .emit();
            // The answer stands, whether or not it could be written down.
            let _ = audit(&mcp.service.store, AuditCategory::ToolCall, "tool_called").await;
            Answer::to(request, json!({ "structuredContent": { "rows": rows } }))
        }
        Err(error) => {
            ended(ToolStatus::Error);
            Span::current().record("otel.status_code", "ERROR");
            let failure = failure(&error, error.kind());
            ToolFailed { failure }.within(line(Some(took), None)).emit();
            Answer::error(request, TOOL_ERROR, &error.to_string())
        }
    }
}
