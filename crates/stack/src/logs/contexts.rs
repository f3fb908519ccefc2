//! Contexts: what lines of one kind have beside the standard fields.

use obsctl_model::{FieldKind, LogContext, LogField};

use super::fields::{connection_id, duration_ms, rows, status_code, user_id};

/// Lines written while a request is served.
pub const API_REQUEST: &str = "API request";
/// Lines written while a worker runs a task.
pub const WORKER_TASK: &str = "Worker task";
/// Lines written while a tool runs.
pub const MCP_TOOL_CALL: &str = "MCP tool call";
/// Lines about somebody signing in, out or up.
pub const AUTH_EVENT: &str = "Auth event";
/// Lines about something that went wrong.
pub const ERROR: &str = "Error";

/// All contexts.
#[must_use]
pub fn all() -> Vec<LogContext> {
    vec![
        api_request(),
        worker_task(),
        mcp_tool_call(),
        auth_event(),
        error(),
    ]
}

fn api_request() -> LogContext {
    LogContext::new(
        API_REQUEST,
        [
            user_id(),
            LogField::new("method", FieldKind::Keyword, "The HTTP method", "POST"),
            LogField::new(
                "path",
                FieldKind::Text,
                "The path of the request",
                "/api/v1/connections",
            ),
            status_code(),
            duration_ms(),
        ],
    )
}

fn worker_task() -> LogContext {
    LogContext::new(
        WORKER_TASK,
        [
            LogField::new(
                "job_id",
                FieldKind::Id,
                "The row in `jobs`",
                "7c9e6679-7425-40de-944b-e07fc1f90ae7",
            ),
            LogField::new(
                "job_type",
                FieldKind::Keyword,
                "What kind of job",
                "shopify_sync",
            ),
            connection_id(),
            LogField::new(
                "celery_task_id",
                FieldKind::Id,
                "The task in the queue",
                "abc123def456",
            ),
        ],
    )
}

fn mcp_tool_call() -> LogContext {
    LogContext::new(
        MCP_TOOL_CALL,
        [
            LogField::new(
                "tool_name",
                FieldKind::Keyword,
                "Which tool was called",
                "netsuite_suiteql",
            ),
            LogField::new(
                "execution_time_ms",
                FieldKind::Milliseconds,
                "How long the tool ran",
                "840",
            ),
            rows("rows_returned", "Rows in the tool's answer", "25"),
        ],
    )
}

fn auth_event() -> LogContext {
    LogContext::new(
        AUTH_EVENT,
        [
            user_id(),
            LogField::new(
                "email",
                FieldKind::Text,
                "The address used to sign in",
                "jane@example.com",
            ),
            LogField::new(
                "action",
                FieldKind::Keyword,
                "`login`, `logout` or `register`",
                "login",
            ),
        ],
    )
}

fn error() -> LogContext {
    LogContext::new(
        ERROR,
        [
            LogField::new(
                "error",
                FieldKind::Text,
                "The exception as text",
                "401 Unauthorized",
            ),
            LogField::new(
                "error_type",
                FieldKind::Keyword,
                "The class of the exception",
                "HTTPStatusError",
            ),
            LogField::new(
                "exc_info",
                FieldKind::Text,
                "The stack trace",
                "Traceback (most recent call last): ...",
            ),
        ],
    )
}
