//! What the workers log.

use obsctl_model::prelude::*;

use crate::logs::contexts::{Failure, WorkerTask};
use crate::logs::fields::{duration_ms, provider, status_code};
use crate::services;

log_fields! {
    /// How often it was tried again so far.
    pub integer retries, like "2";

    /// `encryption_key_version` of the connection.
    pub integer key_version, like "2";

    /// The part of the system that did the work.
    pub keyword component, like "worker";

    /// Rows read and written.
    pub integer rows_processed, like "150";

    /// Rows that were new.
    pub integer rows_created, like "145";

    /// Rows that were known.
    pub integer rows_updated, like "5";

    /// How long the provider asked to wait.
    pub integer retry_after_seconds, like "30";
}

log_events! {
    service services::WORKER;

    /// A worker took a task from the queue.
    pub info WorkerTaskStarted("worker_task_started") in WorkerTask {}

    /// A worker finished a task.
    pub info WorkerTaskCompleted("worker_task_completed") in WorkerTask { rows_processed }

    /// A task failed and will be tried again.
    pub warning WorkerTaskRetried("worker_task_retried") in WorkerTask with failure: Failure { retries }

    /// A task failed and will not be tried again.
    pub error WorkerTaskFailed("worker_task_failed") in WorkerTask with failure: Failure {}

    /// A connection's credentials could not be decrypted.
    pub error DecryptionFailed("decryption_failed") in WorkerTask with failure: Failure { key_version }

    /// A sync job began.
    pub info SyncJobStarted("sync_job_started") in WorkerTask {}

    /// A sync job ended well.
    pub info SyncJobCompleted("sync_job_completed") in WorkerTask {
        component,
        rows_processed,
        rows_created,
        rows_updated,
        duration_ms,
    }

    /// A sync job ended badly.
    pub error SyncJobFailed("sync_job_failed") in WorkerTask with failure: Failure {}

    /// A provider refused or did not answer.
    pub warning ExternalRequestFailed("external_request_failed") in WorkerTask with failure: Failure {
        provider,
        status_code: optional,
    }

    /// A provider asked for patience.
    pub warning ExternalRateLimitHit("external_rate_limit_hit") in WorkerTask {
        provider,
        retry_after_seconds,
    }
}
