//! What only logs show: tenants that are not kept apart, credentials that cannot be read. Evaluated by Loki.

use obsctl_model::prelude::*;

use crate::{runbooks, services, teams, uids};

/// The group.
#[must_use]
pub fn group() -> RuleGroup {
    RuleGroup::new("security")
        .every(mins(1))
        .alert(tenant_isolation_breach())
        .alert(tenant_context_missing())
        .alert(encryption_key_errors())
}

fn tenant_isolation_breach() -> Alert {
    Alert::new("TenantIsolationBreach")
        .when(logql(
            r#"
            sum by (service_name) (
              count_over_time({service_name=~"api|worker|mcp"} |= "tenant_mismatch" | json event="event" | event="tenant_mismatch" [5m])
            ) > 0
            "#,
        ))
        .severity(Severity::Critical)
        .owner(teams::SECURITY)
        .summary("{{ $labels.service_name }} nearly showed {{ $value | humanize }} rows of one tenant to another")
        .runbook(runbooks::tenant_isolation::ID)
        .description(
            "Row-level security or a query is wrong. The rows were held back, but others may not have been.",
        )
        .label("service", "{{ $labels.service_name }}")
        .dashboard(uids::LOGS)
}

fn tenant_context_missing() -> Alert {
    Alert::new("TenantContextMissing")
        .when(logql(
            r#"
            sum by (service_name) (
              count_over_time(
                {service_name="api"} |~ "request_handled|tenant_context_missing"
                  | json event="event", tenant_id="tenant_id", path="path", status_code="status_code"
                  | event="tenant_context_missing" or (
                      event="request_handled" and tenant_id="" and status_code=~"2.."
                      and path!~"/(health|metrics|api/v1/auth/.*)"
                    ) [5m]
              )
            ) > 0
            "#,
        ))
        .severity(Severity::Critical)
        .owner(teams::SECURITY)
        .summary("{{ $value | humanize }} requests were served without a tenant in 5 minutes")
        .runbook(runbooks::tenant_isolation::ID)
        .description(
            "Only sign-in, sign-up and health checks may run without a tenant: without one, row-level security has nothing to compare with.",
        )
        .label("service", services::API)
        .dashboard(uids::LOGS)
}

fn encryption_key_errors() -> Alert {
    Alert::new("EncryptionKeyErrors")
        .when(logql(
            r#"
            sum by (service_name) (
              count_over_time(
                {service_name=~"api|worker"} |~ "InvalidToken|decryption_failed"
                  | json event="event", error_type="error_type"
                  | event="decryption_failed" or error_type="InvalidToken" [5m]
              )
            ) > 0
            "#,
        ))
        .severity(Severity::Critical)
        .owner(teams::SECURITY)
        .summary("{{ $labels.service_name }} could not decrypt credentials {{ $value | humanize }} times in 5 minutes")
        .runbook(runbooks::encryption_key_issues::ID)
        .description("Connections whose credentials cannot be read neither sync nor pass their test.")
        .label("service", "{{ $labels.service_name }}")
        .dashboard(uids::LOGS)
}
