//! Rows and columns.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Panel, PanelType, Size};
use crate::Unit;
use crate::dashboard::field::by_name;
use crate::dashboard::query::letters;
use crate::dashboard::{Query, Transformation, transform};

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
    /// Adds a query whose values are the column `name`. The rows of several columns are joined by the labels
    /// they share; labels are columns too.
    #[must_use]
    pub fn column(mut self, name: impl Into<String>, query: impl Into<Query>, unit: Unit) -> Self {
        let (name, index) = (name.into(), self.queries.len());
        let mut organize = match self.transformations.pop() {
            Some(Transformation::Organize(organize)) => organize,
            other => {
                self.transformations.extend(other);
                self.transformations.push(transform::merge());
                transform::organize().hide("Time")
            }
        };
        // Grafana calls the value of one query `Value`, and those of several `Value #A`, `Value #B`.
        if index == 0 {
            organize = organize.rename("Value", name.clone());
        }
        organize = organize.rename(format!("Value #{}", letters(index)), name.clone());
        self.query(query)
            .field(by_name(name).unit(unit))
            .transform(organize)
    }

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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::query::promql;

    #[test]
    fn columns_are_joined_and_named() {
        let panel = table("Endpoints")
            .column("Requests", promql("sum by (path) (a)"), Unit::PerSecond)
            .column("p95", promql("sum by (path) (b)"), Unit::Seconds);
        let named = transform::organize()
            .hide("Time")
            .rename("Value", "Requests")
            .rename("Value #A", "Requests")
            .rename("Value #B", "p95");
        assert_eq!(panel.transformations, [transform::merge(), named.into()]);
        assert_eq!(panel.overrides[1], by_name("p95").unit(Unit::Seconds));
    }
}
