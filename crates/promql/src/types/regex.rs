//! Whether a regular expression accepts the empty text, without compiling it.

/// Whether the RE2 expression, anchored on both sides, matches the empty text; nothing where it is not
/// well-formed.
pub(crate) fn matches_empty(regex: &str) -> Option<bool> {
    let mut reader = Reader {
        rest: regex,
        group: Group::default(),
        outer: Vec::new(),
    };
    while let Some(char) = reader.take() {
        reader.step(char)?;
    }
    reader.group.end_item();
    reader
        .outer
        .is_empty()
        .then_some(reader.group.any || reader.group.all)
}

/// What is known of a group that is being read.
#[derive(Clone, Copy)]
struct Group {
    /// An alternative that matches the empty text has been read.
    any: bool,
    /// Everything of the present alternative does so far.
    all: bool,
    /// The item that a repetition would apply to.
    item: Option<bool>,
}

impl Default for Group {
    fn default() -> Self {
        Self {
            any: false,
            all: true,
            item: None,
        }
    }
}

impl Group {
    fn end_item(&mut self) {
        self.all &= self.item.take().unwrap_or(true);
    }

    fn end_alternative(&mut self) {
        self.end_item();
        self.any |= self.all;
        self.all = true;
    }
}

struct Reader<'a> {
    rest: &'a str,
    group: Group,
    outer: Vec<Group>,
}

impl Reader<'_> {
    fn take(&mut self) -> Option<char> {
        let char = self.rest.chars().next()?;
        self.rest = &self.rest[char.len_utf8()..];
        Some(char)
    }

    fn item(&mut self, empty: bool) {
        self.group.end_item();
        self.group.item = Some(empty);
    }

    fn skip_past(&mut self, end: &str) -> Option<()> {
        let at = self.rest.find(end)?;
        self.rest = &self.rest[at + end.len()..];
        Some(())
    }

    fn step(&mut self, char: char) -> Option<()> {
        match char {
            '(' => self.open()?,
            ')' => {
                let outer = self.outer.pop()?;
                self.group.end_alternative();
                let empty = self.group.any;
                self.group = outer;
                self.item(empty);
            }
            '|' => self.group.end_alternative(),
            '*' | '?' => {
                self.group.item?;
                self.group.item = Some(true);
            }
            '+' => {
                self.group.item?;
            }
            '{' => match self.repetition() {
                Some(least) => {
                    if least == 0 {
                        self.group.item = self.group.item.map(|_| true);
                    }
                }
                None => self.item(false),
            },
            '[' => {
                self.class()?;
                self.item(false);
            }
            '^' | '$' => self.item(true),
            '\\' => self.escape()?,
            _ => self.item(false),
        }
        Some(())
    }

    fn open(&mut self) -> Option<()> {
        let mut flags_only = false;
        if let Some(rest) = self.rest.strip_prefix('?') {
            self.rest = rest;
            if self.rest.starts_with("P<") || self.rest.starts_with('<') {
                self.skip_past(">")?;
            } else {
                let end = self.rest.find([':', ')'])?;
                flags_only = self.rest[end..].starts_with(')');
                self.rest = &self.rest[end + 1..];
            }
        }
        if !flags_only {
            self.group.end_item();
            self.outer.push(self.group);
            self.group = Group::default();
        }
        Some(())
    }

    /// The least count of `{2}`, `{2,}`, `{2,5}`, whose brace is already read.
    fn repetition(&mut self) -> Option<u32> {
        let (inside, rest) = self.rest.split_once('}')?;
        let (least, most) = inside.split_once(',').unwrap_or((inside, ""));
        if !most.is_empty() && most.parse::<u32>().is_err() {
            return None;
        }
        let least = least.parse().ok()?;
        self.rest = rest;
        Some(least)
    }

    /// The rest of `[a-z]`.
    fn class(&mut self) -> Option<()> {
        self.rest = self.rest.strip_prefix('^').unwrap_or(self.rest);
        self.rest = self.rest.strip_prefix(']').unwrap_or(self.rest);
        loop {
            match self.take()? {
                ']' => return Some(()),
                '\\' => {
                    self.take()?;
                }
                '[' if self.rest.starts_with(':') => self.skip_past(":]")?,
                _ => {}
            }
        }
    }

    fn escape(&mut self) -> Option<()> {
        match self.take()? {
            'A' | 'z' | 'B' => self.item(true),
            'Q' => {
                let literal = self.rest.split("\\E").next().unwrap_or_default();
                let empty = literal.is_empty();
                self.rest = &self.rest[literal.len()..];
                self.rest = self.rest.strip_prefix("\\E").unwrap_or(self.rest);
                if !empty {
                    self.item(false);
                }
            }
            'p' | 'P' | 'x' if self.rest.starts_with('{') => {
                self.skip_past("}")?;
                self.item(false);
            }
            _ => self.item(false),
        }
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_empty_text_is_matched_as_a_regex_engine_would() {
        let empty = [
            "",
            ".*",
            "a*",
            "a?",
            "a{0}",
            "a{0,3}",
            "|a",
            "a|",
            "(a|b)?",
            "(?:)",
            "(?i)",
            "(?i:a*)",
            "^$",
            "()",
            "(a*)(b*)",
            "a*|b",
            "(a|)",
            "(?P<x>a*)",
            r"\p{L}*",
            "[^a]*",
            r"\Q\E",
            "(a){0,}",
            "(.+)?",
            "(a|b*)c*",
            "[]a]*",
            "[[:alpha:]]*",
            "a*?",
            r"\x{41}*",
        ];
        for regex in empty {
            assert_eq!(matches_empty(regex), Some(true), "{regex}");
        }
        let other = [
            "a",
            ".+",
            "a+",
            "a{1,}",
            "a|b",
            "(a)",
            "(a|b)+",
            "a*b",
            "^a",
            r"\d",
            r"\.",
            "[*]",
            "[]]",
            "(?i)a",
            "a{",
            "{",
            "a{x}",
            r"\Qa*\E",
            r"\*",
            "(a*)b",
            "x[a-z]*",
            r"\p{L}",
            "(?:a|b)c?",
        ];
        for regex in other {
            assert_eq!(matches_empty(regex), Some(false), "{regex}");
        }
        for regex in ["(", ")", "[", r"\", "(?", "a)", "[a", "*", "(+)"] {
            assert_eq!(matches_empty(regex), None, "{regex}");
        }
    }
}
