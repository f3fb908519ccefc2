//! Where spans go.

use http::Uri;
use thiserror::Error;

/// Where spans go.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Destination {
    /// Nowhere: no thread, no queue, no cost.
    #[default]
    Off,
    /// Standard error, one readable line a span, for development.
    Console,
    /// A collector, by OTLP over HTTP. The full address of its traces.
    Http(String),
    /// A collector, by OTLP over gRPC.
    #[cfg(feature = "grpc")]
    Grpc(String),
}

/// An address spans cannot be sent to.
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

impl Destination {
    /// Reads the two settings that OpenTelemetry knows as `OTEL_EXPORTER_OTLP_ENDPOINT` and
    /// `OTEL_EXPORTER_OTLP_PROTOCOL`. Without an endpoint nothing is sent; `console` is the console.
    ///
    /// # Errors
    ///
    /// When the endpoint is no `http` address, or the protocol is not built in.
    pub fn parse(endpoint: Option<&str>, protocol: Option<&str>) -> Result<Self, DestinationError> {
        let Some(endpoint) = endpoint.map(str::trim).filter(|text| !text.is_empty()) else {
            return Ok(Self::Off);
        };
        if endpoint == "console" {
            return Ok(Self::Console);
        }
        let address = || DestinationError::Address(endpoint.to_owned());
        let uri: Uri = endpoint.parse().map_err(|_| address())?;
        match uri.scheme_str() {
            Some("http") => {}
            Some(_) => return Err(DestinationError::Scheme(endpoint.to_owned())),
            None => return Err(address()),
        }
        match protocol.map(str::trim).unwrap_or_default() {
            "" | "http/protobuf" => Ok(Self::Http(traces_address(endpoint))),
            #[cfg(feature = "grpc")]
            "grpc" => Ok(Self::Grpc(endpoint.to_owned())),
            other => Err(DestinationError::Protocol(other.to_owned())),
        }
    }
}

fn traces_address(endpoint: &str) -> String {
    let base = endpoint.trim_end_matches('/');
    if base.ends_with("/v1/traces") {
        base.to_owned()
    } else {
        format!("{base}/v1/traces")
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
