//! The clock of the workers: puts scheduled jobs into their queues, and back what was left behind.

use std::sync::Arc;
use std::time::Duration;

use obsctl_stack::labels::{JobType, Queue};
use obsctl_telemetry::context::Context;
use obsctl_telemetry::ids;

use super::Worker;
use crate::domain::{PROVIDERS, read, sync_of};
use crate::pace;
use crate::report::{Enqueued, enqueue};
use crate::scenario::Scenario;
use crate::store::StoreError;

/// How often the clock looks, in simulated time.
const TICK: Duration = Duration::from_secs(10);
/// How often a connection is synced.
const SYNC_EVERY: Duration = Duration::from_secs(120);
/// A job that has run for longer was left behind.
const ABANDONED_AFTER: Duration = Duration::from_secs(3600);
/// How long ended jobs and sessions stay visible.
const FORGOTTEN_AFTER: Duration = Duration::from_secs(6 * 3600);
/// While there is a backlog, the queue is kept this full.
const BACKLOG: i64 = 180;

/// Schedules for as long as the process runs.
pub(super) async fn schedule(worker: Arc<Worker>) {
    let mut flooded = false;
    loop {
        // What could not be scheduled now is due at the next tick as well.
        let _ = tick(&worker).await;
        let on = worker.service.switches.is_on(Scenario::QueueBacklog);
        let _ = flood(&worker, on, flooded).await;
        flooded = on;
        worker.service.pace.sleep(TICK).await;
    }
}

async fn tick(worker: &Worker) -> Result<(), StoreError> {
    let service = &worker.service;
    let store = &service.store;
    let now = pace::now();
    let ago = |time| now - service.pace.real_millis(time);
    let next = now + service.pace.real_millis(SYNC_EVERY);
    for connection in store.take_due(now, next).await? {
        let Some(provider) = read(&connection.provider, &PROVIDERS) else {
            continue;
        };
        if store.is_busy(&connection.id).await? {
            continue;
        }
        let sync = Enqueued {
            tenant_id: &connection.tenant_id,
            connection_id: Some(&connection.id),
            job_type: sync_of(provider),
            queue: Queue::Sync,
        };
        put(worker, sync).await?;
        // What a sync changed is compared now and then.
        if service.random.happens(0.15) {
            let compare = Enqueued {
                connection_id: None,
                job_type: JobType::Reconciliation,
                queue: Queue::Reconciliation,
                ..sync
            };
            put(worker, compare).await?;
        }
    }
    store.requeue_abandoned(ago(ABANDONED_AFTER)).await?;
    store.forget_jobs(ago(FORGOTTEN_AFTER)).await?;
    store.forget_sessions(ago(FORGOTTEN_AFTER)).await?;
    Ok(())
}

/// Keeps the queue of exports full while that scenario is on; afterwards takes out what nobody waits for.
async fn flood(worker: &Worker, on: bool, before: bool) -> Result<(), StoreError> {
    let store = &worker.service.store;
    if !on {
        if before {
            store.cancel_pending("export", "export").await?;
        }
        return Ok(());
    }
    let depths = store.queue_depths().await?;
    let waiting = depths.iter().find(|(queue, _)| queue == "export");
    let lacking = BACKLOG - waiting.map_or(0, |(_, depth)| *depth);
    let tenant = store.syncs().await?.into_iter().next();
    let Some(tenant) = tenant else {
        return Ok(());
    };
    for _ in 0..lacking {
        let export = Enqueued {
            tenant_id: &tenant.tenant_id,
            connection_id: None,
            job_type: JobType::Export,
            queue: Queue::Export,
        };
        put(worker, export).await?;
    }
    Ok(())
}

/// Nobody asked for it: it has an identity of its own.
async fn put(worker: &Worker, job: Enqueued<'_>) -> Result<(), StoreError> {
    let context = Context::new().with_correlation_id(ids::uuid());
    context
        .scope(enqueue(&worker.service.store, &ids::uuid(), job))
        .await
}
