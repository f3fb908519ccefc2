//! Pipelines, commands and what they consist of.

use super::{Failed, Parser, Read};
use crate::Span;
use crate::ast::{Command, Name, Operand, Pipeline, Term};
use crate::format::quote;
use crate::lexer::{Kind, Token};
use crate::literal;

impl<'a> Parser<'a> {
    /// A pipeline until `end`, which is read as well.
    pub(super) fn pipeline(&mut self, context: &str, end: &Kind) -> Read<Pipeline> {
        let start = self.peek_word().span;
        let mut pipeline = Pipeline {
            span: start,
            ..Pipeline::default()
        };
        self.declarations(&mut pipeline, context)?;
        loop {
            let token = self.next_word();
            match token.kind {
                _ if token.kind == *end => break,
                Kind::Bool
                | Kind::CharConstant
                | Kind::Dot
                | Kind::Field
                | Kind::Identifier
                | Kind::Number
                | Kind::Nil
                | Kind::String
                | Kind::Variable
                | Kind::LeftParen => {
                    self.at -= 1;
                    let command = self.command()?;
                    pipeline.span = pipeline.span.to(command.span);
                    pipeline.commands.push(command);
                }
                Kind::Pipe => {
                    let reason = format!("unexpected {} in {context}", token.describe());
                    return self.one_sided(token.span, reason);
                }
                _ => return self.unexpected(&token, context),
            }
        }
        self.check(&pipeline, context, start)?;
        Ok(pipeline)
    }

    /// `$x :=`, `$x =`, `$i, $x :=`
    fn declarations(&mut self, pipeline: &mut Pipeline, context: &str) -> Read<()> {
        loop {
            let variable = self.peek_word().clone();
            if variable.kind != Kind::Variable {
                return Ok(());
            }
            let back = self.at;
            self.next();
            let sign = self.peek_word().clone();
            let comma = sign.kind == Kind::Char && sign.text == ",";
            if !comma && !matches!(sign.kind, Kind::Assign | Kind::Declare) {
                self.at = back;
                return Ok(());
            }
            self.next();
            pipeline.assigns = sign.kind == Kind::Assign;
            pipeline.variables.push(Name {
                name: variable.text.to_owned(),
                span: variable.span,
            });
            self.variables.push(variable.text.to_owned());
            if !comma {
                return Ok(());
            }
            if context != "range" || pipeline.variables.len() >= 2 {
                return self.fail(
                    sign.span,
                    "only `range` declares two variables",
                    "declare one at a time",
                    format!("too many declarations in {context}"),
                );
            }
            let next = self.peek_word().clone();
            if !matches!(
                next.kind,
                Kind::Variable | Kind::RightDelim | Kind::RightParen
            ) {
                return self.fail(
                    next.span,
                    "what stands behind `,` is no variable",
                    "write `{{ range $index, $element := … }}`",
                    "range can only initialize variables",
                );
            }
        }
    }

    fn check(&mut self, pipeline: &Pipeline, context: &str, start: Span) -> Read<()> {
        if pipeline.commands.is_empty() {
            let (message, span, help) = match self.open {
                Some(open) if context == "command" && pipeline.variables.is_empty() => {
                    let end = self.tokens[self.at - 1].span;
                    ("an action is empty", open.to(end), "leave it out")
                }
                _ if context == "parenthesized pipeline" => {
                    ("the parentheses are empty", start, "leave them out")
                }
                _ => ("a value is missing", start, "write what it is"),
            };
            let reason = format!("missing value for {context}");
            // What ends the action is past.
            self.at -= 1;
            return self.fail(span, message, help, reason);
        }
        for (index, command) in pipeline.commands.iter().enumerate().skip(1) {
            let Some(first) = command.operands.first() else {
                continue;
            };
            let plain = first.fields.is_empty()
                && matches!(
                    first.term,
                    Term::Bool(_) | Term::Dot | Term::Nil | Term::Number(_) | Term::Text(_)
                );
            if plain {
                self.at -= 1;
                return self.fail(
                    first.span,
                    "a value is piped into something that is no function",
                    "put a function there",
                    format!("non executable command in pipeline stage {}", index + 1),
                );
            }
        }
        Ok(())
    }

    fn one_sided<T>(&mut self, span: Span, reason: String) -> Read<T> {
        let message = "nothing stands on one side of `|`";
        self.fail(span, message, "leave it out", reason)
    }

    fn command(&mut self) -> Read<Command> {
        let start = self.peek_word().span;
        let mut command = Command {
            operands: vec![],
            span: start,
        };
        loop {
            self.skip_space();
            if let Some(operand) = self.operand()? {
                command.span = command.span.to(operand.span);
                command.operands.push(operand);
            }
            let token = self.next();
            match token.kind {
                Kind::Space => {}
                Kind::RightDelim | Kind::RightParen => {
                    self.at -= 1;
                    break;
                }
                Kind::Pipe => break,
                _ => return self.unexpected(&token, "operand"),
            }
        }
        Ok(command)
    }

    fn operand(&mut self) -> Read<Option<Operand>> {
        let Some((term, mut span)) = self.term()? else {
            return Ok(None);
        };
        let mut fields = vec![];
        // A field without anything before it is one of the dot.
        if self.tokens[self.at - 1].kind == Kind::Field {
            self.at -= 1;
        }
        let literal = matches!(
            term,
            Term::Bool(_) | Term::Text(_) | Term::Number(_) | Term::Nil
        ) || term == Term::Dot && self.peek().kind == Kind::Field && self.peek().span.range().start != span.range().start;
        while self.peek().kind == Kind::Field {
            let token = self.next();
            if literal {
                let written = self.text[span.range()].to_owned();
                return self.fail(
                    token.span,
                    format!("`{written}` has no fields"),
                    "put a space before the `.`",
                    format!("unexpected . after term {}", quote(&written)),
                );
            }
            span = span.to(token.span);
            fields.push(Name {
                name: token.text[1..].to_owned(),
                span: token.span,
            });
        }
        Ok(Some(Operand { term, fields, span }))
    }

    fn term(&mut self) -> Read<Option<(Term, Span)>> {
        let token = self.next_word();
        let term = match token.kind {
            Kind::Identifier => self.function(&token)?,
            Kind::Dot | Kind::Field => Term::Dot,
            Kind::Nil => Term::Nil,
            Kind::Bool => Term::Bool(token.text == "true"),
            Kind::Variable => self.variable(&token)?,
            Kind::Number => self.number(&token, literal::number(token.text))?,
            Kind::CharConstant => self.number(&token, literal::char_constant(token.text))?,
            Kind::String => Term::Text(self.literal(&token)?),
            Kind::LeftParen => {
                if !self.enter(token.span) {
                    self.depth -= 1;
                    return Err(Failed);
                }
                let inner = self.pipeline("parenthesized pipeline", &Kind::RightParen);
                self.depth -= 1;
                let span = token.span.to(self.tokens[self.at - 1].span);
                return Ok(Some((Term::Pipeline(Box::new(inner?)), span)));
            }
            _ => {
                self.at -= 1;
                return Ok(None);
            }
        };
        Ok(Some((term, token.span)))
    }

    fn function(&mut self, token: &Token<'_>) -> Read<Term> {
        let name = token.text;
        if self.dialect.has_function(name) {
            return Ok(Term::Function(name.to_owned()));
        }
        let variable = format!("${name}");
        let help = match self.dialect.nearest_function(name) {
            _ if self.variables.contains(&variable) => format!("write `{variable}`"),
            Some(near) => format!("did you mean `{near}`?"),
            None => "templates of rules have Go's functions and Prometheus' own".to_owned(),
        };
        self.fail(
            token.span,
            format!("there is no function `{name}`"),
            &help,
            format!("function {} not defined", quote(name)),
        )
    }

    fn variable(&mut self, token: &Token<'_>) -> Read<Term> {
        let name = token.text;
        if self.variables.iter().any(|known| known == name) {
            return Ok(Term::Variable(name.to_owned()));
        }
        let help = self.dialect.help_for_variable(name, &self.variables);
        self.fail(
            token.span,
            format!("variable `{name}` is not defined"),
            &help,
            format!("undefined variable {}", quote(name)),
        )
    }

    fn number(
        &mut self,
        token: &Token<'_>,
        number: Result<crate::ast::Number, String>,
    ) -> Read<Term> {
        match number {
            Ok(number) => Ok(Term::Number(number)),
            Err(reason) if token.kind == Kind::CharConstant => self.fail(
                token.span,
                "a text stands in single quotes",
                "write `\"…\"`: single quotes hold one character",
                reason,
            ),
            Err(reason) => {
                let message = format!("`{}` is no number", token.text);
                self.fail(token.span, message, "", reason)
            }
        }
    }
}
