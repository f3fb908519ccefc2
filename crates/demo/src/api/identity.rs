//! Who asks, for whom, and whether they may.

use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use obsctl_model::LabelValue;
use obsctl_stack::labels::{AuthFailureReason, Feature, Permission as PermissionLabel, Plan, Role};
use obsctl_stack::logs::contexts::AuthEvent;
use obsctl_stack::logs::events::api::{
    AuthFailed, EntitlementDenied, PermissionDenied, RateLimitHit, TenantContextMissing,
};
use obsctl_stack::metrics::api::{ApiAuthFailures, ApiPermissionDenied};
use obsctl_stack::metrics::business::EntitlementDenials;
use obsctl_telemetry::context;
use obsctl_telemetry::event::EmitEvent;
use obsctl_telemetry::metrics::RecordCounter;

use super::Api;
use super::error::ApiError;
use crate::domain::{PLANS, Permission, ROLES, includes, read};
use crate::pace;
use crate::report::audit;
use crate::scenario::Scenario;
use crate::store::StoreError;
use crate::store::tenants::{Session, User};

/// Requests per simulated second that a tenant may make.
const LIMIT: f64 = 3.0;

/// Somebody who may do what was asked.
#[derive(Debug)]
pub(super) struct Identity {
    pub(super) user: User,
    pub(super) plan: Plan,
}

/// The token of a request.
pub(super) fn token(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(AUTHORIZATION)?.to_str().ok()?;
    value.strip_prefix("Bearer ")
}

/// Finds out who asks; every later line of the request carries it.
pub(super) async fn identify(
    api: &Api,
    headers: &HeaderMap,
    permission: Permission,
) -> Result<Identity, ApiError> {
    let Some(token) = token(headers) else {
        return Err(unauthenticated(AuthFailureReason::Missing));
    };
    let store = &api.service.store;
    let user = match store.session(token, pace::now()).await? {
        Session::Of(user) => user,
        Session::Expired => return Err(unauthenticated(AuthFailureReason::Expired)),
        Session::Unknown => return Err(unauthenticated(AuthFailureReason::InvalidToken)),
    };
    context::bind("user_id", &*user.user_id);
    if api.service.switches.is_on(Scenario::TenantContext) && api.service.random.happens(0.1) {
        TenantContextMissing {}.emit();
        return Err(StoreError::NoTenant("sessions").into());
    }
    context::bind("tenant_id", &*user.tenant_id);
    if !api.limiter.allows(&user.tenant_id, LIMIT) {
        RateLimitHit {}.emit();
        return Err(ApiError::TooMany);
    }
    let role = read(&user.role, &ROLES).unwrap_or(Role::Viewer);
    if !permission.is_of(role) {
        let permission = PermissionLabel::from(permission.text());
        ApiPermissionDenied {
            permission: permission.clone(),
            role,
        }
        .inc();
        PermissionDenied { role, permission }.emit();
        return Err(ApiError::Forbidden);
    }
    let plan = plan(api, &user).await?;
    Ok(Identity { user, plan })
}

impl Identity {
    /// Whether the tenant's plan includes something.
    pub(super) async fn entitled(&self, api: &Api, feature: Feature) -> Result<(), ApiError> {
        let plan = self.plan;
        if includes(plan, feature) {
            return Ok(());
        }
        EntitlementDenials { plan, feature }.inc();
        EntitlementDenied { plan, feature }.emit();
        let category = obsctl_stack::labels::AuditCategory::Entitlement;
        audit(&api.service.store, category, "entitlement_denied").await?;
        Err(ApiError::NotIncluded)
    }
}

/// Plans hardly ever change: they are looked up once a while.
async fn plan(api: &Api, user: &User) -> Result<Plan, ApiError> {
    let key = format!("plan:{}", user.tenant_id);
    let text = match api.cache.get(&key) {
        Some(text) => text,
        None => {
            let text = api.service.store.plan(&user.tenant_id).await?;
            let text = text.unwrap_or_else(|| Plan::Trial.text().into_owned());
            let lasting = std::time::Duration::from_secs(300);
            api.cache.set(&key, &text, lasting);
            text
        }
    };
    Ok(read(&text, &PLANS).unwrap_or(Plan::Trial))
}

/// Counts and tells a failed sign-in or request.
pub(super) fn unauthenticated(reason: AuthFailureReason) -> ApiError {
    ApiAuthFailures { reason }.inc();
    let auth = AuthEvent {
        user_id: None,
        email: None,
        action: None,
    };
    AuthFailed { auth, reason }.emit();
    ApiError::Unauthenticated
}
