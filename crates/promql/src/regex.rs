//! Regular expressions as Prometheus and Loki read them (RE2, in the syntax of Go), without compiling
//! them: whether they are well-formed, which groups they name, and whether they accept the empty text.

use std::collections::BTreeSet;
use std::ops::Range;

/// What a well-formed regular expression says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Regex {
    /// Whether it, anchored on both sides, matches the empty text.
    pub matches_empty: bool,
    /// The names of its groups and where they stand, in their order.
    pub names: Vec<(String, Range<usize>)>,
    /// How many groups it captures, those without a name included.
    pub groups: usize,
}

/// Why a text is no regular expression, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegexError {
    /// The bytes that are wrong.
    pub place: Range<usize>,
    /// What is wrong: a lowercase headline.
    pub message: &'static str,
}

/// Reads an RE2 expression.
///
/// # Errors
/// The first place that RE2 would not read.
pub fn read(regex: &str) -> Result<Regex, RegexError> {
    let mut reader = Reader {
        text: regex,
        at: 0,
        group: Group::default(),
        outer: Vec::new(),
        names: Vec::new(),
        known: BTreeSet::new(),
        closes: regex.rfind('}').unwrap_or_default(),
        groups: 0,
    };
    while let Some(char) = reader.take() {
        let start = reader.at - char.len_utf8();
        reader.step(char).map_err(|message| RegexError {
            place: start..reader.at,
            message,
        })?;
    }
    if let Some((_, open)) = reader.outer.pop() {
        return Err(RegexError {
            place: open..open + 1,
            message: "`(` is never closed",
        });
    }
    reader.group.end_item();
    Ok(Regex {
        matches_empty: reader.group.any || reader.group.all,
        names: reader.names,
        groups: reader.groups,
    })
}

/// Whether the RE2 expression, anchored on both sides, matches the empty text; nothing where it is not
/// well-formed.
#[must_use]
pub fn matches_empty(regex: &str) -> Option<bool> {
    read(regex).ok().map(|regex| regex.matches_empty)
}

/// RE2 refuses to repeat anything more often.
const MOST_REPETITIONS: u32 = 1000;

const CLASSES: [&str; 14] = [
    "alnum", "alpha", "ascii", "blank", "cntrl", "digit", "graph", "lower", "print", "punct",
    "space", "upper", "word", "xdigit",
];

type Step = Result<(), &'static str>;

/// What is known of a group that is being read.
#[derive(Clone, Copy)]
struct Group {
    /// An alternative that matches the empty text has been read.
    any: bool,
    /// Everything of the present alternative does so far.
    all: bool,
    /// The item that a repetition would apply to.
    item: Option<bool>,
    /// Whether the item is already repeated, and whether a `?` may still follow.
    repeated: Repeated,
}

#[derive(Clone, Copy, PartialEq)]
enum Repeated {
    No,
    Greedy,
    Lazy,
}

impl Default for Group {
    fn default() -> Self {
        Self {
            any: false,
            all: true,
            item: None,
            repeated: Repeated::No,
        }
    }
}

impl Group {
    fn end_item(&mut self) {
        self.all &= self.item.take().unwrap_or(true);
        self.repeated = Repeated::No;
    }

    fn end_alternative(&mut self) {
        self.end_item();
        self.any |= self.all;
        self.all = true;
    }

    /// Repeats the item, which may then be absent where `least` is 0.
    fn repeat(&mut self, least: u32) -> Step {
        let item = self.item.ok_or("there is nothing to repeat")?;
        if self.repeated != Repeated::No {
            return Err("a repetition of a repetition");
        }
        self.repeated = Repeated::Greedy;
        self.item = Some(item || least == 0);
        Ok(())
    }
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    group: Group,
    /// The groups around it, and where the present one begins.
    outer: Vec<(Group, usize)>,
    names: Vec<(String, Range<usize>)>,
    known: BTreeSet<&'a str>,
    /// Where the last `}` stands: braces behind it stand for themselves.
    closes: usize,
    groups: usize,
}

impl<'a> Reader<'a> {
    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    fn take(&mut self) -> Option<char> {
        let char = self.rest().chars().next()?;
        self.at += char.len_utf8();
        Some(char)
    }

    fn eat(&mut self, prefix: &str) -> bool {
        let found = self.rest().starts_with(prefix);
        if found {
            self.at += prefix.len();
        }
        found
    }

    /// What stands before `end`, both taken.
    fn take_until(&mut self, end: &str) -> Option<Range<usize>> {
        let length = self.rest().find(end)?;
        let start = self.at;
        self.at += length + end.len();
        Some(start..start + length)
    }

    fn item(&mut self, empty: bool) {
        self.group.end_item();
        self.group.item = Some(empty);
    }

    fn step(&mut self, char: char) -> Step {
        match char {
            '(' => self.open()?,
            ')' => {
                let (outer, _) = self.outer.pop().ok_or("there is no `(` for it")?;
                self.group.end_alternative();
                let empty = self.group.any;
                self.group = outer;
                self.item(empty);
            }
            '|' => self.group.end_alternative(),
            '?' if self.group.repeated == Repeated::Greedy => self.group.repeated = Repeated::Lazy,
            '*' | '?' => self.group.repeat(0)?,
            '+' => self.group.repeat(1)?,
            '{' => match self.repetition()? {
                Some(least) => self.group.repeat(least)?,
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
        Ok(())
    }

    fn open(&mut self) -> Step {
        let start = self.at - 1;
        let mut flags_only = false;
        if self.eat("?") {
            if ["=", "!", "<=", "<!"]
                .iter()
                .any(|look| self.rest().starts_with(look))
            {
                self.at += 1;
                return Err("RE2 cannot look ahead or behind");
            }
            if self.eat("P<") || self.eat("<") {
                self.name()?;
            } else {
                flags_only = self.flags()?;
            }
        } else {
            self.groups += 1;
        }
        if !flags_only {
            self.group.end_item();
            self.outer.push((self.group, start));
            self.group = Group::default();
        }
        Ok(())
    }

    fn name(&mut self) -> Step {
        let place = self
            .take_until(">")
            .ok_or("the name of the group is never closed")?;
        let name = &self.text[place.clone()];
        let word = |b: u8| b.is_ascii_alphanumeric() || b == b'_';
        if name.is_empty() || !name.bytes().all(word) {
            return Err("a group is named with letters, digits and `_`");
        }
        if !self.known.insert(name) {
            return Err("a second group of that name");
        }
        self.names.push((name.to_owned(), place));
        self.groups += 1;
        Ok(())
    }

    /// The flags behind `(?`: whether nothing but them stands in the parentheses.
    fn flags(&mut self) -> Result<bool, &'static str> {
        loop {
            match self.take() {
                Some('i' | 'm' | 's' | 'U' | '-') => {}
                Some(':') => return Ok(false),
                Some(')') => return Ok(true),
                _ => return Err("RE2 knows no such group"),
            }
        }
    }

    /// The least count of `{2}`, `{2,}`, `{2,5}`, whose brace is already read; nothing where the brace
    /// stands for itself.
    fn repetition(&mut self) -> Result<Option<u32>, &'static str> {
        // Longer counts are refused anyway, and what is longer is none.
        let within = self.rest().bytes().take(40).position(|b| b == b'}');
        let Some(length) = within.filter(|_| self.at <= self.closes) else {
            return Ok(None);
        };
        let inside = &self.rest()[..length];
        let (least, most) = inside.split_once(',').unwrap_or((inside, inside));
        let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        if !digits(least) || !(most.is_empty() || digits(most)) {
            return Ok(None);
        }
        let length = inside.len() + 1;
        let count = |text: &str| text.parse().unwrap_or(u32::MAX);
        let least = count(least);
        let most = if most.is_empty() { least } else { count(most) };
        self.at += length;
        if most > MOST_REPETITIONS {
            return Err("RE2 repeats at most 1000 times");
        }
        if least > most {
            return Err("the least count is more than the most");
        }
        Ok(Some(least))
    }

    /// The rest of `[a-z]`.
    fn class(&mut self) -> Step {
        const OPEN: &str = "`[` is never closed";
        self.eat("^");
        let mut first = true;
        loop {
            if self.eat("[:") {
                let negated = self.eat("^");
                // No class has a longer name.
                let near = self.rest().bytes().take(20).position(|b| b == b':');
                let Some(place) = near.and_then(|_| self.class_name()) else {
                    self.at -= 1 + usize::from(negated);
                    continue;
                };
                if !CLASSES.contains(&&self.text[place]) {
                    return Err("RE2 knows no such class");
                }
                first = false;
                continue;
            }
            if !first && self.eat("]") {
                return Ok(());
            }
            first = false;
            let low = self.class_char()?.ok_or(OPEN)?;
            if self.rest().starts_with('-') && !self.rest()[1..].starts_with(']') {
                self.at += 1;
                let high = self.class_char()?.ok_or(OPEN)?;
                if let (Some(low), Some(high)) = (low, high)
                    && low > high
                {
                    return Err("the range is the wrong way round");
                }
            }
        }
    }

    /// The name of a class up to its `:]`, both taken.
    fn class_name(&mut self) -> Option<Range<usize>> {
        let length = self.rest().find(':')?;
        if !self.rest()[length..].starts_with(":]") {
            return None;
        }
        let start = self.at;
        self.at += length + 2;
        Some(start..start + length)
    }

    /// A character of a class, or an escape that stands for several; nothing at the end.
    fn class_char(&mut self) -> Result<Option<Option<char>>, &'static str> {
        match self.take() {
            Some('\\') => match self.take() {
                Some('d' | 'D' | 's' | 'S' | 'w' | 'W') => Ok(Some(None)),
                Some(char @ ('p' | 'P' | 'x' | '0'..='7')) => {
                    self.escaped(char)?;
                    Ok(Some(None))
                }
                Some('a' | 'f' | 'n' | 'r' | 't' | 'v') => Ok(Some(None)),
                Some(char) if is_plain_escape(char) => Ok(Some(Some(char))),
                Some(_) => Err(UNKNOWN_ESCAPE),
                None => Err("a backslash at the end"),
            },
            Some(char) => Ok(Some(Some(char))),
            None => Ok(None),
        }
    }

    fn escape(&mut self) -> Step {
        let Some(char) = self.take() else {
            return Err("a backslash at the end");
        };
        match char {
            'A' | 'z' | 'B' => self.item(true),
            'Q' => {
                let rest = self.rest();
                let length = rest.find("\\E").unwrap_or(rest.len());
                self.at += length;
                self.eat("\\E");
                if length > 0 {
                    self.item(false);
                }
            }
            _ => {
                self.escaped(char)?;
                self.item(false);
            }
        }
        Ok(())
    }

    /// What stands behind a backslash and takes a character.
    fn escaped(&mut self, char: char) -> Step {
        const DIGITS: &str = "this escape needs digits: `\\x41` or `\\x{1F600}`";
        match char {
            'p' | 'P' => {
                if self.eat("{") {
                    self.take_until("}").ok_or("`{` is never closed")?;
                } else {
                    self.take().ok_or("a class of Unicode needs a name")?;
                }
            }
            'x' if self.eat("{") => {
                let place = self.take_until("}").ok_or("`{` is never closed")?;
                let code = u32::from_str_radix(&self.text[place], 16).map_err(|_| DIGITS)?;
                if code > u32::from(char::MAX) {
                    return Err("Unicode has no such character");
                }
            }
            'x' => {
                for _ in 0..2 {
                    let digit = self.take().is_some_and(|char| char.is_ascii_hexdigit());
                    digit.then_some(()).ok_or(DIGITS)?;
                }
            }
            '1'..='7' if !self.rest().starts_with(|next| matches!(next, '0'..='7')) => {
                return Err("RE2 has no references to groups");
            }
            '0'..='7' => {}
            'a' | 'b' | 'd' | 'D' | 'f' | 'n' | 'r' | 's' | 'S' | 't' | 'v' | 'w' | 'W' => {}
            char if is_plain_escape(char) => {}
            _ => return Err(UNKNOWN_ESCAPE),
        }
        Ok(())
    }
}

const UNKNOWN_ESCAPE: &str = "RE2 knows no such escape";

/// Whether the character stands for itself behind a backslash.
const fn is_plain_escape(char: char) -> bool {
    char.is_ascii() && !char.is_ascii_alphanumeric()
}
