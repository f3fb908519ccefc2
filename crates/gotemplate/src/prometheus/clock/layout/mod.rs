//! Go's layouts of times: how Monday, 2 January 2006 15:04:05 would be written.

mod format;
mod parse;

pub(super) use format::format;
pub(super) use parse::parse;

/// The fields of layouts, those that begin like others before them.
const FIELDS: [&str; 34] = [
    "January",
    "Jan",
    "Monday",
    "Mon",
    "MST",
    "2006",
    "__2",
    "_2006",
    "_2",
    "002",
    "01",
    "02",
    "03",
    "04",
    "05",
    "06",
    "15",
    "PM",
    "pm",
    "-07:00:00",
    "-070000",
    "-07:00",
    "-0700",
    "-07",
    "Z07:00:00",
    "Z070000",
    "Z07:00",
    "Z0700",
    "Z07",
    "1",
    "2",
    "3",
    "4",
    "5",
];

/// A piece of a layout.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Piece {
    /// One of [`FIELDS`].
    Field(&'static str),
    /// `.000` or `.999`: the parts of a second.
    Fraction {
        point: char,
        digits: usize,
        /// Zeros at the end are left out.
        trims: bool,
    },
    /// Anything else stands for itself.
    Text(char),
}

/// The pieces of a layout.
struct Pieces<'a>(&'a str);

impl Iterator for Pieces<'_> {
    type Item = Piece;

    fn next(&mut self) -> Option<Piece> {
        let first = self.0.chars().next()?;
        let (piece, length) = if let Some(fraction) = fraction(self.0) {
            fraction
        } else if let Some(field) = FIELDS.iter().find(|field| begins(self.0, field)) {
            (Piece::Field(field), field.len())
        } else {
            (Piece::Text(first), first.len_utf8())
        };
        self.0 = &self.0[length..];
        Some(piece)
    }
}

/// `Jan` and `Mon` are fields only where no small letter goes on.
fn begins(layout: &str, field: &str) -> bool {
    let Some(behind) = layout.strip_prefix(field) else {
        return false;
    };
    !matches!(field, "Jan" | "Mon") || !behind.starts_with(|c: char| c.is_ascii_lowercase())
}

/// A fraction at the beginning of a layout, and its length.
fn fraction(layout: &str) -> Option<(Piece, usize)> {
    let point = layout.chars().next().filter(|c| matches!(c, '.' | ','))?;
    let behind = &layout[1..];
    let digit = behind.chars().next().filter(|c| matches!(c, '0' | '9'))?;
    let digits = behind.len() - behind.trim_start_matches(digit).len();
    let ends = !behind[digits..].starts_with(|c: char| c.is_ascii_digit());
    let trims = digit == '9';
    ends.then_some((
        Piece::Fraction {
            point,
            digits,
            trims,
        },
        1 + digits,
    ))
}
