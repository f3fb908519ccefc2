//! One job, from the queue to its end: context, span, lines, metrics, another try.

use obsctl_stack::labels::{AuditCategory, JobStatus, JobType};
use obsctl_stack::logs::contexts::WorkerTask;
use obsctl_stack::logs::events::worker::{
    SyncJobFailed, WorkerTaskCompleted, WorkerTaskFailed, WorkerTaskRetried, WorkerTaskStarted,
};
use obsctl_stack::metrics::worker::{WorkerJobDuration, WorkerJobRetries, WorkerJobs};
use obsctl_telemetry::context;
use obsctl_telemetry::event::EmitEvent;
use obsctl_telemetry::metrics::{RecordCounter, RecordHistogram};
use tracing::field::Empty;
use tracing::{Span, info_span};

use super::Worker;
use super::error::TaskError;
use super::{sync, tasks};
use crate::domain::{JOB_TYPES, read, task_of};
use crate::pace;
use crate::report::{audit, failure, stored};
use crate::store::StoreError;
use crate::store::jobs::Job;

/// How often a job is tried.
const ATTEMPTS: u32 = 4;

/// Runs a job in the context it was enqueued in, and in a span that continues the trace.
pub(super) async fn job(worker: &Worker, job: &Job) {
    let Some(job_type) = read(&job.job_type, &JOB_TYPES) else {
        let ended = worker.service.store.end_job(
            &job.id,
            "failed",
            Some("no worker knows jobs of this type"),
            pace::now(),
        );
        let _ = ended.await;
        return;
    };
    let enqueued = context::extract(&stored(&job.headers));
    let context = enqueued
        .with("tenant_id", &*job.tenant_id)
        .with_fields(WorkerTask {
            job_id: (&job.id).into(),
            job_type,
            connection_id: job.connection_id.as_ref().map(Into::into),
            celery_task_id: Some(format!("{}.{}", job.id, job.attempts).into()),
        });
    let correlation_id = context.correlation_id().unwrap_or_default().to_owned();
    let span = || {
        info_span!(
            "task",
            otel.kind = "consumer",
            otel.name = %format_args!("run/{}", task_of(job_type)),
            otel.status_code = Empty,
            celery.task_name = task_of(job_type),
            celery.state = Empty,
            job_id = job.id,
            job_type = job.job_type,
            tenant_id = job.tenant_id,
            correlation_id,
        )
    };
    context.traced(span, attempt(worker, job, job_type)).await;
}

/// Tries a job once, and says what became of it.
async fn attempt(worker: &Worker, job: &Job, job_type: JobType) {
    WorkerTaskStarted {}.emit();
    let (result, took) = worker
        .service
        .pace
        .measure(work(worker, job, job_type))
        .await;
    let ended = match result {
        Ok(rows) => {
            WorkerTaskCompleted {
                rows_processed: rows.into(),
            }
            .emit();
            WorkerJobDuration { job_type }.observe(took.as_secs_f64());
            completed(worker, job, job_type).await
        }
        Err(error) => {
            let attempts = u32::try_from(job.attempts).unwrap_or(ATTEMPTS);
            let retry = error.retry_after(attempts).filter(|_| attempts < ATTEMPTS);
            Span::current().record("otel.status_code", "ERROR");
            if let Some(after) = retry {
                Span::current().record("celery.state", "RETRY");
                WorkerJobRetries { job_type }.inc();
                WorkerTaskRetried {
                    failure: failure(&error, error.kind()),
                    retries: attempts.into(),
                }
                .emit();
                let at = pace::now() + worker.service.pace.real_millis(after);
                let text = error.to_string();
                worker.service.store.retry_job(&job.id, &text, at).await
            } else {
                WorkerJobDuration { job_type }.observe(took.as_secs_f64());
                failed(worker, job, job_type, &error).await
            }
        }
    };
    // A database that is gone has the job as running: it is put back when it has run for too long.
    let _ = ended;
}

async fn work(worker: &Worker, job: &Job, job_type: JobType) -> Result<u64, TaskError> {
    match job_type {
        JobType::ShopifySync | JobType::StripeSync | JobType::NetsuiteSync => {
            sync::connection(worker, job).await
        }
        JobType::Reconciliation => tasks::reconcile(worker, job).await,
        JobType::Export => tasks::export(worker, job).await,
    }
}

async fn completed(worker: &Worker, job: &Job, job_type: JobType) -> Result<(), StoreError> {
    Span::current().record("celery.state", "SUCCESS");
    let status = JobStatus::Completed;
    WorkerJobs { job_type, status }.inc();
    let store = &worker.service.store;
    audit(store, AuditCategory::Job, "job_completed").await?;
    store.end_job(&job.id, "completed", None, pace::now()).await
}

async fn failed(
    worker: &Worker,
    job: &Job,
    job_type: JobType,
    error: &TaskError,
) -> Result<(), StoreError> {
    Span::current().record("celery.state", "FAILURE");
    let status = JobStatus::Failed;
    WorkerJobs { job_type, status }.inc();
    let failure = failure(error, error.kind());
    let is_sync = job.connection_id.is_some();
    if is_sync {
        SyncJobFailed {
            failure: failure.clone(),
        }
        .emit();
    }
    WorkerTaskFailed { failure }.emit();
    let store = &worker.service.store;
    audit(store, AuditCategory::Job, "job_failed").await?;
    let text = error.to_string();
    store
        .end_job(&job.id, "failed", Some(&text), pace::now())
        .await
}
