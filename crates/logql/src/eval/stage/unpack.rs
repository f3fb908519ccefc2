//! `| unpack`: labels and line that Promtail or Alloy packed into an object with `_entry`.

use super::json_scan::{Kind, Malformed, Members, unescape};
use super::name::sanitize;
use crate::eval::JSON_ERROR;
use crate::eval::record::Record;

pub(super) fn run(record: &mut Record<'_>) -> bool {
    if record.line.is_empty() || record.needs_nothing() {
        return true;
    }
    if !record.line.starts_with('{') {
        record.fail(JSON_ERROR, "expecting json object(6), but it is not");
        return true;
    }
    match unpack(record) {
        Ok(None) => true,
        Ok(Some(packed)) => {
            let stays = packed.labels.into_iter().all(|(name, value)| {
                record.set(&name, value);
                record.keeps(&name)
            });
            record.line = packed.line.into();
            stays
        }
        Err(malformed) => {
            record.fail(JSON_ERROR, malformed);
            true
        }
    }
}

struct Packed {
    line: String,
    labels: Vec<(String, String)>,
}

/// What is packed in the line; nothing where it has no `_entry`.
fn unpack(record: &Record<'_>) -> Result<Option<Packed>, Malformed> {
    let mut labels = Vec::new();
    let mut line = None;
    let mut members = Members::new(&record.line)?;
    while let Some((key, value)) = members.next()? {
        if value.kind == Kind::String {
            if key == "_entry" {
                let escape = "Encountered an invalid escape sequence in a string";
                line = Some(unescape(value.text).ok_or(escape)?);
            } else {
                let name = record.free_name(&key);
                if record.wants(&name) {
                    labels.push((sanitize(&name), super::json::text(value)));
                }
            }
        }
        members.advance()?;
    }
    Ok(line.map(|line| Packed { line, labels }))
}

#[cfg(test)]
mod tests {
    use crate::eval::check::{after, lines};

    #[test]
    fn a_packed_line_is_unpacked() {
        let line = r#"{"_entry":"the \"line\"","a":"x","job":"y","n":1}"#;
        assert_eq!(after("| unpack", line), r#"{a="x", job_extracted="y"}"#);
        assert_eq!(lines("| unpack", &[line]), ["the \"line\""]);
    }

    #[test]
    fn an_object_without_entry_stays_as_it_is() {
        assert_eq!(after("| unpack", r#"{"a":"x"}"#), "{}");
        assert!(after("| unpack", "text").contains("expecting json object(6), but it is not"));
    }
}
