//! An SLO of OpenSLO: what it promises, over which period, and what people are told of it.

use obsctl_model::{Duration, Indicator, LabelName, Origin, Slo, SloAlerts, Slug};

use super::alerting::alert_policies;
use super::window::{shorthand, window};
use super::{Bound, Meaning, Measured, Metadata, Method, Named, OWN, Spec, sli};
use crate::read::Reader;
use crate::read::fields::Fields;
use crate::read::node::{Node, Value};
use crate::read::slo::{owner, slo};

/// An SLO, all but what it measures.
pub(super) fn objective(
    reader: &mut Reader<'_>,
    node: &Node<'_>,
    spec: &Node<'_>,
    metadata: &Metadata<'_>,
) -> Option<Spec> {
    let mut fields = Fields::of(reader, spec, "an `SLO`")?;
    let description = fields.text("description");
    let service = fields.required("service");
    let here = fields.get("indicator");
    let there = fields.text("indicatorRef");
    let there_at = fields.origin_of("indicatorRef");
    let windows = fields.list("timeWindow");
    let method = fields.required("budgetingMethod");
    let objectives = fields.list("objectives");
    let policies = fields.list("alertPolicies");
    let reader = fields.end();
    let method = match method? {
        "Occurrences" => Method::Occurrences,
        "Timeslices" => Method::Timeslices,
        "RatioTimeslices" => Method::RatioTimeslices,
        other => {
            let at = spec.get("budgetingMethod").map_or(spec.at, |one| one.at);
            let known = ["Occurrences", "Timeslices", "RatioTimeslices"];
            let message = format!("OpenSLO has no budgeting method `{other}`");
            let problem = reader
                .source
                .unreadable(at, message)
                .did_you_mean(other, known);
            reader.found.problems.push(problem);
            return None;
        }
    };
    alert_policies(reader, policies);
    let window = window(reader, spec, windows);
    let measured = match (here, there) {
        (Some(node), None) => sli::inline(reader, node).map(Measured::Here),
        (None, Some(name)) => Some(Measured::There(Named {
            kind: "SLI",
            name: name.to_owned(),
            at: there_at,
        })),
        (Some(node), Some(_)) => {
            reader.trouble(
                node.at,
                "an `SLO` has `indicator` or `indicatorRef`, not both",
            );
            None
        }
        (None, None) if objectives.iter().any(is_composite) => {
            reader.wordless(spec.at, "it is put together of several objectives");
            return None;
        }
        (None, None) => {
            reader.trouble(spec.at, "an `SLO` needs `indicator` or `indicatorRef`");
            None
        }
    };
    let [one] = objectives else {
        match objectives {
            [] => reader.trouble(spec.at, "an `SLO` needs `objectives`"),
            [_, second, ..] => reader.wordless(
                second.at,
                "it has several objectives: an SLO for each has words",
            ),
            [_] => {}
        }
        return None;
    };
    let (promised, bound) = promised(reader, one)?;
    let name = reader.slug(metadata.at, metadata.name)?;
    let slo = Slo {
        description: said(reader, metadata, description).trim().to_owned(),
        ..slo(
            name,
            service?,
            promised,
            Indicator::raw(obsctl_model::Promql::parse("", Origin::none())),
            reader.source.origin(node.at),
        )
        .over(window?)
    };
    let (slo, meaning) = described(reader, slo, metadata);
    Some(Spec {
        slo,
        indicator: measured?,
        method,
        bound,
        meaning,
    })
}

fn is_composite(objective: &Node<'_>) -> bool {
    objective.get("indicator").is_some() || objective.get("indicatorRef").is_some()
}

/// What is promised, for people: both names, where one has to do.
fn said<'n>(
    reader: &mut Reader<'_>,
    metadata: &Metadata<'n>,
    description: Option<&'n str>,
) -> &'n str {
    match (description, metadata.display) {
        (Some(description), Some(display)) => {
            let what = format!("`displayName: {display}`: an SLO has a name and a description");
            reader.left_out(metadata.at, what);
            description
        }
        (Some(text), None) | (None, Some(text)) => text,
        (None, None) => "",
    }
}

/// With what labels and annotations say.
fn described(reader: &mut Reader<'_>, mut slo: Slo, metadata: &Metadata<'_>) -> (Slo, Meaning) {
    for (key, node) in metadata.labels {
        let values: Vec<_> = match &node.value {
            Value::List(items) => items.iter().filter_map(Node::as_text).collect(),
            _ => Vec::from_iter(node.as_text()),
        };
        match values.as_slice() {
            [value] if LabelName::new(key.text).is_ok() => {
                slo.labels.insert(key.text.to_string(), (*value).to_owned());
            }
            [_] => {
                let what = format!("the label `{}`: Prometheus has no such names", key.text);
                reader.left_out(key.at, what);
            }
            _ => {
                let what = format!(
                    "the label `{}`: in Prometheus a label has one value",
                    key.text
                );
                reader.left_out(key.at, what);
            }
        }
    }
    let mut meaning = Meaning::Value;
    let mut others = vec![];
    for (key, value) in &metadata.annotations {
        let known = match key.strip_prefix(OWN) {
            Some("owner") => {
                slo.owner.clone_from(value);
                true
            }
            Some("runbook") => {
                slo.runbook = Slug::new(value.as_str()).ok();
                slo.runbook.is_some()
            }
            Some("by") => {
                let names = value
                    .split(',')
                    .map(|name| LabelName::new(name.trim()).ok());
                slo.by = names.collect::<Option<_>>().unwrap_or_default();
                !slo.by.is_empty()
            }
            Some("min-bad-events") => {
                slo.min_bad_events = value.parse().ok();
                slo.min_bad_events.is_some()
            }
            Some("alerts") => {
                let alerts = SloAlerts::parse(value);
                slo.alerts = alerts.unwrap_or_default();
                alerts.is_some()
            }
            Some("absent-for") => {
                slo.absent_for = Duration::parse(value).ok();
                slo.absent_for.is_some()
            }
            Some("query-gives") => {
                meaning = match value.as_str() {
                    "condition" => Meaning::Condition,
                    "age" => Meaning::Age,
                    _ => Meaning::Value,
                };
                meaning != Meaning::Value
            }
            _ => false,
        };
        if !known {
            others.push(format!("`{key}`"));
        }
    }
    if !others.is_empty() {
        let what = format!("annotations that say nothing here: {}", others.join(", "));
        reader.left_out(metadata.at, what);
    }
    if slo.owner.is_empty() {
        slo.owner = owner(&slo.labels).unwrap_or(&slo.service).clone();
        if owner(&slo.labels).is_none() {
            let what = format!(
                "nothing says who answers: `{}` does, as the service",
                slo.service
            );
            reader.left_out(metadata.at, what);
        }
    }
    (slo, meaning)
}

/// What is promised, and what values are held against.
fn promised(reader: &mut Reader<'_>, node: &Node<'_>) -> Option<(obsctl_model::Objective, Bound)> {
    let mut fields = Fields::of(reader, node, "an objective")?;
    // What the only objective is called says nothing beside the name of the SLO.
    fields.text("displayName");
    let op = fields.text("op");
    let numbers = [
        "value",
        "target",
        "targetPercent",
        "timeSliceTarget",
        "compositeWeight",
    ];
    let [value, target, percent, slice_target, weight] =
        numbers.map(|key| fields.get(key).is_some().then(|| fields.number(key)));
    let slice = fields.text("timeSliceWindow");
    for key in ["indicator", "indicatorRef"] {
        fields.get(key);
    }
    let reader = fields.end();
    if is_composite(node) || weight.is_some() {
        reader.wordless(node.at, "it is put together of several objectives");
        return None;
    }
    let at_key = |key| node.get(key).map_or(node.at, |one| one.at);
    let (percent, at) = match (target, percent) {
        (Some(target), None) => (target * 100.0, at_key("target")),
        (None, Some(percent)) => (percent, at_key("targetPercent")),
        _ => {
            reader.trouble(
                node.at,
                "an objective has either `target` or `targetPercent`",
            );
            return None;
        }
    };
    let op = match op {
        None => None,
        Some(op) => {
            use obsctl_promql::ast::BinaryOp;
            let known = [
                ("lte", BinaryOp::LessEqual),
                ("gte", BinaryOp::GreaterEqual),
                ("lt", BinaryOp::Less),
                ("gt", BinaryOp::Greater),
            ];
            let found = known.into_iter().find(|(name, _)| *name == op);
            if found.is_none() {
                reader.trouble(
                    at_key("op"),
                    format!("`op: {op}` is none of `lte`, `gte`, `lt`, `gt`"),
                );
            }
            Some(found?.1)
        }
    };
    let slice = match slice {
        None => None,
        // A bare number is one of minutes.
        Some(text) if text.bytes().all(|byte| byte.is_ascii_digit()) => Some(shorthand(
            reader,
            at_key("timeSliceWindow"),
            &format!("{text}m"),
        )?),
        Some(text) => Some(shorthand(reader, at_key("timeSliceWindow"), text)?),
    };
    let bound = Bound {
        at: reader.source.origin(node.at),
        op,
        value,
        slice,
        slice_target,
    };
    Some((reader.objective(at, percent)?, bound))
}
