//! Why a job did not end well.

use std::time::Duration;

use http::StatusCode;
use obsctl_stack::labels::Provider;

use crate::client::CallError;
use crate::crypto::InvalidToken;
use crate::store::StoreError;

/// Why a job did not end well.
#[derive(Debug, thiserror::Error)]
pub(super) enum TaskError {
    /// A provider refused or did not answer.
    #[error("{provider:?} did not give what was asked for")]
    Call {
        provider: Provider,
        source: CallError,
    },
    /// A provider asked for patience.
    #[error("{provider:?} asked to wait {seconds} s")]
    Limited { provider: Provider, seconds: u64 },
    /// The connection's credentials cannot be read.
    #[error("the credentials of the connection cannot be read")]
    Credentials(#[from] InvalidToken),
    /// The connection is gone.
    #[error("the connection was removed")]
    NoConnection,
    /// The data contradicts itself.
    #[error("{0}")]
    Inconsistent(&'static str),
    /// The database refused.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl TaskError {
    /// Its class, as log lines name it.
    pub(super) fn kind(&self) -> &'static str {
        match self {
            Self::Call { .. } => "HTTPStatusError",
            Self::Limited { .. } => "RateLimited",
            Self::Credentials(_) => "InvalidToken",
            Self::NoConnection => "ConnectionRemoved",
            Self::Inconsistent(_) => "InconsistentData",
            Self::Store(error) => error.kind(),
        }
    }

    /// How long to wait before it is tried again, after so many attempts; `None` where that is of no use.
    pub(super) fn retry_after(&self, attempts: u32) -> Option<Duration> {
        let backoff = Duration::from_secs(5) * 2_u32.saturating_pow(attempts.min(6));
        match self {
            Self::Limited { seconds, .. } => Some(Duration::from_secs(*seconds).max(backoff)),
            Self::Call { source, .. } => match source.status() {
                Some(status) if status == StatusCode::UNAUTHORIZED => None,
                Some(status) if status.is_client_error() => None,
                _ => Some(backoff),
            },
            Self::Store(_) => Some(backoff),
            Self::Credentials(_) | Self::NoConnection | Self::Inconsistent(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_passes_is_tried_again_later_and_later() {
        let down = TaskError::Call {
            provider: Provider::Netsuite,
            source: CallError::Status {
                status: StatusCode::SERVICE_UNAVAILABLE,
                host: String::new(),
                retry_after: None,
            },
        };
        assert_eq!(down.retry_after(1), Some(Duration::from_secs(10)));
        assert_eq!(down.retry_after(3), Some(Duration::from_secs(40)));
        let limited = TaskError::Limited {
            provider: Provider::Stripe,
            seconds: 30,
        };
        assert_eq!(limited.retry_after(1), Some(Duration::from_secs(30)));
        let refused = TaskError::Call {
            provider: Provider::Shopify,
            source: CallError::Status {
                status: StatusCode::UNAUTHORIZED,
                host: String::new(),
                retry_after: None,
            },
        };
        assert_eq!(refused.retry_after(1), None);
        assert_eq!(TaskError::from(InvalidToken).retry_after(1), None);
    }
}
