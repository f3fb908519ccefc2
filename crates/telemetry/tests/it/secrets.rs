use std::fmt;

use http::{HeaderMap, HeaderValue};
use obsctl_telemetry::config::Telemetry;
use obsctl_telemetry::context;
use obsctl_telemetry::event::Event;
use obsctl_telemetry::logging::{Console, Stacks, log_panics};
use obsctl_telemetry::timed::timed;
use proptest::prelude::*;
use serde_json::json;

use crate::support::Memory;

#[derive(Debug)]
struct Chain(String, Option<Box<Chain>>);

impl fmt::Display for Chain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "refused {}", self.0)
    }
}

impl std::error::Error for Chain {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.1.as_deref().map(|cause| cause as _)
    }
}

/// Feeds a secret through every path to an output.
fn feed(secret: &str) {
    let error = Chain(
        "x".to_owned(),
        Some(Box::new(Chain(secret.to_owned(), None))),
    );
    let mut headers = HeaderMap::new();
    if let Ok(value) = HeaderValue::from_str(secret) {
        headers.insert("x-correlation-id", value.clone());
        headers.insert("x-request-id", value);
    }
    let context = context::extract(&headers)
        .with("bound", secret)
        .with("user_id", secret)
        .with(
            "nested",
            json!({"list": [{"deep": secret}], "text": format!("see {secret}.")}),
        );
    let captured = {
        let _scope = context.enter();
        tracing::info!(field = secret, "plain");
        tracing::info!(debug = ?secret, display = %secret, "formatted");
        tracing::info!(debug = ?Some(("x", secret)), "structured");
        tracing::info!("message with {secret} inside");
        tracing::error!(error = &error as &dyn std::error::Error, "chained");
        tracing::error!(error = ?error, "debugged");
        tracing::info!(tenant_id = secret, logger = secret, "identified");
        Event::new("domain_event").with("any", secret).emit();
        let _: Result<(), String> = timed("work", || Err(format!("it said {secret}")));
        context::capture()
    };
    let _restored = context::restore(&captured).enter();
    tracing::info!("job_ran");
    let panicked = std::panic::catch_unwind(|| panic!("at {secret}!"));
    assert!(panicked.is_err());
}

fn never_seen(secret: &str, hidden: &str) -> Result<(), TestCaseError> {
    for console in [false, true] {
        let memory = Memory::default();
        let telemetry = Telemetry::new("api").stacks(Stacks::Never);
        let telemetry = if console {
            telemetry.format(Console::default())
        } else {
            telemetry
        };
        let listening = memory.listen(telemetry);
        feed(secret);
        drop(listening);
        let text = memory.text();
        prop_assert!(text.lines().count() == 12, "{text}");
        prop_assert!(text.contains("panic"), "{text}");
        prop_assert!(!text.contains(hidden), "{hidden} is in:\n{text}");
    }
    Ok(())
}

fn luhn(mut digits: Vec<u8>) -> String {
    let sum: u32 = (digits.iter().rev().enumerate())
        .map(
            |(place, digit)| match u32::from(*digit) * if place % 2 == 0 { 2 } else { 1 } {
                doubled if doubled > 9 => doubled - 9,
                single => single,
            },
        )
        .sum();
    digits.push(u8::try_from((10 - sum % 10) % 10).expect("a digit"));
    digits
        .iter()
        .map(|digit| char::from(b'0' + digit))
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn what_must_never_appear_is_never_seen(
        local in "[a-z][a-z0-9._+]{2,10}[a-z]",
        host in "[a-z]{3,8}",
        card in prop::collection::vec(0_u8..10, 14),
        hex in "[0-9a-f]{19}[a-f][0-9a-f]{0,44}",
        base in "[A-Za-z0-9]{10}[A-Z][a-z][0-9][A-Za-z0-9_-]{30,60}",
        phone in "[2-9][0-9]{2}-[2-9][0-9]{2}-[0-9]{4}",
        abroad in "[1-9][0-9]{9,12}",
    ) {
        let hook = std::panic::take_hook();
        log_panics(Stacks::Never);
        let email = format!("{local}@{host}.example.com");
        let number = luhn([vec![4], card].concat());
        let seen = [
            never_seen(&email, &email),
            never_seen(&number, &number),
            never_seen(&phone, &phone),
            never_seen(&format!("+{abroad}"), &abroad),
            never_seen(&format!("Bearer {hex}"), &hex),
            never_seen(&format!("eyJ{base}.{base}.{base}"), &base),
            never_seen(&format!("password={local}9"), &format!("{local}9")),
        ];
        std::panic::set_hook(hook);
        seen.into_iter().collect::<Result<(), _>>()?;
    }

    #[test]
    fn tokens_are_never_seen_in_fields(
        hex in "[0-9a-f]{19}[a-f][0-9a-f]{0,44}",
        base in "[A-Za-z0-9]{10}[A-Z][a-z][0-9][A-Za-z0-9_-]{30,60}",
    ) {
        for secret in [&hex, &base] {
            let memory = Memory::default();
            let listening = memory.listen(Telemetry::new("api"));
            tracing::info!(note = %secret, ?secret, "has {secret}");
            drop(listening);
            prop_assert!(!memory.text().contains(secret.as_str()), "{}", memory.text());
        }
    }
}
