//! What every panel can say, whatever its type.

use super::{At, Panel, Repeat, Size, Visualization};
use crate::dashboard::{
    Color, Datasource, Evaluation, FieldOverride, Format, Link, Mapping, Patch, Query, Threshold,
    Transformation,
};
use crate::{Allow, Duration, Origin, Unit};

impl<V> Panel<V> {
    /// A panel that asks nothing yet.
    #[track_caller]
    pub(super) fn new(title: impl Into<String>, visualization: V) -> Self {
        Self {
            title: title.into(),
            description: None,
            queries: vec![],
            unit: None,
            grafana_unit: None,
            decimals: None,
            min: None,
            max: None,
            base_color: None,
            thresholds: vec![],
            color: None,
            mappings: vec![],
            no_value: None,
            overrides: vec![],
            transformations: vec![],
            links: vec![],
            data_links: vec![],
            size: None,
            at: None,
            repeat: None,
            min_step: None,
            max_points: None,
            last: None,
            transparent: false,
            json: Patch::default(),
            visualization,
            allow: vec![],
            origin: Origin::here(),
            written: crate::dashboard::written::Written::nowhere(),
        }
    }

    /// The panel without its type, to hold panels of several types in one vector.
    #[must_use]
    pub fn any(self) -> Panel
    where
        V: Into<Visualization>,
    {
        Panel {
            title: self.title,
            description: self.description,
            queries: self.queries,
            unit: self.unit,
            grafana_unit: self.grafana_unit,
            decimals: self.decimals,
            min: self.min,
            max: self.max,
            base_color: self.base_color,
            thresholds: self.thresholds,
            color: self.color,
            mappings: self.mappings,
            no_value: self.no_value,
            overrides: self.overrides,
            transformations: self.transformations,
            links: self.links,
            data_links: self.data_links,
            size: self.size,
            at: self.at,
            repeat: self.repeat,
            min_step: self.min_step,
            max_points: self.max_points,
            last: self.last,
            transparent: self.transparent,
            json: self.json,
            visualization: self.visualization.into(),
            allow: self.allow,
            origin: self.origin,
            written: self.written,
        }
    }

    /// Shown when the pointer rests on the heading.
    #[must_use]
    pub fn description(mut self, description: impl Into<String>) -> Self {
        self.description = Some(description.into());
        self
    }

    /// Adds a query: built or text, in any of the three languages.
    #[must_use]
    pub fn query(mut self, query: impl Into<Query>) -> Self {
        self.queries.push(query.into());
        self
    }

    /// The query added last.
    #[track_caller]
    fn last_query(&mut self) -> &mut Query {
        let missing = "this describes the query before it: call `.query(…)` first";
        self.queries.last_mut().expect(missing)
    }

    /// Names the series of the query before it; `{{path}}` stands for the value of its label.
    ///
    /// # Panics
    /// When there is no query before it.
    #[track_caller]
    #[must_use]
    pub fn legend(mut self, legend: impl Into<String>) -> Self {
        self.last_query().legend = Some(legend.into());
        self
    }

    /// Asks the query before it once, at the end of the time shown.
    ///
    /// # Panics
    /// When there is no query before it.
    #[track_caller]
    #[must_use]
    pub fn instant(mut self) -> Self {
        self.last_query().evaluation = Some(Evaluation::Instant);
        self
    }

    /// Asks the query before it at every step of the time shown.
    ///
    /// # Panics
    /// When there is no query before it.
    #[track_caller]
    #[must_use]
    pub fn over_time(mut self) -> Self {
        self.last_query().evaluation = Some(Evaluation::Range);
        self
    }

    /// Shapes the answer of the query before it.
    ///
    /// # Panics
    /// When there is no query before it.
    #[track_caller]
    #[must_use]
    pub fn format(mut self, format: Format) -> Self {
        self.last_query().format = Some(format);
        self
    }

    /// The id other parts of the panel refer to the query before it by.
    ///
    /// # Panics
    /// When there is no query before it.
    #[track_caller]
    #[must_use]
    pub fn ref_id(mut self, ref_id: impl Into<String>) -> Self {
        self.last_query().ref_id = Some(ref_id.into());
        self
    }

    /// Asks the query before it, but does not draw it.
    ///
    /// # Panics
    /// When there is no query before it.
    #[track_caller]
    #[must_use]
    pub fn not_drawn(mut self) -> Self {
        self.last_query().hidden = true;
        self
    }

    /// Whether exemplars are fetched for the query before it. Where a histogram's quantile is drawn they are.
    ///
    /// # Panics
    /// When there is no query before it.
    #[track_caller]
    #[must_use]
    pub fn exemplars(mut self, fetched: bool) -> Self {
        self.last_query().exemplars = Some(fetched);
        self
    }

    /// How many log lines or traces the query before it gives at most.
    ///
    /// # Panics
    /// When there is no query before it.
    #[track_caller]
    #[must_use]
    pub fn limit(mut self, limit: u32) -> Self {
        self.last_query().limit = Some(limit);
        self
    }

    /// Asks the query before it elsewhere.
    ///
    /// # Panics
    /// When there is no query before it.
    #[track_caller]
    #[must_use]
    pub fn datasource(mut self, datasource: Datasource) -> Self {
        self.last_query().datasource = Some(datasource);
        self
    }

    /// The unit of the values. Without one it is derived from the first query.
    #[must_use]
    pub fn unit(mut self, unit: Unit) -> Self {
        self.unit = Some(unit);
        self
    }

    /// A unit only Grafana knows, by its id: `reqpm`, `suffix:jobs`.
    #[must_use]
    pub fn grafana_unit(mut self, id: impl Into<String>) -> Self {
        self.grafana_unit = Some(id.into());
        self
    }

    /// Digits after the point.
    #[must_use]
    pub fn decimals(mut self, digits: u8) -> Self {
        self.decimals = Some(digits);
        self
    }

    /// The low end of the scale.
    #[must_use]
    pub fn min(mut self, value: f64) -> Self {
        self.min = Some(value);
        self
    }

    /// The high end of the scale.
    #[must_use]
    pub fn max(mut self, value: f64) -> Self {
        self.max = Some(value);
        self
    }

    /// From this value on, this colour. Below the first it is green, see [`Panel::base_color`].
    #[must_use]
    pub fn threshold(mut self, value: f64, color: Color) -> Self {
        self.thresholds.push(Threshold { value, color });
        self
    }

    /// The colour below the first threshold.
    #[must_use]
    pub fn base_color(mut self, color: Color) -> Self {
        self.base_color = Some(color);
        self
    }

    /// One colour for everything.
    #[must_use]
    pub fn color(mut self, color: Color) -> Self {
        self.color = Some(color);
        self
    }

    /// Shows some values as words or colours.
    #[must_use]
    pub fn mapping(mut self, mapping: Mapping) -> Self {
        self.mappings.push(mapping);
        self
    }

    /// Shows one value as a word in a colour: `.show(0, "down", Color::Red)`.
    #[must_use]
    pub fn show(self, value: impl ToString, text: impl Into<String>, color: Color) -> Self {
        self.mapping(Mapping::value(value, text).color(color))
    }

    /// What is shown where there is no value.
    #[must_use]
    pub fn no_value(mut self, text: impl Into<String>) -> Self {
        self.no_value = Some(text.into());
        self
    }

    /// Shows some of the fields differently: `.field(by_name("Errors").color(Color::Red))`.
    #[must_use]
    pub fn field(mut self, fields: FieldOverride) -> Self {
        self.overrides.push(fields);
        self
    }

    /// What happens to the answers before they are drawn; steps apply in the order they are added.
    #[must_use]
    pub fn transform(mut self, transformation: impl Into<Transformation>) -> Self {
        self.transformations.push(transformation.into());
        self
    }

    /// Adds a link to the heading.
    #[must_use]
    pub fn link(mut self, link: Link) -> Self {
        self.links.push(link);
        self
    }

    /// Adds a link to every value: it can name what was clicked (`${__field.labels.path}`).
    #[must_use]
    pub fn data_link(mut self, link: Link) -> Self {
        self.data_links.push(link);
        self
    }

    /// Columns of 24.
    #[must_use]
    pub fn width(mut self, columns: u8) -> Self
    where
        V: Clone + Into<Visualization>,
    {
        let height = self.effective_size().height;
        self.size = Some(Size {
            width: columns,
            height,
        });
        self
    }

    /// Rows of about 30 pixels.
    #[must_use]
    pub fn height(mut self, rows: u8) -> Self
    where
        V: Clone + Into<Visualization>,
    {
        let width = self.effective_size().width;
        self.size = Some(Size {
            width,
            height: rows,
        });
        self
    }

    /// The size: its own, or that of its type.
    #[must_use]
    pub fn effective_size(&self) -> Size
    where
        V: Clone + Into<Visualization>,
    {
        self.size
            .unwrap_or_else(|| self.visualization.clone().into().size())
    }

    /// The shortest step between two points, of the query added last.
    #[must_use]
    pub fn query_step(mut self, step: Duration) -> Self {
        self.last_query().min_step = Some(step);
        self
    }

    /// Once for every chosen value of the variable, below each other.
    #[must_use]
    pub fn repeat_down(mut self, variable: impl Into<String>) -> Self {
        self.repeat = Some(Repeat {
            variable: variable.into(),
            per_row: None,
        });
        self
    }

    /// Once for every chosen value of the variable, so many side by side.
    #[must_use]
    pub fn repeat(mut self, variable: impl Into<String>, per_row: u8) -> Self {
        self.repeat = Some(Repeat {
            variable: variable.into(),
            per_row: Some(per_row),
        });
        self
    }

    /// The shortest step between two points.
    #[must_use]
    pub fn min_step(mut self, step: Duration) -> Self {
        self.min_step = Some(step);
        self
    }

    /// How many points at most.
    #[must_use]
    pub fn max_points(mut self, points: u32) -> Self {
        self.max_points = Some(points);
        self
    }

    /// Shows this much time, whatever the dashboard shows.
    #[must_use]
    pub fn last(mut self, duration: Duration) -> Self {
        self.last = Some(duration);
        self
    }

    /// Without a background.
    #[must_use]
    pub fn transparent(mut self) -> Self {
        self.transparent = true;
        self
    }

    /// Stands so many columns from the left and rows below the heading of its row, wherever others stand.
    #[must_use]
    pub fn at(mut self, x: u8, y: u16) -> Self {
        self.at = Some(At { x, y });
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

    /// Lays more of Grafana's JSON over what is generated: `null` takes a key away. About the query added last.
    ///
    /// # Panics
    /// When it is no JSON object.
    #[track_caller]
    #[must_use]
    pub fn query_json(mut self, json: serde_json::Value) -> Self {
        self.last_query().json.add(json);
        self
    }

    /// Accepts the findings of one check, for a reason.
    #[track_caller]
    #[must_use]
    pub fn allow(mut self, check: &str, reason: &str) -> Self {
        self.allow.push(Allow::new(check, reason));
        self
    }
}
