//! A statement and its span.

use sqlx::any::{AnyArguments, AnyRow};
use sqlx::query::Query;
use sqlx::{Any, Encode, FromRow, Type};
use tracing::{Instrument, Span, info_span};

use super::{Store, StoreError};

/// A statement with its parameters.
#[must_use = "a statement does nothing before it is run"]
pub struct Statement<'s> {
    store: &'s Store,
    text: &'static str,
    query: Query<'s, Any, AnyArguments>,
    traced: bool,
}

impl std::fmt::Debug for Statement<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Statement").field(&self.text).finish()
    }
}

impl<'s> Statement<'s> {
    pub(super) fn new(store: &'s Store, text: &'static str) -> Self {
        Self {
            store,
            text,
            query: sqlx::query(text),
            traced: true,
        }
    }

    /// The next parameter.
    pub(super) fn bind<T: Encode<'s, Any> + Type<Any> + Send>(mut self, value: T) -> Self {
        self.query = self.query.bind(value);
        self
    }

    /// Without a span: what is asked again and again, and belongs to no request or job.
    pub(super) fn untraced(mut self) -> Self {
        self.traced = false;
        self
    }

    /// Runs it; says how many rows it changed.
    pub(super) async fn execute(self) -> Result<u64, StoreError> {
        let span = self.begin()?;
        let done = self.query.execute(&self.store.pool);
        Ok(done.instrument(span).await?.rows_affected())
    }

    /// All rows.
    pub(super) async fn all<T>(self) -> Result<Vec<T>, StoreError>
    where
        T: for<'r> FromRow<'r, AnyRow>,
    {
        let span = self.begin()?;
        let rows = self.query.fetch_all(&self.store.pool);
        let rows = rows.instrument(span).await?;
        let rows = rows.iter().map(T::from_row);
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The first row, if there is one.
    pub(super) async fn first<T>(self) -> Result<Option<T>, StoreError>
    where
        T: for<'r> FromRow<'r, AnyRow>,
    {
        let span = self.begin()?;
        let row = self.query.fetch_optional(&self.store.pool);
        let row = row.instrument(span).await?;
        Ok(row.as_ref().map(T::from_row).transpose()?)
    }

    fn begin(&self) -> Result<Span, StoreError> {
        self.store.answers()?;
        if !self.traced {
            return Ok(Span::none());
        }
        let operation = self.text.split_whitespace().next().unwrap_or_default();
        if self.store.tells {
            crate::report::query(self.text);
        }
        Ok(info_span!(
            "query",
            otel.kind = "client",
            otel.name = %format_args!("{operation} demo"),
            db.system = self.store.system,
            db.statement = self.text,
        ))
    }
}
