//! Tools that users call through the API: the MCP server runs them.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, Method};
use obsctl_stack::labels::Feature;
use serde_json::Value;

use super::Api;
use super::error::ApiError;
use super::identity::identify;
use crate::domain::Permission;
use crate::mcp::{Answer, Request};

pub(super) async fn call(
    State(api): State<Arc<Api>>,
    Path(tool): Path<String>,
    headers: HeaderMap,
) -> Result<Json<Value>, ApiError> {
    let who = identify(&api, &headers, Permission::CallTools).await?;
    who.entitled(&api, Feature::McpTools).await?;
    let request = Request::call(&tool, &who.user.tenant_id, &who.user.role);
    let url = format!("{}/mcp", api.service.settings.mcp_url);
    let answer: Answer = api
        .client
        .call(Method::POST, &url, "mcp", None, Some(&request))
        .await?;
    match answer.result {
        Some(result) => Ok(Json(result)),
        // The tool has told its own log why.
        None => Err(ApiError::Invalid("the tool did not run")),
    }
}
