//! Redaction of what a span carries.

use std::borrow::Cow;

use opentelemetry::trace::Status;
use opentelemetry::{Array, KeyValue, StringValue, Value};
use opentelemetry_sdk::trace::SpanData;

use crate::redact::Redactor;

/// Takes out of a span what must not appear: from its name, attributes, events, links and status.
pub(super) fn scrub(redactor: &Redactor, span: &mut SpanData) {
    if let Cow::Owned(name) = redactor.text(&span.name) {
        span.name = name.into();
    }
    attributes(redactor, &mut span.attributes);
    for event in &mut span.events.events {
        if let Cow::Owned(name) = redactor.text(&event.name) {
            event.name = name.into();
        }
        attributes(redactor, &mut event.attributes);
    }
    for link in &mut span.links.links {
        attributes(redactor, &mut link.attributes);
    }
    if let Status::Error { description } = &mut span.status
        && let Cow::Owned(redacted) = redactor.text(description)
    {
        *description = redacted.into();
    }
}

fn attributes(redactor: &Redactor, attributes: &mut [KeyValue]) {
    for attribute in attributes {
        let key = attribute.key.as_str();
        let redacted = match &attribute.value {
            Value::String(text) => Value::from(field(redactor, key, text)),
            Value::Array(Array::String(texts)) => {
                let texts = texts.iter().map(|text| field(redactor, key, text));
                Value::Array(Array::String(texts.collect()))
            }
            // A number under a key such as `pin` tells as much as a text.
            other if redactor.hides(key) => {
                Value::from(field(redactor, key, &other.as_str().into_owned().into()))
            }
            _ => continue,
        };
        attribute.value = redacted;
    }
}

fn field(redactor: &Redactor, key: &str, text: &StringValue) -> StringValue {
    match redactor.field(key, text.as_str()) {
        Cow::Borrowed(same) if same == text.as_str() => text.clone(),
        changed => changed.into_owned().into(),
    }
}
