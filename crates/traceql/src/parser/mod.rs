//! The parser: recursive descent, total. It reads on after an error, so that one text gives all its
//! errors, and leaves [`Expr::Error`] where something is missing.
//!
//! Start at [`parse_with`]; `expr` has pipelines and operators, `operand` what stands between them.

mod call;
mod error;
mod expr;
mod number;
mod operand;

use crate::ast::{ErrorNode, Expr};
use crate::lexer::{Kind, Lexer, Token};
use crate::{Span, SyntaxError};

/// Which language is read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Dialect {
    /// TraceQL as Tempo reads it: a Grafana variable outside of a string is an error.
    Tempo,
    /// TraceQL as Grafana sends it after it has filled in variables: they are nodes of the tree.
    #[default]
    Grafana,
}

/// What [`parse`] gives: a tree, with [`Expr::Error`] where the text could not be read, and what is wrong with it.
pub type Parsed = obsctl_syntax::Parsed<Expr>;

/// How deep expressions may nest.
pub const MAX_DEPTH: u32 = 256;

/// How high a tree may grow: a chain of operators, which does not nest in the text, makes it higher too.
/// Walking such a tree fits into the stack of a thread.
pub const MAX_HEIGHT: u32 = 500;

/// How many errors of one text are reported.
const MAX_ERRORS: usize = 50;

/// Reads TraceQL with Grafana's variables, which is a superset of Tempo's language.
#[must_use]
pub fn parse(text: &str) -> Parsed {
    parse_with(text, Dialect::Grafana)
}

/// Reads TraceQL of the dialect.
#[must_use]
pub fn parse_with(text: &str, dialect: Dialect) -> Parsed {
    let mut parser = Parser::new(text, dialect);
    let expr = parser.whole();
    let mut errors = parser.errors;
    errors.sort_by_key(|error| error.span.start);
    Parsed { expr, errors }
}

struct Parser<'a> {
    text: &'a str,
    dialect: Dialect,
    lexer: Lexer<'a>,
    /// The token that is read next.
    token: Token,
    /// Where the token before it ended.
    end: usize,
    errors: Vec<SyntaxError>,
    /// How many parentheses and braces are open here.
    open_parens: u32,
    open_braces: u32,
    /// How many expressions are being read inside one another.
    depth: u32,
    /// The height of the tree that was read last.
    height: u32,
    /// Set when the rest of the text is given up.
    aborted: bool,
}

impl<'a> Parser<'a> {
    fn new(text: &'a str, dialect: Dialect) -> Self {
        let mut lexer = Lexer::new(text);
        let token = lexer.next_token();
        Self {
            text,
            dialect,
            lexer,
            token,
            end: 0,
            errors: Vec::new(),
            open_parens: 0,
            open_braces: 0,
            depth: 0,
            height: 0,
            aborted: false,
        }
    }

    fn whole(&mut self) -> Expr {
        if self.at(Kind::Eof) {
            let span = Span::new(0, self.text.len());
            let error = SyntaxError::new(span, "there is no query").expected("an expression");
            self.report(error.help("all spans are selected with `{}`"));
            let text = self.text.to_owned();
            return Expr::Error(ErrorNode { text, span });
        }
        let expr = self.expr();
        if !self.at(Kind::Eof) {
            self.unexpected_after_operand(match expr {
                Expr::Hinted(_) => "the end",
                _ => "an operator, `|` or the end",
            });
        }
        while !self.at(Kind::Eof) {
            self.skip_or_read();
        }
        expr
    }

    fn at(&self, kind: Kind) -> bool {
        self.token.kind == kind
    }

    /// Whether the next token is the word.
    fn at_word(&self, word: &str) -> bool {
        self.at(Kind::Word) && self.slice(self.token) == word
    }

    fn bump(&mut self) -> Token {
        let token = self.token;
        self.end = token.end;
        self.token = self.lexer.next_token();
        token
    }

    /// Takes the token if it is of the kind.
    fn eat(&mut self, kind: Kind) -> Option<Token> {
        self.at(kind).then(|| self.bump())
    }

    /// The token behind the next one.
    fn peek(&self) -> Token {
        let mut ahead = self.lexer;
        ahead.next_token()
    }

    fn slice(&self, token: Token) -> &'a str {
        &self.text[token.start..token.end]
    }

    fn span(token: Token) -> Span {
        Span::new(token.start, token.end)
    }

    /// From `start` to the end of the token that was read last.
    fn span_from(&self, start: usize) -> Span {
        Span::new(start, self.end.max(start))
    }

    /// Whether the next token ends what is between the signs that are open. A stray closing sign does not.
    fn at_close(&self) -> bool {
        match self.token.kind {
            Kind::RightParen => self.open_parens > 0,
            Kind::RightBrace => self.open_braces > 0,
            kind => kind == Kind::Eof,
        }
    }

    /// A hole in the tree, before the next token.
    fn hole(&mut self) -> Expr {
        self.height = 1;
        let place = self.token.start;
        // What surrounds the hole reaches up to it.
        self.end = place;
        Expr::Error(ErrorNode {
            text: String::new(),
            span: Span::new(place, place),
        })
    }

    /// Remembers an error, unless one at the same place is known or the rest was given up.
    fn report(&mut self, error: SyntaxError) {
        let known = self
            .errors
            .iter()
            .any(|known| known.span.start == error.span.start);
        if !known && self.takes_errors() {
            self.errors.push(error);
        }
    }

    /// Whether there is room for another error. Suggestions take time: they are not looked for in vain.
    const fn takes_errors(&self) -> bool {
        !self.aborted && self.errors.len() < MAX_ERRORS
    }

    /// Gives up the rest of a text that nests too deeply for its tree to be walked.
    fn abort(&mut self, limit: u32) {
        let message = format!("the query is more than {limit} levels deep");
        let error = SyntaxError::new(Self::span(self.token), message);
        self.report(error.help("say alternatives in one regular expression: `=~ \"a|b|c\"`"));
        self.aborted = true;
        self.lexer.at = self.text.len();
        self.token = self.lexer.next_token();
    }

    /// Grows the tree that was read last by a level over trees of the heights.
    fn grow(&mut self, over: u32) {
        self.height = over + 1;
        if self.height > MAX_HEIGHT && !self.aborted {
            self.abort(MAX_HEIGHT);
        }
    }

    /// Steps over something that does not belong here, finding the errors inside it.
    fn skip_or_read(&mut self) {
        let before = self.token.start;
        if self.starts_operand() {
            self.expr();
        }
        if self.token.start == before && !self.at(Kind::Eof) {
            self.bump();
        }
    }
}
