//! Panels of any plugin, with options as Grafana's JSON has them.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Panel, Size};

/// What draws a panel whose type obsctl does not know.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Plugin {
    /// The plugin: `grafana-piechart-panel`.
    pub id: String,
    /// Its options.
    #[serde(default)]
    pub options: Value,
    /// Its settings for fields.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub custom: Option<Value>,
}

impl Plugin {
    pub(super) const SIZE: Size = Size {
        width: 12,
        height: 8,
    };
}

/// A panel of any plugin, with its options in Grafana's JSON.
#[track_caller]
#[must_use]
pub fn plugin(title: impl Into<String>, id: impl Into<String>, options: Value) -> Panel<Plugin> {
    let plugin = Plugin {
        id: id.into(),
        options,
        custom: None,
    };
    Panel::new(title, plugin)
}

impl Panel<Plugin> {
    /// Its settings for fields, in Grafana's JSON.
    #[must_use]
    pub fn custom(mut self, settings: Value) -> Self {
        self.visualization.custom = Some(settings);
        self
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::dashboard::tests::panel_json;

    #[test]
    fn options_go_to_grafana_as_they_are() {
        let json = panel_json(plugin("x", "acme-map-panel", json!({ "zoom": 3 })));
        assert_eq!(json["type"], "acme-map-panel");
        assert_eq!(json["options"], json!({ "zoom": 3 }));
    }
}
