//! The providers that tenants connect, simulated: pages of objects behind credentials, a rate limit, latency, failures.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use obsctl_model::LabelValue;
use obsctl_stack::labels::Provider;
use serde::{Deserialize, Serialize};

use crate::domain::{PROVIDERS, objects, read};
use crate::limiter::Limiter;
use crate::pace::{Pace, give_credit};
use crate::random::Random;
use crate::scenario::{Scenario, Switches};
use crate::service::{ServiceError, serve};
use crate::settings::Settings;
use crate::store::Store;

/// How many objects a page has.
const PAGE: u64 = 4;
/// How many pages there are at most.
const PAGES: u64 = 3;
/// Calls per simulated second that a provider answers; while the scenario is on, far fewer.
const LIMIT: f64 = 20.0;
const LIMIT_WHILE_LIMITING: f64 = 0.02;
/// What asks for patience asks for this much of it, in simulated seconds.
const RETRY_AFTER: u64 = 30;

/// What opens a provider.
#[must_use]
pub fn credentials(provider: Provider) -> String {
    format!("sk_demo_{}", provider.text())
}

/// A page of objects.
#[derive(Debug, Serialize, Deserialize)]
pub struct Page {
    /// The objects.
    pub data: Vec<Object>,
    /// The page after this one, if there is one.
    pub next: Option<u64>,
}

/// An object.
#[derive(Debug, Serialize, Deserialize)]
pub struct Object {
    /// What the provider calls it.
    pub id: String,
    /// What it is about, in cents.
    pub amount_cents: i64,
}

/// Why a provider does not give what is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Refusal {
    Unknown,
    Unauthorized,
    TooMany,
    Unavailable,
}

struct Simulator {
    pace: Pace,
    random: Random,
    switches: Switches,
    limiter: Limiter<Provider>,
}

/// Runs the providers until the process is told to end.
///
/// # Errors
/// When it cannot start.
pub async fn main(settings: Settings) -> Result<(), ServiceError> {
    let store = Store::connect(&settings.database_url).await?;
    let random = Random::new(settings.seed, "providers");
    let router = router(Pace::new(settings.speed), random, Switches::watch(store));
    let router = router.route("/health", get(|| async { "ok\n" }));
    serve(&settings.listen, router).await
}

/// The simulated providers, each under its name: `/shopify/admin/api/orders.json?page=2`.
pub fn router(pace: Pace, random: Random, switches: Switches) -> Router {
    let simulator = Simulator {
        pace,
        random,
        switches,
        limiter: Limiter::new(pace),
    };
    Router::new()
        .route("/{provider}/{*endpoint}", get(list))
        .with_state(Arc::new(simulator))
}

#[derive(Deserialize)]
struct Asked {
    #[serde(default)]
    page: u64,
}

async fn list(
    State(simulator): State<Arc<Simulator>>,
    Path((provider, endpoint)): Path<(String, String)>,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
    uri: Uri,
) -> Response {
    let answer = simulator.pace.measure(async {
        let answered = simulator
            .answer(&provider, &endpoint, asked.page, &headers)
            .await;
        let mut response = match answered {
            Ok(page) => Json(page).into_response(),
            Err(refusal) => refuse(refusal, &uri),
        };
        give_credit(response.headers_mut());
        response
    });
    answer.await.0
}

fn refuse(refusal: Refusal, uri: &Uri) -> Response {
    let (status, error) = match refusal {
        Refusal::Unknown => (StatusCode::NOT_FOUND, format!("there is no {}", uri.path())),
        Refusal::Unauthorized => (StatusCode::UNAUTHORIZED, "unknown credentials".to_owned()),
        Refusal::TooMany => (StatusCode::TOO_MANY_REQUESTS, "too many calls".to_owned()),
        Refusal::Unavailable => (StatusCode::SERVICE_UNAVAILABLE, "maintenance".to_owned()),
    };
    let mut response = (status, Json(serde_json::json!({ "error": error }))).into_response();
    if refusal == Refusal::TooMany {
        let after = HeaderValue::from(RETRY_AFTER);
        response.headers_mut().insert("retry-after", after);
    }
    response
}

impl Simulator {
    async fn answer(
        &self,
        provider: &str,
        endpoint: &str,
        page: u64,
        headers: &HeaderMap,
    ) -> Result<Page, Refusal> {
        let provider = read(provider, &PROVIDERS).ok_or(Refusal::Unknown)?;
        let endpoint = format!("/{endpoint}");
        let known = objects(provider).iter().any(|(_, path)| *path == endpoint);
        if !known {
            return Err(Refusal::Unknown);
        }
        let latency = self.random.latency(Duration::from_millis(180));
        self.pace.sleep(latency).await;
        let expected = format!("Bearer {}", credentials(provider));
        let given = headers.get("authorization").map(HeaderValue::as_bytes);
        let changed = provider == Provider::Shopify && self.switches.is_on(Scenario::Provider401);
        if given != Some(expected.as_bytes()) || changed {
            return Err(Refusal::Unauthorized);
        }
        let limiting = provider == Provider::Stripe && self.switches.is_on(Scenario::RateLimit);
        let limit = if limiting {
            LIMIT_WHILE_LIMITING
        } else {
            LIMIT
        };
        if !self.limiter.allows(&provider, limit) {
            return Err(Refusal::TooMany);
        }
        let down = provider == Provider::Netsuite && self.switches.is_on(Scenario::ProviderDown);
        if self.random.happens(if down { 0.7 } else { 0.001 }) {
            return Err(Refusal::Unavailable);
        }
        Ok(self.page(&endpoint, page))
    }

    /// Objects change: some are new, most are known from earlier pages.
    fn page(&self, endpoint: &str, page: u64) -> Page {
        let kind = endpoint.rsplit('/').next().unwrap_or_default();
        let kind = kind.trim_end_matches(".json");
        let object = |_| Object {
            id: format!("{kind}-{}", self.random.below(2000)),
            amount_cents: i64::try_from(100 + self.random.below(90_000)).unwrap_or_default(),
        };
        let more = page + 1 < PAGES && self.random.happens(0.5);
        Page {
            data: (0..PAGE).map(object).collect(),
            next: more.then_some(page + 1),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn simulator(on: &[Scenario]) -> Simulator {
        let switches = Switches::default();
        switches.set(on.iter().copied());
        let pace = Pace::new(60);
        Simulator {
            pace,
            random: Random::new(3, "providers"),
            switches,
            limiter: Limiter::new(pace),
        }
    }

    fn opened(provider: Provider) -> HeaderMap {
        let mut headers = HeaderMap::new();
        let value = format!("Bearer {}", credentials(provider));
        headers.insert("authorization", value.parse().expect("a header"));
        headers
    }

    #[tokio::test]
    async fn whoever_has_credentials_gets_pages() {
        let simulator = simulator(&[]);
        for provider in PROVIDERS {
            for (_, endpoint) in objects(provider) {
                let endpoint = &endpoint[1..];
                let page = simulator
                    .answer(&provider.text(), endpoint, 0, &opened(provider))
                    .await
                    .expect("a page");
                assert_eq!(page.data.len() as u64, PAGE);
                let refused = simulator
                    .answer(&provider.text(), endpoint, 0, &HeaderMap::new())
                    .await;
                assert_eq!(refused.expect_err("closed"), Refusal::Unauthorized);
            }
        }
        let headers = opened(Provider::Shopify);
        let unknown = simulator.answer("shopify", "nothing", 0, &headers).await;
        assert_eq!(unknown.expect_err("unknown"), Refusal::Unknown);
    }

    #[tokio::test]
    async fn scenarios_make_providers_refuse() {
        let asked = async |scenario, provider: Provider, endpoint| {
            let simulator = simulator(&[scenario]);
            let mut seen = vec![];
            for _ in 0..20 {
                let (name, headers) = (provider.text(), opened(provider));
                let answer = simulator.answer(&name, endpoint, 0, &headers);
                seen.push(answer.await.err());
            }
            seen
        };
        let seen = asked(
            Scenario::Provider401,
            Provider::Shopify,
            "admin/api/orders.json",
        )
        .await;
        assert!(seen.iter().all(|it| *it == Some(Refusal::Unauthorized)));
        let seen = asked(Scenario::RateLimit, Provider::Stripe, "v1/payments").await;
        assert!(seen.contains(&Some(Refusal::TooMany)), "{seen:?}");
        let seen = asked(
            Scenario::ProviderDown,
            Provider::Netsuite,
            "services/rest/invoices",
        )
        .await;
        assert!(seen.contains(&Some(Refusal::Unavailable)), "{seen:?}");
        let seen = asked(Scenario::ProviderDown, Provider::Stripe, "v1/payments").await;
        assert!(!seen.contains(&Some(Refusal::Unauthorized)), "{seen:?}");
    }
}
