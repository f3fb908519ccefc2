//! Files that are no UTF-8: engines refuse them, or show other characters.

use std::str::Utf8Error;

use super::source::Source;
use super::{File, Found};

/// Reads the bytes of a file. One that is no UTF-8 is said to be so, and nothing in it is looked at.
#[must_use]
pub fn of_bytes(path: &'static str, bytes: &[u8], read: impl Fn(File<'_>) -> Found) -> Found {
    // Nearly every file is UTF-8: that is told much faster than what is wrong with one that is not.
    let error = match str::from_utf8(bytes) {
        Ok(text) => return read(File { path, text }),
        Err(error) => error,
    };
    let (text, message) = meant(bytes, error);
    let found = read(File { path, text: &text });
    let right = str::from_utf8(&bytes[..error.valid_up_to()]).unwrap_or_default();
    let problem = Source::new(path, right).unreadable(right.len(), message);
    let problem = vec![problem.help("save it as UTF-8")];
    match found.others.is_empty() {
        true => Found {
            problems: problem,
            ..Found::default()
        },
        false => Found {
            others: found.others,
            unread: problem,
            ..Found::default()
        },
    }
}

/// The text as well as it can be made out, and what is wrong.
fn meant(bytes: &[u8], error: Utf8Error) -> (String, String) {
    let utf16 = |of: fn([u8; 2]) -> u16| {
        let units = bytes.chunks_exact(2).map(|pair| of([pair[0], pair[1]]));
        let text: Vec<_> = units.collect();
        let said = "not UTF-8: it is written in UTF-16".to_owned();
        (String::from_utf16_lossy(&text), said)
    };
    match bytes {
        [0xff, 0xfe, ..] => utf16(u16::from_le_bytes),
        [0xfe, 0xff, ..] => utf16(u16::from_be_bytes),
        _ => {
            let wrong = bytes.get(error.valid_up_to()).copied().unwrap_or_default();
            let said = format!("not UTF-8: a byte 0x{wrong:02X} stands here");
            (String::from_utf8_lossy(bytes).into_owned(), said)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is said of a file, and of one that nobody would have looked at.
    fn said(bytes: &[u8]) -> (Vec<String>, Vec<String>) {
        let found = of_bytes("a.yml", bytes, crate::read::file);
        assert_eq!(found.groups, []);
        let shown = |all: Vec<crate::diagnostic::Diagnostic>| {
            let all = all.into_iter().map(|one| {
                let (_, line, column) = one.origin().location().unwrap_or_default();
                format!("{line}:{column} {}", one.message)
            });
            all.collect()
        };
        (shown(found.problems), shown(found.unread))
    }

    const RULES: &str = "groups:\n- name: é\n  rules:\n  - {alert: A, expr: up}\n";

    #[test]
    fn files_that_are_no_utf8_are_said_to_be_so() {
        let one: Vec<u8> = RULES
            .chars()
            .map(|c| u8::try_from(u32::from(c)).unwrap())
            .collect();
        let expected = vec!["2:9 not UTF-8: a byte 0xE9 stands here".to_owned()];
        assert_eq!(said(&one), (expected, vec![]));
        for (mark, bytes) in [
            ([0xff, 0xfe], u16::to_le_bytes as fn(u16) -> [u8; 2]),
            ([0xfe, 0xff], u16::to_be_bytes),
        ] {
            let text = RULES.encode_utf16().flat_map(bytes);
            let two: Vec<u8> = mark.into_iter().chain(text).collect();
            let expected = vec!["1:1 not UTF-8: it is written in UTF-16".to_owned()];
            assert_eq!(said(&two), (expected, vec![]));
        }
    }

    #[test]
    fn of_files_of_another_kind_it_is_kept_for_who_names_them() {
        let expected = vec!["1:2 not UTF-8: a byte 0xFE stands here".to_owned()];
        assert_eq!(said(b"a\xfe\xff"), (vec![], expected));
    }
}
