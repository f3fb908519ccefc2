//! What happens around each request: its metrics, and trouble while a scenario is on.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{MatchedPath, Request, State};
use axum::http::Method;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use obsctl_stack::labels::{HttpMethod, Route};
use obsctl_stack::logs::contexts::{ApiRequest, Failure};
use obsctl_stack::logs::events::api::RequestFailed;
use obsctl_stack::metrics::api::{ApiLatency, ApiRequests};
use obsctl_telemetry::context::{self, Context};
use obsctl_telemetry::event::EmitEvent;
use obsctl_telemetry::metrics::{RecordCounter, RecordHistogram};
use serde_json::Value;

use super::Api;
use super::error::{ApiError, Failed};
use crate::scenario::Scenario;

/// Counts and measures a request, in the tenant that it turned out to be of.
pub(super) async fn request(
    State(api): State<Arc<Api>>,
    matched: Option<MatchedPath>,
    request: Request,
    next: Next,
) -> Response {
    let path = matched.as_ref().map_or("unknown", MatchedPath::as_str);
    let method = method(request.method());
    context::bind_fields(ApiRequest {
        user_id: None,
        method,
        path: path.into(),
        status_code: None,
        duration_ms: None,
    });
    let answer = async {
        match trouble(&api, path).await {
            Ok(()) => next.run(request).await,
            Err(error) => error.into_response(),
        }
    };
    let (response, took) = api.service.pace.measure(answer).await;
    let status = response.status();
    if let Some(failed) = response.extensions().get::<Failed>() {
        let failure = Failure {
            error: failed.error.clone().into(),
            error_type: failed.kind.into(),
            exc_info: None,
        };
        RequestFailed { failure }.emit();
    }
    let bound = Context::current();
    let tenant = bound.fields().get("tenant_id").and_then(Value::as_str);
    ApiRequests {
        method,
        path: Route::from(path),
        status_code: status.as_str().into(),
        tenant_id: tenant.unwrap_or_default().into(),
    }
    .inc();
    ApiLatency {
        method,
        path: Route::from(path),
        status_code: status.as_str().into(),
    }
    .observe(took.as_secs_f64());
    response
}

/// What a scenario does to a request before it is handled.
async fn trouble(api: &Api, path: &str) -> Result<(), ApiError> {
    let (switches, random) = (&api.service.switches, &api.service.random);
    let typical = Duration::from_millis(25);
    api.service.pace.sleep(random.latency(typical)).await;
    if path == "/api/v1/orders" && switches.is_on(Scenario::SlowApi) {
        let slow = Duration::from_millis(3500 + random.below(1200));
        api.service.pace.sleep(slow).await;
    }
    if switches.is_on(Scenario::ApiErrors) && random.happens(0.2) {
        return Err(ApiError::Broken("the pool of workers is exhausted"));
    }
    if path == "/api/v1/exports" && switches.is_on(Scenario::EndpointFailing) {
        return Err(ApiError::Broken("the template of exports is missing"));
    }
    Ok(())
}

/// The methods that routes have.
fn method(method: &Method) -> HttpMethod {
    match *method {
        Method::POST => HttpMethod::Post,
        Method::PUT => HttpMethod::Put,
        Method::PATCH => HttpMethod::Patch,
        Method::DELETE => HttpMethod::Delete,
        _ => HttpMethod::Get,
    }
}
