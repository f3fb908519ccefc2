//! A user and what users do.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use futures_util::future::join_all;
use http::Method;
use obsctl_stack::labels::Plan;
use serde_json::{Value, json};

use crate::client::{CallError, Client};
use crate::mcp::TOOLS;
use crate::random::Random;
use crate::store::PASSWORD;

/// Something a user does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Action {
    SignIn,
    SignOut,
    SignUp,
    ForgetToken,
    WrongPassword,
    ListOrders,
    ListConnections,
    ListJobs,
    ShowJob,
    Sync,
    Export,
    CallTool,
    ReadAudit,
    ReadReports,
    Rename,
    TryConnection,
    Connect,
    Listen,
    Hammer,
}

/// All of them.
pub(super) const ACTIONS: [Action; 19] = [
    Action::SignIn,
    Action::SignUp,
    Action::ForgetToken,
    Action::WrongPassword,
    Action::ListOrders,
    Action::ListConnections,
    Action::ListJobs,
    Action::ShowJob,
    Action::Sync,
    Action::Export,
    Action::CallTool,
    Action::ReadAudit,
    Action::ReadReports,
    Action::Rename,
    Action::TryConnection,
    Action::Connect,
    Action::Listen,
    Action::Hammer,
    Action::SignOut,
];

impl Action {
    /// How often it is done, against the others.
    pub(super) const fn weight(self) -> u64 {
        match self {
            Self::ListOrders => 300,
            Self::ListConnections | Self::CallTool => 120,
            Self::ListJobs => 100,
            Self::ShowJob => 60,
            Self::ReadAudit => 40,
            Self::Export => 50,
            Self::Sync | Self::SignIn => 20,
            Self::TryConnection => 15,
            Self::SignOut | Self::ReadReports | Self::Listen => 10,
            Self::Rename | Self::Connect => 6,
            Self::ForgetToken | Self::WrongPassword => 3,
            Self::SignUp => 2,
            Self::Hammer => 1,
        }
    }
}

/// Somebody with an address, who may be signed in.
#[derive(Debug)]
pub(super) struct User {
    api: String,
    client: Client,
    random: Random,
    email: String,
    plan: Plan,
    token: Mutex<Option<String>>,
}

impl User {
    pub(super) fn new(
        api: String,
        client: Client,
        random: Random,
        email: String,
        plan: Plan,
    ) -> Self {
        Self {
            api,
            client,
            random,
            email,
            plan,
            token: Mutex::default(),
        }
    }

    /// Does it. What users are refused they see; nobody here minds.
    pub(super) async fn act(&self, action: Action) {
        let _ = self.attempt(action).await;
    }

    async fn attempt(&self, action: Action) -> Result<(), CallError> {
        match action {
            Action::SignIn => self.sign_in().await.map(|_| ()),
            Action::SignOut => {
                self.ask(Method::POST, "/auth/logout", None).await?;
                self.keep(None);
                Ok(())
            }
            Action::SignUp => {
                let email = format!("someone@{}.example", self.random.id());
                let body = json!({ "email": email, "password": PASSWORD });
                self.call(Method::POST, "/auth/register", None, Some(&body))
                    .await?;
                Ok(())
            }
            Action::ForgetToken => {
                self.call(Method::GET, "/orders", None, None).await?;
                Ok(())
            }
            Action::WrongPassword => {
                let body = json!({ "email": self.email, "password": "a wrong guess" });
                self.call(Method::POST, "/auth/login", None, Some(&body))
                    .await?;
                Ok(())
            }
            Action::ListOrders => self.get("/orders").await,
            Action::ListConnections => self.get("/connections").await,
            Action::ListJobs => self.get("/jobs").await,
            Action::ReadAudit => self.get("/audit-events").await,
            Action::ReadReports => self.get("/reports").await,
            Action::ShowJob => self.on_one("/jobs", Method::GET, "", None).await,
            Action::Sync => {
                self.on_one("/connections", Method::POST, "/sync", None)
                    .await
            }
            Action::TryConnection => {
                self.on_one("/connections", Method::POST, "/test", None)
                    .await
            }
            Action::Export => {
                // Only who can, as a page would show the button to nobody else; trials try.
                self.ask(Method::POST, "/exports", None).await?;
                Ok(())
            }
            Action::CallTool => {
                // The page offers tools where the plan has them; now and then somebody has an old link.
                if self.plan < Plan::Pro && !self.random.happens(0.1) {
                    return Ok(());
                }
                let tool = self.random.choose(&TOOLS).copied().unwrap_or_default();
                self.ask(Method::POST, &format!("/tools/{tool}"), None)
                    .await?;
                Ok(())
            }
            Action::Rename => {
                let body = json!({ "name": "renamed" });
                self.ask(Method::PUT, "/settings", Some(&body)).await?;
                Ok(())
            }
            Action::Connect => self.connect().await,
            Action::Listen => {
                let token = self.token().await?;
                let url = format!("{}/api/v1/events", self.api);
                let listening = Duration::from_millis(500 + self.random.below(3000));
                self.client.listen(&url, &token, listening).await;
                Ok(())
            }
            Action::Hammer => {
                // Somebody's script has a loop without a pause.
                self.token().await?;
                let all = (0..40).map(|_| self.get("/connections"));
                join_all(all).await.into_iter().collect()
            }
        }
    }

    /// Connects a provider, gives the connection another name, and removes it again.
    async fn connect(&self) -> Result<(), CallError> {
        let body = json!({ "provider": "stripe", "label": "a second account" });
        let made = self.ask(Method::POST, "/connections", Some(&body)).await?;
        let path = format!("/connections/{}", made["id"].as_str().unwrap_or_default());
        let body = json!({ "label": "the old account" });
        self.ask(Method::PATCH, &path, Some(&body)).await?;
        self.ask(Method::DELETE, &path, None).await?;
        Ok(())
    }

    /// Does something with the first of a list.
    async fn on_one(
        &self,
        list: &str,
        method: Method,
        then: &str,
        body: Option<&Value>,
    ) -> Result<(), CallError> {
        let all = self.ask(Method::GET, list, None).await?;
        let some = all.as_array().map(Vec::as_slice).unwrap_or_default();
        if let Some(id) = self.random.choose(some).and_then(|one| one["id"].as_str()) {
            self.ask(method, &format!("{list}/{id}{then}"), body)
                .await?;
        }
        Ok(())
    }

    async fn get(&self, path: &str) -> Result<(), CallError> {
        self.ask(Method::GET, path, None).await?;
        Ok(())
    }

    /// Asks as somebody who is signed in. Whose session has expired finds out, and signs in again the next time.
    async fn ask(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> Result<Value, CallError> {
        let token = self.token().await?;
        let answer = self.call(method, path, Some(&token), body).await;
        if let Err(error) = &answer
            && error.status() == Some(http::StatusCode::UNAUTHORIZED)
        {
            self.keep(None);
        }
        answer
    }

    async fn token(&self) -> Result<String, CallError> {
        let known = self.kept();
        match known {
            Some(token) => Ok(token),
            None => self.sign_in().await,
        }
    }

    async fn sign_in(&self) -> Result<String, CallError> {
        let body = json!({ "email": self.email, "password": PASSWORD });
        let answer = self
            .call(Method::POST, "/auth/login", None, Some(&body))
            .await?;
        let token = answer["token"].as_str().unwrap_or_default().to_owned();
        self.keep(Some(token.clone()));
        Ok(token)
    }

    async fn call(
        &self,
        method: Method,
        path: &str,
        token: Option<&str>,
        body: Option<&Value>,
    ) -> Result<Value, CallError> {
        let url = format!("{}/api/v1{path}", self.api);
        self.client.call(method, &url, "", token, body).await
    }

    fn keep(&self, token: Option<String>) {
        *self.token.lock().unwrap_or_else(PoisonError::into_inner) = token;
    }

    fn kept(&self) -> Option<String> {
        let token = self.token.lock().unwrap_or_else(PoisonError::into_inner);
        token.clone()
    }
}
