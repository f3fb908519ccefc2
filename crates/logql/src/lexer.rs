//! Tokens. The lexer is total: what it does not know becomes [`Kind::Unknown`], and what a token means
//! (the value of a quantity, the escapes of a string) is found only when the parser uses it.

use obsctl_syntax::string_end;

use obsctl_promql::variable;

/// A token: what it is and the bytes it takes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Token {
    pub(crate) kind: Kind,
    pub(crate) start: usize,
    pub(crate) end: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Eof,
    /// A name. Functions are names too: what stands behind them tells.
    Ident,
    Keyword(Keyword),
    /// A name with variables in it: `${prefix}_total`.
    Template,
    /// A variable and nothing else.
    Variable,
    /// Whatever begins like a number, durations and bytes included.
    Number,
    /// A number or duration with variables in it: `0.$quantile`.
    MixedNumber,
    /// A quoted string, quotes included.
    String,
    /// A string whose closing quote is missing.
    OpenString,
    /// A text between single quotes, which LogQL does not have.
    SingleQuoted,
    /// `--strict`
    Flag,
    LeftParen,
    RightParen,
    LeftBrace,
    RightBrace,
    LeftBracket,
    RightBracket,
    Comma,
    Assign,
    Equal,
    NotEqual,
    RegexEqual,
    RegexNotEqual,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
    Plus,
    Minus,
    Star,
    Slash,
    Percent,
    Caret,
    Pipe,
    PipeContains,
    PipeRegex,
    PipePattern,
    NotPattern,
    Unknown,
}

/// The words that Loki reserves everywhere, whatever their case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Keyword {
    And,
    Or,
    Unless,
    By,
    Without,
    On,
    Ignoring,
    GroupLeft,
    GroupRight,
    Bool,
    Offset,
    Json,
    Logfmt,
    Regexp,
    Pattern,
    Unpack,
    LineFormat,
    LabelFormat,
    Decolorize,
    Drop,
    Keep,
    Unwrap,
}

impl Keyword {
    pub(crate) fn find(word: &str) -> Option<Self> {
        const LONGEST: usize = "label_format".len();
        let mut lower = [0; LONGEST];
        let lower = lower.get_mut(..word.len())?;
        lower.copy_from_slice(word.as_bytes());
        lower.make_ascii_lowercase();
        Some(match &*lower {
            b"and" => Self::And,
            b"or" => Self::Or,
            b"unless" => Self::Unless,
            b"by" => Self::By,
            b"without" => Self::Without,
            b"on" => Self::On,
            b"ignoring" => Self::Ignoring,
            b"group_left" => Self::GroupLeft,
            b"group_right" => Self::GroupRight,
            b"bool" => Self::Bool,
            b"offset" => Self::Offset,
            b"json" => Self::Json,
            b"logfmt" => Self::Logfmt,
            b"regexp" => Self::Regexp,
            b"pattern" => Self::Pattern,
            b"unpack" => Self::Unpack,
            b"line_format" => Self::LineFormat,
            b"label_format" => Self::LabelFormat,
            b"decolorize" => Self::Decolorize,
            b"drop" => Self::Drop,
            b"keep" => Self::Keep,
            b"unwrap" => Self::Unwrap,
            _ => return None,
        })
    }

    /// Whether it begins a stage behind `|`.
    pub(crate) const fn is_stage(self) -> bool {
        matches!(
            self,
            Self::Json
                | Self::Logfmt
                | Self::Regexp
                | Self::Pattern
                | Self::Unpack
                | Self::LineFormat
                | Self::LabelFormat
                | Self::Decolorize
                | Self::Drop
                | Self::Keep
                | Self::Unwrap
        )
    }
}

/// Cheap to copy: the parser looks ahead with a copy.
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
        self.text[self.at..].chars().next()
    }

    pub(crate) fn next_token(&mut self) -> Token {
        self.skip_space();
        let start = self.at;
        let kind = match self.byte(0) {
            None => Kind::Eof,
            Some(b'$' | b'[') if self.skip_variable() => self.word_from(start),
            Some(b'0'..=b'9') => self.number(),
            Some(b'.') if self.byte(1).is_some_and(|b| b.is_ascii_digit()) => self.number(),
            Some(b'"' | b'`') => self.string(Kind::String),
            Some(b'\'') => match self.string(Kind::SingleQuoted) {
                Kind::OpenString => self.unknown_from(start),
                kind => kind,
            },
            Some(b'-')
                if self.byte(1) == Some(b'-')
                    && self.byte(2).is_some_and(|b| b.is_ascii_alphabetic()) =>
            {
                self.flag()
            }
            Some(_) if self.char().is_some_and(begins_word) => self.word_from(start),
            Some(byte) => self.symbol(byte),
        };
        Token {
            kind,
            start,
            end: self.at,
        }
    }

    /// Spaces and comments: `# …`, and those of Go, which Loki's scanner knows too.
    fn skip_space(&mut self) {
        while let Some(byte) = self.byte(0) {
            let rest = &self.text[self.at..];
            match byte {
                b' ' | b'\t' | b'\n' | b'\r' => self.at += 1,
                b'#' => self.at += rest.find('\n').unwrap_or(rest.len()),
                b'/' if rest.starts_with("//") => {
                    self.at += rest.find('\n').unwrap_or(rest.len());
                }
                b'/' if rest.starts_with("/*") => {
                    let end = rest[2..].find("*/").map(|end| end + 4);
                    self.at += end.unwrap_or(rest.len());
                }
                _ => return,
            }
        }
    }

    fn skip_variable(&mut self) -> bool {
        let length = variable::length_at(self.text, self.at);
        self.at += length.unwrap_or(0);
        length.is_some()
    }

    /// A name, keyword, variable or a mixture; a variable at its beginning is already skipped.
    fn word_from(&mut self, start: usize) -> Kind {
        let mut pieces = usize::from(self.at > start);
        let mut variables = pieces;
        loop {
            let from = self.at;
            while let Some(char) = self.char().filter(|char| continues_word(*char)) {
                self.at += char.len_utf8();
            }
            pieces += usize::from(self.at > from);
            if !matches!(self.byte(0), Some(b'$' | b'[')) || !self.skip_variable() {
                break;
            }
            variables += 1;
            pieces += 1;
        }
        match (variables, pieces) {
            (0, _) => Keyword::find(&self.text[start..self.at]).map_or(Kind::Ident, Kind::Keyword),
            (1, 1) => Kind::Variable,
            _ => Kind::Template,
        }
    }

    /// Everything that a number, duration or number of bytes could be; [`crate::quantity`] tells whether
    /// it is one.
    fn number(&mut self) -> Kind {
        let start = self.at;
        let mut kind = Kind::Number;
        loop {
            while let Some(char) = self.char() {
                let sign = matches!(char, '+' | '-')
                    && self.at > start
                    && matches!(self.text.as_bytes()[self.at - 1], b'e' | b'E')
                    && self.byte(1).is_some_and(|b| b.is_ascii_digit());
                if !(continues_word(char) || char == '.' || sign) {
                    break;
                }
                self.at += char.len_utf8();
            }
            if !matches!(self.byte(0), Some(b'$' | b'[')) || !self.skip_variable() {
                return kind;
            }
            kind = Kind::MixedNumber;
        }
    }

    fn string(&mut self, kind: Kind) -> Kind {
        let (end, closed) = string_end(self.text, self.at);
        self.at = end;
        if closed { kind } else { Kind::OpenString }
    }

    fn unknown_from(&mut self, start: usize) -> Kind {
        self.at = start + 1;
        Kind::Unknown
    }

    fn flag(&mut self) -> Kind {
        self.at += 2;
        while matches!(self.byte(0), Some(b'-' | b'a'..=b'z' | b'A'..=b'Z')) {
            self.at += 1;
        }
        Kind::Flag
    }

    fn symbol(&mut self, byte: u8) -> Kind {
        let (kind, length) = match (byte, self.byte(1)) {
            (b'(', _) => (Kind::LeftParen, 1),
            (b')', _) => (Kind::RightParen, 1),
            (b'{', _) => (Kind::LeftBrace, 1),
            (b'}', _) => (Kind::RightBrace, 1),
            (b'[', _) => (Kind::LeftBracket, 1),
            (b']', _) => (Kind::RightBracket, 1),
            (b',', _) => (Kind::Comma, 1),
            (b'+', _) => (Kind::Plus, 1),
            (b'-', _) => (Kind::Minus, 1),
            (b'*', _) => (Kind::Star, 1),
            (b'/', _) => (Kind::Slash, 1),
            (b'%', _) => (Kind::Percent, 1),
            (b'^', _) => (Kind::Caret, 1),
            (b'=', Some(b'=')) => (Kind::Equal, 2),
            (b'=', Some(b'~')) => (Kind::RegexEqual, 2),
            (b'=', _) => (Kind::Assign, 1),
            (b'!', Some(b'=')) => (Kind::NotEqual, 2),
            (b'!', Some(b'~')) => (Kind::RegexNotEqual, 2),
            (b'!', Some(b'>')) => (Kind::NotPattern, 2),
            (b'<', Some(b'=')) => (Kind::LessEqual, 2),
            (b'<', _) => (Kind::Less, 1),
            (b'>', Some(b'=')) => (Kind::GreaterEqual, 2),
            (b'>', _) => (Kind::Greater, 1),
            (b'|', Some(b'=')) => (Kind::PipeContains, 2),
            (b'|', Some(b'~')) => (Kind::PipeRegex, 2),
            (b'|', Some(b'>')) => (Kind::PipePattern, 2),
            (b'|', Some(b'|')) | (b'$', Some(b'{')) | (b'&', Some(b'&')) => (Kind::Unknown, 2),
            (b'|', _) => (Kind::Pipe, 1),
            _ => (Kind::Unknown, self.char().map_or(1, char::len_utf8)),
        };
        self.at += length;
        kind
    }
}

/// Whether a name may begin with it: Loki takes the letters of every language.
pub(crate) fn begins_word(char: char) -> bool {
    char == '_' || char.is_alphabetic()
}

fn continues_word(char: char) -> bool {
    char == '_' || char.is_alphanumeric()
}
