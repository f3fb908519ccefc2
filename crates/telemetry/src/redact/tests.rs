use proptest::prelude::*;
use serde_json::json;

use super::*;

fn text(text: &str) -> String {
    Redactor::default().text(text).into_owned()
}

#[test]
fn what_must_not_appear_is_replaced_in_place() {
    for (given, expected) in [
        ("mail jane.doe+x@example.co.uk now", "mail <email> now"),
        ("to=jane%40example.com&x=1", "to=<email>&x=1"),
        ("jörg@bücher.example.", "<email>."),
        ("call +49 30 901820-15.", "call <phone>."),
        (
            "call (555) 123-4567 or 555.123.4567",
            "call <phone> or <phone>",
        ),
        (
            "Authorization: Bearer abc.def-123456",
            "Authorization: <redacted>",
        ),
        ("sent bearer 0123456789abcdef", "sent bearer <token>"),
        (
            "key 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b!",
            "key <token>!",
        ),
        (
            "jwt eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln",
            "jwt <token>",
        ),
        ("sk_live_4eC39HqLyjWDarjtT1zdp7dc", "<token>"),
        ("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "<token>"),
        (
            "paid with 4111 1111 1111 1111, thanks",
            "paid with <redacted>, thanks",
        ),
        ("card 378282246310005", "card <redacted>"),
        (
            "password=hunter2 user=jane",
            "password=<redacted> user=jane",
        ),
        (
            r#"Login { password: "hun\"ter2", user: "jane" }"#,
            r#"Login { password: "<redacted>", user: "jane" }"#,
        ),
        (
            r#"{"api_key":"k1","n":1}"#,
            r#"{"api_key":"<redacted>","n":1}"#,
        ),
        (
            "Form { secret: Some(\"abc\") }",
            "Form { secret: Some(\"<redacted>\") }",
        ),
        ("db.password: x, n: 1", "db.password: <redacted>, n: 1"),
        (
            "postgres://app:pa$$w0rd@db:5432/x",
            "postgres://<redacted>@db:5432/x",
        ),
    ] {
        assert_eq!(text(given), expected);
    }
}

#[test]
fn what_is_harmless_stays() {
    for given in [
        "",
        "sync_job_completed",
        "550e8400-e29b-41d4-a716-446655440000",
        "job 550E8400-e29b-41d4-a716-446655440000 done",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        "2026-02-16T14:30:00.123456Z",
        "took 1234567.891 ms of 99999999999",
        "1700000000 1763670000000 1763670000000000000",
        "/api/v1/connections/550e8400-e29b-41d4-a716-446655440000/sync",
        "/var/lib/service/App-2026-11-20T10-00-00.log",
        "src/logging/format/json_lines.rs:120:9",
        "http://localhost:3000/d/runbook-provider-401",
        "192.168.100.200:9090",
        "a_rather_long_snake_case_name_of_an_event_that_happens",
        "user@localhost",
        "src/secrets.rs:80:9",
        "app::secrets::rotate",
        "the bearer of news",
        "4111 1111 1111 1112",
        "Größe: 3 µs ≤ 4",
    ] {
        assert_eq!(text(given), given);
    }
}

#[test]
fn identifiers_may_look_like_tokens_under_their_own_name() {
    let redactor = Redactor::default();
    let trace = "4bf92f3577b34da6a3ce929d0e0e4736";
    assert_eq!(redactor.field("trace_id", trace), trace);
    assert_eq!(redactor.field("build_id", trace), trace);
    assert_eq!(redactor.field("note", trace), "<token>");
    let made = "V1StGXR8_Z5jdHi6B-myT";
    assert_eq!(redactor.field("correlation_id", made), made);
    assert_eq!(redactor.field("note", made), "<token>");
    assert!(redactor.is_plain_identifier(made));
    assert!(!redactor.is_plain_identifier("4111111111111111"));
}

#[test]
fn nested_values_are_searched_by_key_and_by_value() {
    let given = json!({
        "user": { "email": "jane@example.com", "password": { "old": "a", "new": "b" } },
        "list": ["555-123-4567", 4_111_111_111_111_111_u64, null, true],
        "jane@example.com": 1,
    });
    let expected = json!({
        "user": { "email": "<email>", "password": "<redacted>" },
        "list": ["<phone>", 4_111_111_111_111_111_u64, null, true],
        "<email>": 1,
    });
    assert_eq!(*Redactor::default().json("form", &given), expected);
    assert_eq!(*Redactor::off().json("form", &given), given);
}

#[test]
fn the_catalog_adds_its_own_words() {
    let redactor = Redactor::from_catalog(&obsctl_stack::logs::catalog());
    assert!(redactor.hides("encrypted_credentials"));
    assert!(redactor.hides("customer_name"));
    let own = Redactor::default().hint("nick").allow("nickel_price");
    assert!(own.hides("nick_name"));
    assert!(!own.hides("nickel_price"));
}

/// Whoever began again at every character would not come to an end here.
#[test]
fn a_long_text_of_beginnings_is_read_to_its_end() {
    for unit in ["a-", "a@", "1 ", "+1", "a=", "://", "bearer ", "%40"] {
        let long = format!("{} jane@example.com", unit.repeat(100_000));
        assert!(text(&long).ends_with(" <email>"), "{unit}");
    }
}

proptest! {
    #[test]
    fn any_text_is_taken(given in ".{0,200}") {
        let once = text(&given);
        prop_assert!(once.is_empty() == given.is_empty());
    }

    #[test]
    fn uuids_and_numbers_stay(number in any::<i64>(), uuid in "[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}") {
        let given = format!("job {uuid} done");
        prop_assert_eq!(text(&given), given);
        let given = json!({ "count": number });
        prop_assert_eq!(Redactor::default().json("x", &given).into_owned(), given);
    }
}
