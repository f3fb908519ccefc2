//! The stages of a pipeline, ready to run: one file for each family.

mod choose;
mod decolorize;
mod escape;
mod format;
pub(super) mod ip;
mod json;
mod json_path;
mod json_scan;
pub(super) mod label_filter;
mod line_filter;
mod logfmt;
mod logfmt_scan;
mod name;
mod pattern;
mod regexp;
mod simplify;
mod text_test;
mod unpack;

use std::sync::Arc;

use obsctl_promql::eval::EvalError;

use super::record::Record;
use crate::Span;
use crate::ast::{Stage, StageKind};
use choose::Choice;
use format::{LabelFormat, LineFormat};
use json_path::JsonPaths;
use label_filter::Condition;
use line_filter::LineTest;
use logfmt::LogfmtLabels;
use pattern::Pattern;
use regexp::RegexpParser;

/// A stage that is ready to run.
#[derive(Debug)]
pub(super) enum Step {
    Lines(LineTest),
    Json,
    JsonPaths(JsonPaths),
    Logfmt { strict: bool, keep_empty: bool },
    LogfmtLabels(LogfmtLabels),
    Regexp(RegexpParser),
    Pattern(Pattern),
    Unpack,
    Condition(Arc<Condition>),
    LineFormat(LineFormat),
    LabelFormat(Vec<LabelFormat>),
    Decolorize,
    Drop(Vec<Choice>),
    Keep(Vec<Choice>),
}

impl Step {
    fn compile(stage: &Stage, now: i64) -> Result<Self, EvalError> {
        Ok(match &stage.kind {
            StageKind::LineFilter(filter) => Self::Lines(line_filter::compile(filter)?),
            StageKind::Json(list) if list.is_empty() => Self::Json,
            StageKind::Json(list) => Self::JsonPaths(JsonPaths::compile(list)?),
            StageKind::Logfmt(logfmt) if logfmt.labels.is_empty() => Self::Logfmt {
                strict: logfmt.strict,
                keep_empty: logfmt.keep_empty,
            },
            StageKind::Logfmt(logfmt) => Self::LogfmtLabels(LogfmtLabels::compile(logfmt)),
            StageKind::Regexp(text) => Self::Regexp(RegexpParser::compile(text)?),
            StageKind::Pattern(text) => Self::Pattern(Pattern::compile(&text.value)),
            StageKind::Unpack => Self::Unpack,
            StageKind::LabelFilter(filter) => {
                Self::Condition(Arc::new(label_filter::compile(filter)?))
            }
            StageKind::LineFormat(text) => Self::LineFormat(LineFormat::compile(text, now)?),
            StageKind::LabelFormat(list) => {
                let formats = list.iter().map(|it| LabelFormat::compile(it, now));
                Self::LabelFormat(formats.collect::<Result<_, _>>()?)
            }
            StageKind::Decolorize => Self::Decolorize,
            StageKind::Drop(list) => Self::Drop(choose::compile(list)?),
            StageKind::Keep(list) => Self::Keep(choose::compile(list)?),
            StageKind::Distinct(_) => {
                return Err(error(stage.span, "no release of Loki 3 has `distinct`"));
            }
            StageKind::Unwrap(_) => {
                return Err(error(stage.span, "`unwrap` outside of a range aggregation"));
            }
            StageKind::Variable(_) => {
                return Err(error(
                    stage.span,
                    "the variable has no value: put one in its place",
                ));
            }
            StageKind::Error(_) => return Err(error(stage.span, "this is no stage")),
        })
    }

    /// Lets a line through, changed or not; false leaves it out.
    pub fn run(&self, record: &mut Record<'_>) -> bool {
        match self {
            Self::Lines(test) => test.matches(&record.line),
            Self::Json => json::run(record),
            Self::JsonPaths(paths) => paths.run(record),
            Self::Logfmt { strict, keep_empty } => logfmt::run(record, *strict, *keep_empty),
            Self::LogfmtLabels(labels) => labels.run(record),
            Self::Regexp(parser) => parser.run(record),
            Self::Pattern(pattern) => pattern.run(record),
            Self::Unpack => unpack::run(record),
            Self::Condition(condition) => condition.test(record),
            Self::LineFormat(format) => format.run(record),
            Self::LabelFormat(formats) => format::run_labels(formats, record),
            Self::Decolorize => decolorize::run(record),
            Self::Drop(choices) => choose::drop(choices, record),
            Self::Keep(choices) => choose::keep(choices, record),
        }
    }

    /// The labels that it reads, which decide what parsers must find for a metric query.
    pub fn reads(&self) -> Vec<String> {
        match self {
            Self::Condition(condition) => condition.labels(),
            Self::LineFormat(format) => format.fields(),
            Self::LabelFormat(formats) => formats.iter().flat_map(LabelFormat::reads).collect(),
            _ => Vec::new(),
        }
    }

    pub fn condition(&self) -> Option<&Arc<Condition>> {
        match self {
            Self::Condition(condition) => Some(condition),
            _ => None,
        }
    }
}

/// The stages ready to run. As in Loki, line filters run before the parsers and formats of labels in
/// front of them, but not before what changes the line or a condition on labels.
pub(super) fn compile<'a>(
    stages: impl Iterator<Item = &'a Stage>,
    now: i64,
) -> Result<Vec<Step>, EvalError> {
    let mut ready = Vec::new();
    let mut waiting = Vec::new();
    for stage in stages {
        let step = Step::compile(stage, now)?;
        match step {
            Step::Lines(_) => ready.push(step),
            Step::LineFormat(_) | Step::Unpack | Step::Condition(_) => {
                ready.append(&mut waiting);
                ready.push(step);
            }
            _ => waiting.push(step),
        }
    }
    ready.append(&mut waiting);
    Ok(ready)
}

/// The stages that matter to the samples of a metric query: Loki leaves out each `line_format` behind
/// which nothing reads the line.
pub(super) fn for_samples(stages: &[Stage], counts_bytes: bool) -> impl Iterator<Item = &Stage> {
    let reads_line = |stage: &Stage| {
        let parser = stage.is_parser();
        parser || matches!(stage.kind, StageKind::LineFilter(_))
    };
    let needed = move |(at, stage): &(usize, &Stage)| {
        let format = matches!(stage.kind, StageKind::LineFormat(_));
        !format || counts_bytes || stages[*at..].iter().any(reads_line)
    };
    stages
        .iter()
        .enumerate()
        .filter(needed)
        .map(|(_, stage)| stage)
}

pub(super) fn error(span: Span, message: impl Into<String>) -> EvalError {
    EvalError {
        span,
        message: message.into(),
    }
}
