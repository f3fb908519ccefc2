//! The workers: they take jobs from the queue, one in each slot, and put the scheduled ones into it.

mod beat;
mod error;
mod gauges;
mod run;
mod sync;
mod tasks;

use std::sync::Arc;
use std::time::Duration;

use obsctl_stack::labels::WorkerId;
use obsctl_stack::metrics::worker::WorkerActiveTasks;
use obsctl_stack::{metrics, services};
use obsctl_telemetry::metrics::{GaugeHandle, RecordGauge};

use crate::cache::Cache;
use crate::client::Client;
use crate::pace;
use crate::scenario::Scenario;
use crate::service::{Service, ServiceError};
use crate::settings::Settings;

/// Jobs at a time.
const SLOTS: usize = 4;
/// How long an empty queue is left alone, in simulated time, but no shorter than [`SHORTEST`] on the wall.
const PAUSE: Duration = Duration::from_millis(500);
const SHORTEST: Duration = Duration::from_millis(20);

/// What all slots share.
#[derive(Debug)]
struct Worker {
    service: Service,
    client: Client,
    cache: Cache,
    active: GaugeHandle,
}

/// Runs a worker process until it is told to end.
///
/// # Errors
/// When it cannot start.
pub async fn main(settings: Settings) -> Result<(), ServiceError> {
    let families = [metrics::worker::family(), metrics::external::family()];
    let (service, telemetry) = Service::start(services::WORKER, settings, &families).await?;
    let worker_id = WorkerId::from(service.settings.worker_id.as_str());
    let worker = Arc::new(Worker {
        client: Client::new()?,
        cache: Cache::new(service.pace),
        active: WorkerActiveTasks { worker_id }.handle(),
        service,
    });
    for _ in 0..SLOTS {
        tokio::spawn(slot(Arc::clone(&worker)));
    }
    tokio::spawn(beat::schedule(Arc::clone(&worker)));
    tokio::spawn(gauges::keep(Arc::clone(&worker)));
    let probes = worker.service.probes();
    worker.service.serve(probes, telemetry).await
}

/// Takes one job after the other.
async fn slot(worker: Arc<Worker>) {
    let service = &worker.service;
    let pause = service.pace.real(PAUSE).max(SHORTEST);
    loop {
        if service.switches.is_on(Scenario::WorkersStalled) {
            tokio::time::sleep(pause).await;
            continue;
        }
        match service
            .store
            .take_job(&service.settings.worker_id, pace::now())
            .await
        {
            Ok(Some(job)) => {
                worker.active.inc();
                run::job(&worker, &job).await;
                worker.active.dec();
            }
            // A database that does not answer is asked again, as an empty queue is.
            Ok(None) | Err(_) => tokio::time::sleep(pause).await,
        }
    }
}
