//! Connections of tenants to providers, and how old what was synced over them is.

use super::{Store, StoreError};

/// A connection.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Connection {
    /// Its identifier.
    pub id: String,
    /// Whose it is.
    pub tenant_id: String,
    /// The system at the other end.
    pub provider: String,
    /// What the tenant calls it.
    pub label: String,
    /// `active` or `error`.
    pub status: String,
    /// Only the vault reads them.
    #[serde(skip)]
    pub encrypted_credentials: String,
    /// The key they are encrypted with.
    pub encryption_key_version: i64,
}

from_row! { Connection { id, tenant_id, provider, label, status, encrypted_credentials, encryption_key_version } }

/// A kind of object of a connection, and when it was synced last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sync {
    /// Whose it is.
    pub tenant_id: String,
    /// From where.
    pub provider: String,
    /// What.
    pub object_type: String,
    /// When the last one succeeded.
    pub last_success_at: i64,
}

from_row! { Sync { tenant_id, provider, object_type, last_success_at } }

impl Store {
    /// All connections of a tenant.
    pub(crate) async fn connections(&self, tenant_id: &str) -> Result<Vec<Connection>, StoreError> {
        self.of_tenant(
            "connections",
            tenant_id,
            "SELECT id, tenant_id, provider, label, status, encrypted_credentials, encryption_key_version \
             FROM connections WHERE tenant_id = $1 ORDER BY label",
        )?
        .all()
        .await
    }

    /// One connection of a tenant.
    pub(crate) async fn connection(
        &self,
        tenant_id: &str,
        id: &str,
    ) -> Result<Option<Connection>, StoreError> {
        self.of_tenant(
            "connections",
            tenant_id,
            "SELECT id, tenant_id, provider, label, status, encrypted_credentials, encryption_key_version \
             FROM connections WHERE tenant_id = $1 AND id = $2",
        )?
        .bind(id)
        .first()
        .await
    }

    /// Adds a connection; one that is there stays as it is. It is due for a sync at once.
    pub(crate) async fn add_connection(
        &self,
        connection: &Connection,
        now: i64,
    ) -> Result<(), StoreError> {
        self.of_tenant(
            "connections",
            &connection.tenant_id,
            "INSERT INTO connections \
             (tenant_id, id, provider, label, status, encrypted_credentials, encryption_key_version, next_sync_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING",
        )?
        .bind(&*connection.id)
        .bind(&*connection.provider)
        .bind(&*connection.label)
        .bind(&*connection.status)
        .bind(&*connection.encrypted_credentials)
        .bind(connection.encryption_key_version)
        .bind(now)
        .execute()
        .await?;
        Ok(())
    }

    /// Calls a connection something else; says whether there is one.
    pub(crate) async fn rename_connection(
        &self,
        tenant_id: &str,
        id: &str,
        label: &str,
    ) -> Result<bool, StoreError> {
        let changed = self
            .of_tenant(
                "connections",
                tenant_id,
                "UPDATE connections SET label = $3 WHERE tenant_id = $1 AND id = $2",
            )?
            .bind(id)
            .bind(label)
            .execute()
            .await?;
        Ok(changed > 0)
    }

    /// Notes whether a connection works.
    pub(crate) async fn set_connection_status(
        &self,
        tenant_id: &str,
        id: &str,
        status: &'static str,
    ) -> Result<(), StoreError> {
        self.of_tenant(
            "connections",
            tenant_id,
            "UPDATE connections SET status = $3 WHERE tenant_id = $1 AND id = $2",
        )?
        .bind(id)
        .bind(status)
        .execute()
        .await?;
        Ok(())
    }

    /// Removes a connection and what is known of its syncs; says whether there was one.
    pub(crate) async fn remove_connection(
        &self,
        tenant_id: &str,
        id: &str,
    ) -> Result<bool, StoreError> {
        let removed = self
            .of_tenant(
                "connections",
                tenant_id,
                "DELETE FROM connections WHERE tenant_id = $1 AND id = $2",
            )?
            .bind(id)
            .execute()
            .await?;
        if removed > 0 {
            self.statement("DELETE FROM syncs WHERE connection_id = $1")
                .bind(id)
                .execute()
                .await?;
        }
        Ok(removed > 0)
    }

    /// Connections that are due for a sync. Each is given to one asker only, and is due again at `next`.
    pub(crate) async fn take_due(
        &self,
        now: i64,
        next: i64,
    ) -> Result<Vec<Connection>, StoreError> {
        self.statement(
            "UPDATE connections SET next_sync_at = $2 WHERE next_sync_at <= $1 \
             RETURNING id, tenant_id, provider, label, status, encrypted_credentials, encryption_key_version",
        )
        .bind(now)
        .bind(next)
        .untraced()
        .all()
        .await
    }

    /// Notes that an object of a connection was synced.
    pub(crate) async fn synced(
        &self,
        connection_id: &str,
        object_type: &str,
        now: i64,
    ) -> Result<(), StoreError> {
        self.statement(
            "INSERT INTO syncs (connection_id, object_type, last_success_at) VALUES ($1, $2, $3) \
             ON CONFLICT (connection_id, object_type) DO UPDATE SET last_success_at = excluded.last_success_at",
        )
        .bind(connection_id)
        .bind(object_type)
        .bind(now)
        .execute()
        .await?;
        Ok(())
    }

    /// What is synced, and when it last was.
    pub(crate) async fn syncs(&self) -> Result<Vec<Sync>, StoreError> {
        self.statement(
            "SELECT tenant_id, provider, object_type, MIN(last_success_at) AS last_success_at FROM syncs \
             JOIN connections ON connections.id = connection_id GROUP BY tenant_id, provider, object_type",
        )
        .untraced()
        .all()
        .await
    }

    /// Does as if the syncs of a provider had stopped that long ago.
    pub(crate) async fn age_syncs(&self, provider: &str, before: i64) -> Result<(), StoreError> {
        self.statement(
            "UPDATE syncs SET last_success_at = $2 WHERE last_success_at > $2 \
             AND connection_id IN (SELECT id FROM connections WHERE provider = $1)",
        )
        .bind(provider)
        .bind(before)
        .untraced()
        .execute()
        .await?;
        Ok(())
    }

    /// How many working connections each provider has.
    pub(crate) async fn connections_by_provider(&self) -> Result<Vec<(String, i64)>, StoreError> {
        self.statement(
            "SELECT provider, COUNT(*) FROM connections WHERE status = 'active' GROUP BY provider",
        )
        .untraced()
        .all()
        .await
    }
}
