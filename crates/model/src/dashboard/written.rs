//! What a dashboard's file says beside what the vocabulary keeps. Only dashboards that were read have it: what is made from
//! definitions has its places and ids derived, and cannot get them wrong.

use serde_json::Value;

use crate::Origin;

/// What the file of a dashboard says.
#[derive(Clone, Debug, Default)]
pub struct WrittenDashboard {
    /// Texts outside of panels and queries that name variables: datasources of annotations and variables, conditions of rows.
    pub mentions: Vec<String>,
    /// Uids of library panels that the file brings along.
    pub elements: Vec<String>,
    /// What its layout names and does not have, where it has one that names what it shows.
    pub missing: Missing,
    /// Whether people may change it in Grafana, and where that is said.
    pub editable: Option<(bool, Origin)>,
    /// Whether it is no more than a panel that dashboards share.
    pub shared_panel: bool,
    /// All of it, where that was asked for.
    pub json: Option<Value>,
}

/// Elements that a layout names and that are not there.
#[derive(Clone, Debug, Default)]
pub struct Missing {
    /// Their names, and where they are named.
    pub named: Vec<(String, Origin)>,
    /// The elements that there are, if any is missing.
    pub known: Vec<String>,
}

/// What the file of a dashboard says about a panel.
#[derive(Clone, Debug, Default)]
pub struct WrittenPanel {
    /// Its id, which links and other panels name.
    pub id: Option<u64>,
    /// Where it stands.
    pub place: Option<Place>,
    /// The grid it stands on: every closed row has its own.
    pub grid: u32,
    /// Whether no item of the layout shows it.
    pub unplaced: bool,
    /// The uid of the library panel it shows.
    pub library: Option<String>,
    /// Whether Grafana made it as a repetition of another.
    pub copy: bool,
    /// Whether its thresholds are seen: as colour, area or line.
    pub thresholds_shown: bool,
    /// Whether some fields have a unit of their own.
    pub units_differ: bool,
    /// Whether answers are changed before they are drawn.
    pub transformed: bool,
    /// Whether words stand for values.
    pub mapped: bool,
    /// Whether it or a query of it says how far points stand apart at least.
    pub step_said: bool,
    /// Whether a single number has its series drawn behind it.
    pub sparkline: bool,
    /// All of it in the classic form, where that was asked for.
    pub json: Option<Value>,
}

/// A rectangle of the grid of 24 columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// Columns left of it.
    pub x: i64,
    /// Rows above it.
    pub y: i64,
    /// Columns.
    pub width: i64,
    /// Rows.
    pub height: i64,
}

impl Place {
    /// Whether both cover some cell.
    #[must_use]
    pub const fn overlaps(&self, other: &Self) -> bool {
        self.x < other.x.saturating_add(other.width)
            && other.x < self.x.saturating_add(self.width)
            && self.y < other.y.saturating_add(other.height)
            && other.y < self.y.saturating_add(self.height)
    }
}

/// What a file says, if there was one. Two are always equal, as two origins are: definitions compare by what they say.
#[derive(Clone, Debug)]
pub struct Written<T>(Option<Box<T>>);

impl<T> Written<T> {
    /// Nothing: there was no file.
    #[must_use]
    pub const fn nowhere() -> Self {
        Self(None)
    }

    /// What a file says.
    #[must_use]
    pub fn get(&self) -> Option<&T> {
        self.0.as_deref()
    }
}

impl<T> Default for Written<T> {
    fn default() -> Self {
        Self::nowhere()
    }
}

impl<T> From<T> for Written<T> {
    fn from(written: T) -> Self {
        Self(Some(Box::new(written)))
    }
}

impl<T> PartialEq for Written<T> {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}
