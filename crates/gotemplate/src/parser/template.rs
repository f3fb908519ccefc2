//! Templates with names: `template`, `define` and `block`.

use super::{End, Failed, Parser, Read, is_empty};
use crate::Span;
use crate::ast::{Call, Define, List, Literal, Node};
use crate::lexer::{Kind, Token};
use crate::{format, literal};

impl Parser<'_> {
    /// The name of a template.
    fn name(&mut self, context: &str) -> Read<Literal> {
        let token = self.next_word();
        if token.kind != Kind::String {
            return self.unexpected(&token, context);
        }
        self.literal(&token)
    }

    pub(super) fn literal(&mut self, token: &Token<'_>) -> Read<Literal> {
        let Some(text) = literal::text(token.text) else {
            return self.fail(
                token.span,
                "a text has an escape that Go does not know",
                "write `\\\\` for a backslash, or put the text in `` ` ``",
                "invalid syntax",
            );
        };
        Ok(Literal {
            quoted: token.text.to_owned(),
            text,
            span: token.span,
        })
    }

    /// `template`, whose word is past.
    pub(super) fn call(&mut self, span: Span) -> Read<Node> {
        let name = self.name("template clause")?;
        let pipeline = if self.peek_word().kind == Kind::RightDelim {
            self.next();
            None
        } else {
            Some(self.pipeline("template clause", &Kind::RightDelim)?)
        };
        Ok(Node::Call(Call {
            name,
            pipeline,
            span,
        }))
    }

    /// `define`, whose word is past.
    pub(super) fn define(&mut self, span: Span) -> Read<Node> {
        let context = "define clause";
        let name = self.name(context).and_then(|name| {
            self.expect(&Kind::RightDelim, context)?;
            Ok(name)
        });
        let name = self.or_blank(name);
        let body = self.template("define", span, &name, context)?;
        Ok(Node::Define(Define { name, body, span }))
    }

    /// `block`, whose word is past.
    pub(super) fn block(&mut self, span: Span) -> Read<Node> {
        let context = "block clause";
        let head = self
            .name(context)
            .and_then(|name| Ok((name, self.pipeline(context, &Kind::RightDelim)?)));
        let (name, pipeline) = match head {
            Ok((name, pipeline)) => (name, Some(pipeline)),
            Err(Failed) => (self.or_blank(Err(Failed)), None),
        };
        let body = self.template("block", span, &name, context)?;
        let call = Call {
            name,
            pipeline,
            span,
        };
        Ok(Node::Block(call, body))
    }

    /// A blank name where the head of a template could not be read, so that its end is one.
    fn or_blank(&mut self, name: Read<Literal>) -> Literal {
        name.unwrap_or_else(|Failed| {
            self.skip();
            Literal {
                quoted: "\"\"".to_owned(),
                text: String::new(),
                span: Span::default(),
            }
        })
    }

    /// The body of a template with a name: it sees no variable but `$`.
    fn template(&mut self, word: &str, span: Span, name: &Literal, context: &str) -> Read<List> {
        if !self.enter(span) {
            self.depth -= 1;
            return Err(Failed);
        }
        let variables = std::mem::replace(&mut self.variables, vec!["$".to_owned()]);
        let range_depth = std::mem::take(&mut self.range_depth);
        let (mut body, mut end) = self.list(false);
        while let End::Else(other) = end {
            let reason = format!("unexpected {{{{else}}}} in {context}");
            self.stray_else(other, &reason);
            let (more, next) = self.list(false);
            body.extend(more);
            end = next;
        }
        if let End::Eof = end {
            self.never_ended(word, span);
        }
        self.variables = variables;
        self.range_depth = range_depth;
        self.depth -= 1;
        self.add(name, &body);
        Ok(body)
    }

    /// Keeps the name of a template: only one of that name may hold anything.
    fn add(&mut self, name: &Literal, body: &List) {
        let holds = !is_empty(body);
        let before = self.defined.get(&name.text).copied().unwrap_or(false);
        if before && holds {
            let message = format!("a second template has the name `{}`", name.text);
            let quoted = format::quote(&name.text);
            let reason = format!("template: multiple definition of template {quoted}");
            self.report(name.span, message, "give it another name", reason);
        }
        self.defined.insert(name.text.clone(), before || holds);
    }
}
