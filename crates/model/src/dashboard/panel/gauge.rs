//! A number on a dial.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Asks;
use super::{Panel, PanelType, Size};
use crate::dashboard::grafana::ColorMode;
use crate::dashboard::grafana::options::{Empty, Orientation, ReduceOptions};
use crate::dashboard::transform::Calculation;

/// How a gauge panel draws.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Gauge {
    /// Which value of the series; the last without one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub calculation: Option<Calculation>,
    /// Whether thresholds are written at the dial.
    pub threshold_labels: bool,
}

impl PanelType for Gauge {
    const PLUGIN: &'static str = "gauge";
    const SIZE: Size = Size {
        width: 6,
        height: 6,
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
            min_viz_height: 75,
            min_viz_width: 75,
            orientation: Orientation::Auto,
            reduce_options: ReduceOptions::of(self.calculation),
            show_threshold_labels: self.threshold_labels,
            show_threshold_markers: true,
            sizing: "auto".to_owned(),
        }
    }
}

/// A number on a dial. Say where the dial ends: `.min(0.0).max(1.0)`.
#[track_caller]
#[must_use]
pub fn gauge(title: impl Into<String>) -> Panel<Gauge> {
    Panel::new(title, Gauge::default())
}

impl Panel<Gauge> {
    /// Shows this value of the series rather than the last.
    #[must_use]
    pub fn value(mut self, calculation: Calculation) -> Self {
        self.visualization.calculation = Some(calculation);
        self
    }

    /// Thresholds are written at the dial.
    #[must_use]
    pub fn threshold_labels(mut self) -> Self {
        self.visualization.threshold_labels = true;
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
        pub min_viz_height: u32,
        pub min_viz_width: u32,
        pub orientation: Orientation,
        pub reduce_options: ReduceOptions,
        pub show_threshold_labels: bool,
        pub show_threshold_markers: bool,
        pub sizing: String,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dashboard::tests::panel_json;
    use crate::query::promql;

    #[test]
    fn the_dial_ends_where_it_is_said() {
        let json = panel_json(
            gauge("x")
                .query(promql("up"))
                .min(0.0)
                .max(1.0)
                .threshold_labels(),
        );
        assert_eq!(json["fieldConfig"]["defaults"]["max"], 1);
        assert_eq!(json["options"]["showThresholdLabels"], true);
        assert_eq!(json["targets"][0]["instant"], true);
    }
}
