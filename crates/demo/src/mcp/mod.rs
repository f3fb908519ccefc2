//! The MCP server: tools over a tenant's data, behind governance. JSON-RPC 2.0 over HTTP, at `/mcp`.

mod governance;
mod rpc;
mod tools;

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use obsctl_stack::{metrics, services};
use obsctl_telemetry::context;
use serde_json::json;

pub use rpc::{Answer, Request};
pub use tools::NAMES as TOOLS;

use crate::limiter::Limiter;
use crate::pace::give_credit;
use crate::scenario::Scenario;
use crate::service::{Service, ServiceError};
use crate::settings::Settings;

/// What all calls share.
#[derive(Debug)]
struct Mcp {
    service: Service,
    /// One bucket for each tool and tenant.
    limiter: Limiter<(String, String)>,
}

/// Runs the MCP server until it is told to end.
///
/// # Errors
/// When it cannot start.
pub async fn main(settings: Settings) -> Result<(), ServiceError> {
    let families = [metrics::mcp::family()];
    let (service, telemetry) = Service::start(services::MCP, settings, &families).await?;
    let mcp = Arc::new(Mcp {
        limiter: Limiter::new(service.pace),
        service,
    });
    let router = Router::new()
        .route("/mcp", post(answer))
        .with_state(Arc::clone(&mcp))
        .merge(mcp.service.probes());
    mcp.service.serve(router, telemetry).await
}

async fn answer(
    State(mcp): State<Arc<Mcp>>,
    headers: HeaderMap,
    Json(request): Json<Request>,
) -> Response {
    if mcp.service.switches.is_on(Scenario::ServiceDown) {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    }
    let context = context::extract(&headers);
    let answered = async {
        let answer = match request.method.as_str() {
            "initialize" => Answer::to(
                &request,
                json!({
                    "protocolVersion": "2025-06-18",
                    "capabilities": { "tools": {} },
                    "serverInfo": { "name": "obsctl-demo", "version": env!("CARGO_PKG_VERSION") },
                }),
            ),
            "tools/list" => Answer::to(&request, tools::list()),
            "tools/call" => governance::call(&mcp, &request, context).await,
            _ => Answer::unknown(&request),
        };
        let mut response = Json(answer).into_response();
        give_credit(response.headers_mut());
        response
    };
    mcp.service.pace.measure(answered).await.0
}
