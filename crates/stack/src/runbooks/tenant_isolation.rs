//! One tenant may see another's data.

use obsctl_model::prelude::*;

use crate::uids;

/// What alerts refer to it by.
pub const ID: Slug = Slug::from_static("tenant-isolation");

/// The runbook.
#[must_use]
pub fn runbook() -> Runbook {
    Runbook::new(
        ID,
        "Tenant Data Isolation Concern",
        "Manual report or security audit finding, or log lines without a tenant or with another tenant's rows",
    )
    .symptom("Suspicion that one tenant may be seeing another tenant's data")
    .symptom("Audit log anomaly (unexpected tenant_id in events)")
    .step(
        "Verify RLS is enabled on all tables",
        Action::sql(
            "
            SELECT tablename, rowsecurity
            FROM pg_tables
            WHERE schemaname = 'public' AND tablename LIKE 'canonical_%';
            ",
        ),
    )
    .step(
        "Test RLS enforcement",
        Action::sql(
            "
            -- As app_user role (not superuser)
            SET LOCAL app.current_tenant_id = '<tenant_a_id>';
            SELECT count(*) FROM canonical_orders;  -- should return only tenant A rows

            SET LOCAL app.current_tenant_id = '<tenant_b_id>';
            SELECT count(*) FROM canonical_orders;  -- should return only tenant B rows
            ",
        ),
    )
    .step(
        "Check for any queries running without tenant context",
        Action::sql(
            "
            SELECT * FROM audit_events
            WHERE tenant_id IS NULL AND timestamp > now() - interval '24 hours';
            ",
        ),
    )
    .then(logql(
        r#"{service_name=~"api|worker|mcp"} | json | event=~"tenant_context_missing|tenant_mismatch" | service_name=~"$service_name""#,
    ))
    .step(
        "Review application logs for missing `tenant_id` in log lines.",
        logql(
            r#"{service_name="api"} | json | event="request_handled" | status_code=~"2.." | tenant_id="" | path!~"/(health|metrics|api/v1/auth/.*)""#,
        ),
    )
    .then(logql(
        r#"sum by (logger, path) (count_over_time({service_name="api"} | json | tenant_id="" [1h]))"#,
    ))
    .step(
        "Follow a suspicious request through the services by its correlation id",
        logql(r#"{service_name=~"api|worker|mcp"} | json | correlation_id=~"$correlation_id""#),
    )
    .then(traceql(r#"{ span.correlation_id =~ "$correlation_id" }"#))
    .resolve(
        "RLS disabled on a table",
        "enable immediately and investigate how it was disabled.",
    )
    .resolve(
        "queries running without context",
        "patch the code path, add middleware enforcement.",
    )
    .resolve(
        "confirmed data leak",
        "initiate incident response procedure, notify affected tenants.",
    )
    .escalate("The security team, at once: do not wait for proof")
    .escalate("Whoever answers for data protection, when a leak is confirmed")
    .dashboard(uids::LOGS)
    .dashboard(uids::TENANT)
}
