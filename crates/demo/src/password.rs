//! Passwords, as hashes.

use argon2::{Algorithm, Argon2, Params, Version};

/// Cheap, because a day of sign-ins is played in minutes; a product would take the recommended parameters.
fn hasher() -> Argon2<'static> {
    let params = Params::new(64, 1, 1, None).unwrap_or_default();
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

/// The hash of a password, with its salt.
#[must_use]
pub fn hash(password: &str, salt: &str) -> String {
    let mut out = [0_u8; 32];
    // Fails for a salt under eight bytes: the hash of zeros then fits no password, see `fits`.
    let hashed = hasher().hash_password_into(password.as_bytes(), salt.as_bytes(), &mut out);
    if hashed.is_err() {
        return String::new();
    }
    let digits: String = out.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("{salt}${digits}")
}

/// Whether a password is the one of the hash.
#[must_use]
pub fn fits(password: &str, hashed: &str) -> bool {
    let Some((salt, _)) = hashed.split_once('$') else {
        return false;
    };
    hash(password, salt) == hashed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_password_fits() {
        let hashed = hash("open sesame", "salt-of-some-length");
        assert!(fits("open sesame", &hashed));
        assert!(!fits("open sesam", &hashed));
        assert!(!fits("", ""));
        assert!(!fits("open sesame", &hash("open sesame", "short")));
    }
}
