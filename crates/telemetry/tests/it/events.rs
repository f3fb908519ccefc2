//! Declared events, from the struct to the line.

use std::time::Duration;

use obsctl_stack::labels::{AuthFailureReason, HttpMethod, JobType, Provider};
use obsctl_stack::logs::contexts::{ApiRequest, AuthAction, AuthEvent, Failure, WorkerTask};
use obsctl_stack::logs::events::api::{AuthFailed, DatabaseQuery, RequestHandled, TenantMismatch};
use obsctl_stack::logs::events::worker::{
    ExternalRequestFailed, SyncJobCompleted, SyncJobStarted, WorkerTaskStarted,
};
use obsctl_telemetry::config::Telemetry;
use obsctl_telemetry::context::{self, Context};
use obsctl_telemetry::event::{EmitEvent, Invalid, Schema};
use serde_json::{Value, json};

use crate::support::Memory;

fn task() -> WorkerTask {
    WorkerTask {
        job_id: 7.into(),
        job_type: JobType::ShopifySync,
        connection_id: Some("d4f5a678".into()),
        celery_task_id: None,
    }
}

fn request(status_code: Option<u16>) -> ApiRequest {
    ApiRequest {
        user_id: None,
        method: HttpMethod::Post,
        path: "/api/v1/connections".into(),
        status_code: status_code.map(Into::into),
        duration_ms: Some(Duration::from_micros(1500).into()),
    }
}

fn failure() -> Failure {
    Failure {
        error: "401 Unauthorized".into(),
        error_type: "HTTPStatusError".into(),
        exc_info: None,
    }
}

/// The fields of a line that an event or its contexts gave it.
fn own(line: &Value) -> Value {
    let standard = [
        "timestamp",
        "service",
        "run_id",
        "correlation_id",
        "schema_version",
        "logger",
    ];
    let mut line = line.clone();
    let fields = line.as_object_mut().expect("an object");
    fields.retain(|field, _| !standard.contains(&field.as_str()));
    line
}

#[test]
fn a_line_has_the_fields_of_its_event_and_of_what_is_bound() {
    let memory = Memory::default();
    let _listening = memory.listen(Telemetry::new("worker"));
    let scope = Context::current().with_fields(task()).enter();
    SyncJobStarted {}.emit();
    SyncJobCompleted {
        component: "worker".into(),
        rows_processed: 150.into(),
        rows_created: 145_usize.into(),
        rows_updated: 5_u64.into(),
        duration_ms: Duration::from_millis(4523).into(),
    }
    .emit();
    ExternalRequestFailed {
        failure: failure(),
        provider: Provider::Shopify,
        status_code: None,
    }
    .emit();
    drop(scope);

    let lines: Vec<_> = memory.lines().iter().map(own).collect();
    let started = json!({
        "level": "info", "event": "sync_job_started",
        "job_id": "7", "job_type": "shopify_sync", "connection_id": "d4f5a678",
    });
    let completed = json!({
        "level": "info", "event": "sync_job_completed",
        "job_id": "7", "job_type": "shopify_sync", "connection_id": "d4f5a678",
        "component": "worker", "rows_processed": 150, "rows_created": 145, "rows_updated": 5, "duration_ms": 4523,
    });
    let failed = json!({
        "level": "warning", "event": "external_request_failed",
        "job_id": "7", "job_type": "shopify_sync", "connection_id": "d4f5a678",
        "error": "401 Unauthorized", "error_type": "HTTPStatusError", "provider": "shopify",
    });
    assert_eq!(lines, [started, completed, failed]);
}

#[test]
fn a_context_is_bound_for_a_scope_or_given_with_the_event() {
    let memory = Memory::default();
    let _listening = memory.listen(Telemetry::new("api"));
    assert!(!context::bind_fields(request(None)));
    {
        let _scope = context::bound_fields(request(None));
        RequestHandled {}.within(request(Some(201))).emit();
        assert!(context::bind_fields(request(Some(500))));
        RequestHandled {}.emit();
    }
    RequestHandled {}.emit();
    let status: Vec<_> = memory
        .lines()
        .iter()
        .map(|line| line["status_code"].clone())
        .collect();
    assert_eq!(status, [json!(201), json!(500), Value::Null]);
    assert_eq!(memory.lines()[0]["duration_ms"], 1.5);
}

#[test]
fn levels_are_those_of_the_declaration_and_addresses_are_redacted() {
    let memory = Memory::default();
    let _listening = memory.listen(Telemetry::new("api"));
    DatabaseQuery {
        statement: "SELECT 1".into(),
    }
    .emit();
    TenantMismatch {
        row_tenant_id: "9b2d7c10".into(),
        table: "canonical_orders".into(),
    }
    .emit();
    let auth = AuthEvent {
        user_id: None,
        email: Some("jane@example.com".into()),
        action: Some(AuthAction::Login),
    };
    AuthFailed {
        auth,
        reason: AuthFailureReason::Expired,
    }
    .emit();
    let lines = memory.lines();
    assert_eq!(lines.len(), 2, "what is for development only is left out");
    assert_eq!(lines[0]["level"], "critical");
    assert_eq!(lines[1]["level"], "warning");
    assert_eq!(lines[1]["email"], "<email>");
    assert!(!memory.text().contains("jane@example.com"));
}

#[test]
fn a_context_that_is_not_bound_is_found_at_run_time() {
    let schema = Schema::new(obsctl_stack::logs::catalog());
    assert_eq!(
        WorkerTaskStarted {}.event().check(&schema),
        Err(Invalid::Missing {
            event: "worker_task_started".to_owned(),
            field: "job_id".to_owned()
        })
    );
    let _scope = context::bound_fields(task());
    assert_eq!(WorkerTaskStarted {}.event().check(&schema), Ok(()));
}
