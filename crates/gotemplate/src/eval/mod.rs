//! From a tree and values to text.

mod builtins;
mod call;
mod error;
mod operand;

use std::collections::BTreeMap;

pub use error::{Kind, RenderError};

use crate::Span;
use crate::ast::{Call, Command, Control, Keyword, List, Node, Operand, Pipeline, Term};
use crate::format::{quote, sprint};
use crate::function::Functions;
use crate::parser::is_empty;
use crate::value::Value;

/// How deep templates, blocks and parentheses may nest while a template is rendered.
const MAX_DEPTH: usize = 200;
/// What Go says is its limit of templates within templates.
const GO_DEPTH: usize = 100_000;
/// How many nodes and operands one template may evaluate. Go has no limit.
const MAX_STEPS: usize = 1_000_000;
/// How many bytes one template may make, together with what its functions make. Go has no limit.
const MAX_BYTES: usize = 16 << 20;

/// What a template is rendered with.
#[derive(Debug)]
pub struct Context<'a> {
    /// The name of the template; messages begin with it.
    pub name: &'a str,
    /// The bytes of declarations before the template on its first line, for the places in messages.
    pub preamble: usize,
    /// The dot, and `$`.
    pub dot: Value,
    /// The variables that are declared before the template begins, with their `$`.
    pub variables: Vec<(&'a str, Value)>,
    /// The functions besides Go's own.
    pub functions: &'a Functions<'a>,
}

/// Renders a template that was read without errors.
///
/// # Errors
///
/// What Go's `Execute` reports, or [`Kind::TooMuch`]. What was rendered before is lost, as in Prometheus.
pub fn render(text: &str, nodes: &List, context: &Context<'_>) -> Result<String, Box<RenderError>> {
    let mut templates = BTreeMap::new();
    collect(nodes, &mut templates);
    let mut variables = vec![("$", context.dot.clone())];
    variables.extend(context.variables.iter().cloned());
    let mut machine = Machine {
        text,
        context,
        nodes,
        templates,
        executing: context.name,
        variables,
        out: String::new(),
        at: At::Start,
        depth: 0,
        steps: 0,
        bytes: 0,
    };
    machine.list(&context.dot, nodes)?;
    Ok(machine.out)
}

/// The templates with a name, of which an empty one does not replace another.
fn collect<'t>(nodes: &'t List, templates: &mut BTreeMap<&'t str, &'t List>) {
    for node in nodes {
        let (name, body) = match node {
            Node::Define(define) => (&define.name.text, &define.body),
            Node::Block(call, body) => (&call.name.text, body),
            Node::Control(control) => {
                for body in control.bodies() {
                    collect(body, templates);
                }
                continue;
            }
            _ => continue,
        };
        collect(body, templates);
        let known = templates.entry(name).or_insert(body);
        if is_empty(known) {
            *known = body;
        }
    }
}

type Eval<T> = Result<T, Box<RenderError>>;

/// What a list of nodes ended with.
#[derive(PartialEq)]
enum Flow {
    Next,
    Break,
    Continue,
}

/// What is being evaluated: errors are reported there.
#[derive(Clone, Copy)]
enum At<'t> {
    Start,
    Call(&'t Call),
    Pipeline(&'t Pipeline),
    Command(&'t Command),
    Operand(&'t Operand),
    /// What stands before the fields of an operand.
    Term(&'t Operand),
}

impl At<'_> {
    fn span(self) -> Span {
        match self {
            Self::Start => Span::default(),
            Self::Call(call) => call.name.span,
            Self::Pipeline(pipeline) => pipeline.span,
            Self::Command(command) => command.span,
            Self::Operand(operand) | Self::Term(operand) => operand.span,
        }
    }

    /// The byte that Go says. It is that of the last token read before the node was made.
    fn position(self) -> usize {
        let start = self.span().range().start;
        let Self::Operand(operand) = self else {
            return start;
        };
        let first = usize::from(operand.term == Term::Dot);
        let field = operand.fields.get(first);
        field.map_or(start, |field| field.span.range().start)
    }

    fn text(self) -> String {
        match self {
            Self::Start => String::new(),
            Self::Call(call) => {
                // Go writes the name anew, whatever quotes it has.
                let name = quote(&call.name.text);
                match &call.pipeline {
                    Some(pipeline) => format!("{{{{template {name} {pipeline}}}}}"),
                    None => format!("{{{{template {name}}}}}"),
                }
            }
            Self::Pipeline(pipeline) => pipeline.to_string(),
            Self::Command(command) => command.to_string(),
            Self::Operand(operand) => operand.to_string(),
            Self::Term(operand) => Operand {
                fields: vec![],
                ..operand.clone()
            }
            .to_string(),
        }
    }
}

struct Machine<'t> {
    text: &'t str,
    context: &'t Context<'t>,
    nodes: &'t List,
    templates: BTreeMap<&'t str, &'t List>,
    /// The template that is being rendered.
    executing: &'t str,
    variables: Vec<(&'t str, Value)>,
    out: String,
    at: At<'t>,
    depth: usize,
    steps: usize,
    bytes: usize,
}

impl<'t> Machine<'t> {
    fn error<T>(&self, kind: Kind) -> Eval<T> {
        let position = self.at.position().min(self.text.len());
        let before = &self.text[..position];
        let column = match before.rfind('\n') {
            Some(line) => position - line - 1,
            None => position + self.context.preamble,
        };
        Err(Box::new(RenderError {
            kind,
            span: self.at.span(),
            context: self.at.text(),
            template: self.context.name.to_owned(),
            executing: self.executing.to_owned(),
            line: 1 + before.matches('\n').count(),
            column,
        }))
    }

    fn step(&mut self) -> Eval<()> {
        self.steps += 1;
        if self.steps > MAX_STEPS {
            return self.error(Kind::TooMuch("1000000 steps"));
        }
        Ok(())
    }

    /// Counts what was made.
    fn made(&mut self, bytes: usize) -> Eval<()> {
        self.bytes += bytes;
        if self.bytes > MAX_BYTES {
            return self.error(Kind::TooMuch("16 MiB of text"));
        }
        Ok(())
    }

    /// Goes one level deeper for as long as `inner` runs.
    fn deeper<T>(&mut self, inner: impl FnOnce(&mut Self) -> Eval<T>) -> Eval<T> {
        if self.depth >= MAX_DEPTH {
            return self.error(Kind::Depth(GO_DEPTH));
        }
        self.depth += 1;
        let result = inner(self);
        self.depth -= 1;
        result
    }

    fn list(&mut self, dot: &Value, nodes: &'t List) -> Eval<Flow> {
        self.deeper(|machine| {
            for node in nodes {
                let flow = machine.node(dot, node)?;
                if flow != Flow::Next {
                    return Ok(flow);
                }
            }
            Ok(Flow::Next)
        })
    }

    fn node(&mut self, dot: &Value, node: &'t Node) -> Eval<Flow> {
        self.step()?;
        match node {
            Node::Text(text, _) => self.print(text)?,
            Node::Action(pipeline) => {
                let value = self.pipeline(dot, pipeline)?;
                if pipeline.variables.is_empty() {
                    match value.target() {
                        Value::Nil => self.print("<no value>")?,
                        Value::Text(text) => self.print(text)?,
                        target => self.print(&sprint(std::slice::from_ref(target)))?,
                    }
                }
            }
            Node::Control(control) if control.keyword == Keyword::Range => {
                return self.range(dot, control);
            }
            Node::Control(control) => return self.branches(dot, control),
            Node::Break(_) => return Ok(Flow::Break),
            Node::Continue(_) => return Ok(Flow::Continue),
            Node::Call(call) | Node::Block(call, _) => self.template(dot, call)?,
            Node::Comment(..) | Node::Define(_) | Node::Error(_) => {}
        }
        Ok(Flow::Next)
    }

    fn print(&mut self, text: &str) -> Eval<()> {
        self.made(text.len())?;
        self.out.push_str(text);
        Ok(())
    }

    /// `if` and `with`.
    fn branches(&mut self, dot: &Value, control: &'t Control) -> Eval<Flow> {
        let mark = self.variables.len();
        let mut flow = Flow::Next;
        let mut taken = false;
        for branch in &control.branches {
            let value = self.pipeline(dot, &branch.pipeline)?;
            if value.is_true() {
                let dot = if control.keyword == Keyword::With {
                    &value
                } else {
                    dot
                };
                flow = self.list(dot, &branch.body)?;
                taken = true;
                break;
            }
        }
        if let (false, Some(otherwise)) = (taken, &control.otherwise) {
            flow = self.list(dot, otherwise)?;
        }
        self.variables.truncate(mark);
        Ok(flow)
    }

    fn range(&mut self, dot: &Value, control: &'t Control) -> Eval<Flow> {
        let mark = self.variables.len();
        let Some(branch) = control.branches.first() else {
            return Ok(Flow::Next);
        };
        let pipeline = &branch.pipeline;
        let value = self.pipeline(dot, pipeline)?;
        let over = value.target().underlying();
        let printed = || sprint(std::slice::from_ref(value.target()));
        let mut any = false;
        let mut each = |machine: &mut Self, index: Value, element: Value| -> Eval<bool> {
            any = true;
            machine.step()?;
            machine.iteration(pipeline, index, &element)?;
            let mark = machine.variables.len();
            let flow = machine.list(&element, &branch.body);
            machine.variables.truncate(mark);
            Ok(flow? != Flow::Break)
        };
        match over {
            Value::Int(_) | Value::Byte(_) if pipeline.variables.len() > 1 => {
                return self.error(Kind::OneVariable(printed()));
            }
            Value::Int(count) => {
                for number in 0..*count {
                    if !each(self, Value::Nil, Value::Int(number))? {
                        break;
                    }
                }
            }
            Value::Byte(count) => {
                for number in 0..*count {
                    if !each(self, Value::Nil, Value::Byte(number))? {
                        break;
                    }
                }
            }
            Value::List(list) => {
                for (index, element) in (0..).zip(&list.elements) {
                    if !each(self, Value::Int(index), element.clone())? {
                        break;
                    }
                }
            }
            Value::Map(map) => {
                for (key, element) in &map.entries {
                    if !each(self, Value::text(key.as_str()), element.clone())? {
                        break;
                    }
                }
            }
            Value::Nil => {}
            _ => return self.error(Kind::NoRange(printed())),
        }
        let mut flow = Flow::Next;
        if let (false, Some(otherwise)) = (any, &control.otherwise) {
            flow = self.list(dot, otherwise)?;
        }
        self.variables.truncate(mark);
        // A `break` behind `else` belongs to the loop outside, as Go's parser has it.
        Ok(flow)
    }

    /// Gives the variables of a loop their values.
    fn iteration(&mut self, pipeline: &'t Pipeline, index: Value, element: &Value) -> Eval<()> {
        let values: &[Value] = match pipeline.variables.len() {
            0 => &[],
            1 => std::slice::from_ref(element),
            _ => &[index, element.clone()],
        };
        let first = self.variables.len().saturating_sub(values.len());
        for (place, (variable, value)) in pipeline.variables.iter().zip(values).enumerate() {
            if pipeline.assigns {
                self.set(&variable.name, value.clone())?;
            } else if let Some(slot) = self.variables.get_mut(first + place) {
                slot.1 = value.clone();
            }
        }
        Ok(())
    }

    fn template(&mut self, dot: &Value, call: &'t Call) -> Eval<()> {
        self.at = At::Call(call);
        let name = call.name.text.as_str();
        let body = match self.templates.get(name) {
            Some(body) => *body,
            None if name == self.context.name => self.nodes,
            None => return self.error(Kind::NoTemplate(name.to_owned())),
        };
        let dot = match &call.pipeline {
            Some(pipeline) => self.pipeline(dot, pipeline)?,
            None => Value::Nil,
        };
        let mut variables = vec![("$", dot.clone())];
        if name == self.context.name {
            variables.extend(self.context.variables.iter().cloned());
        }
        let outside = std::mem::replace(&mut self.variables, variables);
        let executing = std::mem::replace(&mut self.executing, name);
        self.list(&dot, body)?;
        self.variables = outside;
        self.executing = executing;
        Ok(())
    }

    fn pipeline(&mut self, dot: &Value, pipeline: &'t Pipeline) -> Eval<Value> {
        self.at = At::Pipeline(pipeline);
        let mut value = None;
        for command in &pipeline.commands {
            value = Some(self.command(dot, command, value)?);
        }
        let value = value.unwrap_or_default();
        for variable in &pipeline.variables {
            if pipeline.assigns {
                self.set(&variable.name, value.clone())?;
            } else {
                self.variables.push((&variable.name, value.clone()));
            }
        }
        Ok(value)
    }

    fn set(&mut self, name: &'t str, value: Value) -> Eval<()> {
        let known = self.variables.iter_mut().rev();
        match known.into_iter().find(|(own, _)| *own == name) {
            Some(slot) => {
                slot.1 = value;
                Ok(())
            }
            None => self.error(Kind::UndefinedVariable(name.to_owned())),
        }
    }

    fn variable(&self, name: &str) -> Eval<Value> {
        let mut known = self.variables.iter().rev();
        match known.find(|(own, _)| *own == name) {
            Some((_, value)) => Ok(value.clone()),
            None => self.error(Kind::UndefinedVariable(name.to_owned())),
        }
    }
}
