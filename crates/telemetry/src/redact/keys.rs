//! By key: which field names say that their value is secret.

use std::collections::BTreeSet;

/// Names that hide their value wherever they appear as part of a field's name.
const HINTS: &[&str] = &[
    "password",
    "passwd",
    "passphrase",
    "secret",
    "token",
    "api_key",
    "authorization",
    "credential",
    "encryption_key",
    "private_key",
    "signing_key",
    "access_key",
    "cookie",
    "card_number",
    "cvv",
    "ssn",
    "iban",
    "phone",
    "street",
    "postal_code",
    "customer_name",
    "date_of_birth",
];

/// Names that contain a hint and are harmless.
const ALLOWED: &[&str] = &[
    "token_type",
    "token_count",
    "tokens_used",
    "max_tokens",
    "input_tokens",
    "output_tokens",
    "total_tokens",
    "token_expires_at",
    "token_expired",
];

/// Names of identifiers that may look like a token.
const CORRELATIONS: &[&str] = &[
    "correlation_id",
    "request_id",
    "run_id",
    "trace_id",
    "span_id",
    "parent_id",
    "traceparent",
];

/// Longer names than this are cut before they are compared.
const LONGEST: usize = 128;

/// Hints and exceptions, in lower case and without separators.
#[derive(Clone, Debug, Default)]
pub(super) struct Keys {
    hints: Vec<Box<str>>,
    allowed: BTreeSet<Box<str>>,
    /// The letters that follow a letter at the start of a hint, a bit each: few places of a name need a closer look.
    starts: [u32; 32],
}

impl Keys {
    pub(super) fn usual() -> Self {
        let mut keys = Self::default();
        HINTS.iter().for_each(|hint| keys.hint(hint));
        ALLOWED.iter().for_each(|key| keys.allow(key));
        keys
    }

    pub(super) fn hint(&mut self, hint: &str) {
        let hint: String = hint.bytes().filter_map(letter).map(char::from).collect();
        match hint.as_bytes() {
            [] => return,
            [first] => self.starts[index(*first)] = u32::MAX,
            [first, second, ..] => self.starts[index(*first)] |= bit(*second),
        }
        if !self.hints.iter().any(|known| **known == *hint) {
            self.hints.push(hint.into());
        }
    }

    pub(super) fn allow(&mut self, key: &str) {
        let key: String = key.bytes().filter_map(letter).map(char::from).collect();
        self.allowed.insert(key.into());
    }

    /// Whether a field of that name is hidden.
    pub(super) fn hides(&self, key: &str) -> bool {
        let mut buffer = [0; LONGEST];
        let mut length = 0;
        for byte in key.bytes().filter_map(letter).take(LONGEST) {
            buffer[length] = byte;
            length += 1;
        }
        let name = &buffer[..length];
        let found = name.iter().enumerate().any(|(at, first)| {
            let seconds = self.starts[index(*first)];
            let second = name.get(at + 1).map_or(1, |second| bit(*second));
            seconds & second != 0
                && (self.hints.iter()).any(|hint| name[at..].starts_with(hint.as_bytes()))
        });
        found && !str::from_utf8(name).is_ok_and(|name| self.allowed.contains(name))
    }
}

/// Whether the value of that field is an identifier that may look like a token.
pub(super) fn is_correlation(key: &str) -> bool {
    key.ends_with(['d', 't']) && CORRELATIONS.contains(&key)
}

/// A letter or digit in lower case; separators do not count.
fn letter(byte: u8) -> Option<u8> {
    (!matches!(byte, b'_' | b'-' | b'.' | b' ' | b'"' | b'\'')).then_some(byte.to_ascii_lowercase())
}

fn index(byte: u8) -> usize {
    usize::from(byte & 31)
}

fn bit(byte: u8) -> u32 {
    1 << (byte & 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_and_separators_do_not_matter() {
        let keys = Keys::usual();
        for key in [
            "password",
            "userPassword",
            "X-Api-Key",
            "apiKey",
            "db.password",
            "ACCESS_TOKEN",
        ] {
            assert!(keys.hides(key), "{key}");
        }
        for key in [
            "event",
            "rows_processed",
            "token_count",
            "tokenType",
            "path",
            "tenant_id",
            "",
        ] {
            assert!(!keys.hides(key), "{key}");
        }
    }

    #[test]
    fn every_letter_of_a_name_is_looked_at() {
        let mut keys = Keys::default();
        keys.hint("pin");
        assert!(keys.hides("ppin"));
        assert!(!keys.hides("pixn"));
        assert!(!keys.hides("x"));
        keys.hint("x");
        assert!(keys.hides("x") && keys.hides("ax") && keys.hides("xa"));
    }
}
