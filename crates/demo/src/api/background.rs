//! What the API does while nobody asks: publishes the audit trail, keeps gauges current.

use std::sync::Arc;
use std::time::Duration;

use obsctl_model::LabelValue;
use obsctl_stack::labels::{AuditAction, AuditCategory};
use obsctl_stack::logs::events::api::AuditEvent;
use obsctl_stack::metrics::business::{
    AuditEvents, ConnectionsActive, SyncFreshness, TenantsActive,
};
use obsctl_telemetry::context;
use obsctl_telemetry::event::EmitEvent;
use obsctl_telemetry::metrics::{RecordCounter, RecordGauge};

use super::Api;
use crate::domain::{PLANS, PROVIDERS, objects, read};
use crate::pace;
use crate::report::{database_lost, stored};
use crate::scenario::Scenario;
use crate::store::StoreError;
use crate::store::audit::Entry;

const CATEGORIES: [AuditCategory; 6] = [
    AuditCategory::Auth,
    AuditCategory::Tenant,
    AuditCategory::Connection,
    AuditCategory::Job,
    AuditCategory::ToolCall,
    AuditCategory::Entitlement,
];

/// How often the outbox is emptied, and gauges are set, in simulated time.
const EVERY: Duration = Duration::from_secs(5);

/// Publishes what all services wrote into the audit trail.
pub(super) async fn publish_audit(api: Arc<Api>) {
    loop {
        // What cannot be taken now is there the next time.
        for entry in api
            .service
            .store
            .take_unpublished()
            .await
            .unwrap_or_default()
        {
            publish(&entry);
        }
        api.service.pace.sleep(EVERY).await;
    }
}

/// The line belongs to the request or job in which the entry was written.
fn publish(entry: &Entry) {
    let Some(category) = read(&entry.category, &CATEGORIES) else {
        return;
    };
    let action = AuditAction::from(entry.action.as_str());
    AuditEvents {
        category,
        action: action.clone(),
    }
    .inc();
    let mut written = context::extract(&stored(&entry.headers));
    let identities = [("tenant_id", &entry.tenant_id), ("user_id", &entry.user_id)];
    for (name, value) in identities {
        if let Some(value) = value {
            written = written.with(name, value.as_str());
        }
    }
    let _scope = written.enter();
    AuditEvent { category, action }.emit();
}

/// Sets the gauges of the business.
pub(super) async fn keep_gauges(api: Arc<Api>) {
    loop {
        // While the database does not answer, gauges stay as they were.
        let _ = set_gauges(&api).await;
        api.service.pace.sleep(EVERY).await;
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "counts of tenants and connections"
)]
async fn set_gauges(api: &Api) -> Result<(), StoreError> {
    let store = &api.service.store;
    let tenants = store.tenants_by_plan().await?;
    for plan in PLANS {
        TenantsActive { plan }.set(count(&tenants, &plan.text()) as f64);
    }
    let connections = store.connections_by_provider().await?;
    for provider in PROVIDERS {
        ConnectionsActive { provider }.set(count(&connections, &provider.text()) as f64);
    }
    let now = pace::now();
    for sync in store.syncs().await? {
        let Some(provider) = read(&sync.provider, &PROVIDERS) else {
            continue;
        };
        let kinds = objects(provider)
            .iter()
            .map(|(object_type, _)| *object_type);
        let Some(object_type) = read(&sync.object_type, &kinds.collect::<Vec<_>>()) else {
            continue;
        };
        let age = api.service.pace.seconds_between(sync.last_success_at, now);
        SyncFreshness {
            tenant_id: sync.tenant_id.into(),
            provider,
            object_type,
        }
        .set(age);
    }
    Ok(())
}

fn count(counts: &[(String, i64)], of: &str) -> i64 {
    let found = counts.iter().find(|(name, _)| name == of);
    found.map_or(0, |(_, count)| *count)
}

/// Loses the database while that scenario is on, and says so as a pool of connections would.
pub(super) async fn play_outage(api: Arc<Api>) {
    let store = &api.service.store;
    let mut before = false;
    loop {
        let lost = api.service.switches.is_on(Scenario::DatabaseLost);
        if lost != before {
            store.lose(lost);
            before = lost;
        }
        if lost && let Err(error) = store.ping().await {
            database_lost(&error);
        }
        api.service.pace.sleep(EVERY).await;
    }
}
