//! SLOs on log lines, from the lines on: Loki's rules count them, and Prometheus' rules alert on what those record.

use obsctl::model::{Indicator, LogEvent};
use obsctl_logql::eval::Storage;
use obsctl_promql::eval::Labels;

use super::month::{DAY, HOUR, Input, MONTH, Subject, minutes};
use super::{RATE, assert_fired, assert_spent, burns, each, outage, resets};

/// Nanoseconds in a minute.
const MINUTE: i64 = 60_000_000_000;

/// What the API writes in a minute, line by line, an event each.
type Minute<'a> = &'a [&'a str];

const GOOD: &str = "connection_tested";
const BAD: &str = "connection_test_failed";
/// Counts neither as good nor as bad.
const OTHER: &str = "request_handled";

/// A line of an event of the catalog, with what the event must have.
fn line(event: &LogEvent) -> (Labels, String) {
    let (level, service) = (event.level.word(), event.service.as_str());
    let own = [
        ("event", event.name.as_str()),
        ("level", level),
        ("service", service),
    ];
    let fields = event.fields.iter();
    let fields = fields.map(|field| (field.name.as_str(), field.example.as_str()));
    let line: serde_json::Map<_, _> = own
        .into_iter()
        .chain(fields)
        .map(|(name, value)| (name.to_owned(), value.into()))
        .collect();
    let stream = [("service_name", service), ("level", level)];
    let line = serde_json::Value::Object(line).to_string();
    (stream.into_iter().collect(), line)
}

/// The lines of so many minutes of each kind, one kind after the other.
fn lines(stretches: &[(u64, Minute<'_>)]) -> Storage {
    let events = obsctl_stack::logs::events::all();
    let mut storage = Storage::new();
    let mut minute = 0;
    for (minutes, written) in stretches {
        let lines: Vec<_> = written
            .iter()
            .map(|name| line(events.iter().find(|event| event.name == *name).unwrap()))
            .collect();
        for _ in 0..*minutes {
            for (number, (stream, line)) in lines.iter().enumerate() {
                let within = MINUTE * (number as i64 + 1) / (lines.len() as i64 + 1);
                storage.push(stream, minute * MINUTE + within, line.clone());
            }
            minute += 1;
        }
    }
    storage
}

fn input(stretches: &[(u64, Minute<'_>)]) -> Input {
    Input {
        lines: lines(stretches),
        ..Input::default()
    }
}

/// Runs a scenario for the SLO on log lines.
fn each_of_lines(scenario: impl Fn(&Subject<'_>)) {
    each(&["connection-tests"], |subject| {
        let Indicator::Logs { .. } = subject.lowering.slo.indicator else {
            return None;
        };
        scenario(subject);
        Some(())
    });
}

/// A month in which all connections that are tried out fail for a while.
#[test]
fn lines_of_an_outage_page() {
    each_of_lines(|subject| {
        let (begin, lasting) = (15 * DAY, outage(subject));
        let input = input(&[
            (begin, &[GOOD, OTHER]),
            (lasting, &[BAD, OTHER]),
            (MONTH - begin - lasting, &[GOOD, OTHER]),
        ]);
        let month = subject.play(input, &[MONTH]);
        let expected = burns(subject, 1.0, begin, lasting, resets(1.0));
        assert_eq!(expected.len(), 1, "a page and no ticket");
        assert_fired(subject, &month, expected);
        assert_spent(subject, &month, 1.0, lasting as f64, MONTH);
    });
}

/// One connection of eight fails: a ticket within the day, and no page.
#[test]
fn lines_of_a_slow_burn_open_a_ticket() {
    each_of_lines(|subject| {
        let ratio = 1.0 / 8.0;
        let (begin, lasting) = (3 * DAY, 30 * HOUR);
        let mut failing = [GOOD; 8];
        failing[7] = BAD;
        let end = begin + lasting + 6 * HOUR;
        let input = input(&[
            (begin, &[GOOD; 8]),
            (lasting, &failing),
            (end - begin - lasting, &[GOOD; 8]),
        ]);
        let month = subject.play(input, &[end]);
        let expected = burns(subject, ratio, begin, lasting, resets(ratio));
        assert_eq!(expected.len(), 1, "a ticket and no page");
        assert_fired(subject, &month, expected);
    });
}

/// After an hour of nothing but errors no line is written for half a day: a page ends when the rates have nothing left.
#[test]
fn lines_that_end_end_a_page() {
    each_of_lines(|subject| {
        let (begin, lasting, gone) = (15 * DAY, HOUR, 12 * HOUR);
        let input = input(&[
            (begin, &[GOOD, OTHER]),
            (lasting, &[BAD, OTHER]),
            (gone, &[]),
            (MONTH - begin - lasting - gone, &[GOOD, OTHER]),
        ]);
        let month = subject.play(input, &[MONTH]);
        let expected = burns(subject, 1.0, begin, lasting, |burn| {
            let short = minutes(burn.window.short);
            short - 1.0..=short + minutes(RATE)
        });
        assert_eq!(expected.len(), 1, "a page and no ticket");
        assert_fired(subject, &month, expected);
        assert_spent(subject, &month, 1.0, lasting as f64, MONTH - gone);
    });
}
