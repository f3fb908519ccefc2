//! A document as a tree with places, whether it was YAML or JSON. All of it is in one arena: it is made and freed as a whole.

use std::collections::BTreeSet;

/// A value and the byte it begins at.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Node<'a> {
    pub(super) value: Value<'a>,
    pub(super) at: usize,
}

/// What a node is. Scalars stay as they were written: who reads them knows what they should be.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Value<'a> {
    /// A number, a word, a text.
    Scalar(&'a str, Style),
    List(&'a [Node<'a>]),
    Map(&'a [(Key<'a>, Node<'a>)]),
}

/// How a scalar was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Style {
    /// Without quotes: `null`, `true` and numbers are no text.
    Plain,
    /// In quotes.
    Quoted,
    /// On lines of its own, after the mark `|` or `>`: it begins where the first of them does.
    Block,
}

/// A key of a map.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Key<'a> {
    pub(super) text: &'a str,
    pub(super) at: usize,
}

/// The first key that stands twice among those of a map.
pub(super) fn twice<'k, 'a>(entries: &'k [(Key<'a>, Node<'a>)]) -> Option<&'k Key<'a>> {
    let mut keys = entries.iter().map(|(key, _)| key);
    // Nearly all maps are small: comparing each key with those before it takes less time than a set, and most keys
    // differ from all of them in their length or their last letter.
    if entries.len() <= 32 {
        let (mut before, mut kinds) = (0.., 0_u64);
        return keys.find(|key| {
            let before = &entries[..before.next().unwrap_or_default()];
            let last = key.text.as_bytes().last().copied().unwrap_or_default();
            let kind = 1 << ((key.text.len() * 7 + usize::from(last)) % 64);
            let is_new = kinds & kind == 0;
            kinds |= kind;
            !is_new && before.iter().any(|(other, _)| other.text == key.text)
        });
    }
    let mut seen = BTreeSet::new();
    keys.find(|key| !seen.insert(key.text))
}

const NULL: [&str; 5] = ["", "~", "null", "Null", "NULL"];

impl<'a> Node<'a> {
    /// What it is, in words.
    pub(super) fn kind(&self) -> &'static str {
        match &self.value {
            _ if self.is_null() => "nothing",
            Value::Scalar(text, Style::Plain) if text.parse::<f64>().is_ok() => "a number",
            Value::Scalar(..) => "a text",
            Value::List(_) => "a list",
            Value::Map(_) => "a map",
        }
    }

    pub(super) fn is_null(&self) -> bool {
        matches!(&self.value, Value::Scalar(text, Style::Plain) if NULL.contains(text))
    }

    /// A scalar as text: `true` and `1` too, as Go reads them into a string.
    pub(super) fn as_text(&self) -> Option<&str> {
        match &self.value {
            Value::Scalar(text, _) if !self.is_null() => Some(text),
            _ => None,
        }
    }

    pub(super) fn as_bool(&self) -> Option<bool> {
        match &self.value {
            Value::Scalar(text, Style::Plain) => match *text {
                "true" | "True" | "TRUE" => Some(true),
                "false" | "False" | "FALSE" => Some(false),
                _ => None,
            },
            _ => None,
        }
    }

    pub(super) fn as_f64(&self) -> Option<f64> {
        match &self.value {
            Value::Scalar(text, Style::Plain) => text.parse().ok(),
            _ => None,
        }
    }

    /// The elements of a list; none of anything else.
    pub(super) fn items(&self) -> &[Node<'a>] {
        match &self.value {
            Value::List(items) => items,
            _ => &[],
        }
    }

    /// The entries of a map; none of anything else.
    pub(super) fn entries(&self) -> &[(Key<'a>, Node<'a>)] {
        match &self.value {
            Value::Map(entries) => entries,
            _ => &[],
        }
    }

    /// The value of a key that is there and not null.
    pub(super) fn get(&self, key: &str) -> Option<&Node<'a>> {
        let (_, node) = self.entries().iter().find(|(own, _)| own.text == key)?;
        (!node.is_null()).then_some(node)
    }

    /// The value at the end of these keys.
    pub(super) fn path(&self, keys: &[&str]) -> Option<&Node<'a>> {
        keys.iter().try_fold(self, |node, key| node.get(key))
    }

    /// The text at the end of these keys; empty where there is none.
    pub(super) fn text(&self, keys: &[&str]) -> &str {
        self.path(keys).and_then(Node::as_text).unwrap_or_default()
    }

    /// Every scalar in it.
    pub(super) fn scalars(&self, see: &mut impl FnMut(&'a str)) {
        match &self.value {
            Value::Scalar(text, _) => see(text),
            Value::List(items) => items.iter().for_each(|item| item.scalars(see)),
            Value::Map(entries) => entries.iter().for_each(|(_, node)| node.scalars(see)),
        }
    }

    /// The same as JSON.
    pub(super) fn json(&self) -> serde_json::Value {
        use serde_json::Value as Json;
        match &self.value {
            _ if self.is_null() => Json::Null,
            Value::Scalar(text, style) => {
                let number = || text.parse::<serde_json::Number>().ok().map(Json::Number);
                let plain = || self.as_bool().map(Json::Bool).or_else(number);
                let plain = (*style == Style::Plain).then(plain).flatten();
                plain.unwrap_or_else(|| Json::String((*text).to_owned()))
            }
            Value::List(items) => Json::Array(items.iter().map(Node::json).collect()),
            Value::Map(entries) => {
                let entries = entries.iter();
                Json::Object(
                    entries
                        .map(|(key, node)| (key.text.to_string(), node.json()))
                        .collect(),
                )
            }
        }
    }
}
