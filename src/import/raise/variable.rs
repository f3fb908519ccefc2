//! Variables.

use obsctl_model::dashboard::variable::Values;
use obsctl_model::dashboard::{Dashboard, Datasource, DatasourceKind, Variable, derived_uid};
use serde_json::Value;

use super::super::equivalent::{self, patch};
use super::{as_patch, generated, is_input, text, without};

pub(super) fn raise(variable: &mut Variable, json: &Value, inputs: &[String]) {
    let kind = match &variable.values {
        Values::Other(_) => return,
        Values::LabelValues { .. } | Values::QueryResult(_) => Some(DatasourceKind::Prometheus),
        Values::LogLabelValues { .. } => Some(DatasourceKind::Loki),
        Values::TraceTagValues { .. } => Some(DatasourceKind::Tempo),
        _ => None,
    };
    variable.datasource = kind.and_then(|kind| datasource(kind, &json["datasource"], inputs));
    // Without "All" nothing stands for it.
    variable.all_value.take_if(|_| !variable.include_all);
    variable.hidden |= matches!(variable.values, Values::Constant(_));
    variable.default = chosen(&json["current"]["value"]);
    if variable.default.is_empty() && !variable.include_all && json["type"] == "textbox" {
        variable.default.extend(super::some(&json["query"]));
    }
    forget_what_follows(variable);
    let mut generated = alone(variable);
    let mut original = json.clone();
    equivalent::without_ignored("variable", &mut generated);
    equivalent::without_ignored("variable", &mut original);
    // Values that were found last; where Grafana never looks again they are all there are.
    let fixed = json["type"] == "query" && !refreshes(json);
    if !fixed {
        without(&mut generated, &["options"]);
        without(&mut original, &["options"]);
    }
    // What is asked was read, in whatever form it is written.
    if kind.is_some() || matches!(variable.values, Values::Custom(_) | Values::Interval(_)) {
        without(&mut generated, &["query"]);
        without(&mut original, &["query"]);
    }
    if json["type"] != "query" {
        // Grafana has one way for each of the other types.
        without(&mut generated, &["refresh", "sort", "skipUrlSync"]);
        without(&mut original, &["refresh", "sort", "skipUrlSync"]);
    }
    if matches!(variable.values, Values::Constant(_)) {
        without(&mut original, &["hide"]);
        without(&mut generated, &["hide"]);
    }
    let defaults = equivalent::defaults("variable");
    variable.json = as_patch(patch(&generated, &original, defaults));
}

fn refreshes(json: &Value) -> bool {
    match &json["refresh"] {
        Value::Number(number) => number.as_u64() != Some(0),
        Value::Bool(whether) => *whether,
        _ => false,
    }
}

/// Who is asked, where that is not the stack's own.
fn datasource(kind: DatasourceKind, said: &Value, inputs: &[String]) -> Option<Datasource> {
    let uid = said.as_str().unwrap_or_else(|| text(&said["uid"]));
    let own = uid.is_empty() || uid == kind.plugin() || is_input(uid, inputs);
    (!own).then(|| Datasource {
        kind,
        uid: uid.to_owned().into(),
    })
}

/// What is chosen first; "All" follows from there being one.
fn chosen(value: &Value) -> Vec<String> {
    let all = match value {
        Value::Array(items) => items.iter().map(text).collect(),
        one => vec![text(one)],
    };
    let all = all.into_iter().filter(|one| !one.is_empty());
    let all: Vec<_> = all.map(str::to_owned).collect();
    match all.iter().any(|one| one == "$__all") {
        true => vec![],
        false => all,
    }
}

/// The first of some values is chosen without being named.
fn forget_what_follows(variable: &mut Variable) {
    let mut shorter = variable.clone();
    shorter.default.clear();
    if alone(&shorter) == alone(variable) {
        *variable = shorter;
    }
}

fn alone(variable: &Variable) -> Value {
    let mut alone = Dashboard::with_uid(derived_uid("x"), "");
    alone.variables.push(variable.clone());
    generated(&alone)["templating"]["list"][0].take()
}
