//! Operands: what stands between operators.

use obsctl_promql::literal;

use super::{Parser, number};
use crate::ast::{
    Attribute, ErrorNode, Expr, Intrinsic, IntrinsicUse, Literal, Name, Paren, Scope, SpanKind,
    Spanset, Status, Value, Variable, VariableForm,
};
use crate::attribute::{NameError, read_name};
use crate::lexer::{Kind, Token};
use crate::{Span, SyntaxError, variable};

impl Parser<'_> {
    /// Whether the next token begins an operand.
    pub(super) const fn starts_operand(&self) -> bool {
        !matches!(
            self.token.kind,
            Kind::Op(_)
                | Kind::Pipe
                | Kind::Comma
                | Kind::RightParen
                | Kind::RightBrace
                | Kind::Unknown
                | Kind::Eof
        )
    }

    // The functions that call one another for each level of nesting build no nodes themselves: this
    // keeps their stack frames small.
    pub(super) fn operand(&mut self) -> Expr {
        self.height = 1;
        match self.token.kind {
            Kind::LeftParen => self.paren(),
            Kind::LeftBrace => self.spanset(),
            Kind::Word | Kind::Variable | Kind::Template
                if self.peek().kind == Kind::LeftParen && !self.at_word("with") =>
            {
                self.call()
            }
            Kind::Unknown => self.operand_after_noise(),
            _ => self.leaf(),
        }
    }

    /// An operand without expressions inside it.
    fn leaf(&mut self) -> Expr {
        match self.token.kind {
            Kind::Number => self.number(),
            Kind::String | Kind::OpenString | Kind::SingleQuoted => self.string(),
            Kind::Attribute => self.attribute(),
            Kind::Word => self.word(),
            Kind::ScopedWord => self.scoped_word(),
            Kind::Variable | Kind::Template => Expr::Variable(self.variable()),
            _ => {
                self.unexpected("an expression");
                self.hole()
            }
        }
    }

    /// Steps over what is no operand to the one behind it.
    fn operand_after_noise(&mut self) -> Expr {
        let first = self.token;
        self.unexpected("an expression");
        while self.at(Kind::Unknown) {
            self.bump();
        }
        if self.starts_operand() {
            return self.tight();
        }
        self.error_node(self.span_from(first.start))
    }

    fn error_node(&self, span: Span) -> Expr {
        let text = self.text[span.range()].to_owned();
        Expr::Error(ErrorNode { text, span })
    }

    fn number(&mut self) -> Expr {
        let token = self.bump();
        let text = self.slice(token);
        let span = Self::span(token);
        match number::read(text) {
            Ok(value) => Expr::Literal(Literal { value, span }),
            Err(error) => {
                self.report(SyntaxError::new(span, error.message(text)).help(error.help()));
                self.error_node(span)
            }
        }
    }

    fn string(&mut self) -> Expr {
        let token = self.bump();
        let span = Self::span(token);
        let closed = token.kind != Kind::OpenString;
        let (value, errors) = literal::unquote(self.slice(token), closed);
        if !closed {
            let quote = &self.text[token.start..=token.start];
            let error = SyntaxError::new(span, "the string is never closed")
                .expected(&format!("`{quote}`"));
            self.report(error.help("only a string between backticks goes over several lines"));
        } else if token.kind == Kind::SingleQuoted {
            let mut quoted = String::new();
            let _ = literal::quote(&mut quoted, &value);
            let error = SyntaxError::new(span, "a string between single quotes");
            self.report(error.help(format!("write `{quoted}`")));
        }
        for error in errors {
            let span = Span::new(token.start + error.start, token.start + error.end);
            self.report(SyntaxError::new(span, error.message).help(error.help));
        }
        Expr::Literal(Literal {
            value: Value::String(value),
            span,
        })
    }

    fn attribute(&mut self) -> Expr {
        let token = self.bump();
        let text = self.slice(token);
        let span = Self::span(token);
        let scope = Scope::of(text);
        let from = match scope {
            Some(scope) => scope.prefix().len(),
            None => {
                if self.takes_errors() {
                    self.report(super::error::unknown_scope(span, text));
                }
                0
            }
        };
        let name = &text[from..];
        let name_span = Span::new(token.start + from, token.end);
        let text = read_name(name).unwrap_or_else(|error| {
            self.report_name(error, token, name_span);
            name.to_owned()
        });
        let name = Name {
            text,
            span: name_span,
        };
        let scope = scope.unwrap_or(Scope::Any);
        Expr::Attribute(Attribute { scope, name, span })
    }

    fn report_name(&mut self, error: NameError, token: Token, name: Span) {
        let start = name.range().start;
        self.report(match error {
            NameError::Missing => {
                let message = format!("`{}` has no attribute behind it", self.slice(token));
                SyntaxError::new(Self::span(token), message)
                    .expected("a name")
                    .help("write it without spaces: `span.http.method`")
            }
            NameError::Escape(at) => {
                SyntaxError::new(Span::new(start + at, start + at + 1), "unknown escape")
                    .help("between the quotes of a name only `\\\"` and `\\\\` are escapes")
            }
            NameError::Unclosed(at) => SyntaxError::new(
                Span::new(start + at, name.range().end),
                "the quoted name is never closed",
            )
            .expected("`\"`"),
        });
    }

    fn word(&mut self) -> Expr {
        let token = self.bump();
        let text = self.slice(token);
        let span = Self::span(token);
        let literal = |value| Expr::Literal(Literal { value, span });
        match text {
            "true" => return literal(Value::Bool(true)),
            "false" => return literal(Value::Bool(false)),
            "nil" => return literal(Value::Nil),
            "minInt" => return literal(Value::Int(i64::MIN)),
            "maxInt" => return literal(Value::Int(i64::MAX)),
            _ => {}
        }
        if let Some(status) = Status::ALL.into_iter().find(|it| it.name() == text) {
            return literal(Value::Status(status));
        }
        if let Some(kind) = SpanKind::ALL.into_iter().find(|it| it.name() == text) {
            return literal(Value::Kind(kind));
        }
        if let Some((intrinsic, scoped)) = Intrinsic::find(text) {
            return Expr::Intrinsic(IntrinsicUse {
                intrinsic,
                scoped,
                span,
            });
        }
        if self.takes_errors() {
            self.report(super::error::unknown_word(span, text));
        }
        self.error_node(span)
    }

    fn scoped_word(&mut self) -> Expr {
        let token = self.bump();
        let text = self.slice(token);
        let span = Self::span(token);
        if let Some((intrinsic, scoped)) = Intrinsic::find(text) {
            return Expr::Intrinsic(IntrinsicUse {
                intrinsic,
                scoped,
                span,
            });
        }
        if variable::contains(text) {
            return Expr::Variable(self.variable_of(token));
        }
        if self.takes_errors() {
            self.report(super::error::unknown_intrinsic(span, text));
        }
        self.error_node(span)
    }

    fn variable(&mut self) -> Variable {
        let token = self.bump();
        self.variable_of(token)
    }

    fn variable_of(&mut self, token: Token) -> Variable {
        let span = Self::span(token);
        self.check_variables(token);
        match variable::variable_at(self.text, token.start) {
            Some(variable) if variable.span.range() == span.range() => variable,
            _ => Variable {
                form: VariableForm::Mixed,
                name: self.slice(token).to_owned(),
                field: None,
                format: None,
                span,
            },
        }
    }

    /// Outside of Grafana nobody fills variables in.
    pub(super) fn check_variables(&mut self, token: Token) {
        if self.dialect == super::Dialect::Tempo {
            let text = self.slice(token);
            let error =
                SyntaxError::new(Self::span(token), format!("`{text}` is a Grafana variable"));
            self.report(error.help("Tempo does not fill variables in: write the value"));
        }
    }

    fn paren(&mut self) -> Expr {
        let open = self.bump();
        self.open_parens += 1;
        let inner = if self.at(Kind::RightParen) {
            self.unexpected("an expression");
            Box::new(self.hole())
        } else {
            Box::new(self.expr())
        };
        self.end_paren(open, inner)
    }

    fn end_paren(&mut self, open: Token, expr: Box<Expr>) -> Expr {
        let height = self.height;
        self.close(open, Kind::RightParen, ")");
        self.open_parens -= 1;
        self.grow(height);
        let span = self.span_from(open.start);
        Expr::Paren(Paren { expr, span })
    }

    fn spanset(&mut self) -> Expr {
        let open = self.bump();
        self.open_braces += 1;
        let filter = (!self.at(Kind::RightBrace)).then(|| Box::new(self.operators()));
        self.end_spanset(open, filter)
    }

    fn end_spanset(&mut self, open: Token, filter: Option<Box<Expr>>) -> Expr {
        let height = self.height;
        self.close(open, Kind::RightBrace, "}");
        self.open_braces -= 1;
        self.grow(height);
        let span = self.span_from(open.start);
        Expr::Spanset(Spanset { filter, span })
    }

    /// Reads on to the closing sign, finding the errors before it.
    fn close(&mut self, open: Token, kind: Kind, close: &str) {
        if !self.at(kind) && !self.at_close() {
            self.unexpected_after_operand(&format!("an operator or `{close}`"));
        }
        // What closes something around this one leaves this one open.
        while !self.at_close() {
            self.skip_or_read();
        }
        if self.eat(kind).is_none() {
            self.unclosed(open, close);
        }
    }
}
