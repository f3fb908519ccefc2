//! What all services have in common: settings, telemetry, the database, a server, an orderly end.

use std::time::Duration;

use axum::Router;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::get;
use obsctl_model::MetricFamily;
use obsctl_stack::services;
use obsctl_telemetry::config::{Guard, InitError, Telemetry};
use obsctl_telemetry::metrics::Registry;
use tokio::net::TcpListener;

use crate::crypto::Vault;
use crate::pace::{self, Pace};
use crate::random::Random;
use crate::report;
use crate::scenario::{Scenario, Switches};
use crate::settings::Settings;
use crate::store::{Store, StoreError};

/// How long the last spans and lines may take to leave.
const FLUSH: Duration = Duration::from_secs(2);

/// Why a service does not run.
#[derive(Debug, thiserror::Error)]
pub enum ServiceError {
    /// Its telemetry is not set up rightly.
    #[error(transparent)]
    Telemetry(#[from] InitError),
    /// Its database does not work.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Its address is taken, or not one of this machine.
    #[error("cannot listen on {address}: set `DEMO_LISTEN` to an address that is free")]
    Listen {
        /// The address.
        address: String,
        /// The system's reason.
        source: std::io::Error,
    },
    /// The server ended.
    #[error("the server ended")]
    Server(#[source] std::io::Error),
    /// A client could not be made.
    #[error("no HTTP client")]
    Client(#[from] reqwest::Error),
}

/// A service that has started.
#[derive(Debug)]
pub struct Service {
    /// Its name in the stack.
    pub name: &'static str,
    /// How it was set up.
    pub settings: Settings,
    /// How fast time runs.
    pub pace: Pace,
    /// Its sequence of choices.
    pub random: Random,
    /// The trouble that is on.
    pub switches: Switches,
    /// The database.
    pub store: Store,
}

impl Service {
    /// Starts telemetry, then the database. What goes wrong after the first is in the log as well.
    ///
    /// # Errors
    /// When a setting is wrong or the database does not answer.
    pub async fn start(
        name: &'static str,
        settings: Settings,
        metrics: &[MetricFamily],
    ) -> Result<(Self, Guard), ServiceError> {
        let telemetry = Telemetry::new(name)
            .version(env!("CARGO_PKG_VERSION"))
            .environment("development")
            .catalog(obsctl_stack::logs::catalog())
            .with_environment()?
            .init()?;
        for definition in metrics.iter().flat_map(|family| &family.metrics) {
            Registry::global().declare(definition);
        }
        let pace = Pace::new(settings.speed);
        let random = Random::new(settings.seed, name);
        let store = match connect(&settings).await {
            Ok(store) => store.of(name),
            Err(error) => {
                if name == services::API {
                    report::startup_failed(&error);
                }
                telemetry.shutdown(FLUSH);
                return Err(error.into());
            }
        };
        let switches = Switches::watch(store.clone());
        let service = Self {
            name,
            settings,
            pace,
            random,
            switches,
            store,
        };
        Ok((service, telemetry))
    }

    /// The vault of credentials: with the wrong key while that scenario is on.
    #[must_use]
    pub fn vault(&self) -> Vault {
        if self.switches.is_on(Scenario::BadEncryptionKey) {
            Vault::with_the_wrong_key()
        } else {
            self.settings.vault.clone()
        }
    }

    /// Serves until the process is told to end; then what was recorded is sent.
    ///
    /// # Errors
    /// When the address cannot be listened on.
    pub async fn serve(&self, router: Router, telemetry: Guard) -> Result<(), ServiceError> {
        let served = serve(&self.settings.listen, router).await;
        telemetry.shutdown(FLUSH);
        served
    }

    /// `/metrics` and `/health`.
    pub fn probes(&self) -> Router {
        let (switches, name) = (self.switches.clone(), self.name);
        let store = self.store.clone();
        let down = move || name == services::MCP && switches.is_on(Scenario::ServiceDown);
        let down_too = down.clone();
        let metrics = move |headers: HeaderMap| async move {
            if down() {
                return Err(StatusCode::SERVICE_UNAVAILABLE);
            }
            Ok(Registry::global().respond(&headers))
        };
        let health = move || async move {
            if down_too() || store.ping().await.is_err() {
                return (StatusCode::SERVICE_UNAVAILABLE, "unhealthy\n");
            }
            (StatusCode::OK, "ok\n")
        };
        Router::new()
            .route("/metrics", get(metrics))
            .route("/health", get(health))
    }
}

async fn connect(settings: &Settings) -> Result<Store, StoreError> {
    let store = Store::connect(&settings.database_url).await?;
    store
        .seed(settings.seed, &settings.vault, pace::now())
        .await?;
    Ok(store)
}

/// Serves until the process is told to end.
///
/// # Errors
/// When the address cannot be listened on.
pub async fn serve(address: &str, router: Router) -> Result<(), ServiceError> {
    let listener = TcpListener::bind(address)
        .await
        .map_err(|source| ServiceError::Listen {
            address: address.to_owned(),
            source,
        })?;
    let serving = axum::serve(listener, router);
    tokio::select! {
        served = serving.into_future() => served.map_err(ServiceError::Server),
        // Streams that never end by themselves must not hold up the end.
        () = told_to_end() => Ok(()),
    }
}

/// Waits for Ctrl-C, or for the signal that containers are stopped with.
pub async fn told_to_end() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = tokio::signal::ctrl_c() => {}
            }
            return;
        }
    }
    let _ = tokio::signal::ctrl_c().await;
}
