//! Every query and every text of a dashboard, with the place it stands at: what checks read.

use std::borrow::Cow;

use serde_json::{Map, Value};

use super::field::Property;
use super::query::letters;
use super::variable::Values;
use super::{
    Annotation, Dashboard, Expression, Link, LinkTarget, OtherQuery, Panel, Query, Transformation,
    Variable, Visualization,
};
use crate::{LogQl, Origin, Promql, TraceQl};

/// Where in a dashboard something stands.
#[derive(Clone, Debug)]
pub enum Place<'a> {
    /// The dashboard itself.
    Dashboard,
    /// The heading of a row, or its repetition.
    Row(&'a str),
    /// A panel as a whole.
    Panel(&'a Panel),
    /// A query of a panel, with its ref id.
    Query(&'a Panel, Cow<'a, str>),
    /// A variable.
    Variable(&'a Variable),
    /// An annotation.
    Annotation(&'a Annotation),
}

impl Place<'_> {
    /// The place in words: ``panel `Request rate`, query `A` ``.
    #[must_use]
    pub fn describe(&self) -> String {
        match self {
            Self::Dashboard => "the dashboard".to_owned(),
            Self::Row(title) => format!("row `{title}`"),
            Self::Panel(panel) => format!("panel `{}`", panel.title),
            Self::Query(panel, ref_id) => format!("panel `{}`, query `{ref_id}`", panel.title),
            Self::Variable(variable) => format!("variable `{}`", variable.name),
            Self::Annotation(annotation) => format!("annotation `{}`", annotation.name),
        }
    }
}

/// A query by its language.
#[derive(Clone, Copy, Debug)]
pub enum ExpressionRef<'a> {
    /// Metrics.
    Promql(&'a Promql),
    /// Logs.
    Logql(&'a LogQl),
    /// Traces.
    Traceql(&'a TraceQl),
    /// The service graph, narrowed by a selector.
    ServiceMap(&'a str),
    /// Of another datasource.
    Other(&'a OtherQuery),
}

impl<'a> From<&'a Expression> for ExpressionRef<'a> {
    fn from(expression: &'a Expression) -> Self {
        match expression {
            Expression::Promql(query) => Self::Promql(query),
            Expression::Logql(query) => Self::Logql(query),
            Expression::Traceql(query) => Self::Traceql(query),
            Expression::ServiceMap { selector } => Self::ServiceMap(selector),
            Expression::Other(query) => Self::Other(query),
        }
    }
}

/// A query of a dashboard.
#[derive(Clone, Debug)]
pub struct PlacedQuery<'a> {
    /// Where it stands.
    pub place: Place<'a>,
    /// What is asked.
    pub expression: ExpressionRef<'a>,
    /// How series are named, of a panel's query.
    pub legend: Option<&'a str>,
    /// The label whose values are wanted, of a variable's query.
    pub wanted_label: Option<&'a str>,
    /// Where it was written; the panel's, variable's or annotation's place where it has none of its own.
    pub origin: Origin,
}

/// What a text is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TextKind {
    /// Names the series of a query: `{{label}}`.
    Legend,
    /// A heading or description.
    Title,
    /// An address, with Grafana's variables.
    Link,
    /// What a text panel or an event says, or any other text that can name a variable.
    Content,
    /// The name of a variable to repeat for, as `$name`.
    Repeat,
}

/// A text of a dashboard that can name variables or labels.
#[derive(Clone, Debug)]
pub struct PlacedText<'a> {
    /// Where it stands.
    pub place: Place<'a>,
    /// What it is for.
    pub kind: TextKind,
    /// The text.
    pub text: Cow<'a, str>,
}

fn or(own: Origin, outer: Origin) -> Origin {
    if own.location().is_some() { own } else { outer }
}

impl Panel {
    /// The ref id of each query, in order: its own, or the letter of its position.
    pub fn ref_ids(&self) -> impl Iterator<Item = Cow<'_, str>> {
        let queries = self.queries.iter().enumerate();
        queries.map(|(index, query)| match &query.ref_id {
            Some(own) => Cow::Borrowed(own.as_str()),
            None => letters(index),
        })
    }

    /// The query with that ref id.
    #[must_use]
    pub fn query_called(&self, ref_id: &str) -> Option<&Query> {
        let mut queries = self.ref_ids().zip(&self.queries);
        queries.find(|(id, _)| id == ref_id).map(|(_, query)| query)
    }

    /// Every link: of the panel, its values and its overrides.
    pub fn all_links(&self) -> impl Iterator<Item = &Link> {
        let overridden = self.overrides.iter().flat_map(|one| &one.properties);
        let overridden = overridden.filter_map(|property| match property {
            Property::Links(links) => Some(links),
            _ => None,
        });
        self.links
            .iter()
            .chain(&self.data_links)
            .chain(overridden.flatten())
    }
}

impl Dashboard {
    /// Every query of panels, links into Explore, variables and annotations.
    #[must_use]
    pub fn queries(&self) -> Vec<PlacedQuery<'_>> {
        let mut found = vec![];
        for variable in &self.variables {
            found.extend(variable_query(variable));
        }
        for annotation in &self.annotations {
            found.push(PlacedQuery {
                place: Place::Annotation(annotation),
                expression: (&annotation.expression).into(),
                legend: None,
                wanted_label: None,
                origin: or(annotation.expression.origin(), annotation.origin),
            });
        }
        for panel in self.panels() {
            for (query, ref_id) in panel.queries.iter().zip(panel.ref_ids()) {
                found.push(PlacedQuery {
                    place: Place::Query(panel, ref_id),
                    expression: (&query.expression).into(),
                    legend: query.legend.as_deref(),
                    wanted_label: None,
                    origin: or(query.expression.origin(), panel.origin),
                });
            }
            for link in panel.all_links() {
                if let LinkTarget::Explore(explore) = &link.to {
                    found.push(PlacedQuery {
                        place: Place::Panel(panel),
                        expression: (&explore.expression).into(),
                        legend: None,
                        wanted_label: None,
                        origin: or(explore.expression.origin(), panel.origin),
                    });
                }
            }
        }
        found
    }

    /// Every text that can name variables or labels: headings, legends, links, contents, repetitions.
    #[must_use]
    pub fn texts<'a>(&'a self) -> Vec<PlacedText<'a>> {
        let mut texts = Texts::default();
        texts.add(Place::Dashboard, TextKind::Title, &self.title);
        texts.add(Place::Dashboard, TextKind::Content, self.json.text());
        for link in &self.links {
            texts.add(Place::Dashboard, TextKind::Link, link.href());
            texts.add(Place::Dashboard, TextKind::Content, link.json.text());
        }
        for variable in &self.variables {
            let place = Place::Variable(variable);
            if let Values::Other(json) = &variable.values {
                texts.add_inside(&place, json);
            }
            for value in variable.default.iter().chain(&variable.regex) {
                texts.add(place.clone(), TextKind::Content, value);
            }
            if let Some(source) = &variable.datasource {
                texts.add(place.clone(), TextKind::Content, &*source.uid);
            }
            texts.add(place, TextKind::Content, variable.json.text());
        }
        for annotation in &self.annotations {
            let place = Place::Annotation(annotation);
            texts.add(place.clone(), TextKind::Content, annotation.json.text());
            for text in [&annotation.title, &annotation.text].into_iter().flatten() {
                texts.add(place.clone(), TextKind::Content, text);
            }
        }
        for row in &self.rows {
            let place = Place::Row(&row.title);
            texts.add(place.clone(), TextKind::Title, &row.title);
            if let Some(variable) = &row.repeat {
                texts.add(place, TextKind::Repeat, format!("${variable}"));
            }
        }
        for panel in self.panels() {
            texts.add_panel(panel);
        }
        texts.found
    }
}

/// The texts found so far.
#[derive(Default)]
struct Texts<'a> {
    found: Vec<PlacedText<'a>>,
}

impl<'a> Texts<'a> {
    fn add(&mut self, place: Place<'a>, kind: TextKind, text: impl Into<Cow<'a, str>>) {
        let text = text.into();
        if !text.is_empty() {
            self.found.push(PlacedText { place, kind, text });
        }
    }

    /// The texts of a JSON value that name a variable.
    fn add_inside(&mut self, place: &Place<'a>, json: &'a Value) {
        match json {
            Value::String(text) => self.add_naming(place, text),
            Value::Array(items) => items.iter().for_each(|item| self.add_inside(place, item)),
            Value::Object(entries) => self.add_entries(place, entries),
            _ => {}
        }
    }

    fn add_entries(&mut self, place: &Place<'a>, entries: &'a Map<String, Value>) {
        for (key, value) in entries {
            self.add_naming(place, key);
            self.add_inside(place, value);
        }
    }

    fn add_naming(&mut self, place: &Place<'a>, text: &'a str) {
        if obsctl_promql::variable::contains(text) {
            self.add(place.clone(), TextKind::Content, text);
        }
    }

    fn add_panel(&mut self, panel: &'a Panel) {
        let place = || Place::Panel(panel);
        self.add(place(), TextKind::Title, &panel.title);
        if let Some(description) = &panel.description {
            self.add(place(), TextKind::Title, description);
        }
        if let Some(repeat) = &panel.repeat {
            self.add(place(), TextKind::Repeat, format!("${}", repeat.variable));
        }
        let others = panel.overrides.iter().flat_map(|one| &one.properties);
        let others = others.filter_map(|property| match property {
            Property::Other { value, .. } => Some(value),
            _ => None,
        });
        let steps = panel.transformations.iter().filter_map(|step| match step {
            Transformation::Other(json) => Some(json),
            _ => None,
        });
        for json in others.chain(steps) {
            self.add(place(), TextKind::Content, json.to_string());
        }
        self.add(place(), TextKind::Content, panel.json.text());
        for (query, ref_id) in panel.queries.iter().zip(panel.ref_ids()) {
            let place = Place::Query(panel, ref_id);
            self.add(place.clone(), TextKind::Content, query.json.text());
            if let Expression::Other(other) = &query.expression {
                self.add(place.clone(), TextKind::Content, &other.uid);
                self.add_entries(&place, &other.json);
            }
            if let Some(datasource) = &query.datasource {
                self.add(place.clone(), TextKind::Content, &*datasource.uid);
            }
            if let Some(legend) = &query.legend {
                self.add(place, TextKind::Legend, legend);
            }
        }
        for link in panel.all_links() {
            self.add(place(), TextKind::Title, &link.title);
            self.add(place(), TextKind::Link, link.href());
        }
        match &panel.visualization {
            Visualization::Text(text) => self.add(place(), TextKind::Content, &text.content),
            Visualization::Plugin(plugin) => {
                for json in std::iter::once(&plugin.options).chain(&plugin.custom) {
                    self.add_inside(&place(), json);
                }
            }
            Visualization::AlertList(list) => {
                for text in [&list.name_contains, &list.matching].into_iter().flatten() {
                    self.add(place(), TextKind::Content, text);
                }
            }
            _ => {}
        }
    }
}

fn variable_query(variable: &Variable) -> Option<PlacedQuery<'_>> {
    let (expression, own) = match &variable.values {
        Values::LabelValues { of, .. } => (ExpressionRef::Promql(of), of.origin()),
        Values::LogLabelValues { of: Some(of), .. } => (ExpressionRef::Logql(of), of.origin()),
        Values::QueryResult(query) => (ExpressionRef::Promql(query), query.origin()),
        _ => return None,
    };
    let wanted_label = match &variable.values {
        Values::LabelValues { label, .. } | Values::LogLabelValues { label, .. } => {
            Some(label.as_str())
        }
        _ => None,
    };
    Some(PlacedQuery {
        place: Place::Variable(variable),
        expression,
        legend: None,
        wanted_label,
        origin: or(own, variable.origin),
    })
}
