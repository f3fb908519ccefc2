//! Transformations: what happens to the answers before they are drawn.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// One step; steps apply in the order they are listed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Transformation {
    /// Joins the answers to one table, by the columns they share.
    Merge,
    /// Hides, renames and orders columns.
    Organize(Organize),
    /// Joins the answers on one field.
    JoinByField {
        /// The field.
        field: String,
        /// Whether only rows that all answers have are kept.
        #[serde(default)]
        only_common: bool,
    },
    /// One row per series with these calculations (`lastNotNull`, `mean`, `max`) as columns.
    Reduce {
        /// The calculations.
        calculations: Vec<Calculation>,
    },
    /// Keeps these fields only.
    KeepFields {
        /// Their names.
        names: Vec<String>,
    },
    /// Orders the rows by one field.
    SortBy {
        /// The field.
        field: String,
        /// The highest first.
        #[serde(default)]
        descending: bool,
    },
    /// Keeps the first rows.
    Limit {
        /// How many.
        rows: u32,
    },
    /// Labels become columns.
    LabelsToFields {
        /// Which ones; all without any.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        keep: Vec<String>,
    },
    /// One row per value of some fields, the others calculated.
    GroupBy(GroupBy),
    /// Renames fields that match.
    RenameByRegex {
        /// The expression.
        regex: String,
        /// The new name; `$1` stands for what the first group matched.
        to: String,
    },
    /// Each series becomes rows of one long table.
    SeriesToRows,
    /// Each series becomes one row with a small graph.
    TimeSeriesTable,
    /// What none of these can say, as Grafana's JSON has it.
    Other(Value),
}

/// A calculation over the values of a field.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Calculation {
    /// The last value that is one.
    Last,
    /// The first value that is one.
    First,
    /// The mean.
    Mean,
    /// The highest.
    Max,
    /// The lowest.
    Min,
    /// The sum.
    Sum,
    /// How many.
    Count,
    /// The difference between first and last.
    Diff,
}

impl Calculation {
    /// Every calculation.
    pub const ALL: &[Self] = &[
        Self::Last,
        Self::First,
        Self::Mean,
        Self::Max,
        Self::Min,
        Self::Sum,
        Self::Count,
        Self::Diff,
    ];

    /// The heading of its column in a legend.
    #[must_use]
    pub const fn column(self) -> &'static str {
        match self {
            Self::Last => "Last *",
            Self::First => "First *",
            Self::Mean => "Mean",
            Self::Max => "Max",
            Self::Min => "Min",
            Self::Sum => "Total",
            Self::Count => "Count",
            Self::Diff => "Difference",
        }
    }

    /// Grafana's id.
    #[must_use]
    pub const fn grafana(self) -> &'static str {
        match self {
            Self::Last => "lastNotNull",
            Self::First => "firstNotNull",
            Self::Mean => "mean",
            Self::Max => "max",
            Self::Min => "min",
            Self::Sum => "sum",
            Self::Count => "count",
            Self::Diff => "diff",
        }
    }
}

/// Hides, renames and orders the columns of a table: [`organize`].
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Organize {
    /// Columns that are not shown.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hide: Vec<String>,
    /// Columns in the order they are shown; others follow.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub order: Vec<String>,
    /// Columns and the names they are shown under.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rename: Vec<(String, String)>,
}

impl Organize {
    /// Does not show the column.
    #[must_use]
    pub fn hide(mut self, column: impl Into<String>) -> Self {
        self.hide.push(column.into());
        self
    }

    /// Shows the column under this name.
    #[must_use]
    pub fn rename(mut self, column: impl Into<String>, name: impl Into<String>) -> Self {
        self.rename.push((column.into(), name.into()));
        self
    }

    /// Shows the columns in this order, by their names before renaming; others follow.
    #[must_use]
    pub fn order<T: Into<String>>(mut self, columns: impl IntoIterator<Item = T>) -> Self {
        self.order = columns.into_iter().map(Into::into).collect();
        self
    }
}

impl From<Organize> for Transformation {
    fn from(organize: Organize) -> Self {
        Self::Organize(organize)
    }
}

/// One row per value of some fields: [`group_by`].
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GroupBy {
    /// The fields that make a group.
    pub fields: Vec<String>,
    /// The other fields that are kept, and how they are calculated.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub calculate: Vec<(String, Calculation)>,
}

impl GroupBy {
    /// Keeps another field, calculated over the group.
    #[must_use]
    pub fn calculate(mut self, field: impl Into<String>, calculation: Calculation) -> Self {
        self.calculate.push((field.into(), calculation));
        self
    }
}

impl From<GroupBy> for Transformation {
    fn from(group_by: GroupBy) -> Self {
        Self::GroupBy(group_by)
    }
}

/// Joins the answers to one table, by the columns they share.
#[must_use]
pub fn merge() -> Transformation {
    Transformation::Merge
}

/// Hides, renames and orders columns: `organize().hide("Time").rename("Value #A", "Requests")`.
#[must_use]
pub fn organize() -> Organize {
    Organize::default()
}

/// Joins the answers on one field, keeping the rows of each.
#[must_use]
pub fn join_by(field: impl Into<String>) -> Transformation {
    Transformation::JoinByField {
        field: field.into(),
        only_common: false,
    }
}

/// One row per series with these calculations as columns.
#[must_use]
pub fn reduce(calculations: impl IntoIterator<Item = Calculation>) -> Transformation {
    Transformation::Reduce {
        calculations: calculations.into_iter().collect(),
    }
}

/// Keeps these fields only.
#[must_use]
pub fn keep_fields<T: Into<String>>(names: impl IntoIterator<Item = T>) -> Transformation {
    Transformation::KeepFields {
        names: names.into_iter().map(Into::into).collect(),
    }
}

/// Orders the rows by one field, the highest first.
#[must_use]
pub fn highest_first(field: impl Into<String>) -> Transformation {
    Transformation::SortBy {
        field: field.into(),
        descending: true,
    }
}

/// Orders the rows by one field, the lowest first.
#[must_use]
pub fn lowest_first(field: impl Into<String>) -> Transformation {
    Transformation::SortBy {
        field: field.into(),
        descending: false,
    }
}

/// Keeps the first rows.
#[must_use]
pub fn limit(rows: u32) -> Transformation {
    Transformation::Limit { rows }
}

/// All labels become columns.
#[must_use]
pub fn labels_to_fields() -> Transformation {
    Transformation::LabelsToFields { keep: vec![] }
}

/// One row per value of these fields.
#[must_use]
pub fn group_by<T: Into<String>>(fields: impl IntoIterator<Item = T>) -> GroupBy {
    GroupBy {
        fields: fields.into_iter().map(Into::into).collect(),
        calculate: vec![],
    }
}

/// Renames fields that match; `$1` stands for what the first group matched.
#[must_use]
pub fn rename_by_regex(regex: impl Into<String>, to: impl Into<String>) -> Transformation {
    Transformation::RenameByRegex {
        regex: regex.into(),
        to: to.into(),
    }
}

/// A step that has no word here, as Grafana's JSON: `json!({ "id": "calculateField", "options": { … } })`.
#[must_use]
pub fn other(json: Value) -> Transformation {
    Transformation::Other(json)
}

/// Each series becomes rows of one long table.
#[must_use]
pub fn series_to_rows() -> Transformation {
    Transformation::SeriesToRows
}

/// Each series becomes one row with a small graph.
#[must_use]
pub fn time_series_table() -> Transformation {
    Transformation::TimeSeriesTable
}
