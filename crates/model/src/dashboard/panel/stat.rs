//! One large number.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Asks;
use super::{Panel, PanelType, Size};
use crate::dashboard::Evaluation;
use crate::dashboard::grafana::ColorMode;
use crate::dashboard::grafana::options::{Empty, Orientation, ReduceOptions};
use crate::dashboard::transform::Calculation;

/// How a stat panel draws.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Stat {
    /// Which value of the series; the last without one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub calculation: Option<Calculation>,
    /// Whether only the number is shown, without the graph behind it.
    pub number_only: bool,
    /// Whether the colour fills the background.
    pub colored_background: bool,
    /// Whether the name of the series is shown rather than its value.
    pub name_only: bool,
}

impl PanelType for Stat {
    const PLUGIN: &'static str = "stat";
    const SIZE: Size = Size {
        width: 6,
        height: 4,
    };

    type Options = json::Options;
    type Custom = Empty;

    fn asks(&self) -> Asks {
        Asks {
            evaluation: if self.number_only {
                Evaluation::Instant
            } else {
                Evaluation::Range
            },
            ..Asks::SERIES
        }
    }

    fn colors(&self) -> Option<ColorMode> {
        Some(ColorMode::Thresholds)
    }

    fn options(&self, _: &Panel, _: Option<&str>) -> json::Options {
        json::Options {
            color_mode: if self.colored_background {
                json::ColorMode::Background
            } else {
                json::ColorMode::Value
            },
            graph_mode: if self.number_only || self.name_only {
                json::GraphMode::None
            } else {
                json::GraphMode::Area
            },
            justify_mode: "auto".to_owned(),
            orientation: Orientation::Auto,
            percent_change_color_mode: "standard".to_owned(),
            reduce_options: ReduceOptions::of(self.calculation),
            show_percent_change: false,
            text_mode: if self.name_only {
                json::TextMode::Name
            } else {
                json::TextMode::Auto
            },
            wide_layout: true,
        }
    }
}

/// One large number, with a small graph behind it.
#[track_caller]
#[must_use]
pub fn stat(title: impl Into<String>) -> Panel<Stat> {
    Panel::new(title, Stat::default())
}

impl Panel<Stat> {
    /// Shows this value of the series rather than the last.
    #[must_use]
    pub fn value(mut self, calculation: Calculation) -> Self {
        self.visualization.calculation = Some(calculation);
        self
    }

    /// Only the number, without the graph behind it; the query is asked once.
    #[must_use]
    pub fn number_only(mut self) -> Self {
        self.visualization.number_only = true;
        self
    }

    /// The colour fills the background.
    #[must_use]
    pub fn colored_background(mut self) -> Self {
        self.visualization.colored_background = true;
        self
    }

    /// The name of the series rather than its value: versions, states.
    #[must_use]
    pub fn name_only(mut self) -> Self {
        self.visualization.name_only = true;
        self
    }
}

/// Options and field settings as Grafana's JSON has them.
#[allow(missing_docs, reason = "the names are Grafana's")]
pub mod json {
    use serde::{Deserialize, Serialize};

    use crate::dashboard::grafana::options::{Orientation, ReduceOptions};

    #[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
    #[serde(rename_all = "camelCase", deny_unknown_fields)]
    pub struct Options {
        pub color_mode: ColorMode,
        pub graph_mode: GraphMode,
        pub justify_mode: String,
        pub orientation: Orientation,
        pub percent_change_color_mode: String,
        pub reduce_options: ReduceOptions,
        pub show_percent_change: bool,
        pub text_mode: TextMode,
        pub wide_layout: bool,
    }

    #[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
    #[serde(rename_all = "camelCase")]
    pub enum ColorMode {
        Value,
        Background,
    }

    #[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
    #[serde(rename_all = "camelCase")]
    pub enum GraphMode {
        None,
        Area,
    }

    #[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
    #[serde(rename_all = "camelCase")]
    pub enum TextMode {
        Auto,
        Name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dashboard::tests::panel_json;
    use crate::query::promql;

    #[test]
    fn shows_the_last_value_over_a_graph() {
        let json = panel_json(stat("x").query(promql("up")));
        assert_eq!(json["options"]["graphMode"], "area");
        assert_eq!(json["options"]["reduceOptions"]["calcs"][0], "lastNotNull");
        assert_eq!(json["targets"][0]["range"], true);
    }

    #[test]
    fn a_number_alone_is_asked_for_once() {
        let panel = stat("x")
            .query(promql("up"))
            .number_only()
            .colored_background();
        let json = panel_json(panel.value(Calculation::Max));
        assert_eq!(json["options"]["graphMode"], "none");
        assert_eq!(json["options"]["colorMode"], "background");
        assert_eq!(json["options"]["reduceOptions"]["calcs"][0], "max");
        assert_eq!(json["targets"][0]["instant"], true);
    }
}
