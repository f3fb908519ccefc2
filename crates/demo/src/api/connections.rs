//! Connections of a tenant to providers.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, Method, StatusCode};
use obsctl_model::LabelValue;
use obsctl_stack::labels::{AuditCategory, Feature, Provider};
use obsctl_stack::logs::events::api::{ConnectionCreated, ConnectionTestFailed, ConnectionTested};
use obsctl_telemetry::event::EmitEvent;
use obsctl_telemetry::ids;
use serde::Deserialize;
use serde_json::{Value, json};
use tracing::{Instrument, info_span};

use super::Api;
use super::error::ApiError;
use super::identity::identify;
use crate::crypto::KEY_VERSION;
use crate::domain::{PROVIDERS, Permission, objects, read};
use crate::pace;
use crate::providers::{Page, credentials};
use crate::report::{audit, failure};
use crate::store::connections::Connection;

pub(super) async fn list(
    State(api): State<Arc<Api>>,
    headers: HeaderMap,
) -> Result<Json<Vec<Connection>>, ApiError> {
    let who = identify(&api, &headers, Permission::ReadConnections).await?;
    Ok(Json(
        api.service.store.connections(&who.user.tenant_id).await?,
    ))
}

/// What a new connection is like.
#[derive(Deserialize)]
pub(super) struct New {
    provider: String,
    label: String,
}

pub(super) async fn create(
    State(api): State<Arc<Api>>,
    headers: HeaderMap,
    Json(new): Json<New>,
) -> Result<(StatusCode, Json<Value>), ApiError> {
    let who = identify(&api, &headers, Permission::ManageConnections).await?;
    who.entitled(&api, Feature::Connections).await?;
    let provider = read(&new.provider, &PROVIDERS).ok_or(ApiError::Invalid("unknown provider"))?;
    let id = ids::uuid();
    let span = info_span!(
        "create_connection",
        tenant_id = who.user.tenant_id,
        provider = new.provider,
    );
    async {
        let mut nonce = [0; 12];
        nonce.copy_from_slice(&id.as_bytes()[24..36]);
        let connection = Connection {
            encrypted_credentials: api.service.vault().encrypt(&credentials(provider), nonce),
            id: id.clone(),
            tenant_id: who.user.tenant_id,
            provider: new.provider,
            label: new.label,
            status: "active".to_owned(),
            encryption_key_version: KEY_VERSION,
        };
        let store = &api.service.store;
        try_out(&api, &connection, provider).await?;
        store.add_connection(&connection, pace::now()).await?;
        ConnectionCreated {
            connection_id: (&id).into(),
            provider,
        }
        .emit();
        audit(store, AuditCategory::Connection, "connection_created").await?;
        Ok((StatusCode::CREATED, Json(json!({ "id": id }))))
    }
    .instrument(span)
    .await
}

/// A new name.
#[derive(Deserialize)]
pub(super) struct Renamed {
    label: String,
}

pub(super) async fn rename(
    State(api): State<Arc<Api>>,
    Path(id): Path<String>,
    headers: HeaderMap,
    Json(new): Json<Renamed>,
) -> Result<StatusCode, ApiError> {
    let who = identify(&api, &headers, Permission::ManageConnections).await?;
    let store = &api.service.store;
    let tenant_id = &who.user.tenant_id;
    if !store.rename_connection(tenant_id, &id, &new.label).await? {
        return Err(ApiError::NotFound("connection"));
    }
    audit(store, AuditCategory::Connection, "connection_renamed").await?;
    Ok(StatusCode::NO_CONTENT)
}

pub(super) async fn remove(
    State(api): State<Arc<Api>>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<StatusCode, ApiError> {
    let who = identify(&api, &headers, Permission::ManageConnections).await?;
    let store = &api.service.store;
    if !store.remove_connection(&who.user.tenant_id, &id).await? {
        return Err(ApiError::NotFound("connection"));
    }
    audit(store, AuditCategory::Connection, "connection_removed").await?;
    Ok(StatusCode::NO_CONTENT)
}

pub(super) async fn test(
    State(api): State<Arc<Api>>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Json<Value>, ApiError> {
    let who = identify(&api, &headers, Permission::ManageConnections).await?;
    let store = &api.service.store;
    let connection = store.connection(&who.user.tenant_id, &id).await?;
    let connection = connection.ok_or(ApiError::NotFound("connection"))?;
    let provider =
        read(&connection.provider, &PROVIDERS).ok_or(ApiError::NotFound("connection"))?;
    let works = try_out(&api, &connection, provider).await.is_ok();
    if works {
        ConnectionTested {
            connection_id: id.into(),
            provider,
        }
        .emit();
    }
    audit(store, AuditCategory::Connection, "connection_tested").await?;
    Ok(Json(json!({ "works": works })))
}

/// Asks the provider for something small.
async fn try_out(api: &Api, connection: &Connection, provider: Provider) -> Result<(), ApiError> {
    let said = |error: &(dyn std::error::Error + 'static), kind| {
        ConnectionTestFailed {
            failure: failure(error, kind),
            connection_id: (&connection.id).into(),
            provider,
        }
        .emit();
    };
    let token = match api
        .service
        .vault()
        .decrypt(&connection.encrypted_credentials)
    {
        Ok(token) => token,
        Err(error) => {
            said(&error, "InvalidToken");
            return Err(ApiError::Broken("the credentials cannot be read"));
        }
    };
    let name = provider.text();
    let endpoint = objects(provider)
        .first()
        .map_or("", |(_, endpoint)| *endpoint);
    let url = format!("{}/{name}{endpoint}", api.service.settings.providers_url);
    let asked = api
        .client
        .call::<(), Page>(Method::GET, &url, &name, Some(&token), None);
    match asked.await {
        Ok(_) => Ok(()),
        Err(error) => {
            said(&error, "HTTPStatusError");
            Err(error.into())
        }
    }
}
