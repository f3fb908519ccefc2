//! The demo's API, as far as it is about scenarios.

use std::io;
use std::time::Duration;

use reqwest::StatusCode;
use reqwest::blocking::{Client, RequestBuilder, Response};
use serde::Deserialize;

use super::Obstacle;

/// How long an answer may take.
const LIMIT: Duration = Duration::from_secs(10);

/// Something that can go wrong in the demo.
#[derive(Debug, Deserialize)]
pub(super) struct Scenario {
    /// Its name.
    pub(super) name: String,
    /// What goes wrong.
    pub(super) summary: String,
    /// The alerts that should fire.
    pub(super) alerts: Vec<String>,
    /// Whether it goes on now.
    pub(super) active: bool,
}

/// The API at some URL.
#[derive(Debug)]
pub(super) struct Demo {
    client: Client,
    url: String,
}

impl Demo {
    /// The API at this URL.
    pub(super) fn at(url: &str) -> Result<Self, Obstacle> {
        let failed = |error| {
            Obstacle::new("failed to prepare for HTTP", "see the cause")
                .because(io::Error::other(error))
        };
        // No proxy: the demo is on this machine, or near.
        let client = Client::builder()
            .timeout(LIMIT)
            .no_proxy()
            .build()
            .map_err(failed)?;
        Ok(Self {
            client,
            url: url.trim_end_matches('/').to_owned(),
        })
    }

    /// What can go wrong.
    pub(super) fn scenarios(&self) -> Result<Vec<Scenario>, Obstacle> {
        let answer = self.send(self.client.get(self.address("")))?;
        answer.json().map_err(|error| {
            self.is_no_demo("its answer has another form")
                .because(io::Error::other(error))
        })
    }

    /// Lets it go wrong.
    pub(super) fn start(&self, name: &str) -> Result<(), Obstacle> {
        self.send(self.client.put(self.address(name))).map(drop)
    }

    /// Makes it stop.
    pub(super) fn end(&self, name: &str) -> Result<(), Obstacle> {
        self.send(self.client.delete(self.address(name))).map(drop)
    }

    fn address(&self, name: &str) -> String {
        let path = format!("{}/demo/scenarios/{name}", self.url);
        path.trim_end_matches('/').to_owned()
    }

    fn send(&self, request: RequestBuilder) -> Result<Response, Obstacle> {
        let answer = request.send().map_err(|error| {
            let what = format!("nothing answers at {}", self.url);
            let help =
                "start the stack with `obsctl up`, or say with `--url` where the demo's API is";
            Obstacle::new(what, help).because(io::Error::other(error.without_url()))
        })?;
        match answer.status() {
            status if status.is_success() => Ok(answer),
            StatusCode::NOT_FOUND => Err(self.is_no_demo("it knows no scenarios")),
            status => {
                let text = answer.text().unwrap_or_default();
                let first: String = text
                    .lines()
                    .next()
                    .unwrap_or_default()
                    .chars()
                    .take(200)
                    .collect();
                Err(Obstacle::new(
                    format!("the demo's API at {} refused: {status}", self.url),
                    "`obsctl logs api` shows why",
                )
                .because(io::Error::other(first)))
            }
        }
    }

    fn is_no_demo(&self, why: &str) -> Obstacle {
        Obstacle::new(
            format!("{} is not the demo's API: {why}", self.url),
            "say with `--url` where it is, or change `API_PORT` in `compose/.env`",
        )
    }
}
