//! What was synced: orders, payments, invoices, in one form.

use super::{Store, StoreError};

/// A row, with whose it is: the answer to a user is checked against it.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Row {
    /// Whose it is.
    #[serde(skip)]
    pub tenant_id: String,
    /// What the provider calls it.
    pub external_id: String,
    /// What it is about, in cents.
    pub amount_cents: i64,
}

from_row! { Row { tenant_id, external_id, amount_cents } }

impl Store {
    /// Writes a row; says whether it was new.
    pub(crate) async fn upsert(
        &self,
        tenant_id: &str,
        object_type: &str,
        external_id: &str,
        amount_cents: i64,
        now: i64,
    ) -> Result<bool, StoreError> {
        let known = self
            .of_tenant(
                "canonical_rows",
                tenant_id,
                "UPDATE canonical_rows SET amount_cents = $4, updated_at = $5 \
                 WHERE tenant_id = $1 AND object_type = $2 AND external_id = $3",
            )?
            .bind(object_type)
            .bind(external_id)
            .bind(amount_cents)
            .bind(now)
            .execute()
            .await?;
        if known > 0 {
            return Ok(false);
        }
        let added = self
            .of_tenant(
                "canonical_rows",
                tenant_id,
                "INSERT INTO canonical_rows (tenant_id, object_type, external_id, amount_cents, updated_at) \
                 VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING",
            )?
            .bind(object_type)
            .bind(external_id)
            .bind(amount_cents)
            .bind(now)
            .execute()
            .await?;
        Ok(added > 0)
    }

    /// The latest rows of a tenant.
    pub(crate) async fn rows(
        &self,
        tenant_id: &str,
        object_type: &str,
        limit: i64,
    ) -> Result<Vec<Row>, StoreError> {
        self.of_tenant(
            "canonical_rows",
            tenant_id,
            "SELECT tenant_id, external_id, amount_cents FROM canonical_rows \
             WHERE tenant_id = $1 AND object_type = $2 ORDER BY updated_at DESC LIMIT $3",
        )?
        .bind(object_type)
        .bind(limit)
        .all()
        .await
    }

    /// The same query as somebody wrote it who forgot the tenant.
    pub(crate) async fn rows_of_everybody(
        &self,
        object_type: &str,
        limit: i64,
    ) -> Result<Vec<Row>, StoreError> {
        self.statement(
            "SELECT tenant_id, external_id, amount_cents FROM canonical_rows \
             WHERE object_type = $1 ORDER BY external_id LIMIT $2",
        )
        .bind(object_type)
        .bind(limit)
        .all()
        .await
    }

    /// How many rows of a kind a tenant has.
    pub(crate) async fn count_rows(
        &self,
        tenant_id: &str,
        object_type: &str,
    ) -> Result<i64, StoreError> {
        let count: Option<(i64,)> = self
            .of_tenant(
                "canonical_rows",
                tenant_id,
                "SELECT COUNT(*) FROM canonical_rows WHERE tenant_id = $1 AND object_type = $2",
            )?
            .bind(object_type)
            .first()
            .await?;
        Ok(count.map_or(0, |(count,)| count))
    }
}
