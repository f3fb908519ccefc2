//! Binary operators.

use std::collections::{BTreeMap, BTreeSet};

use obsctl_promql::eval::{EvalError, Labels};

use super::plan::{Operation, WithNumber};
use super::stage::error;
use super::value::Sample;
use crate::ast::{BinaryOp, Matching};

impl BinaryOp {
    /// The value of two numbers; a comparison is 1 or 0. What is divided by 0 is no number.
    pub(super) fn compute(self, lhs: f64, rhs: f64) -> f64 {
        match self {
            Self::Add => lhs + rhs,
            Self::Sub => lhs - rhs,
            Self::Mul => lhs * rhs,
            Self::Div | Self::Mod if rhs == 0.0 => f64::NAN,
            Self::Div => lhs / rhs,
            Self::Mod => lhs % rhs,
            Self::Pow => lhs.powf(rhs),
            Self::Equal => f64::from(lhs == rhs),
            Self::NotEqual => f64::from(lhs != rhs),
            Self::Less => f64::from(lhs < rhs),
            Self::LessEqual => f64::from(lhs <= rhs),
            Self::Greater => f64::from(lhs > rhs),
            Self::GreaterEqual => f64::from(lhs >= rhs),
            Self::And | Self::Or | Self::Unless => f64::NAN,
        }
    }

    /// The value of an operation; nothing where a comparison does not hold. `kept` is the value that stays
    /// where it does.
    fn apply(self, lhs: f64, rhs: f64, returns_bool: bool, kept: f64) -> Option<f64> {
        let value = self.compute(lhs, rhs);
        if !self.is_comparison() || returns_bool {
            return Some(value);
        }
        (value == 1.0).then_some(kept)
    }
}

/// A vector and a number.
pub(super) fn with_number(node: &WithNumber, samples: Vec<Sample>) -> Vec<Sample> {
    let computed = samples.into_iter().filter_map(|sample| {
        let (lhs, rhs) = if node.number_first {
            (node.number, sample.value)
        } else {
            (sample.value, node.number)
        };
        let value = node.op.apply(lhs, rhs, node.returns_bool, sample.value)?;
        Some(Sample { value, ..sample })
    });
    computed.collect()
}

/// Two vectors.
pub(super) fn vectors(
    node: &Operation,
    lhs: Vec<Sample>,
    rhs: Vec<Sample>,
) -> Result<Vec<Sample>, EvalError> {
    let key = |sample: &Sample| node.key(&sample.labels);
    let keys = |samples: &[Sample]| samples.iter().map(key).collect::<BTreeSet<_>>();
    match node.op {
        BinaryOp::And => {
            let known = keys(&rhs);
            Ok(lhs
                .into_iter()
                .filter(|sample| known.contains(&key(sample)))
                .collect())
        }
        BinaryOp::Unless => {
            let known = keys(&rhs);
            Ok(lhs
                .into_iter()
                .filter(|sample| !known.contains(&key(sample)))
                .collect())
        }
        BinaryOp::Or => {
            let known = keys(&lhs);
            let others = rhs
                .into_iter()
                .filter(|sample| !known.contains(&key(sample)));
            Ok(lhs.into_iter().chain(others).collect())
        }
        _ => pairs(node, lhs, rhs),
    }
}

/// How many series of a side pair with one of the other.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Many {
    Neither,
    Left,
    Right,
}

impl Operation {
    fn many(&self) -> Many {
        match self.matching.as_ref().and_then(|it| it.group.as_ref()) {
            None => Many::Neither,
            Some(group) if group.left => Many::Left,
            Some(_) => Many::Right,
        }
    }

    /// The labels by which series pair.
    fn key(&self, labels: &Labels) -> Labels {
        match &self.matching {
            None => labels.clone(),
            Some(matching) => labels.filter(|name| matching.is_listed(name) == matching.labels.on),
        }
    }

    /// The labels of the result, from those of the many side and those of the one side.
    fn result(&self, many: &Labels, one: &Labels) -> Labels {
        let Some(matching) = &self.matching else {
            return many.clone();
        };
        let Some(group) = &matching.group else {
            return self.key(many);
        };
        group.include.iter().fold(many.clone(), |labels, name| {
            labels.with(&name.text, one.value(&name.text))
        })
    }
}

impl Matching {
    fn is_listed(&self, name: &str) -> bool {
        self.labels.labels.iter().any(|listed| listed.text == name)
    }
}

fn pairs(node: &Operation, lhs: Vec<Sample>, rhs: Vec<Sample>) -> Result<Vec<Sample>, EvalError> {
    let refuse = |message: String| Err(error(node.span, message));
    let many_side = node.many();
    let (many, ones) = if many_side == Many::Right {
        (rhs, lhs)
    } else {
        (lhs, rhs)
    };
    let mut by_key: BTreeMap<Labels, Sample> = BTreeMap::new();
    for sample in ones {
        if by_key.insert(node.key(&sample.labels), sample).is_some() {
            let side = if many_side == Many::Right {
                "left"
            } else {
                "right"
            };
            return refuse(format!(
                "found duplicate series on the {side} hand-side;many-to-many matching not allowed: matching \
                 labels must be unique on one side"
            ));
        }
    }
    let mut results = Vec::new();
    let mut matched: BTreeSet<(Labels, Labels)> = BTreeSet::new();
    for sample in many {
        let key = node.key(&sample.labels);
        let Some(one) = by_key.get(&key) else {
            continue;
        };
        let labels = node.result(&sample.labels, &one.labels);
        let alone = many_side == Many::Neither;
        let seen = if alone {
            Labels::empty()
        } else {
            labels.clone()
        };
        if !matched.insert((key, seen)) {
            return refuse(
                if alone {
                    "multiple matches for labels: many-to-one matching must be explicit \
                     (group_left/group_right)"
                } else {
                    "multiple matches for labels: grouping labels must ensure unique matches"
                }
                .to_owned(),
            );
        }
        let (lhs, rhs) = if many_side == Many::Right {
            (one.value, sample.value)
        } else {
            (sample.value, one.value)
        };
        if let Some(value) = node.op.apply(lhs, rhs, node.returns_bool, lhs) {
            results.push(Sample { labels, value });
        }
    }
    Ok(results)
}
