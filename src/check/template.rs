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
    texts(&query.at.site, &mut |what, text, origin, named| {
        named(&input.templates, text, &mut |range, label| {
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
        });
    });
    found
}

/// Sees the labels that a text names, and the bytes that do.
type Named = for<'t> fn(&Templates, &'t str, &mut dyn FnMut(Range<usize>, &'t str));

/// Sees the texts that can name labels of a query's result, and how they do it.
fn texts<'a>(site: &Site<'a>, see: &mut dyn FnMut(&'a str, &'a str, Origin, Named)) {
    match site {
        Site::Alert { alert, .. } => {
            for (what, text) in project_template::texts(alert) {
                see(what, text, alert.origin, template_labels);
            }
        }
        Site::Panel {
            panel,
            legend: Some(legend),
            ..
        } => see("legend", legend, panel.origin, legend_labels),
        Site::Annotation { annotation, .. } => {
            let texts = [("title", &annotation.title), ("text", &annotation.text)];
            for (what, text) in texts {
                if let Some(text) = text {
                    see(what, text, annotation.origin, legend_labels);
                }
            }
        }
        _ => {}
    }
}

/// The labels that a template of Prometheus names: `$labels.path`, `.Labels.path`, `index $labels "path"`.
fn template_labels<'t>(
    templates: &Templates,
    text: &'t str,
    see: &mut dyn FnMut(Range<usize>, &'t str),
) {
    let read = templates.read(text);
    for range in read.iter().flat_map(|template| &template.labels) {
        if let Some(label) = text.get(range.clone()) {
            see(range.clone(), label);
        }
    }
}

/// The labels that a legend names: `{{path}}`.
fn legend_labels<'t>(_: &Templates, text: &'t str, see: &mut dyn FnMut(Range<usize>, &'t str)) {
    for range in actions(text) {
        let inner = &text[range.clone()];
        let label = inner.trim();
        if let Some(before) = inner.find(label)
            && !label.is_empty()
            && word(label) == label
        {
            let start = range.start + before;
            see(start..start + label.len(), label);
        }
    }
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
        let mut labels = vec![];
        named(&Templates::default(), text, &mut |_, label| {
            labels.push(label);
        });
        labels
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
