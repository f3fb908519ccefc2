//! Prometheus' templates: Go's `text/template`, with Prometheus' functions and variables.

mod condition;
mod query;

use std::collections::BTreeSet;
use std::ops::Range;

use obsctl_gotemplate::ast::{
    Command, Control, Keyword, List, Literal, Name, Node, Operand, Pipeline, Term,
};
use obsctl_gotemplate::prometheus;
use obsctl_model::{Alert, Promql, Rule, RuleGroup};

use crate::diagnostic::nearest;
use crate::parallel;
use condition::Condition;

/// What is known of a template.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Template {
    /// Where Prometheus would refuse it, or fail to fill it in.
    pub problems: Vec<Problem>,
    /// Where the value of the alert is printed, and whether anything makes it readable.
    pub values: Vec<Printed>,
    /// The PromQL that it asks, with `$value` in place of what is only known later.
    pub queries: Vec<(Range<usize>, String)>,
    /// Where results of queries are printed.
    pub results: Vec<Range<usize>>,
    /// Where labels of the alert are named that have to be there: `$labels.job`, `.Labels.job`,
    /// `index $labels "job"`, but not in `{{ with $labels.job }}…{{ end }}` or `or $labels.job "?"`.
    pub labels: Vec<Range<usize>>,
    /// The same of labels of the server: `$externalLabels.cluster`, `.ExternalLabels.cluster`.
    pub external_labels: Vec<Range<usize>>,
}

/// Something wrong in a template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The bytes.
    pub range: Range<usize>,
    /// What is wrong.
    pub message: String,
    /// How to put it right.
    pub help: Option<String>,
}

/// A place where the alert's value is printed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Printed {
    /// The bytes.
    pub range: Range<usize>,
    /// Whether it is printed as it is.
    pub raw: bool,
}

/// A query in a text of an alert.
#[derive(Clone, Debug)]
pub struct Asked {
    /// The alert: the group's place, and the rule's place in it.
    pub rule: (usize, usize),
    /// The query.
    pub query: Promql,
}

/// What the texts of all alerts ask.
#[must_use]
pub(super) fn asked(groups: &[RuleGroup]) -> Vec<Asked> {
    let groups: Vec<_> = groups.iter().enumerate().collect();
    let asked = parallel::map(&groups, |(index, group)| {
        let mut found = vec![];
        for (place, rule) in group.rules.iter().enumerate() {
            let Rule::Alert(alert) = rule else { continue };
            for (_, text) in texts(alert).filter(|(_, text)| text.contains("query")) {
                found.extend(read(text).queries.into_iter().map(|(_, query)| Asked {
                    rule: (*index, place),
                    query: Promql::parse(&query, alert.origin),
                }));
            }
        }
        found
    });
    asked.into_iter().flatten().collect()
}

/// The texts of an alert that Prometheus fills in, with what they are.
pub fn texts(alert: &Alert) -> impl Iterator<Item = (&str, &str)> {
    let own = [
        ("summary", Some(alert.summary.as_str())),
        ("description", alert.description.as_deref()),
    ];
    let own = own
        .into_iter()
        .filter_map(|(what, text)| Some((what, text?)));
    let further = alert.annotations.iter().chain(&alert.labels);
    own.chain(further.map(|(what, text)| (what.as_str(), text.as_str())))
}

/// Reads a template.
#[must_use]
pub fn read(text: &str) -> Template {
    let parsed = prometheus::Template::parse(text);
    let problems = parsed.errors.iter().map(|error| Problem {
        range: error.span.range(),
        message: error.message.clone(),
        help: error.help.clone(),
    });
    let mut reader = Reader {
        found: Template {
            problems: problems.collect(),
            ..Template::default()
        },
        variables: prometheus::VARIABLES.to_vec(),
        templates: BTreeSet::new(),
        guarded: vec![],
        dot: true,
        root: true,
    };
    defined(&parsed.nodes, &mut reader.templates);
    reader.list(&parsed.nodes);
    let mut found = reader.found;
    found.problems.sort_by_key(|problem| problem.range.start);
    found.queries.sort_by_key(|(range, _)| range.start);
    found.labels.sort_by_key(|range| range.start);
    found.external_labels.sort_by_key(|range| range.start);
    found
}

/// Whose labels are named.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Whose {
    /// Those of the series that the alert is about.
    Alert,
    /// Those that the server adds to all it sends.
    Server,
}

/// A label.
type Label<'t> = (Whose, &'t str);

/// Walks a template.
struct Reader<'t> {
    found: Template,
    /// The variables that have a value here.
    variables: Vec<&'t str>,
    /// The templates that the text defines.
    templates: BTreeSet<&'t str>,
    /// The labels that a condition asked for: here they are known to be there.
    guarded: Vec<Label<'t>>,
    /// Whether the dot is what Prometheus made it.
    dot: bool,
    /// Whether `$` is, and Prometheus' variables are known.
    root: bool,
}

impl<'t> Reader<'t> {
    fn list(&mut self, list: &'t List) {
        for node in list {
            match node {
                Node::Action(pipeline) => {
                    self.pipeline(pipeline);
                    if pipeline.variables.is_empty() {
                        self.printed(pipeline);
                    }
                }
                Node::Control(control) => self.control(control),
                Node::Call(call) => {
                    self.called(&call.name);
                    call.pipeline.iter().for_each(|one| self.pipeline(one));
                }
                Node::Block(call, body) => {
                    call.pipeline.iter().for_each(|one| self.pipeline(one));
                    self.template(body);
                }
                Node::Define(define) => self.template(&define.body),
                Node::Text(..)
                | Node::Comment(..)
                | Node::Break(_)
                | Node::Continue(_)
                | Node::Error(_) => {}
            }
        }
    }

    /// What a condition declares is known in all branches, what a body declares only there. A later branch is
    /// reached only where the conditions before it are false.
    fn control(&mut self, control: &'t Control) {
        let (known, dot, guarded) = (self.variables.len(), self.dot, self.guarded.len());
        for branch in &control.branches {
            let before = self.guarded.len();
            let condition = self.condition(control.keyword, &branch.pipeline);
            self.guarded.extend(condition.asked);
            self.pipeline(&branch.pipeline);
            self.guarded.truncate(before);
            let inside = self.variables.len();
            self.dot &= control.keyword == Keyword::If;
            self.guarded.extend(condition.there_if_true);
            self.list(&branch.body);
            self.guarded.truncate(before);
            self.dot = dot;
            self.variables.truncate(inside);
            self.guarded.extend(condition.there_if_false);
        }
        if let Some(otherwise) = &control.otherwise {
            self.list(otherwise);
        }
        self.variables.truncate(known);
        self.guarded.truncate(guarded);
    }

    /// A template of its own knows nothing of what stands around it.
    fn template(&mut self, body: &'t List) {
        let variables = std::mem::take(&mut self.variables);
        let (dot, root) = (self.dot, self.root);
        (self.dot, self.root) = (false, false);
        self.list(body);
        (self.variables, self.dot, self.root) = (variables, dot, root);
    }

    /// The last command comes first: whether it looks at what is piped in can depend on what else it is given.
    fn pipeline(&mut self, pipeline: &'t Pipeline) {
        let guarded = self.guarded.len();
        let mut commands = pipeline.commands.as_slice();
        while let Some((command, before)) = commands.split_last() {
            self.asked(command, before.last());
            self.command(command, !before.is_empty());
            commands = before;
        }
        self.guarded.truncate(guarded);
        for variable in &pipeline.variables {
            if pipeline.assigns {
                self.variable(&variable.name, variable.span.range());
            } else {
                self.variables.push(&variable.name);
            }
        }
    }

    /// Guards stay behind it: of what is piped in, if anything is.
    fn command(&mut self, command: &'t Command, piped: bool) {
        let looked_up = self.looked_up(command);
        self.named(looked_up);
        let last = command.operands.len() + usize::from(piped);
        for (place, operand) in (1..).zip(&command.operands) {
            let passed = match place == last {
                true => Condition::default(),
                false => self.passed(command, operand),
            };
            let guarded = self.guarded.len();
            self.guarded.extend(passed.asked);
            self.operand(operand, command);
            self.guarded.truncate(guarded);
            self.guarded.extend(passed.there_if_true);
        }
    }

    fn operand(&mut self, operand: &'t Operand, command: &Command) {
        let label = self.label(operand);
        self.named(label);
        match &operand.term {
            Term::Pipeline(inner) => self.pipeline(inner),
            Term::Variable(name) if name != "$" => self.variable(name, operand.span.range()),
            // A character compares with one of a text: `eq (index $labels.path 0) '/'`.
            Term::Number(number) if number.raw.starts_with('\'') && !compares(command) => {
                self.problem(
                    operand.span.range(),
                    "a text stands in single quotes",
                    "write `\"…\"`: single quotes hold one character",
                );
            }
            _ => {}
        }
    }

    fn problem(&mut self, range: Range<usize>, message: impl Into<String>, help: &str) {
        self.found.problems.push(Problem {
            range,
            message: message.into(),
            help: Some(help.to_owned()),
        });
    }

    /// Reports a variable that has no value when the template is filled in, although Go reads it.
    fn variable(&mut self, name: &str, range: Range<usize>) {
        if !self.variables.contains(&name) {
            let message = format!("variable `{name}` is not defined");
            self.problem(range, message, "declare it with `:=` before the block");
        }
    }

    /// Reports a template that is not there: a text of an alert has only those that it defines itself.
    fn called(&mut self, name: &Literal) {
        if !self.templates.contains(name.text.as_str()) {
            let message = format!("template {} is not defined", name.quoted);
            let help = match nearest(&name.text, self.templates.iter().copied()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => "define it in the same text: alerts see no templates of files".to_owned(),
            };
            self.problem(name.span.range(), message, &help);
        }
    }

    fn printed(&mut self, pipeline: &Pipeline) {
        let mut operands = vec![];
        operands_of(pipeline, &mut operands);
        let value = operands.iter().find(|one| self.is_value(one));
        if let Some(value) = value {
            self.found.values.push(Printed {
                range: value.span.range(),
                raw: operands.len() == 1,
            });
        } else if operands.iter().any(|one| one.function() == Some("query")) {
            self.found.results.push(pipeline.span.range());
        }
    }

    fn is_value(&self, operand: &Operand) -> bool {
        operand.is_variable("$value") && self.root
            || self.of_alert(operand).is_some_and(|field| field == "Value")
    }

    /// The field of the alert that an operand begins with: `.Labels`, `$.Value`.
    fn of_alert<'o>(&self, operand: &'o Operand) -> Option<&'o str> {
        let known = match &operand.term {
            Term::Dot => self.dot,
            Term::Variable(name) => name == "$" && self.root,
            _ => false,
        };
        operand
            .fields
            .first()
            .filter(|_| known)
            .map(|field| field.name.as_str())
    }

    /// Keeps a label that is named, if it may be absent.
    fn named(&mut self, label: Option<(Label<'_>, Range<usize>)>) {
        let bare = label.filter(|(label, _)| !self.guarded.contains(label));
        let Some(((whose, _), range)) = bare else {
            return;
        };
        match whose {
            Whose::Alert => self.found.labels.push(range),
            Whose::Server => self.found.external_labels.push(range),
        }
    }

    /// The label that an operand is, with its place: `$labels.job`.
    fn label<'o>(&self, operand: &'o Operand) -> Option<(Label<'o>, Range<usize>)> {
        let (whose, fields) = self.fields_of_labels(operand)?;
        let field = fields.first()?;
        let range = field.span.range();
        Some(((whose, &field.name), range.start + 1..range.end))
    }

    /// The label that a command looks up, with its place: `index $labels "job"`.
    fn looked_up<'o>(&self, command: &'o Command) -> Option<(Label<'o>, Range<usize>)> {
        let [index, labels, name] = command.operands.as_slice() else {
            return None;
        };
        let name = name.text()?;
        let plain = name.quoted[1..].starts_with(&name.text);
        let (whose, fields) = self.fields_of_labels(labels)?;
        if index.function() != Some("index") || !fields.is_empty() || !plain {
            return None;
        }
        let range = name.span.range();
        Some(((whose, &name.text), range.start + 1..range.end - 1))
    }

    /// What stands behind the labels of the alert or of the server, if an operand begins with them.
    fn fields_of_labels<'o>(&self, operand: &'o Operand) -> Option<(Whose, &'o [Name])> {
        if let Term::Variable(name) = &operand.term
            && self.root
        {
            match name.as_str() {
                "$labels" => return Some((Whose::Alert, &operand.fields)),
                "$externalLabels" => return Some((Whose::Server, &operand.fields)),
                _ => {}
            }
        }
        match self.of_alert(operand)? {
            "Labels" => Some((Whose::Alert, &operand.fields[1..])),
            "ExternalLabels" => Some((Whose::Server, &operand.fields[1..])),
            _ => None,
        }
    }
}

/// The templates that a list defines, at any depth.
fn defined<'t>(list: &'t List, names: &mut BTreeSet<&'t str>) {
    for node in list {
        match node {
            Node::Define(define) => {
                names.insert(&define.name.text);
                defined(&define.body, names);
            }
            Node::Block(call, body) => {
                names.insert(&call.name.text);
                defined(body, names);
            }
            Node::Control(control) => {
                control
                    .branches
                    .iter()
                    .for_each(|one| defined(&one.body, names));
                control
                    .otherwise
                    .iter()
                    .for_each(|list| defined(list, names));
            }
            _ => {}
        }
    }
}

fn compares(command: &Command) -> bool {
    let function = command.operands.first().and_then(Operand::function);
    function.is_some_and(|name| ["eq", "ne", "lt", "le", "gt", "ge"].contains(&name))
}

/// All operands of a pipeline, those in parentheses among them.
fn operands_of<'o>(pipeline: &'o Pipeline, found: &mut Vec<&'o Operand>) {
    for operand in pipeline.commands.iter().flat_map(|one| &one.operands) {
        match &operand.term {
            Term::Pipeline(inner) => operands_of(inner, found),
            _ => found.push(operand),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problems(text: &str) -> Vec<String> {
        let found = read(text).problems.into_iter();
        found
            .map(|problem| format!("{}: {}", &text[problem.range], problem.message))
            .collect()
    }

    #[test]
    fn what_prometheus_accepts_has_no_problems() {
        for text in [
            "plain } { text",
            "{{ $labels.instance }} is {{ $value | humanizePercentage }}",
            "{{- if gt $value 0.5 -}} high {{- else if eq .Value 0.0 }} none {{ else }} low {{ end }}",
            r#"{{ range $index, $one := query "up" }}{{ $one.Labels.job }}{{ $index }}{{ end }}"#,
            r#"{{ with printf "up{job=%q}" $labels.job | query }}{{ . | first | value | humanize }}{{ end }}"#,
            "{{/* a comment }} */}}{{ `raw }}` }}",
            r#"{{ $x := "a" }}{{ $x = "b" }}{{ $x }}"#,
            r#"{{ printf "%.2f" (index $labels "a") }} {{ reReplaceAll "a" "b" .Labels.x }}"#,
            r#"{{ printf "%.1f" -1.5 }}{{ . }}{{ $.ExternalURL }}{{ true }}"#,
            "{{ $value | }}",
            r#"{{ if eq (index $labels.path 0) '/' }}x{{ end }}"#,
            r#"{{ template "a" . }}{{ define "a" }}{{ . }}{{ end }}{{ block "b" . }}x{{ end }}{{ template "b" }}"#,
        ] {
            assert_eq!(problems(text), [""; 0], "{text}");
        }
    }

    #[test]
    fn what_it_refuses_is_said() {
        for (text, expected) in [
            ("{{ $labels.a }", "{{: `{{` is never closed"),
            ("{{ if $value }}x", "if: `if` is never ended"),
            ("x{{ end }}", "end: `end` of nothing"),
            ("{{ else }}", "else: `else` of nothing"),
            (
                "{{ humanise $value }}",
                "humanise: there is no function `humanise`",
            ),
            (
                "{{ $lables.a }}",
                "$lables: variable `$lables` is not defined",
            ),
            (
                "{{ if true }}{{ $x := 1 }}{{ end }}{{ $x }}",
                "$x: variable `$x` is not defined",
            ),
            ("{{ | toUpper }}", "|: nothing stands on one side of `|`"),
            ("{{ (first $value }}", "(: `(` is never closed"),
            ("{{ printf 'x' }}", "'x': a text stands in single quotes"),
            ("{{ }}", "{{ }}: an action is empty"),
            (
                r#"{{ define "name" }}x{{ end }}{{ template "nam" . }}"#,
                "\"nam\": template \"nam\" is not defined",
            ),
            ("{{ $value > 5 }}", ">: `>` has no meaning in a template"),
        ] {
            assert_eq!(problems(text), [expected], "{text}");
        }
    }

    #[test]
    fn queries_and_values_are_kept() {
        let text = r#"{{ $value }} {{ $value | humanize }} {{ if gt $value 1.0 }}x{{ end }} {{ query "up == 0" | first | value }}
            {{ range printf "sum(a{b='%s'})" $labels.b | query }}{{ .Value }}{{ end }}"#;
        let found = read(text);
        assert_eq!(found.problems, []);
        assert_eq!(
            found.values.iter().map(|one| one.raw).collect::<Vec<_>>(),
            [true, false]
        );
        let queries: Vec<_> = found
            .queries
            .iter()
            .map(|(_, query)| query.as_str())
            .collect();
        assert_eq!(queries, ["up == 0", "sum(a{b='${value}'})"]);
        assert_eq!(found.results.len(), 1);
    }
}
