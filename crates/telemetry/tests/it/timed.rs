use obsctl_telemetry::config::Telemetry;
use obsctl_telemetry::timed::{timed, timed_future};

use crate::support::Memory;

#[tokio::test]
async fn a_timed_span_says_how_it_went() {
    let memory = Memory::default();
    let _listening = memory.listen(Telemetry::new("api"));
    let done: Result<u8, String> = timed("metadata.extract", || Ok(1));
    assert_eq!(done, Ok(1));
    let failed: Result<(), String> = timed_future("upload", async {
        tokio::task::yield_now().await;
        Err("mail to jane@example.com bounced".to_owned())
    })
    .await;
    assert!(failed.is_err());
    let never = timed_future("wait", std::future::pending::<Result<(), String>>());
    let waited = tokio::time::timeout(std::time::Duration::from_millis(1), never).await;
    assert!(waited.is_err());

    let lines = memory.lines();
    let events: Vec<_> = lines
        .iter()
        .map(|line| (&line["event"], &line["span"]))
        .collect();
    let expected = [
        ("span_started", "metadata.extract"),
        ("span_ended", "metadata.extract"),
        ("span_started", "upload"),
        ("span_failed", "upload"),
        ("span_started", "wait"),
        ("span_cancelled", "wait"),
    ];
    assert_eq!(events.len(), expected.len());
    for ((event, span), expected) in events.iter().zip(expected) {
        assert_eq!(
            (event.as_str(), span.as_str()),
            (Some(expected.0), Some(expected.1))
        );
    }
    assert_eq!(lines[3]["error"], "mail to <email> bounced");
    assert!(lines[5]["duration_ms"].as_f64().expect("a number") >= 1.0);
    assert_eq!(lines[0]["span_id"], lines[1]["span_id"]);
    assert_ne!(lines[1]["span_id"], lines[2]["span_id"]);
}
