//! From tokens to the tree. Go stops at the first error; this parser goes on behind the action.

mod error;
mod operand;
mod template;

use std::collections::BTreeMap;

pub use error::SyntaxError;

use crate::Span;
use crate::ast::{Branch, Control, Keyword, List, Node, Pipeline};
use crate::dialect::Dialect;
use crate::lexer::{self, Kind, Token};

/// How deep blocks and parentheses may nest. Go allows parentheses 10,000 deep, and blocks of any depth.
pub const MAX_DEPTH: usize = 100;

/// A template that was read.
#[derive(Clone, Debug)]
pub struct Parsed {
    /// The template; what could not be read is [`Node::Error`] or an empty pipeline.
    pub nodes: List,
    /// What Go refuses. Go reports the first one only.
    pub errors: Vec<SyntaxError>,
}

/// Reads a template. Any text is read; what Go refuses is in [`Parsed::errors`].
#[must_use]
pub fn parse(text: &str, dialect: &Dialect<'_>) -> Parsed {
    let mut parser = Parser {
        text,
        dialect,
        tokens: lexer::tokens(text),
        at: 0,
        errors: vec![],
        variables: vec!["$".to_owned()],
        range_depth: 0,
        depth: 0,
        open: None,
        aborted: false,
        defined: BTreeMap::new(),
    };
    let predeclared = dialect.variables.iter().map(|name| (*name).to_owned());
    parser.variables.extend(predeclared);
    let mut nodes = vec![];
    loop {
        let (part, end) = parser.list(true);
        nodes.extend(part);
        match end {
            End::Eof => break,
            End::Closed(span) => parser.report(
                span,
                "`end` of nothing",
                "leave it out, or open a block before it",
                "unexpected {{end}}",
            ),
            End::Else(span) => parser.stray_else(span, "unexpected {{else}}"),
        }
    }
    Parsed {
        nodes,
        errors: parser.errors,
    }
}

/// The error is in the list.
struct Failed;

type Read<T> = Result<T, Failed>;

/// What ended a list.
enum End {
    Eof,
    Closed(Span),
    /// What stands behind the word is not yet read.
    Else(Span),
}

struct Parser<'a> {
    text: &'a str,
    dialect: &'a Dialect<'a>,
    tokens: Vec<Token<'a>>,
    at: usize,
    errors: Vec<SyntaxError>,
    /// The variables that are known here.
    variables: Vec<String>,
    range_depth: usize,
    depth: usize,
    /// The braces of the action that is read.
    open: Option<Span>,
    /// Whether the rest of the text is left out.
    aborted: bool,
    /// The templates with a name, and whether they hold anything.
    defined: BTreeMap<String, bool>,
}

impl<'a> Parser<'a> {
    fn peek(&self) -> &Token<'a> {
        &self.tokens[self.at.min(self.tokens.len() - 1)]
    }

    fn next(&mut self) -> Token<'a> {
        let token = self.peek().clone();
        self.at += 1;
        token
    }

    fn skip_space(&mut self) {
        while self.peek().kind == Kind::Space {
            self.at += 1;
        }
    }

    fn peek_word(&mut self) -> &Token<'a> {
        self.skip_space();
        self.peek()
    }

    fn next_word(&mut self) -> Token<'a> {
        self.skip_space();
        self.next()
    }

    /// Skips the rest of an action.
    fn skip(&mut self) {
        loop {
            match self.next().kind {
                Kind::RightDelim | Kind::Eof => return,
                _ => {}
            }
        }
    }

    fn report(
        &mut self,
        span: Span,
        message: impl Into<String>,
        help: &str,
        reason: impl Into<String>,
    ) {
        let line = self.line(span.range().start);
        self.errors.push(SyntaxError {
            message: message.into(),
            help: (!help.is_empty()).then(|| help.to_owned()),
            span,
            reason: reason.into(),
            line,
            action_line: None,
        });
    }

    /// The line of a byte, from 1.
    fn line(&self, at: usize) -> usize {
        1 + self.text[..at].matches('\n').count()
    }

    /// Sets where Go notices the last error.
    fn noticed(&mut self, at: usize) {
        let line = self.line(at);
        if let Some(error) = self.errors.last_mut() {
            error.line = line;
        }
    }

    fn fail<T>(
        &mut self,
        span: Span,
        message: impl Into<String>,
        help: &str,
        reason: impl Into<String>,
    ) -> Read<T> {
        self.report(span, message, help, reason);
        Err(Failed)
    }

    /// A token that does not belong there, in Go's words.
    fn unexpected<T>(&mut self, token: &Token<'_>, context: &str) -> Read<T> {
        // What ends the action may be this token: it is looked for behind it.
        self.at -= 1;
        let (span, message, help, reason) = self.describe(token, context);
        self.report(span, message, help, reason);
        let at = token.span.range().start;
        self.noticed(at);
        let began = self.open.map(|open| self.line(open.range().start));
        let unreadable = matches!(token.kind, Kind::Error(_));
        if let (Some(error), Some(began), true) = (self.errors.last_mut(), began, unreadable) {
            error.action_line = (began != error.line).then_some(began);
        }
        Err(Failed)
    }

    /// The place, the message, the help and Go's words on a token that does not belong there.
    fn describe(&self, token: &Token<'_>, context: &str) -> (Span, String, &'static str, String) {
        let reason = match &token.kind {
            Kind::Error(reason) => reason.clone(),
            _ => format!("unexpected {} in {context}", token.describe()),
        };
        let unclosed = token.kind == Kind::Eof || !self.action_ends();
        if let (true, Some(open)) = (unclosed, self.open) {
            let (message, help) = error::unreadable("unclosed action", "");
            return (open, message, help, reason);
        }
        let span = match self.open_parenthesis() {
            Some(open) if reason == "unclosed left paren" => open,
            _ => token.span,
        };
        let (message, help) = match token.kind {
            Kind::Error(_) => error::unreadable(&reason, token.text),
            Kind::RightDelim => ("something is missing before the end".to_owned(), ""),
            Kind::Assign | Kind::Char => (
                format!("`{}` has no meaning in a template", token.text),
                error::meaning(token.text),
            ),
            _ => (format!("`{}` has no meaning here", token.text), ""),
        };
        (span, message, help, reason)
    }

    /// The last `(` before this place that nothing closes.
    fn open_parenthesis(&self) -> Option<Span> {
        let mut closed = 0_usize;
        for token in self.tokens.get(..self.at)?.iter().rev() {
            match token.kind {
                Kind::LeftDelim => return None,
                Kind::RightParen => closed += 1,
                Kind::LeftParen if closed == 0 => return Some(token.span),
                Kind::LeftParen => closed -= 1,
                _ => {}
            }
        }
        None
    }

    /// Whether the action that is read ends anywhere.
    fn action_ends(&self) -> bool {
        let rest = self.tokens[self.at.min(self.tokens.len() - 1)..].iter();
        let mut inside = rest.take_while(|token| token.kind != Kind::LeftDelim);
        inside.any(|token| token.kind == Kind::RightDelim)
    }

    fn expect(&mut self, kind: &Kind, context: &str) -> Read<Token<'a>> {
        let token = self.next_word();
        if token.kind == *kind {
            Ok(token)
        } else {
            self.unexpected(&token, context)
        }
    }

    /// What stands until `{{ end }}`, `{{ else }}` or the end of the text.
    fn list(&mut self, top: bool) -> (List, End) {
        let mut nodes = vec![];
        loop {
            let token = self.next_word();
            match token.kind {
                Kind::Eof => return (nodes, End::Eof),
                Kind::Text => nodes.push(Node::Text(token.text.to_owned(), token.span)),
                Kind::Comment => nodes.push(Node::Comment(token.text.to_owned(), token.span)),
                Kind::LeftDelim => {
                    self.open = Some(token.span);
                    let word = self.peek_word().clone();
                    match word.kind {
                        Kind::End => {
                            self.next();
                            if self.expect(&Kind::RightDelim, "end").is_err() {
                                self.skip();
                            }
                            return (nodes, End::Closed(word.span));
                        }
                        Kind::Else => {
                            self.next();
                            return (nodes, End::Else(word.span));
                        }
                        _ => {}
                    }
                    let at = self.at;
                    match self.action(top) {
                        Ok(node) => nodes.push(node),
                        Err(Failed) => {
                            // An action without an end took the rest of the text.
                            self.at = self.at.max(at);
                            self.skip();
                            let last = self.tokens[(self.at - 1).min(self.tokens.len() - 1)].span;
                            nodes.push(Node::Error(token.span.to(last)));
                        }
                    }
                }
                _ => {
                    self.open = None;
                    let _: Read<()> = self.unexpected(&token, "input");
                    self.next();
                }
            }
        }
    }

    /// An action, whose `{{` is past.
    fn action(&mut self, top: bool) -> Read<Node> {
        let token = self.next_word();
        match token.kind {
            Kind::If => self.control(Keyword::If, token.span),
            Kind::With => self.control(Keyword::With, token.span),
            Kind::Range => self.control(Keyword::Range, token.span),
            Kind::Break | Kind::Continue => {
                let name = format!("{{{{{}}}}}", token.text);
                self.expect(&Kind::RightDelim, &name)?;
                if self.range_depth == 0 {
                    self.report(
                        token.span,
                        format!("`{}` stands in no `range`", token.text),
                        "leave it out",
                        format!("{name} outside {{{{range}}}}"),
                    );
                }
                Ok(if token.kind == Kind::Break {
                    Node::Break(token.span)
                } else {
                    Node::Continue(token.span)
                })
            }
            Kind::Template => self.call(token.span),
            Kind::Block => self.block(token.span),
            Kind::Define if top => self.define(token.span),
            _ => {
                self.at -= 1;
                self.pipeline("command", &Kind::RightDelim)
                    .map(Node::Action)
            }
        }
    }

    fn enter(&mut self, span: Span) -> bool {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            self.report(
                span,
                format!("blocks and parentheses nest more than {MAX_DEPTH} deep"),
                "",
                "max expression depth exceeded",
            );
            // Nothing behind it can be told apart any more.
            self.at = self.tokens.len() - 1;
            self.aborted = true;
        }
        self.depth <= MAX_DEPTH
    }

    /// `if`, `with` or `range`, whose word is past.
    fn control(&mut self, keyword: Keyword, span: Span) -> Read<Node> {
        let known = self.variables.len();
        let inside = usize::from(keyword == Keyword::Range);
        let mut control = Control {
            keyword,
            span,
            branches: vec![],
            otherwise: None,
        };
        let mut word = span;
        if !self.enter(span) {
            self.depth -= 1;
            return Err(Failed);
        }
        loop {
            let pipeline = self.head(keyword, word);
            self.range_depth += inside;
            let (body, end) = self.list(false);
            self.range_depth -= inside;
            control.branches.push(Branch { pipeline, body });
            let other = match end {
                End::Closed(_) => break,
                End::Eof => {
                    self.never_ended(keyword.as_str(), word);
                    break;
                }
                End::Else(other) => other,
            };
            // `{{ else if … }}` is a branch of the same block; nothing else may follow the word.
            let goes_on = match self.peek_word().kind {
                Kind::If => keyword == Keyword::If,
                Kind::With => keyword == Keyword::With,
                _ => false,
            };
            if goes_on {
                word = self.next().span;
                continue;
            }
            let next = self.next_word();
            if next.kind != Kind::RightDelim {
                let context = match next.kind {
                    Kind::If | Kind::With => "input",
                    _ => "else",
                };
                let _: Read<()> = self.unexpected(&next, context);
                self.skip();
            }
            control.otherwise = Some(self.otherwise(keyword, other));
            break;
        }
        self.depth -= 1;
        self.variables.truncate(known);
        Ok(Node::Control(control))
    }

    /// The pipeline behind `if`, `with` or `range`; an empty one where it could not be read.
    fn head(&mut self, keyword: Keyword, word: Span) -> Pipeline {
        if self.peek_word().kind == Kind::RightDelim {
            self.next();
            let word_text = keyword.as_str();
            self.report(
                word,
                format!("`{word_text}` needs something to look at"),
                "",
                format!("missing value for {word_text}"),
            );
            return Pipeline::default();
        }
        self.pipeline(keyword.as_str(), &Kind::RightDelim)
            .unwrap_or_else(|Failed| {
                self.skip();
                Pipeline::default()
            })
    }

    fn never_ended(&mut self, word: &str, span: Span) {
        if !self.aborted {
            let message = format!("`{word}` is never ended");
            self.report(span, message, "put `{{ end }}` behind it", "unexpected EOF");
            self.noticed(self.text.len());
        }
    }

    /// What stands behind `{{ else }}`.
    fn otherwise(&mut self, keyword: Keyword, word: Span) -> List {
        let mut nodes = vec![];
        loop {
            let (part, end) = self.list(false);
            nodes.extend(part);
            match end {
                End::Closed(_) => return nodes,
                End::Eof => {
                    self.never_ended(keyword.as_str(), word);
                    return nodes;
                }
                End::Else(span) => {
                    self.report(
                        span,
                        "a second `else`",
                        "leave one out, or write `else if`",
                        "expected end; found {{else}}",
                    );
                    self.skip();
                }
            }
        }
    }

    /// An `{{ else }}` of nothing, whose word is past.
    fn stray_else(&mut self, span: Span, reason: &str) {
        let next = self.next_word();
        if matches!(next.kind, Kind::RightDelim | Kind::If | Kind::With) {
            self.at -= 1;
            self.report(span, "`else` of nothing", "open an `if` before it", reason);
        } else {
            let _: Read<()> = self.unexpected(&next, "else");
        }
        self.skip();
    }
}

/// Whether a list holds nothing but white space and comments.
pub(crate) fn is_empty(list: &List) -> bool {
    list.iter().all(|node| match node {
        Node::Text(text, _) => text.trim().is_empty(),
        Node::Comment(..) | Node::Define(_) => true,
        _ => false,
    })
}
