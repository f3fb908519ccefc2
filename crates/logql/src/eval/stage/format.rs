//! `| line_format` and `| label_format`.

use obsctl_promql::eval::EvalError;

use super::error;
use crate::ast::{self, LabelFormatValue, StringLiteral};
use crate::eval::TEMPLATE_ERROR;
use crate::eval::record::Record;
use crate::eval::template::{Template, TemplateInput, Templates, only_field};

#[derive(Debug)]
pub(in crate::eval) enum LineFormat {
    /// `{{.label}}`: the label's value, which may be the line's error no more than in Loki.
    Field(String),
    Template(Box<dyn Template>),
}

fn parse(text: &StringLiteral, templates: &dyn Templates) -> Result<Box<dyn Template>, EvalError> {
    let template = templates.parse(&text.value);
    template.map_err(|reason| error(text.span, format!("this is no template: {reason}")))
}

fn render(template: &dyn Template, record: &Record<'_>) -> Result<String, String> {
    template.render(&TemplateInput {
        labels: &record.map(),
        line: &record.line,
        time: record.time,
    })
}

fn fail(record: &mut Record<'_>, details: String) {
    record.error = TEMPLATE_ERROR.to_owned();
    record.details = details;
}

impl LineFormat {
    pub fn compile(text: &StringLiteral, templates: &dyn Templates) -> Result<Self, EvalError> {
        Ok(match only_field(&text.value) {
            Some(label) => Self::Field(label.to_owned()),
            None => Self::Template(parse(text, templates)?),
        })
    }

    pub fn fields(&self) -> Vec<String> {
        match self {
            Self::Field(label) => vec![label.clone()],
            Self::Template(template) => template.fields(),
        }
    }

    pub fn run(&self, record: &mut Record<'_>) -> bool {
        let line = match self {
            Self::Field(label) => Ok(record.get(label).unwrap_or_default().to_owned()),
            Self::Template(template) => render(&**template, record),
        };
        match line {
            Ok(line) => record.line = line.into(),
            Err(details) => fail(record, details),
        }
        true
    }
}

/// How a label is set.
#[derive(Debug)]
pub(in crate::eval) struct LabelFormat {
    label: String,
    value: Value,
}

#[derive(Debug)]
enum Value {
    /// The value of another label, which is gone afterwards.
    Rename(String),
    Template(Box<dyn Template>),
}

impl LabelFormat {
    pub fn compile(format: &ast::LabelFormat, templates: &dyn Templates) -> Result<Self, EvalError> {
        let value = match &format.value {
            LabelFormatValue::Rename(name) => Value::Rename(name.text.clone()),
            LabelFormatValue::Template(text) => Value::Template(parse(text, templates)?),
        };
        let label = format.label.text.clone();
        Ok(Self { label, value })
    }

    pub fn reads(&self) -> Vec<String> {
        match &self.value {
            Value::Rename(name) => vec![name.clone()],
            Value::Template(template) => template.fields(),
        }
    }
}

/// Sets labels. The templates of a stage all see the labels that the first of them sees.
pub(super) fn run_labels(formats: &[LabelFormat], record: &mut Record<'_>) -> bool {
    let mut seen = None;
    for format in formats {
        match &format.value {
            Value::Rename(from) => {
                if let Some(value) = record.get(from).map(str::to_owned) {
                    record.set(&format.label, value);
                    record.remove(from);
                }
            }
            Value::Template(template) => {
                let labels = seen.get_or_insert_with(|| record.map());
                let made = template.render(&TemplateInput {
                    labels,
                    line: &record.line,
                    time: record.time,
                });
                match made {
                    Ok(value) => record.set(&format.label, value),
                    Err(details) => fail(record, details),
                }
            }
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use crate::eval::check::{after, labels_after, lines};

    #[test]
    fn lines_are_formatted() {
        let stage = r#"| logfmt | line_format "{{.a}} of {{.job}}{{.none}}: {{ __line__ }}""#;
        assert_eq!(lines(stage, &["a=1"]), ["1 of test: a=1"]);
        assert_eq!(lines(r#"| logfmt | line_format "{{.a}}""#, &["a=1", "b=2"]), ["1", ""]);
    }

    #[test]
    fn labels_are_renamed_and_formatted() {
        assert_eq!(after("| logfmt | label_format b=a", "a=1"), r#"{b="1"}"#);
        assert_eq!(after("| logfmt | label_format b=none", "a=1"), r#"{a="1"}"#);
        let stage = r#"| logfmt | label_format a="x{{.a}}", b="{{.a}}""#;
        assert_eq!(after(stage, "a=1"), r#"{a="x1", b="1"}"#);
        assert_eq!(labels_after(r#"| label_format job="x""#, "l"), r#"{job="x"}"#);
        assert_eq!(labels_after("| label_format work=job", "l"), r#"{work="test"}"#);
    }
}
