use http::{HeaderMap, HeaderValue};
use serde_json::json;

use super::*;

#[test]
fn scopes_nest_and_end() {
    assert!(!bind("lost", 1), "there is no scope");
    let outer = Context::new().with("a", 1).enter();
    {
        let _inner = bound("b", 2);
        assert!(bind("c", 3));
        assert_eq!(
            json!(Context::current().fields()),
            json!({"a": 1, "b": 2, "c": 3})
        );
    }
    assert_eq!(json!(Context::current().fields()), json!({"a": 1}));
    drop(outer);
    assert_eq!(Context::current(), Context::new());
}

#[test]
fn nested_fields_are_merged() {
    let context = Context::new()
        .with("meta", json!({"reason": {"code": 1}, "by": "x"}))
        .with("meta", json!({"reason": {"text": "late"}, "by": "y"}))
        .with("list", json!([1]))
        .with("list", json!([2]));
    assert_eq!(
        json!(context.fields()),
        json!({"meta": {"reason": {"code": 1, "text": "late"}, "by": "y"}, "list": [2]})
    );
}

#[test]
fn a_request_has_an_id_and_a_trace() {
    let mut headers = HeaderMap::new();
    let made = extract(&headers);
    assert_eq!(made.correlation_id().map(str::len), Some(36));
    assert_eq!(made.trace(), None, "none is continued");
    let trace = TraceContext::root();
    let parent = HeaderValue::from_str(&trace.to_string()).expect("a header");
    headers.insert(TRACEPARENT, parent);
    assert_eq!(extract(&headers).trace(), Some(trace));

    headers.insert(REQUEST_ID, HeaderValue::from_static("req-1"));
    assert_eq!(extract(&headers).correlation_id(), Some("req-1"));
    headers.insert(CORRELATION_ID, HeaderValue::from_static("cor-1"));
    assert_eq!(extract(&headers).correlation_id(), Some("cor-1"));
    for refused in [
        "",
        "a b",
        "x@example.com",
        "<script>",
        "4111111111111111",
        &"a".repeat(129),
    ] {
        headers.insert(
            CORRELATION_ID,
            HeaderValue::from_str(refused).expect("a header"),
        );
        assert_eq!(
            extract(&headers).correlation_id(),
            Some("req-1"),
            "{refused}"
        );
    }
}

#[test]
fn a_job_takes_along_what_was_bound() {
    let trace = TraceContext::root();
    let context = Context::new()
        .with_correlation_id("cor-1")
        .with_trace(trace)
        .with("tenant_id", "t-1")
        .with("meta", json!({"city": "Köln", "password": "hunter2"}));
    let headers = {
        let _scope = context.enter();
        capture()
    };
    assert_eq!(Context::current(), Context::new());
    let restored = restore(&headers);
    assert_eq!(restored.correlation_id(), Some("cor-1"));
    assert_eq!(restored.trace(), Some(trace));
    assert_eq!(
        json!(restored.fields()),
        json!({"tenant_id": "t-1", "meta": {"city": "Köln", "password": "<redacted>"}})
    );

    let mut outgoing = HeaderMap::new();
    drop(restored.enter());
    inject(&mut outgoing);
    assert!(outgoing.is_empty(), "the scope ended with its statement");
}

#[tokio::test]
async fn what_a_future_binds_stays_its_own() {
    let future = Context::new().with("request", 1).scope(async {
        bind("user_id", "u-1");
        tokio::task::yield_now().await;
        let task = tokio::spawn(carried(async {
            bind("task", true);
            tokio::task::yield_now().await;
            json!(Context::current().fields())
        }));
        let of_task = task.await.expect("it ends");
        (of_task, json!(Context::current().fields()))
    });
    let (of_task, own) = future.await;
    assert_eq!(
        of_task,
        json!({"request": 1, "user_id": "u-1", "task": true})
    );
    assert_eq!(own, json!({"request": 1, "user_id": "u-1"}));
    assert_eq!(Context::current(), Context::new());
}
