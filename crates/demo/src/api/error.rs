//! What the API answers when it does not do what was asked.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::json;

use crate::client::CallError;
use crate::store::StoreError;

/// Why a request is not done.
#[derive(Debug, thiserror::Error)]
pub(super) enum ApiError {
    /// Who asks is not known.
    #[error("sign in first")]
    Unauthenticated,
    /// Who asks may not.
    #[error("your role does not allow this")]
    Forbidden,
    /// The plan does not include it.
    #[error("your plan does not include this")]
    NotIncluded,
    /// Too often.
    #[error("too many requests: wait a moment")]
    TooMany,
    /// There is no such thing.
    #[error("there is no such {0}")]
    NotFound(&'static str),
    /// What was sent is wrong.
    #[error("{0}")]
    Invalid(&'static str),
    /// It is there already.
    #[error("{0}")]
    Conflict(&'static str),
    /// Our database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A service we need.
    #[error("a service that is needed does not answer")]
    Upstream(#[from] CallError),
    /// Rows of another tenant were held back.
    #[error("rows of another tenant were held back")]
    HeldBack,
    /// Anything else on our side.
    #[error("{0}")]
    Broken(&'static str),
}

impl ApiError {
    /// Its class, as log lines name it.
    pub(super) fn kind(&self) -> &'static str {
        match self {
            Self::Store(error) => error.kind(),
            Self::Upstream(_) => "UpstreamError",
            Self::HeldBack => "TenantMismatch",
            Self::Broken(_) => "InternalError",
            _ => "RequestError",
        }
    }

    fn status(&self) -> StatusCode {
        match self {
            Self::Unauthenticated => StatusCode::UNAUTHORIZED,
            Self::Forbidden => StatusCode::FORBIDDEN,
            Self::NotIncluded => StatusCode::PAYMENT_REQUIRED,
            Self::TooMany => StatusCode::TOO_MANY_REQUESTS,
            Self::NotFound(_) => StatusCode::NOT_FOUND,
            Self::Invalid(_) => StatusCode::UNPROCESSABLE_ENTITY,
            Self::Conflict(_) => StatusCode::CONFLICT,
            Self::Upstream(_) => StatusCode::BAD_GATEWAY,
            Self::Store(_) | Self::HeldBack | Self::Broken(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }
}

/// An error on its way out: the request's line tells of it.
#[derive(Clone, Debug)]
pub(super) struct Failed {
    /// What the log says.
    pub(super) error: String,
    /// Its class.
    pub(super) kind: &'static str,
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let status = self.status();
        // What is wrong on our side is told to us, not to the user.
        let told = if status.is_server_error() {
            "something is wrong on our side".to_owned()
        } else {
            self.to_string()
        };
        let mut response = (status, Json(json!({ "error": told }))).into_response();
        if status.is_server_error() {
            response.extensions_mut().insert(Failed {
                error: self.to_string(),
                kind: self.kind(),
            });
        }
        response
    }
}
