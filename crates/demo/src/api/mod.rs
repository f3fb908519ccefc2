//! The API: sign-in, connections, jobs, data, tools, the audit trail.

mod auth;
mod background;
mod connections;
mod control;
mod data;
mod error;
mod identity;
mod jobs;
mod record;
mod stream;
mod tools;

use std::sync::Arc;

use axum::Router;
use axum::extract::MatchedPath;
use axum::http::Extensions;
use axum::middleware::from_fn_with_state;
use axum::routing::{delete, get, patch, post, put};
use obsctl_stack::{metrics, services};
use obsctl_telemetry::layer::RequestLayer;

use crate::cache::Cache;
use crate::client::Client;
use crate::limiter::Limiter;
use crate::service::{Service, ServiceError};
use crate::settings::Settings;

/// What all handlers share.
#[derive(Debug)]
struct Api {
    service: Service,
    client: Client,
    cache: Cache,
    /// One bucket for each tenant.
    limiter: Limiter<String>,
}

/// Runs the API until it is told to end.
///
/// # Errors
/// When it cannot start.
pub async fn main(settings: Settings) -> Result<(), ServiceError> {
    let families = [metrics::api::family(), metrics::business::family()];
    let (service, telemetry) = Service::start(services::API, settings, &families).await?;
    let api = Arc::new(Api {
        client: Client::new()?,
        cache: Cache::new(service.pace),
        limiter: Limiter::new(service.pace),
        service,
    });
    tokio::spawn(background::publish_audit(Arc::clone(&api)));
    tokio::spawn(background::keep_gauges(Arc::clone(&api)));
    tokio::spawn(background::play_outage(Arc::clone(&api)));
    let router = product(&api)
        .merge(control::router(&api))
        .merge(api.service.probes());
    api.service.serve(router, telemetry).await
}

/// What users ask: each request has its context, its span, its line, its metrics.
fn product(api: &Arc<Api>) -> Router {
    Router::new()
        .route("/api/v1/auth/register", post(auth::register))
        .route("/api/v1/auth/login", post(auth::login))
        .route("/api/v1/auth/logout", post(auth::logout))
        .route(
            "/api/v1/connections",
            get(connections::list).post(connections::create),
        )
        .route(
            "/api/v1/connections/{connection_id}",
            patch(connections::rename),
        )
        .route(
            "/api/v1/connections/{connection_id}",
            delete(connections::remove),
        )
        .route(
            "/api/v1/connections/{connection_id}/test",
            post(connections::test),
        )
        .route("/api/v1/connections/{connection_id}/sync", post(jobs::sync))
        .route("/api/v1/exports", post(jobs::export))
        .route("/api/v1/jobs", get(jobs::list))
        .route("/api/v1/jobs/{job_id}", get(jobs::show))
        .route("/api/v1/orders", get(data::orders))
        .route("/api/v1/reports", get(data::reports))
        .route("/api/v1/settings", put(data::settings))
        .route("/api/v1/tools/{tool_name}", post(tools::call))
        .route("/api/v1/audit-events", get(data::audit_events))
        .route("/api/v1/events", get(stream::events))
        .layer(from_fn_with_state(Arc::clone(api), record::request))
        .layer(RequestLayer::new().route(route))
        .with_state(Arc::clone(api))
}

fn route(extensions: &Extensions) -> Option<Box<str>> {
    Some(extensions.get::<MatchedPath>()?.as_str().into())
}
