//! Load: users of all tenants, who come and go with the hours of the day, and do what users do.

mod rhythm;
mod user;

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::routing::get;

use crate::client::Client;
use crate::pace::Pace;
use crate::random::Random;
use crate::scenario::Planned;
use crate::service::{ServiceError, serve};
use crate::settings::Settings;
use crate::store::users;
use rhythm::Rhythm;
use user::{ACTIONS, User};

/// How often something is asked for in the busiest hour, in simulated time.
const BUSIEST: Duration = Duration::from_secs(1);
/// How long to wait for an API that is not there yet, on the wall.
const PATIENCE: Duration = Duration::from_millis(250);

/// Runs the load until it is told to end. It has no telemetry: it stands for the world outside.
///
/// # Errors
/// When it cannot listen for whoever asks for its health.
pub async fn main(settings: Settings) -> Result<(), ServiceError> {
    let client = Client::new()?;
    let settings = Arc::new(settings);
    tokio::spawn(ask(Arc::clone(&settings), client.clone()));
    for planned in &settings.schedule.0 {
        tokio::spawn(play(Arc::clone(&settings), client.clone(), *planned));
    }
    let health = Router::new().route("/health", get(|| async { "ok\n" }));
    serve(&settings.listen, health).await
}

/// Sets a scenario off and ends it, as planned.
async fn play(settings: Arc<Settings>, client: Client, planned: Planned) {
    let pace = Pace::new(settings.speed);
    tokio::time::sleep(pace.real(planned.after)).await;
    let url = format!(
        "{}/demo/scenarios/{}",
        settings.api_url,
        planned.scenario.name()
    );
    client.insist(http::Method::PUT, &url).await;
    tokio::time::sleep(pace.real(planned.lasting)).await;
    client.insist(http::Method::DELETE, &url).await;
}

/// Asks for one thing after the other, without waiting for the answers: users do not queue up.
async fn ask(settings: Arc<Settings>, client: Client) {
    let pace = Pace::new(settings.speed);
    let random = Random::new(settings.seed, "load");
    let rhythm = Rhythm::starting_at(pace, settings.start_hour);
    while client
        .probe(&format!("{}/health", settings.api_url))
        .await
        .is_err()
    {
        tokio::time::sleep(PATIENCE).await;
    }
    let users: Vec<_> = users()
        .into_iter()
        .map(|(email, plan)| {
            let api = settings.api_url.clone();
            Arc::new(User::new(api, client.clone(), random.clone(), email, plan))
        })
        .collect();
    // Everybody does everything once: after that, only the rhythm decides.
    for user in &users {
        for action in ACTIONS {
            let user = Arc::clone(user);
            tokio::spawn(async move { user.act(action).await });
            tokio::time::sleep(pace.real(Duration::from_secs(1))).await;
        }
    }
    let weight: u64 = ACTIONS.iter().map(|action| action.weight()).sum();
    loop {
        let every = BUSIEST.div_f64(rhythm.now());
        tokio::time::sleep(pace.real(random.arrival(every))).await;
        let mut place = random.below(weight);
        let action = ACTIONS.into_iter().find(|action| {
            let here = place < action.weight();
            place = place.saturating_sub(action.weight());
            here
        });
        if let (Some(user), Some(action)) = (random.choose(&users), action) {
            let user = Arc::clone(user);
            tokio::spawn(async move { user.act(action).await });
        }
    }
}
