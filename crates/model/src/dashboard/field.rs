//! How values are shown: thresholds, mappings, and overrides for some of the fields.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Color, Link};
use crate::Unit;

/// From this value on, this colour.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Threshold {
    /// The lowest value of the step.
    pub value: f64,
    /// Its colour.
    pub color: Color,
}

/// Shows some values as words or colours.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Mapping {
    /// Which values.
    pub of: MappedValues,
    /// What is shown instead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// In which colour.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub color: Option<Color>,
}

/// Which values a [`Mapping`] is for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum MappedValues {
    /// This one.
    Value(String),
    /// All from one to the other, both included.
    Range {
        /// The lowest, or no lower end.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        from: Option<f64>,
        /// The highest, or no upper end.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        to: Option<f64>,
    },
    /// All texts that match.
    Regex(String),
    /// Those that are no numbers.
    Special(Special),
}

/// Values that are no numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Special {
    /// No value.
    Null,
    /// Not a number: 0/0.
    Nan,
    /// Either of the two.
    NullOrNan,
    /// Yes.
    True,
    /// No.
    False,
    /// An empty text.
    Empty,
}

impl Mapping {
    fn new(of: MappedValues, text: impl Into<String>) -> Self {
        Self {
            of,
            text: Some(text.into()),
            color: None,
        }
    }

    /// Shows one value as `text`.
    #[must_use]
    #[allow(
        clippy::needless_pass_by_value,
        reason = "a number or a text, written where it is passed"
    )]
    pub fn value(value: impl ToString, text: impl Into<String>) -> Self {
        Self::new(MappedValues::Value(value.to_string()), text)
    }

    /// Shows the values from one to the other as `text`; `None` is no end.
    #[must_use]
    pub fn range(
        from: impl Into<Option<f64>>,
        to: impl Into<Option<f64>>,
        text: impl Into<String>,
    ) -> Self {
        let (from, to) = (from.into(), to.into());
        Self::new(MappedValues::Range { from, to }, text)
    }

    /// Shows texts that match as `text`; `$1` stands for what the first group matched.
    #[must_use]
    pub fn regex(pattern: impl Into<String>, text: impl Into<String>) -> Self {
        Self::new(MappedValues::Regex(pattern.into()), text)
    }

    /// Shows what is no number as `text`.
    #[must_use]
    pub fn special(special: Special, text: impl Into<String>) -> Self {
        Self::new(MappedValues::Special(special), text)
    }

    /// In this colour.
    #[must_use]
    pub fn color(mut self, color: Color) -> Self {
        self.color = Some(color);
        self
    }
}

/// Which fields an override is for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum FieldMatcher {
    /// The field shown under this name.
    Name(String),
    /// The fields whose names match.
    Regex(String),
    /// All fields of the query with this ref id.
    Query(String),
    /// What none of these can say, as Grafana's JSON has it.
    Other {
        /// Grafana's id of the matcher: `byType`.
        id: String,
        /// What it is told.
        #[serde(default)]
        options: Value,
    },
}

/// Shows some of the fields differently.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FieldOverride {
    /// Which fields.
    pub fields: FieldMatcher,
    /// What is different.
    pub properties: Vec<Property>,
}

/// One thing that is different.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Property {
    /// The unit.
    Unit(Unit),
    /// The unit, by Grafana's id.
    GrafanaUnit(String),
    /// The name shown.
    DisplayName(String),
    /// A fixed colour.
    Color(Color),
    /// Digits after the point.
    Decimals(u8),
    /// The low end of the scale.
    Min(f64),
    /// The high end of the scale.
    Max(f64),
    /// What is shown where there is no value.
    NoValue(String),
    /// The colours of values, the lowest first.
    Thresholds(Vec<Threshold>),
    /// Words for values.
    Mappings(Vec<Mapping>),
    /// Where a click leads.
    Links(Vec<Link>),
    /// Table: the width of the column, in pixels.
    Width(u32),
    /// Table: how the cell is drawn.
    Cell(Cell),
    /// Not shown at all.
    Hidden,
    /// Time series: on the right axis.
    RightAxis,
    /// Time series: as bars.
    Bars,
    /// Time series: as a dashed line.
    Dashed,
    /// Time series: how much of the area below the line is filled, in percent.
    Fill(u8),
    /// What none of these can say, as Grafana's JSON has it.
    Other {
        /// Grafana's id of the setting: `custom.align`.
        id: String,
        /// The setting.
        #[serde(default)]
        value: Value,
    },
}

/// How a table draws a cell.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Cell {
    /// As the value is.
    #[default]
    Plain,
    /// The text in the threshold's colour.
    ColoredText,
    /// The background in the threshold's colour.
    ColoredBackground,
    /// A bar from low to high end of the scale.
    Gauge,
    /// A small graph; needs the time series as table transformation.
    Sparkline,
}

/// The field shown under this name.
#[must_use]
pub fn by_name(name: impl Into<String>) -> FieldOverride {
    FieldOverride::new(FieldMatcher::Name(name.into()))
}

/// The fields whose names match; without slashes.
#[must_use]
pub fn by_regex(pattern: impl Into<String>) -> FieldOverride {
    FieldOverride::new(FieldMatcher::Regex(pattern.into()))
}

/// All fields of the query with this ref id.
#[must_use]
pub fn by_query(ref_id: impl Into<String>) -> FieldOverride {
    FieldOverride::new(FieldMatcher::Query(ref_id.into()))
}

/// The fields that a matcher finds which has no word here: Grafana's id of it, and what it is told.
#[must_use]
pub fn by_other(id: impl Into<String>, options: Value) -> FieldOverride {
    FieldOverride::new(FieldMatcher::Other {
        id: id.into(),
        options,
    })
}

macro_rules! properties {
    ($($(#[$doc:meta])+ $name:ident($($arg:ident: $type:ty)?) => $property:expr;)+) => { $(
        $(#[$doc])+
        #[must_use]
        pub fn $name(mut self, $($arg: $type)?) -> Self {
            self.properties.push($property);
            self
        }
    )+ };
}

impl FieldOverride {
    fn new(fields: FieldMatcher) -> Self {
        Self {
            fields,
            properties: vec![],
        }
    }

    properties! {
        /// In this unit.
        unit(unit: Unit) => Property::Unit(unit);
        /// In a unit only Grafana knows, by its id.
        grafana_unit(id: impl Into<String>) => Property::GrafanaUnit(id.into());
        /// Under this name.
        name(name: impl Into<String>) => Property::DisplayName(name.into());
        /// In this colour.
        color(color: Color) => Property::Color(color);
        /// With so many digits after the point.
        decimals(digits: u8) => Property::Decimals(digits);
        /// On a scale that begins here.
        min(value: f64) => Property::Min(value);
        /// On a scale that ends here.
        max(value: f64) => Property::Max(value);
        /// With this where there is no value.
        no_value(text: impl Into<String>) => Property::NoValue(text.into());
        /// With these words for values.
        mappings(mappings: impl IntoIterator<Item = Mapping>) =>
            Property::Mappings(mappings.into_iter().collect());
        /// A click leads there.
        link(link: Link) => Property::Links(vec![link]);
        /// A click leads to one of these.
        links(links: impl IntoIterator<Item = Link>) =>
            Property::Links(links.into_iter().collect());
        /// Table: so many pixels wide.
        width(pixels: u32) => Property::Width(pixels);
        /// Table: drawn like this.
        cell(cell: Cell) => Property::Cell(cell);
        /// Not shown at all.
        hidden() => Property::Hidden;
        /// Time series: on the right axis.
        right_axis() => Property::RightAxis;
        /// Time series: as bars.
        bars() => Property::Bars;
        /// Time series: as a dashed line.
        dashed() => Property::Dashed;
        /// Time series: filled below the line, in percent.
        fill(percent: u8) => Property::Fill(percent);
    }

    /// With a setting that has no word here, by Grafana's id: `.other("custom.align", json!("center"))`.
    #[must_use]
    pub fn other(mut self, id: impl Into<String>, value: Value) -> Self {
        let id = id.into();
        self.properties.push(Property::Other { id, value });
        self
    }

    /// With these colours from the lowest value on; green below the first.
    #[must_use]
    pub fn thresholds(mut self, steps: impl IntoIterator<Item = (f64, Color)>) -> Self {
        let steps = steps
            .into_iter()
            .map(|(value, color)| Threshold { value, color })
            .collect();
        self.properties.push(Property::Thresholds(steps));
        self
    }
}
