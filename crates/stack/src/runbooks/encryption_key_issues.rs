//! Credentials cannot be decrypted.

use obsctl_model::prelude::*;

use crate::labels::AuditCategory;
use crate::metrics::business::AuditEvents;
use crate::uids;

/// What alerts refer to it by.
pub const ID: Slug = Slug::from_static("encryption-key-issues");

/// The runbook.
#[must_use]
pub fn runbook() -> Runbook {
    Runbook::new(
        ID,
        "Encryption Key Issues",
        "Connection creation/reading failures with decryption errors",
    )
    .symptom("`InvalidToken` exceptions in worker logs")
    .symptom("Connection test failures")
    .symptom(r#"Audit events with `error_message` containing "decryption" or "InvalidToken""#)
    .step(
        "Read the errors",
        logql(
            r#"{service_name=~"api|worker"} |~ "InvalidToken|decryption" | json | level=~"error|critical" | service_name=~"$service_name""#,
        ),
    )
    .step(
        "Verify `ENCRYPTION_KEY` env var is set and is a valid Fernet key.",
        Action::shell(
            r#"python -c 'import os; from cryptography.fernet import Fernet; Fernet(os.environ["ENCRYPTION_KEY"]); print("valid")'"#,
        ),
    )
    .step(
        "Check `encryption_key_version` on affected connections",
        Action::sql(
            "
            SELECT id, provider, encryption_key_version
            FROM connections WHERE status = 'error';
            ",
        ),
    )
    .look(
        "If key was recently rotated, ensure the previous key is still available for decryption of not-yet-re-encrypted rows.",
    )
    .step(
        "Review audit events for `connection_created` or `connection_tested` failures.",
        AuditEvents::with(AuditEvents::category.is(AuditCategory::Connection))
            .increase(hours(1))
            .sum_by(AuditEvents::action),
    )
    .then(logql(
        r#"{service_name="api"} | json | event=~"connection_test_failed|connection_created""#,
    ))
    .resolve("key env var missing", "restore from secrets manager.")
    .resolve("version mismatch after rotation", "run re-encryption migration.")
    .resolve(
        "key compromised",
        "rotate immediately, re-encrypt all connections, revoke and re-issue affected credentials.",
    )
    .escalate("The security team, when a key was lost, rotated unexpectedly or may have leaked")
    .dashboard(uids::LOGS)
    .dashboard(uids::EXTERNAL_APIS)
}
