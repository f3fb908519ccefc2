//! Calls to other services: with the caller's identity and place in the trace, a span, and the callee's time.

use std::time::Duration;

use http::{Method, StatusCode};
use obsctl_telemetry::outgoing::{CallAttributes, TraceCalls};
use reqwest_middleware::{ClientBuilder, ClientWithMiddleware};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::pace::take_credit;

/// Longer than this nobody waits, on the wall.
const TIMEOUT: Duration = Duration::from_secs(15);

/// Why a call has no answer.
#[derive(Debug, thiserror::Error)]
pub enum CallError {
    /// The other end refused.
    #[error("{status} from {host}")]
    Status {
        /// How.
        status: StatusCode,
        /// Who.
        host: String,
        /// After how many seconds it can be tried again, if it was said.
        retry_after: Option<u64>,
    },
    /// There was no answer, or none that can be read.
    #[error("no answer from {host}")]
    Transport {
        /// Who.
        host: String,
        /// Why.
        source: reqwest_middleware::Error,
    },
}

impl CallError {
    /// The status of the answer, if there was one.
    #[must_use]
    pub fn status(&self) -> Option<StatusCode> {
        match self {
            Self::Status { status, .. } => Some(*status),
            Self::Transport { .. } => None,
        }
    }
}

/// Calls others.
#[derive(Clone, Debug)]
pub struct Client {
    plain: reqwest::Client,
    traced: ClientWithMiddleware,
}

impl Client {
    /// A client.
    ///
    /// # Errors
    /// When the system has no room for one.
    pub fn new() -> Result<Self, reqwest::Error> {
        let plain = reqwest::Client::builder().timeout(TIMEOUT).no_proxy();
        let plain = plain.build()?;
        Ok(Self {
            traced: ClientBuilder::new(plain.clone()).with(TraceCalls).build(),
            plain,
        })
    }

    /// Calls, and reads the answer as JSON. `provider` is who is behind the host.
    ///
    /// # Errors
    /// When there is no answer, or one that says no.
    pub async fn call<B: Serialize + Sync, T: DeserializeOwned>(
        &self,
        method: Method,
        url: &str,
        provider: &str,
        bearer: Option<&str>,
        body: Option<&B>,
    ) -> Result<T, CallError> {
        let transport = |source| CallError::Transport {
            host: provider.to_owned(),
            source,
        };
        let mut request = self.traced.request(method, url);
        if let Some(token) = bearer {
            request = request.bearer_auth(token);
        }
        if let Some(body) = body {
            request = request.json(body);
        }
        let attributes = CallAttributes::new().with("provider", provider);
        let sent = request.with_extension(attributes).send().await;
        let response = sent.map_err(transport)?;
        take_credit(response.headers());
        let status = response.status();
        if !status.is_success() {
            let after = response.headers().get("retry-after");
            return Err(CallError::Status {
                status,
                host: provider.to_owned(),
                retry_after: after.and_then(|value| value.to_str().ok()?.parse().ok()),
            });
        }
        response
            .json()
            .await
            .map_err(|error| transport(error.into()))
    }

    /// Whether something answers well, soon.
    ///
    /// # Errors
    /// When it does not.
    pub async fn probe(&self, url: &str) -> Result<(), CallError> {
        let asked = self.plain.get(url).timeout(Duration::from_secs(3));
        sent(asked, url).await
    }

    /// Calls for the effect alone, outside of any trace.
    ///
    /// # Errors
    /// When there is no answer, or one that says no.
    pub async fn command(&self, method: Method, url: &str) -> Result<(), CallError> {
        sent(self.plain.request(method, url), url).await
    }

    /// As [`command`](Self::command), until it is done.
    pub async fn insist(&self, method: Method, url: &str) {
        while self.command(method.clone(), url).await.is_err() {
            tokio::time::sleep(Duration::from_millis(500)).await;
        }
    }

    /// Listens to a stream for a while.
    pub async fn listen(&self, url: &str, bearer: &str, lasting: Duration) {
        let listening = async {
            let response = self.plain.get(url).bearer_auth(bearer).send().await;
            let Ok(mut response) = response else {
                return;
            };
            while let Ok(Some(_)) = response.chunk().await {}
        };
        // That it ends is what it is for.
        let _ = tokio::time::timeout(lasting, listening).await;
    }
}

async fn sent(request: reqwest::RequestBuilder, url: &str) -> Result<(), CallError> {
    let host = url.to_owned();
    match request.send().await {
        Ok(response) if response.status().is_success() => Ok(()),
        Ok(response) => Err(CallError::Status {
            status: response.status(),
            host,
            retry_after: None,
        }),
        Err(error) => Err(CallError::Transport {
            host,
            source: error.into(),
        }),
    }
}
