//! What every Prometheus client library says of its process: engines and services alike.

use crate::{metrics, prelude::*};

metrics! {
    family "Process", owner "platform", exposed_by Exposer::Exporter("process".into());

    /// CPU time the process has used.
    pub counter ProcessCpu("process_cpu_seconds_total", Seconds) {}

    /// Memory the process holds.
    pub gauge ProcessMemory("process_resident_memory_bytes", Bytes) {}

    /// When the process started, in seconds since the epoch.
    pub gauge ProcessStart("process_start_time_seconds", Timestamp) {}

    /// Memory the process has reserved, most of it never touched.
    pub gauge ProcessVirtualMemory("process_virtual_memory_bytes", Bytes) {}

    /// Files and connections the process has open.
    pub gauge ProcessOpenFiles("process_open_fds") {}

    /// Files and connections the process may have open.
    pub gauge ProcessMaxFiles("process_max_fds") {}
}
