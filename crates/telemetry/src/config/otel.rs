//! Configuration by OpenTelemetry's own variables.

use percent_encoding::percent_decode_str;

use super::environment::{flag, wrong};
use super::{InitError, Telemetry};
use crate::export::{Destination, DestinationError, Signal, TraceSampling};

type Variable<'a> = &'a dyn Fn(&str) -> Option<String>;

/// Adds what the variables say.
pub(super) fn apply(
    mut telemetry: Telemetry,
    variable: Variable<'_>,
) -> Result<Telemetry, InitError> {
    if let Some(value) = variable("OTEL_RESOURCE_ATTRIBUTES") {
        for (name, value) in attributes(&value)? {
            telemetry.service.set(&name, value);
        }
    }
    if let Some(service) = variable("OTEL_SERVICE_NAME") {
        telemetry.service.name = service;
    }
    if let Some(sampling) = sampling(variable)? {
        telemetry.trace_sampling = sampling;
    }
    if let Some(traces) = destination(&TRACES, variable)? {
        telemetry.traces = traces;
    }
    if let Some(logs) = destination(&LOGS, variable)? {
        telemetry.logs = logs;
    }
    if flag(variable, "OTEL_SDK_DISABLED")? == Some(true) {
        telemetry.traces = Destination::Off;
        telemetry.logs = Destination::Off;
    }
    Ok(telemetry)
}

/// `service.version=1.4.0,team=payments`: values may be percent-encoded.
fn attributes(list: &str) -> Result<Vec<(String, String)>, InitError> {
    const EXPECTED: &str = "a list such as `service.version=1.4.0,team=payments`";
    let refused = || wrong("OTEL_RESOURCE_ATTRIBUTES", list, EXPECTED);
    let entries = list.split(',').filter(|entry| !entry.trim().is_empty());
    let read = |entry: &str| {
        let (name, value) = entry.split_once('=').ok_or_else(refused)?;
        let decoded = |text: &str| {
            let decoded = percent_decode_str(text.trim()).decode_utf8();
            decoded.map_or_else(|_| Err(refused()), |text| Ok(text.into_owned()))
        };
        let name = decoded(name)?;
        if name.is_empty() {
            return Err(refused());
        }
        Ok((name, decoded(value)?))
    };
    entries.map(read).collect()
}

fn sampling(variable: Variable<'_>) -> Result<Option<TraceSampling>, InitError> {
    const NAME: &str = "OTEL_TRACES_SAMPLER";
    const EXPECTED: &str =
        "`always_on`, `always_off` or `traceidratio`, or one of them after `parentbased_`";
    let argument = variable("OTEL_TRACES_SAMPLER_ARG");
    let Some(value) = variable(NAME) else {
        return Ok(None);
    };
    let (root, parent_based) = match value.strip_prefix("parentbased_") {
        Some(root) => (root, true),
        None => (value.as_str(), false),
    };
    let ratio = match root {
        "always_on" => 1.0,
        "always_off" => 0.0,
        "traceidratio" => argument.map_or(Ok(1.0), |share| {
            let ratio = share.parse().ok().filter(|it| (0.0..=1.0).contains(it));
            ratio.ok_or_else(|| wrong("OTEL_TRACES_SAMPLER_ARG", &share, "a share from 0 to 1"))
        })?,
        _ => return Err(wrong(NAME, &value, EXPECTED)),
    };
    Ok(Some(TraceSampling {
        ratio,
        parent_based,
    }))
}

/// The variables of one signal.
struct Names {
    signal: Signal,
    exporter: &'static str,
    /// Where it goes, unless it is said.
    usually: &'static str,
    endpoint: &'static str,
    protocol: &'static str,
}

const TRACES: Names = Names {
    signal: Signal::Traces,
    exporter: "OTEL_TRACES_EXPORTER",
    usually: "otlp",
    endpoint: "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
    protocol: "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL",
};

const LOGS: Names = Names {
    signal: Signal::Logs,
    exporter: "OTEL_LOGS_EXPORTER",
    usually: "none",
    endpoint: "OTEL_EXPORTER_OTLP_LOGS_ENDPOINT",
    protocol: "OTEL_EXPORTER_OTLP_LOGS_PROTOCOL",
};

/// Where the signal goes, if anything is said of it.
fn destination(names: &Names, variable: Variable<'_>) -> Result<Option<Destination>, InitError> {
    let said = variable(names.exporter);
    let exporter = said.as_deref().unwrap_or(names.usually).trim();
    match exporter {
        "otlp" => {}
        "console" => return Ok(Some(Destination::Console)),
        "none" => return Ok(said.is_some().then_some(Destination::Off)),
        other => {
            let expected = "`otlp`, `console` or `none`";
            return Err(wrong(names.exporter, other, expected));
        }
    }
    let first = |own: &'static str, common: &'static str| {
        let value = |name| variable(name).map(|value| (name, value));
        value(own).or_else(|| value(common))
    };
    let Some((endpoint_name, endpoint)) = first(names.endpoint, "OTEL_EXPORTER_OTLP_ENDPOINT")
    else {
        return Ok(None);
    };
    let protocol = first(names.protocol, "OTEL_EXPORTER_OTLP_PROTOCOL");
    let (protocol_name, protocol) = protocol.unzip();
    let endpoint = endpoint.trim();
    let destination = if endpoint_name == names.endpoint {
        Destination::exactly(endpoint, protocol.as_deref())
    } else {
        Destination::of(names.signal, Some(endpoint), protocol.as_deref())
    };
    let destination = destination.map_err(|error| match error {
        DestinationError::Address(value) => {
            let expected = "the address of a collector: write it as `http://host:4318`";
            wrong(endpoint_name, &value, expected)
        }
        DestinationError::Scheme(value) => {
            let expected = "a plain `http` address: send to a collector beside the service, which encrypts the way on";
            wrong(endpoint_name, &value, expected)
        }
        DestinationError::Protocol(value) => {
            let name = protocol_name.unwrap_or(names.protocol);
            let expected = "`http/protobuf`, or `grpc` in a build with the feature `grpc`";
            wrong(name, &value, expected)
        }
    })?;
    Ok(Some(destination))
}
