//! The parser's hands: taking tokens, remembering errors, keeping trees low.

use super::{MAX_ERRORS, MAX_HEIGHT, Parser, SyntaxError};
use crate::Span;
use crate::ast::{ErrorNode, Expr};
use crate::lexer::{Keyword, Kind, Lexer, Token};

impl<'a> Parser<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        let mut lexer = Lexer::new(text);
        let token = lexer.next_token();
        Self {
            text,
            lexer,
            token,
            end: 0,
            errors: Vec::new(),
            depth: 0,
            height: 0,
            open_string: false,
            aborted: false,
        }
    }

    pub(super) fn at(&self, kind: Kind) -> bool {
        self.token.kind == kind
    }

    pub(super) fn bump(&mut self) -> Token {
        let token = self.token;
        self.end = token.end;
        self.token = self.lexer.next_token();
        token
    }

    /// Takes the token if it is of the kind.
    pub(super) fn eat(&mut self, kind: Kind) -> Option<Token> {
        self.at(kind).then(|| self.bump())
    }

    /// The token behind the next one.
    pub(super) fn peek(&self) -> Token {
        let mut ahead = self.lexer;
        ahead.next_token()
    }

    pub(super) fn slice(&self, token: Token) -> &'a str {
        &self.text[token.start..token.end]
    }

    pub(super) fn word(&self) -> &'a str {
        self.slice(self.token)
    }

    pub(super) fn span(token: Token) -> Span {
        Span::new(token.start, token.end)
    }

    pub(super) fn here(&self) -> Span {
        Self::span(self.token)
    }

    /// From `start` to the end of the token that was read last.
    pub(super) fn span_from(&self, start: usize) -> Span {
        Span::new(start, self.end.max(start))
    }

    /// Nothing, before the next token.
    pub(super) fn gap(&mut self) -> ErrorNode {
        let place = self.token.start;
        // What surrounds the gap reaches up to it.
        self.end = place;
        ErrorNode {
            text: String::new(),
            span: Span::new(place, place),
        }
    }

    /// A hole in the tree, before the next token.
    pub(super) fn hole(&mut self) -> Expr {
        self.height = 1;
        Expr::Error(self.gap())
    }

    /// Takes the next token for something that could not be read.
    pub(super) fn unread(&mut self) -> ErrorNode {
        let token = self.bump();
        ErrorNode {
            text: self.slice(token).to_owned(),
            span: Self::span(token),
        }
    }

    /// Remembers an error, unless one at the same place is known or the rest was given up.
    pub(super) fn report(&mut self, error: SyntaxError) {
        let known = self
            .errors
            .iter()
            .any(|known| known.span.start == error.span.start);
        if !known && !self.aborted && self.errors.len() < MAX_ERRORS {
            self.errors.push(error);
        }
    }

    /// Whether what is reported from now on is not kept, so that there is no need to say much.
    pub(super) fn has_enough_errors(&self) -> bool {
        self.aborted || self.errors.len() >= MAX_ERRORS
    }

    /// Gives up the rest of a text that nests too deeply for its tree to be walked.
    pub(super) fn abort(&mut self, limit: u32) {
        let message = format!("the query is more than {limit} levels deep");
        self.report(SyntaxError::new(self.here(), message).help("split it with recording rules"));
        self.aborted = true;
        self.lexer.at = self.text.len();
        self.token = self.lexer.next_token();
    }

    /// Grows the tree that was read last by a level over trees of the heights.
    pub(super) fn grow(&mut self, over: u32) {
        self.height = over + 1;
        if self.height > MAX_HEIGHT && !self.aborted {
            self.abort(MAX_HEIGHT);
        }
    }

    /// Steps over something that does not belong here, finding the errors inside it.
    pub(super) fn skip_or_read(&mut self) {
        let before = self.token.start;
        if self.starts_operand() {
            self.expr();
        } else if self.at(Kind::LeftBracket) {
            while !matches!(
                self.token.kind,
                Kind::RightBracket | Kind::RightParen | Kind::Eof
            ) {
                self.bump();
            }
            self.eat(Kind::RightBracket);
        } else if self.eat(Kind::Keyword(Keyword::Offset)).is_some() {
            self.eat(Kind::Number);
        } else if matches!(
            self.token.kind,
            Kind::Keyword(Keyword::By | Keyword::Without)
        ) {
            self.grouping();
        }
        if self.token.start == before && !self.at(Kind::Eof) {
            self.bump();
        }
    }
}
