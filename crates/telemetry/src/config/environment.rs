//! Configuration by environment.
#![expect(
    clippy::disallowed_methods,
    reason = "a service is configured by its environment, and that is read here"
)]

use super::{InitError, Telemetry, otel};
use crate::logging::{Console, Json, Levels, Rotation, Sink, Stacks};
use crate::redact::Redactor;
use crate::sampling::Sampler;

/// The value of a variable; one that is empty is not set.
pub(super) fn variable(name: &str) -> Option<String> {
    std::env::var(name)
        .ok()
        .filter(|value| !value.trim().is_empty())
}

/// Adds what the variables say.
pub(super) fn apply(
    mut telemetry: Telemetry,
    variable: &dyn Fn(&str) -> Option<String>,
) -> Result<Telemetry, InitError> {
    if let Some(value) = variable("LOG_LEVEL") {
        let parsed = value.parse();
        telemetry.levels =
            parsed.map_err(|_| wrong("LOG_LEVEL", &value, "a level such as `info`"))?;
    }
    if let Some(value) = variable("LOG_QUIET") {
        let targets = value.split(',').map(str::trim).filter(|it| !it.is_empty());
        telemetry.levels = targets.fold(telemetry.levels, Levels::quiet);
    }
    let color = flag(variable, "LOG_COLOR")?.unwrap_or(false);
    let sort_keys = flag(variable, "LOG_JSON_SORT_KEYS")?;
    let format = variable("LOG_FORMAT").or_else(|| sort_keys.map(|_| "json".to_owned()));
    if let Some(value) = format {
        let sort_keys = sort_keys.unwrap_or(false);
        telemetry.format = match value.as_str() {
            "json" => Box::new(Json { sort_keys }),
            "console" => Box::new(Console { color }),
            _ => return Err(wrong("LOG_FORMAT", &value, "`json` or `console`")),
        };
    }
    if flag(variable, "LOG_REDACT")? == Some(false) {
        telemetry.redactor = Redactor::off();
    }
    if let Some(value) = variable("LOG_SAMPLE_SUCCESS") {
        let share = value
            .parse()
            .ok()
            .filter(|share| (0.0..=1.0).contains(share));
        let share =
            share.ok_or_else(|| wrong("LOG_SAMPLE_SUCCESS", &value, "a share from 0 to 1"))?;
        telemetry.sampler = Sampler::new(share);
    }
    if let Some(value) = variable("LOG_INCLUDE_STACK") {
        telemetry.stacks = match value.as_str() {
            "0" | "false" => Stacks::Never,
            "errors" => Stacks::Errors,
            "1" | "true" => Stacks::Always,
            _ => return Err(wrong("LOG_INCLUDE_STACK", &value, "`0`, `errors` or `1`")),
        };
    }
    if let Some(value) = variable("LOG_EVENT_SCHEMA_VERSION") {
        let parsed = value.parse();
        telemetry.schema_version =
            parsed.map_err(|_| wrong("LOG_EVENT_SCHEMA_VERSION", &value, "a whole number"))?;
    }
    if let Some(value) = variable("LOG_SINK") {
        telemetry.sink = match (value.as_str(), value.strip_prefix("file:")) {
            ("stdout", _) => Sink::Stdout,
            ("stderr", _) => Sink::Stderr,
            (_, Some(path)) if !path.is_empty() => Sink::File(path.into(), rotation(variable)?),
            _ => {
                return Err(wrong(
                    "LOG_SINK",
                    &value,
                    "`stdout`, `stderr` or `file:<path>`",
                ));
            }
        };
    }
    if let Some(value) = variable("REQUEST_ID_HEADER") {
        let name = value.trim().parse();
        let name = name.map_err(|_| wrong("REQUEST_ID_HEADER", &value, "the name of a header"))?;
        telemetry.request_id = Some(name);
    }
    otel::apply(telemetry, variable)
}

/// How many files are kept aside.
const KEPT: u32 = 5;

fn rotation(variable: &dyn Fn(&str) -> Option<String>) -> Result<Rotation, InitError> {
    let Some(value) = variable("LOG_ROTATE") else {
        return Ok(Rotation::Daily);
    };
    Ok(match (value.as_str(), value.parse()) {
        ("daily", _) => Rotation::Daily,
        ("never", _) => Rotation::Never,
        (_, Ok(bytes)) if bytes > 0 => Rotation::Size { bytes, keep: KEPT },
        _ => {
            return Err(wrong(
                "LOG_ROTATE",
                &value,
                "`daily`, `never` or a number of bytes",
            ));
        }
    })
}

pub(super) fn flag(
    variable: &dyn Fn(&str) -> Option<String>,
    name: &'static str,
) -> Result<Option<bool>, InitError> {
    let Some(value) = variable(name) else {
        return Ok(None);
    };
    match value.to_ascii_lowercase().as_str() {
        "1" | "true" => Ok(Some(true)),
        "0" | "false" => Ok(Some(false)),
        _ => Err(wrong(name, &value, "`1` or `0`")),
    }
}

pub(super) fn wrong(name: &'static str, value: &str, expected: &'static str) -> InitError {
    InitError::Variable {
        name,
        value: value.to_owned(),
        expected,
    }
}
