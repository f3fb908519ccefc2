//! Log events, their fields, index labels, and spans.

use std::collections::BTreeMap;

use obsctl_model::{LogCatalog, LogEvent, LogField, Origin, SpanDef};

use super::change::{Detail, What, note_members, note_set};
use super::pairing::Pairing;
use super::touches::{Found, Wanted};
use super::{Change, Class, Kind, Subject};
use crate::project::Project;

pub(super) fn compare(before: &Project, after: &Project, found: &mut Found) {
    let (before, after) = (before.stack(), after.stack());
    labels(&before.logs, &after.logs, found);
    fields(&before.logs, &after.logs, found);
    events(&before.logs.events, &after.logs.events, found);
    spans(&before.spans.spans, &after.spans.spans, found);
}

/// What is gone breaks what asks for it; `word` is how queries name it.
fn gone(subject: Subject, origin: Origin, word: &str, found: &mut Found) {
    let details = vec![Detail::new(Class::Breaking, What::Removed)];
    found.add(Change::new(subject, details, origin, Origin::none()));
    found.want(Wanted::Word(word.to_owned()));
}

fn new(subject: Subject, origin: Origin, found: &mut Found) {
    let details = vec![Detail::new(Class::Additive, What::Added(None))];
    found.add(Change::new(subject, details, Origin::none(), origin));
}

fn labels(before: &LogCatalog, after: &LogCatalog, found: &mut Found) {
    let paired = Pairing::of(&before.stream_labels, &after.stream_labels)
        .by(|label| Some(label.name.as_str()))
        .done();
    let subject = |name: &str| Subject::new(Kind::StreamLabel, name);
    for index in paired.gone {
        let name = before.stream_labels[index].name.as_str();
        gone(subject(name), Origin::none(), name, found);
    }
    for index in paired.new {
        let name = after.stream_labels[index].name.as_str();
        new(subject(name), Origin::none(), found);
    }
}

/// All fields by their names: one name is one meaning.
fn by_name(logs: &LogCatalog) -> Vec<&LogField> {
    let all = logs.fields().map(|field| (field.name.as_str(), field));
    all.collect::<BTreeMap<_, _>>().into_values().collect()
}

fn fields(before: &LogCatalog, after: &LogCatalog, found: &mut Found) {
    let (before, after) = (by_name(before), by_name(after));
    let paired = Pairing::of(&before, &after)
        .by(|field| Some(field.name.as_str()))
        .by_only(|field| Some((format!("{:?}", field.kind), &field.description)))
        .done();
    let subject = |field: &LogField| Subject::new(Kind::LogField, &field.name);
    for index in paired.gone {
        let field = before[index];
        gone(subject(field), Origin::none(), &field.name, found);
    }
    for index in paired.new {
        new(subject(after[index]), Origin::none(), found);
    }
    for (old, new) in paired.both {
        let (old, new) = (before[old], after[new]);
        let mut details = vec![];
        if old.name != new.name {
            let from = old.name.clone();
            details.push(Detail::new(Class::Breaking, What::Renamed { from }));
        }
        let kind = |field: &LogField| Some(format!("{:?}", field.kind).to_lowercase());
        note_set(&mut details, Class::Breaking, "type", kind(old), kind(new));
        let presence = |field: &LogField| Some(format!("{:?}", field.presence).to_lowercase());
        note_set(
            &mut details,
            Class::Behaviour,
            "presence",
            presence(old),
            presence(new),
        );
        let text = |field: &LogField| Some(field.description.clone());
        note_set(
            &mut details,
            Class::Cosmetic,
            "description",
            text(old),
            text(new),
        );
        let breaks = details.iter().any(|one| one.class == Class::Breaking);
        found.add(Change::new(
            subject(new),
            details,
            Origin::none(),
            Origin::none(),
        ));
        if breaks {
            found.want(Wanted::Word(old.name.clone()));
        }
    }
}

fn events(before: &[LogEvent], after: &[LogEvent], found: &mut Found) {
    let paired = Pairing::of(before, after)
        .by(|event| Some((&event.name, &event.service)))
        .by(|event| Some(&event.name))
        .by_only(|event| Some((&event.service, &event.description)))
        .done();
    let subject = |event: &LogEvent| Subject::new(Kind::LogEvent, &event.name);
    for index in paired.gone {
        let event = &before[index];
        gone(subject(event), event.origin, &event.name, found);
    }
    for index in paired.new {
        new(subject(&after[index]), after[index].origin, found);
    }
    for (old, new) in paired.both {
        let (old, new) = (&before[old], &after[new]);
        let mut details = vec![];
        if old.name != new.name {
            let from = old.name.clone();
            details.push(Detail::new(Class::Breaking, What::Renamed { from }));
        }
        let level = |event: &LogEvent| Some(format!("{:?}", event.level).to_lowercase());
        note_set(
            &mut details,
            Class::Behaviour,
            "level",
            level(old),
            level(new),
        );
        let service = |event: &LogEvent| Some(event.service.clone());
        note_set(
            &mut details,
            Class::Behaviour,
            "logged by",
            service(old),
            service(new),
        );
        note_members(
            &mut details,
            Class::Behaviour,
            "context",
            &old.contexts,
            &new.contexts,
        );
        let names = |event: &LogEvent| -> Vec<String> {
            event
                .fields
                .iter()
                .map(|field| field.name.clone())
                .collect()
        };
        let (from, to) = (names(old), names(new));
        let lost = from.iter().any(|one| !to.contains(one));
        let class = if lost {
            Class::Behaviour
        } else {
            Class::Additive
        };
        note_members(&mut details, class, "field", &from, &to);
        let text = |event: &LogEvent| Some(event.description.clone());
        note_set(
            &mut details,
            Class::Cosmetic,
            "description",
            text(old),
            text(new),
        );
        let renamed = old.name != new.name;
        found.add(Change::new(subject(new), details, old.origin, new.origin));
        if renamed {
            found.want(Wanted::Word(old.name.clone()));
        }
    }
}

fn spans(before: &[SpanDef], after: &[SpanDef], found: &mut Found) {
    let paired = Pairing::of(before, after)
        .by(|span| Some((&span.name, &span.service, format!("{:?}", span.kind))))
        .by(|span| Some((&span.name, &span.service)))
        .by_only(|span| Some((&span.service, &span.description)))
        .done();
    let subject = |span: &SpanDef| Subject::new(Kind::Span, &span.name);
    for index in paired.gone {
        let span = &before[index];
        gone(subject(span), span.origin, &span.name, found);
    }
    for index in paired.new {
        new(subject(&after[index]), after[index].origin, found);
    }
    for (old, new) in paired.both {
        let (old, new) = (&before[old], &after[new]);
        let mut details = vec![];
        if old.name != new.name {
            let from = old.name.clone();
            details.push(Detail::new(Class::Breaking, What::Renamed { from }));
        }
        let kind = |span: &SpanDef| Some(format!("{:?}", span.kind).to_lowercase());
        note_set(&mut details, Class::Behaviour, "kind", kind(old), kind(new));
        let names = |span: &SpanDef| -> Vec<String> {
            let attributes = span.attributes.iter();
            attributes.map(|attribute| attribute.name.clone()).collect()
        };
        let (from, to) = (names(old), names(new));
        let lost = from.iter().any(|one| !to.contains(one));
        let class = if lost {
            Class::Breaking
        } else {
            Class::Additive
        };
        note_members(&mut details, class, "attribute", &from, &to);
        let text = |span: &SpanDef| Some(span.description.clone());
        note_set(
            &mut details,
            Class::Cosmetic,
            "description",
            text(old),
            text(new),
        );
        let renamed = old.name != new.name;
        found.add(Change::new(subject(new), details, old.origin, new.origin));
        if renamed {
            found.want(Wanted::Word(old.name.clone()));
        }
        for name in from.into_iter().filter(|one| !to.contains(one)) {
            found.want(Wanted::Word(name));
        }
    }
}
