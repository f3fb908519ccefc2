//! From lines to samples.

use std::borrow::Cow;
use std::sync::Arc;

use obsctl_promql::eval::{EvalError, Labels};

use super::hints::{Groups, Hints};
use super::record::Record;
use super::stage::label_filter::Condition;
use super::stage::{self, Step};
use super::{Entry, SAMPLE_ERROR, convert};
use crate::ast::{Conversion, Grouping, RangeAggregate, RangeOp, Stage, StageKind};

/// Makes a sample of a line.
#[derive(Debug)]
pub(super) struct Extractor {
    steps: Vec<Step>,
    value: Value,
    groups: Groups,
    hints: Hints,
}

#[derive(Debug)]
enum Value {
    /// Each line counts 1.
    Line,
    /// The length of the line.
    Bytes,
    Label {
        label: String,
        conversion: Option<Conversion>,
        /// The conditions behind `unwrap`, which see its errors.
        condition: Option<Arc<Condition>>,
    },
}

/// The samples' groups: those of the function, or those that a `sum` around it pushes into it.
pub(super) fn groups(node: &RangeAggregate, around: Option<&Grouping>, is_summed: bool) -> Groups {
    let grouping = node.grouping.as_ref();
    let pushed = is_summed
        && grouping.is_none()
        && matches!(
            node.op,
            RangeOp::BytesOverTime
                | RangeOp::BytesRate
                | RangeOp::SumOverTime
                | RangeOp::Rate
                | RangeOp::CountOverTime
        );
    let mut groups = match (grouping, around) {
        (Some(grouping), _) => of(grouping),
        (None, Some(around)) if pushed => of(around),
        (None, None) if pushed => Groups {
            none: true,
            ..Groups::default()
        },
        _ => Groups::default(),
    };
    groups.none |= node.op == RangeOp::AbsentOverTime;
    groups
}

fn of(grouping: &Grouping) -> Groups {
    let names: Vec<_> = grouping
        .labels
        .iter()
        .map(|name| name.text.clone())
        .collect();
    Groups {
        none: !grouping.without && names.is_empty(),
        without: grouping.without,
        names,
    }
}

impl Extractor {
    /// An extractor for the samples of `op` from lines behind `stages`; of these, only `unwrap` and what
    /// follows it count where the others have been run before (`run_stages`).
    pub fn compile(
        op: RangeOp,
        stages: &[Stage],
        run_stages: bool,
        mut groups: Groups,
        now: i64,
    ) -> Result<Self, EvalError> {
        let unwrap = stages
            .iter()
            .enumerate()
            .find_map(|(at, stage)| match &stage.kind {
                StageKind::Unwrap(unwrap) => Some((at, unwrap)),
                _ => None,
            });
        let end = unwrap.map_or(stages.len(), |(at, _)| at);
        let counts_bytes = matches!(op, RangeOp::BytesOverTime | RangeOp::BytesRate);
        let before = if run_stages { &stages[..end] } else { &[] };
        let steps = stage::compile(stage::for_samples(before, counts_bytes), now)?;
        let value = match unwrap {
            None if counts_bytes => Value::Bytes,
            None => Value::Line,
            Some((at, unwrap)) => Value::Label {
                label: unwrap.label.text.clone(),
                conversion: unwrap.conversion,
                condition: conditions(&stages[at + 1..])?,
            },
        };
        let mut read: Vec<_> = steps.iter().flat_map(Step::reads).collect();
        let mut conditions: Vec<_> = steps.iter().filter_map(Step::condition).cloned().collect();
        let mut unwrapped = "";
        if let Value::Label {
            label, condition, ..
        } = &value
        {
            read.extend(condition.iter().flat_map(|it| it.labels()));
            conditions.extend(condition.clone());
            unwrapped = label;
            if groups.names.is_empty() || groups.without {
                groups.without = true;
                groups.names.push(label.clone());
            }
        }
        let hints = Hints::of_metric(read, &groups, unwrapped, conditions.iter());
        Ok(Self {
            steps,
            value,
            groups,
            hints,
        })
    }

    /// The sample of a line; nothing where the line is left out or has no value.
    pub fn sample(&self, stream: &Labels, entry: &Entry) -> Option<(Labels, f64)> {
        self.sample_of(stream, entry.time, &entry.line, &entry.metadata)
    }

    pub fn sample_of(
        &self,
        stream: &Labels,
        time: i64,
        line: &str,
        metadata: &Labels,
    ) -> Option<(Labels, f64)> {
        let mut record = Record::new(stream, time, Cow::Borrowed(line), metadata, &self.hints);
        if !self.steps.iter().all(|step| step.run(&mut record)) {
            return None;
        }
        #[expect(
            clippy::cast_precision_loss,
            reason = "lines are shorter than 2^52 bytes"
        )]
        let value = match &self.value {
            Value::Line => 1.0,
            Value::Bytes => record.line.len() as f64,
            Value::Label {
                label,
                conversion,
                condition,
            } => {
                let text = record.get(label).filter(|text| !text.is_empty())?;
                let converted = convert(*conversion, text);
                let value = converted.unwrap_or_else(|details| {
                    SAMPLE_ERROR.clone_into(&mut record.error);
                    record.details = details;
                    0.0
                });
                if condition
                    .as_ref()
                    .is_some_and(|condition| !condition.test(&mut record))
                {
                    return None;
                }
                value
            }
        };
        Some((record.grouped(&self.groups), value))
    }
}

/// The conditions behind `unwrap` as one.
fn conditions(stages: &[Stage]) -> Result<Option<Arc<Condition>>, EvalError> {
    let mut all = Vec::new();
    for stage in stages {
        match &stage.kind {
            StageKind::LabelFilter(filter) => all.push(stage::label_filter::compile(filter)?),
            _ => {
                return Err(stage::error(
                    stage.span,
                    "only label filters may follow `unwrap`",
                ));
            }
        }
    }
    Ok(match all.len() {
        0 => None,
        1 => all.pop().map(Arc::new),
        _ => Some(Arc::new(Condition::And(all))),
    })
}

#[expect(clippy::cast_precision_loss, reason = "as Loki computes it")]
fn convert(conversion: Option<Conversion>, text: &str) -> Result<f64, String> {
    match conversion {
        None => convert::float(text),
        Some(Conversion::Duration | Conversion::DurationSeconds) => convert::seconds(text),
        Some(Conversion::Bytes) => convert::bytes(text).map(|count| count as f64),
    }
}
