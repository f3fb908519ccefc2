//! Names of labels that parsers find.

/// A key as a label's name: what is no ASCII letter, digit or underscore becomes an underscore, and a
/// digit in front gets one. Empty where the key is.
pub(super) fn sanitize(key: &str) -> String {
    let mut name = String::with_capacity(key.len() + 1);
    append(&mut name, key);
    name
}

/// Appends a key to a name.
pub(super) fn append(name: &mut String, key: &str) {
    let key = key.trim();
    if name.is_empty() && key.starts_with(|c: char| c.is_ascii_digit()) {
        name.push('_');
    }
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '_';
    name.extend(key.chars().map(|c| if plain(c) { c } else { '_' }));
}

/// A parsed value without replacement characters, which stand for bytes that were no UTF-8.
pub(super) fn clean(value: &str) -> String {
    value.replace(char::REPLACEMENT_CHARACTER, " ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_become_names() {
        for (key, name) in [
            ("status", "status"),
            ("http.status-code", "http_status_code"),
            ("2xx", "_2xx"),
            (" a b ", "a_b"),
            ("é", "_"),
            ("  ", ""),
        ] {
            assert_eq!(sanitize(key), name, "{key}");
        }
    }
}
