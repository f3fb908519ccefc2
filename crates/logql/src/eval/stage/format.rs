//! `| line_format` and `| label_format`.

use obsctl_promql::eval::EvalError;

use super::error;
use crate::ast::{self, LabelFormatValue, StringLiteral};
use crate::eval::TEMPLATE_ERROR;
use crate::eval::record::Record;
use crate::eval::template::Template;

#[derive(Debug)]
pub(in crate::eval) struct LineFormat(Template);

fn parse(name: &'static str, text: &StringLiteral, now: i64) -> Result<Template, EvalError> {
    let template = Template::parse(name, &text.value, now);
    template.map_err(|reason| error(text.span, format!("this is no template: {reason}")))
}

fn fail(record: &mut Record<'_>, details: String) {
    record.error = TEMPLATE_ERROR.to_owned();
    record.details = details;
}

impl LineFormat {
    pub fn compile(text: &StringLiteral, now: i64) -> Result<Self, EvalError> {
        parse("line", text, now).map(Self)
    }

    pub fn fields(&self) -> Vec<String> {
        self.0.fields()
    }

    pub fn run(&self, record: &mut Record<'_>) -> bool {
        let line = match self.0.only_field() {
            // Such a template does not see the error labels, in Loki either.
            Some(label) => Ok(record.get(label).unwrap_or_default().to_owned()),
            None => self.0.render(&record.map(), &record.line, record.time),
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
    Template(Template),
}

impl LabelFormat {
    pub fn compile(format: &ast::LabelFormat, now: i64) -> Result<Self, EvalError> {
        let value = match &format.value {
            LabelFormatValue::Rename(name) => Value::Rename(name.text.clone()),
            LabelFormatValue::Template(text) => Value::Template(parse("label", text, now)?),
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
                match template.render(labels, &record.line, record.time) {
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
        assert_eq!(
            lines(r#"| logfmt | line_format "{{.a}}""#, &["a=1", "b=2"]),
            ["1", ""]
        );
    }

    #[test]
    fn labels_are_renamed_and_formatted() {
        assert_eq!(after("| logfmt | label_format b=a", "a=1"), r#"{b="1"}"#);
        assert_eq!(after("| logfmt | label_format b=none", "a=1"), r#"{a="1"}"#);
        let stage = r#"| logfmt | label_format a="x{{.a}}", b="{{.a}}""#;
        assert_eq!(after(stage, "a=1"), r#"{a="x1", b="1"}"#);
        assert_eq!(
            labels_after(r#"| label_format job="x""#, "l"),
            r#"{job="x"}"#
        );
        assert_eq!(
            labels_after("| label_format work=job", "l"),
            r#"{work="test"}"#
        );
    }
}
