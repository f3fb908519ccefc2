//! Limits that alerts and dashboards share: a panel changes its colour where the alert fires.

/// Failed API requests over all: worth a look.
pub const API_ERRORS_WARNING: f64 = 0.01;
/// Failed API requests over all: somebody is called.
pub const API_ERRORS_CRITICAL: f64 = 0.05;
/// p95 of API requests, in seconds.
pub const API_LATENCY: f64 = 2.0;
/// Failed jobs over all.
pub const JOB_FAILURES: f64 = 0.1;
/// Tasks that wait in a queue.
pub const QUEUE_BACKLOG: f64 = 100.0;
/// Failed tool calls over all.
pub const TOOL_ERRORS: f64 = 0.05;
/// Failed calls to external APIs over all.
pub const EXTERNAL_ERRORS: f64 = 0.05;
/// Seconds since the last successful sync: data is late.
pub const FRESHNESS_WARNING: f64 = 3600.0;
/// Seconds since the last successful sync: data is stale.
pub const FRESHNESS_CRITICAL: f64 = 14_400.0;
/// Free space over all of a file system.
pub const DISK_FREE: f64 = 0.1;
/// Memory that could be used over all of a host.
pub const MEMORY_FREE: f64 = 0.1;
/// Stale syncs of a provider over all.
pub const STALE_SYNCS: f64 = 0.1;
/// Alerts that do not reach Alertmanager, and notifications that do not get through, over all.
pub const UNHEARD: f64 = 0.01;
/// Failed requests of an engine over all.
pub const ENGINE_ERRORS: f64 = 0.1;
