//! The tables, step by step. A step that was released is never changed: another one follows it.

use std::time::Duration;

use sqlx::migrate::{MigrateError, Migration, MigrationType, Migrator};
use sqlx::{AnyPool, SqlSafeStr};

/// Services that start together may get into each other's way, on SQLite, which has no lock for this.
const ATTEMPTS: u32 = 20;
const PAUSE: Duration = Duration::from_millis(100);

/// Takes the steps that were not taken yet.
pub(super) async fn run(pool: &AnyPool) -> Result<(), MigrateError> {
    let steps = Migrator::with_migrations(vec![Migration::new(
        1,
        "system".into(),
        MigrationType::Simple,
        include_str!("../../migrations/0001_system.sql").into_sql_str(),
        false,
    )]);
    let mut attempt = 1;
    loop {
        match steps.run(pool).await {
            Err(_) if attempt < ATTEMPTS => {
                attempt += 1;
                tokio::time::sleep(PAUSE).await;
            }
            result => return result,
        }
    }
}
