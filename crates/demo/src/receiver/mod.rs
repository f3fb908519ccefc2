//! The receiver of alerts: takes Alertmanager's webhooks and shows what was delivered.

mod page;

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Html;
use axum::routing::get;
use axum::{Json, Router};
use obsctl_telemetry::clock::timestamp;
use serde::{Deserialize, Serialize};

use crate::scenario::{Scenario, Switches};
use crate::service::{ServiceError, serve};
use crate::settings::Settings;
use crate::store::Store;

/// How many alerts are kept.
const KEPT: usize = 1000;

/// An alert, as it was delivered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
struct Delivered {
    received_at: String,
    path: String,
    receiver: String,
    #[serde(flatten)]
    alert: Alert,
}

/// A notification of Alertmanager's webhook, version 4, as far as it is shown.
#[derive(Debug, Deserialize)]
struct Notification {
    receiver: String,
    alerts: Vec<Alert>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Alert {
    status: String,
    labels: BTreeMap<String, String>,
    annotations: BTreeMap<String, String>,
    #[serde(alias = "startsAt")]
    starts_at: String,
    #[serde(alias = "endsAt")]
    ends_at: String,
    #[serde(alias = "generatorURL")]
    generator_url: String,
    fingerprint: String,
}

#[derive(Debug, Default)]
struct Inbox {
    /// Newest first.
    alerts: Mutex<VecDeque<Delivered>>,
    switches: Switches,
}

/// Runs the receiver until it is told to end.
///
/// # Errors
/// When it cannot listen.
pub async fn main(settings: Settings) -> Result<(), ServiceError> {
    // Alerts arrive whatever the database does: without it, only the scenario that refuses them is not to be had.
    let switches = match Store::connect(&settings.database_url).await {
        Ok(store) => Switches::watch(store),
        Err(_) => Switches::default(),
    };
    serve(&settings.listen, router(switches)).await
}

fn router(switches: Switches) -> Router {
    let inbox = Arc::new(Inbox {
        alerts: Mutex::default(),
        switches,
    });
    Router::new()
        .route("/", get(show))
        .route("/health", get(|| async { "ok\n" }))
        .route("/api/alerts", get(list))
        .route("/{path}", axum::routing::post(receive))
        .with_state(inbox)
}

async fn receive(
    State(inbox): State<Arc<Inbox>>,
    Path(path): Path<String>,
    Json(notification): Json<Notification>,
) -> StatusCode {
    if path == "pages" && inbox.switches.is_on(Scenario::PagerDown) {
        return StatusCode::SERVICE_UNAVAILABLE;
    }
    let received_at = now();
    let mut alerts = inbox.alerts.lock().unwrap_or_else(PoisonError::into_inner);
    for alert in notification.alerts {
        alerts.push_front(Delivered {
            received_at: received_at.clone(),
            path: format!("/{path}"),
            receiver: notification.receiver.clone(),
            alert,
        });
    }
    alerts.truncate(KEPT);
    StatusCode::NO_CONTENT
}

async fn list(State(inbox): State<Arc<Inbox>>) -> Json<Vec<Delivered>> {
    let alerts = inbox.alerts.lock().unwrap_or_else(PoisonError::into_inner);
    Json(alerts.iter().cloned().collect())
}

async fn show(State(inbox): State<Arc<Inbox>>) -> Html<String> {
    let alerts = inbox.alerts.lock().unwrap_or_else(PoisonError::into_inner);
    Html(page::render(alerts.iter()))
}

fn now() -> String {
    let time: SystemTime = obsctl_telemetry::clock::now();
    timestamp(time)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_is_delivered_is_kept_newest_first() {
        let inbox = Arc::new(Inbox::default());
        let notification = |name: &str| -> Notification {
            serde_json::from_value(serde_json::json!({
                "version": "4", "groupKey": "{}", "truncatedAlerts": 0, "status": "firing",
                "receiver": "inbox", "groupLabels": {}, "commonLabels": {}, "commonAnnotations": {},
                "externalURL": "http://localhost:9093",
                "alerts": [{
                    "status": "firing", "labels": { "alertname": name }, "annotations": { "summary": "<b>" },
                    "startsAt": "2026-01-01T00:00:00Z", "endsAt": "0001-01-01T00:00:00Z",
                    "generatorURL": "http://localhost:9090/graph", "fingerprint": "abc",
                }],
            }))
            .expect("as Alertmanager sends it")
        };
        for name in ["First", "Second"] {
            let received = receive(
                State(Arc::clone(&inbox)),
                Path("pages".to_owned()),
                Json(notification(name)),
            );
            assert_eq!(received.await, StatusCode::NO_CONTENT);
        }
        let Json(listed) = list(State(Arc::clone(&inbox))).await;
        assert_eq!(listed[0].alert.labels["alertname"], "Second");
        assert_eq!(listed[1].path, "/pages");
        let told = serde_json::to_value(&listed[0]).expect("JSON");
        assert_eq!(told["starts_at"], "2026-01-01T00:00:00Z");
        let Html(page) = show(State(Arc::clone(&inbox))).await;
        assert!(page.contains("&lt;b&gt;"), "{page}");

        inbox.switches.set([Scenario::PagerDown]);
        let refused = receive(
            State(Arc::clone(&inbox)),
            Path("pages".to_owned()),
            Json(notification("Third")),
        );
        assert_eq!(refused.await, StatusCode::SERVICE_UNAVAILABLE);
        let told = receive(
            State(Arc::clone(&inbox)),
            Path("alerts".to_owned()),
            Json(notification("Third")),
        );
        assert_eq!(told.await, StatusCode::NO_CONTENT);
    }
}
