//! Log lines.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Panel, PanelType, Size};
use crate::dashboard::grafana::options::Empty;

/// How a logs panel draws.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Logs {
    /// Whether the oldest line stands first.
    pub oldest_first: bool,
    /// Whether long lines are cut rather than wrapped.
    pub no_wrap: bool,
    /// Whether the labels of each line are shown.
    pub labels: bool,
    /// Whether JSON is laid out over several lines.
    pub pretty: bool,
}

impl PanelType for Logs {
    const PLUGIN: &'static str = "logs";
    const SIZE: Size = Size {
        width: 24,
        height: 10,
    };

    type Options = json::Options;
    type Custom = Empty;

    fn options(&self, _: &Panel, _: Option<&str>) -> json::Options {
        json::Options {
            dedup_strategy: "none".to_owned(),
            enable_infinite_scrolling: false,
            enable_log_details: true,
            prettify_log_message: self.pretty,
            show_common_labels: false,
            show_controls: false,
            show_labels: self.labels,
            show_log_context_toggle: true,
            show_time: true,
            sort_order: if self.oldest_first {
                json::SortOrder::Ascending
            } else {
                json::SortOrder::Descending
            },
            syntax_highlighting: true,
            wrap_log_message: !self.no_wrap,
        }
    }
}

/// Log lines, the newest first.
#[track_caller]
#[must_use]
pub fn logs(title: impl Into<String>) -> Panel<Logs> {
    Panel::new(title, Logs::default())
}

impl Panel<Logs> {
    /// The oldest line stands first: to read one story.
    #[must_use]
    pub fn oldest_first(mut self) -> Self {
        self.visualization.oldest_first = true;
        self
    }

    /// Long lines are cut rather than wrapped.
    #[must_use]
    pub fn no_wrap(mut self) -> Self {
        self.visualization.no_wrap = true;
        self
    }

    /// The labels of each line are shown.
    #[must_use]
    pub fn labels(mut self) -> Self {
        self.visualization.labels = true;
        self
    }

    /// JSON is laid out over several lines.
    #[must_use]
    pub fn pretty(mut self) -> Self {
        self.visualization.pretty = true;
        self
    }
}

/// Options and field settings as Grafana's JSON has them.
#[allow(missing_docs, reason = "the names are Grafana's")]
pub mod json {
    use serde::{Deserialize, Serialize};

    #[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
    #[serde(rename_all = "camelCase", deny_unknown_fields)]
    pub struct Options {
        pub dedup_strategy: String,
        pub enable_infinite_scrolling: bool,
        pub enable_log_details: bool,
        pub prettify_log_message: bool,
        pub show_common_labels: bool,
        pub show_controls: bool,
        pub show_labels: bool,
        pub show_log_context_toggle: bool,
        pub show_time: bool,
        pub sort_order: SortOrder,
        pub syntax_highlighting: bool,
        pub wrap_log_message: bool,
    }

    #[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
    pub enum SortOrder {
        Ascending,
        Descending,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dashboard::tests::panel_json;
    use crate::query::logql;

    #[test]
    fn lines_are_wrapped_and_the_newest_stands_first() {
        let json = panel_json(logs("x").query(logql("{a=\"b\"}")).limit(100));
        assert_eq!(json["options"]["sortOrder"], "Descending");
        assert_eq!(json["options"]["wrapLogMessage"], true);
        assert_eq!(json["targets"][0]["queryType"], "range");
        assert_eq!(json["targets"][0]["maxLines"], 100);
        let json = panel_json(logs("x").oldest_first().no_wrap().labels().pretty());
        assert_eq!(json["options"]["sortOrder"], "Ascending");
        assert_eq!(json["options"]["wrapLogMessage"], false);
        assert_eq!(json["options"]["showLabels"], true);
        assert_eq!(json["options"]["prettifyLogMessage"], true);
    }
}
