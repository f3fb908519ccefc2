//! What the workers say of jobs and queues.

use obsctl_model::prelude::*;

use crate::labels::{JobStatus, JobType, Queue, RowOperation, WorkerId};
use crate::{services, teams};

metrics! {
    family "Worker", owner teams::INTEGRATIONS, exposed_by Exposer::Service(services::WORKER.into());

    /// Total jobs processed.
    pub counter WorkerJobs("worker_jobs_total") {
        job_type: JobType,
        status: JobStatus,
    }

    /// Job execution time.
    pub histogram WorkerJobDuration(
        "worker_job_duration_seconds", Seconds, [1.0, 5.0, 15.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1800.0]
    ) {
        job_type: JobType,
    }

    /// Retry count.
    pub counter WorkerJobRetries("worker_job_retries_total") {
        job_type: JobType,
    }

    /// Rows upserted.
    pub counter WorkerRowsProcessed("worker_rows_processed_total") {
        job_type: JobType,
        operation: RowOperation,
    }

    /// Pending tasks in queue.
    pub gauge WorkerQueueDepth("worker_queue_depth") {
        queue_name: Queue,
    }

    /// Currently executing tasks.
    pub gauge WorkerActiveTasks("worker_active_tasks") {
        worker_id: WorkerId,
    }
}
