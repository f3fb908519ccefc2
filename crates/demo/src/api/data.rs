//! A tenant's data, settings and audit trail.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use obsctl_model::LabelValue;
use obsctl_stack::labels::{AuditCategory, Feature, ObjectType};
use obsctl_stack::logs::events::api::{DeprecatedEndpointCalled, TenantMismatch};
use obsctl_telemetry::event::EmitEvent;
use serde::Deserialize;
use serde_json::{Value, json};

use super::Api;
use super::error::ApiError;
use super::identity::identify;
use crate::domain::Permission;
use crate::report::audit;
use crate::scenario::Scenario;
use crate::store::audit::Entry;
use crate::store::rows::Row;

/// How many rows a page has.
const PAGE: i64 = 20;

/// The latest orders. Whatever the query finds, rows of others are held back.
pub(super) async fn orders(
    State(api): State<Arc<Api>>,
    headers: HeaderMap,
) -> Result<Json<Vec<Row>>, ApiError> {
    let who = identify(&api, &headers, Permission::ReadData).await?;
    let (store, orders) = (&api.service.store, ObjectType::Orders.text());
    let leaks = api.service.switches.is_on(Scenario::TenantLeak) && api.service.random.happens(0.2);
    let rows = if leaks {
        store.rows_of_everybody(&orders, PAGE).await?
    } else {
        store.rows(&who.user.tenant_id, &orders, PAGE).await?
    };
    let foreign = rows.iter().find(|row| row.tenant_id != who.user.tenant_id);
    if let Some(row) = foreign {
        TenantMismatch {
            row_tenant_id: (&row.tenant_id).into(),
            table: "canonical_rows".into(),
        }
        .emit();
        return Err(ApiError::HeldBack);
    }
    Ok(Json(rows))
}

/// Goes away: exports took its place.
pub(super) async fn reports(
    State(api): State<Arc<Api>>,
    headers: HeaderMap,
) -> Result<Json<Value>, ApiError> {
    let who = identify(&api, &headers, Permission::ReadData).await?;
    DeprecatedEndpointCalled {}.emit();
    let (store, tenant_id) = (&api.service.store, &who.user.tenant_id);
    let mut counts = serde_json::Map::new();
    for object in [ObjectType::Orders, ObjectType::Payments] {
        let count = store.count_rows(tenant_id, &object.text()).await?;
        counts.insert(object.text().into_owned(), json!(count));
    }
    Ok(Json(Value::Object(counts)))
}

/// What a tenant can change.
#[derive(Deserialize)]
pub(super) struct Settings {
    name: String,
}

pub(super) async fn settings(
    State(api): State<Arc<Api>>,
    headers: HeaderMap,
    Json(new): Json<Settings>,
) -> Result<StatusCode, ApiError> {
    let who = identify(&api, &headers, Permission::ManageSettings).await?;
    let store = &api.service.store;
    store.change_name(&who.user.tenant_id, &new.name).await?;
    audit(store, AuditCategory::Tenant, "settings_changed").await?;
    Ok(StatusCode::NO_CONTENT)
}

pub(super) async fn audit_events(
    State(api): State<Arc<Api>>,
    headers: HeaderMap,
) -> Result<Json<Vec<Entry>>, ApiError> {
    let who = identify(&api, &headers, Permission::ReadAudit).await?;
    who.entitled(&api, Feature::AuditTrail).await?;
    Ok(Json(api.service.store.entries(&who.user.tenant_id).await?))
}
