//! JSON with places. The only file that knows the library.

use std::borrow::Cow;

use jsonc_parser::ast::{self, ObjectPropName};
use jsonc_parser::{CollectOptions, CommentCollectionStrategy, ParseOptions, parse_to_ast};

use super::Trouble;
use super::node::{Key, Node, Style, Value, twice};

/// Reads a document.
pub(super) fn read(text: &str) -> Result<Node<'_>, Trouble> {
    let collect = CollectOptions {
        comments: CommentCollectionStrategy::Off,
        tokens: false,
    };
    let strict = ParseOptions {
        allow_comments: false,
        allow_loose_object_property_names: false,
        allow_trailing_commas: false,
        allow_missing_commas: false,
        allow_single_quoted_strings: false,
        allow_hexadecimal_numbers: false,
        allow_unary_plus_numbers: false,
        allow_bare_decimal_point_numbers: false,
        allow_non_finite_numbers: false,
        allow_extended_string_escapes: false,
    };
    let parsed = parse_to_ast(text, &collect, &strict).map_err(|error| Trouble {
        at: error.range().start,
        message: format!("not JSON: {}", error.kind()),
    })?;
    match parsed.value {
        Some(value) => node(value),
        None => Err(Trouble {
            at: 0,
            message: "the file is empty".to_owned(),
        }),
    }
}

fn node(value: ast::Value<'_>) -> Result<Node<'_>, Trouble> {
    Ok(match value {
        ast::Value::StringLit(text) => Node {
            at: text.range.start,
            value: Value::Scalar(text.value, Style::Quoted),
        },
        ast::Value::NumberLit(number) => Node {
            at: number.range.start,
            value: Value::Scalar(Cow::Borrowed(number.value), Style::Plain),
        },
        ast::Value::BooleanLit(word) => Node {
            at: word.range.start,
            value: Value::Scalar(
                Cow::Borrowed(if word.value { "true" } else { "false" }),
                Style::Plain,
            ),
        },
        ast::Value::NullKeyword(word) => Node {
            at: word.range.start,
            value: Value::Scalar(Cow::Borrowed("null"), Style::Plain),
        },
        ast::Value::Array(list) => Node {
            at: list.range.start,
            value: Value::List(
                list.elements
                    .into_iter()
                    .map(node)
                    .collect::<Result<_, _>>()?,
            ),
        },
        ast::Value::Object(map) => {
            let entries = map.properties.into_iter().map(entry);
            let entries = entries.collect::<Result<Vec<_>, _>>()?;
            if let Some(key) = twice(&entries) {
                let message = format!("the key `{}` stands twice in one map", key.text);
                return Err(Trouble {
                    at: key.at,
                    message,
                });
            }
            Node {
                at: map.range.start,
                value: Value::Map(entries),
            }
        }
    })
}

fn entry(property: ast::ObjectProp<'_>) -> Result<(Key<'_>, Node<'_>), Trouble> {
    let at = property.range.start;
    let text = match property.name {
        ObjectPropName::String(text) => text.value,
        ObjectPropName::Word(word) => Cow::Borrowed(word.value),
    };
    Ok((Key { text, at }, node(property.value)?))
}
