//! Contexts: what lines of one kind have beside the standard fields.

use obsctl_model::prelude::*;

use super::fields::{connection_id, duration_ms, status_code, user_id};
use crate::labels::{HttpMethod, JobType, ToolName};

labels! {
    /// How somebody signed in, out or up.
    pub enum AuthAction { Login = "login", Logout = "logout", Register = "register" }
}

log_fields! {
    /// The HTTP method.
    pub keyword method: HttpMethod, like "POST";

    /// The path of the request.
    pub text path, like "/api/v1/connections";

    /// The row in `jobs`.
    pub id job_id, like "7c9e6679-7425-40de-944b-e07fc1f90ae7";

    /// What kind of job.
    pub keyword job_type: JobType, like "shopify_sync";

    /// The task in the queue.
    pub id celery_task_id, like "abc123def456";

    /// Which tool was called.
    pub keyword tool_name: ToolName, like "netsuite_suiteql";

    /// How long the tool ran.
    pub milliseconds execution_time_ms, like "840";

    /// Rows in the tool's answer.
    pub integer rows_returned, like "25";

    /// The address used to sign in.
    pub text email, like "jane@example.com";

    /// `login`, `logout` or `register`.
    pub keyword action: AuthAction, like "login";

    /// The exception as text.
    pub text error, like "401 Unauthorized";

    /// The class of the exception.
    pub keyword error_type, like "HTTPStatusError";

    /// The stack trace.
    pub text exc_info, like "Traceback (most recent call last): ...";
}

log_contexts! {
    /// Lines written while a request is served; what only its answer tells is not there before.
    pub ApiRequest("API request") {
        user_id: optional,
        method,
        path,
        status_code: optional,
        duration_ms: optional,
    }

    /// Lines written while a worker runs a task.
    pub WorkerTask("Worker task") {
        job_id,
        job_type,
        connection_id: optional,
        celery_task_id: optional,
    }

    /// Lines written while a tool runs; what only its end tells is not there before.
    pub McpToolCall("MCP tool call") {
        tool_name,
        execution_time_ms: optional,
        rows_returned: optional,
    }

    /// Lines about somebody signing in, out or up; a request that was not authenticated is none of these.
    pub AuthEvent("Auth event") { user_id: optional, email: optional, action: optional }

    /// Lines about something that went wrong.
    pub Failure("Error") { error, error_type, exc_info: optional }
}
