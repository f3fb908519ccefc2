//! A service of one's own: metrics declared once, logs, traces, `/metrics`.
//!
//! `cargo run -p obsctl-telemetry --example service`, then `curl -X POST localhost:8000/checkout` and
//! `curl localhost:8000/metrics`.

use axum::Router;
use axum::extract::MatchedPath;
use axum::http::HeaderMap;
use axum::routing::{get, post};
use obsctl_model::prelude::*;
use obsctl_telemetry::config::Telemetry;
use obsctl_telemetry::layer::RequestLayer;
use obsctl_telemetry::metrics::{RecordCounter, Registry};

labels! {
    /// How a checkout ended.
    pub enum Outcome { Paid = "paid", Declined = "declined" }
}

metrics! {
    family "Shop", owner "shop", exposed_by Exposer::Service("shop".into());

    /// Checkouts.
    pub counter Checkouts("shop_checkouts_total") { outcome: Outcome }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let _guard = Telemetry::new("shop").with_environment()?.init()?;
    Registry::global().initialise::<Checkouts>();
    let requests = RequestLayer::new()
        .route(|extensions| Some(extensions.get::<MatchedPath>()?.as_str().into()));
    let app = Router::new()
        .route("/checkout", post(checkout))
        .layer(requests)
        .route("/metrics", get(metrics));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:8000").await?;
    Ok(axum::serve(listener, app).await?)
}

async fn checkout() -> &'static str {
    let outcome = Outcome::Paid;
    Checkouts { outcome }.inc();
    tracing::info!(rows = 1, "checkout_paid");
    "paid\n"
}

async fn metrics(headers: HeaderMap) -> impl axum::response::IntoResponse {
    Registry::global().respond(&headers)
}
