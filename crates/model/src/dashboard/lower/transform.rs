//! Transformations.

use crate::dashboard::Transformation;
use crate::dashboard::grafana::{
    Aggregation, FieldSort, FilterFields, GroupBy, GroupField, JoinByField, LabelsToFields, Limit,
    Names, Nothing, Organize, Reduce, RenameByRegex, SortBy, Transformation as Json,
};

pub(super) fn lower(transformation: &Transformation) -> Json {
    match transformation {
        Transformation::Merge => Json::Merge(Nothing {}),
        Transformation::Organize(organize) => Json::Organize(Organize {
            exclude_by_name: organize.hide.iter().map(|c| (c.clone(), true)).collect(),
            index_by_name: organize.order.iter().cloned().zip(0..).collect(),
            rename_by_name: organize.rename.iter().cloned().collect(),
        }),
        Transformation::JoinByField { field, only_common } => Json::JoinByField(JoinByField {
            by_field: field.clone(),
            mode: if *only_common { "inner" } else { "outer" }.to_owned(),
        }),
        Transformation::Reduce { calculations } => Json::Reduce(Reduce {
            labels_to_fields: true,
            mode: "seriesToRows".to_owned(),
            reducers: calculations
                .iter()
                .map(|c| c.grafana().to_owned())
                .collect(),
        }),
        Transformation::KeepFields { names } => Json::FilterFieldsByName(FilterFields {
            include: Names {
                names: names.clone(),
            },
        }),
        Transformation::SortBy { field, descending } => Json::SortBy(SortBy {
            fields: Nothing {},
            sort: vec![FieldSort {
                desc: *descending,
                field: field.clone(),
            }],
        }),
        Transformation::Limit { rows } => Json::Limit(Limit { limit_field: *rows }),
        Transformation::LabelsToFields { keep } => Json::LabelsToFields(LabelsToFields {
            keep_labels: keep.clone(),
            mode: "columns".to_owned(),
        }),
        Transformation::GroupBy(group_by) => {
            let grouped = group_by.fields.iter().map(|field| {
                let group = GroupField {
                    aggregations: vec![],
                    operation: Aggregation::GroupBy,
                };
                (field.clone(), group)
            });
            let mut fields: std::collections::BTreeMap<_, _> = grouped.collect();
            for (field, calculation) in &group_by.calculate {
                fields
                    .entry(field.clone())
                    .or_insert_with(|| GroupField {
                        aggregations: vec![],
                        operation: Aggregation::Aggregate,
                    })
                    .aggregations
                    .push(calculation.grafana().to_owned());
            }
            Json::GroupBy(GroupBy { fields })
        }
        Transformation::RenameByRegex { regex, to } => Json::RenameByRegex(RenameByRegex {
            regex: regex.clone(),
            rename_pattern: to.clone(),
        }),
        Transformation::SeriesToRows => Json::SeriesToRows(Nothing {}),
        Transformation::TimeSeriesTable => Json::TimeSeriesTable(Nothing {}),
        Transformation::Other(json) => Json::Other(json.clone()),
    }
}
