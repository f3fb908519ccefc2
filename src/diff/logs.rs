//! Log events, their fields, index labels, and spans.

use std::collections::BTreeMap;

use obsctl_model::{LabelDef, LogCatalog, LogEvent, LogField, Origin, SpanDef, TelemetryCatalog};

use super::both::{Thing, word};
use super::pairing::Pairing;
use super::touches::{Found, Wanted};
use super::{Class, Kind, Subject};

pub(super) fn compare(before: &TelemetryCatalog, after: &TelemetryCatalog, found: &mut Found) {
    labels(&before.logs, &after.logs, found);
    fields(&before.logs, &after.logs, found);
    events(&before.logs.events, &after.logs.events, found);
    spans(&before.spans.spans, &after.spans.spans, found);
}

/// What queries call by a word of their own: without it they find nothing.
macro_rules! by_a_word {
    ($($type:ty: $kind:ident $(, $origin:ident)?;)+) => { $(
        impl Thing for $type {
            fn subject(&self) -> Subject {
                Subject::new(Kind::$kind, self.name.to_string())
            }

            $( fn origin(&self) -> Origin {
                self.$origin
            } )?

            fn gone(&self) -> Class {
                Class::Breaking
            }

            fn wanted(&self) -> Vec<Wanted> {
                vec![Wanted::Word(self.name.to_string())]
            }
        }
    )+ };
}

by_a_word! {
    LabelDef: StreamLabel;
    LogField: LogField;
    LogEvent: LogEvent, origin;
    SpanDef: Span, origin;
}

fn labels(before: &LogCatalog, after: &LogCatalog, found: &mut Found) {
    let pairing = Pairing::of(&before.stream_labels, &after.stream_labels);
    found.things(pairing.by(|label| Some(label.name.as_str())), |_| {});
}

/// All fields by their names: one name is one meaning.
fn by_name(logs: &LogCatalog) -> Vec<&LogField> {
    let all = logs.fields().map(|field| (field.name.as_str(), field));
    all.collect::<BTreeMap<_, _>>().into_values().collect()
}

fn fields(before: &LogCatalog, after: &LogCatalog, found: &mut Found) {
    let (before, after) = (by_name(before), by_name(after));
    let pairing = Pairing::of(&before, &after)
        .by(|field| Some(field.name.as_str()))
        .by_only(|field| Some((word(field.kind), &field.description)));
    found.things(pairing, |both| {
        if both.set(Class::Breaking, "type", |field| word(field.kind)) {
            both.wanted = both.before.wanted();
        }
        both.set(Class::Behaviour, "presence", |field| word(&field.presence));
        both.set(Class::Cosmetic, "description", |field| {
            Some(field.description.clone())
        });
    });
}

fn events(before: &[LogEvent], after: &[LogEvent], found: &mut Found) {
    let pairing = Pairing::of(before, after)
        .by(|event| Some((&event.name, &event.service)))
        .by(|event| Some(&event.name))
        .by_only(|event| Some((&event.service, &event.description)));
    found.things(pairing, |both| {
        let means = Class::Behaviour;
        both.set(means, "level", |event| word(event.level));
        both.set(means, "logged by", |event| Some(event.service.clone()));
        both.members(means, means, "context", |event| event.contexts.clone());
        both.members(means, Class::Additive, "field", |event| {
            let names = event.fields.iter().map(|field| field.name.clone());
            names.collect()
        });
        both.set(Class::Cosmetic, "description", |event| {
            Some(event.description.clone())
        });
    });
}

fn spans(before: &[SpanDef], after: &[SpanDef], found: &mut Found) {
    let pairing = Pairing::of(before, after)
        .by(|span| Some((&span.name, &span.service, word(span.kind))))
        .by(|span| Some((&span.name, &span.service)))
        .by_only(|span| Some((&span.service, &span.description)));
    found.things(pairing, |both| {
        both.set(Class::Behaviour, "kind", |span| word(span.kind));
        let lost = both.members(Class::Breaking, Class::Additive, "attribute", |span| {
            let attributes = span.attributes.iter();
            attributes.map(|attribute| attribute.name.clone()).collect()
        });
        both.wanted.extend(lost.into_iter().map(Wanted::Word));
        both.set(Class::Cosmetic, "description", |span| {
            Some(span.description.clone())
        });
    });
}
