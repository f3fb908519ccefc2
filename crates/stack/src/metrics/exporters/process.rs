//! What every Prometheus client library says of its process: engines and services alike.

use obsctl_model::prelude::*;

use crate::teams;

metrics! {
    family "Process", owner teams::OBSERVABILITY, exposed_by Exposer::Exporter("process".into());

    /// CPU time the process has used.
    pub counter ProcessCpu("process_cpu_seconds_total", Seconds) {}

    /// Memory the process holds.
    pub gauge ProcessMemory("process_resident_memory_bytes", Bytes) {}

    /// When the process started, in seconds since the epoch.
    pub gauge ProcessStart("process_start_time_seconds", Timestamp) {}
}
