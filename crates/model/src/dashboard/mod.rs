//! Dashboards: rows of panels, the queries behind them, and what the reader can choose.
//!
//! Read [`Dashboard`] first, then [`Panel`]. A dashboard says what to show; where panels stand, which ids they
//! have and how Grafana writes all of it down is derived.

pub mod annotation;
pub mod color;
pub mod datasource;
mod explore;
pub mod field;
pub mod grafana;
mod layout;
mod link;
mod lower;
pub mod panel;
pub mod patch;
mod places;
mod query;
#[cfg(test)]
mod tests;
pub mod transform;
pub mod variable;
pub mod written;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use annotation::Annotation;
pub use color::Color;
pub use datasource::{Datasource, DatasourceKind};
pub use explore::Explore;
pub use field::{FieldOverride, Mapping, Threshold};
pub use link::{DashboardLink, DashboardLinkTarget, Link, LinkTarget};
pub use lower::UnitOf;
pub use panel::{Panel, Panels, Visualization};
pub use patch::Patch;
pub use places::{ExpressionRef, Place, PlacedQuery, PlacedText, TextKind};
pub use query::{Evaluation, Expression, Format, OtherQuery, Query, other_query, service_map};
pub use transform::Transformation;
pub use variable::Variable;

use crate::{Allow, Duration, Origin, Uid, secs};

/// A dashboard.
///
/// ```
/// use obsctl_model::prelude::*;
/// # obsctl_model::labels! { pub bounded Route, at_most 40, like "/"; }
/// # metrics! {
/// #     family "API", owner "platform", exposed_by Exposer::Service("api".into());
/// #     /// Requests.
/// #     pub counter ApiRequests("api_requests_total") { path: Route }
/// # }
/// let dashboard = Dashboard::new("api-overview", "API overview")
///     .folder("Services")
///     .variable(variable::query("path", label_values(ApiRequests::path)).multi().include_all())
///     .row("Traffic", (
///         timeseries("Request rate")
///             .query(ApiRequests::rate(interval()).sum_by(ApiRequests::path))
///             .legend("{{path}}")
///             .stacked(),
///         stat("Requests").query(ApiRequests::rate(interval()).sum()).threshold(100.0, Color::Orange),
///     ));
/// assert_eq!(dashboard.panels().count(), 2);
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Dashboard {
    /// The stable identity: part of the address, and what links point to.
    pub uid: Uid,
    /// The heading.
    pub title: String,
    /// What it is for, in one or two sentences.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The folder it is in.
    #[serde(default)]
    pub folder: Folder,
    /// Words to find it by, and to link groups of dashboards with.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// How often it reloads; never without one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refresh: Option<Duration>,
    /// The time it shows first.
    #[serde(default)]
    pub time: TimeRange,
    /// What the reader can choose.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub variables: Vec<Variable>,
    /// Events drawn over the panels.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub annotations: Vec<Annotation>,
    /// Links at the top.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub links: Vec<DashboardLink>,
    /// Panels above the first row.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub top: Vec<Panel>,
    /// The rows, from top to bottom.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rows: Vec<Row>,
    /// What only Grafana's JSON can say: laid over what is generated.
    #[serde(default, skip_serializing_if = "Patch::is_empty")]
    pub json: Patch,
    /// Accepted findings.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub allow: Vec<Allow>,
    /// Where it is defined.
    #[serde(skip)]
    pub origin: Origin,
    /// What else its file says, if it was read from one.
    #[serde(skip)]
    pub written: written::Written<written::WrittenDashboard>,
}

impl Dashboard {
    /// A dashboard without panels yet.
    ///
    /// # Panics
    /// When `uid` is not a Grafana uid.
    #[track_caller]
    #[must_use]
    pub fn new(uid: &'static str, title: impl Into<String>) -> Self {
        Self::with_uid(Uid::from_static(uid), title)
    }

    /// A dashboard whose uid was computed: see [`derived_uid`].
    #[track_caller]
    #[must_use]
    pub fn with_uid(uid: Uid, title: impl Into<String>) -> Self {
        Self {
            uid,
            title: title.into(),
            description: None,
            folder: Folder::default(),
            tags: vec![],
            refresh: Some(secs(30)),
            time: TimeRange::default(),
            variables: vec![],
            annotations: vec![],
            links: vec![],
            top: vec![],
            rows: vec![],
            json: Patch::default(),
            allow: vec![],
            origin: Origin::here(),
            written: written::Written::nowhere(),
        }
    }

    /// What it is for.
    #[must_use]
    pub fn description(mut self, description: impl Into<String>) -> Self {
        self.description = Some(description.into());
        self
    }

    /// The folder, by its title or as [`Folder`].
    #[must_use]
    pub fn folder(mut self, folder: impl Into<Folder>) -> Self {
        self.folder = folder.into();
        self
    }

    /// Adds a tag.
    #[must_use]
    pub fn tag(mut self, tag: impl Into<String>) -> Self {
        self.tags.push(tag.into());
        self
    }

    /// Adds tags.
    #[must_use]
    pub fn tags<T: Into<String>>(mut self, tags: impl IntoIterator<Item = T>) -> Self {
        self.tags.extend(tags.into_iter().map(Into::into));
        self
    }

    /// Reloads this often. 30 seconds unless said otherwise.
    #[must_use]
    pub fn refresh(mut self, every: Duration) -> Self {
        self.refresh = Some(every);
        self
    }

    /// Reloads only when the reader asks for it.
    #[must_use]
    pub fn no_refresh(mut self) -> Self {
        self.refresh = None;
        self
    }

    /// Shows this much time up to now. One hour unless said otherwise.
    #[must_use]
    pub fn last(mut self, duration: Duration) -> Self {
        self.time = TimeRange {
            from: format!("now-{duration}"),
            to: "now".to_owned(),
        };
        self
    }

    /// Shows this time, in Grafana's words: `now-2d` to `now-1d`.
    #[must_use]
    pub fn time(mut self, from: impl Into<String>, to: impl Into<String>) -> Self {
        self.time = TimeRange {
            from: from.into(),
            to: to.into(),
        };
        self
    }

    /// Adds a variable; the first stands leftmost.
    #[must_use]
    pub fn variable(mut self, variable: Variable) -> Self {
        self.variables.push(variable);
        self
    }

    /// Adds events drawn over the panels.
    #[must_use]
    pub fn annotation(mut self, annotation: Annotation) -> Self {
        self.annotations.push(annotation);
        self
    }

    /// Adds a link at the top.
    #[must_use]
    pub fn link(mut self, link: DashboardLink) -> Self {
        self.links.push(link);
        self
    }

    /// Adds panels above the first row.
    #[must_use]
    pub fn top(mut self, panels: impl Panels) -> Self {
        panels.append_to(&mut self.top);
        self
    }

    /// Adds a row: a heading and panels, as a tuple, an array, a vector or a single one.
    #[track_caller]
    #[must_use]
    pub fn row(self, title: impl Into<String>, panels: impl Panels) -> Self {
        self.add_row(Row::new(title, panels))
    }

    /// Adds a row that the reader opens: its panels ask nothing until then.
    #[track_caller]
    #[must_use]
    pub fn collapsed_row(self, title: impl Into<String>, panels: impl Panels) -> Self {
        self.add_row(Row::new(title, panels).collapsed())
    }

    /// Adds a row made before.
    #[must_use]
    pub fn add_row(mut self, row: Row) -> Self {
        self.rows.push(row);
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

    /// Accepts the findings of one check, for a reason.
    #[track_caller]
    #[must_use]
    pub fn allow(mut self, check: &str, reason: &str) -> Self {
        self.allow.push(Allow::new(check, reason));
        self
    }

    /// All panels, from top to bottom.
    pub fn panels(&self) -> impl Iterator<Item = &Panel> {
        self.top
            .iter()
            .chain(self.rows.iter().flat_map(|row| &row.panels))
    }
}

/// A heading and the panels under it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Row {
    /// The heading.
    pub title: String,
    /// Whether the reader has to open it.
    #[serde(default)]
    pub collapsed: bool,
    /// The variable whose every chosen value gets the row once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repeat: Option<String>,
    /// The panels, from left to right, wrapping.
    pub panels: Vec<Panel>,
    /// Where it is defined.
    #[serde(skip)]
    pub origin: Origin,
}

impl Row {
    /// An open row.
    #[track_caller]
    #[must_use]
    pub fn new(title: impl Into<String>, panels: impl Panels) -> Self {
        let mut row = Self {
            title: title.into(),
            collapsed: false,
            repeat: None,
            panels: vec![],
            origin: Origin::here(),
        };
        panels.append_to(&mut row.panels);
        row
    }

    /// Closed until the reader opens it.
    #[must_use]
    pub fn collapsed(mut self) -> Self {
        self.collapsed = true;
        self
    }

    /// Once for every chosen value of the variable.
    #[must_use]
    pub fn repeat(mut self, variable: impl Into<String>) -> Self {
        self.repeat = Some(variable.into());
        self
    }
}

/// A folder of dashboards in Grafana.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Folder {
    /// The heading.
    pub title: String,
    /// The stable identity, and the name of the directory its files are written to.
    pub uid: Uid,
}

impl Folder {
    /// A folder whose uid is derived from its title.
    #[must_use]
    pub fn new(title: impl Into<String>) -> Self {
        let title = title.into();
        Self {
            uid: derived_uid(&title),
            title,
        }
    }
}

impl Default for Folder {
    /// Not "General": that is Grafana's own word for no folder, and refused as the name of one.
    fn default() -> Self {
        Self::new("Dashboards")
    }
}

impl From<&str> for Folder {
    fn from(title: &str) -> Self {
        Self::new(title)
    }
}

/// The time a dashboard shows first, in Grafana's words: `now-1h` to `now`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TimeRange {
    /// The beginning.
    pub from: String,
    /// The end.
    pub to: String,
}

impl Default for TimeRange {
    fn default() -> Self {
        Self {
            from: "now-1h".to_owned(),
            to: "now".to_owned(),
        }
    }
}

/// A uid made from any text: its letters and digits in lower case, joined by `-`. What does not fit into 40
/// characters ends in a hash of the whole, so that long texts stay apart.
#[must_use]
pub fn derived_uid(text: &str) -> Uid {
    const LONGEST: usize = 40;
    let words: Vec<String> = text
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_ascii_lowercase)
        .collect();
    let mut uid = words.join("-");
    if uid.is_empty() || uid.len() > LONGEST {
        let hash = format!("{:08x}", hash(text));
        uid.truncate(LONGEST - hash.len() - 1);
        let kept = uid.trim_end_matches('-');
        uid = if kept.is_empty() {
            hash
        } else {
            format!("{kept}-{hash}")
        };
    }
    Uid::new(uid).expect("words of ASCII letters and digits, at most 40 characters")
}

/// FNV-1a: the same on every machine and in every version, which the standard hasher does not promise.
pub(crate) fn hash(text: &str) -> u32 {
    text.bytes().fold(0x811c_9dc5, |hash, byte| {
        (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193)
    })
}
