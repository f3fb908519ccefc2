//! Things and what connects them: the service map.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Panel, PanelType, Size};
use crate::dashboard::grafana::options::Empty;

/// A node graph panel has nothing to choose.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct NodeGraph {}

impl PanelType for NodeGraph {
    const PLUGIN: &'static str = "nodeGraph";
    const SIZE: Size = Size {
        width: 24,
        height: 12,
    };

    type Options = json::Options;
    type Custom = Empty;

    fn options(&self, _: &Panel, _: Option<&str>) -> json::Options {
        json::Options {
            edges: Empty {},
            nodes: Empty {},
            zoom_mode: "cooperative".to_owned(),
        }
    }
}

/// Services and who calls whom: `node_graph("Services").query(service_map())`.
#[track_caller]
#[must_use]
pub fn node_graph(title: impl Into<String>) -> Panel<NodeGraph> {
    Panel::new(title, NodeGraph::default())
}

/// Options and field settings as Grafana's JSON has them.
#[allow(missing_docs, reason = "the names are Grafana's")]
pub mod json {
    use serde::{Deserialize, Serialize};

    use crate::dashboard::grafana::options::Empty;

    #[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
    #[serde(rename_all = "camelCase", deny_unknown_fields)]
    pub struct Options {
        pub edges: Empty,
        pub nodes: Empty,
        pub zoom_mode: String,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dashboard::service_map;
    use crate::dashboard::tests::panel_json;

    #[test]
    fn asks_for_the_service_map() {
        let json = panel_json(node_graph("x").query(service_map()));
        assert_eq!(json["type"], "nodeGraph");
        assert_eq!(json["targets"][0]["queryType"], "serviceMap");
        assert_eq!(json["targets"][0]["serviceMapQuery"], "");
    }
}
