//! Clauses: `by (…)`, and what may stand between an operator and its right side.

use super::{Parser, SyntaxError};
use crate::Span;
use crate::ast::{Group, Grouping, Matching, MatchingLabels, Name, Number};
use crate::lexer::{Keyword, Kind};

impl Parser<'_> {
    /// `by (a, b)` or `without (a, b)`; the next token is the keyword.
    pub(super) fn grouping(&mut self) -> Grouping {
        let keyword = self.bump();
        let without = keyword.kind == Kind::Keyword(Keyword::Without);
        let labels = self.labels();
        Grouping {
            without,
            labels,
            span: self.span_from(keyword.start),
        }
    }

    /// `(a, "b.c", $d)`
    fn labels(&mut self) -> Vec<Name> {
        let mut labels = Vec::new();
        if !self.at(Kind::LeftParen) {
            let lonely = matches!(
                self.token.kind,
                Kind::Ident | Kind::Template | Kind::Variable
            );
            let error = SyntaxError::new(
                Self::span(self.token),
                "the labels are not between parentheses",
            )
            .expected("`(`");
            let word = self.slice(self.token);
            let error = if lonely {
                error.help(format!("write `({word})`"))
            } else {
                error
            };
            self.report(error);
            if lonely {
                labels.push(self.name());
            }
            return labels;
        }
        let open = self.bump();
        loop {
            match self.token.kind {
                Kind::RightParen => {
                    self.bump();
                    return labels;
                }
                Kind::Eof => {
                    self.unclosed(open, ")");
                    return labels;
                }
                _ => {}
            }
            match self.listed_label() {
                Some(label) => labels.push(label),
                None => self.label_noise(),
            }
            if !matches!(self.token.kind, Kind::Comma | Kind::RightParen | Kind::Eof) {
                self.unexpected("`,` or `)`");
                if self.ends_labels() {
                    return labels;
                }
                while !matches!(self.token.kind, Kind::Comma | Kind::RightParen | Kind::Eof) {
                    self.bump();
                }
            }
            self.eat(Kind::Comma);
        }
    }

    /// Whether an expression seems to have begun: the closing parenthesis was forgotten.
    fn ends_labels(&self) -> bool {
        matches!(
            self.token.kind,
            Kind::LeftParen | Kind::LeftBrace | Kind::LeftBracket
        )
    }

    fn label_noise(&mut self) {
        let token = self.token;
        let error = SyntaxError::new(
            Self::span(token),
            format!("`{}` is no label", self.slice(token)),
        )
        .expected("a label or `)`");
        let error = match token.kind {
            Kind::Keyword(_) | Kind::Number => error.help("put it between quotes"),
            _ => error,
        };
        self.report(error);
        if !matches!(token.kind, Kind::Comma) {
            self.bump();
        }
    }

    fn listed_label(&mut self) -> Option<Name> {
        match self.token.kind {
            Kind::Ident | Kind::Template | Kind::Variable => Some(self.name()),
            Kind::Keyword(keyword) if keyword.is_label_name() => Some(self.name()),
            Kind::String | Kind::OpenString => Some(self.quoted_name()),
            _ => None,
        }
    }

    pub(super) fn quoted_name(&mut self) -> Name {
        let string = self.string();
        Name {
            text: string.value,
            span: string.span,
        }
    }

    /// `bool`, `on (…)`, `group_left (…)`, `fill (…)` behind an operator.
    pub(super) fn matching(&mut self) -> (bool, Option<Matching>) {
        let mut bool_modifier = false;
        if self.at(Kind::Keyword(Keyword::Bool)) {
            self.bump();
            bool_modifier = true;
        }
        let start = self.token.start;
        let mut matching = Matching::default();
        let mut any = false;
        loop {
            let token = self.token;
            let Kind::Keyword(keyword) = token.kind else {
                break;
            };
            match keyword {
                Keyword::On | Keyword::Ignoring => {
                    let late = matching.group.is_some()
                        || matching.labels.is_some()
                        || has_fill(&matching);
                    self.bump();
                    let labels = self.labels();
                    let span = self.span_from(token.start);
                    if late {
                        self.report(misplaced(Self::span(token), self.slice(token)));
                    }
                    let on = keyword == Keyword::On;
                    matching
                        .labels
                        .get_or_insert(MatchingLabels { on, labels, span });
                }
                Keyword::GroupLeft | Keyword::GroupRight => {
                    let late = matching.group.is_some() || has_fill(&matching);
                    self.bump();
                    let include = if self.at(Kind::LeftParen) {
                        self.labels()
                    } else {
                        Vec::new()
                    };
                    let span = self.span_from(token.start);
                    let word = self.slice(token);
                    if matching.labels.is_none() {
                        self.report(
                            SyntaxError::new(
                                Self::span(token),
                                format!("`{word}` without `on` or `ignoring`"),
                            )
                            .help(format!("say what pairs the series: `on (label) {word} ()`")),
                        );
                    } else if late {
                        self.report(misplaced(Self::span(token), word));
                    }
                    let left = keyword == Keyword::GroupLeft;
                    matching.group.get_or_insert(Group {
                        left,
                        include,
                        span,
                    });
                }
                Keyword::Fill | Keyword::FillLeft | Keyword::FillRight => {
                    self.fill(keyword, &mut matching);
                }
                Keyword::Bool => {
                    self.bump();
                    bool_modifier = true;
                    self.report(misplaced(Self::span(token), "bool"));
                }
                _ => break,
            }
            any = true;
        }
        matching.span = self.span_from(start);
        (bool_modifier, any.then_some(matching))
    }

    fn fill(&mut self, keyword: Keyword, matching: &mut Matching) {
        let token = self.bump();
        let open = self.bump();
        let value = self.signed_number();
        if !self.at(Kind::RightParen) {
            if self.at(Kind::Eof) {
                self.unclosed(open, ")");
            } else {
                self.unexpected("`)`");
            }
            while !matches!(self.token.kind, Kind::RightParen | Kind::Eof) {
                self.bump();
            }
        }
        self.eat(Kind::RightParen);
        let left = keyword != Keyword::FillRight;
        let right = keyword != Keyword::FillLeft;
        if (left && matching.fill_left.is_some()) || (right && matching.fill_right.is_some()) {
            let error =
                SyntaxError::new(Self::span(token), "a second fill value for the same side");
            self.report(error.help("keep one"));
        }
        if left {
            matching.fill_left.get_or_insert_with(|| value.clone());
        }
        if right {
            matching.fill_right.get_or_insert(value);
        }
    }

    /// A number behind any number of signs, as Prometheus wants one: `5`, `-1.5`, `+Inf`.
    pub(super) fn signed_number(&mut self) -> Number {
        let start = self.token.start;
        let minus = self.at(Kind::Minus);
        if minus || self.at(Kind::Plus) {
            self.bump();
        }
        if !self.at(Kind::Number) {
            self.unexpected("a number");
            return Number {
                value: f64::NAN,
                duration: false,
                span: Span::new(start, start),
            };
        }
        let mut number = self.number();
        if minus {
            number.value = -number.value;
        }
        number.span = self.span_from(start);
        number
    }
}

fn has_fill(matching: &Matching) -> bool {
    matching.fill_left.is_some() || matching.fill_right.is_some()
}

fn misplaced(span: Span, word: &str) -> SyntaxError {
    SyntaxError::new(span, format!("`{word}` is out of place or given twice"))
        .help("the order is: `bool`, `on` or `ignoring`, `group_left` or `group_right`, `fill`")
}
