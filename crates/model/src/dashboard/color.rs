//! Colours by the names Grafana knows them.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A colour that fits light and dark themes, or an exact one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Color {
    /// Good.
    Green,
    /// Worth a look.
    Yellow,
    /// Soon a problem.
    Orange,
    /// A problem.
    Red,
    /// Neutral.
    Blue,
    /// Neutral, beside blue.
    Purple,
    /// A darker green.
    DarkGreen,
    /// A darker red.
    DarkRed,
    /// A lighter blue.
    LightBlue,
    /// The theme's text colour.
    Text,
    /// None at all.
    Transparent,
    /// Grey of the theme's secondary text.
    Gray,
    /// An exact colour: `#73BF69`.
    Hex(String),
}

impl Color {
    /// The name Grafana takes.
    #[must_use]
    pub fn grafana(&self) -> &str {
        match self {
            Self::Green => "green",
            Self::Yellow => "yellow",
            Self::Orange => "orange",
            Self::Red => "red",
            Self::Blue => "blue",
            Self::Purple => "purple",
            Self::DarkGreen => "dark-green",
            Self::DarkRed => "dark-red",
            Self::LightBlue => "light-blue",
            Self::Text => "text",
            Self::Transparent => "transparent",
            Self::Gray => "#808080",
            Self::Hex(hex) => hex,
        }
    }
}
