//! Jobs that need no provider.

use std::time::Duration;

use obsctl_model::LabelValue;
use obsctl_stack::labels::{JobType, ObjectType, RowOperation};
use obsctl_stack::metrics::worker::WorkerRowsProcessed;
use obsctl_telemetry::metrics::RecordCounter;

use super::Worker;
use super::error::TaskError;
use crate::scenario::Scenario;
use crate::store::jobs::Job;

/// Compares what was sold with what was paid.
pub(super) async fn reconcile(worker: &Worker, job: &Job) -> Result<u64, TaskError> {
    let service = &worker.service;
    let count = async |object: ObjectType| {
        let object = object.text();
        service.store.count_rows(&job.tenant_id, &object).await
    };
    let orders = count(ObjectType::Orders).await?;
    let payments = count(ObjectType::Payments).await?;
    let took = service.random.latency(Duration::from_secs(2));
    service.pace.sleep(took).await;
    if service.switches.is_on(Scenario::WorkerFailures) {
        return Err(TaskError::Inconsistent("a month was closed twice"));
    }
    let compared = u64::try_from(orders.min(payments)).unwrap_or_default();
    WorkerRowsProcessed {
        job_type: JobType::Reconciliation,
        operation: RowOperation::Updated,
    }
    .inc_by(compared);
    Ok(compared)
}

/// Writes a tenant's orders into a file for its accountant.
pub(super) async fn export(worker: &Worker, job: &Job) -> Result<u64, TaskError> {
    let service = &worker.service;
    let orders = ObjectType::Orders.text();
    let rows = service.store.count_rows(&job.tenant_id, &orders).await?;
    // While there are hundreds of them, each takes its time.
    let typical = if service.switches.is_on(Scenario::QueueBacklog) {
        Duration::from_secs(60)
    } else {
        Duration::from_secs(1)
    };
    service.pace.sleep(service.random.latency(typical)).await;
    Ok(u64::try_from(rows).unwrap_or_default())
}
