//! `| logfmt`: every pair is a label, or those that are listed.

use super::logfmt_scan::{Scanned, Scanner};
use super::name::{clean, sanitize};
use crate::ast::Logfmt;
use crate::capture;
use crate::eval::record::{Extracted, Record};
use crate::eval::{ERROR, LOGFMT_ERROR};

pub(super) fn run(record: &mut Record<'_>, strict: bool, keep_empty: bool) -> bool {
    if record.needs_nothing() {
        return true;
    }
    let line = std::mem::take(&mut record.line);
    let mut scanner = Scanner::new(&line);
    let stays = pairs(record, &mut scanner, strict, keep_empty);
    let error = scanner.error.filter(|_| strict && stays);
    record.line = line;
    if let Some(error) = error {
        record.fail(LOGFMT_ERROR, error);
        return record.keeps(ERROR);
    }
    stays
}

/// Sets the labels; false where a condition leaves the line out.
fn pairs(
    record: &mut Record<'_>,
    scanner: &mut Scanner<'_>,
    strict: bool,
    keep_empty: bool,
) -> bool {
    while !scanner.at_end() {
        let (key, value) = match scanner.next() {
            Scanned::Pair(key, value) => (sanitize(key), value),
            Scanned::Nothing if strict => break,
            Scanned::Nothing => continue,
        };
        if key.is_empty() || value.is_empty() && !keep_empty {
            continue;
        }
        match record.extract(&key, || clean(&value)) {
            Extracted::Refused => return false,
            Extracted::Set if record.has_all_required() => break,
            Extracted::Set | Extracted::Skipped => {}
        }
    }
    true
}

/// `| logfmt status, method="http_method"`
#[derive(Debug)]
pub(in crate::eval) struct LogfmtLabels {
    strict: bool,
    /// Labels with the key that each is read from.
    labels: Vec<(String, String)>,
}

impl LogfmtLabels {
    pub fn compile(logfmt: &Logfmt) -> Self {
        let labels = logfmt.labels.iter().map(|extraction| {
            let label = extraction.label.text.clone();
            let path = extraction.path.as_ref().map(|path| &*path.value);
            let key = path.and_then(capture::logfmt_key).unwrap_or(&label);
            (label.clone(), key.to_owned())
        });
        // Of a label that is listed twice, the last key counts.
        let mut known: Vec<(String, String)> = Vec::new();
        for (label, key) in labels {
            known.retain(|(other, _)| *other != label);
            known.push((label, key));
        }
        Self {
            strict: logfmt.strict,
            labels: known,
        }
    }

    pub fn run(&self, record: &mut Record<'_>) -> bool {
        if record.needs_nothing() {
            return true;
        }
        for (label, _) in &self.labels {
            if !record.is_taken(label) {
                record.set(label, String::new());
            }
        }
        let line = std::mem::take(&mut record.line);
        let mut scanner = Scanner::new(&line);
        self.pairs(record, &mut scanner);
        let error = scanner.error.filter(|_| self.strict);
        record.line = line;
        if let Some(error) = error {
            record.fail(LOGFMT_ERROR, error);
        }
        true
    }

    fn pairs(&self, record: &mut Record<'_>, scanner: &mut Scanner<'_>) {
        let listed = |key: &str| self.labels.iter().any(|(label, _)| label == key);
        while !scanner.at_end() {
            let (key, value) = match scanner.next() {
                Scanned::Pair(key, value) => (sanitize(key), value),
                Scanned::Nothing if self.strict => break,
                Scanned::Nothing => continue,
            };
            // A metric query that groups by labels asks for keys by the labels' names, as in Loki.
            if key.is_empty() || !listed(&key) && !record.wants(&key) {
                continue;
            }
            let renamed = self.labels.iter().find(|(_, from)| *from == key);
            let name = renamed.map_or(key, |(label, _)| label.clone());
            if !listed(&name) {
                continue;
            }
            let value = if value.contains(char::REPLACEMENT_CHARACTER) {
                ""
            } else {
                &*value
            };
            let free = record.free_name(&name).into_owned();
            if free != name && !record.wants(&free) {
                break;
            }
            record.set(&free, value.to_owned());
            if record.has_all_required() {
                break;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::eval::check::after;

    #[test]
    fn pairs_become_labels() {
        let cases = [
            (
                r#"a=1 b="x y" c.d=2 flag e="""#,
                r#"{a="1", b="x y", c_d="2"}"#,
            ),
            ("job=x", r#"{job_extracted="x"}"#),
            ("a=1 a=2", r#"{a="1"}"#),
            (r#"a="x\"\n\u00e9""#, "{a=\"x\\\"\\né\"}"),
            (r#"a=1 =x b"c d=2 e="x"#, r#"{a="1", d="2"}"#),
        ];
        for (line, labels) in cases {
            assert_eq!(after("| logfmt", line), labels, "{line}");
        }
    }

    #[test]
    fn a_strict_parser_stops_at_the_first_error() {
        let labels = after("| logfmt --strict", "a=1 =x b=2");
        let details = "logfmt syntax error at pos 5 : unexpected '='";
        let error = r#"__error__="LogfmtParserErr", __error_details__="#;
        assert_eq!(labels, format!(r#"{{{error}"{details}", a="1"}}"#));
        let labels = after("| logfmt --strict b", "b=\"x");
        assert!(
            labels.contains("pos 5 : unterminated quoted value"),
            "{labels}"
        );
    }

    #[test]
    fn listed_labels_are_read_from_their_keys() {
        assert_eq!(
            after(
                r#"| logfmt a, m=" \"http_method\"""#,
                "a=1 http.method=GET b=2"
            ),
            r#"{a="1", m="GET"}"#
        );
        assert_eq!(after("| logfmt job", "job=x"), r#"{job_extracted="x"}"#);
        assert_eq!(after("| logfmt a", "a=1 a=2"), r#"{a="2"}"#);
    }
}
