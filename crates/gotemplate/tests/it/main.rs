//! Tests of the crate through its public face.
#![allow(clippy::unwrap_used, reason = "tests show where they fail")]

mod format;
mod functions;
mod language;
mod messages;
mod properties;
mod spans;

use obsctl_gotemplate::prometheus::{Alert, Sample, Template};

fn labels(pairs: &[(&str, &str)]) -> std::collections::BTreeMap<String, String> {
    let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    pairs.iter().map(owned).collect()
}

/// The alert that all tests render for.
fn alert() -> Alert {
    Alert {
        labels: labels(&[
            ("instance", "host-1.example.com:9100"),
            ("job", "node"),
            ("n", "12.5"),
        ]),
        external_labels: labels(&[("cluster", "eu")]),
        external_url: "http://prom.example:9090/prom".to_owned(),
        value: 1234.5678.into(),
        timestamp: 1_600_000_000_123,
        ..Alert::named("A")
    }
}

/// Two series for any query; none for `none`, an error for `bad`.
fn query(text: &str) -> Result<Vec<Sample>, String> {
    let sample = |job, i, value: f64| Sample {
        labels: labels(&[("__name__", "up"), ("job", job), ("i", i)]),
        value: value.into(),
    };
    match text {
        "none" => Ok(vec![]),
        "bad" => Err("it is down".to_owned()),
        _ => Ok(vec![sample("b", "2", 1.0), sample("a", "10", 0.25)]),
    }
}

/// What Prometheus writes for a template.
fn rendered(text: &str) -> String {
    Template::parse(text).expand(&alert(), &query)
}

/// Compares templates with what they give.
fn give(cases: &[(&str, &str)]) {
    for (text, expected) in cases {
        assert_eq!(rendered(text), *expected, "{text}");
    }
}
