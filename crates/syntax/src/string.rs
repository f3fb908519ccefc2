//! Strings of Go, which the query languages of Grafana share.

/// Where the string ends whose quote stands at the byte `at` of a text, and whether its quote is closed. One between
/// other quotes than `` ` `` ends before a line break, and at the end of the text at the latest.
#[must_use]
pub fn string_end(text: &str, at: usize) -> (usize, bool) {
    let bytes = text.as_bytes();
    let Some(&quote) = bytes.get(at) else {
        return (text.len(), false);
    };
    let raw = quote == b'`';
    let mut at = at + 1;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'\\' if !raw && bytes.get(at + 1).is_some_and(|next| *next != b'\n') => at += 2,
            b'\n' if !raw => return (at, false),
            _ => {
                at += 1;
                if byte == quote {
                    return (at, true);
                }
            }
        }
    }
    // A backslash before a character of several bytes skips into it; the end is never inside one.
    (at.min(text.len()), false)
}

#[cfg(test)]
mod tests {
    use super::string_end;

    #[test]
    fn strings_end_at_their_quote() {
        for (text, expected) in [
            (r#""a" b"#, (3, true)),
            (r#""a\"b" c"#, (6, true)),
            (r#"'a"'"#, (4, true)),
            ("`a\n\\` b", (5, true)),
            ("\"a\nb\"", (2, false)),
            ("\"a\\\nb\"", (3, false)),
            ("\"a\\", (3, false)),
            ("\"\\é", (4, false)),
            ("\"", (1, false)),
            ("", (0, false)),
        ] {
            assert_eq!(string_end(text, 0), expected, "{text}");
        }
    }
}
