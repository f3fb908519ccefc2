//! Rows and columns.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Panel, PanelType, Size};

/// How a table panel draws.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Table {
    /// Columns the rows are sorted by first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub sort_by: Vec<SortColumn>,
    /// Whether every column has a filter.
    pub filterable: bool,
    /// Whether rows are low.
    pub dense: bool,
}

/// A column that rows are sorted by.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SortColumn {
    /// The name it is shown under.
    pub column: String,
    /// The highest first.
    #[serde(default)]
    pub descending: bool,
}

impl PanelType for Table {
    const PLUGIN: &'static str = "table";
    const SIZE: Size = Size {
        width: 12,
        height: 8,
    };
}

/// Rows and columns: queries are asked once, labels become columns.
#[track_caller]
#[must_use]
pub fn table(title: impl Into<String>) -> Panel<Table> {
    Panel::new(title, Table::default())
}

impl Panel<Table> {
    /// Rows are sorted by this column, the highest first.
    #[must_use]
    pub fn highest_first(self, column: impl Into<String>) -> Self {
        self.sort_by(column, true)
    }

    /// Rows are sorted by this column, the lowest first.
    #[must_use]
    pub fn lowest_first(self, column: impl Into<String>) -> Self {
        self.sort_by(column, false)
    }

    fn sort_by(mut self, column: impl Into<String>, descending: bool) -> Self {
        self.visualization.sort_by.push(SortColumn {
            column: column.into(),
            descending,
        });
        self
    }

    /// Every column has a filter.
    #[must_use]
    pub fn filterable(mut self) -> Self {
        self.visualization.filterable = true;
        self
    }

    /// Rows are low.
    #[must_use]
    pub fn dense(mut self) -> Self {
        self.visualization.dense = true;
        self
    }
}
