//! Jobs that users ask for.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use obsctl_model::LabelValue;
use obsctl_stack::labels::{AuditCategory, Feature, JobType, Queue};
use obsctl_telemetry::ids;
use serde_json::{Value, json};
use tracing::{Instrument, info_span};

use super::Api;
use super::error::ApiError;
use super::identity::identify;
use crate::domain::{PROVIDERS, Permission, read, sync_of, task_of};
use crate::report::{Enqueued, audit, enqueue};
use crate::store::jobs::JobStatus;

pub(super) async fn list(
    State(api): State<Arc<Api>>,
    headers: HeaderMap,
) -> Result<Json<Vec<JobStatus>>, ApiError> {
    let who = identify(&api, &headers, Permission::ReadData).await?;
    Ok(Json(api.service.store.jobs(&who.user.tenant_id).await?))
}

pub(super) async fn show(
    State(api): State<Arc<Api>>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Json<JobStatus>, ApiError> {
    let who = identify(&api, &headers, Permission::ReadData).await?;
    let job = api.service.store.job(&who.user.tenant_id, &id).await?;
    Ok(Json(job.ok_or(ApiError::NotFound("job"))?))
}

/// Syncs a connection now.
pub(super) async fn sync(
    State(api): State<Arc<Api>>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<(StatusCode, Json<Value>), ApiError> {
    let who = identify(&api, &headers, Permission::RunJobs).await?;
    let store = &api.service.store;
    let connection = store.connection(&who.user.tenant_id, &id).await?;
    let connection = connection.ok_or(ApiError::NotFound("connection"))?;
    let provider =
        read(&connection.provider, &PROVIDERS).ok_or(ApiError::NotFound("connection"))?;
    let job = Enqueued {
        tenant_id: &who.user.tenant_id,
        connection_id: Some(&id),
        job_type: sync_of(provider),
        queue: Queue::Default,
    };
    put(&api, job).await
}

/// Writes the tenant's orders into a file.
pub(super) async fn export(
    State(api): State<Arc<Api>>,
    headers: HeaderMap,
) -> Result<(StatusCode, Json<Value>), ApiError> {
    let who = identify(&api, &headers, Permission::RunJobs).await?;
    who.entitled(&api, Feature::Exports).await?;
    let job = Enqueued {
        tenant_id: &who.user.tenant_id,
        connection_id: None,
        job_type: JobType::Export,
        queue: Queue::Export,
    };
    put(&api, job).await
}

/// Puts a job into its queue; the worker's span continues from here.
async fn put(api: &Api, job: Enqueued<'_>) -> Result<(StatusCode, Json<Value>), ApiError> {
    let id = ids::uuid();
    let store = &api.service.store;
    let span = info_span!(
        "enqueue",
        otel.kind = "producer",
        otel.name = %format_args!("apply_async/{}", task_of(job.job_type)),
        messaging.destination = &*job.queue.text(),
        job_id = id,
    );
    enqueue(store, &id, job).instrument(span).await?;
    audit(store, AuditCategory::Job, "job_requested").await?;
    Ok((StatusCode::ACCEPTED, Json(json!({ "id": id }))))
}
