//! Variables.

use super::datasource;
use crate::dashboard::datasource::{LOKI, PROMETHEUS, TEMPO};
use crate::dashboard::grafana::{
    Constant, Current, Custom, DatasourceRef, DatasourceVariable, Interval, LokiQuery,
    QueryVariable, TempoQuery, TextOrList, Textbox, Variable as Json, VariableOption,
    VariableQuery,
};
use crate::dashboard::variable::{CustomValue, Refresh, Sort, Values};
use crate::dashboard::{Datasource, Variable};

/// Grafana's number for a variable that is not shown.
const HIDDEN: u8 = 2;

pub(super) fn lower(variable: &Variable) -> Json {
    let hide = if variable.hidden { HIDDEN } else { 0 };
    match &variable.values {
        Values::LabelValues { label, of } => {
            let text = match of.as_str() {
                // Of all series.
                "" => format!("label_values({label})"),
                of => format!("label_values({of}, {label})"),
            };
            let query = VariableQuery::Prometheus(text.clone());
            Json::Query(query_variable(
                variable,
                asked(variable, &PROMETHEUS),
                text,
                query,
            ))
        }
        Values::LogLabelValues { label, of } => {
            let stream = of.as_ref().map(ToString::to_string).unwrap_or_default();
            let text = if stream.is_empty() {
                format!("label_values({label})")
            } else {
                format!("label_values({stream}, {label})")
            };
            let query = VariableQuery::Loki(LokiQuery {
                label: label.clone(),
                ref_id: "LokiVariableQueryEditor-VariableQuery".to_owned(),
                stream,
                kind: 1,
            });
            Json::Query(query_variable(
                variable,
                asked(variable, &LOKI),
                text,
                query,
            ))
        }
        Values::TraceTagValues { tag } => {
            let query = VariableQuery::Tempo(TempoQuery {
                label: tag.clone(),
                ref_id: "TempoDatasourceVariableQueryEditor-VariableQuery".to_owned(),
                kind: 1,
            });
            Json::Query(query_variable(
                variable,
                asked(variable, &TEMPO),
                tag.clone(),
                query,
            ))
        }
        Values::Custom(values) => Json::Custom(custom(variable, values, hide)),
        Values::Interval(durations) => {
            let durations: Vec<_> = durations.iter().map(ToString::to_string).collect();
            Json::Interval(Interval {
                auto: false,
                auto_count: 30,
                auto_min: "10s".to_owned(),
                current: current(variable, durations.first()),
                description: variable.description.clone(),
                hide,
                label: variable.label.clone(),
                name: variable.name.clone(),
                options: options(variable, durations.iter().map(|d| (d.clone(), d.clone()))),
                query: durations.join(","),
                // On every change of the time shown, which is all Grafana knows for intervals.
                refresh: 2,
            })
        }
        Values::Datasource(kind) => Json::Datasource(DatasourceVariable {
            current: current(variable, None),
            description: variable.description.clone(),
            hide,
            include_all: variable.include_all,
            label: variable.label.clone(),
            multi: variable.multi,
            name: variable.name.clone(),
            options: vec![],
            query: kind.plugin().to_owned(),
            refresh: 1,
            regex: variable.regex.clone().unwrap_or_default(),
        }),
        Values::QueryResult(promql) => {
            let text = format!("query_result({promql})");
            let query = VariableQuery::Prometheus(text.clone());
            Json::Query(query_variable(
                variable,
                asked(variable, &PROMETHEUS),
                text,
                query,
            ))
        }
        Values::Other(json) => Json::Other(json.clone()),
        Values::Textbox => {
            let value = variable.default.first().cloned().unwrap_or_default();
            Json::Textbox(Textbox {
                current: one(&value, &value),
                description: variable.description.clone(),
                hide,
                label: variable.label.clone(),
                name: variable.name.clone(),
                options: vec![VariableOption {
                    selected: true,
                    text: value.clone(),
                    value: value.clone(),
                }],
                query: value,
            })
        }
        Values::Constant(value) => Json::Constant(Constant {
            current: one(value, value),
            hide: HIDDEN,
            label: variable.label.clone(),
            name: variable.name.clone(),
            options: vec![],
            query: value.clone(),
            skip_url_sync: true,
        }),
    }
}

/// Who is asked for the values.
fn asked(variable: &Variable, own: &Datasource) -> DatasourceRef {
    datasource(variable.datasource.as_ref().unwrap_or(own))
}

fn query_variable(
    variable: &Variable,
    datasource: DatasourceRef,
    definition: String,
    query: VariableQuery,
) -> QueryVariable {
    QueryVariable {
        all_value: variable.all_value.clone(),
        current: current(variable, None),
        datasource,
        definition,
        description: variable.description.clone(),
        hide: if variable.hidden { HIDDEN } else { 0 },
        include_all: variable.include_all,
        label: variable.label.clone(),
        multi: variable.multi,
        name: variable.name.clone(),
        options: vec![],
        query,
        refresh: match variable.refresh {
            Refresh::OnOpen => 1,
            Refresh::OnTimeChange => 2,
        },
        regex: variable.regex.clone().unwrap_or_default(),
        sort: match variable.sort {
            Sort::Unsorted => 0,
            Sort::Alphabetical => 1,
            Sort::Numerical => 3,
        },
    }
}

fn custom(variable: &Variable, values: &[CustomValue], hide: u8) -> Custom {
    let text = |value: &CustomValue| value.text.clone().unwrap_or_else(|| value.value.clone());
    let query: Vec<_> = values
        .iter()
        .map(|value| {
            let escaped = value.value.replace(',', "\\,");
            match &value.text {
                Some(text) => format!("{} : {escaped}", text.replace(',', "\\,")),
                None => escaped,
            }
        })
        .collect();
    // A value is shown by its text.
    let named = |shown: String| {
        let known = values.iter().find(|value| value.value == shown);
        known.map_or(shown, text)
    };
    let current = current(variable, values.first().map(|value| &value.value));
    let current = current.map(|current| Current {
        text: match current.text {
            TextOrList::Text(shown) => TextOrList::Text(named(shown)),
            TextOrList::List(shown) => TextOrList::List(shown.into_iter().map(named).collect()),
        },
        value: current.value,
    });
    Custom {
        all_value: variable.all_value.clone(),
        current,
        description: variable.description.clone(),
        hide,
        include_all: variable.include_all,
        label: variable.label.clone(),
        multi: variable.multi,
        name: variable.name.clone(),
        options: options(variable, values.iter().map(|v| (text(v), v.value.clone()))),
        query: query.join(","),
    }
}

/// What is chosen first: the defaults, else "All" where there is one, else `first`. Without any of them Grafana
/// chooses when the values are there.
fn current(variable: &Variable, first: Option<&String>) -> Option<Current> {
    let (texts, values): (Vec<String>, Vec<String>) = if !variable.default.is_empty() {
        (variable.default.clone(), variable.default.clone())
    } else if variable.include_all {
        (vec!["All".to_owned()], vec![ALL.to_owned()])
    } else {
        let first = first?;
        (vec![first.clone()], vec![first.clone()])
    };
    if variable.multi {
        return Some(Current {
            text: TextOrList::List(texts),
            value: TextOrList::List(values),
        });
    }
    Some(one(texts.first()?, values.first()?))
}

/// Grafana's value for "All".
const ALL: &str = "$__all";

fn one(text: &str, value: &str) -> Current {
    Current {
        text: TextOrList::Text(text.to_owned()),
        value: TextOrList::Text(value.to_owned()),
    }
}

/// The values to choose from, each as text and value; those chosen first are marked.
fn options(
    variable: &Variable,
    values: impl Iterator<Item = (String, String)>,
) -> Vec<VariableOption> {
    values
        .enumerate()
        .map(|(index, (text, value))| VariableOption {
            selected: if variable.default.is_empty() {
                index == 0 && !variable.include_all
            } else {
                variable.default.contains(&value)
            },
            text,
            value,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::lower;
    use crate::dashboard::Variable;
    use crate::dashboard::variable::{
        custom, interval, log_label_values_of, query, series_label_values, textbox,
        trace_tag_values,
    };
    use crate::query::{logql, promql};
    use crate::{hours, mins};

    fn json_of(variable: &Variable) -> Value {
        serde_json::to_value(lower(variable)).unwrap()
    }

    #[test]
    fn all_is_chosen_first_where_there_is_one() {
        let jobs = || {
            query(
                "job",
                series_label_values("job", promql("up{env=\"prod\"}")),
            )
        };
        let json = json_of(&jobs().multi().include_all());
        assert_eq!(json["query"], "label_values(up{env=\"prod\"}, job)");
        let everywhere = query("job", series_label_values("job", promql("")));
        assert_eq!(json_of(&everywhere)["query"], "label_values(job)");
        assert_eq!(
            json["current"],
            json!({ "text": ["All"], "value": ["$__all"] })
        );
        assert_eq!(json["allValue"], ".*");
        let json = json_of(&jobs().all_value(".+"));
        assert_eq!(json["current"], json!({ "text": "All", "value": "$__all" }));
        assert_eq!(json["allValue"], ".+");
        // Grafana chooses when it knows the values.
        assert!(json_of(&jobs())["current"].is_null());
    }

    #[test]
    fn own_values_are_shown_by_their_texts() {
        let quantiles = || custom("q", [("0.5", "p50"), ("0.99", "p99")]);
        let json = json_of(&quantiles());
        assert_eq!(json["query"], "p50 : 0.5,p99 : 0.99");
        assert_eq!(json["current"], json!({ "text": "p50", "value": "0.5" }));
        let json = json_of(&quantiles().multi().default("0.99"));
        assert_eq!(
            json["current"],
            json!({ "text": ["p99"], "value": ["0.99"] })
        );
        assert_eq!(json["options"][1]["selected"], true);
        let json = json_of(&quantiles().include_all());
        assert_eq!(json["current"]["text"], "All");
        assert_eq!(json["options"][0]["selected"], false);
        assert_eq!(json_of(&custom("c", ["a,b"]))["query"], "a\\,b");
    }

    #[test]
    fn each_datasource_has_its_own_form_of_query() {
        let streams = logql("{service=\"api\"}");
        let json = json_of(&query("level", log_label_values_of("level", streams)));
        assert_eq!(json["query"]["stream"], "{service=\"api\"}");
        assert_eq!(json["datasource"]["uid"], "loki");
        let json = json_of(&query("service", trace_tag_values("resource.service.name")));
        assert_eq!(json["query"]["label"], "resource.service.name");
        assert_eq!(json["datasource"]["uid"], "tempo");
    }

    #[test]
    fn lengths_of_time_and_typed_texts_begin_somewhere() {
        let json = json_of(&interval("window", [mins(5), hours(1)]));
        assert_eq!(json["query"], "5m,1h");
        assert_eq!(json["current"]["value"], "5m");
        let json = json_of(&textbox("search").default("x").hidden());
        assert_eq!(json["current"]["value"], "x");
        assert_eq!(json["hide"], 2);
    }
}
