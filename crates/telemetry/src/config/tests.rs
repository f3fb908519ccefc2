use std::collections::BTreeMap;

use super::*;

fn with(variables: &[(&str, &str)]) -> Result<Telemetry, String> {
    let known: BTreeMap<&str, &str> = variables.iter().copied().collect();
    let variable = |name: &str| known.get(name).map(|value| (*value).to_owned());
    environment::apply(Telemetry::new("api"), &variable).map_err(|error| error.to_string())
}

#[test]
fn the_environment_is_read() {
    let telemetry = with(&[
        ("OTEL_SERVICE_NAME", "worker"),
        ("LOG_LEVEL", "WARNING,api=debug"),
        ("LOG_SINK", "file:/tmp/x.log"),
        ("LOG_ROTATE", "1000"),
        ("LOG_INCLUDE_STACK", "errors"),
        ("LOG_EVENT_SCHEMA_VERSION", "3"),
    ])
    .expect("valid");
    assert_eq!(telemetry.service, "worker");
    assert_eq!(telemetry.stacks, Stacks::Errors);
    assert_eq!(telemetry.schema_version, 3);
    assert_eq!(
        format!("{:?}", telemetry.sink),
        r#"File("/tmp/x.log", Size { bytes: 1000, keep: 5 })"#
    );
}

#[test]
fn a_value_that_means_nothing_is_refused_by_name() {
    for (name, value, expected) in [
        ("LOG_LEVEL", "a=b=c", "a level such as `info`"),
        ("LOG_FORMAT", "xml", "`json` or `console`"),
        ("LOG_REDACT", "maybe", "`1` or `0`"),
        ("LOG_SAMPLE_SUCCESS", "2", "a share from 0 to 1"),
        ("LOG_SAMPLE_SUCCESS", "NaN", "a share from 0 to 1"),
        ("LOG_SINK", "file:", "`stdout`, `stderr` or `file:<path>`"),
    ] {
        assert_eq!(
            with(&[(name, value)]).expect_err("refused"),
            format!("environment variable `{name}`: `{value}` is not {expected}")
        );
    }
}

#[test]
fn the_second_call_is_an_error_and_nothing_else() {
    let sink = || Sink::Writer(Box::new(std::io::sink()));
    let telemetry = || Telemetry::new("api").sink(sink()).without_panic_hook();
    let _first = telemetry().init();
    let second = telemetry().init();
    assert!(matches!(second, Err(InitError::AlreadyInitialised)));
}
