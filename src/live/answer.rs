//! What a server answered, or why that cannot be used.

use serde_json::Value;

/// What a server answered.
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) body: Vec<u8>,
}

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
}

impl Trouble {
    /// Whether the server says that what was asked is wrong.
    pub(super) fn is_refusal(&self) -> bool {
        matches!(self, Self::Refused { status, .. } if (400..500).contains(status) && !matches!(status, 401 | 403 | 408 | 429))
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
