//! Credentials at rest: encrypted with a key that has a version, so that keys can be changed.

use chacha20poly1305::aead::{Aead, KeyInit};
use chacha20poly1305::{ChaCha20Poly1305, Key, Nonce};

/// The version of the key that is in use.
pub const KEY_VERSION: i64 = 1;

/// Why credentials could not be read. Its name is what log lines have as `error_type`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the credentials do not decrypt with the encryption key in use")]
pub struct InvalidToken;

/// A key that credentials are encrypted with.
#[derive(Clone)]
pub struct Vault(ChaCha20Poly1305);

impl std::fmt::Debug for Vault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Vault")
    }
}

impl Vault {
    /// A vault with this key.
    #[must_use]
    pub fn new(key: [u8; 32]) -> Self {
        Self(ChaCha20Poly1305::new(&Key::from(key)))
    }

    /// The same vault after somebody put the wrong key into the environment.
    #[must_use]
    pub fn with_the_wrong_key() -> Self {
        Self::new([0xff; 32])
    }

    /// Encrypts; `nonce` must not be used twice with a key. Hexadecimal: the nonce, then the text.
    #[must_use]
    pub fn encrypt(&self, plain: &str, nonce: [u8; 12]) -> String {
        let sealed = self.0.encrypt(&Nonce::from(nonce), plain.as_bytes());
        // Only texts of many gigabytes cannot be encrypted; an empty one then does not decrypt.
        let sealed = sealed.unwrap_or_default();
        hex(nonce.iter().chain(&sealed))
    }

    /// Decrypts what [`encrypt`](Self::encrypt) made.
    ///
    /// # Errors
    /// When it was encrypted with another key, or changed since.
    pub fn decrypt(&self, sealed: &str) -> Result<String, InvalidToken> {
        let bytes = unhex(sealed).ok_or(InvalidToken)?;
        let (nonce, text) = bytes.split_first_chunk::<12>().ok_or(InvalidToken)?;
        let plain = self.0.decrypt(&Nonce::from(*nonce), text);
        String::from_utf8(plain.map_err(|_| InvalidToken)?).map_err(|_| InvalidToken)
    }
}

/// Reads a key: 64 hexadecimal digits.
#[must_use]
pub fn key(text: &str) -> Option<[u8; 32]> {
    unhex(text.trim())?.try_into().ok()
}

fn hex<'a>(bytes: impl IntoIterator<Item = &'a u8>) -> String {
    bytes
        .into_iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let digits: Vec<_> = text
        .chars()
        .map(|digit| digit.to_digit(16))
        .collect::<Option<_>>()?;
    let (pairs, []) = digits.as_chunks::<2>() else {
        return None;
    };
    let bytes = pairs
        .iter()
        .map(|[high, low]| u8::try_from(high * 16 + low));
    bytes.collect::<Result<_, _>>().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_same_key_reads_what_was_encrypted() {
        let vault = Vault::new([7; 32]);
        let sealed = vault.encrypt("sk_demo_shopify", [1; 12]);
        assert!(!sealed.contains("sk_demo"));
        assert_eq!(vault.decrypt(&sealed).as_deref(), Ok("sk_demo_shopify"));
        assert_eq!(
            Vault::with_the_wrong_key().decrypt(&sealed),
            Err(InvalidToken)
        );
        for broken in ["", "0", "zz", &sealed[..30], "é"] {
            assert_eq!(vault.decrypt(broken), Err(InvalidToken), "{broken}");
        }
    }

    #[test]
    fn a_key_is_64_hexadecimal_digits() {
        assert_eq!(key(&"0a".repeat(32)), Some([10; 32]));
        assert_eq!(key("0a"), None);
        assert_eq!(key(&"xx".repeat(32)), None);
    }
}
