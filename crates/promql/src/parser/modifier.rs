//! What stands behind an operand: ranges, subqueries, `offset`, `@`, `anchored`, `smoothed`.

use super::{Parser, SyntaxError};
use crate::Span;
use crate::ast::{
    At, Expr, Extended, Modifiers, Name, RangeSelector, Selector, Subquery, Variable, VariableForm,
};
use crate::lexer::{Keyword, Kind, Token};

impl Parser<'_> {
    /// Everything that may stand behind an operand.
    pub(super) fn postfix(&mut self, mut expr: Expr) -> Expr {
        let start = expr.span().range().start;
        loop {
            match self.token.kind {
                Kind::LeftBracket => expr = self.range(expr, start),
                Kind::Keyword(Keyword::Offset) => {
                    let word = self.bump();
                    let offset = self.offset();
                    let place = self.span_from(word.start);
                    self.modify(&mut expr, place, "offset", |modifiers| {
                        let twice = modifiers.offset.is_some();
                        modifiers.offset.get_or_insert(offset);
                        twice
                    });
                }
                Kind::At => {
                    let sign = self.bump();
                    let at = self.at_time();
                    let place = self.span_from(sign.start);
                    if let Some(at) = at {
                        self.modify(&mut expr, place, "@", |modifiers| {
                            let twice = modifiers.at.is_some();
                            modifiers.at.get_or_insert(at);
                            twice
                        });
                    }
                }
                Kind::Keyword(Keyword::Anchored) => self.extend(&mut expr, Extended::Anchored),
                Kind::Keyword(Keyword::Smoothed) => self.extend(&mut expr, Extended::Smoothed),
                _ => return expr,
            }
        }
    }

    /// `[5m]` or `[1h:5m]` behind `expr`.
    fn range(&mut self, expr: Expr, start: usize) -> Expr {
        let open = self.bump();
        let height = self.height;
        let range = if matches!(self.token.kind, Kind::RightBracket | Kind::Colon) {
            let error = SyntaxError::new(Self::span(self.token), "the range is missing");
            self.report(error.expected("a duration").help("write `[5m]`"));
            self.missing_duration()
        } else {
            self.positive_duration()
        };
        let mut highest = height.max(self.height);
        let colon = self.eat(Kind::Colon).is_some();
        let mut step = None;
        if colon && !matches!(self.token.kind, Kind::RightBracket | Kind::Eof) {
            step = Some(self.positive_duration());
            highest = highest.max(self.height);
        }
        if self.eat(Kind::RightBracket).is_none() {
            self.unclosed_bracket(open);
        }
        let span = self.span_from(start);
        let expr = if colon {
            let modifiers = Modifiers::default();
            Expr::from(Subquery {
                expr: Box::new(expr),
                range,
                step,
                modifiers,
                span,
            })
        } else {
            match into_selector(expr, self.text) {
                Ok(selector) => {
                    self.check_early_modifiers(&selector);
                    Expr::from(RangeSelector {
                        selector,
                        range,
                        span,
                    })
                }
                Err(expr) => {
                    let brackets = self.span_from(open.start);
                    self.report(range_of_expression(
                        &expr,
                        &self.text[brackets.range()],
                        brackets,
                    ));
                    let modifiers = Modifiers::default();
                    Expr::from(Subquery {
                        expr,
                        range,
                        step: None,
                        modifiers,
                        span,
                    })
                }
            }
        };
        self.grow(highest);
        expr
    }

    fn unclosed_bracket(&mut self, open: Token) {
        let reachable = {
            let mut ahead = self.lexer;
            let mut token = self.token;
            while !matches!(
                token.kind,
                Kind::RightBracket
                    | Kind::LeftBracket
                    | Kind::RightParen
                    | Kind::LeftBrace
                    | Kind::Eof
            ) {
                token = ahead.next_token();
            }
            token.kind == Kind::RightBracket
        };
        if reachable {
            self.unexpected("`]` or `:`");
            while !self.at(Kind::RightBracket) {
                self.bump();
            }
            self.bump();
        } else {
            self.unclosed(open, "]");
            self.relex();
        }
    }

    fn check_early_modifiers(&mut self, selector: &Selector) {
        if selector.modifiers != Modifiers::default() {
            self.report(
                SyntaxError::new(selector.span, "`offset` and `@` stand behind the range")
                    .help("write `up[5m] offset 1h`"),
            );
        }
    }

    /// A variable with a modifier behind it is the name of a selector.
    fn variable_to_selector(&self, expr: &mut Expr) {
        if let Expr::Variable(variable) = &*expr
            && variable.form != VariableForm::Mixed
        {
            let name = variable_name(variable, self.text);
            let span = name.span;
            *expr = Expr::from(Selector {
                name: Some(name),
                span,
                ..Selector::default()
            });
        }
    }

    fn modify(
        &mut self,
        expr: &mut Expr,
        place: Span,
        word: &str,
        set: impl FnOnce(&mut Modifiers) -> bool,
    ) {
        self.variable_to_selector(expr);
        let end = self.end;
        let widen = |span: &mut Span| *span = Span::new(span.range().start, end);
        let twice = match expr {
            Expr::Selector(selector) => {
                widen(&mut selector.span);
                set(&mut selector.modifiers)
            }
            Expr::Range(range) => {
                widen(&mut range.span);
                set(&mut range.selector.modifiers)
            }
            Expr::Subquery(subquery) => {
                widen(&mut subquery.span);
                set(&mut subquery.modifiers)
            }
            Expr::Error(_) => false,
            _ => {
                self.report(
                    SyntaxError::new(place, format!("`{word}` must follow a selector or a subquery"))
                        .help(format!(
                            "put it behind the selector, inside the parentheses: `rate(up[5m] {word} …)`"
                        )),
                );
                false
            }
        };
        if twice {
            self.report(
                SyntaxError::new(place, format!("`{word}` is given twice")).help("keep one"),
            );
        }
    }

    fn at_time(&mut self) -> Option<At> {
        let token = self.token;
        match token.kind {
            Kind::Keyword(keyword @ (Keyword::Start | Keyword::End)) => {
                self.bump();
                if let Some(open) = self.eat(Kind::LeftParen) {
                    if self.eat(Kind::RightParen).is_none() {
                        self.unclosed(open, ")");
                    }
                } else {
                    let word = self.slice(token);
                    let error =
                        SyntaxError::new(Self::span(token), format!("`{word}` is a function"));
                    self.report(error.help(format!("write `@ {word}()`")));
                }
                let span = self.span_from(token.start);
                Some(if keyword == Keyword::Start {
                    At::Start(span)
                } else {
                    At::End(span)
                })
            }
            Kind::Variable | Kind::Template | Kind::MixedNumber => {
                Some(At::Variable(self.variable()))
            }
            Kind::Number | Kind::Minus | Kind::Plus => {
                let number = self.signed_number();
                let largest = 9_223_372_036_854_775_807.0;
                if !number.value.is_finite() || number.value.abs() >= largest {
                    let error = SyntaxError::new(number.span, "the time is out of bounds");
                    self.report(error.help("`@` takes seconds since 1970, `start()` or `end()`"));
                }
                Some(At::Timestamp(number))
            }
            _ => {
                self.unexpected("a timestamp, `start()` or `end()`");
                None
            }
        }
    }

    fn extend(&mut self, expr: &mut Expr, extended: Extended) {
        let token = self.bump();
        let word = self.slice(token);
        let end = token.end;
        self.variable_to_selector(expr);
        let (selector, span) = match expr {
            Expr::Selector(selector) => {
                selector.span = Span::new(selector.span.range().start, end);
                (&mut selector.extended, None)
            }
            Expr::Range(range) => (&mut range.selector.extended, Some(&mut range.span)),
            _ => {
                self.report(
                    SyntaxError::new(
                        Self::span(token),
                        format!("`{word}` must follow a selector"),
                    )
                    .help(format!("write `rate(up[5m] {word})`")),
                );
                return;
            }
        };
        if let Some(span) = span {
            *span = Span::new(span.range().start, end);
        }
        if *selector.get_or_insert(extended) != extended {
            self.report(SyntaxError::new(
                Self::span(token),
                "`anchored` and `smoothed` exclude each other",
            ));
        }
    }
}

/// `expr` as a selector that a range or modifier can follow: a lone variable is the name of one.
fn into_selector(expr: Expr, text: &str) -> Result<Selector, Box<Expr>> {
    match expr {
        Expr::Selector(selector) => Ok(*selector),
        Expr::Variable(variable) if variable.form != VariableForm::Mixed => {
            let name = variable_name(&variable, text);
            let span = name.span;
            Ok(Selector {
                name: Some(name),
                span,
                ..Selector::default()
            })
        }
        Expr::Error(error) => {
            let name = Name {
                text: error.text,
                span: error.span,
            };
            Ok(Selector {
                name: Some(name),
                span: error.span,
                ..Selector::default()
            })
        }
        expr => Err(Box::new(expr)),
    }
}

fn variable_name(variable: &Variable, text: &str) -> Name {
    let span = variable.span;
    Name {
        text: text[span.range()].to_owned(),
        span,
    }
}

fn range_of_expression(expr: &Expr, brackets: &str, span: Span) -> SyntaxError {
    let error = SyntaxError::new(span, "only a selector takes a range");
    let inner = brackets.trim_end_matches(']');
    match expr {
        Expr::Call(call) if call.args.iter().any(|arg| matches!(arg, Expr::Selector(_))) => error
            .help(format!(
                "put it behind the selector: `{}(…{brackets})`",
                call.func.text
            )),
        _ => error.help(format!("a subquery has a colon: `{inner}:]`")),
    }
}
