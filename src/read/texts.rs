//! All texts of a file, those of documents inside of it too, and what has to be written to change one of them.

use std::ops::Range;
use std::rc::Rc;

use obsctl_model::Origin;

use super::node::{Node, Style, Value};
use super::source::Source;
use super::written::{Replacement, Unfit, Written};
use super::{File, Keep, Queries, Reader, recognise};

/// A text of a file: a value or a key.
#[derive(Clone, Debug)]
pub struct Text {
    /// The text.
    pub value: String,
    /// Where it begins.
    pub origin: Origin,
    /// How many lists and maps it is in.
    pub depth: usize,
    /// Whether it names a value.
    pub key: bool,
    /// Whether it is a document, whose texts are listed as well.
    pub document: bool,
    at: usize,
    style: Style,
    around: Rc<Around>,
}

/// What a text stands in.
#[derive(Debug)]
struct Around {
    source: String,
    /// The text that `source` is, if it is not the file.
    outer: Option<Text>,
}

impl Text {
    /// What has to be written in the file, so that the text has `with` in place of `range`.
    ///
    /// # Errors
    /// Why it cannot be written where the text stands.
    pub fn replace(&self, range: Range<usize>, with: &str) -> Result<Replacement, Unfit> {
        let source = &self.around.source;
        let written = Written::trace(source, self.at, self.style, &self.value);
        let written = written.ok_or(Unfit::Unknown)?;
        let all = range.start == 0 && self.value[range.end..].bytes().all(|byte| byte == b'\n');
        let block = if all && with.contains('\n') {
            written.as_block(source, self.value.len() - range.end, with)
        } else {
            None
        };
        let own = match block {
            Some(own) => own,
            None => written.replace(source, range, with)?,
        };
        match &self.around.outer {
            Some(outer) => outer.replace(own.range, &own.with),
            None => Ok(own),
        }
    }
}

/// All texts of a file, in its order.
#[must_use]
pub fn texts(file: File<'_>) -> Vec<Text> {
    let queries = Queries::default();
    let source = Source::new(file.path, file.text);
    let mut reader = Reader::new(source, Keep::Outline, &queries);
    reader.texts = Some(Texts {
        around: Rc::new(Around {
            source: file.text.to_owned(),
            outer: None,
        }),
        all: vec![],
    });
    recognise::file(&mut reader);
    reader.texts.map_or_else(Vec::new, |texts| texts.all)
}

/// The texts listed so far.
#[derive(Debug)]
pub(super) struct Texts {
    around: Rc<Around>,
    all: Vec<Text>,
}

impl Texts {
    /// Lists those of a document.
    pub(super) fn list(&mut self, source: &Source<'_>, node: &Node<'_>) {
        self.walk(source, node, 0);
    }

    fn walk(&mut self, source: &Source<'_>, node: &Node<'_>, depth: usize) {
        match &node.value {
            Value::Scalar(value, style) => self.all.push(Text {
                value: value.to_string(),
                origin: source.origin(node.at),
                depth,
                key: false,
                document: false,
                at: node.at,
                style: *style,
                around: Rc::clone(&self.around),
            }),
            Value::List(items) => {
                for item in *items {
                    self.walk(source, item, depth + 1);
                }
            }
            Value::Map(entries) => {
                for (key, node) in *entries {
                    self.all.push(Text {
                        value: key.text.to_string(),
                        origin: source.origin(key.at),
                        depth,
                        key: true,
                        document: false,
                        at: key.at,
                        style: Style::Plain,
                        around: Rc::clone(&self.around),
                    });
                    self.walk(source, node, depth + 1);
                }
            }
        }
    }

    /// For the texts of a document in this value.
    pub(super) fn inside(&self, node: &Node<'_>) -> Self {
        let outer = self.all.iter().find(|text| self.is_value(text, node.at));
        Self {
            around: Rc::new(Around {
                source: outer.map_or_else(String::new, |text| text.value.clone()),
                outer: outer.cloned(),
            }),
            all: vec![],
        }
    }

    /// Adds those of a document inside of this one.
    pub(super) fn append(&mut self, inner: Self) {
        if let Some(outer) = &inner.around.outer
            && let Some(own) = self
                .all
                .iter()
                .position(|text| self.is_value(text, outer.at))
        {
            self.all[own].document = !inner.all.is_empty();
        }
        self.all.extend(inner.all);
    }

    /// Whether a text is the value that this very document has there.
    fn is_value(&self, text: &Text, at: usize) -> bool {
        !text.key && text.at == at && Rc::ptr_eq(&text.around, &self.around)
    }
}
