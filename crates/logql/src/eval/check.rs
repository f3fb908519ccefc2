//! What the tests of stages ask.

use obsctl_promql::eval::Labels;

use super::{Data, Direction, Engine, Options, Storage, StreamLines};
use crate::parse;

/// What the stages make of lines of the stream `{job="test"}`, in the order of the lines.
pub(super) fn streams(stages: &str, lines: &[&str]) -> Vec<StreamLines> {
    let mut storage = Storage::new();
    let labels: Labels = [("job", "test")].into_iter().collect();
    for (time, line) in lines.iter().enumerate() {
        storage.push(&labels, i64::try_from(time).unwrap(), *line);
    }
    let engine = Engine::new(Options {
        direction: Direction::Forward,
        ..Options::default()
    });
    let query = format!("{{job=\"test\"}} {stages}");
    let parsed = parse(&query);
    assert!(parsed.errors.is_empty(), "{query}: {:?}", parsed.errors);
    match engine.range(&storage, &parsed.expr, 0, i64::MAX, 1) {
        Ok(Data::Streams(streams)) => streams,
        other => panic!("{query}: {other:?}"),
    }
}

/// The labels of the one line behind the stages.
pub(super) fn labels_after(stages: &str, line: &str) -> String {
    let streams = streams(stages, &[line]);
    assert_eq!(streams.len(), 1, "{stages}: {streams:?}");
    streams[0].labels.to_string()
}

/// The same without the label of the stream.
pub(super) fn after(stages: &str, line: &str) -> String {
    let streams = streams(stages, &[line]);
    assert_eq!(streams.len(), 1, "{stages}: {streams:?}");
    streams[0].labels.filter(|name| name != "job").to_string()
}

/// The lines behind the stages.
pub(super) fn lines(stages: &str, all: &[&str]) -> Vec<String> {
    let mut lines: Vec<_> = streams(stages, all)
        .into_iter()
        .flat_map(|it| it.lines)
        .collect();
    lines.sort_by_key(|(time, _)| *time);
    lines.into_iter().map(|(_, line)| line).collect()
}
