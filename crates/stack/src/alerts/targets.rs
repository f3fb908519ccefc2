//! Something does not answer at all.

use obsctl_model::prelude::*;

use crate::{runbooks, teams, uids};

/// The group.
#[must_use]
pub fn group() -> RuleGroup {
    RuleGroup::new("targets").alert(target_down())
}

/// Its label `service` is what silences the symptoms: see the inhibitions.
fn target_down() -> Alert {
    Alert::new("TargetDown")
        .when(promql("up").equals(0.0))
        .lasting(mins(2))
        .severity(Severity::Critical)
        .owner(teams::PLATFORM)
        .summary("{{ $labels.job }} at {{ $labels.instance }} cannot be scraped")
        .runbook(runbooks::target_down::ID)
        .description("It is down, or so busy that it does not answer. Until it does, nothing else is known of it.")
        .label("service", "{{ $labels.job }}")
        .dashboard(uids::PIPELINE)
}
