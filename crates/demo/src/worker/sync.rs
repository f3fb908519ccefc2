//! The sync of a connection: fetch, map, upsert, object by object.

use http::{Method, StatusCode};
use obsctl_model::LabelValue;
use obsctl_stack::labels::{Endpoint, JobType, ObjectType, Provider, RowOperation};
use obsctl_stack::logs::events::worker::{
    DecryptionFailed, ExternalRateLimitHit, ExternalRequestFailed, SyncJobCompleted, SyncJobStarted,
};
use obsctl_stack::metrics::external::{
    ExternalApiLatency, ExternalApiRateLimited, ExternalApiRequests,
};
use obsctl_stack::metrics::worker::WorkerRowsProcessed;
use obsctl_telemetry::event::EmitEvent;
use obsctl_telemetry::metrics::{RecordCounter, RecordHistogram};
use tracing::{Instrument, info_span};

use super::Worker;
use super::error::TaskError;
use crate::client::CallError;
use crate::domain::{PROVIDERS, objects, read, sync_of};
use crate::pace;
use crate::providers::Page;
use crate::report::failure;
use crate::scenario::Scenario;
use crate::store::connections::Connection;
use crate::store::jobs::Job;

/// More pages than this are left for the next time.
const MOST_PAGES: u64 = 10;

#[derive(Clone, Copy, Default)]
struct Rows {
    created: u64,
    updated: u64,
}

/// Syncs a connection; says how many rows it read and wrote.
pub(super) async fn connection(worker: &Worker, job: &Job) -> Result<u64, TaskError> {
    let store = &worker.service.store;
    let id = job.connection_id.as_deref().unwrap_or_default();
    let connection = store.connection(&job.tenant_id, id).await?;
    let connection = connection.ok_or(TaskError::NoConnection)?;
    let provider = read(&connection.provider, &PROVIDERS).ok_or(TaskError::NoConnection)?;
    SyncJobStarted {}.emit();
    let token = decrypt(worker, &connection)?;
    let (rows, took) = worker
        .service
        .pace
        .measure(objects_of(worker, job, &connection, provider, &token))
        .await;
    let status = if rows.is_ok() { "active" } else { "error" };
    if status != connection.status {
        store
            .set_connection_status(&job.tenant_id, id, status)
            .await?;
    }
    let rows = rows?;
    let processed = rows.created + rows.updated;
    SyncJobCompleted {
        component: "worker".into(),
        rows_processed: processed.into(),
        rows_created: rows.created.into(),
        rows_updated: rows.updated.into(),
        duration_ms: took.into(),
    }
    .emit();
    Ok(processed)
}

fn decrypt(worker: &Worker, connection: &Connection) -> Result<String, TaskError> {
    let decrypted = worker
        .service
        .vault()
        .decrypt(&connection.encrypted_credentials);
    decrypted.map_err(|error| {
        DecryptionFailed {
            failure: failure(&error, "InvalidToken"),
            key_version: connection.encryption_key_version.into(),
        }
        .emit();
        error.into()
    })
}

async fn objects_of(
    worker: &Worker,
    job: &Job,
    connection: &Connection,
    provider: Provider,
    token: &str,
) -> Result<Rows, TaskError> {
    let mut all = Rows::default();
    for (object_type, endpoint) in objects(provider) {
        let (name, object) = (provider.text(), object_type.text());
        let span = info_span!(
            "sync",
            otel.name = %format_args!("sync_{name}_{object}"),
            job_id = job.id,
            tenant_id = job.tenant_id,
            job_type = job.job_type,
            provider = &*name,
        );
        let rows = pages(worker, connection, provider, *object_type, endpoint, token)
            .instrument(span)
            .await?;
        all.created += rows.created;
        all.updated += rows.updated;
        let stuck =
            provider == Provider::Stripe && worker.service.switches.is_on(Scenario::StaleSync);
        if !stuck {
            worker
                .service
                .store
                .synced(&connection.id, &object, pace::now())
                .await?;
        }
    }
    Ok(all)
}

async fn pages(
    worker: &Worker,
    connection: &Connection,
    provider: Provider,
    object_type: ObjectType,
    endpoint: &'static str,
    token: &str,
) -> Result<Rows, TaskError> {
    let mut rows = Rows::default();
    let job_type: JobType = sync_of(provider);
    let mut next = Some(0);
    while let Some(number) = next.filter(|number| *number < MOST_PAGES) {
        let page = fetch(worker, provider, endpoint, number, token).await?;
        for object in page.data {
            let created = worker
                .service
                .store
                .upsert(
                    &connection.tenant_id,
                    &object_type.text(),
                    &object.id,
                    object.amount_cents,
                    pace::now(),
                )
                .await?;
            let operation = if created {
                rows.created += 1;
                RowOperation::Created
            } else {
                rows.updated += 1;
                RowOperation::Updated
            };
            WorkerRowsProcessed {
                job_type,
                operation,
            }
            .inc();
        }
        next = page.next;
    }
    Ok(rows)
}

/// Asks a provider for a page. One that asked for patience is left alone until its time is over.
async fn fetch(
    worker: &Worker,
    provider: Provider,
    endpoint: &'static str,
    page: u64,
    token: &str,
) -> Result<Page, TaskError> {
    let name = provider.text();
    let paused = format!("paused:{name}");
    if let Some(seconds) = worker.cache.get(&paused) {
        return Err(TaskError::Limited {
            provider,
            seconds: seconds.parse().unwrap_or_default(),
        });
    }
    let base = &worker.service.settings.providers_url;
    let url = format!("{base}/{name}{endpoint}?page={page}");
    let call = worker
        .client
        .call::<(), Page>(Method::GET, &url, &name, Some(token), None);
    let (answer, took) = worker.service.pace.measure(call).await;
    let status = match &answer {
        Ok(_) => Some(StatusCode::OK),
        Err(error) => error.status(),
    };
    let endpoint = Endpoint::from(endpoint);
    ExternalApiLatency {
        provider,
        endpoint: endpoint.clone(),
    }
    .observe(took.as_secs_f64());
    if let Some(status) = status {
        ExternalApiRequests {
            provider,
            endpoint,
            status_code: status.as_str().into(),
        }
        .inc();
    }
    answer.map_err(|source| refused(worker, provider, source))
}

fn refused(worker: &Worker, provider: Provider, source: CallError) -> TaskError {
    if let CallError::Status {
        status: StatusCode::TOO_MANY_REQUESTS,
        retry_after,
        ..
    } = source
    {
        let seconds = retry_after.unwrap_or(30);
        ExternalApiRateLimited { provider }.inc();
        ExternalRateLimitHit {
            provider,
            retry_after_seconds: seconds.into(),
        }
        .emit();
        let key = format!("paused:{}", provider.text());
        let pause = std::time::Duration::from_secs(seconds);
        worker.cache.set(&key, &seconds.to_string(), pause);
        return TaskError::Limited { provider, seconds };
    }
    let status_code = source.status().map(|status| status.as_u16().into());
    let error = TaskError::Call { provider, source };
    ExternalRequestFailed {
        failure: failure(&error, error.kind()),
        provider,
        status_code,
    }
    .emit();
    error
}
