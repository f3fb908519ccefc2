//! Data grows old.

use obsctl_model::prelude::*;

use crate::labels::{ObjectType, Provider};
use crate::metrics::business::SyncFreshness;
use crate::{limits, runbooks, services, teams, uids};

/// The group.
#[must_use]
pub fn group() -> RuleGroup {
    RuleGroup::new("sync").alert(stale())
}

/// Counts syncs rather than naming them: one abandoned connection is no alert, a tenth of a provider's is.
fn stale() -> Alert {
    Alert::new("SyncStale")
        .when(
            SyncFreshness::select()
                .gt_bool(limits::FRESHNESS_CRITICAL)
                .avg_by(SyncFreshness::provider)
                .gt(limits::STALE_SYNCS),
        )
        .lasting(mins(15))
        .severity(Severity::Warning)
        .owner(teams::INTEGRATIONS)
        .summary("{{ $value | humanizePercentage }} of {{ $labels.provider }} syncs are older than 4 hours")
        .runbook(runbooks::sync_stale::ID)
        .description("Tenants see old orders, payments and payouts; reconciliations may be wrong.")
        .label("service", services::WORKER)
        .dashboard(uids::EXTERNAL_APIS)
}

/// The tests.
#[must_use]
pub fn tests() -> Vec<RuleTest> {
    let sync = |tenant: &str, provider| SyncFreshness {
        tenant_id: tenant.into(),
        provider,
        object_type: ObjectType::Orders,
    };
    let test = RuleTest::new("old syncs of one provider warn of that provider")
        .given(sync("a", Provider::Shopify), "20000x30")
        .given(sync("b", Provider::Shopify), "60x30")
        .given(sync("c", Provider::Shopify), "60x30")
        .given(sync("d", Provider::Shopify), "60x30")
        .given(sync("a", Provider::Stripe), "60x30")
        .at(mins(14), silent(stale()))
        .at(
            mins(20),
            fires(stale())
                .with(SyncFreshness::provider, Provider::Shopify)
                .summary("25% of shopify syncs are older than 4 hours"),
        );
    vec![test]
}
