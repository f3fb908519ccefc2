//! The audit trail, and the outbox it is published from.

use super::{Store, StoreError};

/// An entry.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Entry {
    /// Its identifier.
    pub id: String,
    /// Whose tenant it is about, if of any.
    pub tenant_id: Option<String>,
    /// Who did it, if a user.
    pub user_id: Option<String>,
    /// The category.
    pub category: String,
    /// What was done: `noun_verbed`.
    pub action: String,
    /// The context it was done in, as JSON.
    #[serde(skip)]
    pub headers: String,
}

from_row! { Entry { id, tenant_id, user_id, category, action, headers } }

impl Store {
    /// Writes an entry, to be published later.
    pub(crate) async fn add_entry(&self, entry: &Entry, now: i64) -> Result<(), StoreError> {
        self.statement(
            "INSERT INTO audit_events (id, tenant_id, user_id, category, action, headers, created_at, published) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, 0)",
        )
        .bind(&*entry.id)
        .bind(entry.tenant_id.as_deref())
        .bind(entry.user_id.as_deref())
        .bind(&*entry.category)
        .bind(&*entry.action)
        .bind(&*entry.headers)
        .bind(now)
        .execute()
        .await?;
        Ok(())
    }

    /// Takes the entries that were not published yet; nobody else gets them.
    pub(crate) async fn take_unpublished(&self) -> Result<Vec<Entry>, StoreError> {
        self.statement(
            "UPDATE audit_events SET published = 1 WHERE published = 0 AND id IN \
             (SELECT id FROM audit_events WHERE published = 0 ORDER BY created_at LIMIT 100) \
             RETURNING id, tenant_id, user_id, category, action, headers",
        )
        .untraced()
        .all()
        .await
    }

    /// The latest entries of a tenant.
    pub(crate) async fn entries(&self, tenant_id: &str) -> Result<Vec<Entry>, StoreError> {
        self.of_tenant(
            "audit_events",
            tenant_id,
            "SELECT id, tenant_id, user_id, category, action, headers FROM audit_events WHERE tenant_id = $1 \
             ORDER BY created_at DESC LIMIT 50",
        )?
        .all()
        .await
    }
}
