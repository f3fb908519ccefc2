//! Log queries.

use std::borrow::Cow;
use std::collections::BTreeMap;

use obsctl_promql::eval::{EvalError, Labels};

use super::hints::Hints;
use super::record::Record;
use super::stage::{self, Step};
use super::value::StreamLines;
use super::{Direction, Engine, Entry, Storage, plan};
use crate::ast::{LogQuery, Stage};

/// Stages that give lines.
#[derive(Debug)]
pub(super) struct Pipeline {
    steps: Vec<Step>,
    hints: Hints,
}

impl Pipeline {
    pub fn compile(stages: &[Stage], now: i64) -> Result<Self, EvalError> {
        let steps = stage::compile(stages.iter(), now)?;
        let hints = Hints::of_lines(steps.iter().filter_map(Step::condition));
        Ok(Self { steps, hints })
    }

    /// The line behind the stages; nothing where it is left out.
    pub fn run<'a>(&'a self, stream: &'a Labels, entry: &'a Entry) -> Option<Record<'a>> {
        let line = Cow::Borrowed(entry.line.as_str());
        let mut record = Record::new(stream, entry.time, line, &entry.metadata, &self.hints);
        self.steps
            .iter()
            .all(|step| step.run(&mut record))
            .then_some(record)
    }
}

/// The lines from `start` to before `end`.
pub(super) fn query(
    engine: &Engine,
    storage: &Storage,
    query: &LogQuery,
    start: i64,
    end: i64,
) -> Result<Vec<StreamLines>, EvalError> {
    let matchers = plan::matchers(&query.selector)?;
    let pipeline = Pipeline::compile(&query.stages, end)?;
    let mut found = Vec::new();
    if start < end {
        for (stream, entries) in storage.select(&matchers, start, end - 1) {
            for entry in entries {
                if let Some(record) = pipeline.run(stream, entry) {
                    found.push((entry.time, record.labels(), record.line.into_owned()));
                }
            }
        }
    }
    match engine.options.direction {
        Direction::Forward => found.sort_by_key(|(time, ..)| *time),
        Direction::Backward => found.sort_by_key(|(time, ..)| std::cmp::Reverse(*time)),
    }
    let mut streams: BTreeMap<Labels, Vec<(i64, String)>> = BTreeMap::new();
    for (time, labels, line) in found.into_iter().take(engine.options.max_lines) {
        streams.entry(labels).or_default().push((time, line));
    }
    let streams = streams.into_iter();
    Ok(streams
        .map(|(labels, lines)| StreamLines { labels, lines })
        .collect())
}
