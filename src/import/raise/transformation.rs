//! Transformations.

use obsctl_model::dashboard::Transformation;
use obsctl_model::dashboard::transform::{Calculation, GroupBy, Organize};
use serde_json::Value;

use super::{flag, items, some, text};

/// What it says, as far as there are words; what is left is found out when it is generated again.
pub(super) fn raise(json: &Value) -> Transformation {
    known(json).unwrap_or_else(|| Transformation::Other(json.clone()))
}

fn known(json: &Value) -> Option<Transformation> {
    let options = &json["options"];
    Some(match text(&json["id"]) {
        "merge" => Transformation::Merge,
        "organize" => Transformation::Organize(organize(options)),
        "joinByField" => Transformation::JoinByField {
            field: some(&options["byField"])?,
            only_common: options["mode"] == "inner",
        },
        "reduce" => Transformation::Reduce {
            calculations: calculations(&options["reducers"])?,
        },
        "filterFieldsByName" => Transformation::KeepFields {
            names: texts(&options["include"]["names"]),
        },
        "sortBy" => Transformation::SortBy {
            field: some(&options["sort"][0]["field"])?,
            descending: flag(&options["sort"][0]["desc"]),
        },
        "limit" => Transformation::Limit {
            rows: options["limitField"].as_u64()?.try_into().ok()?,
        },
        "labelsToFields" => Transformation::LabelsToFields {
            keep: texts(&options["keepLabels"]),
        },
        "groupBy" => Transformation::GroupBy(group_by(&options["fields"])?),
        "renameByRegex" => Transformation::RenameByRegex {
            regex: some(&options["regex"])?,
            to: text(&options["renamePattern"]).to_owned(),
        },
        "seriesToRows" => Transformation::SeriesToRows,
        "timeSeriesTable" => Transformation::TimeSeriesTable,
        _ => return None,
    })
}

fn organize(options: &Value) -> Organize {
    let entries = |key: &str| options[key].as_object().into_iter().flatten();
    let hide = entries("excludeByName").filter(|(_, hidden)| flag(hidden));
    let mut order: Vec<_> = entries("indexByName").collect();
    order.sort_by_key(|(_, index)| index.as_u64());
    let rename = entries("renameByName");
    let rename = rename.filter_map(|(column, name)| Some((column.clone(), some(name)?)));
    Organize {
        hide: hide.map(|(column, _)| column.clone()).collect(),
        order: order
            .into_iter()
            .map(|(column, _)| column.clone())
            .collect(),
        rename: rename.collect(),
    }
}

fn group_by(fields: &Value) -> Option<GroupBy> {
    let mut group_by = GroupBy::default();
    for (field, how) in fields.as_object()? {
        match text(&how["operation"]) {
            "groupby" => group_by.fields.push(field.clone()),
            "aggregate" => {
                for calculation in calculations(&how["aggregations"])? {
                    group_by.calculate.push((field.clone(), calculation));
                }
            }
            _ => {}
        }
    }
    Some(group_by)
}

/// All of them, if each has a word.
pub(super) fn calculations(list: &Value) -> Option<Vec<Calculation>> {
    items(list)
        .iter()
        .map(|one| calculation(text(one)))
        .collect()
}

pub(super) fn calculation(name: &str) -> Option<Calculation> {
    let mut known = Calculation::ALL.iter();
    known.find(|one| one.grafana() == name).copied()
}

fn texts(list: &Value) -> Vec<String> {
    items(list).iter().map(|one| text(one).to_owned()).collect()
}
