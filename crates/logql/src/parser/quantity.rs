//! Strings, numbers, durations and variables.

use obsctl_promql::literal;
use obsctl_promql::variable;

use super::{Parser, SyntaxError};
use crate::Span;
use crate::ast::{
    Bytes, Duration, DurationLiteral, Expr, Number, Quantity, StringLiteral, Variable, VariableForm,
};
use crate::lexer::Kind;
use crate::quantity::{self, Literal};

impl Parser<'_> {
    /// The string that the next token is.
    pub(super) fn string(&mut self) -> StringLiteral {
        let token = self.bump();
        let closed = token.kind == Kind::String;
        let (value, errors) = literal::unquote(self.slice(token), closed);
        if !closed {
            self.open_string = true;
            let quote = &self.text[token.start..=token.start];
            self.report(
                SyntaxError::new(Self::span(token), "the string is never closed")
                    .expected(quote)
                    .help("only a string between backticks goes over several lines"),
            );
        }
        for error in errors {
            let span = Span::new(token.start + error.start, token.start + error.end);
            self.report(SyntaxError::new(span, error.message).help(error.help));
        }
        StringLiteral {
            value,
            span: Self::span(token),
        }
    }

    /// A string where only a string can stand; `form` shows how it is written.
    pub(super) fn text(&mut self, form: &str) -> StringLiteral {
        let token = self.token;
        let word = self.slice(token);
        let inner = match token.kind {
            Kind::String | Kind::OpenString => return self.string(),
            // Grafana itself adds the quotes for these formats.
            Kind::Variable if variable::quotes_itself(word) => word,
            Kind::SingleQuoted => &word[1..word.len() - 1],
            Kind::Ident
            | Kind::Keyword(_)
            | Kind::Number
            | Kind::Variable
            | Kind::Template
            | Kind::MixedNumber => word,
            Kind::LeftBrace => return self.template_without_quotes(),
            _ => {
                let error = SyntaxError::new(Self::span(token), self.unexpected_text(token));
                let help = self.help_for(token);
                let help = help.unwrap_or_else(|| format!("write `{form}`"));
                self.report(error.expected("a string").help(help));
                let gap = self.gap();
                return StringLiteral {
                    value: gap.text,
                    span: gap.span,
                };
            }
        };
        if !variable::quotes_itself(word) {
            self.not_quoted(inner);
        }
        self.bump();
        StringLiteral {
            value: inner.to_owned(),
            span: Self::span(token),
        }
    }

    /// `{{.msg}}`, up to its last brace.
    fn template_without_quotes(&mut self) -> StringLiteral {
        let start = self.token.start;
        let mut depth = 0_u32;
        while !matches!(self.token.kind, Kind::Eof | Kind::Pipe | Kind::RightParen) {
            match self.bump().kind {
                Kind::LeftBrace => depth += 1,
                Kind::RightBrace if depth <= 1 => break,
                Kind::RightBrace => depth -= 1,
                _ => {}
            }
        }
        let span = self.span_from(start);
        let value = self.text[span.range()].to_owned();
        let error = SyntaxError::new(span, "a template is not between quotes");
        self.report(
            error
                .expected("a string")
                .help(format!("write `\"{value}\"`")),
        );
        StringLiteral { value, span }
    }

    /// Reports that the next token is a text without the right quotes.
    pub(super) fn not_quoted(&mut self, inner: &str) {
        let word = self.word();
        let message = if self.at(Kind::SingleQuoted) {
            "LogQL has no single quotes".to_owned()
        } else {
            format!("`{word}` is not between quotes")
        };
        self.report(
            SyntaxError::new(self.here(), message)
                .expected("a string")
                .help(format!("write `\"{inner}\"`")),
        );
    }

    /// The variable, or mixture with variables, that the next token is.
    pub(super) fn variable(&mut self) -> Variable {
        let token = self.bump();
        let span = Self::span(token);
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

    /// A number as an operand of operators, with its sign.
    pub(super) fn number_operand(&mut self) -> Expr {
        let start = self.token.start;
        let text_of = |parser: &Self| parser.text[parser.span_from(start).range()].to_owned();
        match self.quantity() {
            Quantity::Number(number) => Expr::Number(number),
            Quantity::Variable(variable) => Expr::Variable(variable),
            Quantity::Error(node) => Expr::Error(node),
            Quantity::Duration(DurationLiteral { span, .. })
            | Quantity::Bytes(Bytes { span, .. }) => {
                let text = text_of(self);
                self.report(
                    SyntaxError::new(span, format!("`{text}` is not a value to calculate with"))
                        .expected("a number")
                        .help("write it as a number of seconds or bytes"),
                );
                Expr::Error(crate::ast::ErrorNode { text, span })
            }
        }
    }

    /// Whether the next token can begin a quantity.
    pub(super) fn at_quantity(&self) -> bool {
        matches!(
            self.token.kind,
            Kind::Number
                | Kind::MixedNumber
                | Kind::Variable
                | Kind::Template
                | Kind::Minus
                | Kind::Plus
        )
    }

    /// A number, duration or number of bytes, with its sign; the next token begins one.
    pub(super) fn quantity(&mut self) -> Quantity {
        let start = self.token.start;
        let negative = self.at(Kind::Minus);
        let signed = negative || self.at(Kind::Plus);
        if signed {
            self.bump();
        }
        match self.token.kind {
            Kind::Number => {}
            Kind::MixedNumber | Kind::Variable | Kind::Template if !signed => {
                return Quantity::Variable(self.variable());
            }
            Kind::MixedNumber | Kind::Variable => {
                self.bump();
                let span = self.span_from(start);
                return Quantity::Variable(Variable {
                    form: VariableForm::Mixed,
                    name: self.text[span.range()].to_owned(),
                    field: None,
                    format: None,
                    span,
                });
            }
            _ => {
                self.unexpected("a number");
                return Quantity::Error(self.gap());
            }
        }
        let token = self.bump();
        let span = self.span_from(start);
        let literal = match quantity::read(self.slice(token)) {
            Ok(literal) => literal,
            Err(error) => {
                self.report(SyntaxError::new(span, error.message).help(error.help));
                let text = self.text[span.range()].to_owned();
                return Quantity::Error(crate::ast::ErrorNode { text, span });
            }
        };
        match literal {
            Literal::Number(value) => Quantity::Number(Number {
                value: if negative { -value } else { value },
                span,
            }),
            Literal::Duration(nanos) => self.signed_duration(start, nanos, negative),
            Literal::Bytes(count) => {
                if signed {
                    let error = SyntaxError::new(span, "a number of bytes has no sign");
                    self.report(error.help("remove it"));
                }
                Quantity::Bytes(Bytes { count, span })
            }
        }
    }

    /// A duration whose last token was read; negative ones Loki reads only as Go does.
    fn signed_duration(&mut self, start: usize, nanos: i64, negative: bool) -> Quantity {
        let span = self.span_from(start);
        let written = &self.text[span.range()];
        let digits = written.trim_start_matches(['-', '+']);
        let node = DurationLiteral {
            nanos: if negative { -nanos } else { nanos },
            span,
        };
        let readable = digits.len() + 1 == written.len() && quantity::go_duration(digits).is_some();
        if digits.len() != written.len() && (!readable || !negative) {
            let message = format!("`{written}` is not a duration for Loki");
            self.report(SyntaxError::new(span, message).help(format!("write `{node}`")));
        }
        Quantity::Duration(node)
    }

    /// The duration behind `offset`.
    pub(super) fn offset_duration(&mut self) -> Duration {
        if !self.at_quantity() {
            self.unexpected("a duration such as `1h`");
            return Duration::Error(self.gap());
        }
        match self.quantity() {
            Quantity::Duration(node) => Duration::Literal(node),
            Quantity::Variable(node) => Duration::Variable(node),
            Quantity::Error(node) => Duration::Error(node),
            Quantity::Number(Number { span, .. }) | Quantity::Bytes(Bytes { span, .. }) => {
                let text = self.text[span.range()].to_owned();
                let message = format!("`{text}` is not a duration");
                let help = format!("write a number and a unit: `{text}m`");
                self.report(SyntaxError::new(span, message).help(help));
                Duration::Error(crate::ast::ErrorNode { text, span })
            }
        }
    }
}
