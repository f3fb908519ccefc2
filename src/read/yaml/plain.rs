//! The YAML that nearly all rule files are written in: maps and lists by indentation, texts of one line with or without
//! quotes, and texts on lines of their own behind `|`. Such a document is read several times as fast as the library does.
//!
//! What else there is (anchors, tags, flow style, texts over several lines, tabs, mistakes) is not read here: the library
//! reads the whole file then, and says what is wrong with it. Nothing is read otherwise than it would be by the library, which a
//! debug build proves on every file.

use bumpalo::Bump;
use memchr::{memchr, memchr2};

use crate::read::node::{Key, Node, Style, Value, twice};

/// The documents of a file; none where something in it is left to the library.
pub(super) fn read<'a>(text: &'a str, arena: &'a Bump) -> Option<Vec<Node<'a>>> {
    // Without an end in between, many bytes are compared at once.
    let usual = |all, byte: &u8| all & (*byte == b'\n' || (b' '..=b'~').contains(byte));
    let mut chunks = text.as_bytes().chunks(64);
    let is_ascii = chunks.all(|chunk| chunk.iter().fold(true, usual));
    if !text.ends_with('\n') || !is_ascii && text.chars().any(is_unusual) {
        return None;
    }
    let mut reader = Reader {
        text,
        arena,
        line: 0,
        depth: 0,
        scratch: String::new(),
        items: vec![],
        entries: vec![],
    };
    let mut documents = vec![];
    let mut line = reader.next()?;
    while line.at < text.len() {
        if reader.is_mark(line) {
            reader.pass(line.at);
            line = reader.next()?;
        } else if !documents.is_empty() {
            // What a document ends with stands less deep than it began.
            return None;
        }
        documents.push(reader.block(line)?);
        line = reader.next()?;
        if line.at < text.len() && !reader.is_mark(line) {
            return None;
        }
    }
    Some(documents)
}

/// Characters that YAML gives a meaning of their own, or none at all.
fn is_unusual(character: char) -> bool {
    match character {
        '\n' | ' '..='~' => false,
        '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}' => true,
        _ => character < '\u{a0}',
    }
}

/// How deep lists and maps may stand in one another here.
const DEEPEST: usize = 32;

/// The longest key that is read here; YAML has none of over 1024 characters.
const LONGEST_KEY: usize = 256;

/// Where the text of a line begins, and how far it is indented.
#[derive(Clone, Copy, Debug)]
struct Line {
    at: usize,
    indent: usize,
}

struct Reader<'a> {
    text: &'a str,
    arena: &'a Bump,
    /// Where the line begins that follows what was read.
    line: usize,
    depth: usize,
    /// The text that is put together, or the memory of the one before.
    scratch: String,
    /// The items of all lists that are open, those of the innermost last.
    items: Vec<Node<'a>>,
    /// The same of maps.
    entries: Vec<(Key<'a>, Node<'a>)>,
}

impl<'a> Reader<'a> {
    /// The line that follows what was read, comments and empty ones aside; it begins at the end of the text where there is none.
    fn next(&mut self) -> Option<Line> {
        let bytes = self.text.as_bytes();
        loop {
            let indent = self.spaces(self.line);
            let at = self.line + indent;
            match bytes.get(at) {
                Some(b'\n') => self.line = at + 1,
                Some(b'#') => self.pass(at),
                _ => return Some(Line { at, indent }),
            }
        }
    }

    fn spaces(&self, at: usize) -> usize {
        let rest = self.text.as_bytes()[at..].iter();
        rest.take_while(|byte| **byte == b' ').count()
    }

    /// From there to the end of the line.
    fn rest(&self, at: usize) -> &'a str {
        let rest = &self.text[at..];
        &rest[..memchr(b'\n', rest.as_bytes()).unwrap_or(rest.len())]
    }

    /// What follows stands on the next line.
    fn pass(&mut self, at: usize) {
        self.line = (at + self.rest(at).len() + 1).min(self.text.len());
    }

    /// Whether a document ends there, and another begins.
    fn is_mark(&self, line: Line) -> bool {
        line.indent == 0 && self.rest(line.at) == "---"
    }

    /// The map or list that begins there.
    fn block(&mut self, begin: Line) -> Option<Node<'a>> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return None;
        }
        let value = if self.is_item(begin.at) {
            self.list(begin)
        } else {
            self.map(begin)
        };
        self.depth -= 1;
        let at = begin.at;
        value.map(|value| Node { value, at })
    }

    /// Whether a list goes on there.
    fn is_item(&self, at: usize) -> bool {
        matches!(self.text.as_bytes()[at..], [b'-', b' ' | b'\n', ..])
    }

    fn list(&mut self, begin: Line) -> Option<Value<'a>> {
        let first = self.items.len();
        let mut line = begin;
        while line.indent == begin.indent && self.is_item(line.at) {
            let behind = 1 + self.spaces(line.at + 1);
            let inside = Line {
                at: line.at + behind,
                indent: line.indent + behind,
            };
            let item = match self.text.as_bytes()[inside.at] {
                b'\n' => {
                    self.pass(inside.at);
                    let inside = self.next().filter(|next| next.indent > begin.indent)?;
                    self.block(inside)
                }
                _ if self.is_item(inside.at) || self.key(inside.at).is_some() => self.block(inside),
                _ => self.scalar(inside.at, begin.indent),
            };
            self.items.push(item?);
            line = self.next()?;
        }
        let items = self.arena.alloc_slice_copy(&self.items[first..]);
        self.items.truncate(first);
        (line.indent <= begin.indent).then_some(Value::List(items))
    }

    fn map(&mut self, begin: Line) -> Option<Value<'a>> {
        let first = self.entries.len();
        let mut line = begin;
        while line.indent == begin.indent && line.at < self.text.len() {
            if self.is_mark(line) {
                break;
            }
            let key = self.key(line.at)?;
            let behind = line.at + key.text.len() + 1;
            let at = behind + self.spaces(behind);
            let value = match self.text.as_bytes()[at] {
                b'\n' | b'#' => {
                    self.pass(at);
                    // A list may stand as deep as the key it belongs to.
                    let next = self.next()?;
                    let least = line.indent + usize::from(!self.is_item(next.at));
                    let node = (next.indent >= least).then(|| self.block(next))??;
                    // Where such a list begins the library takes its first item for the beginning, unless that begins on
                    // a line of its own.
                    let first = node.items().first().filter(|_| next.indent == line.indent);
                    let at = first.map_or(node.at, |first| first.at);
                    let same_line = !self.text[node.at..at].contains('\n');
                    same_line.then_some(Node { at, ..node })
                }
                _ => self.scalar(at, line.indent),
            };
            self.entries.push((key, value?));
            line = self.next()?;
        }
        let entries = self.arena.alloc_slice_copy(&self.entries[first..]);
        self.entries.truncate(first);
        let is_whole =
            line.indent <= begin.indent && !entries.is_empty() && twice(entries).is_none();
        is_whole.then_some(Value::Map(entries))
    }

    /// The key that stands there; none where it is not a plain word.
    fn key(&self, at: usize) -> Option<Key<'a>> {
        let rest = &self.text[at..];
        let inside =
            |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'/' | b'-');
        let length = rest.bytes().position(|byte| !inside(byte))?;
        let text = &rest[..length];
        let begins = text.starts_with(|first: char| first.is_ascii_alphanumeric() || first == '_');
        let ends = matches!(rest.as_bytes()[length..], [b':', b' ' | b'\n', ..]);
        (begins && ends && length <= LONGEST_KEY).then_some(Key { text, at })
    }

    /// The text that begins there, in something that is so far indented.
    fn scalar(&mut self, at: usize, indent: usize) -> Option<Node<'a>> {
        let first = self.text.as_bytes()[at];
        if first == b'|' {
            return self.literal(at, indent);
        }
        let (text, style, end) = match first {
            b'"' => self.double_quoted(at)?,
            b'\'' => self.single_quoted(at)?,
            _ => self.unquoted(at)?,
        };
        let behind = self.rest(end);
        let text_behind = behind.trim_start_matches(' ');
        let is_comment = text_behind.starts_with('#') && text_behind.len() < behind.len();
        if !text_behind.is_empty() && !is_comment {
            return None;
        }
        self.pass(end);
        // What stands deeper goes on with the text.
        let value = Value::Scalar(text, style);
        (self.next()?.indent <= indent).then_some(Node { value, at })
    }

    /// A text without quotes, and where it ends.
    fn unquoted(&self, at: usize) -> Option<(&'a str, Style, usize)> {
        let rest = self.rest(at);
        let bytes = rest.as_bytes();
        let begins = match bytes {
            [b'-' | b':' | b'?', second, ..] => *second != b' ',
            [first, ..] => !b"-:?,[]{}#&*!|>'\"%@`".contains(first),
            [] => false,
        };
        let comment = (bytes.windows(2)).position(|pair| pair == b" #");
        let text = rest[..comment.unwrap_or(rest.len())].trim_end_matches(' ');
        let is_map = text.contains(": ") || text.ends_with(':');
        (begins && !is_map).then_some((text, Style::Plain, at + text.len()))
    }

    fn single_quoted(&mut self, at: usize) -> Option<(&'a str, Style, usize)> {
        let rest = self.rest(at);
        let mut length = 1;
        let mut doubled = false;
        loop {
            length += memchr(b'\'', &rest.as_bytes()[length..])?;
            if rest.as_bytes().get(length + 1) != Some(&b'\'') {
                break;
            }
            doubled = true;
            length += 2;
        }
        let inside = &rest[1..length];
        let text = if doubled {
            self.arena.alloc_str(&inside.replace("''", "'"))
        } else {
            inside
        };
        Some((text, Style::Quoted, at + length + 1))
    }

    fn double_quoted(&mut self, at: usize) -> Option<(&'a str, Style, usize)> {
        let rest = self.rest(at);
        let mut from = 1;
        self.scratch.clear();
        loop {
            let stop = from + memchr2(b'"', b'\\', &rest.as_bytes()[from..])?;
            if rest.as_bytes()[stop] == b'"' {
                let text = if self.scratch.is_empty() {
                    &rest[from..stop]
                } else {
                    self.scratch.push_str(&rest[from..stop]);
                    self.arena.alloc_str(&self.scratch)
                };
                return Some((text, Style::Quoted, at + stop + 1));
            }
            let escaped = match rest.as_bytes().get(stop + 1)? {
                b'n' => '\n',
                b't' => '\t',
                b'"' => '"',
                b'\\' => '\\',
                _ => return None,
            };
            self.scratch.push_str(&rest[from..stop]);
            self.scratch.push(escaped);
            from = stop + 2;
        }
    }

    /// A text on lines of its own.
    fn literal(&mut self, at: usize, outer: usize) -> Option<Node<'a>> {
        let ends_with_line = match self.rest(at) {
            "|" => true,
            "|-" => false,
            _ => return None,
        };
        self.pass(at);
        let indent = self.spaces(self.line);
        let at = self.line + indent;
        if indent <= outer || self.rest(at).is_empty() {
            return None;
        }
        self.scratch.clear();
        let mut empty = 0;
        while self.line < self.text.len() {
            let line = self.rest(self.line);
            let spaces = line.bytes().take_while(|byte| *byte == b' ').count();
            match line.get(indent..) {
                _ if spaces == line.len() && spaces <= indent => empty += 1,
                Some(text) if spaces >= indent => {
                    (0..empty).for_each(|_| self.scratch.push('\n'));
                    self.scratch.push_str(text);
                    empty = 1;
                }
                // Less than the text, and more than what it is in.
                _ if spaces > outer => return None,
                _ => break,
            }
            self.pass(self.line);
        }
        if ends_with_line {
            self.scratch.push('\n');
        }
        let value = Value::Scalar(self.arena.alloc_str(&self.scratch), Style::Block);
        Some(Node { value, at })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::by_library;
    use super::*;

    /// What is read of a text, as JSON; none where it is left to the library. What is read is what the library reads.
    fn read(text: &str) -> Option<Vec<serde_json::Value>> {
        let arena = Bump::new();
        let documents = super::read(text, &arena)?;
        let theirs = by_library(text, &arena, false);
        assert!(
            theirs.trouble.is_none(),
            "{text}\n{:?}",
            theirs.trouble.map(|trouble| trouble.message)
        );
        assert_eq!(documents, theirs.documents, "{text}");
        Some(documents.iter().map(Node::json).collect())
    }

    #[test]
    fn rule_files_are_read() {
        let text = "\
# Above.
groups:
- name: api # as it is called
  interval: 30s

  rules:
    - alert: Down
      expr: |
        up == 0
          and on() vector(1)

        unless absent(up)

      for: 5m
      labels: # two
        severity: \"critical\"
        team: 'it''s'
      # Told.
      annotations:
        summary: \"{{ $value }}\\tof \\\"all\\\"\\n\"
        runbook_url: http://a/#b:c
    -
      record: a:b
      expr: |-
        -1
---
tests: [
";
        let (plain, _) = text.split_once("---").unwrap();
        let json = serde_json::json!({
            "groups": [{
                "name": "api",
                "interval": "30s",
                "rules": [
                    {
                        "alert": "Down",
                        "expr": "up == 0\n  and on() vector(1)\n\nunless absent(up)\n",
                        "for": "5m",
                        "labels": { "severity": "critical", "team": "it's" },
                        "annotations": {
                            "summary": "{{ $value }}\tof \"all\"\n",
                            "runbook_url": "http://a/#b:c",
                        },
                    },
                    { "record": "a:b", "expr": "-1" },
                ],
            }],
        });
        assert_eq!(read(plain), Some(vec![json.clone()]));
        assert_eq!(read(text), None);
        let twice = format!("---\n{plain}---\n{plain}");
        assert_eq!(read(&twice), Some(vec![json.clone(), json]));
    }

    #[test]
    fn what_is_not_plain_is_left_to_the_library() {
        for text in [
            "a: 1",
            "a:\n",
            "a: &x 1\n",
            "a: *x\n",
            "a: !!str 1\n",
            "a: [1]\n",
            "a: {b: 1}\n",
            "a: >\n  b\n",
            "a: |+\n  b\n",
            "a: |2\n  b\n",
            "a: |\n b\n",
            "a: b\n  c\n",
            "a: \"b\n  c\"\n",
            "a: 'b' c\n",
            "a: 'b'# c\n",
            "a: b: c\n",
            "a: b:\n",
            "a: \"\\x41\"\n",
            "a: - b\n",
            "a: 1\na: 2\n",
            "a: 1\n b: 2\n",
            "- a\nb: 1\n",
            "\ta: 1\n",
            "a: 1\r\n",
            "? a\n: b\n",
            "\"a\": 1\n",
            "<<: 1\n",
            "text\n",
            "a:\n-\n  b: 1\n",
            "---\n",
            "---\n---\na: 1\n",
            "a: 1\n...\n",
            "%YAML 1.2\n---\na: 1\n",
            "a: \u{85}\n",
        ] {
            let is_read = text == "a: |\n b\n";
            assert_eq!(read(text).is_some(), is_read, "{text}");
        }
        let deep = "- ".repeat(DEEPEST + 1) + "a\n";
        assert_eq!(read(&deep), None);
        assert!(read(&deep[2..]).is_some());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4096))]

        #[test]
        fn nothing_is_read_otherwise_than_by_the_library(
            lines in prop::collection::vec((0_usize..5, LINE), 1..9),
        ) {
            let line = |(indent, line)| format!("{}{line}\n", " ".repeat(indent));
            let text: String = lines.into_iter().map(line).collect();
            read(&text);
        }

        #[test]
        fn whatever_is_typed(text in "[ab:#|'\"\\\\\n -]{0,24}\n") {
            read(&text);
        }
    }

    /// Lines of which documents may be made, and of which most make none.
    const LINE: &str = "(- ){0,2}(a|b|c): ?(|1|x y|x #y|x#y|'a''b'|\"a\\\\n\"|\\||\\|-|~|[ -~]{0,4})|- ?[ -~]{0,4}|#.|---|x|";
}
