//! What must never appear in a log line.

use obsctl_model::Redaction;

/// A field is dropped when its name, in lower case, contains one of these words.
pub(super) fn all() -> Vec<Redaction> {
    vec![
        Redaction::new("Passwords", ["password", "passwd"], "Never logged"),
        Redaction::new(
            "OAuth tokens / API keys",
            [
                "access_token",
                "refresh_token",
                "api_key",
                "apikey",
                "authorization",
                "client_secret",
            ],
            "Never logged",
        ),
        Redaction::new(
            "Encryption keys",
            ["encryption_key", "private_key"],
            "Never logged",
        ),
        Redaction::new(
            "`encrypted_credentials`",
            ["encrypted_credentials"],
            "Never logged",
        ),
        Redaction::new(
            "Customer PII (beyond email)",
            [
                "customer_name",
                "phone",
                "street",
                "postal_code",
                "card_number",
            ],
            "Not logged in Phase 1",
        ),
    ]
}
