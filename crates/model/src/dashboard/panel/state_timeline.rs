//! States and how long they lasted.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Panel, PanelType, Size};
use crate::dashboard::grafana::options::{HideFrom, Legend, Tooltip, TooltipMode, TooltipSort};
use crate::dashboard::grafana::{ColorMode, Number};

/// How a state timeline panel draws.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct StateTimeline {
    /// Whether equal states that follow each other stay apart.
    pub keep_apart: bool,
    /// Whether values are never written into the bars.
    pub no_values: bool,
}

impl PanelType for StateTimeline {
    const PLUGIN: &'static str = "state-timeline";
    const SIZE: Size = Size {
        width: 12,
        height: 8,
    };

    type Options = json::Options;
    type Custom = json::Custom;

    fn colors(&self) -> Option<ColorMode> {
        Some(ColorMode::Thresholds)
    }

    fn options(&self, _: &Panel, _: Option<&str>) -> json::Options {
        json::Options {
            align_value: "left".to_owned(),
            legend: Legend::list(),
            merge_values: !self.keep_apart,
            row_height: Number::from(0.9),
            show_value: if self.no_values {
                json::ShowValue::Never
            } else {
                json::ShowValue::Auto
            },
            tooltip: Tooltip {
                hide_zeros: false,
                mode: TooltipMode::Single,
                sort: TooltipSort::None,
            },
        }
    }

    fn custom(&self, _: &Panel) -> Option<json::Custom> {
        Some(json::Custom {
            fill_opacity: 70,
            hide_from: HideFrom::default(),
            insert_nulls: false,
            line_width: 0,
            span_nulls: false,
        })
    }
}

/// States and how long they lasted. Name and colour them: `.show(1, "up", Color::Green)`.
#[track_caller]
#[must_use]
pub fn state_timeline(title: impl Into<String>) -> Panel<StateTimeline> {
    Panel::new(title, StateTimeline::default())
}

impl Panel<StateTimeline> {
    /// Equal states that follow each other stay apart.
    #[must_use]
    pub fn keep_apart(mut self) -> Self {
        self.visualization.keep_apart = true;
        self
    }

    /// Values are never written into the bars.
    #[must_use]
    pub fn no_values(mut self) -> Self {
        self.visualization.no_values = true;
        self
    }
}

/// Options and field settings as Grafana's JSON has them.
#[allow(missing_docs, reason = "the names are Grafana's")]
pub mod json {
    use serde::{Deserialize, Serialize};

    use crate::dashboard::grafana::Number;
    use crate::dashboard::grafana::options::{HideFrom, Legend, Tooltip};

    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    #[serde(rename_all = "camelCase", deny_unknown_fields)]
    pub struct Options {
        pub align_value: String,
        pub legend: Legend,
        pub merge_values: bool,
        pub row_height: Number,
        pub show_value: ShowValue,
        pub tooltip: Tooltip,
    }

    #[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
    #[serde(rename_all = "camelCase")]
    pub enum ShowValue {
        Auto,
        Never,
    }

    #[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
    #[serde(rename_all = "camelCase", deny_unknown_fields)]
    pub struct Custom {
        pub fill_opacity: u8,
        pub hide_from: HideFrom,
        pub insert_nulls: bool,
        pub line_width: u8,
        pub span_nulls: bool,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dashboard::Color;
    use crate::dashboard::tests::panel_json;
    use crate::query::promql;

    #[test]
    fn states_have_names_and_colours() {
        let panel = state_timeline("x")
            .query(promql("up"))
            .show(0, "down", Color::Red);
        let json = panel_json(panel.show(1, "up", Color::Green).no_values());
        assert_eq!(
            json["fieldConfig"]["defaults"]["mappings"],
            serde_json::json!([{ "type": "value", "options": {
                "0": { "color": "red", "index": 0, "text": "down" },
                "1": { "color": "green", "index": 1, "text": "up" },
            } }])
        );
        assert_eq!(json["options"]["mergeValues"], true);
        assert_eq!(json["options"]["showValue"], "never");
    }
}
