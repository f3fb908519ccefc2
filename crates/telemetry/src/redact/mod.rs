//! Redaction: what must never appear in an output is replaced before any formatter sees it.
//!
//! Two nets: by key, a field whose name contains a hint is `<redacted>` whatever its value; by value, texts are
//! searched for what looks like an e-mail address, a phone number, a token or a payment card. Numbers, booleans,
//! UUIDs, timestamps and paths pass as they are.

use std::borrow::Cow;
use std::sync::{Arc, OnceLock};

use obsctl_model::LogCatalog;
use serde_json::Value;

mod keys;
mod shapes;
mod values;

use keys::Keys;
use values::Scan;

/// What a field whose name says that it is secret has as its value.
pub const REDACTED: &str = "<redacted>";

static INSTALLED: OnceLock<Arc<Redactor>> = OnceLock::new();

/// The redactor of the process: the one given to `init`, before that the usual one.
#[must_use]
pub fn installed() -> &'static Redactor {
    static USUAL: OnceLock<Redactor> = OnceLock::new();
    match INSTALLED.get() {
        Some(redactor) => redactor,
        None => USUAL.get_or_init(Redactor::default),
    }
}

/// Makes it the redactor of the process; the first one stays.
pub fn install(redactor: Arc<Redactor>) {
    INSTALLED.get_or_init(|| redactor);
}

/// Removes what must never appear; cheap for what has nothing suspicious.
#[derive(Clone, Debug)]
pub struct Redactor {
    keys: Keys,
    on: bool,
}

impl Default for Redactor {
    /// The usual hints: passwords, tokens, keys, credentials, cards, and personal data.
    fn default() -> Self {
        Self {
            keys: Keys::usual(),
            on: true,
        }
    }
}

impl Redactor {
    /// Lets everything through: for a test that has to see values.
    #[must_use]
    pub fn off() -> Self {
        Self {
            on: false,
            ..Self::default()
        }
    }

    /// The usual hints and those of the catalog's redactions.
    #[must_use]
    pub fn from_catalog(catalog: &LogCatalog) -> Self {
        catalog
            .redactions
            .iter()
            .flat_map(|redaction| &redaction.fields)
            .fold(Self::default(), |redactor, field| redactor.hint(field))
    }

    /// Fields whose name contains `hint` are redacted; case and separators do not matter.
    #[must_use]
    pub fn hint(mut self, hint: &str) -> Self {
        self.keys.hint(hint);
        self
    }

    /// The field of exactly this name is not redacted for its name; its value is searched all the same.
    #[must_use]
    pub fn allow(mut self, key: &str) -> Self {
        self.keys.allow(key);
        self
    }

    /// Whether a field of that name is redacted whatever its value.
    #[must_use]
    pub fn hides(&self, key: &str) -> bool {
        self.on && self.keys.hides(key)
    }

    /// The text without what must not appear.
    #[must_use]
    pub fn text<'a>(&self, text: &'a str) -> Cow<'a, str> {
        self.scan(text, false)
    }

    /// The value of that field without what must not appear.
    #[must_use]
    pub fn field<'a>(&self, key: &str, text: &'a str) -> Cow<'a, str> {
        if self.hides(key) {
            return Cow::Borrowed(REDACTED);
        }
        let shaped = key.ends_with("id") && shapes::is_identifier(text);
        self.scan(text, shaped || keys::is_correlation(key))
    }

    /// The value of that field, nested ones too, without what must not appear.
    #[must_use]
    pub fn json<'a>(&self, key: &str, value: &'a Value) -> Cow<'a, Value> {
        match value {
            _ if !self.on => Cow::Borrowed(value),
            _ if self.hides(key) => Cow::Owned(Value::from(REDACTED)),
            Value::String(text) => match self.field(key, text) {
                Cow::Borrowed(same) if same.len() == text.len() => Cow::Borrowed(value),
                changed => Cow::Owned(Value::from(changed)),
            },
            Value::Array(items) => {
                let items = items.iter().map(|item| self.json(key, item).into_owned());
                Cow::Owned(items.collect())
            }
            Value::Object(entries) => {
                let entries = entries.iter().map(|(name, entry)| {
                    let value = self.json(name, entry).into_owned();
                    (self.text(name).into_owned(), value)
                });
                Cow::Owned(Value::Object(entries.collect()))
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => Cow::Borrowed(value),
        }
    }

    /// Whether an identifier that came from outside can be written as it is.
    #[must_use]
    pub fn is_plain_identifier(&self, text: &str) -> bool {
        matches!(self.scan(text, true), Cow::Borrowed(_))
    }

    fn scan<'a>(&self, text: &'a str, identifier: bool) -> Cow<'a, str> {
        if !self.on || !values::suspicious(text) {
            return Cow::Borrowed(text);
        }
        Scan::new(text, &self.keys, identifier).run()
    }
}

#[cfg(test)]
mod tests;
