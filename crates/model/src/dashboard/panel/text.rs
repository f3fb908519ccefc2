//! Text in Markdown.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Panel, PanelType, Size};

/// What a text panel says.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Text {
    /// Markdown; variables are filled in.
    pub content: String,
}

impl PanelType for Text {
    const PLUGIN: &'static str = "text";
    const SIZE: Size = Size {
        width: 24,
        height: 4,
    };
}

/// Text in Markdown; variables are filled in.
#[track_caller]
#[must_use]
pub fn text(title: impl Into<String>, markdown: impl Into<String>) -> Panel<Text> {
    let content = markdown.into();
    Panel::new(title, Text { content })
}
