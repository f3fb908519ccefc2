//! Templates of `line_format` and `label_format`: those of Go with Loki's functions.

mod decimal;
mod encode;
mod functions;
mod number;
mod text;
mod time;

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use obsctl_gotemplate::ast::{Command, List, Node, Operand, Pipeline, Term};
use obsctl_gotemplate::{Context, Dialect, Functions, Value, parse, render};

/// A template that is ready to be filled.
#[derive(Debug)]
pub(super) struct Template {
    /// The name that messages have: `line` or `label`.
    name: &'static str,
    text: String,
    nodes: List,
    functions: Functions<'static>,
    line: Rc<RefCell<Line>>,
}

/// The line that a template is filled for.
#[derive(Clone, Debug, Default)]
struct Line {
    text: String,
    /// Nanoseconds since the epoch.
    time: i64,
}

/// Why a text is no template, if it is none.
pub(crate) fn problem(text: &str) -> Option<String> {
    Template::parse("line", text, 0).err()
}

impl Template {
    /// Reads a template. `now` is what the function of this name gives, in nanoseconds since the epoch.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(name: &'static str, text: &str, now: i64) -> Result<Self, String> {
        let line = Rc::default();
        let functions = functions::all(&line, now);
        let names: Vec<_> = functions.keys().copied().collect();
        let dialect = Dialect {
            functions: &names,
            variables: &[],
        };
        let parsed = parse(text, &dialect);
        if let Some(error) = parsed.errors.into_iter().next() {
            return Err(error.message);
        }
        Ok(Self {
            name,
            text: text.to_owned(),
            nodes: parsed.nodes,
            functions,
            line,
        })
    }

    /// The labels that it reads: the names behind the dots.
    pub fn fields(&self) -> Vec<String> {
        let mut fields = Vec::new();
        in_list(&self.nodes, &mut fields);
        fields
    }

    /// The label of a template that is nothing but `{{.label}}`.
    pub fn only_field(&self) -> Option<&str> {
        let [Node::Action(pipeline)] = self.nodes.as_slice() else {
            return None;
        };
        let [Command { operands, .. }] = pipeline.commands.as_slice() else {
            return None;
        };
        match operands.as_slice() {
            [
                Operand {
                    term: Term::Dot,
                    fields,
                    ..
                },
            ] if pipeline.variables.is_empty() => {
                let [field] = fields.as_slice() else {
                    return None;
                };
                Some(&field.name)
            }
            _ => None,
        }
    }

    /// Fills it for a line with these labels.
    ///
    /// # Errors
    /// What went wrong, in Go's words.
    pub fn render(
        &self,
        labels: &BTreeMap<String, String>,
        line: &str,
        time: i64,
    ) -> Result<String, String> {
        *self.line.borrow_mut() = Line {
            text: line.to_owned(),
            time,
        };
        let context = Context {
            name: self.name,
            preamble: 0,
            dot: Value::texts(
                labels
                    .iter()
                    .map(|(name, value)| (name.as_str(), value.as_str())),
            ),
            variables: Vec::new(),
            functions: &self.functions,
        };
        render(&self.text, &self.nodes, &context).map_err(|error| error.to_string())
    }
}

fn in_list(nodes: &List, fields: &mut Vec<String>) {
    for node in nodes {
        match node {
            Node::Action(pipeline) => in_pipeline(pipeline, fields),
            Node::Control(control) => {
                for branch in &control.branches {
                    in_pipeline(&branch.pipeline, fields);
                    in_list(&branch.body, fields);
                }
                if let Some(otherwise) = &control.otherwise {
                    in_list(otherwise, fields);
                }
            }
            // Loki does not look into templates that are called.
            _ => {}
        }
    }
}

fn in_pipeline(pipeline: &Pipeline, fields: &mut Vec<String>) {
    for operand in pipeline
        .commands
        .iter()
        .flat_map(|command| &command.operands)
    {
        match &operand.term {
            Term::Dot => fields.extend(operand.fields.iter().map(|field| field.name.clone())),
            Term::Pipeline(inner) => in_pipeline(inner, fields),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a template makes of the line `a=1` at 1.5 s after the epoch, whose labels are `a="1"`,
    /// `b="x y"`, `n="12.7"`, `t="1500000000"`.
    pub(super) fn filled(text: &str) -> String {
        let labels = [("a", "1"), ("b", "x y"), ("n", "12.7"), ("t", "1500000000")];
        let labels = labels
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .into();
        let template = Template::parse("line", text, 2_000_000_000).unwrap();
        template
            .render(&labels, "a=1", 1_500_000_000)
            .unwrap_or_else(|error| error)
    }

    #[test]
    fn labels_and_the_line_are_filled_in() {
        assert_eq!(filled("{{.a}}-{{ .none }}{{__line__}}!"), "1-a=1!");
        assert_eq!(
            filled("{{ __timestamp__ }}"),
            "1970-01-01 00:00:01.5 +0000 UTC"
        );
        assert_eq!(filled("{{if eq .a \"1\"}}one{{else}}{{.b}}{{end}}"), "one");
        let missing = Template::parse("line", "{{ .a | uper }}", 0);
        assert_eq!(missing.unwrap_err(), "there is no function `uper`");
    }

    #[test]
    fn the_labels_that_are_read_are_known() {
        let fields = |text| Template::parse("line", text, 0).unwrap().fields();
        assert_eq!(fields("{{.a}} {{ .b | upper }}"), ["a", "b"]);
        assert_eq!(
            fields("{{if (eq .a .b)}}{{.c}}{{else}}{{.d}}{{end}}"),
            ["a", "b", "c", "d"]
        );
        let only = |text| {
            Template::parse("line", text, 0)
                .unwrap()
                .only_field()
                .map(str::to_owned)
        };
        assert_eq!(only("{{ .a }}"), Some("a".to_owned()));
        assert_eq!(only("{{ .a }} "), None);
        assert_eq!(only("{{ .a | upper }}"), None);
    }

    #[test]
    fn what_goes_wrong_has_gos_words() {
        let error = filled(r#"{{ div 1 0 }}"#);
        assert!(
            error.ends_with("error calling div: runtime error: integer divide by zero"),
            "{error}"
        );
        assert!(
            error.starts_with("template: line:1:3: executing \"line\" at <div 1 0>:"),
            "{error}"
        );
    }
}
