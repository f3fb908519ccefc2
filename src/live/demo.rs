//! The demo's API, as far as it is about scenarios.

use std::time::Duration;

use serde::Deserialize;
use ureq::http::Method;

use super::address::{Address, Peer};
use super::answer::Trouble;
use super::client::{Client, encoded};

/// Something that can go wrong in the demo.
#[derive(Clone, Debug, Deserialize)]
pub struct Scenario {
    /// Its name.
    pub name: String,
    /// What goes wrong.
    #[serde(default)]
    pub summary: String,
    /// The alerts that should fire.
    #[serde(default)]
    pub alerts: Vec<String>,
    /// Whether it goes on now.
    #[serde(default)]
    pub active: bool,
}

/// A demo that is asked.
#[derive(Clone, Debug)]
pub struct Demo(pub(super) Client);

impl Demo {
    /// The demo whose API has this address, with so much time for each answer.
    #[must_use]
    pub fn at(address: Address, limit: Duration) -> Self {
        Self(Client::new(Peer::Demo, address, limit))
    }

    /// Where it is, without what is secret.
    #[must_use]
    pub fn url(&self) -> &str {
        self.0.url()
    }

    /// What can go wrong.
    ///
    /// # Errors
    /// When there is no answer that can be used.
    pub fn scenarios(&self) -> Result<Vec<Scenario>, Trouble> {
        self.0.get("/demo/scenarios", &[])
    }

    /// Lets it go wrong.
    ///
    /// # Errors
    /// When the demo does not say that it does.
    pub fn start(&self, name: &str) -> Result<(), Trouble> {
        self.0.command(Method::PUT, &path(name))
    }

    /// Makes it stop.
    ///
    /// # Errors
    /// When the demo does not say that it does.
    pub fn end(&self, name: &str) -> Result<(), Trouble> {
        self.0.command(Method::DELETE, &path(name))
    }
}

fn path(name: &str) -> String {
    format!("/demo/scenarios/{}", encoded(name))
}
