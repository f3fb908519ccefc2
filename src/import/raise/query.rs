//! Queries of panels: their texts were read, their settings follow.

use obsctl_model::Duration;
use obsctl_model::dashboard::{DatasourceKind, Evaluation, Expression, Format, Query};
use serde_json::{Value, json};

use super::super::equivalent::{self, patch};
use super::{as_patch, flag, is_input, text, without};

/// What a query says, each setting by itself: those that follow from the panel are forgotten later.
pub(super) fn raise(query: &mut Query, json: &Value, inputs: &[String]) {
    let uid = query.datasource.as_ref().map(|one| one.uid.to_string());
    if uid.is_some_and(|uid| is_input(&uid, inputs)) {
        query.datasource = None;
    }
    if let Some(source) = &query.datasource
        && source.uid == source.kind.plugin()
    {
        query.datasource = None;
    }
    let length = |key: &str| Duration::parse(text(&json[key])).ok();
    match query.expression.kind() {
        Some(DatasourceKind::Prometheus) => {
            query.legend = Some(text(&json["legendFormat"]).to_owned());
            query.format.get_or_insert(Format::TimeSeries);
            query.evaluation = Some(match flag(&json["instant"]) && !flag(&json["range"]) {
                true => Evaluation::Instant,
                false => Evaluation::Range,
            });
        }
        Some(DatasourceKind::Loki) => {
            query.min_step = length("step");
            query.limit = limit(&json["maxLines"]);
        }
        Some(DatasourceKind::Tempo) => {
            query.min_step = length("step");
            query.limit = limit(&json["limit"]);
            query.evaluation = match text(&json["metricsQueryType"]) {
                "instant" => Some(Evaluation::Instant),
                "range" => Some(Evaluation::Range),
                _ => None,
            };
        }
        _ => {}
    }
}

fn limit(value: &Value) -> Option<u32> {
    value.as_u64()?.try_into().ok()
}

/// What the vocabulary has no words for of the query that became `generated`.
pub(super) fn settle(query: &mut Query, generated: &Value, json: &Value) {
    let (mut generated, mut original) = (generated.clone(), json.clone());
    let hidden = flag(&original["hide"]);
    if let Expression::Other(_) = query.expression {
        without(&mut generated, &["datasource"]);
        without(&mut original, &["datasource"]);
    } else {
        for json in [&mut generated, &mut original] {
            equivalent::without_ignored("target", json);
        }
        if hidden {
            original["hide"] = json!(true);
            generated["hide"] = json!(true);
        }
        for key in ["expr", "query"] {
            if let Some(text) = original[key].as_str().map(|text| text.trim().to_owned()) {
                original[key] = text.into();
            }
        }
        if query.expression.kind() == Some(DatasourceKind::Prometheus) {
            // Grafana draws a range where neither is said.
            let instant = flag(&original["instant"]);
            if !instant && !flag(&original["range"]) {
                original["range"] = true.into();
            }
        }
    }
    // The letter of its place is its name.
    if original["refId"].is_null() {
        without(&mut generated, &["refId"]);
    }
    let defaults = equivalent::defaults("target");
    query.json = as_patch(patch(&generated, &original, defaults));
}

/// Settings that can follow from the panel, forgotten.
pub(super) const SETTINGS: [fn(&mut Query); 6] = [
    |query| query.ref_id = None,
    |query| query.legend = None,
    |query| query.format = None,
    |query| query.evaluation = None,
    |query| query.exemplars = None,
    |query| query.limit = None,
];
