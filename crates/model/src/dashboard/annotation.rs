//! Annotations: events drawn over the panels.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Color, Expression, Patch};
use crate::{Duration, Origin};

/// Events found by a query, drawn as vertical lines over every time series panel.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Annotation {
    /// What the events are: the name of their switch.
    pub name: String,
    /// Finds them: PromQL that is above zero when one happens, or LogQL that selects their lines.
    pub expression: Expression,
    /// The heading of an event; `{{label}}` stands for a label's value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// The text of an event; `{{label}}` stands for a label's value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// Labels shown as tags.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// The colour of the lines.
    pub color: Color,
    /// How far apart events are told apart (PromQL).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step: Option<Duration>,
    /// Whether the reader has to switch it on.
    #[serde(default)]
    pub off: bool,
    /// What only Grafana's JSON can say: laid over what is generated.
    #[serde(default, skip_serializing_if = "Patch::is_empty")]
    pub json: Patch,
    /// Where it is defined.
    #[serde(skip)]
    pub origin: Origin,
}

impl Annotation {
    /// Events found by a query, in blue.
    #[track_caller]
    #[must_use]
    pub fn new(name: impl Into<String>, expression: impl Into<Expression>) -> Self {
        Self {
            name: name.into(),
            expression: expression.into(),
            title: None,
            text: None,
            tags: vec![],
            color: Color::Blue,
            step: None,
            off: false,
            json: Patch::default(),
            origin: Origin::here(),
        }
    }

    /// The heading of an event; `{{label}}` stands for a label's value.
    #[must_use]
    pub fn title(mut self, title: impl Into<String>) -> Self {
        self.title = Some(title.into());
        self
    }

    /// The text of an event; `{{label}}` stands for a label's value.
    #[must_use]
    pub fn text(mut self, text: impl Into<String>) -> Self {
        self.text = Some(text.into());
        self
    }

    /// Shows this label as a tag.
    #[must_use]
    pub fn tag(mut self, label: impl Into<String>) -> Self {
        self.tags.push(label.into());
        self
    }

    /// Draws the lines in this colour.
    #[must_use]
    pub fn color(mut self, color: Color) -> Self {
        self.color = color;
        self
    }

    /// Looks for events this far apart.
    #[must_use]
    pub fn step(mut self, step: Duration) -> Self {
        self.step = Some(step);
        self
    }

    /// Shown only after the reader switched it on.
    #[must_use]
    pub fn off(mut self) -> Self {
        self.off = true;
        self
    }

    /// Lays more of Grafana's JSON over what is generated: `null` takes a key away.
    ///
    /// # Panics
    /// When it is no JSON object.
    #[track_caller]
    #[must_use]
    pub fn json(mut self, json: serde_json::Value) -> Self {
        self.json.add(json);
        self
    }
}
