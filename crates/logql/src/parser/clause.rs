//! Clauses: `by (…)`, and what may stand between an operator and its right side.

use super::{Parser, SyntaxError};
use crate::Span;
use crate::ast::{Group, Grouping, Matching, MatchingLabels, Name};
use crate::lexer::{Keyword, Kind};

impl Parser<'_> {
    pub(super) fn at_grouping(&self) -> bool {
        matches!(
            self.token.kind,
            Kind::Keyword(Keyword::By | Keyword::Without)
        )
    }

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

    /// `(a, b, $c)`
    fn labels(&mut self) -> Vec<Name> {
        let mut labels = Vec::new();
        if !self.at(Kind::LeftParen) {
            let lonely = self.at_name();
            let error = SyntaxError::new(self.here(), "the labels are not between parentheses")
                .expected("`(`");
            let word = self.word();
            self.report(if lonely {
                error.help(format!("write `({word})`"))
            } else {
                error
            });
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
                Kind::Eof | Kind::LeftParen | Kind::LeftBrace | Kind::LeftBracket => {
                    self.unclosed(open, ")");
                    return labels;
                }
                _ => {}
            }
            labels.extend(self.label("a label or `)`"));
            if self.at_name() && self.peek().kind == Kind::LeftParen {
                self.unclosed(open, ")");
                return labels;
            }
            if !matches!(self.token.kind, Kind::Comma | Kind::RightParen | Kind::Eof) {
                if !self.missing_comma("`,` or `)`") {
                    self.unexpected("`,` or `)`");
                }
                while !self.at_name()
                    && !matches!(
                        self.token.kind,
                        Kind::Comma
                            | Kind::RightParen
                            | Kind::Eof
                            | Kind::LeftParen
                            | Kind::LeftBrace
                            | Kind::LeftBracket
                    )
                {
                    self.bump();
                }
            }
            if let Some(comma) = self.eat(Kind::Comma)
                && self.at(Kind::RightParen)
            {
                let error = SyntaxError::new(Self::span(comma), "a comma behind the last label");
                self.report(error.help("remove it"));
            }
        }
    }

    /// Reports that two labels stand side by side, where they do.
    pub(super) fn missing_comma(&mut self, expected: &str) -> bool {
        let two = self.at_name() && self.peek().kind != Kind::LeftParen;
        if two {
            let error = SyntaxError::new(self.here(), self.unexpected_text(self.token));
            self.report(
                error
                    .expected(expected)
                    .help("a comma is missing before it"),
            );
        }
        two
    }

    /// Whether the next token can be a label.
    pub(super) fn at_name(&self) -> bool {
        matches!(
            self.token.kind,
            Kind::Ident | Kind::Template | Kind::Variable
        )
    }

    /// The name that the next token is.
    pub(super) fn name(&mut self) -> Name {
        let token = self.bump();
        Name {
            text: self.slice(token).to_owned(),
            span: Self::span(token),
        }
    }

    /// A label; what is none is reported, and taken unless it ends a list.
    pub(super) fn label(&mut self, expected: &str) -> Option<Name> {
        let word = self.word();
        match self.token.kind {
            _ if self.at_name() => return Some(self.name()),
            Kind::Keyword(keyword) => {
                let message = format!("`{word}` is a word of LogQL: no label can be called so");
                let error = SyntaxError::new(self.here(), message).expected(expected);
                self.report(if keyword.is_stage() {
                    error.help(format!(
                        "give it another name where it comes from, or in the parser: \
                         `| json my_{word}=\"{word}\"`"
                    ))
                } else {
                    error.help("a label is missing before it, or `(`")
                });
                return Some(self.name());
            }
            Kind::String => {
                let inner = word[1..word.len() - 1].to_owned();
                let error = SyntaxError::new(self.here(), "a label has no quotes");
                self.report(error.expected(expected).help(format!("write `{inner}`")));
                return Some(Name {
                    text: inner,
                    ..self.name()
                });
            }
            Kind::Comma | Kind::RightParen | Kind::RightBrace | Kind::Eof => {
                self.unexpected(expected);
            }
            _ => {
                self.unexpected(expected);
                self.bump();
            }
        }
        None
    }

    /// `bool`, `on (…)`, `group_left (…)` behind an operator.
    pub(super) fn matching(&mut self) -> (bool, Option<Matching>) {
        let mut bool_modifier = false;
        if self.eat(Kind::Keyword(Keyword::Bool)).is_some() {
            bool_modifier = true;
        }
        let start = self.token.start;
        let mut labels: Option<MatchingLabels> = None;
        let mut group: Option<Group> = None;
        while let Kind::Keyword(keyword) = self.token.kind {
            let token = self.token;
            let word = self.word();
            match keyword {
                Keyword::On | Keyword::Ignoring => {
                    self.bump();
                    if labels.is_some() || group.is_some() {
                        self.report(misplaced(Self::span(token), word));
                    }
                    let on = keyword == Keyword::On;
                    let names = self.labels();
                    let span = self.span_from(token.start);
                    labels.get_or_insert(MatchingLabels {
                        on,
                        labels: names,
                        span,
                    });
                }
                Keyword::GroupLeft | Keyword::GroupRight => {
                    self.bump();
                    if labels.is_none() {
                        let message = format!("`{word}` without `on` or `ignoring`");
                        self.report(
                            SyntaxError::new(Self::span(token), message)
                                .help(format!("say what pairs the series: `on (label) {word} ()`")),
                        );
                    } else if group.is_some() {
                        self.report(misplaced(Self::span(token), word));
                    }
                    let include = if self.at(Kind::LeftParen) {
                        self.labels()
                    } else {
                        Vec::new()
                    };
                    let span = self.span_from(token.start);
                    group.get_or_insert(Group {
                        left: keyword == Keyword::GroupLeft,
                        include,
                        span,
                    });
                }
                Keyword::Bool => {
                    self.bump();
                    bool_modifier = true;
                    self.report(misplaced(Self::span(token), "bool"));
                }
                _ => break,
            }
        }
        let span = self.span_from(start);
        if labels.is_none() && group.is_none() {
            return (bool_modifier, None);
        }
        let labels = labels.unwrap_or(MatchingLabels {
            on: false,
            labels: Vec::new(),
            span,
        });
        (
            bool_modifier,
            Some(Matching {
                labels,
                group,
                span,
            }),
        )
    }
}

fn misplaced(span: Span, word: &str) -> SyntaxError {
    SyntaxError::new(span, format!("`{word}` is out of place or given twice"))
        .help("the order is: `bool`, `on` or `ignoring`, `group_left` or `group_right`")
}
