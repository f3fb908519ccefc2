//! The database: SQLite in a file by default, PostgreSQL by URL. All services of the demo share one.
//!
//! Every statement goes through [`Statement`], which makes its span. Texts of statements are constants with numbered
//! parameters: what a span shows has no values in it.

/// A struct as a row whose columns have the names of its fields.
macro_rules! from_row {
    ($name:ident { $($field:ident),+ }) => {
        impl<'r> sqlx::FromRow<'r, sqlx::any::AnyRow> for $name {
            fn from_row(row: &'r sqlx::any::AnyRow) -> sqlx::Result<Self> {
                Ok(Self { $($field: sqlx::Row::try_get(row, stringify!($field))?),+ })
            }
        }
    };
}

pub mod audit;
pub mod connections;
pub mod jobs;
mod migrations;
pub mod rows;
pub mod scenarios;
mod seed;
mod statement;
pub mod tenants;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use obsctl_stack::services;
use sqlx::AnyPool;
use sqlx::any::AnyPoolOptions;

pub use seed::{PASSWORD, email, users};
pub use statement::Statement;

/// Why the database did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// It is of another kind.
    #[error(
        "`DATABASE_URL` is `{0}`: write `sqlite://FILE?mode=rwc` or `postgres://USER:PASSWORD@HOST/DATABASE`"
    )]
    Url(String),
    /// It did not answer.
    #[error("the database does not answer: {0}")]
    Lost(String),
    /// It refused a statement.
    #[error("the database refused a statement")]
    Refused(#[from] sqlx::Error),
    /// Its tables could not be made.
    #[error("the tables of the database could not be made")]
    Migration(#[from] sqlx::migrate::MigrateError),
    /// A query was about to run without a tenant.
    #[error("a query of `{0}` has no tenant")]
    NoTenant(&'static str),
}

impl StoreError {
    /// Its class, as log lines name it.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Url(_) => "InvalidDatabaseUrl",
            Self::Lost(_) => "DatabaseConnectionLost",
            Self::Refused(_) => "DatabaseError",
            Self::Migration(_) => "MigrationError",
            Self::NoTenant(_) => "TenantContextMissing",
        }
    }
}

/// A connected database.
#[derive(Clone, Debug)]
pub struct Store {
    pool: AnyPool,
    system: &'static str,
    /// Whether statements are logged, in development.
    tells: bool,
    /// Whether it does as if the connection were lost.
    lost: Arc<AtomicBool>,
}

impl Store {
    /// Connects, makes or migrates the tables, and fills empty ones.
    ///
    /// # Errors
    /// When the URL is of no database that is known, or the database does not answer.
    pub async fn connect(url: &str) -> Result<Self, StoreError> {
        sqlx::any::install_default_drivers();
        let system = match url.split(':').next() {
            Some("sqlite") => "sqlite",
            Some("postgres" | "postgresql") => "postgresql",
            // A password may be in it.
            scheme => return Err(StoreError::Url(format!("{}:…", scheme.unwrap_or_default()))),
        };
        let options = AnyPoolOptions::new()
            .max_connections(if system == "sqlite" { 4 } else { 8 })
            .acquire_timeout(Duration::from_secs(10))
            .after_connect(move |connection, _| {
                Box::pin(async move {
                    if system == "sqlite" {
                        // Readers do not wait for the writer; a crash of the machine may cost the last moments.
                        sqlx::raw_sql("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA busy_timeout = 10000;")
                            .execute(connection)
                            .await?;
                    }
                    Ok(())
                })
            });
        let pool = options
            .connect(url)
            .await
            .map_err(|error| StoreError::Lost(error.to_string()))?;
        let store = Self {
            pool,
            system,
            tells: false,
            lost: Arc::default(),
        };
        migrations::run(&store.pool).await?;
        Ok(store)
    }

    /// The same, with statements logged if it is the API's: the event is one of its own.
    #[must_use]
    pub fn of(mut self, service: &str) -> Self {
        self.tells = service == services::API;
        self
    }

    /// What it is: `sqlite` or `postgresql`.
    #[must_use]
    pub fn system(&self) -> &'static str {
        self.system
    }

    /// Does as if the connection were lost, or found again. The scenarios themselves stay readable.
    pub fn lose(&self, lost: bool) {
        self.lost.store(lost, Ordering::Relaxed);
    }

    fn answers(&self) -> Result<(), StoreError> {
        if self.lost.load(Ordering::Relaxed) {
            return Err(StoreError::Lost("connection reset by peer".to_owned()));
        }
        Ok(())
    }

    /// A statement, to be bound and run.
    fn statement(&self, text: &'static str) -> Statement<'_> {
        Statement::new(self, text)
    }

    /// A statement of a tenant's own data.
    fn of_tenant<'s>(
        &'s self,
        table: &'static str,
        tenant_id: &'s str,
        text: &'static str,
    ) -> Result<Statement<'s>, StoreError> {
        if tenant_id.is_empty() {
            return Err(StoreError::NoTenant(table));
        }
        Ok(self.statement(text).bind(tenant_id))
    }
}
