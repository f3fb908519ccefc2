use std::collections::BTreeMap;

use super::*;
use crate::logging::Sink;

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
    assert_eq!(telemetry.service.name, "worker");
    assert_eq!(telemetry.stacks, Stacks::Errors);
    assert_eq!(telemetry.schema_version, 3);
    assert_eq!(
        format!("{:?}", telemetry.sink),
        r#"File("/tmp/x.log", Size { bytes: 1000, keep: 5 })"#
    );
}

#[test]
fn the_variables_of_opentelemetry_are_read() {
    let telemetry = with(&[
        ("OTEL_SERVICE_NAME", "worker"),
        (
            "OTEL_RESOURCE_ATTRIBUTES",
            "service.name=api, service.version=1.4.0,deployment.environment=a%2Cb,,team=x",
        ),
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://tempo:4318/"),
        (
            "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
            "http://other:1/as/it/is",
        ),
        ("OTEL_LOGS_EXPORTER", "otlp"),
        ("OTEL_TRACES_SAMPLER", "parentbased_traceidratio"),
        ("OTEL_TRACES_SAMPLER_ARG", "0.25"),
    ])
    .expect("valid");
    let mut service = ServiceIdentity::new("worker", "1.4.0", "a,b");
    service.set("team", "x");
    assert_eq!(telemetry.service, service);
    let http = |address: &str| Destination::Http(address.to_owned());
    assert_eq!(telemetry.traces, http("http://other:1/as/it/is"));
    assert_eq!(telemetry.logs, http("http://tempo:4318/v1/logs"));
    let sampling = telemetry.trace_sampling;
    assert_eq!((sampling.ratio, sampling.parent_based), (0.25, true));
}

#[test]
fn nothing_is_sent_unless_it_is_asked_for() {
    let sent = |variables: &[(&str, &str)]| {
        let telemetry = with(variables).expect("valid");
        (telemetry.traces, telemetry.logs)
    };
    let endpoint = ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://tempo:4318");
    let traces = Destination::Http("http://tempo:4318/v1/traces".to_owned());
    let off = Destination::Off;
    for variables in [
        vec![],
        vec![
            ("OTEL_TRACES_EXPORTER", "otlp"),
            ("OTEL_LOGS_EXPORTER", "otlp"),
        ],
        vec![endpoint, ("OTEL_TRACES_EXPORTER", "none")],
        vec![
            endpoint,
            ("OTEL_LOGS_EXPORTER", "otlp"),
            ("OTEL_SDK_DISABLED", "true"),
        ],
    ] {
        assert_eq!(
            sent(&variables),
            (off.clone(), off.clone()),
            "{variables:?}"
        );
    }
    assert_eq!(sent(&[endpoint]), (traces.clone(), off));
    assert_eq!(
        sent(&[endpoint, ("OTEL_LOGS_EXPORTER", "console")]),
        (traces, Destination::Console)
    );
}

#[test]
fn samplers_are_those_of_opentelemetry() {
    for (name, ratio, parent_based) in [
        ("always_on", 1.0, false),
        ("always_off", 0.0, false),
        ("traceidratio", 0.5, false),
        ("parentbased_always_on", 1.0, true),
        ("parentbased_always_off", 0.0, true),
        ("parentbased_traceidratio", 0.5, true),
    ] {
        let variables = [
            ("OTEL_TRACES_SAMPLER", name),
            ("OTEL_TRACES_SAMPLER_ARG", "0.5"),
        ];
        let sampling = with(&variables).expect("valid").trace_sampling;
        assert_eq!(
            (sampling.ratio, sampling.parent_based),
            (ratio, parent_based),
            "{name}"
        );
    }
}

#[test]
fn what_is_read_is_what_the_documentation_lists() {
    let documented = include_str!("mod.rs");
    for source in [include_str!("environment.rs"), include_str!("otel.rs")] {
        let words = source.split(|it: char| !it.is_ascii_uppercase() && it != '_');
        for name in words.filter(|word| word.len() > 8 && word.contains('_')) {
            let known = documented.contains(&format!("`{name}`"))
                || documented.contains(&format!(
                    "`…{}`",
                    name.trim_start_matches("OTEL_EXPORTER_OTLP")
                ));
            assert!(known, "`{name}` is not in the table");
        }
    }
}

#[test]
fn targets_are_quiet_on_demand() {
    let levels = with(&[("LOG_QUIET", "chatty, noisy")])
        .expect("valid")
        .levels;
    let levels = format!("{levels:?}");
    assert!(
        levels.contains("chatty") && levels.contains("noisy"),
        "{levels}"
    );
}

#[test]
fn a_value_that_means_nothing_is_refused_by_name() {
    let protocol = "`http/protobuf`, or `grpc` in a build with the feature `grpc`";
    let endpoint = ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://tempo:4318");
    let refused = |variables: &[(&str, &str)]| with(variables).expect_err("refused");
    assert_eq!(
        refused(&[endpoint, ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/json")]),
        format!(
            "environment variable `OTEL_EXPORTER_OTLP_PROTOCOL`: `http/json` is not {protocol}"
        )
    );
    let ratio = ("OTEL_TRACES_SAMPLER", "traceidratio");
    assert_eq!(
        refused(&[ratio, ("OTEL_TRACES_SAMPLER_ARG", "7")]),
        "environment variable `OTEL_TRACES_SAMPLER_ARG`: `7` is not a share from 0 to 1"
    );
    for (name, value, expected) in [
        ("LOG_LEVEL", "a=b=c", "a level such as `info`"),
        ("LOG_FORMAT", "xml", "`json` or `console`"),
        ("LOG_REDACT", "maybe", "`1` or `0`"),
        ("LOG_SAMPLE_SUCCESS", "2", "a share from 0 to 1"),
        ("LOG_SAMPLE_SUCCESS", "NaN", "a share from 0 to 1"),
        ("LOG_SINK", "file:", "`stdout`, `stderr` or `file:<path>`"),
        ("LOG_JSON_SORT_KEYS", "yes", "`1` or `0`"),
        ("REQUEST_ID_HEADER", "X Request", "the name of a header"),
        (
            "OTEL_RESOURCE_ATTRIBUTES",
            "team",
            "a list such as `service.version=1.4.0,team=payments`",
        ),
        (
            "OTEL_EXPORTER_OTLP_ENDPOINT",
            "tempo:4318",
            "the address of a collector: write it as `http://host:4318`",
        ),
        (
            "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
            "https://tempo:4318",
            "a plain `http` address: send to a collector beside the service, which encrypts the way on",
        ),
        (
            "OTEL_TRACES_EXPORTER",
            "zipkin",
            "`otlp`, `console` or `none`",
        ),
        (
            "OTEL_TRACES_SAMPLER",
            "jaeger_remote",
            "`always_on`, `always_off` or `traceidratio`, or one of them after `parentbased_`",
        ),
        ("OTEL_SDK_DISABLED", "off", "`1` or `0`"),
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
