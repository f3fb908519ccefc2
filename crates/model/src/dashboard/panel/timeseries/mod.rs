//! Lines, bars or points over time.

pub mod json;
mod setters;

pub use setters::timeseries;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Panel, PanelType, Size};
use crate::dashboard::grafana::options::{
    DrawStyle, HideFrom, Legend as LegendJson, LegendMode, LegendPlacement, Placement,
    ScaleDistribution, ScaleKind, Tooltip as TooltipJson, TooltipMode, TooltipSort,
};
use crate::dashboard::grafana::{ColorMode, Number};
use crate::dashboard::transform::Calculation;
use crate::{Duration, mins};

/// Gaps up to this long are bridged: one lost scrape is not an outage.
const SHORT_GAP: Duration = mins(5);

/// How a time series panel draws.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Timeseries {
    /// Lines, bars or points.
    pub draw: Draw,
    /// Whether series stand on top of each other.
    pub stacking: Stacking,
    /// How much of the area below a line is filled, in percent; 10, or 30 when stacked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fill: Option<u8>,
    /// How points are joined.
    pub interpolation: Interpolation,
    /// Whether the axis is logarithmic (base 10).
    pub log_scale: bool,
    /// What stands at the axis.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub axis_label: Option<String>,
    /// The axis reaches at least down to here.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub soft_min: Option<f64>,
    /// The axis reaches at least up to here.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub soft_max: Option<f64>,
    /// How thresholds are drawn.
    pub threshold_style: ThresholdStyle,
    /// How series are listed.
    pub legend: Legend,
    /// What the legend says of each series; mean, highest and last of a table without any.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub legend_values: Vec<Calculation>,
    /// Which of them sorts the legend, the highest first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub legend_sort: Option<Calculation>,
    /// What is shown where the pointer rests.
    #[serde(skip_serializing_if = "is_default")]
    pub tooltip: Tooltip,
    /// Whether gaps are bridged, whatever their length.
    pub connect_gaps: bool,
    /// Whether gaps stay gaps, whatever their length.
    #[serde(skip_serializing_if = "is_default")]
    pub show_gaps: bool,
    /// How wide lines are, in pixels; 1 without it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line_width: Option<u8>,
    /// Whether the area below a line fades.
    #[serde(skip_serializing_if = "is_default")]
    pub gradient: bool,
    /// Whether points are marked where there are few.
    #[serde(skip_serializing_if = "is_default")]
    pub mark_few: bool,
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

/// What is shown where the pointer rests.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Tooltip {
    /// All series, the highest first.
    #[default]
    Sorted,
    /// All series, as they are listed.
    All,
    /// The series below the pointer.
    One,
}

/// Lines, bars or points.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Draw {
    /// Lines.
    #[default]
    Lines,
    /// Bars.
    Bars,
    /// Points.
    Points,
}

/// Whether series stand on top of each other.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Stacking {
    /// No.
    #[default]
    None,
    /// Yes: the top is the sum.
    Normal,
    /// Yes, as parts of a whole.
    Percent,
}

/// How points are joined.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Interpolation {
    /// Straight.
    #[default]
    Linear,
    /// As a curve.
    Smooth,
    /// As steps: for values that hold until they change.
    Steps,
}

/// How thresholds are drawn in a time series panel.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ThresholdStyle {
    /// As a dashed line.
    #[default]
    Line,
    /// As coloured areas.
    Area,
    /// Not at all.
    Off,
}

/// How series are listed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Legend {
    /// As a table with mean, highest and last value where there can be several series, else as a list.
    #[default]
    Auto,
    /// As a list below.
    List,
    /// As a table below.
    Table,
    /// As a table on the right.
    Right,
    /// As a list on the right.
    ListRight,
    /// Not at all.
    Hidden,
}

impl PanelType for Timeseries {
    const PLUGIN: &'static str = "timeseries";
    const SIZE: Size = Size {
        width: 12,
        height: 8,
    };

    type Options = json::Options;
    type Custom = json::Custom;

    fn colors(&self) -> Option<ColorMode> {
        Some(ColorMode::PaletteClassic)
    }

    fn options(&self, panel: &Panel, _: Option<&str>) -> json::Options {
        json::Options {
            legend: self.legend_of(panel),
            tooltip: TooltipJson {
                hide_zeros: false,
                mode: match self.tooltip {
                    Tooltip::Sorted | Tooltip::All => TooltipMode::Multi,
                    Tooltip::One => TooltipMode::Single,
                },
                sort: match self.tooltip {
                    Tooltip::Sorted => TooltipSort::Desc,
                    Tooltip::All | Tooltip::One => TooltipSort::None,
                },
            },
        }
    }

    fn custom(&self, panel: &Panel) -> Option<json::Custom> {
        let stacked = self.stacking != Stacking::None;
        Some(json::Custom {
            axis_border_show: false,
            axis_centered_zero: false,
            axis_label: self.axis_label.clone().unwrap_or_default(),
            axis_placement: Placement::Auto,
            axis_soft_max: self.soft_max.map(Number::from),
            axis_soft_min: self.soft_min.map(Number::from),
            draw_style: match self.draw {
                Draw::Lines => DrawStyle::Line,
                Draw::Bars => DrawStyle::Bars,
                Draw::Points => DrawStyle::Points,
            },
            fill_opacity: self.fill.unwrap_or(match self.draw {
                Draw::Bars => 70,
                _ if stacked => 30,
                _ => 10,
            }),
            gradient_mode: if self.gradient { "opacity" } else { "none" }.to_owned(),
            hide_from: HideFrom::default(),
            insert_nulls: false,
            line_interpolation: match self.interpolation {
                Interpolation::Linear => json::LineInterpolation::Linear,
                Interpolation::Smooth => json::LineInterpolation::Smooth,
                Interpolation::Steps => json::LineInterpolation::StepAfter,
            },
            line_width: self.line_width.unwrap_or(1),
            point_size: 5,
            scale_distribution: if self.log_scale {
                ScaleDistribution {
                    log: Some(Number::from(10_u32)),
                    kind: ScaleKind::Log,
                }
            } else {
                ScaleDistribution::linear()
            },
            show_points: if self.draw == Draw::Points {
                json::ShowPoints::Always
            } else if self.mark_few {
                json::ShowPoints::Auto
            } else {
                json::ShowPoints::Never
            },
            span_nulls: if self.connect_gaps {
                json::SpanNulls::Always(true)
            } else if self.show_gaps {
                json::SpanNulls::Always(false)
            } else {
                json::SpanNulls::UpTo(SHORT_GAP.as_millis())
            },
            stacking: json::Stacking {
                group: "A".to_owned(),
                mode: self.stacking,
            },
            thresholds_style: json::ThresholdsStyle {
                mode: match self.threshold_style {
                    _ if panel.thresholds.is_empty() => json::ThresholdsMode::Off,
                    ThresholdStyle::Line => json::ThresholdsMode::Dashed,
                    ThresholdStyle::Area => json::ThresholdsMode::Area,
                    ThresholdStyle::Off => json::ThresholdsMode::Off,
                },
            },
        })
    }
}

impl Timeseries {
    fn legend_of(&self, panel: &Panel) -> LegendJson {
        let table = |placement| LegendJson {
            calcs: ["mean", "max", "lastNotNull"].map(str::to_owned).to_vec(),
            display_mode: LegendMode::Table,
            placement,
            show_legend: true,
            sort_by: Some("Mean".to_owned()),
            sort_desc: Some(true),
        };
        // One series needs no comparison.
        let several = panel.queries.len() > 1
            || panel.queries.iter().any(|query| {
                let legend = query.legend.as_deref();
                legend.is_some_and(|legend| legend.contains("{{"))
            });
        let mut legend = match self.legend {
            Legend::Auto if several => table(LegendPlacement::Bottom),
            Legend::Auto | Legend::List => LegendJson::list(),
            Legend::Table => table(LegendPlacement::Bottom),
            Legend::Right => table(LegendPlacement::Right),
            Legend::ListRight => LegendJson {
                placement: LegendPlacement::Right,
                ..LegendJson::list()
            },
            Legend::Hidden => LegendJson::hidden(),
        };
        if !self.legend_values.is_empty() {
            let values = self.legend_values.iter();
            legend.calcs = values.map(|one| one.grafana().to_owned()).collect();
            let sort = self.legend_sort;
            legend.sort_by = sort.map(|one| one.column().to_owned());
            legend.sort_desc = sort.map(|_| true);
        }
        legend
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::Histogram;
    use crate::dashboard::Color;
    use crate::dashboard::tests::panel_json;
    use crate::query::promql;

    fn custom(panel: Panel<Timeseries>) -> serde_json::Value {
        panel_json(panel)["fieldConfig"]["defaults"]["custom"].take()
    }

    #[test]
    fn lines_are_calm_by_default() {
        let custom = custom(timeseries("x").query(promql("up")));
        assert_eq!(custom["drawStyle"], "line");
        assert_eq!(custom["fillOpacity"], 10);
        assert_eq!(custom["showPoints"], "never");
        assert_eq!(custom["spanNulls"], 300_000);
        assert_eq!(custom["stacking"]["mode"], "none");
        assert_eq!(custom["thresholdsStyle"]["mode"], "off");
    }

    #[test]
    fn what_is_said_is_drawn() {
        let custom = custom(
            timeseries("x")
                .stacked_percent()
                .log_scale()
                .steps()
                .connect_gaps()
                .axis("jobs")
                .soft_max(1.5)
                .threshold(1.0, Color::Red)
                .threshold_areas(),
        );
        assert_eq!(custom["stacking"]["mode"], "percent");
        assert_eq!(custom["fillOpacity"], 30);
        assert_eq!(custom["scaleDistribution"]["log"], 10);
        assert_eq!(custom["lineInterpolation"], "stepAfter");
        assert_eq!(custom["spanNulls"], true);
        assert_eq!(custom["axisLabel"], "jobs");
        assert_eq!(custom["axisSoftMax"], 1.5);
        assert_eq!(custom["thresholdsStyle"]["mode"], "area");
    }

    #[test]
    fn the_legend_compares_where_there_is_something_to_compare() {
        let legend = |panel| panel_json(panel)["options"]["legend"].take();
        let one = timeseries("x").query(promql("sum(up)"));
        assert_eq!(legend(one.clone())["displayMode"], "list");
        let several = legend(one.clone().legend("{{job}}"));
        assert_eq!(several["displayMode"], "table");
        assert_eq!(
            several["calcs"],
            serde_json::json!(["mean", "max", "lastNotNull"])
        );
        assert_eq!(legend(one.legend_as(Legend::Hidden))["showLegend"], false);
    }

    crate::metrics! {
        family "Test", owner "platform", exposed_by crate::Exposer::Service("api".into());

        /// How long it took.
        histogram Took("took_seconds", Seconds, [0.1, 1.0]) {}
    }

    #[test]
    fn percentiles_are_three_series() {
        assert_eq!(family().metrics[0].name.as_str(), "took_seconds");
        let panel = timeseries("x").percentiles(Took::rate(mins(5)).sum());
        let said = panel
            .queries
            .iter()
            .map(|query| (query.expression.as_str(), query.legend.as_deref().unwrap()));
        assert_eq!(
            said.collect::<Vec<_>>(),
            [0.5, 0.95, 0.99]
                .map(|q| format!(
                    "histogram_quantile({q}, sum by (le) (rate(took_seconds_bucket[5m])))"
                ))
                .iter()
                .map(String::as_str)
                .zip(["p50", "p95", "p99"])
                .collect::<Vec<_>>()
        );
    }

    #[test]
    fn what_others_draw_otherwise_can_be_said() {
        let plain = panel_json(timeseries("x").query(promql("up")));
        let panel = timeseries("x")
            .query(promql("up"))
            .line_width(2)
            .gradient()
            .mark_few()
            .show_gaps()
            .tooltip(Tooltip::One)
            .legend_as(Legend::ListRight)
            .legend_values([Calculation::Mean, Calculation::Last])
            .legend_sorted_by(Calculation::Last);
        let json = panel_json(panel);
        let said = [
            ("/fieldConfig/defaults/custom/lineWidth", json!(2)),
            (
                "/fieldConfig/defaults/custom/gradientMode",
                json!("opacity"),
            ),
            ("/fieldConfig/defaults/custom/showPoints", json!("auto")),
            ("/fieldConfig/defaults/custom/spanNulls", json!(false)),
            ("/options/tooltip/mode", json!("single")),
            ("/options/tooltip/sort", json!("none")),
            ("/options/legend/placement", json!("right")),
            ("/options/legend/calcs", json!(["mean", "lastNotNull"])),
            ("/options/legend/sortBy", json!("Last *")),
        ];
        for (path, value) in said {
            assert_eq!(json.pointer(path), Some(&value), "{path}");
            assert_ne!(plain.pointer(path), Some(&value), "{path}");
        }
    }
}
