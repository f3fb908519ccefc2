//! The switchboard of the demo: which scenarios there are, and which are on. Not part of the product it plays.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, put};
use axum::{Json, Router};
use obsctl_model::LabelValue;
use obsctl_stack::labels::Provider;
use serde_json::{Value, json};

use super::Api;
use crate::pace;
use crate::scenario::Scenario;

/// How long ago the last sync was, when that scenario begins, in simulated time.
const STALE_FOR: Duration = Duration::from_secs(5 * 3600);

/// `/demo/scenarios`
pub(super) fn router(api: &Arc<Api>) -> Router {
    Router::new()
        .route("/demo/scenarios", get(list))
        .route("/demo/scenarios/{name}", put(begin).delete(end))
        .with_state(Arc::clone(api))
}

async fn list(State(api): State<Arc<Api>>) -> Result<Json<Value>, Unanswered> {
    let on = api.service.store.scenarios().await?;
    let all = Scenario::ALL.iter().map(|scenario| {
        let description = scenario.description();
        json!({
            "name": description.name,
            "summary": description.summary,
            "alerts": description.alerts,
            "active": on.iter().any(|name| name == description.name),
        })
    });
    Ok(Json(all.collect()))
}

async fn begin(
    State(api): State<Arc<Api>>,
    Path(name): Path<String>,
) -> Result<StatusCode, Unanswered> {
    let scenario = Scenario::named(&name).ok_or(Unanswered::Unknown(name))?;
    let (store, now) = (&api.service.store, pace::now());
    store.begin_scenario(scenario.name(), now).await?;
    if scenario == Scenario::StaleSync {
        let before = now - api.service.pace.real_millis(STALE_FOR);
        let aged = store.age_syncs(&Provider::Stripe.text(), before).await;
        aged.map_err(|_| Unanswered::Database)?;
    }
    Ok(StatusCode::NO_CONTENT)
}

async fn end(
    State(api): State<Arc<Api>>,
    Path(name): Path<String>,
) -> Result<StatusCode, Unanswered> {
    let scenario = Scenario::named(&name).ok_or(Unanswered::Unknown(name))?;
    api.service.store.end_scenario(scenario.name()).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Why the switchboard does not do what was asked.
enum Unanswered {
    Unknown(String),
    Database,
}

impl<E: std::error::Error> From<E> for Unanswered {
    fn from(_: E) -> Self {
        Self::Database
    }
}

impl IntoResponse for Unanswered {
    fn into_response(self) -> Response {
        match self {
            Self::Unknown(name) => {
                let known = Scenario::ALL.map(Scenario::name);
                let error = format!("no scenario is called `{name}`");
                let body = json!({ "error": error, "known": known });
                (StatusCode::NOT_FOUND, Json(body)).into_response()
            }
            Self::Database => {
                let body = json!({ "error": "the database does not answer" });
                (StatusCode::SERVICE_UNAVAILABLE, Json(body)).into_response()
            }
        }
    }
}
