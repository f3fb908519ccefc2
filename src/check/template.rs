//! Labels named in texts: Prometheus' templates (`{{ $labels.path }}`) and Grafana's legends (`{{path}}`).

use std::ops::Range;
use std::sync::Arc;

use obsctl_model::Origin;

use super::{Input, Query};
use crate::memo::Memo;
use crate::project::Site;
use crate::project::labels::Loss;
use crate::project::template::{self as project_template, Template};

/// Reads every template once.
#[derive(Debug, Default)]
pub struct Templates {
    read: Memo<Arc<Template>>,
}

impl Templates {
    /// What is known of a template; nothing of a text without actions.
    #[must_use]
    pub fn read(&self, text: &str) -> Option<Arc<Template>> {
        let read = || Arc::new(project_template::read(text));
        text.contains("{{").then(|| self.read.of(text, read))
    }
}

/// A label named in a text that the query's result does not have.
#[derive(Clone, Debug)]
pub(super) struct Missing<'a> {
    /// The label.
    pub label: &'a str,
    /// What kind of text names it: `summary`.
    pub what: &'a str,
    /// The text.
    pub text: &'a str,
    /// The bytes of the text that name the label.
    pub range: Range<usize>,
    /// Where the text is defined.
    pub origin: Origin,
    /// What took the label away; none where it never was there.
    pub loss: Option<Loss<'a>>,
}

/// The labels that texts about a query name and its result does not have.
pub(super) fn missing<'a>(input: &Input<'_>, query: &Query<'a>) -> Vec<Missing<'a>> {
    let labels = &query.flow.labels;
    let mut found = vec![];
    if labels.has_all() {
        return found;
    }
    for (what, text, origin, named) in texts(&query.at.site) {
        for (range, label) in named(&input.templates, text) {
            if !labels.has(label) {
                found.push(Missing {
                    label,
                    what,
                    text,
                    range,
                    origin,
                    loss: labels.loss(label),
                });
            }
        }
    }
    found
}

type Named = for<'t> fn(&Templates, &'t str) -> Vec<(Range<usize>, &'t str)>;

/// The texts that can name labels of a query's result, and how they do it.
fn texts<'a>(site: &Site<'a>) -> Vec<(&'a str, &'a str, Origin, Named)> {
    match site {
        Site::Alert { alert, .. } => project_template::texts(alert)
            .map(|(what, text)| (what, text, alert.origin, template_labels as Named))
            .collect(),
        Site::Panel {
            panel,
            legend: Some(legend),
            ..
        } => vec![("legend", legend, panel.origin, legend_labels as Named)],
        Site::Annotation { annotation, .. } => {
            let texts = [("title", &annotation.title), ("text", &annotation.text)];
            texts
                .into_iter()
                .filter_map(|(what, text)| Some((what, text.as_deref()?)))
                .map(|(what, text)| (what, text, annotation.origin, legend_labels as Named))
                .collect()
        }
        _ => vec![],
    }
}

/// The labels that a template of Prometheus names: `$labels.path`, `.Labels.path`, `index $labels "path"`.
fn template_labels<'t>(templates: &Templates, text: &'t str) -> Vec<(Range<usize>, &'t str)> {
    let read = templates.read(text);
    let labels = read.iter().flat_map(|template| &template.labels);
    labels
        .filter_map(|range| Some((range.clone(), text.get(range.clone())?)))
        .collect()
}

/// The labels that a legend names: `{{path}}`.
fn legend_labels<'t>(_: &Templates, text: &'t str) -> Vec<(Range<usize>, &'t str)> {
    actions(text)
        .filter_map(|range| {
            let inner = &text[range.clone()];
            let label = inner.trim();
            let start = range.start + inner.find(label)?;
            (!label.is_empty() && word(label) == label).then(|| (start..start + label.len(), label))
        })
        .collect()
}

/// What stands between `{{` and `}}`.
pub(super) fn actions(text: &str) -> impl Iterator<Item = Range<usize>> {
    text.match_indices("{{").filter_map(|(open, _)| {
        let start = open + 2;
        let length = text[start..].find("}}")?;
        Some(start..start + length)
    })
}

fn word(text: &str) -> &str {
    let end = text.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
    &text[..end.unwrap_or(text.len())]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(named: Named, text: &str) -> Vec<&str> {
        let labels = named(&Templates::default(), text);
        labels.into_iter().map(|(_, label)| label).collect()
    }

    #[test]
    fn templates_name_labels_in_four_ways() {
        let text = r#"{{ $labels.a }} {{ .Labels.b | title }} {{ index $labels "c" }} $labels.no {{ $value }}"#;
        assert_eq!(names(template_labels, text), ["a", "b", "c"]);
        assert_eq!(
            names(
                template_labels,
                r#"{{ range query "up" }}{{ .Labels.x }}{{ end }}{{ $labels.y }}"#
            ),
            ["y"]
        );
    }

    #[test]
    fn legends_name_labels_in_braces() {
        assert_eq!(
            names(legend_labels, "{{a}} of {{ b }} {{ not one }} {{}} {"),
            ["a", "b"]
        );
    }
}
