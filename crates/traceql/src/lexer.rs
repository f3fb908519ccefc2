//! Tokens. The lexer is total: what it does not know becomes [`Kind::Unknown`].
//!
//! Attributes are single tokens, name and quotes included, because other characters are part of a name
//! than of anything else: `span.a-b` is one attribute.

use obsctl_syntax::string_end;

use crate::ast::BinaryOp;
use crate::attribute::is_name_char;
use crate::variable;

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A keyword, intrinsic or function; the parser knows which.
    Word,
    /// `span:name`
    ScopedWord,
    /// `span.http.method`, `.a`, `scope."quoted name"`, whether there is such a scope or not.
    Attribute,
    /// `5`, `1.5`, `100ms` and what looks like one of them.
    Number,
    String,
    /// A string without its closing quote.
    OpenString,
    /// A string in single quotes, which the language has not.
    SingleQuoted,
    /// `$x`
    Variable,
    /// Something of which variables are a part: `${n}ms`, `$scope.name`, `rate_$x`.
    Template,
    Op(BinaryOp),
    Not,
    Pipe,
    Comma,
    LeftParen,
    RightParen,
    LeftBrace,
    RightBrace,
    Unknown,
    Eof,
}

/// A token and its bytes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Token {
    pub(crate) kind: Kind,
    pub(crate) start: usize,
    pub(crate) end: usize,
}

/// The symbols, longer ones before those they begin with.
const SYMBOLS: [(&str, Kind); 35] = [
    ("!>>", Kind::Op(BinaryOp::NotDescendant)),
    ("!<<", Kind::Op(BinaryOp::NotAncestor)),
    ("&>>", Kind::Op(BinaryOp::UnionDescendant)),
    ("&<<", Kind::Op(BinaryOp::UnionAncestor)),
    ("!>", Kind::Op(BinaryOp::NotChild)),
    ("!<", Kind::Op(BinaryOp::NotParent)),
    ("!=", Kind::Op(BinaryOp::NotEqual)),
    ("!~", Kind::Op(BinaryOp::NotRegex)),
    ("&>", Kind::Op(BinaryOp::UnionChild)),
    ("&<", Kind::Op(BinaryOp::UnionParent)),
    ("&~", Kind::Op(BinaryOp::UnionSibling)),
    ("&&", Kind::Op(BinaryOp::And)),
    ("||", Kind::Op(BinaryOp::Or)),
    ("=~", Kind::Op(BinaryOp::Regex)),
    ("==", Kind::Unknown),
    ("<>", Kind::Unknown),
    (">>", Kind::Op(BinaryOp::Descendant)),
    (">=", Kind::Op(BinaryOp::GreaterEqual)),
    ("<<", Kind::Op(BinaryOp::Ancestor)),
    ("<=", Kind::Op(BinaryOp::LessEqual)),
    ("!", Kind::Not),
    ("=", Kind::Op(BinaryOp::Equal)),
    (">", Kind::Op(BinaryOp::Greater)),
    ("<", Kind::Op(BinaryOp::Less)),
    ("~", Kind::Op(BinaryOp::Sibling)),
    ("+", Kind::Op(BinaryOp::Add)),
    ("-", Kind::Op(BinaryOp::Sub)),
    ("*", Kind::Op(BinaryOp::Mul)),
    ("/", Kind::Op(BinaryOp::Div)),
    ("%", Kind::Op(BinaryOp::Mod)),
    ("^", Kind::Op(BinaryOp::Pow)),
    ("|", Kind::Pipe),
    (",", Kind::Comma),
    ("(", Kind::LeftParen),
    (")", Kind::RightParen),
];

/// Reads tokens one after the other; a copy reads ahead.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Lexer<'a> {
    text: &'a str,
    pub(crate) at: usize,
}

impl<'a> Lexer<'a> {
    pub(crate) const fn new(text: &'a str) -> Self {
        Self { text, at: 0 }
    }

    fn byte(&self, ahead: usize) -> Option<u8> {
        self.text.as_bytes().get(self.at + ahead).copied()
    }

    fn char(&self) -> Option<char> {
        self.text.get(self.at..)?.chars().next()
    }

    pub(crate) fn next_token(&mut self) -> Token {
        self.skip_space();
        let start = self.at;
        let digit_at = |ahead| self.byte(ahead).is_some_and(|b| b.is_ascii_digit());
        let kind = match self.char() {
            None => Kind::Eof,
            Some(char) if digit_at(usize::from(char == '.')) => self.number(),
            Some('.') => {
                self.at += 1;
                self.attribute_name();
                Kind::Attribute
            }
            Some('"' | '`') => self.string(Kind::String),
            Some('\'') => self.string(Kind::SingleQuoted),
            Some('{') => self.single(Kind::LeftBrace),
            Some('}') => self.single(Kind::RightBrace),
            Some(char) if is_word_char(char) => self.word(),
            Some('$' | '[') if self.skip_variable() => self.after_variable(),
            Some(char) => self.symbol(char),
        };
        let end = self.at;
        Token { kind, start, end }
    }

    const fn single(&mut self, kind: Kind) -> Kind {
        self.at += 1;
        kind
    }

    /// Spaces and comments, which are those of Go.
    fn skip_space(&mut self) {
        loop {
            let rest = &self.text[self.at..];
            let trimmed = rest.trim_start();
            self.at += rest.len() - trimmed.len();
            let length = match trimmed.as_bytes() {
                [b'/', b'/', ..] => trimmed.find('\n'),
                [b'/', b'*', ..] => trimmed[2..].find("*/").map(|at| at + 4),
                _ => return,
            };
            self.at += length.unwrap_or(trimmed.len());
        }
    }

    fn skip_variable(&mut self) -> bool {
        let length = variable::length_at(self.text, self.at);
        self.at += length.unwrap_or(0);
        length.is_some()
    }

    /// Takes characters of words and variables; gives how many variables.
    fn word_pieces(&mut self) -> usize {
        let mut variables = 0;
        loop {
            while let Some(char) = self.char().filter(|c| is_word_char(*c)) {
                self.at += char.len_utf8();
            }
            if !matches!(self.byte(0), Some(b'$' | b'[')) || !self.skip_variable() {
                return variables;
            }
            variables += 1;
        }
    }

    fn word(&mut self) -> Kind {
        if self.word_pieces() > 0 {
            return self.after_template();
        }
        let letter_at = |ahead| self.byte(ahead).is_some_and(|b| b.is_ascii_alphabetic());
        match self.byte(0) {
            Some(b'.') => {
                self.at += 1;
                self.attribute_name();
                Kind::Attribute
            }
            Some(b':') if letter_at(1) => {
                self.at += 1;
                self.word_pieces();
                Kind::ScopedWord
            }
            _ => Kind::Word,
        }
    }

    fn after_variable(&mut self) -> Kind {
        let end = self.at;
        self.word_pieces();
        match self.after_template() {
            Kind::Template if self.at == end => Kind::Variable,
            kind => kind,
        }
    }

    /// A scope that is a variable has a name behind it: `$scope.http.method`.
    fn after_template(&mut self) -> Kind {
        if matches!(self.byte(0), Some(b'.' | b':')) {
            self.at += 1;
            self.attribute_name();
        }
        Kind::Template
    }

    /// The name of an attribute: anything that ends no name, quoted parts, variables.
    fn attribute_name(&mut self) {
        while let Some(char) = self.char() {
            match char {
                '"' => self.quoted_part(),
                '$' | '[' if self.skip_variable() => {}
                char if is_name_char(char) => self.at += char.len_utf8(),
                _ => return,
            }
        }
    }

    /// A part between quotes; to the end of the text where they are not closed.
    fn quoted_part(&mut self) {
        let bytes = self.text.as_bytes();
        self.at += 1;
        while let Some(byte) = bytes.get(self.at) {
            self.at += 1;
            match byte {
                b'"' => return,
                b'\\' if matches!(bytes.get(self.at), Some(b'"' | b'\\')) => self.at += 1,
                _ => {}
            }
        }
    }

    /// Everything that a number or duration could be; the parser tells whether it is one.
    fn number(&mut self) -> Kind {
        let start = self.at;
        let mut kind = Kind::Number;
        loop {
            while let Some(char) = self.char() {
                let before = &self.text[start..self.at];
                let exponent = matches!(char, '+' | '-')
                    && before.ends_with(['e', 'E'])
                    && self.byte(1).is_some_and(|b| b.is_ascii_digit());
                if !(is_word_char(char) || char == '.' || exponent) {
                    break;
                }
                self.at += char.len_utf8();
            }
            if !matches!(self.byte(0), Some(b'$' | b'[')) || !self.skip_variable() {
                return kind;
            }
            kind = Kind::Template;
        }
    }

    fn string(&mut self, kind: Kind) -> Kind {
        let (end, closed) = string_end(self.text, self.at);
        self.at = end;
        if closed { kind } else { Kind::OpenString }
    }

    fn symbol(&mut self, char: char) -> Kind {
        let rest = &self.text[self.at..];
        let found = SYMBOLS.iter().find(|(symbol, _)| rest.starts_with(symbol));
        let (length, kind) = match found {
            Some((symbol, kind)) => (symbol.len(), *kind),
            None if rest.starts_with("${") => (2, Kind::Unknown),
            None => (char.len_utf8(), Kind::Unknown),
        };
        self.at += length;
        kind
    }
}

fn is_word_char(char: char) -> bool {
    char.is_alphanumeric() || char == '_'
}
