//! Facts about operators: spelling, precedence, meaning.

use std::fmt;

use crate::ast::{BinaryOp, SpanKind, Status, UnaryOp};

/// How tightly a unary operator binds: less tightly than `*` and `^`, more than `+`.
pub(crate) const UNARY_PRECEDENCE: u8 = 4;

impl BinaryOp {
    /// Every operator, loosest first.
    pub const ALL: [Self; 28] = [
        Self::Or,
        Self::And,
        Self::Equal,
        Self::NotEqual,
        Self::Regex,
        Self::NotRegex,
        Self::Less,
        Self::LessEqual,
        Self::Greater,
        Self::GreaterEqual,
        Self::Descendant,
        Self::Ancestor,
        Self::Sibling,
        Self::NotChild,
        Self::NotParent,
        Self::NotDescendant,
        Self::NotAncestor,
        Self::UnionChild,
        Self::UnionParent,
        Self::UnionDescendant,
        Self::UnionAncestor,
        Self::UnionSibling,
        Self::Add,
        Self::Sub,
        Self::Mul,
        Self::Div,
        Self::Mod,
        Self::Pow,
    ];

    /// As it is written.
    #[must_use]
    pub const fn symbol(self) -> &'static str {
        match self {
            Self::Or => "||",
            Self::And => "&&",
            Self::Equal => "=",
            Self::NotEqual => "!=",
            Self::Regex => "=~",
            Self::NotRegex => "!~",
            Self::Less => "<",
            Self::LessEqual => "<=",
            Self::Greater => ">",
            Self::GreaterEqual => ">=",
            Self::Descendant => ">>",
            Self::Ancestor => "<<",
            Self::Sibling => "~",
            Self::NotChild => "!>",
            Self::NotParent => "!<",
            Self::NotDescendant => "!>>",
            Self::NotAncestor => "!<<",
            Self::UnionChild => "&>",
            Self::UnionParent => "&<",
            Self::UnionDescendant => "&>>",
            Self::UnionAncestor => "&<<",
            Self::UnionSibling => "&~",
            Self::Add => "+",
            Self::Sub => "-",
            Self::Mul => "*",
            Self::Div => "/",
            Self::Mod => "%",
            Self::Pow => "^",
        }
    }

    /// How tightly it binds: 1 (`&&` and `||`, which bind alike) to 6 (`^`).
    #[must_use]
    pub const fn precedence(self) -> u8 {
        match self {
            Self::Or | Self::And => 1,
            Self::Add | Self::Sub => 3,
            Self::Mul | Self::Div | Self::Mod => 5,
            Self::Pow => 6,
            _ => 2,
        }
    }

    /// Whether `a op b op c` is `a op (b op c)`: only for `^`.
    #[must_use]
    pub const fn is_right_associative(self) -> bool {
        matches!(self, Self::Pow)
    }

    /// `+ - * / % ^`
    #[must_use]
    pub const fn is_arithmetic(self) -> bool {
        self.precedence() >= 3
    }

    /// `&&` and `||`
    #[must_use]
    pub const fn is_logical(self) -> bool {
        self.precedence() == 1
    }

    /// `= != < <= > >=`
    #[must_use]
    pub const fn is_comparison(self) -> bool {
        matches!(
            self,
            Self::Equal
                | Self::NotEqual
                | Self::Less
                | Self::LessEqual
                | Self::Greater
                | Self::GreaterEqual
        )
    }

    /// `=~` and `!~`
    #[must_use]
    pub const fn is_regex(self) -> bool {
        matches!(self, Self::Regex | Self::NotRegex)
    }

    /// Whether it may stand between spansets.
    #[must_use]
    pub const fn joins_spansets(self) -> bool {
        !matches!(
            self,
            Self::Equal | Self::NotEqual | Self::Regex | Self::LessEqual | Self::GreaterEqual
        ) && !self.is_arithmetic()
    }

    /// The same comparison with its sides exchanged: `<` for `>`.
    #[must_use]
    pub const fn mirrored(self) -> Self {
        match self {
            Self::Less => Self::Greater,
            Self::LessEqual => Self::GreaterEqual,
            Self::Greater => Self::Less,
            Self::GreaterEqual => Self::LessEqual,
            op => op,
        }
    }
}

impl UnaryOp {
    /// As it is written.
    #[must_use]
    pub const fn symbol(self) -> &'static str {
        match self {
            Self::Minus => "-",
            Self::Not => "!",
        }
    }
}

impl Status {
    /// Every status.
    pub const ALL: [Self; 3] = [Self::Error, Self::Ok, Self::Unset];

    /// As it is written.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Ok => "ok",
            Self::Unset => "unset",
        }
    }
}

impl SpanKind {
    /// Every kind.
    pub const ALL: [Self; 6] = [
        Self::Unspecified,
        Self::Internal,
        Self::Server,
        Self::Client,
        Self::Producer,
        Self::Consumer,
    ];

    /// As it is written.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Unspecified => "unspecified",
            Self::Internal => "internal",
            Self::Server => "server",
            Self::Client => "client",
            Self::Producer => "producer",
            Self::Consumer => "consumer",
        }
    }
}

macro_rules! display_as {
    ($($type:ty => $method:ident),+) => {$(
        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.$method())
            }
        }
    )+};
}

display_as!(BinaryOp => symbol, UnaryOp => symbol, Status => name, SpanKind => name);
