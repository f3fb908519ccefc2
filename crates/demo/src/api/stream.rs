//! News of a tenant's jobs, pushed for as long as somebody listens.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context as Task, Poll};
use std::time::Duration;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::sse::{Event, Sse};
use futures_util::Stream;
use futures_util::stream::unfold;
use obsctl_stack::metrics::api::ApiActiveConnections;
use obsctl_telemetry::context::Context;
use obsctl_telemetry::metrics::{GaugeHandle, RecordGauge};

use super::Api;
use super::error::ApiError;
use super::identity::identify;
use crate::domain::Permission;

/// How often news come, in simulated time.
const EVERY: Duration = Duration::from_secs(15);

type Events = Pin<Box<dyn Stream<Item = Result<Event, Infallible>> + Send>>;

pub(super) async fn events(
    State(api): State<Arc<Api>>,
    headers: HeaderMap,
) -> Result<Sse<Listened>, ApiError> {
    let who = identify(&api, &headers, Permission::ReadData).await?;
    let tenant_id = who.user.tenant_id;
    let gauge = ApiActiveConnections {
        tenant_id: (&*tenant_id).into(),
    }
    .handle();
    gauge.inc();
    let pace = api.service.pace;
    // The stream goes on when the request has been answered; what it asks still belongs to it.
    let context = Context::current();
    let news = unfold((api, tenant_id), move |(api, tenant_id)| {
        let context = context.clone();
        async move {
            tokio::time::sleep(pace.real(EVERY)).await;
            let jobs = context.scope(api.service.store.jobs(&tenant_id)).await;
            let event = Event::default().event("jobs");
            let event = event.json_data(jobs.unwrap_or_default()).ok()?;
            Some((Ok(event), (api, tenant_id)))
        }
    });
    Ok(Sse::new(Listened {
        events: Box::pin(news),
        gauge,
    }))
}

/// A stream that is counted until whoever listens has gone.
pub(super) struct Listened {
    events: Events,
    gauge: GaugeHandle,
}

impl Stream for Listened {
    type Item = Result<Event, Infallible>;

    fn poll_next(mut self: Pin<&mut Self>, task: &mut Task<'_>) -> Poll<Option<Self::Item>> {
        self.events.as_mut().poll_next(task)
    }
}

impl Drop for Listened {
    fn drop(&mut self) {
        self.gauge.dec();
    }
}
