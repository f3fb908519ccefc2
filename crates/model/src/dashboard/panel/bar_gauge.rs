//! Numbers as bars, one per series.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Asks;
use super::{Panel, PanelType, Size};
use crate::dashboard::grafana::ColorMode;
use crate::dashboard::grafana::options::{Empty, Legend, Orientation, ReduceOptions};
use crate::dashboard::transform::Calculation;

/// How a bar gauge panel draws.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct BarGauge {
    /// Which value of the series; the last without one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub calculation: Option<Calculation>,
    /// Whether bars stand upright.
    pub upright: bool,
    /// How bars are filled.
    pub style: BarStyle,
}

/// How bars are filled.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum BarStyle {
    /// From one threshold's colour to the next.
    #[default]
    Gradient,
    /// In one colour.
    Plain,
    /// As cells.
    Cells,
}

impl PanelType for BarGauge {
    const PLUGIN: &'static str = "bargauge";
    const SIZE: Size = Size {
        width: 8,
        height: 8,
    };

    type Options = json::Options;
    type Custom = Empty;

    fn asks(&self) -> Asks {
        Asks::NOW
    }

    fn colors(&self) -> Option<ColorMode> {
        Some(ColorMode::Thresholds)
    }

    fn options(&self, _: &Panel, _: Option<&str>) -> json::Options {
        json::Options {
            display_mode: match self.style {
                BarStyle::Gradient => json::DisplayMode::Gradient,
                BarStyle::Plain => json::DisplayMode::Basic,
                BarStyle::Cells => json::DisplayMode::Lcd,
            },
            legend: Legend::hidden(),
            max_viz_height: 300,
            min_viz_height: 16,
            min_viz_width: 8,
            name_placement: "auto".to_owned(),
            orientation: if self.upright {
                Orientation::Vertical
            } else {
                Orientation::Horizontal
            },
            reduce_options: ReduceOptions::of(self.calculation),
            show_unfilled: true,
            sizing: "auto".to_owned(),
            value_mode: "color".to_owned(),
        }
    }
}

/// Numbers as bars, one per series.
#[track_caller]
#[must_use]
pub fn bar_gauge(title: impl Into<String>) -> Panel<BarGauge> {
    Panel::new(title, BarGauge::default())
}

impl Panel<BarGauge> {
    /// Shows this value of each series rather than the last.
    #[must_use]
    pub fn value(mut self, calculation: Calculation) -> Self {
        self.visualization.calculation = Some(calculation);
        self
    }

    /// Bars stand upright.
    #[must_use]
    pub fn upright(mut self) -> Self {
        self.visualization.upright = true;
        self
    }

    /// Fills bars in another way.
    #[must_use]
    pub fn style(mut self, style: BarStyle) -> Self {
        self.visualization.style = style;
        self
    }
}

/// Options and field settings as Grafana's JSON has them.
#[allow(missing_docs, reason = "the names are Grafana's")]
pub mod json {
    use serde::{Deserialize, Serialize};

    use crate::dashboard::grafana::options::{Legend, Orientation, ReduceOptions};

    #[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
    #[serde(rename_all = "camelCase", deny_unknown_fields)]
    pub struct Options {
        pub display_mode: DisplayMode,
        pub legend: Legend,
        pub max_viz_height: u32,
        pub min_viz_height: u32,
        pub min_viz_width: u32,
        pub name_placement: String,
        pub orientation: Orientation,
        pub reduce_options: ReduceOptions,
        pub show_unfilled: bool,
        pub sizing: String,
        pub value_mode: String,
    }

    #[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
    #[serde(rename_all = "camelCase")]
    pub enum DisplayMode {
        Basic,
        Gradient,
        Lcd,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dashboard::tests::panel_json;
    use crate::query::promql;

    #[test]
    fn bars_lie_unless_said_otherwise() {
        let json = panel_json(bar_gauge("x").query(promql("up")));
        assert_eq!(json["options"]["orientation"], "horizontal");
        assert_eq!(json["options"]["displayMode"], "gradient");
        let json = panel_json(bar_gauge("x").upright().style(BarStyle::Cells));
        assert_eq!(json["options"]["orientation"], "vertical");
        assert_eq!(json["options"]["displayMode"], "lcd");
    }
}
