//! Reading a map whose keys are all known: what is left over is a mistake.

use std::collections::BTreeMap;

use obsctl_model::{Duration, Origin};

use super::Reader;
use super::node::{Node, Value};
use crate::diagnostic::Diagnostic;

/// Pairs as a map of their own.
pub(super) fn owned(pairs: Vec<(&str, &str)>) -> BTreeMap<String, String> {
    let pairs = pairs.into_iter();
    pairs
        .map(|(name, text)| (name.to_owned(), text.to_owned()))
        .collect()
}

/// The fields of a map, as they are asked for.
#[derive(Debug)]
pub(super) struct Fields<'r, 'n, 's> {
    reader: &'r mut Reader<'s>,
    node: &'n Node<'n>,
    /// What the map is, in words: "a rule".
    what: &'static str,
    known: Vec<&'static str>,
    /// Keys of what stands inside of it, which are here by a slip of the indentation.
    misplaced: &'static [&'static str],
    /// What to do about those.
    belongs: &'static str,
}

impl<'r, 'n, 's> Fields<'r, 'n, 's> {
    /// Nothing, and a finding, where the node is no map.
    pub(super) fn of(
        reader: &'r mut Reader<'s>,
        node: &'n Node<'n>,
        what: &'static str,
    ) -> Option<Self> {
        if !matches!(node.value, Value::Map(_)) {
            let message = format!("{what} is a map, not {}", node.kind());
            reader.trouble(node.at, message);
            return None;
        }
        Some(Self {
            reader,
            node,
            what,
            known: vec![],
            misplaced: &[],
            belongs: "",
        })
    }

    /// Says of which keys it is known that they belong deeper, and what to do about them.
    pub(super) fn misplaced(&mut self, keys: &'static [&'static str], help: &'static str) {
        (self.misplaced, self.belongs) = (keys, help);
    }

    /// The value of a key.
    pub(super) fn get(&mut self, key: &'static str) -> Option<&'n Node<'n>> {
        self.knows(key);
        self.node.get(key)
    }

    fn knows(&mut self, key: &'static str) {
        if !self.known.contains(&key) {
            self.known.push(key);
        }
    }

    /// Something wrong at a node.
    pub(super) fn trouble(&mut self, node: &Node<'_>, message: String) {
        self.reader.trouble(node.at, message);
    }

    /// Something wrong, said in full.
    pub(super) fn report(&mut self, problem: Diagnostic) {
        self.reader.found.problems.push(problem);
    }

    /// Where the value of a key stands, or else the map.
    pub(super) fn origin_of(&self, key: &str) -> Origin {
        let at = self.node.get(key).map_or(self.node.at, |node| node.at);
        self.reader.source.origin(at)
    }

    /// Something wrong with the value of a key.
    pub(super) fn trouble_at(&mut self, key: &str, message: String) {
        let at = self.node.get(key).map_or(self.node.at, |node| node.at);
        self.reader.trouble(at, message);
    }

    /// A text.
    pub(super) fn text(&mut self, key: &'static str) -> Option<&'n str> {
        let node = self.get(key)?;
        let text = node.as_text();
        if text.is_none() {
            self.trouble(node, format!("`{key}` is a text, not {}", node.kind()));
        }
        text
    }

    /// A text that has to be there.
    pub(super) fn required(&mut self, key: &'static str) -> Option<&'n str> {
        if self.node.get(key).is_none() {
            self.knows(key);
            let message = format!("{} needs `{key}`", self.what);
            self.reader.trouble(self.node.at, message);
            return None;
        }
        self.text(key)
    }

    /// A length of time, as Prometheus writes it.
    pub(super) fn duration(&mut self, key: &'static str) -> Option<Duration> {
        let text = self.text(key)?;
        match Duration::parse(text) {
            Ok(duration) => Some(duration),
            Err(error) => {
                self.trouble_at(key, format!("`{key}`: {error}"));
                None
            }
        }
    }

    /// A whole number, zero or more.
    pub(super) fn whole(&mut self, key: &'static str) -> Option<u32> {
        let node = self.get(key)?;
        let number = node.as_text().and_then(|text| text.parse().ok());
        if number.is_none() {
            self.trouble(node, format!("`{key}` is a whole number, 0 or more"));
        }
        number
    }

    /// Names and their texts.
    pub(super) fn texts(&mut self, key: &'static str) -> BTreeMap<String, String> {
        owned(self.pairs(key))
    }

    /// Names and their texts, as they are written.
    pub(super) fn pairs(&mut self, key: &'static str) -> Vec<(&'n str, &'n str)> {
        let Some(node) = self.get(key) else {
            return vec![];
        };
        if !matches!(node.value, Value::Map(_)) {
            self.trouble(node, format!("`{key}` is a map, not {}", node.kind()));
        }
        let mut found = Vec::with_capacity(node.entries().len());
        for (name, value) in node.entries() {
            match value.as_text() {
                Some(text) => found.push((name.text, text)),
                None if value.is_null() => found.push((name.text, "")),
                None => {
                    let message =
                        format!("`{}` of `{key}` is a text, not {}", name.text, value.kind());
                    self.trouble(value, message);
                }
            }
        }
        found
    }

    /// Says which keys nobody asked for, and gives the reader back.
    pub(super) fn end(self) -> &'r mut Reader<'s> {
        for (key, _) in self.node.entries() {
            if !self.known.contains(&key.text) {
                let message = format!("{} has no key `{}`", self.what, key.text);
                if self.misplaced.contains(&key.text) {
                    let found = self
                        .reader
                        .source
                        .unreadable(key.at, message)
                        .help(self.belongs);
                    self.reader.found.problems.push(found);
                    continue;
                }
                let found = self.reader.source.unreadable(key.at, message);
                let found = found.did_you_mean(key.text, self.known.iter().copied());
                let keys = self.known.join("`, `");
                self.reader
                    .found
                    .problems
                    .push(found.help(format!("its keys are `{keys}`")));
            }
        }
        self.reader
    }
}
