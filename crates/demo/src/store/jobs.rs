//! The queue: jobs that are in the database until they are done, whatever becomes of the workers.

use super::{Store, StoreError};

/// A job that a worker took.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Job {
    /// Its identifier.
    pub id: String,
    /// Whose data it is about.
    pub tenant_id: String,
    /// The connection it syncs, if it does.
    pub connection_id: Option<String>,
    /// What kind of job.
    pub job_type: String,
    /// The queue it came from.
    pub queue: String,
    /// How often it was tried, this time included.
    pub attempts: i64,
    /// What it takes along from where it was enqueued, as JSON.
    pub headers: String,
}

from_row! { Job { id, tenant_id, connection_id, job_type, queue, attempts, headers } }

/// What users see of a job.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct JobStatus {
    /// Its identifier.
    pub id: String,
    /// What kind of job.
    pub job_type: String,
    /// `pending`, `running`, `completed` or `failed`.
    pub status: String,
    /// How often it was tried.
    pub attempts: i64,
    /// Why it failed.
    pub error_message: Option<String>,
}

from_row! { JobStatus { id, job_type, status, attempts, error_message } }

/// A job to be put into a queue.
#[derive(Clone, Debug)]
pub struct NewJob<'a> {
    /// Its identifier.
    pub id: &'a str,
    /// Whose data it is about.
    pub tenant_id: &'a str,
    /// The connection it syncs, if it does.
    pub connection_id: Option<&'a str>,
    /// What kind of job.
    pub job_type: &'a str,
    /// The queue.
    pub queue: &'a str,
    /// What it takes along, as JSON.
    pub headers: &'a str,
}

impl Store {
    /// Puts a job into its queue.
    pub(crate) async fn enqueue(&self, job: &NewJob<'_>, now: i64) -> Result<(), StoreError> {
        self.of_tenant(
            "jobs",
            job.tenant_id,
            "INSERT INTO jobs (tenant_id, id, connection_id, job_type, queue, status, attempts, headers, run_at) \
             VALUES ($1, $2, $3, $4, $5, 'pending', 0, $6, $7)",
        )?
        .bind(job.id)
        .bind(job.connection_id)
        .bind(job.job_type)
        .bind(job.queue)
        .bind(job.headers)
        .bind(now)
        .execute()
        .await?;
        Ok(())
    }

    /// Takes the job that has waited longest; no other worker gets it.
    pub(crate) async fn take_job(
        &self,
        worker_id: &str,
        now: i64,
    ) -> Result<Option<Job>, StoreError> {
        // The second condition on the status decides between two workers who found the same job.
        self.statement(
            "UPDATE jobs SET status = 'running', attempts = attempts + 1, started_at = $1, worker_id = $2 \
             WHERE status = 'pending' AND id = \
             (SELECT id FROM jobs WHERE status = 'pending' AND run_at <= $1 ORDER BY run_at LIMIT 1) \
             RETURNING id, tenant_id, connection_id, job_type, queue, attempts, headers",
        )
        .bind(now)
        .bind(worker_id)
        .untraced()
        .first()
        .await
    }

    /// Ends a job.
    pub(crate) async fn end_job(
        &self,
        id: &str,
        status: &'static str,
        error: Option<&str>,
        now: i64,
    ) -> Result<(), StoreError> {
        self.statement(
            "UPDATE jobs SET status = $2, error_message = $3, finished_at = $4 WHERE id = $1",
        )
        .bind(id)
        .bind(status)
        .bind(error)
        .bind(now)
        .execute()
        .await?;
        Ok(())
    }

    /// Puts a job back, to be tried again later.
    pub(crate) async fn retry_job(
        &self,
        id: &str,
        error: &str,
        run_at: i64,
    ) -> Result<(), StoreError> {
        self.statement(
            "UPDATE jobs SET status = 'pending', error_message = $2, run_at = $3 WHERE id = $1",
        )
        .bind(id)
        .bind(error)
        .bind(run_at)
        .execute()
        .await?;
        Ok(())
    }

    /// Puts back what workers left behind when they ended before it did.
    pub(crate) async fn requeue_abandoned(&self, started_before: i64) -> Result<u64, StoreError> {
        self.statement(
            "UPDATE jobs SET status = 'pending' WHERE status = 'running' AND started_at < $1",
        )
        .bind(started_before)
        .untraced()
        .execute()
        .await
    }

    /// How many jobs wait in each queue.
    pub(crate) async fn queue_depths(&self) -> Result<Vec<(String, i64)>, StoreError> {
        self.statement("SELECT queue, COUNT(*) FROM jobs WHERE status = 'pending' GROUP BY queue")
            .untraced()
            .all()
            .await
    }

    /// The latest jobs of a tenant.
    pub(crate) async fn jobs(&self, tenant_id: &str) -> Result<Vec<JobStatus>, StoreError> {
        self.of_tenant(
            "jobs",
            tenant_id,
            "SELECT id, job_type, status, attempts, error_message FROM jobs WHERE tenant_id = $1 \
             ORDER BY run_at DESC LIMIT 20",
        )?
        .all()
        .await
    }

    /// A job of a tenant.
    pub(crate) async fn job(
        &self,
        tenant_id: &str,
        id: &str,
    ) -> Result<Option<JobStatus>, StoreError> {
        self.of_tenant(
            "jobs",
            tenant_id,
            "SELECT id, job_type, status, attempts, error_message FROM jobs WHERE tenant_id = $1 AND id = $2",
        )?
        .bind(id)
        .first()
        .await
    }

    /// Whether a connection has a job that waits or runs.
    pub(crate) async fn is_busy(&self, connection_id: &str) -> Result<bool, StoreError> {
        let busy: Option<(String,)> = self
            .statement(
                "SELECT id FROM jobs WHERE connection_id = $1 AND status IN ('pending', 'running') LIMIT 1",
            )
            .bind(connection_id)
            .untraced()
            .first()
            .await?;
        Ok(busy.is_some())
    }

    /// Removes what was put into a queue and not begun yet; `job_type` only.
    pub(crate) async fn cancel_pending(
        &self,
        queue: &str,
        job_type: &str,
    ) -> Result<u64, StoreError> {
        self.statement("DELETE FROM jobs WHERE status = 'pending' AND queue = $1 AND job_type = $2")
            .bind(queue)
            .bind(job_type)
            .untraced()
            .execute()
            .await
    }

    /// Forgets jobs that ended long ago.
    pub(crate) async fn forget_jobs(&self, finished_before: i64) -> Result<u64, StoreError> {
        self.statement("DELETE FROM jobs WHERE finished_at < $1")
            .bind(finished_before)
            .untraced()
            .execute()
            .await
    }
}
