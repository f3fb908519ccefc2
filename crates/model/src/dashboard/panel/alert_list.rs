//! Alerts and their states.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Panel, PanelType, Size};
use crate::dashboard::grafana::options::Empty;

/// Which alerts an alert list shows, and how.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct AlertList {
    /// Only those whose names contain this.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name_contains: Option<String>,
    /// Only those whose labels match: `{team="platform"}`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub matching: Option<String>,
    /// Labels they are grouped by.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub group_by: Vec<String>,
    /// How many at most; 20 without it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at_most: Option<u16>,
    /// Whether only their number is shown.
    pub count_only: bool,
    /// Whether those that do not fire are shown too.
    pub inactive: bool,
}

impl PanelType for AlertList {
    const PLUGIN: &'static str = "alertlist";
    const SIZE: Size = Size {
        width: 12,
        height: 8,
    };

    type Options = json::Options;
    type Custom = Empty;

    fn options(&self, _: &Panel, _: Option<&str>) -> json::Options {
        json::Options {
            alert_instance_label_filter: self.matching.clone().unwrap_or_default(),
            alert_name: self.name_contains.clone().unwrap_or_default(),
            dashboard_alerts: false,
            group_by: self.group_by.clone(),
            group_mode: if self.group_by.is_empty() {
                json::GroupMode::Default
            } else {
                json::GroupMode::Custom
            },
            max_items: self.at_most.unwrap_or(20),
            show_inactive_alerts: self.inactive,
            sort_order: json::BY_IMPORTANCE,
            state_filter: json::StateFilter {
                error: true,
                firing: true,
                no_data: false,
                normal: self.inactive,
                pending: true,
                recovering: true,
            },
            view_mode: if self.count_only {
                json::ViewMode::Stat
            } else {
                json::ViewMode::List
            },
        }
    }
}

/// Alerts that fire or are about to, from Prometheus' and Loki's rules.
#[track_caller]
#[must_use]
pub fn alert_list(title: impl Into<String>) -> Panel<AlertList> {
    Panel::new(title, AlertList::default())
}

impl Panel<AlertList> {
    /// Only those whose names contain this.
    #[must_use]
    pub fn name_contains(mut self, name: impl Into<String>) -> Self {
        self.visualization.name_contains = Some(name.into());
        self
    }

    /// Only those whose labels match: `{team="platform"}`.
    #[must_use]
    pub fn matching(mut self, labels: impl Into<String>) -> Self {
        self.visualization.matching = Some(labels.into());
        self
    }

    /// Grouped by this label too.
    #[must_use]
    pub fn group_by(mut self, label: impl Into<String>) -> Self {
        self.visualization.group_by.push(label.into());
        self
    }

    /// So many at most.
    #[must_use]
    pub fn at_most(mut self, alerts: u16) -> Self {
        self.visualization.at_most = Some(alerts);
        self
    }

    /// Only their number.
    #[must_use]
    pub fn count_only(mut self) -> Self {
        self.visualization.count_only = true;
        self
    }

    /// Those that do not fire, too.
    #[must_use]
    pub fn with_inactive(mut self) -> Self {
        self.visualization.inactive = true;
        self
    }
}

/// Options and field settings as Grafana's JSON has them.
#[allow(missing_docs, reason = "the names are Grafana's")]
pub mod json {
    use serde::{Deserialize, Serialize};

    /// Grafana's number for the order: firing before pending before normal.
    pub const BY_IMPORTANCE: u8 = 3;

    #[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
    #[serde(rename_all = "camelCase", deny_unknown_fields)]
    pub struct Options {
        pub alert_instance_label_filter: String,
        pub alert_name: String,
        pub dashboard_alerts: bool,
        pub group_by: Vec<String>,
        pub group_mode: GroupMode,
        pub max_items: u16,
        pub show_inactive_alerts: bool,
        pub sort_order: u8,
        pub state_filter: StateFilter,
        pub view_mode: ViewMode,
    }

    #[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
    #[serde(rename_all = "camelCase")]
    pub enum GroupMode {
        Default,
        Custom,
    }

    #[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
    #[serde(rename_all = "camelCase", deny_unknown_fields)]
    pub struct StateFilter {
        pub error: bool,
        pub firing: bool,
        pub no_data: bool,
        pub normal: bool,
        pub pending: bool,
        pub recovering: bool,
    }

    #[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
    #[serde(rename_all = "camelCase")]
    pub enum ViewMode {
        List,
        Stat,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dashboard::tests::panel_json;

    #[test]
    fn shows_what_fires_or_is_about_to() {
        let json = panel_json(
            alert_list("x")
                .matching("{team=\"a\"}")
                .group_by("severity"),
        );
        let options = &json["options"];
        assert_eq!(options["alertInstanceLabelFilter"], "{team=\"a\"}");
        assert_eq!(options["groupMode"], "custom");
        assert_eq!(options["stateFilter"]["firing"], true);
        assert_eq!(options["stateFilter"]["normal"], false);
        let json = panel_json(alert_list("x").with_inactive().count_only().at_most(5));
        assert_eq!(json["options"]["stateFilter"]["normal"], true);
        assert_eq!(json["options"]["viewMode"], "stat");
        assert_eq!(json["options"]["maxItems"], 5);
    }
}
