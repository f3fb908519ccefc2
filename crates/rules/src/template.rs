//! Templates in labels and annotations of alerts.

use std::collections::BTreeMap;
use std::sync::Arc;

use obsctl_gotemplate as gotemplate;
use obsctl_gotemplate::prometheus::{Alert, Template};
use obsctl_promql::eval::{Labels, Sample, Value};
use obsctl_promql::histogram::FloatHistogram;

/// The value of a label or an annotation: a text, which for alerts is a template.
#[derive(Clone, Debug)]
pub struct Text {
    written: String,
    /// Read only where there is something to expand.
    template: Option<Box<Template>>,
}

impl Text {
    /// A text that stays as it is.
    #[must_use]
    pub fn plain(text: &str) -> Self {
        Self {
            written: text.to_owned(),
            template: None,
        }
    }

    /// A text that is expanded for each alert.
    #[must_use]
    pub fn template(text: &str) -> Self {
        let template = text.contains("{{").then(|| Box::new(Template::parse(text)));
        Self {
            written: text.to_owned(),
            template,
        }
    }

    /// The text as it was written.
    #[must_use]
    pub fn written(&self) -> &str {
        &self.written
    }

    /// Why Prometheus would not load the template.
    #[must_use]
    pub fn errors(&self) -> &[gotemplate::SyntaxError] {
        self.template
            .as_ref()
            .map_or(&[], |template| &template.errors)
    }

    /// Whether there is nothing to expand.
    pub(crate) fn is_plain(&self) -> bool {
        self.template.is_none()
    }

    /// Whether expanding may ask the storage.
    pub(crate) fn may_query(&self) -> bool {
        self.names("query")
    }

    /// Whether the result may differ although labels and value are the same.
    pub(crate) fn may_change(&self) -> bool {
        self.may_query() || self.names("now")
    }

    /// Whether it is a template in which this word stands by itself: `urlquery` is no `query`.
    fn names(&self, function: &str) -> bool {
        let mut words = self
            .written
            .split(|it: char| !it.is_alphanumeric() && it != '_');
        !self.is_plain() && words.any(|word| word == function)
    }

    /// The text of an alert; what goes wrong stands in it, as Prometheus does it.
    pub(crate) fn expand(&self, scope: &Scope<'_>) -> String {
        let Some(template) = &self.template else {
            return self.written.clone();
        };
        let query = |text: &str| {
            let samples = (scope.query)(text)?.into_iter();
            let samples = samples.map(|sample| gotemplate::prometheus::Sample {
                labels: texts(&sample.labels),
                value: value(&sample.value),
            });
            Ok(samples.collect())
        };
        let alert = Alert {
            name: scope.alert.to_owned(),
            labels: texts(scope.labels),
            external_labels: scope.around.external_labels.clone(),
            external_url: scope.around.external_url.clone(),
            value: value(scope.value),
            timestamp: scope.time,
        };
        template.expand(&alert, &query)
    }
}

/// Answers a query at the time of the evaluation.
pub(crate) type Query<'a> = &'a dyn Fn(&str) -> Result<Vec<Sample>, String>;

/// What all alerts of a test know.
#[derive(Clone, Debug, Default)]
pub(crate) struct Surroundings {
    pub external_labels: BTreeMap<String, String>,
    pub external_url: String,
}

/// What a template is expanded with.
pub(crate) struct Scope<'a> {
    pub alert: &'a str,
    pub labels: &'a Labels,
    pub value: &'a Value,
    /// Milliseconds since the epoch.
    pub time: i64,
    pub around: &'a Surroundings,
    pub query: Query<'a>,
}

fn texts(labels: &Labels) -> BTreeMap<String, String> {
    labels
        .iter()
        .map(|it| (it.name.to_string(), it.value.to_string()))
        .collect()
}

fn value(value: &Value) -> gotemplate::Value {
    match value {
        Value::Float(value) => gotemplate::Value::Float(*value),
        Value::Histogram(histogram) => gotemplate::Value::Object(Arc::new(Histogram(
            histogram.clone(),
            gotemplate::Value::Nil,
        ))),
    }
}

/// A native histogram, which templates can only print.
#[derive(Debug)]
struct Histogram(Arc<FloatHistogram>, gotemplate::Value);

impl gotemplate::Object for Histogram {
    fn type_name(&self) -> &str {
        "*histogram.FloatHistogram"
    }

    fn underlying(&self) -> &gotemplate::Value {
        &self.1
    }

    fn text(&self) -> Option<String> {
        Some(self.0.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_functions_of_these_names_need_the_storage_or_the_clock() {
        for (text, queries, changes) in [
            (
                "{{ with query \"up\" }}{{ . | first | value }}{{ end }}",
                true,
                true,
            ),
            ("{{\"up\"|query}}", true, true),
            ("{{ $labels.path | urlquery }}", false, false),
            ("{{ $labels.job }} is known now", false, true),
            ("{{ now }}", false, true),
            ("{{ $labels.owner }} is unknown", false, false),
        ] {
            let text = Text::template(text);
            assert_eq!(text.may_query(), queries, "{}", text.written());
            assert_eq!(text.may_change(), changes, "{}", text.written());
        }
        assert!(!Text::plain("query now").may_change());
    }
}
