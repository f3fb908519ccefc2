//! Which bytes of a document a text was written with. A scalar is read a second time, byte by byte, against what the
//! parser says it is: where both disagree (an alias, an anchor, a tag), nothing is known.

use std::iter;
use std::ops::Range;

use super::node::Style;

/// How a scalar is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    Plain,
    Single,
    /// In double quotes: all of JSON, too.
    Double,
    /// On lines of its own, which are kept.
    Literal,
    /// On lines of its own, which are put together.
    Folded,
}

/// Where the bytes of a text stand in its document.
#[derive(Debug)]
pub(super) struct Written {
    pub(super) form: Form,
    /// For each byte of the text, where what it was written as begins and ends. One more for the end.
    units: Vec<Range<usize>>,
    /// Bytes of the text that stand for the end of a line, where lines are put together.
    folds: Vec<usize>,
    /// Spaces before the lines of a block.
    indent: usize,
    /// All of the scalar, with its quotes or its mark, without the end of the last line of a block.
    scalar: Range<usize>,
}

/// Why a text cannot be changed where it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unfit {
    /// Nobody knows which bytes it is.
    Unknown,
    /// The place is within lines that are put together.
    Folded,
    /// It would become several lines, where one is all there can be.
    Lines,
}

/// Bytes of a document, and what comes in their place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Replacement {
    /// The bytes.
    pub range: Range<usize>,
    /// The text.
    pub with: String,
}

impl Written {
    /// Finds the bytes of the scalar `text` that begins at `at`.
    pub(super) fn trace(source: &str, at: usize, style: Style, text: &str) -> Option<Self> {
        let at = match style {
            Style::Block => mark(source, at)?,
            _ => at,
        };
        let form = match (style, source.as_bytes().get(at)?) {
            (Style::Plain, _) => Form::Plain,
            (Style::Quoted, b'"') => Form::Double,
            (Style::Quoted, b'\'') => Form::Single,
            (Style::Block, b'|') => Form::Literal,
            (Style::Block, b'>') => Form::Folded,
            _ => return None,
        };
        let mut cursor = Cursor {
            source,
            at,
            text,
            units: vec![],
            folds: vec![],
        };
        let indent = match form {
            Form::Plain => cursor.plain().map(|()| 0),
            Form::Single | Form::Double => cursor.quoted(form).map(|()| 0),
            Form::Literal | Form::Folded => cursor.block(form),
        }?;
        let Cursor {
            at: behind,
            mut units,
            folds,
            ..
        } = cursor;
        let content = text.trim_end_matches('\n').len();
        let end = match form {
            Form::Single | Form::Double => behind + 1,
            Form::Plain => behind,
            Form::Literal | Form::Folded => units.get(content.wrapping_sub(1))?.end,
        };
        units.push(behind..behind);
        Some(Self {
            form,
            units,
            folds,
            indent,
            scalar: at..end,
        })
    }

    /// Where a byte of the text stands.
    pub(super) fn place(&self, byte: usize) -> Option<usize> {
        self.units.get(byte).map(|unit| unit.start)
    }

    /// What has to be written in place of what, so that the text has `with` in place of `range`.
    pub(super) fn replace(
        &self,
        source: &str,
        range: Range<usize>,
        with: &str,
    ) -> Result<Replacement, Unfit> {
        if self.folds.iter().any(|fold| range.contains(fold)) {
            return Err(Unfit::Folded);
        }
        let start = self.place(range.start).ok_or(Unfit::Unknown)?;
        let end = match range.end.checked_sub(1) {
            Some(last) if last >= range.start => self.units.get(last).ok_or(Unfit::Unknown)?.end,
            _ => start,
        };
        let with = match self.form {
            Form::Double => escaped(with),
            Form::Literal => self.indented(source, with),
            _ if with.contains('\n') => return Err(Unfit::Lines),
            Form::Single => with.replace('\'', "''"),
            Form::Plain | Form::Folded => with.to_owned(),
        };
        Ok(Replacement {
            range: start..end,
            with,
        })
    }

    /// All of a text but `newlines` at its end as a literal block, where it is the value of a key on a line of YAML:
    /// other forms cannot hold several lines, or not so that they can be read. A block is one already, but has to say
    /// how far it is indented when its text begins with a blank.
    pub(super) fn as_block(
        &self,
        source: &str,
        newlines: usize,
        with: &str,
    ) -> Option<Replacement> {
        let blank = with.starts_with(' ');
        if self.form == Form::Literal && !blank {
            return None;
        }
        let chomp = match newlines {
            0 => "-",
            1 => "",
            _ => return None,
        };
        let mut range = self.scalar.clone();
        let line = source
            .get(..range.start)?
            .rfind('\n')
            .map_or(0, |end| end + 1);
        let key = source
            .get(line..range.start)?
            .trim_end()
            .strip_suffix(':')?;
        let column = key.len() - key.trim_start_matches([' ', '-']).len();
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.');
        if column == key.len() || !key.bytes().skip(column).all(plain) {
            return None;
        }
        // What follows on the line is a comment or nothing, and stays behind the mark.
        let behind = |from: usize| Some(source.get(from..)?.lines().next().unwrap_or_default());
        let rest = match self.form {
            Form::Literal | Form::Folded => {
                behind(range.start + 1)?.trim_start_matches(is_indicator)
            }
            _ => {
                let rest = behind(range.end)?;
                range.end += rest.len();
                rest
            }
        };
        const STEP: usize = 2;
        let indicator = if blank {
            STEP.to_string()
        } else {
            String::new()
        };
        let (end, spaces) = (line_end(source), " ".repeat(column + STEP));
        let lines = lines_of_block(with, column + STEP, end);
        Some(Replacement {
            range,
            with: format!("|{indicator}{chomp}{}{end}{spaces}{lines}", rest.trim_end()),
        })
    }

    /// Lines of a literal block, but for the indentation of the first.
    fn indented(&self, source: &str, text: &str) -> String {
        lines_of_block(text, self.indent, line_end(source))
    }
}

/// What a mark can be followed by: how far a block is indented, and whether it ends its last line.
fn is_indicator(char: char) -> bool {
    char.is_ascii_digit() || matches!(char, '+' | '-')
}

/// The mark of the block whose first line with text has the byte `at`: it stands at the end of the line before, but for
/// a comment.
fn mark(source: &str, at: usize) -> Option<usize> {
    let mut end = source.get(..at)?.rfind('\n')?;
    let (start, header) = loop {
        let start = source[..end].rfind('\n').map_or(0, |end| end + 1);
        let line = &source[start..end];
        if !line.trim().is_empty() {
            break (start, line);
        }
        end = start.checked_sub(1)?;
    };
    let is_mark = |rest: &str| {
        let rest = rest.trim_start_matches(is_indicator);
        rest.trim().is_empty()
            || rest.starts_with([' ', '\t']) && rest.trim_start().starts_with('#')
    };
    let mut marks = header.match_indices(['|', '>']);
    let (at, _) = marks.find(|(at, _)| is_mark(&header[at + 1..]))?;
    Some(start + at)
}

/// Lines with an indentation before each but the first and the empty ones.
pub(super) fn lines_of_block(text: &str, indent: usize, end: &str) -> String {
    let mut lines = text.split('\n');
    let mut written = lines.next().unwrap_or_default().to_owned();
    for line in lines {
        written.push_str(end);
        if !line.is_empty() {
            written.extend(iter::repeat_n(' ', indent));
            written.push_str(line);
        }
    }
    written
}

/// How lines of a document end.
pub(super) fn line_end(source: &str) -> &'static str {
    match source.find('\n') {
        Some(at) if source[..at].ends_with('\r') => "\r\n",
        _ => "\n",
    }
}

/// A text as it stands between double quotes, in JSON and in YAML.
fn escaped(text: &str) -> String {
    let quoted = serde_json::Value::from(text).to_string();
    quoted[1..quoted.len() - 1].to_owned()
}

/// Reads a scalar and what it is side by side.
struct Cursor<'a> {
    source: &'a str,
    at: usize,
    text: &'a str,
    units: Vec<Range<usize>>,
    folds: Vec<usize>,
}

impl<'a> Cursor<'a> {
    fn rest(&self) -> &'a str {
        self.source.get(self.at..).unwrap_or_default()
    }

    /// What is left of the text.
    fn open(&self) -> &'a str {
        self.text.get(self.units.len()..).unwrap_or_default()
    }

    /// `length` bytes of the source stand for `out`, which has to come next in the text.
    fn take(&mut self, length: usize, out: &str) -> Option<()> {
        self.open().starts_with(out).then_some(())?;
        let unit = self.at..self.at + length;
        self.units.extend(iter::repeat_n(unit, out.len()));
        self.at += length;
        Some(())
    }

    fn char(&mut self) -> Option<()> {
        let char = self.rest().chars().next()?;
        self.take(char.len_utf8(), char.encode_utf8(&mut [0; 4]))
    }

    /// The bytes of a line's end that come next, if it ends here.
    fn at_line_end(&self) -> Option<usize> {
        ["\n", "\r\n"]
            .into_iter()
            .find(|end| self.rest().starts_with(end))
            .map(str::len)
    }

    /// The blanks and ends of lines that come next, and how many lines end; none where the line goes on.
    fn lines_end(&self) -> Option<(usize, usize)> {
        let (mut length, mut lines) = (0, 0);
        loop {
            let rest = self.rest().get(length..).unwrap_or_default();
            let blanks = rest.len() - rest.trim_start_matches([' ', '\t']).len();
            let rest = &rest[blanks..];
            match ["\n", "\r\n"].into_iter().find(|end| rest.starts_with(end)) {
                Some(end) => (length, lines) = (length + blanks + end.len(), lines + 1),
                None if lines > 0 => return Some((length + blanks, lines)),
                None => return None,
            }
        }
    }

    /// The end of a line that became a blank, or of several that became one less.
    fn fold(&mut self, (length, lines): (usize, usize)) -> Option<()> {
        let out = match lines {
            1 => " ".to_owned(),
            _ => "\n".repeat(lines - 1),
        };
        let from = self.units.len();
        self.take(length, &out)?;
        self.folds.extend(from..self.units.len());
        Some(())
    }

    fn plain(&mut self) -> Option<()> {
        while !self.open().is_empty() {
            match self.lines_end() {
                Some(end) => self.fold(end)?,
                None => self.char()?,
            }
        }
        Some(())
    }

    fn quoted(&mut self, form: Form) -> Option<()> {
        self.at += 1;
        loop {
            let rest = self.rest();
            if let Some(end) = self.lines_end() {
                self.fold(end)?;
                continue;
            }
            match (form, rest.as_bytes().first()?) {
                (Form::Single, b'\'') if rest.starts_with("''") => self.take(2, "'")?,
                (Form::Single, b'\'') | (Form::Double, b'"') => break,
                (Form::Double, b'\\') => self.escape()?,
                _ => self.char()?,
            }
        }
        self.open().is_empty().then_some(())
    }

    fn escape(&mut self) -> Option<()> {
        let rest = self.rest();
        let letter = rest[1..].chars().next()?;
        let simple = match letter {
            '0' => "\0",
            'a' => "\u{7}",
            'b' => "\u{8}",
            't' | '\t' => "\t",
            'n' => "\n",
            'v' => "\u{b}",
            'f' => "\u{c}",
            'r' => "\r",
            'e' => "\u{1b}",
            ' ' => " ",
            '"' => "\"",
            '/' => "/",
            '\\' => "\\",
            'N' => "\u{85}",
            '_' => "\u{a0}",
            'L' => "\u{2028}",
            'P' => "\u{2029}",
            'x' => return self.code(2),
            'u' => return self.code(4),
            'U' => return self.code(8),
            '\n' | '\r' => {
                self.at += 1;
                let (length, lines) = self.lines_end()?;
                return self.take(length, &"\n".repeat(lines - 1)).or_else(|| {
                    self.at += length;
                    Some(())
                });
            }
            _ => return None,
        };
        self.take(2, simple)
    }

    /// A character by its number. JSON writes large ones as two.
    fn code(&mut self, digits: usize) -> Option<()> {
        let number = |from: usize| {
            let digits = self.rest().get(from..from + digits)?;
            u32::from_str_radix(digits, 16).ok()
        };
        let first = number(2)?;
        let (length, code) = match first {
            0xd800..=0xdbff if self.rest().get(6..8) == Some("\\u") => {
                let second = number(8)?.checked_sub(0xdc00)?;
                (12, 0x1_0000 + ((first - 0xd800) << 10) + second)
            }
            _ => (2 + digits, first),
        };
        let char = char::from_u32(code)?;
        self.take(length, char.encode_utf8(&mut [0; 4]))
    }

    /// Gives the spaces before its lines.
    fn block(&mut self, form: Form) -> Option<usize> {
        let spaces = |line: &str| line.len() - line.trim_start_matches(' ').len();
        let filled = |text: &'a str| {
            text.lines()
                .find(|line| !line.trim_start_matches(' ').is_empty())
        };
        self.at += self.rest().find('\n')? + 1;
        let indent = spaces(filled(self.rest())?).checked_sub(spaces(filled(self.text)?))?;
        while !self.open().is_empty() {
            if self.open().starts_with('\n') {
                // Blanks on an empty line are no text, as long as they are not more than the indentation.
                self.at += spaces(self.rest());
            } else {
                let before = self.rest().get(..indent)?;
                before.bytes().all(|byte| byte == b' ').then_some(())?;
                self.at += indent;
            }
            while self.at_line_end().is_none() && !self.open().is_empty() {
                self.char()?;
            }
            match form {
                _ if self.open().is_empty() => {}
                Form::Literal => self.take(self.at_line_end()?, "\n")?,
                _ => self.folded()?,
            }
        }
        if form == Form::Literal {
            self.close_up();
        }
        Some(indent)
    }

    /// Ends of lines in a folded block: lines that are indented further keep theirs.
    fn folded(&mut self) -> Option<()> {
        let mut ends = 0;
        let mut length = 0;
        let rest = self.rest();
        for line in rest.split_inclusive('\n') {
            // The first is what is left of the present line: its end.
            if ends > 0 && !line.trim().is_empty() {
                break;
            }
            length += line.len();
            ends += 1;
        }
        let from = self.units.len();
        let kept = self.open().len() - self.open().trim_start_matches('\n').len();
        match kept {
            0 if ends == 1 => self.take(length, " ")?,
            _ if kept == ends || kept + 1 == ends => self.take(length, &"\n".repeat(kept))?,
            _ => return None,
        }
        self.folds.extend(from..self.units.len());
        Some(())
    }

    /// Whoever takes the end of a line away takes the indentation of the next one with it.
    fn close_up(&mut self) {
        for index in 1..self.units.len() {
            if self.text.as_bytes()[index - 1] == b'\n' {
                self.units[index - 1].end = self.units[index].start;
            }
        }
    }
}
