//! From text to tokens, as Go's lexer does it, with spaces as tokens of their own.

use crate::Span;
use crate::format::{quote, unicode};

/// A token with its place.
#[derive(Clone, Debug)]
pub(crate) struct Token<'a> {
    pub kind: Kind,
    pub text: &'a str,
    pub span: Span,
}

/// What a token is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// What could not be read, in Go's words; the rest of the action is left out.
    Error(String),
    Text,
    Comment,
    LeftDelim,
    RightDelim,
    Space,
    Bool,
    /// Punctuation of no other kind.
    Char,
    CharConstant,
    Number,
    String,
    Assign,
    Declare,
    Pipe,
    LeftParen,
    RightParen,
    Field,
    Variable,
    Identifier,
    Dot,
    Nil,
    Block,
    Break,
    Continue,
    Define,
    Else,
    End,
    If,
    Range,
    Template,
    With,
    Eof,
}

impl Token<'_> {
    /// How Go's messages name it.
    pub fn describe(&self) -> String {
        match &self.kind {
            Kind::Eof => "EOF".to_owned(),
            Kind::Error(message) => message.clone(),
            kind if kind.is_keyword() => format!("<{}>", self.text),
            _ if self.text.len() > 10 => {
                let end = self
                    .text
                    .char_indices()
                    .nth(10)
                    .map_or(self.text.len(), |(at, _)| at);
                format!("{}...", quote(&self.text[..end]))
            }
            _ => quote(self.text),
        }
    }
}

impl Kind {
    fn is_keyword(&self) -> bool {
        matches!(
            self,
            Self::Dot
                | Self::Nil
                | Self::Block
                | Self::Break
                | Self::Continue
                | Self::Define
                | Self::Else
                | Self::End
                | Self::If
                | Self::Range
                | Self::Template
                | Self::With
        )
    }

    fn word(word: &str) -> Self {
        match word {
            "block" => Self::Block,
            "break" => Self::Break,
            "continue" => Self::Continue,
            "define" => Self::Define,
            "else" => Self::Else,
            "end" => Self::End,
            "if" => Self::If,
            "nil" => Self::Nil,
            "range" => Self::Range,
            "template" => Self::Template,
            "with" => Self::With,
            "true" | "false" => Self::Bool,
            _ => Self::Identifier,
        }
    }
}

const SPACES: [char; 4] = [' ', '\t', '\r', '\n'];

fn is_space(char: char) -> bool {
    SPACES.contains(&char)
}

/// Whether a character can be part of a name.
pub(crate) fn is_word(char: char) -> bool {
    char == '_' || char.is_alphanumeric()
}

/// The tokens of a text; the last one is [`Kind::Eof`].
pub(crate) fn tokens(text: &str) -> Vec<Token<'_>> {
    let mut lexer = Lexer {
        text,
        at: 0,
        tokens: vec![],
    };
    lexer.run();
    lexer.push(text.len(), Kind::Eof);
    lexer.tokens
}

struct Lexer<'a> {
    text: &'a str,
    /// Where the next token begins.
    at: usize,
    tokens: Vec<Token<'a>>,
}

impl<'a> Lexer<'a> {
    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    /// Adds what reaches from here to `end`.
    fn push(&mut self, end: usize, kind: Kind) {
        self.tokens.push(Token {
            kind,
            text: &self.text[self.at..end],
            span: Span::new(self.at, end),
        });
        self.at = end;
    }

    /// Reports what stands here in Go's words, and skips to the end of the action.
    fn error(&mut self, end: usize, message: impl Into<String>) {
        self.push(end, Kind::Error(message.into()));
        self.at = match self.rest().find("}}") {
            Some(close) => self.at + close,
            None => self.text.len(),
        };
    }

    fn run(&mut self) {
        while !self.rest().is_empty() {
            let Some(open) = self.rest().find("{{") else {
                self.push(self.text.len(), Kind::Text);
                return;
            };
            let open = self.at + open;
            let trims = has_left_trim(&self.text[open + 2..]);
            let mut end = open;
            if trims {
                end = self.at + self.text[self.at..open].trim_end_matches(SPACES).len();
            }
            if end > self.at {
                self.push(end, Kind::Text);
            }
            self.at = open;
            let inner = open + 2 + if trims { 2 } else { 0 };
            if self.text[inner..].starts_with("/*") {
                self.comment(inner);
            } else {
                self.push(open + 2, Kind::LeftDelim);
                self.at = inner;
                self.action();
            }
        }
    }

    fn comment(&mut self, start: usize) {
        let open = self.at;
        self.at = start;
        let Some(end) = self.text[start + 2..].find("*/") else {
            self.at = open;
            self.error(open + 2, "unclosed comment");
            self.at = self.text.len();
            return;
        };
        let end = start + 2 + end + 2;
        let Some(trims) = self.right_delim(end) else {
            self.error(end, "comment ends before closing delimiter");
            self.at = (self.at + 2).min(self.text.len());
            return;
        };
        self.push(end, Kind::Comment);
        self.at = end + if trims { 4 } else { 2 };
        if trims {
            self.skip_spaces();
        }
    }

    fn skip_spaces(&mut self) {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start_matches(SPACES).len();
    }

    /// Whether an action ends at `at`, and whether with a trim marker.
    fn right_delim(&self, at: usize) -> Option<bool> {
        let rest = &self.text[at..];
        if has_right_trim(rest) && rest[2..].starts_with("}}") {
            return Some(true);
        }
        rest.starts_with("}}").then_some(false)
    }

    /// The tokens of an action until its end.
    fn action(&mut self) {
        let mut depth = 0_usize;
        loop {
            if let Some(trims) = self.right_delim(self.at) {
                if depth > 0 {
                    depth = 0;
                    self.error(self.at, "unclosed left paren");
                    continue;
                }
                self.at += if trims { 2 } else { 0 };
                self.push(self.at + 2, Kind::RightDelim);
                if trims {
                    self.skip_spaces();
                }
                return;
            }
            let Some(first) = self.rest().chars().next() else {
                self.push(self.at, Kind::Error("unclosed action".to_owned()));
                return;
            };
            let one = self.at + first.len_utf8();
            let second = self.text[one..].chars().next();
            match first {
                _ if is_space(first) => self.space(),
                '=' => self.push(one, Kind::Assign),
                ':' if second == Some('=') => self.push(one + 1, Kind::Declare),
                ':' => self.error(one, "expected :="),
                '|' => self.push(one, Kind::Pipe),
                '"' => self.quoted('"', Kind::String, "unterminated quoted string"),
                '\'' => self.quoted(
                    '\'',
                    Kind::CharConstant,
                    "unterminated character constant",
                ),
                '`' => match self.text[one..].find('`') {
                    Some(end) => self.push(one + end + 1, Kind::String),
                    None => {
                        self.error(one, "unterminated raw quoted string");
                        self.at = self.text.len();
                    }
                },
                '$' => self.name(one, Kind::Variable),
                '.' if !second.is_some_and(|c| c.is_ascii_digit()) && second.is_some() => {
                    let kind = if self.at_terminator(one) {
                        Kind::Dot
                    } else {
                        Kind::Field
                    };
                    self.name(one, kind);
                }
                '.' | '+' | '-' | '0'..='9' => self.number(),
                _ if is_word(first) => {
                    let end = self.word_end(self.at);
                    self.name(one, Kind::word(&self.text[self.at..end]));
                }
                '(' => {
                    depth += 1;
                    self.push(one, Kind::LeftParen);
                }
                ')' => match depth.checked_sub(1) {
                    Some(less) => {
                        depth = less;
                        self.push(one, Kind::RightParen);
                    }
                    None => self.error(one, "unexpected right paren"),
                },
                ' '..='~' => self.push(one, Kind::Char),
                _ => self.error(
                    one,
                    format!("unrecognized character in action: {}", unicode(first)),
                ),
            }
        }
    }

    fn space(&mut self) {
        let rest = self.rest();
        let length = rest.len() - rest.trim_start_matches(SPACES).len();
        let mut end = self.at + length;
        // The last space may belong to the marker of ` -}}`.
        if self.right_delim(end - 1) == Some(true) {
            end -= 1;
        }
        if end > self.at {
            self.push(end, Kind::Space);
        }
    }

    fn quoted(&mut self, quote: char, kind: Kind, unterminated: &str) {
        let mut chars = self.text[self.at + 1..].char_indices();
        let at = self.at + 1;
        while let Some((index, char)) = chars.next() {
            match char {
                '\\' => match chars.next() {
                    None | Some((_, '\n')) => break,
                    Some(_) => {}
                },
                '\n' => break,
                _ if char == quote => return self.push(at + index + 1, kind),
                _ => {}
            }
        }
        self.error(self.at + 1, unterminated);
    }

    fn word_end(&self, at: usize) -> usize {
        let end = self.text[at..].find(|c| !is_word(c));
        end.map_or(self.text.len(), |end| at + end)
    }

    /// A name that goes on at `from`.
    fn name(&mut self, from: usize, kind: Kind) {
        let end = self.word_end(from);
        if self.at_terminator(end) {
            return self.push(end, kind);
        }
        match self.text[end..].chars().next() {
            Some(char) => {
                self.at = end;
                self.error(
                    end + char.len_utf8(),
                    format!("bad character {}", unicode(char)),
                );
            }
            None => self.push(end, kind),
        }
    }

    /// Whether a name may end at `at`.
    fn at_terminator(&self, at: usize) -> bool {
        let rest = &self.text[at..];
        rest.is_empty()
            || rest.starts_with(|c: char| is_space(c) || matches!(c, '.' | ',' | '|' | ':' | ')' | '('))
            || rest.starts_with("}}")
    }

    fn number(&mut self) {
        let (mut end, mut good) = self.scan_number(self.at);
        if good && self.text[end..].starts_with(['+', '-']) {
            // The imaginary part of a complex number.
            (end, good) = self.scan_number(end);
            good &= self.text[..end].ends_with('i');
        }
        if good {
            self.push(end, Kind::Number);
        } else {
            let message = format!("bad number syntax: {}", quote(&self.text[self.at..end]));
            self.error(end, message);
        }
    }

    /// Where what looks like a number ends, and whether it may end there.
    fn scan_number(&self, start: usize) -> (usize, bool) {
        let bytes = self.text.as_bytes();
        let is = |at: usize, set: &[u8]| bytes.get(at).is_some_and(|byte| set.contains(byte));
        let run = |mut at: usize, set: &[u8]| {
            while is(at, set) {
                at += 1;
            }
            at
        };
        let decimal: &[u8] = b"0123456789_";
        let hexadecimal: &[u8] = b"0123456789abcdefABCDEF_";
        let mut digits = decimal;
        let mut at = start + usize::from(is(start, b"+-"));
        if is(at, b"0") {
            at += 1;
            let base: [(&[u8], &[u8]); 3] = [
                (b"xX", hexadecimal),
                (b"oO", b"01234567_"),
                (b"bB", b"01_"),
            ];
            if let Some((_, set)) = base.iter().find(|(mark, _)| is(at, mark)) {
                digits = set;
                at += 1;
            }
        }
        at = run(at, digits);
        if is(at, b".") {
            at = run(at + 1, digits);
        }
        for (set, mark) in [(decimal, b"eE"), (hexadecimal, b"pP")] {
            if digits == set && is(at, mark) {
                at += 1;
                at += usize::from(is(at, b"+-"));
                at = run(at, decimal);
            }
        }
        at += usize::from(is(at, b"i"));
        match self.text[at..].chars().next() {
            Some(next) if is_word(next) => (at + next.len_utf8(), false),
            _ => (at, true),
        }
    }
}

fn has_left_trim(text: &str) -> bool {
    text.strip_prefix('-')
        .is_some_and(|rest| rest.starts_with(is_space))
}

fn has_right_trim(text: &str) -> bool {
    text.starts_with(is_space) && text[1..].starts_with('-')
}
