//! Levels that the workers expose.

use std::sync::Arc;
use std::time::Duration;

use obsctl_model::LabelValue;
use obsctl_stack::metrics::worker::WorkerQueueDepth;
use obsctl_telemetry::metrics::RecordGauge;

use super::Worker;
use crate::domain::QUEUES;

/// How often they are read, in simulated time.
const EVERY: Duration = Duration::from_secs(5);

/// Keeps them current for as long as the process runs.
#[expect(clippy::cast_precision_loss, reason = "counts of jobs")]
pub(super) async fn keep(worker: Arc<Worker>) {
    loop {
        if let Ok(depths) = worker.service.store.queue_depths().await {
            for queue_name in QUEUES {
                let text = queue_name.text();
                let depth = depths.iter().find(|(queue, _)| *queue == text);
                let depth = depth.map_or(0, |(_, depth)| *depth);
                WorkerQueueDepth { queue_name }.set(depth as f64);
            }
        }
        worker.service.pace.sleep(EVERY).await;
    }
}
