//! Panels: a shared part, which is all that checks read, and a visualization, one file per type.
//!
//! A new panel type is one file here, its `mod` line, and its line in `panel_types!`.

pub mod alert_list;
pub mod bar_gauge;
pub mod gauge;
pub mod heatmap;
pub mod logs;
pub mod node_graph;
mod plugin;
mod setters;
pub mod stat;
pub mod state_timeline;
pub mod table;
pub mod text;
pub mod timeseries;
pub mod traces;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::grafana::ColorMode;
use super::{
    Evaluation, FieldOverride, Format, Link, Mapping, Patch, Query, Threshold, Transformation,
};
use crate::dashboard::Color;
use crate::dashboard::written::{Written, WrittenPanel};
use crate::{Allow, Duration, Origin, Unit};

/// Width in columns of 24, height in rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Size {
    /// Columns, 1 to 24.
    pub width: u8,
    /// Rows of about 30 pixels.
    pub height: u8,
}

/// A place in a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct At {
    /// Columns left of it, 0 to 23.
    pub x: u8,
    /// Rows of about 30 pixels between it and the heading.
    pub y: u16,
}

/// A panel: `V` is what draws it. [`timeseries()`], [`stat()`] and the others begin one; a dashboard holds them
/// as `Panel`, whatever their type.
///
/// Methods that follow a query (`legend`, `instant`…) are about the query added last.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Panel")]
pub struct Panel<V = Visualization> {
    /// The heading.
    pub title: String,
    /// Shown when the pointer rests on the heading.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// What is asked.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub queries: Vec<Query>,
    /// The unit of the values; derived from the first query without one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<Unit>,
    /// A unit only Grafana knows, by its id; it goes before `unit`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grafana_unit: Option<String>,
    /// Digits after the point.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decimals: Option<u8>,
    /// The low end of the scale.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min: Option<f64>,
    /// The high end of the scale.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max: Option<f64>,
    /// The colour below the first threshold; green without one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base_color: Option<Color>,
    /// Colours from some values on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub thresholds: Vec<Threshold>,
    /// One colour for everything.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub color: Option<Color>,
    /// Words for values.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub mappings: Vec<Mapping>,
    /// What is shown where there is no value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub no_value: Option<String>,
    /// Some of the fields shown differently.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub overrides: Vec<FieldOverride>,
    /// What happens to the answers before they are drawn.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub transformations: Vec<Transformation>,
    /// Links of the heading.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub links: Vec<Link>,
    /// Where a click on a value leads.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub data_links: Vec<Link>,
    /// The size; that of the type without one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size: Option<Size>,
    /// Where it stands below the heading of its row; after the panel before it without one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<At>,
    /// Once for every chosen value of a variable.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repeat: Option<Repeat>,
    /// The shortest step between two points, of all queries.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min_step: Option<Duration>,
    /// How many points at most.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_points: Option<u32>,
    /// Shows this much time, whatever the dashboard shows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last: Option<Duration>,
    /// Whether it has no background.
    #[serde(default)]
    pub transparent: bool,
    /// What only Grafana's JSON can say: laid over what is generated.
    #[serde(default, skip_serializing_if = "Patch::is_empty")]
    pub json: Patch,
    /// What draws it.
    pub visualization: V,
    /// Accepted findings.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub allow: Vec<Allow>,
    /// Where it is defined.
    #[serde(skip)]
    pub origin: Origin,
    /// What else the file of its dashboard says, if it was read from one.
    #[serde(skip)]
    pub written: Written<WrittenPanel>,
}

/// Repeats a panel for every chosen value of a variable.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Repeat {
    /// The variable.
    pub variable: String,
    /// How many stand side by side at most; below each other without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub per_row: Option<u8>,
}

/// What a panel type brings along.
pub trait PanelType: Into<Visualization> {
    /// The id of Grafana's plugin.
    const PLUGIN: &'static str;
    /// The size without one of its own.
    const SIZE: Size;
    /// Its options in Grafana's JSON.
    type Options;
    /// Its field settings in Grafana's JSON.
    type Custom;

    /// How queries are asked that do not say it themselves.
    fn asks(&self) -> Asks {
        Asks::SERIES
    }

    /// How values are coloured; nothing where there are none.
    fn colors(&self) -> Option<ColorMode> {
        None
    }

    /// The options. `unit` is Grafana's id of the values' unit, where it is known.
    fn options(&self, panel: &Panel, unit: Option<&str>) -> Self::Options;

    /// The field settings; types that have none leave it out.
    fn custom(&self, panel: &Panel) -> Option<Self::Custom> {
        let _ = panel;
        None
    }
}

/// How a panel type asks queries that do not say it themselves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Asks {
    /// Over the time shown, or at its end.
    pub evaluation: Evaluation,
    /// How the answer is shaped.
    pub format: Format,
}

impl Asks {
    /// Series over time.
    pub const SERIES: Self = Self {
        evaluation: Evaluation::Range,
        format: Format::TimeSeries,
    };
    /// One value per series.
    pub const NOW: Self = Self {
        evaluation: Evaluation::Instant,
        ..Self::SERIES
    };
}

pub use plugin::{Plugin, plugin};

/// Lists the panel types: the enums over all of them and their conversions are made from it.
macro_rules! panel_types {
    ($($(#[$doc:meta])+ $module:ident $type:ident;)+) => {
        $(pub use $module::{$module, $type};)+

        /// What draws a panel.
        #[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
        #[serde(rename_all = "snake_case", deny_unknown_fields)]
        pub enum Visualization {
            $($(#[$doc])+ $type($type),)+
            /// Any other panel.
            Plugin(Plugin),
        }

        /// The options of a panel in Grafana's JSON.
        #[derive(Clone, Debug, PartialEq, Serialize)]
        #[serde(untagged)]
        pub enum Options {
            $($(#[$doc])+ $type(<$type as PanelType>::Options),)+
            /// Of any other panel: written, not read.
            Plugin(Value),
        }

        /// The field settings of a panel in Grafana's JSON.
        #[derive(Clone, Debug, PartialEq, Serialize)]
        #[serde(untagged)]
        pub enum Custom {
            $($(#[$doc])+ $type(<$type as PanelType>::Custom),)+
            /// Of any other panel: written, not read.
            Plugin(Value),
        }

        impl From<Plugin> for Visualization {
            fn from(plugin: Plugin) -> Self {
                Self::Plugin(plugin)
            }
        }

        $(impl From<$type> for Visualization {
            fn from(visualization: $type) -> Self {
                Self::$type(visualization)
            }
        })+

        impl Visualization {
            /// The ids of all panel types' plugins.
            pub const PLUGINS: &[&str] = &[$($type::PLUGIN),+];

            /// The id of Grafana's plugin.
            #[must_use]
            pub fn plugin(&self) -> &str {
                match self {
                    $(Self::$type(_) => $type::PLUGIN,)+
                    Self::Plugin(plugin) => &plugin.id,
                }
            }

            /// The size of a panel that says none.
            #[must_use]
            pub fn size(&self) -> Size {
                match self {
                    $(Self::$type(_) => $type::SIZE,)+
                    Self::Plugin(_) => Plugin::SIZE,
                }
            }

            /// How queries are asked that do not say it themselves.
            #[must_use]
            pub fn asks(&self) -> Asks {
                match self {
                    $(Self::$type(one) => one.asks(),)+
                    Self::Plugin(_) => Asks::SERIES,
                }
            }

            /// How values are coloured; nothing where there are none.
            #[must_use]
            pub fn colors(&self) -> Option<ColorMode> {
                match self {
                    $(Self::$type(one) => one.colors(),)+
                    Self::Plugin(_) => None,
                }
            }

            pub(crate) fn options(&self, panel: &Panel, unit: Option<&str>) -> Options {
                match self {
                    $(Self::$type(one) => Options::$type(one.options(panel, unit)),)+
                    Self::Plugin(plugin) => Options::Plugin(plugin.options.clone()),
                }
            }

            pub(crate) fn custom(&self, panel: &Panel) -> Option<Custom> {
                match self {
                    $(Self::$type(one) => one.custom(panel).map(Custom::$type),)+
                    Self::Plugin(plugin) => plugin.custom.clone().map(Custom::Plugin),
                }
            }
        }

        impl Options {
            pub(crate) fn read(plugin: &str, json: Value) -> Result<Self, String> {
                match plugin {
                    $($type::PLUGIN => serde_json::from_value(json).map(Self::$type)
                        .map_err(|error| format!("options: {error}")),)+
                    _ => Err(format!("`{plugin}` is no known panel type")),
                }
            }
        }

        impl Custom {
            pub(crate) fn read(plugin: &str, json: Value) -> Result<Self, String> {
                match plugin {
                    $($type::PLUGIN => serde_json::from_value(json).map(Self::$type)
                        .map_err(|error| format!("custom field settings: {error}")),)+
                    _ => Err(format!("`{plugin}` is no known panel type")),
                }
            }
        }
    };
}

panel_types! {
    /// Lines, bars or points over time.
    timeseries Timeseries;
    /// One large number.
    stat Stat;
    /// A number on a dial.
    gauge Gauge;
    /// Numbers as bars.
    bar_gauge BarGauge;
    /// Rows and columns.
    table Table;
    /// How values are distributed over time.
    heatmap Heatmap;
    /// States and how long they lasted.
    state_timeline StateTimeline;
    /// Log lines.
    logs Logs;
    /// One trace, or a list of traces.
    traces Traces;
    /// Things and what connects them.
    node_graph NodeGraph;
    /// Text in Markdown.
    text Text;
    /// Alerts and their states.
    alert_list AlertList;
}

/// Panels of a row: one, or several as a tuple (of any types), an array or a vector.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a panel or a list of panels",
    note = "write one panel, a tuple of panels `(timeseries(…), stat(…))`, or a vector"
)]
pub trait Panels {
    /// Adds them at the end.
    fn append_to(self, panels: &mut Vec<Panel>);
}

impl<V: Into<Visualization>> Panels for Panel<V> {
    fn append_to(self, panels: &mut Vec<Panel>) {
        panels.push(self.any());
    }
}

impl<P: Panels> Panels for Vec<P> {
    fn append_to(self, panels: &mut Vec<Panel>) {
        self.into_iter().for_each(|panel| panel.append_to(panels));
    }
}

impl<P: Panels, const N: usize> Panels for [P; N] {
    fn append_to(self, panels: &mut Vec<Panel>) {
        self.into_iter().for_each(|panel| panel.append_to(panels));
    }
}

macro_rules! panel_tuples {
    ($($($part:ident)+;)+) => { $(
        impl<$($part: Panels),+> Panels for ($($part,)+) {
            #[allow(non_snake_case, reason = "type parameters name the parts")]
            fn append_to(self, panels: &mut Vec<Panel>) {
                let ($($part,)+) = self;
                $($part.append_to(panels);)+
            }
        }
    )+ };
}

panel_tuples! {
    A; A B; A B C; A B C D; A B C D E; A B C D E F; A B C D E F G; A B C D E F G H;
    A B C D E F G H I; A B C D E F G H I J; A B C D E F G H I J K; A B C D E F G H I J K L;
}
