//! YAML with places and comments: all documents of a file. The only file that knows the library.

mod plain;

use std::borrow::Cow;
use std::collections::BTreeMap;

use bumpalo::Bump;
use granit_parser::{Event, Options, Parser, ScalarStyle, Span};

use super::Trouble;
use super::node::{Key, Node, Style, Value, twice};

/// What a file of YAML holds.
#[derive(Debug, Default)]
pub(super) struct Yaml<'a> {
    pub(super) documents: Vec<Node<'a>>,
    /// Comments without their `#`, in order; none where no text of the file is an order to us.
    pub(super) comments: Vec<(usize, Cow<'a, str>)>,
    /// What ended the reading.
    pub(super) trouble: Option<Trouble>,
}

/// How many nodes aliases may copy into one file: more is an attack.
const COPIES: usize = 1_000_000;

/// Reads all documents up to the first mistake.
pub(super) fn read<'a>(text: &'a str, arena: &'a Bump) -> Yaml<'a> {
    // Looking for comments between all tokens takes a third of the time.
    let has_orders = text.contains(super::comments::ORDER);
    let plain = if has_orders {
        None
    } else {
        plain::read(text, arena)
    };
    let Some(documents) = plain else {
        return by_library(text, arena, has_orders);
    };
    debug_assert_eq!(
        documents,
        by_library(text, arena, false).documents,
        "{text}"
    );
    Yaml {
        documents,
        ..Yaml::default()
    }
}

/// The same, whatever is in it.
fn by_library<'a>(text: &'a str, arena: &'a Bump, comments: bool) -> Yaml<'a> {
    let mut builder = Builder::new(arena);
    let mut options = Options::default();
    options.set_emit_comments(comments);
    for event in Parser::new_from_str_with_options(text, options) {
        let done = event
            .map_err(|error| Trouble {
                at: error.marker().byte_offset().unwrap_or_default(),
                message: format!("not YAML: {}", error.info()),
            })
            .and_then(|(event, span)| builder.event(event, span));
        if let Err(trouble) = done {
            builder.yaml.trouble = Some(trouble);
            break;
        }
    }
    builder.yaml
}

#[derive(Debug)]
struct Builder<'a> {
    arena: &'a Bump,
    yaml: Yaml<'a>,
    open: Vec<Open<'a>>,
    anchors: BTreeMap<usize, Node<'a>>,
    copied: usize,
}

/// A list or map that is not closed yet.
#[derive(Debug)]
struct Open<'a> {
    at: usize,
    anchor: usize,
    /// The key that waits for its value.
    key: Option<Key<'a>>,
    inside: Inside<'a>,
}

/// What is inside of a list or map so far.
#[derive(Debug)]
enum Inside<'a> {
    List(Vec<Node<'a>>),
    Map(Entries<'a>),
}

impl<'a> Builder<'a> {
    fn new(arena: &'a Bump) -> Self {
        Self {
            arena,
            yaml: Yaml::default(),
            open: vec![],
            anchors: BTreeMap::new(),
            copied: 0,
        }
    }

    fn event(&mut self, event: Event<'a>, span: Span) -> Result<(), Trouble> {
        let at = span.start.byte_offset().unwrap_or_default();
        match event {
            Event::Scalar(text, style, anchor, _) => {
                let style = match style {
                    ScalarStyle::Plain => Style::Plain,
                    ScalarStyle::Literal | ScalarStyle::Folded => Style::Block,
                    _ => Style::Quoted,
                };
                let text = match text {
                    Cow::Borrowed(text) => text,
                    Cow::Owned(text) => self.arena.alloc_str(&text),
                };
                let value = Value::Scalar(text, style);
                self.add(Node { value, at }, anchor)
            }
            Event::SequenceStart(_, anchor, _) => self.begin(at, anchor, Inside::List(vec![])),
            Event::MappingStart(_, anchor, _) => self.begin(at, anchor, Inside::Map(vec![])),
            Event::SequenceEnd | Event::MappingEnd => match self.open.pop() {
                Some(Open {
                    at, anchor, inside, ..
                }) => {
                    let value = match inside {
                        Inside::List(items) => Value::List(self.arena.alloc_slice_copy(&items)),
                        Inside::Map(entries) => {
                            Value::Map(self.arena.alloc_slice_copy(&unique(entries)?))
                        }
                    };
                    self.add(Node { value, at }, anchor)
                }
                None => Ok(()),
            },
            Event::Alias(anchor) => {
                let Some(node) = self.anchors.get(&anchor) else {
                    let message = "an alias inside of what it stands for".to_owned();
                    return Err(Trouble { at, message });
                };
                self.copied += size(node);
                if self.copied > COPIES {
                    let message = format!("aliases copy more than {COPIES} values");
                    return Err(Trouble { at, message });
                }
                let node = Node { at, ..*node };
                self.add(node, 0)
            }
            Event::Comment(text, _) => {
                self.yaml.comments.push((at, text));
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn begin(&mut self, at: usize, anchor: usize, inside: Inside<'a>) -> Result<(), Trouble> {
        self.open.push(Open {
            at,
            anchor,
            key: None,
            inside,
        });
        Ok(())
    }

    fn add(&mut self, node: Node<'a>, anchor: usize) -> Result<(), Trouble> {
        if anchor > 0 {
            self.anchors.insert(anchor, node);
        }
        let Some(open) = self.open.last_mut() else {
            self.yaml.documents.push(node);
            return Ok(());
        };
        match &mut open.inside {
            Inside::List(items) => items.push(node),
            Inside::Map(entries) => match open.key.take() {
                Some(key) => entries.push((key, node)),
                None => match node.value {
                    Value::Scalar(text, _) => open.key = Some(Key { text, at: node.at }),
                    _ => {
                        let message = "a key is a text, not a list or a map".to_owned();
                        return Err(Trouble {
                            at: node.at,
                            message,
                        });
                    }
                },
            },
        }
        Ok(())
    }
}

type Entries<'a> = Vec<(Key<'a>, Node<'a>)>;

/// With what `<<` brings in, where no key stands twice.
fn unique(entries: Entries<'_>) -> Result<Entries<'_>, Trouble> {
    match twice(&entries) {
        Some(key) if key.text != "<<" => Err(Trouble {
            at: key.at,
            message: format!("the key `{}` stands twice in one map", key.text),
        }),
        _ => Ok(merged(entries)),
    }
}

/// With what `<<` brings in: own entries win.
fn merged(entries: Entries<'_>) -> Entries<'_> {
    if entries.iter().all(|(key, _)| key.text != "<<") {
        return entries;
    }
    let (bring, mut own): (Vec<_>, Vec<_>) =
        entries.into_iter().partition(|(key, _)| key.text == "<<");
    for (_, node) in &bring {
        let maps = match node.value {
            Value::List(items) => items,
            _ => std::slice::from_ref(node),
        };
        for (key, node) in maps.iter().flat_map(Node::entries) {
            if own.iter().all(|(other, _)| other.text != key.text) {
                own.push((*key, *node));
            }
        }
    }
    own
}

fn size(node: &Node<'_>) -> usize {
    1 + match &node.value {
        Value::Scalar(..) => 0,
        Value::List(items) => items.iter().map(size).sum(),
        Value::Map(entries) => entries.iter().map(|(_, node)| size(node)).sum(),
    }
}
