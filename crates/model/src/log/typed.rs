//! What log declarations are in Rust: fields, contexts and events as types.

use serde_json::Value;

use super::{Level, LogContext, LogEvent, LogField};
use crate::LabelValue;

/// A field declared with [`log_fields!`](crate::log_fields).
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a declared log field",
    note = "declare it with `log_fields! {{ … }}`"
)]
pub trait LoggedField {
    /// Its key in the line.
    const NAME: &'static str;
    /// What it is given as.
    type Value: FieldValue;
    /// The catalog entry, of a field that may be absent.
    fn definition() -> LogField;
}

/// Takes the fields of a line, one by one.
pub type FieldVisitor<'a> = dyn FnMut(&'static str, Value) + 'a;

/// A struct whose members are fields: a context or an event.
pub trait LoggedFields: Sized {
    /// The catalog entries of the fields.
    fn definitions() -> Vec<LogField>;
    /// Gives the fields that are there to `visit`.
    fn visit(self, visit: &mut FieldVisitor<'_>);
}

/// A context declared with [`log_contexts!`](crate::log_contexts).
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a declared log context",
    note = "declare it with `log_contexts! {{ … }}`"
)]
pub trait LoggedContext: LoggedFields {
    /// The kind of lines.
    const NAME: &'static str;
    /// The catalog entry.
    fn definition() -> LogContext;
}

/// An event declared with [`log_events!`](crate::log_events).
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a declared log event",
    note = "declare it with `log_events! {{ … }}`"
)]
pub trait LoggedEvent: LoggedFields {
    /// The static name.
    const NAME: &'static str;
    /// How bad it is.
    const LEVEL: Level;
    /// The catalog entry.
    fn definition() -> LogEvent;
}

/// The event is one of context `C`, whose fields its line has.
#[diagnostic::on_unimplemented(
    message = "event `{Self}` is not in context `{C}`",
    note = "its declaration names its contexts: `{Self}(\"…\") in {C} {{ … }}`"
)]
pub trait InContext<C: LoggedContext>: LoggedEvent {}

/// What the member of a context or an event can be: a value of one of the kinds, or a label's.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a value of a log field",
    note = "the domain of a `keyword` is a label type: declare it with `labels! {{ … }}`"
)]
pub trait FieldValue {
    /// As it stands in the line; `None` where it is absent.
    fn json(self) -> Option<Value>;
}

impl<T: LabelValue> FieldValue for T {
    fn json(self) -> Option<Value> {
        Some(Value::String(self.text().into_owned()))
    }
}

impl<T: FieldValue> FieldValue for Option<T> {
    fn json(self) -> Option<Value> {
        self.and_then(T::json)
    }
}

impl FieldValue for bool {
    fn json(self) -> Option<Value> {
        Some(Value::Bool(self))
    }
}

/// Whether a text is an event's name: words in lower case, noun first, joined by `_`.
#[doc(hidden)]
#[must_use]
pub const fn is_event_name(name: &str) -> bool {
    let bytes = name.as_bytes();
    let mut words = 0;
    let mut before = b'_';
    let mut at = 0;
    while at < bytes.len() {
        let byte = bytes[at];
        match (before, byte) {
            (b'_', b'a'..=b'z') => words += 1,
            (b'_', _) => return false,
            (_, b'a'..=b'z' | b'0'..=b'9' | b'_') => {}
            _ => return false,
        }
        before = byte;
        at += 1;
    }
    words >= 2 && before != b'_'
}

/// The lines of a doc comment as one line, without the full stop that ends it.
#[doc(hidden)]
#[must_use]
pub fn description(lines: &[&str]) -> String {
    let lines: Vec<_> = lines.iter().map(|line| line.trim()).collect();
    let mut text = lines.join(" ");
    if text.ends_with('.') {
        text.pop();
    }
    text
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use serde_json::{Value, json};

    use super::is_event_name;
    use crate::prelude::*;
    use crate::{FieldValue, Presence, log};

    labels! { pub enum Provider { Shopify = "shopify", Stripe = "stripe" } }

    log_fields! {
        /// Which job,
        /// of all.
        pub id job_id, like "7";
        /// The other end.
        pub keyword provider: Provider, like "shopify";
        /// What it is.
        pub keyword r#type, like "full";
        /// Rows read.
        pub integer rows, like "150";
        /// Whether it was the first.
        pub boolean first, like "true";
    }

    log_contexts! {
        /// Lines of a job.
        pub Job("Job") { job_id, provider: optional }
        /// Lines about what went wrong.
        pub Failure("Failure") { r#type }
    }

    log_events! {
        service "worker";

        /// It is done.
        pub info JobDone("job_done") in Job { rows, first: optional }
        /// It is not.
        pub critical JobFailed("job_failed") in Job with failure: Failure { rows }
            allow("unused-event", "an example")
    }

    fn fields(of: impl LoggedFields) -> Value {
        let mut line = serde_json::Map::new();
        of.visit(&mut |name, value| assert!(line.insert(name.to_owned(), value).is_none()));
        line.into()
    }

    #[test]
    fn one_declaration_is_catalog_entry_and_what_is_emitted() {
        let [done, failed] = <[_; 2]>::try_from(events()).unwrap();
        assert_eq!((done.name.as_str(), done.level), ("job_done", Level::Info));
        assert_eq!(
            (done.description.as_str(), done.service.as_str()),
            ("It is done", "worker")
        );
        assert_eq!(done.contexts, ["Job"]);
        let presences = |fields: &[LogField]| -> Vec<_> {
            fields
                .iter()
                .map(|field| (field.name.clone(), field.presence.clone()))
                .collect()
        };
        assert_eq!(
            presences(&done.fields),
            [
                ("rows".to_owned(), Presence::Required),
                ("first".to_owned(), Presence::Optional)
            ]
        );
        assert_eq!(failed.level, Level::Critical);
        assert_eq!(failed.contexts, ["Job", "Failure"]);
        assert_eq!(
            presences(&failed.fields),
            [("rows".to_owned(), Presence::Required)]
        );
        assert_eq!(failed.allow[0].check, "unused-event");

        let failure = Failure {
            r#type: "timeout".into(),
        };
        let failed = JobFailed {
            failure,
            rows: 3_usize.into(),
        };
        assert_eq!(fields(failed), json!({"type": "timeout", "rows": 3}));
        let done = JobDone {
            rows: (-1).into(),
            first: Some(true),
        };
        assert_eq!(fields(done), json!({"rows": -1, "first": true}));
        let job = Job {
            job_id: 7.into(),
            provider: None,
        };
        assert_eq!(fields(job), json!({"job_id": "7"}));
    }

    #[test]
    fn fields_are_described_by_their_comments() {
        let field = job_id::definition();
        assert_eq!(field.description, "Which job, of all");
        assert_eq!((field.kind, field.example.as_str()), (FieldKind::Id, "7"));
        assert_eq!(r#type::NAME, "type");
        let contexts = all();
        assert_eq!(contexts[0].name, "Job");
        assert_eq!(contexts[0].fields[0], job_id::definition().required());
        assert_eq!(contexts[0].fields[1], provider::definition());
    }

    #[test]
    fn an_event_stands_where_it_is_declared() {
        let event = JobFailed::definition();
        let (file, line, _) = event.origin.location().unwrap();
        assert!(file.ends_with("log/typed.rs"), "{file}");
        let source: Vec<_> = include_str!("typed.rs").lines().collect();
        let declared = line as usize - 1;
        assert_eq!(source[declared].trim(), "log_events! {");
        let quoted = format!("\"{}\"", event.origin.anchor().unwrap());
        let found = source[declared..]
            .iter()
            .find(|line| line.contains(&quoted));
        assert!(found.unwrap().contains("pub critical JobFailed"));
    }

    #[test]
    fn values_are_those_of_their_kinds() {
        assert_eq!(
            log::Milliseconds::from(Duration::from_micros(1500)).json(),
            Some(json!(1.5))
        );
        assert_eq!(log::Milliseconds::from(f64::NAN).json(), Some(Value::Null));
        assert_eq!(log::Integer::from(u64::MAX).json(), Some(json!(u64::MAX)));
        assert_eq!(
            log::Timestamp::from("2026-02-16T14:30:00Z").json(),
            Some(json!("2026-02-16T14:30:00Z"))
        );
        let provider = |one: Provider| Some(one).json();
        assert_eq!(provider(Provider::Shopify), Some(json!("shopify")));
        assert_eq!(provider(Provider::Stripe), Some(json!("stripe")));
    }

    #[test]
    fn names_are_words_joined() {
        for name in [
            "user_login",
            "torrent_built_success",
            "oauth2_token_refreshed",
        ] {
            assert!(is_event_name(name), "{name}");
        }
        for name in [
            "",
            "login",
            "User_Login",
            "user__login",
            "_user_login",
            "user_login_",
            "user-login",
            "user_2fa",
        ] {
            assert!(!is_event_name(name), "{name}");
        }
    }
}
