//! Rows and columns.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Asks;
use super::{Panel, PanelType, Size};
use crate::Unit;
use crate::dashboard::Format;
use crate::dashboard::field::by_name;
use crate::dashboard::grafana::{CellOptions, CellType, ColorMode};
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

    type Options = json::Options;
    type Custom = json::Custom;

    fn asks(&self) -> Asks {
        Asks {
            format: Format::Table,
            ..Asks::NOW
        }
    }

    fn colors(&self) -> Option<ColorMode> {
        Some(ColorMode::Thresholds)
    }

    fn options(&self, _: &Panel, _: Option<&str>) -> json::Options {
        let sort_by = self.sort_by.iter().map(|sort| json::SortBy {
            desc: sort.descending,
            display_name: sort.column.clone(),
        });
        json::Options {
            cell_height: "sm".to_owned(),
            frame_index: 0,
            show_header: true,
            sort_by: sort_by.collect(),
        }
    }

    fn custom(&self, _: &Panel) -> Option<json::Custom> {
        Some(json::Custom {
            align: "auto".to_owned(),
            cell_options: CellOptions {
                mode: None,
                kind: CellType::Auto,
            },
            filterable: self.filterable.then_some(true),
            inspect: false,
        })
    }
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
}

/// Options and field settings as Grafana's JSON has them.
#[allow(missing_docs, reason = "the names are Grafana's")]
pub mod json {
    use serde::{Deserialize, Serialize};

    use crate::dashboard::grafana::CellOptions;

    #[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
    #[serde(rename_all = "camelCase", deny_unknown_fields)]
    pub struct Options {
        pub cell_height: String,
        pub frame_index: u32,
        pub show_header: bool,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub sort_by: Vec<SortBy>,
    }

    #[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
    #[serde(rename_all = "camelCase", deny_unknown_fields)]
    pub struct SortBy {
        pub desc: bool,
        pub display_name: String,
    }

    #[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
    #[serde(rename_all = "camelCase", deny_unknown_fields)]
    pub struct Custom {
        pub align: String,
        pub cell_options: CellOptions,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub filterable: Option<bool>,
        pub inspect: bool,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dashboard::field::Cell;
    use crate::dashboard::tests::panel_json;
    use crate::query::promql;
    use crate::query::{logql, traceql};

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

    #[test]
    fn queries_are_asked_once_and_labels_are_columns() {
        let json = panel_json(table("x").query(promql("up")).highest_first("Value"));
        assert_eq!(json["targets"][0]["instant"], true);
        assert_eq!(json["targets"][0]["format"], "table");
        assert_eq!(json["options"]["sortBy"][0]["displayName"], "Value");
        assert_eq!(json["options"]["sortBy"][0]["desc"], true);
    }

    #[test]
    fn small_graphs_need_series() {
        let panel = table("x")
            .query(promql("up"))
            .transform(transform::time_series_table());
        let json = panel_json(panel.field(by_name("Trend").cell(Cell::Sparkline)));
        assert_eq!(json["targets"][0]["range"], true);
        assert_eq!(json["targets"][0]["format"], "time_series");
        let cell = &json["fieldConfig"]["overrides"][0]["properties"][0];
        assert_eq!(cell["id"], "custom.cellOptions");
        assert_eq!(cell["value"]["type"], "sparkline");
    }

    #[test]
    fn lines_and_traces_are_listed() {
        let json = panel_json(table("x").query(logql("{a=\"b\"}")));
        assert_eq!(json["targets"][0]["queryType"], "range");
        let json = panel_json(table("x").query(logql("topk(3, rate({a=\"b\"}[5m]))")));
        assert_eq!(json["targets"][0]["queryType"], "instant");
        let json = panel_json(
            table("x")
                .query(traceql("{ } | select(span.name)"))
                .limit(50),
        );
        assert_eq!(json["targets"][0]["tableType"], "traces");
        assert_eq!(json["targets"][0]["limit"], 50);
        let json = panel_json(table("x").query(traceql("{ } | quantile_over_time(duration, .9)")));
        assert_eq!(json["targets"][0]["metricsQueryType"], "instant");
    }
}
