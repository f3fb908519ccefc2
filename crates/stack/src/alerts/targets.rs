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

/// The tests.
#[must_use]
pub fn tests() -> Vec<RuleTest> {
    vec![
        RuleTest::new("a target that is down pages until it is up")
            .given_series(r#"up{job="api",instance="api:8000"}"#, "1x4 0x10 1x5")
            .at(mins(6), silent(target_down()))
            .at(
                mins(10),
                fires(target_down())
                    .with(TargetLabel::JOB, "api")
                    .with(TargetLabel::INSTANCE, "api:8000")
                    .with("service", "api")
                    .summary("api at api:8000 cannot be scraped"),
            )
            .at(mins(17), silent(target_down())),
    ]
}
