//! Templates of `line_format` and `label_format`.

use std::collections::BTreeMap;
use std::fmt;

/// Reads templates: those of Go with the functions of Loki. [`PlainTemplates`] is the least of these.
pub trait Templates: fmt::Debug + Send + Sync {
    /// Reads a template.
    ///
    /// # Errors
    /// What is wrong with it.
    fn parse(&self, text: &str) -> Result<Box<dyn Template>, String>;
}

/// A template that is ready to be filled.
pub trait Template: fmt::Debug + Send + Sync {
    /// The labels that it reads: the names behind the dots.
    fn fields(&self) -> Vec<String>;

    /// Fills it.
    ///
    /// # Errors
    /// What went wrong; it becomes the line's `__error_details__`.
    fn render(&self, line: &TemplateInput<'_>) -> Result<String, String>;
}

/// What a template is filled with.
#[derive(Clone, Debug)]
pub struct TemplateInput<'a> {
    /// The labels of the line; a label that is missing is an empty text.
    pub labels: &'a BTreeMap<String, String>,
    /// `__line__`
    pub line: &'a str,
    /// `__timestamp__`, in nanoseconds since the epoch.
    pub time: i64,
}

/// Templates of texts, labels and the line: `{{.method}} {{ __line__ }}`. A template that does more is
/// refused.
#[derive(Clone, Copy, Debug, Default)]
pub struct PlainTemplates;

#[derive(Debug)]
enum Part {
    Text(String),
    Label(String),
    Line,
}

#[derive(Debug)]
struct PlainTemplate(Vec<Part>);

impl Templates for PlainTemplates {
    fn parse(&self, text: &str) -> Result<Box<dyn Template>, String> {
        let mut parts = Vec::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("{{") {
            let (action, after) = after.split_once("}}").ok_or("`{{` is never closed")?;
            parts.push(Part::Text(before.to_owned()));
            parts.push(match field(action.trim()) {
                Some(label) => Part::Label(label.to_owned()),
                None if action.trim() == "__line__" => Part::Line,
                None => {
                    return Err(format!(
                        "`{{{{{action}}}}}` needs an engine of templates: only labels and the line are known"
                    ));
                }
            });
            rest = after;
        }
        parts.push(Part::Text(rest.to_owned()));
        Ok(Box::new(PlainTemplate(parts)))
    }
}

impl Template for PlainTemplate {
    fn fields(&self) -> Vec<String> {
        let labels = self.0.iter().filter_map(|part| match part {
            Part::Label(label) => Some(label.clone()),
            Part::Text(_) | Part::Line => None,
        });
        labels.collect()
    }

    fn render(&self, input: &TemplateInput<'_>) -> Result<String, String> {
        let parts = self.0.iter().map(|part| match part {
            Part::Text(text) => text.as_str(),
            Part::Label(label) => input.labels.get(label).map_or("", String::as_str),
            Part::Line => input.line,
        });
        Ok(parts.collect())
    }
}

/// The label of `.label`.
fn field(action: &str) -> Option<&str> {
    let name = action.strip_prefix('.')?;
    let word = name.chars().all(|c| c.is_alphanumeric() || c == '_');
    (word && !name.is_empty()).then_some(name)
}

/// The label of a template that is nothing but `{{.label}}`.
pub(super) fn only_field(text: &str) -> Option<&str> {
    let action = text.strip_prefix("{{")?.strip_suffix("}}")?;
    let action = action.strip_prefix("- ").unwrap_or(action);
    let action = action.strip_suffix(" -").unwrap_or(action);
    field(action.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_templates_know_labels_and_the_line() {
        let labels = BTreeMap::from([("a".to_owned(), "1".to_owned())]);
        let input = TemplateInput {
            labels: &labels,
            line: "x",
            time: 0,
        };
        let template = PlainTemplates.parse("{{.a}}-{{ .b }}{{__line__}}!").unwrap();
        assert_eq!(template.render(&input), Ok("1-x!".to_owned()));
        assert_eq!(template.fields(), ["a", "b"]);
        assert!(PlainTemplates.parse("{{ .a | upper }}").unwrap_err().contains("`{{ .a | upper }}`"));
        assert!(PlainTemplates.parse("{{ .a").is_err());
    }
}
