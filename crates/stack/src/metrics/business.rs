//! What the product is used for: tenants, connections, freshness of their data.

use obsctl_model::prelude::*;

use crate::labels::{AuditAction, AuditCategory, Feature, ObjectType, Plan, Provider, TenantId};
use crate::{services, teams};

metrics! {
    family "Business", owner teams::PLATFORM, exposed_by Exposer::Service(services::API.into());

    /// Active tenants by plan.
    pub gauge TenantsActive("tenants_active_total") {
        plan: Plan,
    }
    allow("metric-naming", "a gauge with a counter's suffix: the name was published before the rule, and others query it")

    /// Active connections by provider.
    pub gauge ConnectionsActive("connections_active_total") {
        provider: Provider,
    }
    allow("metric-naming", "a gauge with a counter's suffix: the name was published before the rule, and others query it")

    /// Seconds since last successful sync.
    pub gauge SyncFreshness("sync_freshness_seconds", Seconds) {
        tenant_id: TenantId,
        provider: Provider,
        object_type: ObjectType,
    }

    /// Entitlement check failures.
    pub counter EntitlementDenials("entitlement_denials_total") {
        plan: Plan,
        feature: Feature,
    }

    /// Audit events emitted.
    pub counter AuditEvents("audit_events_total") {
        category: AuditCategory,
        action: AuditAction,
    }
}
