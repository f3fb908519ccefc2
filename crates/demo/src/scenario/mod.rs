//! Scenarios: trouble that can be set off, seen in alerts, and ended.
//!
//! A scenario is on or off for the whole system; it is kept in the database, and every service looks often. What it does is
//! where the trouble would be: search for its variant.

mod schedule;
mod switches;

pub use schedule::{Planned, Schedule, ScheduleError};
pub use switches::Switches;

/// Trouble of one kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scenario {
    /// A provider refuses our credentials.
    Provider401,
    /// A provider asks for patience.
    RateLimit,
    /// A provider has a problem of its own.
    ProviderDown,
    /// An endpoint of the API becomes slow.
    SlowApi,
    /// The API fails.
    ApiErrors,
    /// One endpoint fails while the API as a whole looks well.
    EndpointFailing,
    /// More is put into a queue than workers do.
    QueueBacklog,
    /// Workers hang.
    WorkersStalled,
    /// Jobs fail.
    WorkerFailures,
    /// Syncs of a provider have stopped.
    StaleSync,
    /// A tool fails.
    ToolErrors,
    /// A query forgets the tenant.
    TenantLeak,
    /// A request loses its tenant on the way.
    TenantContext,
    /// The wrong encryption key is in the environment.
    BadEncryptionKey,
    /// A service does not answer.
    ServiceDown,
    /// Whoever should be paged cannot be reached.
    PagerDown,
    /// The database does not answer the API.
    DatabaseLost,
}

/// What is said of a scenario.
#[derive(Clone, Copy, Debug)]
pub struct Description {
    /// What it is called.
    pub name: &'static str,
    /// What happens.
    pub summary: &'static str,
    /// The alerts that fire. Others may as well, as in a real system.
    pub alerts: &'static [&'static str],
}

impl Scenario {
    /// All of them.
    pub const ALL: [Self; 17] = [
        Self::Provider401,
        Self::RateLimit,
        Self::ProviderDown,
        Self::SlowApi,
        Self::ApiErrors,
        Self::EndpointFailing,
        Self::QueueBacklog,
        Self::WorkersStalled,
        Self::WorkerFailures,
        Self::StaleSync,
        Self::ToolErrors,
        Self::TenantLeak,
        Self::TenantContext,
        Self::BadEncryptionKey,
        Self::ServiceDown,
        Self::PagerDown,
        Self::DatabaseLost,
    ];

    /// What is said of it.
    #[must_use]
    pub const fn description(self) -> Description {
        let (name, summary, alerts): (_, _, &[&str]) = match self {
            Self::Provider401 => (
                "provider-401",
                "Shopify refuses our credentials: syncs of its connections fail",
                &["ConnectionAuthFailures"],
            ),
            Self::RateLimit => (
                "rate-limit",
                "Stripe answers most calls with 429: syncs take long and are retried",
                &["ExternalApiRateLimited"],
            ),
            Self::ProviderDown => (
                "provider-down",
                "NetSuite answers most calls with 503",
                &["ExternalApiFailing"],
            ),
            Self::SlowApi => (
                "slow-api",
                "Lists of orders take seconds",
                &["HighApiLatency", "ApiLatencyFastBurn"],
            ),
            Self::ApiErrors => (
                "api-errors",
                "A fifth of all API requests fail",
                &["ApiErrorRatioHigh", "ApiAvailabilityFastBurn"],
            ),
            Self::EndpointFailing => (
                "endpoint-failing",
                "Exports cannot be asked for, the rest of the API is well",
                &["ApiEndpointFailing"],
            ),
            Self::QueueBacklog => (
                "queue-backlog",
                "Hundreds of exports are asked for at once",
                &["WorkerQueueBacklog"],
            ),
            Self::WorkersStalled => (
                "workers-stalled",
                "Workers hang: none takes a job",
                &["WorkersStalled"],
            ),
            Self::WorkerFailures => (
                "worker-failures",
                "Reconciliations fail: a month was closed twice",
                &["WorkerJobFailures", "WorkerJobsFastBurn"],
            ),
            Self::StaleSync => (
                "stale-sync",
                "Nobody noticed that Stripe was last synced five hours ago, and it still is not",
                &["SyncStale", "SyncFreshnessFastBurn"],
            ),
            Self::ToolErrors => (
                "tool-errors",
                "The tool `netsuite_suiteql` fails",
                &["McpToolErrors", "McpToolsFastBurn"],
            ),
            Self::TenantLeak => (
                "tenant-leak",
                "A query forgets its tenant; the guard holds the rows back",
                &["TenantIsolationBreach"],
            ),
            Self::TenantContext => (
                "tenant-context",
                "Now and then a request loses its tenant before it asks the database",
                &["TenantContextMissing"],
            ),
            Self::BadEncryptionKey => (
                "bad-encryption-key",
                "The wrong encryption key is in the environment: credentials cannot be read",
                &["EncryptionKeyErrors"],
            ),
            Self::ServiceDown => (
                "service-down",
                "The MCP server answers nothing any more",
                &["TargetDown"],
            ),
            Self::PagerDown => (
                "pager-down",
                "Whoever is on call cannot be reached",
                &["AlertmanagerNotificationsFailing"],
            ),
            Self::DatabaseLost => (
                "database-lost",
                "The database does not answer the API",
                &["ApiErrorRatioHigh"],
            ),
        };
        Description {
            name,
            summary,
            alerts,
        }
    }

    /// What it is called.
    #[must_use]
    pub const fn name(self) -> &'static str {
        self.description().name
    }

    /// The one that is called so.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.name() == name)
    }
}
