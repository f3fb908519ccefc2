//! The parser: recursive descent, total. It reads on after an error, so that one text gives all its
//! errors, and leaves [`Expr::Error`] where something is missing.
//!
//! Start at [`parse`]; `expr` has the operators, `operand` what stands between them, `query` the log
//! queries and `stage` what they go through.

mod clause;
mod error;
mod expr;
mod label_filter;
mod line_filter;
mod lists;
mod operand;
mod quantity;
mod query;
mod stage;
mod token;

pub use obsctl_syntax::SyntaxError;

pub(crate) use error::nearest_function;

use crate::Span;
use crate::ast::{ErrorNode, Expr};
use crate::lexer::{Kind, Lexer, Token};

/// What [`parse`] gives: a tree, with [`Expr::Error`] where the text could not be read, and what is wrong with it.
pub type Parsed = obsctl_syntax::Parsed<Expr>;

/// How deep expressions and label filters may nest.
pub const MAX_DEPTH: u32 = 256;

/// How high a tree may grow: a chain of operators, which does not nest in the text, makes it higher too.
/// Walking such a tree fits into the stack of a thread.
pub const MAX_HEIGHT: u32 = 500;

/// How many errors of one text are reported.
const MAX_ERRORS: usize = 50;

/// Reads LogQL with Grafana's variables, which is a superset of Loki's language.
#[must_use]
pub fn parse(text: &str) -> Parsed {
    let mut parser = Parser::new(text);
    let expr = parser.whole();
    let mut errors = parser.errors;
    errors.sort_by_key(|error| error.span.start);
    Parsed { expr, errors }
}

struct Parser<'a> {
    text: &'a str,
    lexer: Lexer<'a>,
    /// The token that is read next.
    token: Token,
    /// Where the token before it ended.
    end: usize,
    errors: Vec<SyntaxError>,
    /// How many expressions are being read inside one another.
    depth: u32,
    /// The height of the tree that was read last.
    height: u32,
    /// Set when a string swallowed the rest of a line, and with it what it should have closed.
    open_string: bool,
    /// Set when the rest of the text is given up.
    aborted: bool,
}

impl Parser<'_> {
    fn whole(&mut self) -> Expr {
        if self.at(Kind::Eof) {
            let span = Span::new(0, self.text.len());
            self.report(
                SyntaxError::new(span, "there is no query")
                    .expected("a stream selector such as `{job=\"api\"}`, or a metric query"),
            );
            return Expr::Error(ErrorNode {
                text: self.text.to_owned(),
                span,
            });
        }
        let expr = self.expr();
        if !self.at(Kind::Eof) {
            self.unexpected_after_operand(&expr, "an operator or the end");
        }
        while !self.at(Kind::Eof) {
            self.skip_or_read();
        }
        expr
    }
}
