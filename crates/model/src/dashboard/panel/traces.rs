//! One trace, span by span.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Panel, PanelType, Size};
use crate::dashboard::grafana::options::Empty;

/// A traces panel has nothing to choose.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Traces {}

impl PanelType for Traces {
    const PLUGIN: &'static str = "traces";
    const SIZE: Size = Size {
        width: 24,
        height: 12,
    };

    type Options = Empty;
    type Custom = Empty;

    fn options(&self, _: &Panel, _: Option<&str>) -> Empty {
        Empty {}
    }
}

/// One trace, span by span: `traces("Trace").query(traceql("${trace_id}"))`. A list of traces that match is a
/// [`table`](super::table()).
#[track_caller]
#[must_use]
pub fn traces(title: impl Into<String>) -> Panel<Traces> {
    Panel::new(title, Traces::default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dashboard::tests::panel_json;
    use crate::query::traceql;

    #[test]
    fn one_trace_is_asked_for_by_its_id() {
        let json = panel_json(traces("x").query(traceql("${trace_id}")));
        assert_eq!(json["targets"][0]["query"], "${trace_id}");
        assert_eq!(json["targets"][0]["queryType"], "traceql");
        assert!(json["targets"][0]["tableType"].is_null());
        assert_eq!(json["options"], serde_json::json!({}));
    }
}
