//! `| json status="response.status", first="list[0]"`: values at paths.

use obsctl_promql::eval::EvalError;

use super::error;
use super::json_scan::{
    Kind, MALFORMED, Malformed, Members, Value, element, string_end, unescape, value,
};
use super::name::clean;
use crate::ast::Extraction;
use crate::capture;
use crate::eval::JSON_ERROR;
use crate::eval::record::Record;

/// The labels that are set, each with its path.
#[derive(Debug)]
pub(in crate::eval) struct JsonPaths(Vec<(String, Vec<Segment>)>);

/// A step of a path.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Segment {
    Key(String),
    Index(usize),
}

impl JsonPaths {
    pub fn compile(list: &[Extraction]) -> Result<Self, EvalError> {
        let paths = list.iter().map(|extraction| {
            let label = extraction.label.text.clone();
            let path = extraction
                .path
                .as_ref()
                .map_or(&*label, |path| &*path.value);
            if !capture::is_json_path(path) {
                return Err(error(
                    extraction.span,
                    format!("`{path}` is not a path into JSON"),
                ));
            }
            let path = segments(path);
            Ok((label, path))
        });
        paths.collect::<Result<_, _>>().map(Self)
    }

    pub fn run(&self, record: &mut Record<'_>) -> bool {
        if record.line.is_empty() || record.needs_nothing() {
            return true;
        }
        if !record.line.starts_with(['"', '{', '[']) {
            record.fail(JSON_ERROR, "");
            return true;
        }
        let line = std::mem::take(&mut record.line);
        let mut found = 0;
        for (label, path) in &self.0 {
            match lookup(&line, path) {
                Ok(None) => {}
                Ok(Some(value)) => {
                    let name = record.free_name(label).into_owned();
                    record.set(&name, text(value));
                    found += 1;
                }
                Err(malformed) => record.fail(JSON_ERROR, malformed),
            }
        }
        record.line = line;
        if found < self.0.len() {
            for (label, _) in &self.0 {
                if record.get(label).is_none() {
                    record.set(label, String::new());
                }
            }
        }
        true
    }
}

fn text(value: Value<'_>) -> String {
    match value.kind {
        Kind::Null => String::new(),
        Kind::Object => value.text.to_owned(),
        _ => clean(&unescape(value.text).unwrap_or_default()),
    }
}

/// The value at a path. A line that breaks off behind it is no error, and neither is a path that the line
/// does not have; a value that breaks off is one.
fn lookup<'a>(text: &'a str, path: &[Segment]) -> Result<Option<Value<'a>>, Malformed> {
    if text.starts_with('"') {
        // A text is no object, and neither is what looks like a member outside of one.
        let behind = string_end(text, 1).and_then(|end| text.get(end + 1..));
        let member = behind.is_some_and(|rest| rest.trim_start().starts_with(':'));
        return if member { Err(MALFORMED) } else { Ok(None) };
    }
    match path.split_first() {
        None => value(text, 0).map(Some),
        Some((Segment::Index(index), rest)) => {
            let Some(found) = text
                .starts_with('[')
                .then(|| element(text, *index))
                .flatten()
            else {
                return Ok(None);
            };
            if rest.is_empty() {
                Ok(Some(found))
            } else {
                nested(found, rest)
            }
        }
        Some((Segment::Key(key), rest)) => {
            let Ok(mut members) = Members::new(text) else {
                return Ok(None);
            };
            loop {
                let Ok(Some((name, at))) = members.key() else {
                    return Ok(None);
                };
                let found = value(text, at);
                if name == *key {
                    match found {
                        found if rest.is_empty() => return found.map(Some),
                        Ok(found) => {
                            if let Some(found) = nested(found, rest)? {
                                return Ok(Some(found));
                            }
                        }
                        // Of an object that breaks off counts what is there.
                        Err(_) => {
                            let open = text.get(at..).unwrap_or_default().trim_start();
                            return match open.starts_with(['{', '[']) {
                                true => lookup(open, rest),
                                false => Ok(None),
                            };
                        }
                    }
                }
                let Ok(found) = found else {
                    return Ok(None);
                };
                members.skip(found);
                if members.advance().is_err() {
                    return Ok(None);
                }
            }
        }
    }
}

fn nested<'a>(value: Value<'a>, path: &[Segment]) -> Result<Option<Value<'a>>, Malformed> {
    match value.kind {
        Kind::Object | Kind::Array => lookup(value.text, path),
        _ => Ok(None),
    }
}

/// The steps of a well-formed path.
fn segments(path: &str) -> Vec<Segment> {
    let mut found = Vec::new();
    let mut rest = path.trim();
    while !rest.is_empty() {
        if let Some(inside) = rest.strip_prefix('[') {
            let inside = inside.trim_start();
            if let Some((key, after)) = inside.strip_prefix('"').and_then(|it| it.split_once('"')) {
                found.push(Segment::Key(key.to_owned()));
                rest = after.split_once(']').map_or("", |(_, after)| after);
            } else {
                let (digits, after) = inside.split_once(']').unwrap_or((inside, ""));
                // An index that is too large is behind every array.
                found.push(Segment::Index(digits.trim().parse().unwrap_or(usize::MAX)));
                rest = after;
            }
        } else {
            let field = rest.strip_prefix('.').unwrap_or(rest).trim_start();
            let word = |c: char| c.is_ascii_alphanumeric() || c == '_';
            let end = field.find(|c| !word(c)).unwrap_or(field.len());
            found.push(Segment::Key(field[..end].to_owned()));
            rest = &field[end..];
            if end == 0 {
                break;
            }
        }
        rest = rest.trim_start();
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::eval::check::after;

    #[test]
    fn paths_have_segments() {
        let key = |text: &str| Segment::Key(text.to_owned());
        assert_eq!(
            segments(r#"a . b[0]["c.d"][ 12 ].e"#),
            [
                key("a"),
                key("b"),
                Segment::Index(0),
                key("c.d"),
                Segment::Index(12),
                key("e")
            ]
        );
    }

    #[test]
    fn values_at_paths_become_labels() {
        let line = r#"{"a":{"b":["x",{"c":2}],"n":null,"o":{"p":1}},"job":"x"}"#;
        let cases = [
            (r#"| json v="a.b[0]""#, r#"{v="x"}"#),
            (
                r#"| json v="a.b[1].c", w="a.o""#,
                r#"{v="2", w="{\"p\":1}"}"#,
            ),
            (r#"| json v="a[\"b\"]""#, r#"{v="[\"x\",{\"c\":2}]"}"#),
            (r#"| json v="a.n""#, "{}"),
            (r#"| json v="a.b[7]""#, "{}"),
            (r#"| json job"#, r#"{job_extracted="x"}"#),
        ];
        for (stage, labels) in cases {
            assert_eq!(after(stage, line), labels, "{stage}");
        }
    }

    #[test]
    fn only_the_beginning_must_be_json() {
        assert_eq!(after("| json a", r#"{"a":1,"b""#), r#"{a="1"}"#);
        assert_eq!(
            after(r#"| json a="u.a""#, r#"{"u":{"a":1,"b":"x"#),
            r#"{a="1"}"#
        );
        let open = "Value is string, but can't find closing '\\\"' symbol";
        assert_eq!(
            after("| json a", r#"{"b":1,"a":"x"#),
            format!("{{__error__=\"JSONParserErr\", __error_details__=\"{open}\"}}")
        );
        assert_eq!(after("| json a", "a=1"), r#"{__error__="JSONParserErr"}"#);
        assert_eq!(after("| json a", ""), "{}");
    }
}
