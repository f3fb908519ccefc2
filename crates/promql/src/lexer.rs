//! Tokens. The lexer is total: what it does not know becomes [`Kind::Unknown`], and what a token means
//! (the value of a number, the escapes of a string) is found only when the parser uses it.

use obsctl_syntax::string_end;

use crate::ast::AggregateOp;
use crate::variable;

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
    /// A name; inside braces keywords are names too.
    Ident,
    Keyword(Keyword),
    /// A name with variables in it: `${prefix}_total`.
    Template,
    /// A variable and nothing else.
    Variable,
    /// Whatever begins like a number, durations included.
    Number,
    /// A number or duration with variables in it: `0.$quantile`.
    MixedNumber,
    /// A quoted string, quotes included.
    String,
    /// A string whose closing quote is missing.
    OpenString,
    LeftParen,
    RightParen,
    LeftBrace,
    RightBrace,
    LeftBracket,
    RightBracket,
    Comma,
    Colon,
    At,
    Assign,
    Equal,
    NotEqual,
    RegexEqual,
    RegexNotEqual,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
    TrimUpper,
    TrimLower,
    Plus,
    Minus,
    Star,
    Slash,
    Percent,
    Caret,
    Unknown,
}

/// The words of the language. They are recognised whatever their case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Keyword {
    Aggregate(AggregateOp),
    And,
    Or,
    Unless,
    Atan2,
    Offset,
    Anchored,
    Smoothed,
    By,
    Without,
    On,
    Ignoring,
    GroupLeft,
    GroupRight,
    Fill,
    FillLeft,
    FillRight,
    Bool,
    Start,
    End,
    Step,
    Range,
    MaxOf,
    MinOf,
}

impl Keyword {
    pub(crate) fn find(word: &str) -> Option<Self> {
        const LONGEST: usize = "count_values".len();
        let mut lower = [0; LONGEST];
        let lower = lower.get_mut(..word.len())?;
        lower.copy_from_slice(word.as_bytes());
        lower.make_ascii_lowercase();
        Some(match &*lower {
            b"sum" => Self::Aggregate(AggregateOp::Sum),
            b"avg" => Self::Aggregate(AggregateOp::Avg),
            b"count" => Self::Aggregate(AggregateOp::Count),
            b"min" => Self::Aggregate(AggregateOp::Min),
            b"max" => Self::Aggregate(AggregateOp::Max),
            b"group" => Self::Aggregate(AggregateOp::Group),
            b"stddev" => Self::Aggregate(AggregateOp::Stddev),
            b"stdvar" => Self::Aggregate(AggregateOp::Stdvar),
            b"topk" => Self::Aggregate(AggregateOp::Topk),
            b"bottomk" => Self::Aggregate(AggregateOp::Bottomk),
            b"count_values" => Self::Aggregate(AggregateOp::CountValues),
            b"quantile" => Self::Aggregate(AggregateOp::Quantile),
            b"limitk" => Self::Aggregate(AggregateOp::Limitk),
            b"limit_ratio" => Self::Aggregate(AggregateOp::LimitRatio),
            b"and" => Self::And,
            b"or" => Self::Or,
            b"unless" => Self::Unless,
            b"atan2" => Self::Atan2,
            b"offset" => Self::Offset,
            b"anchored" => Self::Anchored,
            b"smoothed" => Self::Smoothed,
            b"by" => Self::By,
            b"without" => Self::Without,
            b"on" => Self::On,
            b"ignoring" => Self::Ignoring,
            b"group_left" => Self::GroupLeft,
            b"group_right" => Self::GroupRight,
            b"fill" => Self::Fill,
            b"fill_left" => Self::FillLeft,
            b"fill_right" => Self::FillRight,
            b"bool" => Self::Bool,
            b"start" => Self::Start,
            b"end" => Self::End,
            b"step" => Self::Step,
            b"range" => Self::Range,
            b"max_of" => Self::MaxOf,
            b"min_of" => Self::MinOf,
            _ => return None,
        })
    }

    /// Whether it may also be the name of a metric.
    pub(crate) const fn is_metric_name(self) -> bool {
        !matches!(
            self,
            Self::Atan2
                | Self::On
                | Self::Ignoring
                | Self::GroupLeft
                | Self::GroupRight
                | Self::Bool
        )
    }

    /// Whether it may also be a label in a list such as `by (…)`.
    pub(crate) const fn is_label_name(self) -> bool {
        !matches!(self, Self::Without)
    }

    /// Whether it is also the name of a function.
    pub(crate) const fn is_function(self) -> bool {
        matches!(
            self,
            Self::Start | Self::End | Self::Step | Self::Range | Self::MaxOf | Self::MinOf
        )
    }
}

/// Cheap to copy: the parser looks ahead with a copy.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Lexer<'a> {
    text: &'a str,
    pub(crate) at: usize,
    pub(crate) in_braces: bool,
    pub(crate) in_brackets: bool,
}

impl<'a> Lexer<'a> {
    pub(crate) const fn new(text: &'a str) -> Self {
        Self {
            text,
            at: 0,
            in_braces: false,
            in_brackets: false,
        }
    }

    fn byte(&self, ahead: usize) -> Option<u8> {
        self.text.as_bytes().get(self.at + ahead).copied()
    }

    pub(crate) fn next_token(&mut self) -> Token {
        self.skip_space();
        let start = self.at;
        let kind = match self.byte(0) {
            None => Kind::Eof,
            Some(b'$' | b'[') if self.skip_variable() => self.word_from(start),
            Some(b'a'..=b'z' | b'A'..=b'Z' | b'_') => self.word_from(start),
            Some(b':') if !self.in_brackets && !self.in_braces => self.word_from(start),
            Some(b'0'..=b'9') => self.number(),
            Some(b'.') if self.byte(1).is_some_and(|b| b.is_ascii_digit()) => self.number(),
            Some(b'"' | b'\'' | b'`') => self.string(Kind::String),
            Some(byte) => self.symbol(byte),
        };
        Token {
            kind,
            start,
            end: self.at,
        }
    }

    /// Spaces and comments.
    fn skip_space(&mut self) {
        while let Some(byte) = self.byte(0) {
            match byte {
                b' ' | b'\t' | b'\n' | b'\r' => self.at += 1,
                b'#' => {
                    let rest = &self.text.as_bytes()[self.at..];
                    let line = rest.iter().position(|b| matches!(b, b'\n' | b'\r'));
                    self.at += line.unwrap_or(rest.len());
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

    /// A name, keyword, variable or a mixture; variables at its beginning are already skipped.
    fn word_from(&mut self, start: usize) -> Kind {
        let mut pieces = usize::from(self.at > start);
        let mut variables = pieces;
        loop {
            let from = self.at;
            while let Some(byte) = self.byte(0) {
                let colon = byte == b':' && !self.in_brackets && !self.in_braces;
                if !(byte.is_ascii_alphanumeric() || byte == b'_' || colon) {
                    break;
                }
                self.at += 1;
            }
            pieces += usize::from(self.at > from);
            if !matches!(self.byte(0), Some(b'$' | b'[')) || !self.skip_variable() {
                break;
            }
            variables += 1;
            pieces += 1;
        }
        match (variables, pieces) {
            (0, _) => self.plain_word(&self.text[start..self.at]),
            (1, 1) => Kind::Variable,
            _ => Kind::Template,
        }
    }

    fn plain_word(&self, word: &str) -> Kind {
        if self.in_braces {
            return Kind::Ident;
        }
        match Keyword::find(word) {
            // These came late, so that metrics of their names must keep working.
            Some(Keyword::Fill | Keyword::FillLeft | Keyword::FillRight)
                if !self.text[self.at..]
                    .trim_start_matches([' ', '\t', '\n', '\r'])
                    .starts_with('(') =>
            {
                Kind::Ident
            }
            Some(keyword) => Kind::Keyword(keyword),
            None if crate::name::is_special_number(word) => Kind::Number,
            None => Kind::Ident,
        }
    }

    /// Everything that a number or duration could be; [`crate::literal`] tells whether it is one.
    fn number(&mut self) -> Kind {
        let start = self.at;
        let hex = self.byte(0) == Some(b'0') && matches!(self.byte(1), Some(b'x' | b'X'));
        let mut kind = Kind::Number;
        loop {
            while let Some(byte) = self.byte(0) {
                let sign = matches!(byte, b'+' | b'-')
                    && !hex
                    && self.at > start
                    && matches!(self.text.as_bytes()[self.at - 1], b'e' | b'E')
                    && self.byte(1).is_some_and(|b| b.is_ascii_digit());
                if !(byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.') || sign) {
                    break;
                }
                self.at += 1;
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

    fn symbol(&mut self, byte: u8) -> Kind {
        let (kind, length) = match (byte, self.byte(1)) {
            (b'(', _) => (Kind::LeftParen, 1),
            (b')', _) => (Kind::RightParen, 1),
            (b'{', _) => {
                self.in_braces = true;
                (Kind::LeftBrace, 1)
            }
            (b'}', _) => {
                self.in_braces = false;
                (Kind::RightBrace, 1)
            }
            (b'[', _) => {
                self.in_brackets = true;
                (Kind::LeftBracket, 1)
            }
            (b']', _) => {
                self.in_brackets = false;
                (Kind::RightBracket, 1)
            }
            (b',', _) => (Kind::Comma, 1),
            (b':', _) => (Kind::Colon, 1),
            (b'@', _) => (Kind::At, 1),
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
            (b'<', Some(b'=')) => (Kind::LessEqual, 2),
            (b'<', Some(b'/')) => (Kind::TrimUpper, 2),
            (b'<', _) => (Kind::Less, 1),
            (b'>', Some(b'=')) => (Kind::GreaterEqual, 2),
            (b'>', Some(b'/')) => (Kind::TrimLower, 2),
            (b'>', _) => (Kind::Greater, 1),
            (b'$', Some(b'{')) | (b'&', Some(b'&')) | (b'|', Some(b'|' | b'=' | b'~')) => {
                (Kind::Unknown, 2)
            }
            _ => {
                let char = self.text[self.at..].chars().next();
                (Kind::Unknown, char.map_or(1, char::len_utf8))
            }
        };
        self.at += length;
        kind
    }
}
