//! Data grows old.

use obsctl_model::prelude::*;

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
