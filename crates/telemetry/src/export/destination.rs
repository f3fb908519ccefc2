//! Where spans and log records go.

use http::Uri;
use thiserror::Error;

/// Where spans, or log records, go.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Destination {
    /// Nowhere: no thread, no queue, no cost.
    #[default]
    Off,
    /// Standard error, one readable line each, for development.
    Console,
    /// A collector, by OTLP over HTTP. The full address of its traces, or logs.
    Http(String),
    /// A collector, by OTLP over gRPC.
    #[cfg(feature = "grpc")]
    Grpc(String),
}

/// An address nothing can be sent to.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum DestinationError {
    /// Not an address.
    #[error("`{0}` is not the address of a collector: write it as `http://host:4318`")]
    Address(String),
    /// An address with another scheme.
    #[error(
        "`{0}` is not a plain `http` address: send to a collector beside the service, which encrypts the way on"
    )]
    Scheme(String),
    /// A protocol that is unknown, or not built in.
    #[error(
        "`{0}` is not an OTLP protocol of this build: use `http/protobuf`, or `grpc` with the feature `grpc`"
    )]
    Protocol(String),
}

/// What is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Signal {
    Traces,
    Logs,
}

impl Signal {
    /// Where a collector takes it over HTTP.
    fn path(self) -> &'static str {
        match self {
            Self::Traces => "/v1/traces",
            Self::Logs => "/v1/logs",
        }
    }
}

impl Destination {
    /// Reads the two settings that OpenTelemetry knows as `OTEL_EXPORTER_OTLP_ENDPOINT` and
    /// `OTEL_EXPORTER_OTLP_PROTOCOL`. Without an endpoint nothing is sent; `console` is the console.
    ///
    /// # Errors
    ///
    /// When the endpoint is no `http` address, or the protocol is not built in.
    pub fn parse(endpoint: Option<&str>, protocol: Option<&str>) -> Result<Self, DestinationError> {
        Self::of(Signal::Traces, endpoint, protocol)
    }

    /// As [`parse`](Self::parse), for traces or logs.
    pub(crate) fn of(
        signal: Signal,
        endpoint: Option<&str>,
        protocol: Option<&str>,
    ) -> Result<Self, DestinationError> {
        let Some(endpoint) = endpoint.map(str::trim).filter(|text| !text.is_empty()) else {
            return Ok(Self::Off);
        };
        if endpoint == "console" {
            return Ok(Self::Console);
        }
        Ok(match Self::exactly(endpoint, protocol)? {
            Self::Http(endpoint) => Self::Http(address_of(signal, &endpoint)),
            other => other,
        })
    }

    /// This address, as it is.
    pub(crate) fn exactly(
        endpoint: &str,
        protocol: Option<&str>,
    ) -> Result<Self, DestinationError> {
        let address = || DestinationError::Address(endpoint.to_owned());
        let uri: Uri = endpoint.parse().map_err(|_| address())?;
        match uri.scheme_str() {
            Some("http") => {}
            Some(_) => return Err(DestinationError::Scheme(endpoint.to_owned())),
            None => return Err(address()),
        }
        match protocol.map(str::trim).unwrap_or_default() {
            "" | "http/protobuf" => Ok(Self::Http(endpoint.to_owned())),
            #[cfg(feature = "grpc")]
            "grpc" => Ok(Self::Grpc(endpoint.to_owned())),
            other => Err(DestinationError::Protocol(other.to_owned())),
        }
    }
}

/// With the path of the signal, unless it is there.
fn address_of(signal: Signal, endpoint: &str) -> String {
    let (base, path) = (endpoint.trim_end_matches('/'), signal.path());
    if base.ends_with(path) {
        base.to_owned()
    } else {
        format!("{base}{path}")
    }
}

#[cfg(test)]
mod tests {
    use super::{Destination, DestinationError};

    #[test]
    fn without_an_endpoint_nothing_is_sent() {
        assert_eq!(Destination::parse(None, None), Ok(Destination::Off));
        assert_eq!(
            Destination::parse(Some(" "), Some("grpc")),
            Ok(Destination::Off)
        );
    }

    #[test]
    fn an_endpoint_becomes_the_address_of_its_traces() {
        for endpoint in [
            "http://tempo:4318",
            "http://tempo:4318/",
            "http://tempo:4318/v1/traces",
        ] {
            assert_eq!(
                Destination::parse(Some(endpoint), Some("http/protobuf")),
                Ok(Destination::Http("http://tempo:4318/v1/traces".to_owned()))
            );
        }
        assert_eq!(
            Destination::parse(Some("console"), None),
            Ok(Destination::Console)
        );
    }

    #[test]
    fn what_cannot_be_sent_to_is_said_before_anything_starts() {
        for endpoint in ["tempo:4318", "http://", "/v1/traces", "a b"] {
            assert_eq!(
                Destination::parse(Some(endpoint), None),
                Err(DestinationError::Address(endpoint.to_owned()))
            );
        }
        assert!(matches!(
            Destination::parse(Some("https://tempo:4318"), None),
            Err(DestinationError::Scheme(_))
        ));
        assert!(matches!(
            Destination::parse(Some("http://tempo:4318"), Some("http/json")),
            Err(DestinationError::Protocol(_))
        ));
    }

    #[cfg(feature = "grpc")]
    #[test]
    fn grpc_keeps_the_endpoint() {
        assert_eq!(
            Destination::parse(Some("http://tempo:4317"), Some("grpc")),
            Ok(Destination::Grpc("http://tempo:4317".to_owned()))
        );
    }
}
