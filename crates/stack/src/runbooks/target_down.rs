//! Prometheus cannot scrape something.

use obsctl_model::prelude::*;

use crate::metrics::exporters::process::{ProcessMemory, ProcessStart};
use crate::uids;

/// What alerts refer to it by.
pub const ID: Slug = Slug::from_static("target-down");

/// The runbook.
#[must_use]
pub fn runbook() -> Runbook {
    Runbook::new(
        ID,
        "Target Down",
        "A target could not be scraped for 2 minutes",
    )
    .symptom("Panels of the service are empty")
    .symptom("Other alerts of the service are kept silent")
    .step(
        "See what is down, and whether it comes and goes",
        promql(r#"up{job=~"$job"}"#).equals(0.0),
    )
    .then(promql(r#"changes(up{job=~"$job"}[1h])"#).gt(2.0))
    .step(
        "See whether it restarts, and how much memory it took",
        ProcessStart::with(TargetLabel::JOB.chosen("job"))
            .changes(hours(1))
            .gt(0.0),
    )
    .then(ProcessMemory::with(TargetLabel::JOB.chosen("job")))
    .step(
        "Check the container",
        Action::shell(
            "
                docker compose ps
                docker compose logs --tail=100 <service>
                ",
        ),
    )
    .then(logql(r#"{service_name=~"$job", level=~"error|critical"}"#))
    .step(
        "Ask it as Prometheus does",
        Action::shell(
            "docker compose exec prometheus wget -qO- http://<service>:<port>/metrics | head",
        ),
    )
    .resolve("the process is gone", "restart it and read its last lines.")
    .resolve(
        "it was killed for its memory",
        "raise its limit, then look for the leak.",
    )
    .resolve(
        "it runs but does not answer",
        "restart it; look for a deadlock or a full event loop.",
    )
    .resolve(
        "the address is wrong",
        "repair the scrape job and generate again.",
    )
    .escalate("The team that owns the service: see the service's owner in the metric reference")
    .dashboard(uids::PIPELINE)
}
