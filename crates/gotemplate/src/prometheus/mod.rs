//! The templates of Prometheus' alerts: their variables, their functions, their messages.

mod clock;
mod functions;
mod host;
mod humanize;
mod regex;
mod title;

use std::collections::BTreeMap;
use std::sync::Arc;

pub use clock::{duration, parse_time, time};
pub use functions::{FUNCTIONS, functions};

use crate::ast::List;
use crate::value::{Field, Struct};
use crate::{Context, Dialect, RenderError, SyntaxError, Value, parse};

/// The variables that Prometheus declares before each template.
pub const VARIABLES: &[&str] = &["$externalLabels", "$externalURL", "$labels", "$value"];

/// What Prometheus writes before each template; the places in its messages count these bytes.
const PREAMBLE: &str = "{{$labels := .Labels}}{{$externalLabels := .ExternalLabels}}\
                        {{$externalURL := .ExternalURL}}{{$value := .Value}}";

/// What the templates of alerts may use.
pub const DIALECT: Dialect<'static> = Dialect {
    functions: FUNCTIONS,
    variables: VARIABLES,
};

/// An alert whose labels and annotations are rendered.
#[derive(Clone, Debug)]
pub struct Alert {
    /// The name; messages have it.
    pub name: String,
    /// The labels of the series, without those that the rule adds.
    pub labels: BTreeMap<String, String>,
    /// The labels of the server.
    pub external_labels: BTreeMap<String, String>,
    /// The address of the server.
    pub external_url: String,
    /// The value: a float, or an [`crate::Object`] for a native histogram.
    pub value: Value,
    /// When it is evaluated, in milliseconds since 1970.
    pub timestamp: i64,
}

impl Alert {
    /// An alert of this name, without labels, at the value 0 and the time 0.
    #[must_use]
    pub fn named(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            labels: BTreeMap::new(),
            external_labels: BTreeMap::new(),
            external_url: String::new(),
            value: Value::Float(0.0),
            timestamp: 0,
        }
    }

    /// The dot of its templates.
    fn dot(&self) -> Value {
        let field = |name, value, any| Field { name, value, any };
        Value::Struct(Arc::new(Struct {
            type_name: "struct { Labels map[string]string; ExternalLabels map[string]string; \
                        ExternalURL string; Value interface {} }"
                .into(),
            fields: vec![
                field("Labels", texts(&self.labels), false),
                field("ExternalLabels", texts(&self.external_labels), false),
                field("ExternalURL", self.external_url.as_str().into(), false),
                field("Value", self.value.clone(), true),
            ],
        }))
    }
}

fn texts(labels: &BTreeMap<String, String>) -> Value {
    Value::texts(
        labels
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str())),
    )
}

/// A series that a query gives.
#[derive(Clone, Debug)]
pub struct Sample {
    /// Its labels; its name is `__name__`.
    pub labels: BTreeMap<String, String>,
    /// Its value.
    pub value: Value,
}

/// Answers a query at the time of the alert; fails with the words of the engine.
pub type Query<'a> = dyn Fn(&str) -> Result<Vec<Sample>, String> + 'a;

/// A label or an annotation of an alert.
#[derive(Clone, Debug)]
pub struct Template {
    text: String,
    /// The template.
    pub nodes: List,
    /// Why Prometheus would not load it.
    pub errors: Vec<SyntaxError>,
}

/// Why a label or an annotation has no text, in Prometheus' words.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// Prometheus does not load it.
    #[error("error parsing template {template}: {message}", message = .error.in_template(.template))]
    Parse {
        /// The name of the template: `__alert_` and the name of the alert.
        template: String,
        /// The first error.
        error: Box<SyntaxError>,
    },
    /// It cannot be rendered.
    #[error("error executing template {name}: {0}", name = .0.template)]
    Render(Box<RenderError>),
}

impl Template {
    /// Reads a template.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let parsed = parse(text, &DIALECT);
        Self {
            text: text.to_owned(),
            nodes: parsed.nodes,
            errors: parsed.errors,
        }
    }

    /// The text of an alert.
    ///
    /// # Errors
    ///
    /// Where Prometheus' expander fails. Its message is the error's text.
    pub fn render(&self, alert: &Alert, query: &Query<'_>) -> Result<String, Error> {
        let name = format!("__alert_{}", alert.name);
        if let Some(error) = self.errors.first() {
            return Err(Error::Parse {
                template: name,
                error: Box::new(error.clone()),
            });
        }
        let context = Context {
            name: &name,
            preamble: PREAMBLE.len(),
            dot: alert.dot(),
            variables: vec![
                ("$labels", texts(&alert.labels)),
                ("$externalLabels", texts(&alert.external_labels)),
                ("$externalURL", alert.external_url.as_str().into()),
                ("$value", alert.value.clone()),
            ],
            functions: &functions(alert, query),
        };
        crate::render(&self.text, &self.nodes, &context).map_err(Error::Render)
    }

    /// The text of an alert, or what Prometheus writes there instead when the template fails.
    #[must_use]
    pub fn expand(&self, alert: &Alert, query: &Query<'_>) -> String {
        self.render(alert, query)
            .unwrap_or_else(|error| format!("<error expanding template: {error}>"))
    }
}
