//! Sinks that are slow, stuck or broken: the service goes on.

use std::io::{self, PipeReader, Write};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

use obsctl_telemetry::clock::Stopwatch;
use obsctl_telemetry::config::{Guard, Telemetry};
use obsctl_telemetry::logging::Sink;
use obsctl_telemetry::metrics::Registry;
use obsctl_telemetry::metrics::own::{LineLoss, LogLines, LogLinesDropped};

const LINES: u32 = 20_000;

fn log_lines(telemetry: Telemetry) -> (Guard, f64) {
    let (subscriber, guard) = telemetry.subscriber().expect("it starts");
    let watch = Stopwatch::start();
    tracing::subscriber::with_default(subscriber, || {
        (0..LINES).for_each(|number| tracing::info!(number, "line_logged"));
    });
    (guard, watch.milliseconds())
}

fn lost(registry: &Registry, reason: LineLoss) -> f64 {
    registry.counter(&LogLinesDropped { reason }).get()
}

/// A pipe that nobody reads is full soon: a write to it never ends.
fn stuck() -> (PipeReader, Sink) {
    let (reader, writer) = io::pipe().expect("a pipe");
    (reader, Sink::Writer(Box::new(writer)))
}

#[test]
fn a_stuck_sink_slows_neither_the_service_nor_its_end() {
    let free = Telemetry::new("api").sink(Sink::Writer(Box::new(io::sink())));
    let (_guard, baseline) = log_lines(free.registry(Registry::new()));

    let (_nobody_reads, sink) = stuck();
    let registry = Registry::new();
    let telemetry = Telemetry::new("api").sink(sink).queue(100_000);
    let (guard, taken) = log_lines(telemetry.registry(registry.clone()));
    // Generous: with a sink that is waited for, the first hundred lines would already take forever.
    assert!(
        taken < baseline * 20.0 + 2_000.0,
        "{taken} ms beside {baseline} ms"
    );
    let full = lost(&registry, LineLoss::QueueFull);
    assert!(full > f64::from(LINES) / 2.0, "{full} lines did not fit");

    let watch = Stopwatch::start();
    assert!(!guard.shutdown(Duration::from_millis(50)), "it is stuck");
    let taken = watch.milliseconds();
    assert!((50.0..5_000.0).contains(&taken), "{taken} ms");
    let left = lost(&registry, LineLoss::Shutdown);
    assert!(left > 0.0);
    // The pipe held some of the first; the batch on its way is neither written nor lost.
    let written = registry.counter(&LogLines {}).get();
    assert!(written < 1_000.0, "{written} lines went into a full pipe");
    assert!(written + full + left < f64::from(LINES));
}

#[test]
fn what_is_queued_is_written_before_the_end() {
    let registry = Registry::new();
    let telemetry = Telemetry::new("api").sink(Sink::Writer(Box::new(io::sink())));
    let (guard, _) = log_lines(telemetry.registry(registry.clone()).queue(usize::MAX));
    assert!(guard.shutdown(Duration::from_secs(30)));
    assert_eq!(registry.counter(&LogLines {}).get(), f64::from(LINES));
}

/// Fails as it is told to, one write after the other.
struct Moody {
    moods: Receiver<Mood>,
    seen: Sender<Vec<u8>>,
}

enum Mood {
    Takes(usize),
    Fails,
    Panics,
}

impl Write for Moody {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self.moods.try_recv() {
            Ok(Mood::Fails) => Err(io::ErrorKind::StorageFull.into()),
            Ok(Mood::Panics) => panic!("a sink of a bad kind"),
            Ok(Mood::Takes(most)) => {
                let taken = &bytes[..bytes.len().min(most)];
                self.seen.send(taken.to_vec()).expect("seen");
                Ok(taken.len())
            }
            Err(_) => {
                self.seen.send(bytes.to_vec()).expect("seen");
                Ok(bytes.len())
            }
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn after_a_failure_a_sink_is_tried_again_and_lines_are_not_joined() {
    let (moods, told) = channel();
    let (seen, written) = channel();
    let registry = Registry::new();
    let sink = Sink::Writer(Box::new(Moody { moods: told, seen }));
    let telemetry = Telemetry::new("api").sink(sink).registry(registry.clone());
    let (subscriber, guard) = telemetry.subscriber().expect("it starts");
    tracing::subscriber::with_default(subscriber, || {
        let log = |mood: Vec<Mood>| {
            mood.into_iter()
                .for_each(|mood| moods.send(mood).expect("told"));
            tracing::info!("line_logged");
            assert!(guard.flush());
        };
        log(vec![Mood::Panics]);
        log(vec![Mood::Takes(10), Mood::Fails]);
        log(vec![]);
    });
    assert_eq!(lost(&registry, LineLoss::SinkFailed), 2.0);
    assert_eq!(registry.counter(&LogLines {}).get(), 1.0);
    let text: Vec<u8> = written.try_iter().flatten().collect();
    let text = String::from_utf8(text).expect("text");
    let mut lines = text.lines();
    assert_eq!(lines.next(), Some("{\"timestam"));
    assert!(lines.next().is_some_and(|line| line.ends_with('}')));
    assert_eq!(lines.next(), None);
}
