//! Prometheus' own tool reads what is generated, and runs the unit tests that lie beside the rules.

use std::path::Path;
use std::process::Command;

use obsctl::check;
use obsctl::generate::{self, Environment};
use obsctl::model::prelude::*;
use obsctl::model::{Engine, LabelName, Rule};
use obsctl::policy::Policy;
use obsctl::project::Project;
use obsctl_stack::labels::{JobStatus, Provider};
use obsctl_stack::metrics::api::{ApiLatency, ApiRequests};
use obsctl_stack::metrics::business::SyncFreshness;
use obsctl_stack::metrics::worker::{WorkerJobRetries, WorkerJobs, WorkerQueueDepth};

use crate::common::files;
use crate::engines::notice;

/// Whether promtool is there; a machine of CI must have it.
pub fn has_promtool() -> bool {
    let found = Command::new("promtool").arg("--version").output().is_ok();
    if !found {
        assert!(
            std::env::var("CI").as_deref() != Ok("true"),
            "promtool is not on PATH: install Debian's package `prometheus`"
        );
        notice("`promtool` is not on PATH");
    }
    found
}

/// Runs promtool; its output is shown when it fails.
pub fn promtool(folder: &Path, args: &[&str]) {
    let output = Command::new("promtool")
        .args(args)
        .current_dir(folder)
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "promtool {}\n{}{}",
        args.join(" "),
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
}

/// Generates a stack, checks its rules and runs its tests; gives how many files of tests there were.
fn prove(stack: Stack) -> usize {
    if !has_promtool() {
        return 0;
    }
    let folder = tempfile::tempdir().unwrap();
    let project = Project::link(stack);
    assert_eq!(project.problems(), []);
    for (path, text) in generate::run(&project, Environment::Compose).iter() {
        let path = folder.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    let of = |start: &str| -> Vec<String> {
        files(folder.path())
            .into_iter()
            .map(|(path, _)| path)
            .filter(|path| path.starts_with(start))
            .collect()
    };
    let (rules, tests) = (of("alerts/prometheus/"), of("alerts/tests/"));
    let run = |first: &[&str], paths: &[String]| {
        let args: Vec<_> = first
            .iter()
            .copied()
            .chain(paths.iter().map(String::as_str))
            .collect();
        promtool(folder.path(), &args);
    };
    if !rules.is_empty() {
        run(&["check", "rules"], &rules);
    }
    if !tests.is_empty() {
        run(&["test", "rules"], &tests);
    }
    tests.len()
}

#[test]
fn the_reference_stack_is_accepted_and_its_tests_pass() {
    let stack = obsctl_stack::stack();
    // Alerts that logs set off are not promtool's.
    let of_prometheus = |group: &&RuleGroup| {
        let mut rules = group.rules.iter();
        rules.any(|it| matches!(it, Rule::Alert(one) if one.query.engine() == Engine::Prometheus))
    };
    let groups = stack.rule_groups.iter().filter(of_prometheus).count();
    let expected = stack.slos.len() + groups + stack.tests.len();
    let tests = prove(stack);
    assert!(
        !has_promtool() || tests == expected,
        "{tests} files of tests for {expected} SLOs, groups of alerts and tests beside the rules"
    );
}

metrics! {
    family "Search", owner "platform", exposed_by Exposer::Service("api".into());

    /// Time to search.
    pub native_histogram Searches("search_duration_seconds", Seconds) {}
}

/// An SLO of every kind of indicator and period.
fn slos() -> Stack {
    let slo = |name, percent, indicator| {
        Slo::new(Slug::from_static(name), "api", percent, indicator)
            .owner("platform")
            .runbook(Slug::from_static("slo-budget-burn"))
    };
    let failed = || ApiRequests::with(ApiRequests::status_code.matches("5..|429"));
    Stack::new(Slug::from_static("slos"))
        .metric_family(family())
        .slo(slo(
            "native",
            99.0,
            Indicator::native_latency(Searches::select(), 0.3),
        ))
        .services(obsctl_stack::services::services())
        .metrics(obsctl_stack::metrics::families())
        .slo(
            slo("bad", 99.9, Indicator::bad(failed(), ApiRequests::select()))
                .description("Requests are answered without a server error.")
                .min_bad_events(20),
        )
        .slo(
            slo(
                "week",
                99.95,
                Indicator::bad(failed(), ApiRequests::select()),
            )
            .over(days(7))
            .label("tier", "2"),
        )
        .slo(
            slo(
                "month",
                99.9,
                Indicator::bad(failed(), ApiRequests::select()),
            )
            .over_month()
            .alert_when_absent(mins(15)),
        )
        .slo(
            slo(
                "quarter",
                95.0,
                Indicator::freshness(SyncFreshness::select(), hours(1)),
            )
            .by(SyncFreshness::provider)
            .over_quarter()
            .alert_when_absent(mins(30)),
        )
        .slo(
            slo(
                "six-weeks",
                99.999,
                Indicator::bad(failed(), ApiRequests::select()),
            )
            .over(days(45)),
        )
        .slo(
            slo(
                "large-budget",
                90.0,
                Indicator::bad(failed(), ApiRequests::select()),
            )
            .allow("burn-rate-out-of-reach", "the slower page is enough"),
        )
        .slo(
            slo(
                "good",
                99.0,
                Indicator::good(
                    WorkerJobs::with(WorkerJobs::status.is(JobStatus::Completed)),
                    WorkerJobs::select(),
                ),
            )
            .by(WorkerJobs::job_type)
            .min_bad_events(50),
        )
        .slo(slo(
            "two-metrics",
            95.0,
            Indicator::bad(WorkerJobRetries::select(), WorkerJobs::select()),
        ))
        .slo(slo(
            "latency",
            99.0,
            Indicator::latency(ApiLatency::select(), 1.0),
        ))
        .slo(
            slo(
                "freshness",
                99.0,
                Indicator::freshness(SyncFreshness::select(), hours(1)),
            )
            .by(SyncFreshness::provider),
        )
        .slo(slo(
            "fresh-shops",
            99.5,
            Indicator::freshness(
                SyncFreshness::with(SyncFreshness::provider.is(Provider::Shopify)),
                hours(1),
            ),
        ))
        .slo(slo(
            "slices",
            98.0,
            Indicator::time_slices(WorkerQueueDepth::select().lt_bool(100.0)),
        ))
}

#[test]
fn alerts_of_every_kind_of_slo_fire_at_the_computed_time() {
    let stack = slos();
    // promtool 2.42 reads no native histograms: there is no test of that one.
    let slos = stack.slos.len() - 1;
    let tests = prove(stack);
    assert!(
        !has_promtool() || tests == slos,
        "{tests} files of tests for {slos} SLOs"
    );
}

#[test]
fn what_slos_become_passes_all_checks() {
    let project = Project::link(slos());
    // The stack is its metrics and its SLOs, nothing else.
    let missing = [
        "alert-without-runbook",
        "unknown-reference",
        "unused-metric",
        "unused-suppression",
    ];
    let found: Vec<_> = check::run(&project, &Policy::default(), None)
        .into_iter()
        .filter(|finding| !missing.contains(&finding.check))
        .filter(|finding| !finding.subject.starts_with("metric "))
        .map(|finding| {
            format!(
                "{}: {}: {}",
                finding.check, finding.subject, finding.message
            )
        })
        .collect();
    assert_eq!(found, [""; 0]);
}

#[test]
fn a_label_that_an_slo_does_not_have_is_found_in_its_rules() {
    let mut stack = slos();
    stack.slos[0].by = vec![LabelName::from_static("tenant")];
    let found = check::run(&Project::link(stack), &Policy::default(), None);
    assert!(
        found.iter().any(|finding| finding.check == "unknown-label"
            && finding.message.contains("`tenant`")
            && finding.subject.contains("slo:events:rate5m")),
        "{found:?}"
    );
}
