//! How values are distributed over time.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Asks;
use super::{Panel, PanelType, Size};
use crate::dashboard::Format;
use crate::dashboard::grafana::Number;
use crate::dashboard::grafana::options::{HideFrom, Placement, ScaleDistribution, TooltipMode};

/// How a heatmap panel draws.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Heatmap {
    /// The colours.
    pub scheme: Scheme,
    /// Whether buckets are computed from plain series rather than taken from a histogram.
    pub calculate: bool,
}

/// The colours of a heatmap.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Scheme {
    /// Light to dark orange.
    #[default]
    Oranges,
    /// Light to dark blue.
    Blues,
    /// Light to dark red.
    Reds,
    /// Violet over green to yellow.
    Viridis,
    /// Red over yellow to blue.
    Spectral,
}

impl Scheme {
    /// Grafana's name.
    #[must_use]
    pub const fn grafana(self) -> &'static str {
        match self {
            Self::Oranges => "Oranges",
            Self::Blues => "Blues",
            Self::Reds => "Reds",
            Self::Viridis => "Viridis",
            Self::Spectral => "Spectral",
        }
    }
}

impl PanelType for Heatmap {
    const PLUGIN: &'static str = "heatmap";
    const SIZE: Size = Size {
        width: 12,
        height: 8,
    };

    type Options = json::Options;
    type Custom = json::Custom;

    fn asks(&self) -> Asks {
        Asks {
            format: if self.calculate {
                Format::TimeSeries
            } else {
                Format::Heatmap
            },
            ..Asks::SERIES
        }
    }

    fn options(&self, panel: &Panel, unit: Option<&str>) -> json::Options {
        json::Options {
            calculate: self.calculate,
            cell_gap: 1,
            color: json::Color {
                exponent: Number::from(0.5),
                fill: "dark-orange".to_owned(),
                mode: "scheme".to_owned(),
                reverse: false,
                scale: "exponential".to_owned(),
                scheme: self.scheme.grafana().to_owned(),
                steps: 64,
            },
            exemplars: json::Exemplars {
                color: "rgba(255,0,255,0.7)".to_owned(),
            },
            filter_values: json::FilterValues {
                le: Number::from(1e-9),
            },
            legend: json::Legend { show: true },
            rows_frame: json::RowsFrame {
                layout: "auto".to_owned(),
            },
            show_value: "never".to_owned(),
            tooltip: json::Tooltip {
                mode: TooltipMode::Single,
                show_color_scale: true,
                y_histogram: true,
            },
            y_axis: json::YAxis {
                axis_placement: Placement::Left,
                decimals: panel.decimals,
                reverse: false,
                unit: unit.map(str::to_owned),
            },
        }
    }

    fn custom(&self, _: &Panel) -> Option<json::Custom> {
        Some(json::Custom {
            hide_from: HideFrom::default(),
            scale_distribution: ScaleDistribution::linear(),
        })
    }
}

/// How values are distributed over time:
/// `heatmap("Latency").query(ApiLatency::increase(interval()).sum().heatmap())`.
#[track_caller]
#[must_use]
pub fn heatmap(title: impl Into<String>) -> Panel<Heatmap> {
    Panel::new(title, Heatmap::default())
}

impl Panel<Heatmap> {
    /// In other colours.
    #[must_use]
    pub fn scheme(mut self, scheme: Scheme) -> Self {
        self.visualization.scheme = scheme;
        self
    }

    /// Computes buckets from plain series.
    #[must_use]
    pub fn calculate(mut self) -> Self {
        self.visualization.calculate = true;
        self
    }
}

/// Options and field settings as Grafana's JSON has them.
#[allow(missing_docs, reason = "the names are Grafana's")]
pub mod json {
    use serde::{Deserialize, Serialize};

    use crate::dashboard::grafana::Number;
    use crate::dashboard::grafana::options::{HideFrom, Placement, ScaleDistribution, TooltipMode};

    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    #[serde(rename_all = "camelCase", deny_unknown_fields)]
    pub struct Options {
        pub calculate: bool,
        pub cell_gap: u8,
        pub color: Color,
        pub exemplars: Exemplars,
        pub filter_values: FilterValues,
        pub legend: Legend,
        pub rows_frame: RowsFrame,
        pub show_value: String,
        pub tooltip: Tooltip,
        pub y_axis: YAxis,
    }

    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    #[serde(rename_all = "camelCase", deny_unknown_fields)]
    pub struct Color {
        pub exponent: Number,
        pub fill: String,
        pub mode: String,
        pub reverse: bool,
        pub scale: String,
        pub scheme: String,
        pub steps: u8,
    }

    #[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
    #[serde(rename_all = "camelCase", deny_unknown_fields)]
    pub struct Exemplars {
        pub color: String,
    }

    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    #[serde(rename_all = "camelCase", deny_unknown_fields)]
    pub struct FilterValues {
        pub le: Number,
    }

    #[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
    #[serde(rename_all = "camelCase", deny_unknown_fields)]
    pub struct Legend {
        pub show: bool,
    }

    #[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
    #[serde(rename_all = "camelCase", deny_unknown_fields)]
    pub struct RowsFrame {
        pub layout: String,
    }

    #[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
    #[serde(rename_all = "camelCase", deny_unknown_fields)]
    pub struct Tooltip {
        pub mode: TooltipMode,
        pub show_color_scale: bool,
        pub y_histogram: bool,
    }

    #[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
    #[serde(rename_all = "camelCase", deny_unknown_fields)]
    pub struct YAxis {
        pub axis_placement: Placement,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub decimals: Option<u8>,
        pub reverse: bool,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub unit: Option<String>,
    }

    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    #[serde(rename_all = "camelCase", deny_unknown_fields)]
    pub struct Custom {
        pub hide_from: HideFrom,
        pub scale_distribution: ScaleDistribution,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dashboard::tests::panel_json;
    use crate::query::promql;

    #[test]
    fn the_axis_has_the_unit_of_what_was_observed() {
        let buckets = promql("sum by (le) (increase(x_bucket[5m]))");
        let json = panel_json(heatmap("x").query(buckets).scheme(Scheme::Viridis));
        // Not that of the buckets, which are counts.
        assert_eq!(json["options"]["yAxis"]["unit"], "s");
        assert!(json["fieldConfig"]["defaults"]["unit"].is_null());
        assert_eq!(json["options"]["color"]["scheme"], "Viridis");
        assert_eq!(json["targets"][0]["format"], "heatmap");
        assert_eq!(json["targets"][0]["exemplar"], true);
    }

    #[test]
    fn buckets_can_be_computed_from_series() {
        let json = panel_json(heatmap("x").query(promql("up")).calculate());
        assert_eq!(json["options"]["calculate"], true);
        assert_eq!(json["targets"][0]["format"], "time_series");
    }
}
