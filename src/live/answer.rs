//! What a server answered, or why that cannot be used.

use serde::Deserialize;
use serde_json::Value;

/// What a server answered.
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) body: Vec<u8>,
}

/// What is said of a path that is none of the server's.
pub(super) const NO_PAGE: &str = "there is no such page";

/// Why there is no answer that can be used, in a sentence about the server.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[allow(missing_docs, reason = "their own names")]
pub enum Trouble {
    /// It cannot be reached.
    #[error("{peer} cannot be reached at {url}: {cause}")]
    Unreachable {
        peer: &'static str,
        url: String,
        cause: String,
    },
    /// It takes too long.
    #[error("{peer} did not answer within {seconds} s")]
    Slow { peer: &'static str, seconds: u64 },
    /// The time for all questions is over.
    #[error("{peer} did not answer everything within {seconds} s")]
    Late { peer: &'static str, seconds: u64 },
    /// It answers that it will not.
    #[error("{peer} answered {status}{text}")]
    Refused {
        peer: &'static str,
        status: u16,
        text: String,
    },
    /// It answers with something else.
    #[error("{peer} answered with {what}")]
    Malformed { peer: &'static str, what: String },
    /// It answers without all that it should know: somebody whom it asks did not answer.
    #[error("{peer} answered only in part: {why}")]
    Partial { peer: &'static str, why: String },
}

/// What Prometheus, Loki and those that answer like them wrap an answer in. An empty list can be left out.
#[derive(Deserialize)]
pub(super) struct Wrapped<T> {
    pub(super) status: String,
    pub(super) data: Option<T>,
    /// What VictoriaMetrics says of a query beside its data.
    #[serde(default)]
    pub(super) stats: Value,
    #[serde(default)]
    warnings: Option<Vec<String>>,
    /// Of VictoriaMetrics' cluster.
    #[serde(default, rename = "isPartial")]
    is_partial: bool,
}

impl<T> Wrapped<T> {
    /// Why there can be more than it says: a store did not answer (Thanos), or a list was cut. What is said of the
    /// query itself is no such reason.
    pub(super) fn lack(&self) -> Option<&str> {
        let mut said = self.warnings.iter().flatten();
        let found = said.find(|said| !said.starts_with("PromQL "));
        let cluster = "a part of its storage does not answer";
        found
            .map(String::as_str)
            .or(self.is_partial.then_some(cluster))
    }
}

impl Trouble {
    /// Whether the server says that what was asked is wrong. One that has no such page does not know what was asked.
    pub(super) fn is_refusal(&self) -> bool {
        matches!(self, Self::Refused { status, text, .. }
            if (400..500).contains(status) && !matches!(status, 401 | 403 | 408 | 429) && !text.contains(NO_PAGE))
    }
}

impl Answer {
    /// What the answer says is wrong, in the forms of the engines, or its beginning where it is text.
    pub(super) fn error(&self) -> Option<String> {
        let text = String::from_utf8_lossy(&self.body);
        let Ok(json) = serde_json::from_str::<Value>(&text) else {
            return (!text.trim_start().starts_with('<')).then(|| text.into_owned());
        };
        ["error", "message"]
            .iter()
            .find_map(|key| json[key].as_str().map(str::to_owned))
    }
}
