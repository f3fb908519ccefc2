//! `| json`: every value of an object is a label, nested names joined by underscores; arrays are left out.

use super::json_scan::{Kind, MALFORMED, Malformed, Members, Value, unescape};
use super::name;
use crate::eval::JSON_ERROR;
use crate::eval::record::{Extracted, Record};

/// How deep objects are read. Loki reads deeper, but no log line has such.
const MAX_LEVELS: usize = 512;

pub(super) fn run(record: &mut Record<'_>) -> bool {
    if record.needs_nothing() {
        return true;
    }
    let line = std::mem::take(&mut record.line);
    let found = object(record, &line, "", 0);
    record.line = line;
    match found {
        Ok(Flow::Next | Flow::Done) => true,
        Ok(Flow::Refused) => false,
        Err(malformed) => {
            record.fail(JSON_ERROR, malformed);
            true
        }
    }
}

enum Flow {
    Next,
    /// Every label that the query needs is there.
    Done,
    /// A condition leaves the line out.
    Refused,
}

fn object(
    record: &mut Record<'_>,
    text: &str,
    prefix: &str,
    level: usize,
) -> Result<Flow, Malformed> {
    if level > MAX_LEVELS {
        return Err(MALFORMED);
    }
    let mut members = Members::new(text)?;
    while let Some((key, value)) = members.next()? {
        let flow = member(record, &key, value, prefix, level)?;
        if !matches!(flow, Flow::Next) {
            return Ok(flow);
        }
        members.advance()?;
    }
    Ok(Flow::Next)
}

fn member(
    record: &mut Record<'_>,
    key: &str,
    value: Value<'_>,
    prefix: &str,
    level: usize,
) -> Result<Flow, Malformed> {
    let mut name = prefix.to_owned();
    if !name.is_empty() && !key.trim().is_empty() {
        name.push('_');
    }
    name::append(&mut name, key);
    match value.kind {
        Kind::Object if record.hints.wants_prefix(&name) => {
            return object(record, value.text, &name, level + 1);
        }
        Kind::Object => return Ok(Flow::Next),
        Kind::String | Kind::Number | Kind::Boolean if !name.is_empty() => {
            let extracted = record.extract(&name, || text(value));
            // Loki asks for the rest first: a line that has all it needs is tested by its conditions later.
            if extracted == Extracted::Refused && !record.has_all_required() {
                return Ok(Flow::Refused);
            }
        }
        _ => {}
    }
    Ok(if record.has_all_required() {
        Flow::Done
    } else {
        Flow::Next
    })
}

/// A value as a label has it.
pub(super) fn text(value: Value<'_>) -> String {
    match value.kind {
        Kind::String => name::clean(&unescape(value.text).unwrap_or_default()),
        _ => value.text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use crate::eval::check::after;

    #[test]
    fn members_become_labels() {
        let cases = [
            (
                r#"{"a":"x","b":1.50,"c":true,"d":null,"e":[1]}"#,
                r#"{a="x", b="1.50", c="true"}"#,
            ),
            (
                r#"{"a":{"b":{"c-d":"x"}},"1":2}"#,
                r#"{_1="2", a_b_c_d="x"}"#,
            ),
            (
                r#"{"job":"x","a":{"job":"y"}}"#,
                r#"{a_job="y", job_extracted="x"}"#,
            ),
            (r#"{"a":"1","a":"2"}"#, r#"{a="1"}"#),
            (
                r#"{"a":"\u00e9\n\"\ud83d\ude00\ufffd"}"#,
                "{a=\"é\\n\\\"😀 \"}",
            ),
            (r#"{"a":"\ud800"}"#, "{}"),
        ];
        for (line, labels) in cases {
            assert_eq!(after("| json", line), labels, "{line}");
        }
    }

    #[test]
    fn what_is_no_json_is_an_error_with_details() {
        let error =
            |details: &str| format!("__error__=\"JSONParserErr\", __error_details__=\"{details}\"");
        let object = error("Value looks like object, but can't find closing '}' symbol");
        assert_eq!(after("| json", "text"), format!("{{{object}}}"));
        assert_eq!(
            after("| json", r#"{"a":"1","b":2 x}"#),
            format!("{{{object}, a=\"1\", b=\"2\"}}")
        );
        let string = error("Value is string, but can't find closing '\\\"' symbol");
        assert_eq!(after("| json", r#"{"a":"1"#), format!("{{{string}}}"));
        let value = error("Unknown value type");
        assert_eq!(after("| json", r#"{"a":x}"#), format!("{{{value}}}"));
    }

    #[test]
    fn deep_lines_do_no_harm() {
        let line = format!("{}1{}", r#"{"a":"#.repeat(20_000), "}".repeat(20_000));
        assert!(after("| json", &line).contains("JSONParserErr"));
        assert!(after("| json", &r#"{"a":"#.repeat(20_000)).contains("JSONParserErr"));
    }
}
