//! What the workers see of the systems that tenants connect.

use obsctl_model::prelude::*;

use crate::labels::{Endpoint, Provider, StatusCode};
use crate::{services, teams};

metrics! {
    family "Connections", owner teams::INTEGRATIONS, exposed_by Exposer::Service(services::WORKER.into());

    /// Calls to external APIs.
    pub counter ExternalApiRequests("external_api_requests_total") {
        provider: Provider,
        endpoint: Endpoint,
        status_code: StatusCode,
    }

    /// External API latency.
    pub histogram ExternalApiLatency(
        "external_api_duration_seconds", Seconds, [0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0]
    ) {
        provider: Provider,
        endpoint: Endpoint,
    }

    /// External rate limit hits.
    pub counter ExternalApiRateLimited("external_api_rate_limited_total") {
        provider: Provider,
    }
}
