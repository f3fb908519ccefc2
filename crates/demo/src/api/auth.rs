//! Signing up, in and out.

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use obsctl_model::LabelValue;
use obsctl_stack::labels::{AuditCategory, AuthFailureReason, Plan, Role};
use obsctl_stack::logs::contexts::{AuthAction, AuthEvent};
use obsctl_stack::logs::events::api::{UserLogin, UserLogout, UserRegister};
use obsctl_telemetry::context;
use obsctl_telemetry::event::EmitEvent;
use obsctl_telemetry::ids;
use serde::Deserialize;
use serde_json::{Value, json};

use super::Api;
use super::error::ApiError;
use super::identity::{identify, token, unauthenticated};
use crate::domain::Permission;
use crate::report::audit;
use crate::{pace, password};

/// How long somebody stays signed in, in simulated time.
const SESSION: Duration = Duration::from_secs(3600);

/// An address and a password.
#[derive(Deserialize)]
pub(super) struct Credentials {
    email: String,
    password: String,
}

/// Opens a tenant on the trial plan, with its first user.
pub(super) async fn register(
    State(api): State<Arc<Api>>,
    Json(given): Json<Credentials>,
) -> Result<(StatusCode, Json<Value>), ApiError> {
    let name = given.email.split('@').nth(1).unwrap_or_default();
    if name.is_empty() || given.password.len() < 8 {
        return Err(ApiError::Invalid(
            "an address and a password of at least eight characters are needed",
        ));
    }
    let (tenant_id, user_id) = (ids::uuid(), ids::uuid());
    let store = &api.service.store;
    let hash = password::hash(&given.password, &user_id);
    store
        .add_tenant(&tenant_id, name, &Plan::Trial.text())
        .await?;
    let role = Role::Admin.text();
    if !store
        .add_user(&user_id, &tenant_id, &given.email, &role, &hash)
        .await?
    {
        return Err(ApiError::Conflict("the address is taken"));
    }
    context::bind("tenant_id", &*tenant_id);
    let auth = told(&user_id, &given.email, AuthAction::Register);
    UserRegister { auth }.emit();
    audit(store, AuditCategory::Tenant, "tenant_registered").await?;
    Ok((StatusCode::CREATED, Json(json!({ "user_id": user_id }))))
}

/// Signs somebody in.
pub(super) async fn login(
    State(api): State<Arc<Api>>,
    Json(given): Json<Credentials>,
) -> Result<Json<Value>, ApiError> {
    let store = &api.service.store;
    let known = store.user_by_email(&given.email).await?;
    let known = known.filter(|(_, hash)| password::fits(&given.password, hash));
    let Some((user, _)) = known else {
        return Err(unauthenticated(AuthFailureReason::InvalidToken));
    };
    let token = ids::uuid();
    let expires_at = pace::now() + api.service.pace.real_millis(SESSION);
    store
        .open_session(&token, &user.user_id, expires_at)
        .await?;
    context::bind("tenant_id", &*user.tenant_id);
    let auth = told(&user.user_id, &user.email, AuthAction::Login);
    UserLogin { auth }.emit();
    audit(store, AuditCategory::Auth, "user_signed_in").await?;
    Ok(Json(json!({ "token": token })))
}

/// Signs somebody out.
pub(super) async fn logout(
    State(api): State<Arc<Api>>,
    headers: HeaderMap,
) -> Result<StatusCode, ApiError> {
    let user = identify(&api, &headers, Permission::ReadConnections)
        .await?
        .user;
    let store = &api.service.store;
    store
        .close_session(token(&headers).unwrap_or_default())
        .await?;
    let auth = told(&user.user_id, &user.email, AuthAction::Logout);
    UserLogout { auth }.emit();
    audit(store, AuditCategory::Auth, "user_signed_out").await?;
    Ok(StatusCode::NO_CONTENT)
}

fn told(user_id: &str, email: &str, action: AuthAction) -> AuthEvent {
    AuthEvent {
        user_id: Some(user_id.into()),
        email: Some(email.into()),
        action: Some(action),
    }
}
