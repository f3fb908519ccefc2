//! Things and what connects them: the service map.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Panel, PanelType, Size};

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
}

/// Services and who calls whom: `node_graph("Services").query(service_map())`.
#[track_caller]
#[must_use]
pub fn node_graph(title: impl Into<String>) -> Panel<NodeGraph> {
    Panel::new(title, NodeGraph::default())
}
