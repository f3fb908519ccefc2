//! What the API logs.

use obsctl_model::prelude::*;

use crate::labels::{
    AuditAction, AuditCategory, AuthFailureReason, Feature, Permission, Plan, Role,
};
use crate::logs::contexts::{ApiRequest, AuthEvent, Failure};
use crate::logs::fields::{connection_id, provider};
use crate::services;

log_fields! {
    /// The tenant's plan.
    pub keyword plan: Plan, like "starter";

    /// What was asked for.
    pub keyword feature: Feature, like "mcp_tools";

    /// The user's role.
    pub keyword role: Role, like "viewer";

    /// What was asked for.
    pub keyword permission: Permission, like "connections.manage";

    /// `invalid_token`, `expired` or `missing`.
    pub keyword reason: AuthFailureReason, like "expired";

    /// The category of the entry.
    pub keyword category: AuditCategory, like "connection";

    /// What was done.
    pub keyword action: AuditAction, like "connection_created";

    /// Whose row it is.
    pub id row_tenant_id, like "9b2d7c10-1c2d-4e3f-8a9b-0c1d2e3f4a5b";

    /// The table of the row.
    pub keyword table, like "canonical_orders";

    /// The statement, without its values.
    pub text statement, like "SELECT id FROM jobs WHERE status = ?";
}

log_events! {
    service services::API;

    /// A request was answered.
    pub info RequestHandled("request_handled") in ApiRequest {}

    /// A request ended in an exception nobody caught.
    pub error RequestFailed("request_failed") in ApiRequest with failure: Failure {}

    /// A client asked more often than it may.
    pub warning RateLimitHit("rate_limit_hit") in ApiRequest {}

    /// A tenant's plan does not include what was asked for.
    pub warning EntitlementDenied("entitlement_denied") in ApiRequest { plan, feature }

    /// A user's role does not allow what was asked for.
    pub warning PermissionDenied("permission_denied") in ApiRequest { role, permission }

    /// A client uses an endpoint that goes away.
    pub warning DeprecatedEndpointCalled("deprecated_endpoint_called") in ApiRequest {}

    /// Somebody signed in.
    pub info UserLogin("user_login") in ApiRequest with auth: AuthEvent {}

    /// Somebody signed out.
    pub info UserLogout("user_logout") in ApiRequest with auth: AuthEvent {}

    /// Somebody signed up.
    pub info UserRegister("user_register") in ApiRequest with auth: AuthEvent {}

    /// A request or a sign-in was not authenticated.
    pub warning AuthFailed("auth_failed") in ApiRequest with auth: AuthEvent { reason }

    /// The audit service wrote an entry: the same that `audit_events_total` counts.
    pub info AuditEvent("audit_event") { category, action }

    /// A tenant connected a provider.
    pub info ConnectionCreated("connection_created") in ApiRequest { connection_id, provider }

    /// A connection's credentials were tried out, and worked.
    pub info ConnectionTested("connection_tested") in ApiRequest { connection_id, provider }

    /// A connection's credentials were tried out, and did not work.
    pub error ConnectionTestFailed("connection_test_failed") in ApiRequest with failure: Failure {
        connection_id,
        provider,
    }

    /// A query would have run without a tenant.
    pub error TenantContextMissing("tenant_context_missing") in ApiRequest {}

    /// A row of one tenant was about to be shown to another.
    pub critical TenantMismatch("tenant_mismatch") in ApiRequest { row_tenant_id, table }

    /// A query was run (development only).
    pub debug DatabaseQuery("database_query") in ApiRequest { statement }

    /// The database did not answer.
    pub error DatabaseConnectionLost("database_connection_lost") with failure: Failure {}

    /// The service cannot start.
    pub critical StartupFailed("startup_failed") with failure: Failure {}
}
