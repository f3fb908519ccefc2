//! Text in Markdown.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Panel, PanelType, Size};
use crate::dashboard::grafana::options::Empty;

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

    type Options = json::Options;
    type Custom = Empty;

    fn options(&self, _: &Panel, _: Option<&str>) -> json::Options {
        json::Options {
            code: json::Code {
                language: "plaintext".to_owned(),
                show_line_numbers: false,
                show_mini_map: false,
            },
            content: self.content.clone(),
            mode: "markdown".to_owned(),
        }
    }
}

/// Text in Markdown; variables are filled in.
#[track_caller]
#[must_use]
pub fn text(title: impl Into<String>, markdown: impl Into<String>) -> Panel<Text> {
    let content = markdown.into();
    Panel::new(title, Text { content })
}

/// Options and field settings as Grafana's JSON has them.
#[allow(missing_docs, reason = "the names are Grafana's")]
pub mod json {
    use serde::{Deserialize, Serialize};

    #[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
    #[serde(rename_all = "camelCase", deny_unknown_fields)]
    pub struct Options {
        pub code: Code,
        pub content: String,
        pub mode: String,
    }

    #[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
    #[serde(rename_all = "camelCase", deny_unknown_fields)]
    pub struct Code {
        pub language: String,
        pub show_line_numbers: bool,
        pub show_mini_map: bool,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dashboard::tests::panel_json;

    #[test]
    fn says_what_it_is_told_and_asks_nothing() {
        let json = panel_json(text("x", "# Hello"));
        assert_eq!(json["options"]["content"], "# Hello");
        assert_eq!(json["options"]["mode"], "markdown");
        assert!(json["targets"].is_null() && json["datasource"].is_null());
        assert_eq!(json["fieldConfig"]["defaults"], serde_json::json!({}));
    }
}
