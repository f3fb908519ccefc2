//! Grafana's classic dashboard JSON as strict types: a key that is unknown or missing is an error.
//!
//! Read [`Dashboard`] first. Names and order of keys are Grafana's own (it exports keys in alphabetical
//! order); keys that are not used are left out, since the schema has no `null` for them. Options of the panel
//! types stand beside the panel types, in [`super::panel`].

#![allow(missing_docs, reason = "the names are Grafana's")]

mod dashboard;
mod field;
mod number;
pub mod options;
mod panel;
mod target;
mod transformation;
mod variable;

use std::fmt;

pub use dashboard::{
    Annotation, Annotations, Dashboard, DashboardLink, LinkKind, Templating, TimePicker, TimeRange,
};
pub use field::{
    CellOptions, CellType, ColorMode, DataLink, FieldColor, FieldConfig, FieldDefaults,
    FieldMatcher, FieldOverride, LineDash, Mapping, MappingResult, Property, RangeMapping,
    RegexMapping, SpecialMapping, ThresholdStep, Thresholds, ThresholdsMode,
};
pub use number::Number;
pub use panel::{DatasourceRef, Element, GridPos, Panel, RepeatDirection, Row};
pub use target::{
    LokiQueryType, LokiTarget, MetricsQueryType, PrometheusFormat, PrometheusTarget, Target,
    TempoQueryType, TempoTarget,
};
pub use transformation::{
    Aggregation, FieldSort, FilterFields, GroupBy, GroupField, JoinByField, LabelsToFields, Limit,
    Names, Nothing, Organize, Reduce, RenameByRegex, SortBy, Transformation,
};
pub use variable::{
    Constant, Current, Custom, DatasourceVariable, Interval, LokiQuery, QueryVariable, TempoQuery,
    TextOrList, Textbox, Variable, VariableOption, VariableQuery,
};

/// The version of the schema that is written: the newest that Grafana 13.2 knows; older ones migrate it.
pub const SCHEMA_VERSION: u32 = 42;

/// The version of Grafana whose panel options are written; newer ones migrate them. Without it Grafana takes
/// panels for those of version 6 and, among other things, draws every ratio on a scale from 0 to 1.
pub const PANEL_VERSION: &str = "12.0.0";

/// Reads a dashboard strictly.
///
/// # Errors
/// When it is no JSON, or has a key or a value that these types do not know, or lacks one they need.
pub fn read_strict(json: &str) -> Result<Dashboard, ReadError> {
    serde_json::from_str(json).map_err(|error| ReadError {
        message: error.to_string(),
    })
}

/// Why a dashboard could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadError {
    message: String,
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "not a dashboard as obsctl writes it: {}", self.message)
    }
}

impl std::error::Error for ReadError {}

impl Dashboard {
    /// The text of the file: indented by two, with a line break at the end.
    #[must_use]
    pub fn to_json(&self) -> String {
        let mut text = serde_json::to_string_pretty(self)
            .expect("keys are strings, and numbers that JSON has no word for are written as null");
        text.push('\n');
        text
    }
}
