//! What the API says of itself.

use obsctl_model::prelude::*;

use crate::labels::{AuthFailureReason, HttpMethod, Permission, Role, Route, StatusCode, TenantId};
use crate::{services, teams};

metrics! {
    family "API", owner teams::PLATFORM, exposed_by Exposer::Service(services::API.into());

    /// Total HTTP requests.
    pub counter ApiRequests("api_requests_total") {
        method: HttpMethod,
        path: Route,
        status_code: StatusCode,
        tenant_id: TenantId,
    }

    /// Request latency.
    pub histogram ApiLatency(
        "api_request_duration_seconds", Seconds, [0.01, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0]
    ) {
        method: HttpMethod,
        path: Route,
        status_code: StatusCode,
    }

    /// Authentication failures.
    pub counter ApiAuthFailures("api_auth_failures_total") {
        reason: AuthFailureReason,
    }

    /// RBAC denials.
    pub counter ApiPermissionDenied("api_permission_denied_total") {
        permission: Permission,
        role: Role,
    }

    /// Active WebSocket/SSE connections.
    pub gauge ApiActiveConnections("api_active_connections") {
        tenant_id: TenantId,
    }
}
