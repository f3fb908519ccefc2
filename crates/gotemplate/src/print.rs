//! From the tree to text, as Go prints its own trees.

use std::fmt::{self, Display, Formatter, Write};

use crate::ast::{Call, Command, Control, List, Node, Operand, Pipeline, Term};

/// A template, as a text that is read to the same tree.
#[must_use]
pub fn print(nodes: &List) -> String {
    let mut text = String::new();
    for node in nodes {
        push(&mut text, node);
    }
    text
}

fn push(text: &mut String, node: &Node) {
    let before = text.len();
    let printed = node.to_string();
    // `{` before `{{` would be read as a part of it.
    let joins = printed.starts_with("{{") && text.ends_with('{');
    if !joins {
        text.push_str(&printed);
    } else if let Some(rest) = printed.strip_prefix("{{") {
        text.insert(before, ' ');
        text.push_str("{{- ");
        text.push_str(rest);
    }
}

impl Display for Node {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text, _) => f.write_str(text),
            Self::Comment(text, _) => write!(f, "{{{{{text}}}}}"),
            Self::Action(pipeline) => write!(f, "{{{{{pipeline}}}}}"),
            Self::Control(control) => write!(f, "{control}"),
            Self::Break(_) => f.write_str("{{break}}"),
            Self::Continue(_) => f.write_str("{{continue}}"),
            Self::Call(call) => write!(f, "{{{{template {call}}}}}"),
            Self::Define(define) => {
                let body = print(&define.body);
                write!(f, "{{{{define {}}}}}{body}{{{{end}}}}", define.name.quoted)
            }
            Self::Block(call, body) => {
                write!(f, "{{{{block {call}}}}}{}{{{{end}}}}", print(body))
            }
            Self::Error(_) => Ok(()),
        }
    }
}

impl Display for Control {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let mut text = String::new();
        for (index, branch) in self.branches.iter().enumerate() {
            let otherwise = if index == 0 { "" } else { "else " };
            let word = self.keyword.as_str();
            close(&mut text, &format!("{otherwise}{word} {}", branch.pipeline));
            text.push_str(&print(&branch.body));
        }
        if let Some(otherwise) = &self.otherwise {
            close(&mut text, "else");
            text.push_str(&print(otherwise));
        }
        close(&mut text, "end");
        f.write_str(&text)
    }
}

/// Adds an action behind a body.
fn close(text: &mut String, action: &str) {
    text.push_str(if text.ends_with('{') { " {{- " } else { "{{" });
    text.push_str(action);
    text.push_str("}}");
}

impl Display for Call {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name.quoted)?;
        match &self.pipeline {
            Some(pipeline) => write!(f, " {pipeline}"),
            None => Ok(()),
        }
    }
}

impl Display for Pipeline {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        for (index, variable) in self.variables.iter().enumerate() {
            let comma = if index == 0 { "" } else { ", " };
            write!(f, "{comma}{}", variable.name)?;
        }
        if !self.variables.is_empty() {
            f.write_str(if self.assigns { " = " } else { " := " })?;
        }
        for (index, command) in self.commands.iter().enumerate() {
            let pipe = if index == 0 { "" } else { " | " };
            write!(f, "{pipe}{command}")?;
        }
        Ok(())
    }
}

impl Display for Command {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        for (index, operand) in self.operands.iter().enumerate() {
            let space = if index == 0 { "" } else { " " };
            write!(f, "{space}{operand}")?;
        }
        Ok(())
    }
}

impl Display for Operand {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match &self.term {
            Term::Dot if !self.fields.is_empty() => {}
            Term::Dot => f.write_char('.')?,
            Term::Nil => f.write_str("nil")?,
            Term::Bool(value) => write!(f, "{value}")?,
            Term::Number(number) => f.write_str(&number.raw)?,
            Term::Text(literal) => f.write_str(&literal.quoted)?,
            Term::Variable(name) | Term::Function(name) => f.write_str(name)?,
            Term::Pipeline(pipeline) => write!(f, "({pipeline})")?,
        }
        self.fields
            .iter()
            .try_for_each(|field| write!(f, ".{}", field.name))
    }
}
