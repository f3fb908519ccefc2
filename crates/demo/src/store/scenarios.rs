//! Which scenarios are on: known to all services through the database.

use super::{Store, StoreError};

impl Store {
    /// Switches a scenario on. It stays readable while others lose the database.
    pub(crate) async fn begin_scenario(&self, name: &str, now: i64) -> Result<(), sqlx::Error> {
        sqlx::query(
            "INSERT INTO scenarios (name, started_at) VALUES ($1, $2) ON CONFLICT DO NOTHING",
        )
        .bind(name)
        .bind(now)
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// Switches a scenario off.
    pub(crate) async fn end_scenario(&self, name: &str) -> Result<(), sqlx::Error> {
        sqlx::query("DELETE FROM scenarios WHERE name = $1")
            .bind(name)
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    /// The scenarios that are on.
    pub(crate) async fn scenarios(&self) -> Result<Vec<String>, sqlx::Error> {
        let names: Vec<(String,)> = sqlx::query_as("SELECT name FROM scenarios")
            .fetch_all(&self.pool)
            .await?;
        Ok(names.into_iter().map(|(name,)| name).collect())
    }
}

impl Store {
    /// Whether the database answers.
    pub(crate) async fn ping(&self) -> Result<(), StoreError> {
        let _: Option<(i64,)> = self
            .statement("SELECT COUNT(*) FROM tenants")
            .untraced()
            .first()
            .await?;
        Ok(())
    }
}
